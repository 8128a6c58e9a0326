//! Deliveries that are too large.

use std::time::Duration;

use domain::delivery::Verdict;
use domain::limits;
use serde_json::json;
use tests::both;
use tests::world::{Request, World, json as json_body, text};

use crate::samples::{deliver, echo, id, ids, told};

both! {
    a_body_over_the_limit_gets_413_and_nothing_is_stored,
    a_body_at_the_limit_is_taken_whole,
    a_flow_may_allow_larger_bodies,
    s_words_a_split_over_the_limit_is_refused_visibly,
    s_words_a_split_at_the_limit_makes_all_its_events,
    s17_items_that_the_trigger_filters_have_no_run,
}

async fn a_body_over_the_limit_gets_413_and_nothing_is_stored(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    let large = text(&"x".repeat(limits::BODY_BYTES + 1));
    assert_eq!(w.post(&hook, large.clone()).await.status, 413);
    let chunked = Request::post(&hook.path, large).chunked(60_000);
    assert_eq!(w.send(chunked).await.status, 413);
    let counts = w.counts().await;
    assert_eq!((counts.deliveries, counts.events), (0, 0));
    w.accepted(&hook, id("a")).await;
    w.outcome(&hook).await;
    assert_eq!(ids(w), ["a"]);
}

async fn a_body_at_the_limit_is_taken_whole(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    let whole = "x".repeat(limits::BODY_BYTES);
    w.accepted(&hook, text(&whole)).await;
    let chunked = Request::post(&hook.path, text(&whole)).chunked(50_000);
    assert_eq!(w.send(chunked).await.status, 200);
    for delivery in w.deliveries(&hook).await {
        assert!(w.delivery(&delivery).await.body == whole.as_bytes(), "not a byte is missing");
    }
}

async fn a_flow_may_allow_larger_bodies(w: &World) {
    let doc = echo(w).replace("event: request", "event: request, max_body: 3000000");
    let hook = w.flow(&doc).publish().await;
    let body = json!({ "text": "я".repeat(1_200_000) });
    w.accepted(&hook, json_body(&body)).await;
    w.outcome(&hook).await;
    assert!(told(w, "/echo")[0]["body"] == body);
    let over = text(&"x".repeat(3_000_001));
    assert_eq!(w.post(&hook, over).await.status, 413);
}

const ORDERS: &str = "
zveno: 1
name: orders
trigger: { connector: shop@1.0.0, event: orders }
steps:
  - { id: note, set: { number: { path: $.trigger.data.id } } }
";

fn orders(n: usize, kind: &str) -> tests::world::Body {
    let all: Vec<_> = (0..n).map(|id| json!({ "id": id, "kind": kind })).collect();
    json_body(&json!({ "orders": all }))
}

async fn s_words_a_split_over_the_limit_is_refused_visibly(w: &World) {
    let hook = w.flow(ORDERS).publish().await;
    let reply = w.post(&hook, orders(limits::SPLIT_ITEMS + 1, "sale")).await;
    assert!(reply.status >= 400, "{reply:?}");
    let all = w.deliveries(&hook).await;
    assert!(all.len() == 1 && all[0].verdict == Verdict::Refused, "{all:#?}");
    assert!(all[0].reason.as_deref().is_some_and(|r| r.contains("1000") || r.contains("1,000")));
    assert!(w.events(&hook).await.is_empty());
}

async fn s_words_a_split_at_the_limit_makes_all_its_events(w: &World) {
    let hook = w.flow(ORDERS).publish().await;
    w.accepted(&hook, orders(limits::SPLIT_ITEMS, "sale")).await;
    let done = i64::try_from(limits::SPLIT_ITEMS).unwrap();
    // Each of the runs reads the whole delivery again: a minute of one slow core.
    let all = async || (w.counts().await.succeeded == done).then_some(());
    tests::world::within(Duration::from_secs(90), "all runs", all).await;
    assert_eq!(w.counts().await.deliveries, 1);
}

async fn s17_items_that_the_trigger_filters_have_no_run(w: &World) {
    let hook = w.flow(ORDERS).publish().await;
    w.accepted(&hook, orders(3, "noise")).await;
    let events = w.events(&hook).await;
    assert_eq!(events.len(), 3);
    for e in events {
        assert_eq!(e.state, domain::delivery::EventState::Filtered);
        assert_eq!((e.reason.as_deref(), e.run), (Some("filter"), None));
    }
}
