//! Subscribers that fail, and those that a person lets wait.

use std::collections::BTreeSet;

use domain::Span;
use domain::run::RunState;
use serde_json::json;
use tests::both;
use tests::receivers::http::Received;
use tests::world::{World, until};

use super::{Shop, header, next_try, state_is};

both! {
    a_subscriber_that_is_gone_is_disabled_and_loses_nothing,
    a_subscriber_that_fails_for_days_is_disabled,
    s12_a_paused_subscriber_gets_its_events_when_it_is_resumed,
    everything_that_failed_since_a_time_is_recovered_once,
}

async fn a_subscriber_that_is_gone_is_disabled_and_loses_nothing(w: &World) {
    let shop = Shop::open(w).await;
    let one = shop.subscriber("one", json!({})).await;
    w.hooks.gone(true);
    shop.order(json!({ "id": "A" })).await;
    let run = w.only_run(&one.runs, RunState::Failed).await.run;
    assert_eq!(run.error.unwrap().code, domain::Code::Gone);
    let seen = state_is(&shop, &one, "disabled").await;
    assert_eq!(seen["disabled"]["code"], "gone");
    assert_eq!(seen["last_failure"]["run"], run.id.to_string());
    assert_eq!(seen["last_failure"]["status"], 410);

    shop.order(json!({ "id": "B" })).await;
    assert_eq!(shop.published(2).await["held"], 1);
    assert_eq!(shop.see(&one).await["day"]["held"], 1);
    assert_eq!(shop.came("one").len(), 1);

    w.hooks.gone(false);
    let resumed = shop.api.post(&one.path("/resume"), &json!({})).await.ok();
    assert_eq!(resumed["released"], 1);
    assert_eq!(resumed["subscriber"]["state"], "active");
    shop.taken(1).await;
    assert_eq!(super::message(&shop.came("one")[1])["data"]["id"], "B");
}

async fn a_subscriber_that_fails_for_days_is_disabled(w: &World) {
    let shop = Shop::open(w).await;
    let one = shop.subscriber("one", json!({})).await;
    w.hooks.fail(1_000, 500);
    let mut waited = Span::ZERO;
    for n in 1..=2 {
        shop.order(json!({ "id": n })).await;
        until("the delivery", async || (w.runs(&one.runs).await.len() == n).then_some(())).await;
        loop {
            let run = w.runs(&one.runs).await.pop().unwrap().id;
            let run = until("an end of the try", async || {
                let run = w.run(run).await;
                let quiet = !matches!(run.run.state, RunState::Queued | RunState::Running);
                quiet.then_some(run)
            })
            .await;
            if run.run.state != RunState::Waiting || shop.see(&one).await["state"] != "active" {
                break;
            }
            let tries = run.attempts.len();
            waited = waited.plus(next_try(&shop, &one).await);
            let id = run.run.id;
            until("a try", async || {
                let run = w.run(id).await;
                let done = run.attempts.len() > tries || run.run.state.is_final();
                done.then_some(())
            })
            .await;
        }
    }
    let seen = state_is(&shop, &one, "disabled").await;
    assert!(waited >= Span::days(5), "{waited:?}");
    assert_eq!(seen["last_failure"]["status"], 500);
    assert!(seen["failing_since"].as_str().unwrap().starts_with("2026-03-02"));
}

async fn s12_a_paused_subscriber_gets_its_events_when_it_is_resumed(w: &World) {
    let shop = Shop::open(w).await;
    let one = shop.subscriber("one", json!({})).await;
    let paused = shop.api.post(&one.path("/pause"), &json!({})).await.ok();
    assert_eq!(paused["state"], "paused");
    for n in 1..=3 {
        shop.order(json!({ "id": n })).await;
    }
    assert_eq!(shop.published(3).await["held"], 1);
    assert!(w.runs(&one.runs).await.is_empty());
    let resumed = shop.api.post(&one.path("/resume"), &json!({})).await.ok();
    assert_eq!(resumed["released"], 3);
    shop.taken(3).await;
}

async fn everything_that_failed_since_a_time_is_recovered_once(w: &World) {
    let shop = Shop::open(w).await;
    let one = shop.subscriber("one", json!({})).await;
    // 400 is no reason to try again.
    w.hooks.fail(3, 400);
    shop.order(json!({ "id": "before" })).await;
    w.ended(&one.runs, 1).await;
    w.advance(Span::mins(1)).await;
    let since = mapping::moment::rfc3339(domain::Clock::now(w.clock.as_ref()));
    for n in 2..=3 {
        shop.order(json!({ "id": n })).await;
        w.ended(&one.runs, n).await;
    }
    let seen = shop.see(&one).await;
    assert_eq!((&seen["day"]["failed"], &seen["day"]["succeeded"]), (&json!(3), &json!(0)));
    let failed = shop.api.get(&one.path("/deliveries?state=failed")).await.ok();
    assert_eq!(failed["items"].as_array().unwrap().len(), 3);

    let asked = json!({ "since": since });
    let _ = shop.api.post(&one.path("/recover"), &asked).await.ok();
    w.advance(Span::secs(2)).await;
    shop.taken(2).await;
    let came = shop.came("one");
    assert_eq!(came.len(), 5);
    let ids = |r: &[Received]| r.iter().map(|r| header(r, "webhook-id")).collect::<BTreeSet<_>>();
    assert_eq!(ids(&came[1..3]), ids(&came[3..5]), "each with its id");

    let _ = shop.api.post(&one.path("/recover"), &asked).await.ok();
    w.advance(Span::secs(2)).await;
    w.advance(Span::secs(2)).await;
    assert_eq!(shop.came("one").len(), 5);
}
