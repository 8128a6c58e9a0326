//! When nothing can be stored nothing is promised; when it was promised it is there.

use domain::run::RunState;
use domain::{Span, limits};
use tests::both;
use tests::receivers::Gate;
use tests::receivers::http::Answer;
use tests::world::{Request, SOON, World};

use crate::samples::{deliver, id, ids};

both! {
    a_node_that_stops_answers_503_with_a_time_to_come_again,
    s6_a_database_that_does_not_take_writes_gives_503,
    s6_a_database_slower_than_the_limit_gives_503_and_the_copy_is_caught,
    a_sender_that_goes_away_after_sending_has_its_event_run_once,
    a_sender_that_goes_away_in_the_middle_has_sent_nothing,
    what_was_answered_survives_a_crash_right_after,
}

async fn a_node_that_stops_answers_503_with_a_time_to_come_again(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    w.outcome(&hook).await;
    w.drain().await;
    let reply = w.post(&hook, id("b")).await;
    assert_eq!(reply.status, 503);
    assert!(reply.header("retry-after").is_some_and(|s| s.parse::<u32>().is_ok()));
    assert_eq!(w.counts().await.deliveries, 1);
}

async fn s6_a_database_that_does_not_take_writes_gives_503(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    w.outcome(&hook).await;
    w.sql("ALTER TABLE deliveries RENAME TO deliveries_away").await;
    let reply = w.post(&hook, id("b")).await;
    assert_eq!(reply.status, 503, "{reply:?}");
    assert!(reply.header("retry-after").is_some());
    w.sql("ALTER TABLE deliveries_away RENAME TO deliveries").await;
    let counts = w.counts().await;
    assert_eq!((counts.deliveries, counts.events, counts.jobs), (1, 1, 0), "all or nothing");
    w.accepted(&hook, id("b")).await;
    w.ended(&hook, 2).await;
    assert_eq!(ids(w), ["a", "b"]);
}

async fn s6_a_database_slower_than_the_limit_gives_503_and_the_copy_is_caught(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    let locked = w.lock_database().await;
    let request = Request::post(&hook.path, id("a"));
    let to = w.addr();
    let waiting = tokio::spawn(async move { request.send(to).await });
    // The request is at its timer once nothing else moves it: time passes until it gives up.
    let waiting = tests::world::until("an answer", {
        let mut waiting = Some(waiting);
        async move || {
            w.clock.advance(Span::secs(1));
            if waiting.as_ref().is_some_and(tokio::task::JoinHandle::is_finished) {
                return waiting.take();
            }
            None
        }
    })
    .await;
    assert_eq!(waiting.await.unwrap().unwrap().status, 503);
    locked.release().await;
    w.advance(limits::LEASE_RENEW).await;
    w.accepted(&hook, id("a")).await;
    let run = w.outcome(&hook).await;
    assert_eq!(run.run.state, RunState::Succeeded);
    assert_eq!(ids(w), ["a"], "the sender's second try is the same event");
}

async fn a_sender_that_goes_away_after_sending_has_its_event_run_once(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    for n in 0..20 {
        let request = Request::post(&hook.path, id(&n.to_string()));
        request.send_and_leave(w.addr()).await.unwrap();
    }
    // The connection may have been closed before the server read it: then nothing was promised.
    w.accepted(&hook, id("last")).await;
    tests::world::until("nothing is under way", async || {
        let c = w.counts().await;
        (c.jobs == 0 && c.succeeded > 0).then_some(())
    })
    .await;
    let counts = w.counts().await;
    assert_eq!(counts.events, counts.succeeded, "{counts:?}");
    let mut got = ids(w);
    let n = got.len();
    got.sort();
    got.dedup();
    assert_eq!(got.len(), n, "each event ran once");
    assert_eq!(i64::try_from(n).unwrap(), counts.events);
}

async fn a_sender_that_goes_away_in_the_middle_has_sent_nothing(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    for missing in [1, 5, 20] {
        let request = Request::post(&hook.path, id("half"));
        request.send_part(missing, w.addr()).await.unwrap();
        let request = Request::post(&hook.path, id("half")).chunked(4);
        request.send_part(missing, w.addr()).await.unwrap();
    }
    w.accepted(&hook, id("whole")).await;
    w.outcome(&hook).await;
    assert_eq!(ids(w), ["whole"]);
    assert_eq!(w.counts().await.deliveries, 1);
}

async fn what_was_answered_survives_a_crash_right_after(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    let gate = Gate::new();
    w.sink.respond({
        let gate = gate.clone();
        move |_| Answer::ok().after(&gate)
    });
    for n in 0..8 {
        w.accepted(&hook, id(&n.to_string())).await;
    }
    w.crash().await;
    gate.open();
    w.sink.log().clear();
    w.start().await;
    w.ended(&hook, 8).await;
    w.sink.wait_for(8, SOON).await.unwrap();
    let mut got = ids(w);
    got.sort();
    got.dedup();
    assert_eq!(got.len(), 8, "{got:?}");
}
