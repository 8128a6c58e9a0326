//! From one published event to the messages of all who want it.

use domain::Span;
use domain::run::RunState;
use serde_json::{Value, json};
use tests::both;
use tests::receivers::Gate;
use tests::receivers::http::Answer;
use tests::world::{SOON, World, json as body, post_step, tried};

use super::{Listener, PUBLISHER, Shop, header, message};

both! {
    an_event_goes_to_those_whose_type_and_condition_fit,
    s24_a_message_says_how_often_its_event_went_through,
    s1_s25_a_delivery_is_tried_again_with_the_same_id_and_bytes,
    a_replay_of_a_delivery_keeps_its_id_and_bytes,
    what_is_not_declared_or_does_not_fit_fails_the_step,
    a_crash_before_the_commit_of_a_publishing_step_tells_everybody_once,
    many_subscribers_are_told_once_though_the_server_dies_in_between,
    a_changed_address_holds_for_what_waits,
}

fn over(total: i64) -> Value {
    json!({ "left": { "path": "$.trigger.data.total" }, "op": "gt", "right": { "literal": total } })
}

async fn an_event_goes_to_those_whose_type_and_condition_fit(w: &World) {
    let shop = Shop::open(w).await;
    let _ = shop.api.post("/event-types", &json!({ "name": "order.paid" })).await.ok();
    shop.subscriber("all", json!({})).await;
    let extra = json!({
        "types": ["order.created"],
        "headers": { "x-tenant": "42", "authorization": "Bearer partner-key-1" },
        "properties": { "tenant": 42 },
    });
    shop.subscriber("extra", extra).await;
    shop.subscriber("large", json!({ "filter": over(100) })).await;
    shop.subscriber("huge", json!({ "filter": over(1_000) })).await;
    shop.subscriber("paid", json!({ "types": ["order.paid"] })).await;

    shop.order(json!({ "id": "A-1", "total": 500 })).await;
    let output = shop.published(1).await;
    assert_eq!((&output["subscribers"], &output["held"]), (&json!(3), &json!(0)));
    shop.taken(3).await;
    assert_eq!(
        ["all", "extra", "large", "huge", "paid"].map(|n| shop.came(n).len()),
        [1, 1, 1, 0, 0]
    );

    let plain = shop.came("all").remove(0);
    assert_eq!(header(&plain, "webhook-id"), output["id"].as_str().unwrap());
    let said = message(&plain);
    assert_eq!(said["type"], "order.created");
    assert_eq!(said["data"], json!({ "id": "A-1", "total": 500 }));
    assert!(said["timestamp"].as_str().unwrap().starts_with("2026-03-02T09:00"));
    let own = shop.came("extra").remove(0);
    assert_eq!(header(&own, "x-tenant"), "42");
    assert_eq!(header(&own, "authorization"), "Bearer partner-key-1");
    assert_eq!(message(&own)["tenant"], 42);
    assert_eq!(header(&own, "webhook-id"), header(&plain, "webhook-id"));
}

async fn s24_a_message_says_how_often_its_event_went_through(w: &World) {
    let shop = Shop::open(w).await;
    shop.subscriber("all", json!({})).await;
    let request = tests::world::Request::post(&shop.hook.path, body(&json!({ "id": "A" })));
    w.send(request.header("x-zveno-hops", "3")).await;
    shop.taken(1).await;
    assert_eq!(header(&shop.came("all")[0], "x-zveno-hops"), "4");
}

async fn s1_s25_a_delivery_is_tried_again_with_the_same_id_and_bytes(w: &World) {
    let shop = Shop::open(w).await;
    let one = shop.subscriber("one", json!({})).await;
    w.hooks.fail(2, 503);
    shop.order(json!({ "id": "A" })).await;
    w.only_run(&one.runs, RunState::Waiting).await;
    let first = super::next_try(&shop, &one).await;
    assert!(first <= Span::secs(6), "{first:?}");
    w.hooks.log().wait_for(2, SOON).await.unwrap();
    let second = super::next_try(&shop, &one).await;
    assert!(second > Span::mins(3), "{second:?}");
    shop.taken(1).await;
    let run = w.only_run(&one.runs, RunState::Succeeded).await;
    assert_eq!(run.attempts.len(), 3);
    let came = shop.came("one");
    assert!(came.iter().all(|r| r.body == came[0].body));
    assert!(came.iter().all(|r| header(r, "webhook-id") == header(&came[0], "webhook-id")));
    let list = shop.api.get(&one.path("/deliveries")).await.ok();
    let item = &list["items"][0];
    assert_eq!(item["webhook_id"], header(&came[0], "webhook-id"));
    assert_eq!(
        (&item["type"], &item["state"], &item["tries"]),
        (&json!("order.created"), &json!("succeeded"), &json!(3))
    );
}

async fn a_replay_of_a_delivery_keeps_its_id_and_bytes(w: &World) {
    let shop = Shop::open(w).await;
    let one = shop.subscriber("one", json!({ "properties": { "tenant": 1 } })).await;
    shop.order(json!({ "id": "A" })).await;
    shop.taken(1).await;
    let run = w.only_run(&one.runs, RunState::Succeeded).await.run.id;
    // What changes meanwhile does not change what was published.
    let change = json!({ "properties": { "tenant": 2 } });
    let _ = shop.api.patch(&one.path(""), &change).await.ok();
    let again = json!({ "run": run.to_string() });
    let _ = shop.api.post(&one.path("/redeliver"), &again).await.ok();
    shop.taken(2).await;
    let came = shop.came("one");
    assert_eq!(header(&came[0], "webhook-id"), header(&came[1], "webhook-id"));
    assert_eq!(came[0].body, came[1].body);
    let other = shop.subscriber("other", json!({})).await;
    assert_eq!(shop.api.post(&other.path("/redeliver"), &again).await.refused(404), "not_found");
}

async fn what_is_not_declared_or_does_not_fit_fails_the_step(w: &World) {
    let shop = Shop::open(w).await;
    shop.subscriber("all", json!({})).await;
    shop.order(json!({ "total": "ten" })).await;
    let run = w.outcome(&shop.hook).await;
    let error = run.run.error.unwrap();
    assert_eq!(error.code, domain::Code::PayloadInvalid);
    assert!(error.message.contains("id: this is missing"), "{}", error.message);
    assert!(error.message.contains("total: number is expected"), "{}", error.message);

    let typo = w.flow(&PUBLISHER.replace("literal: order.created", "literal: order.craeted"));
    let typo = typo.publish().await;
    w.accepted(&typo, body(&json!({ "id": "A" }))).await;
    let error = w.outcome(&typo).await.run.error.unwrap();
    assert_eq!(error.code, domain::Code::EventTypeUnknown);
    assert!(error.message.contains("order.created"), "{}", error.message);
    assert!(shop.came("all").is_empty());
}

/// The request before the publishing step has been answered, the step was evaluated, and nothing of
/// it is stored.
async fn a_crash_before_the_commit_of_a_publishing_step_tells_everybody_once(w: &World) {
    tried::notice();
    let shop = Shop::open(w).await;
    let listeners = [shop.subscriber("a", json!({})).await, shop.subscriber("b", json!({})).await];
    let gate = Gate::new();
    w.sink.script([Answer::ok().after(&gate)]);
    let step = post_step(&w.sink.url("/first"), "id: { literal: 1 }");
    let doc = PUBLISHER.replace("steps:\n", &format!("steps:\n{step}\n"));
    let hook = w.flow(&doc).publish().await;
    w.accepted(&hook, body(&json!({ "id": "A" }))).await;
    gate.wait_for(1, SOON).await.unwrap();
    let run = w.runs(&hook).await[0].id;
    let locked = w.lock_database().await;
    gate.open();
    // The step is evaluated, and nothing of it can be stored.
    tried::tried(run, "publish").await;
    w.crash().await;
    locked.release().await;
    w.start().await;
    w.only_run(&hook, RunState::Succeeded).await;
    assert_eq!(w.sink.log().all().len(), 2, "nothing after the first request was stored");
    shop.taken(2).await;
    for l in &listeners {
        assert_eq!(w.ended(&l.runs, 1).await[0].run.state, RunState::Succeeded);
    }
    assert_eq!((shop.came("a").len(), shop.came("b").len()), (1, 1));
}

/// More than one commit may take: the step goes on where it was.
async fn many_subscribers_are_told_once_though_the_server_dies_in_between(w: &World) {
    const MANY: usize = 130;
    let shop = Shop::open(w).await;
    let mut listeners: Vec<Listener> = Vec::with_capacity(MANY);
    for n in 0..MANY {
        listeners.push(shop.subscriber(&format!("s{n}"), json!({ "rate": "1000/1s" })).await);
    }
    shop.order(json!({ "id": "A" })).await;
    // The first commit of the step is there; the second may be or not.
    let first = &listeners[0].runs;
    tests::world::until("a delivery", async || w.runs(first).await.first().cloned()).await;
    w.restart().await;
    let output = shop.published(1).await;
    assert_eq!(output["subscribers"], MANY);
    shop.taken(MANY).await;
    for l in &listeners {
        let runs = w.ended(&l.runs, 1).await;
        assert_eq!(runs[0].run.state, RunState::Succeeded);
    }
    assert_eq!(w.hooks.ids().unique(), 1, "one event has one id");
}

async fn a_changed_address_holds_for_what_waits(w: &World) {
    let shop = Shop::open(w).await;
    let one = shop.subscriber("old", json!({})).await;
    w.hooks.fail(1, 503);
    shop.order(json!({ "id": "A" })).await;
    w.only_run(&one.runs, RunState::Waiting).await;
    let url = w.hooks.http().url("/new");
    let _ = shop.api.patch(&one.path(""), &json!({ "url": url })).await.ok();
    super::next_try(&shop, &one).await;
    shop.taken(1).await;
    assert_eq!((shop.came("old").len(), shop.came("new").len()), (1, 1));
}
