//! Senders that send twice.

use domain::delivery::{EventState, Verdict};
use domain::{Span, limits};
use serde_json::json;
use tests::both;
use tests::world::{Request, World, form};

use crate::samples::{deliver, id, ids};

both! {
    s4_a_duplicate_gets_the_stored_answer_and_starts_no_run,
    s4_an_empty_key_is_no_key,
    s4_a_key_is_forgotten_after_its_window,
    s4_of_many_copies_a_hundred_are_kept_and_all_are_counted,
    s4_copies_at_the_same_moment_make_one_run,
    s4_a_batch_with_old_and_new_items_runs_the_new_ones,
}

async fn s4_a_duplicate_gets_the_stored_answer_and_starts_no_run(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    let first = w.accepted(&hook, id("a")).await;
    w.outcome(&hook).await;
    let second = w.accepted(&hook, id("a")).await;
    assert_eq!((second.status, second.body), (first.status, first.body));
    assert_eq!(w.runs(&hook).await.len(), 1);
    let all = w.deliveries(&hook).await;
    let original = w.only_event(&hook).await;
    assert_eq!(original.delivery, all[0].id);
    assert_eq!((all[1].verdict, all[1].copy_of), (Verdict::Duplicate, Some(original.id)));
    assert_eq!(ids(w), ["a"]);
}

async fn s4_an_empty_key_is_no_key(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    for _ in 0..3 {
        w.accepted(&hook, form(&[("id", ""), ("name", "Анна")])).await;
    }
    w.accepted(&hook, form(&[("name", "Анна")])).await;
    w.ended(&hook, 4).await;
    assert_eq!(w.copies(&hook).await.keyless, 4);
}

async fn s4_a_key_is_forgotten_after_its_window(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    w.outcome(&hook).await;
    w.advance(Span::days(7).plus(Span::secs(1))).await;
    w.accepted(&hook, id("a")).await;
    w.ended(&hook, 2).await;
    assert_eq!(ids(w), ["a", "a"]);
}

async fn s4_of_many_copies_a_hundred_are_kept_and_all_are_counted(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    let kept = usize::try_from(limits::COPIES_KEPT).unwrap();
    for _ in 0..kept + 4 {
        w.accepted(&hook, id("a")).await;
    }
    w.outcome(&hook).await;
    let all = w.deliveries(&hook).await;
    assert_eq!(all.len(), kept + 1, "the original and a hundred copies");
    assert_eq!(w.copies(&hook).await.duplicates, 3);
}

async fn s4_copies_at_the_same_moment_make_one_run(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    let request = Request::post(&hook.path, id("a"));
    let to = w.addr();
    let sent = (0..24).map(|_| request.send(to));
    for reply in futures::future::join_all(sent).await {
        assert_eq!(reply.unwrap().status, 200);
    }
    w.outcome(&hook).await;
    assert_eq!(ids(w), ["a"]);
    let copies = w.deliveries(&hook).await;
    assert_eq!(copies.iter().filter(|d| d.verdict == Verdict::Duplicate).count(), 23);
}

async fn s4_a_batch_with_old_and_new_items_runs_the_new_ones(w: &World) {
    let hook = w.flow(ORDERS).publish().await;
    let orders = |ids: &[u32]| {
        let all: Vec<_> = ids.iter().map(|id| json!({ "id": id, "kind": "sale" })).collect();
        tests::world::json(&json!({ "orders": all }))
    };
    w.accepted(&hook, orders(&[1, 2, 2])).await;
    w.ended(&hook, 2).await;
    w.accepted(&hook, orders(&[2, 3])).await;
    w.ended(&hook, 3).await;
    w.accepted(&hook, orders(&[1, 3])).await;
    assert_eq!(w.deliveries(&hook).await[2].verdict, Verdict::Duplicate);
    let events = w.events(&hook).await;
    assert_eq!(events.len(), 3, "{events:#?}");
    assert!(events.iter().all(|e| e.state == EventState::Accepted));
}

const ORDERS: &str = "
zveno: 1
name: orders
trigger:
  connector: shop@1.0.0
  event: orders
  dedupe: { key: '{{trigger.data.id}}', window: 7d }
steps:
  - { id: note, set: { number: { path: $.trigger.data.id } } }
";
