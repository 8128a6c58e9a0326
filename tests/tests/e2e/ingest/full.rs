//! No room: what cannot be stored now is answered 503 with the time to come again, and nothing
//! that was promised is lost.

use std::net::SocketAddr;

use domain::limits;
use tests::both;
use tests::world::{Hook, Kind, Reply, Request, World, text, until};
use tokio::task::JoinHandle;

use crate::samples::{deliver, id, ids};

both! {
    s16_a_full_commit_queue_is_answered_503_and_nothing_is_lost,
    s16_below_the_disk_reserve_deliveries_are_answered_503,
}

fn come_again(reply: &Reply) -> bool {
    let after = reply.header("retry-after").and_then(|s| s.parse().ok());
    reply.status == 503 && after == Some(limits::RETRY_AFTER.as_secs())
}

/// Sends in a task of its own, and answers when the answer comes.
fn sent(hook: &Hook, to: SocketAddr, body: tests::world::Body) -> JoinHandle<Reply> {
    let request = Request::post(&hook.path, body);
    tokio::spawn(async move { request.send(to).await.expect("an answer") })
}

async fn s16_a_full_commit_queue_is_answered_503_and_nothing_is_lost(w: &World) {
    let note = "
zveno: 1
name: note
trigger: { connector: webhook@1.0.0, event: request }
steps:
  - { id: note, set: { at: { path: $.trigger.received_at } } }
";
    let hook = w.flow(note).publish().await;
    let lock = w.lock_database().await;
    let large = || text(&"x".repeat(limits::BODY_BYTES));
    let mut waiting = Vec::new();
    let refused = loop {
        assert!(waiting.len() <= limits::COMMIT_QUEUE_BYTES / limits::BODY_BYTES, "it has a limit");
        let mut one = sent(&hook, w.addr(), large());
        // In the queue, or refused at once: nothing can be stored meanwhile.
        let before = w.queued().await;
        let placed = until("it is queued or answered", async || {
            (one.is_finished() || w.queued().await > before).then(|| one.is_finished())
        });
        if placed.await {
            break (&mut one).await.expect("a reply");
        }
        waiting.push(one);
    };
    assert!(come_again(&refused), "{refused:?}");
    let most = limits::COMMIT_QUEUE_BYTES / limits::BODY_BYTES;
    assert!((most - 1..=most).contains(&waiting.len()), "{} fitted", waiting.len());
    lock.release().await;
    let mut stored = 0;
    for one in waiting {
        let reply = one.await.expect("a reply");
        // Where a database gives up waiting for a lock, the sender is told to come again.
        assert!(reply.status == 200 || come_again(&reply), "{reply:?}");
        stored += i64::from(reply.status == 200);
    }
    assert!(stored > 0);
    assert_eq!(w.counts().await.deliveries, stored, "stored is what was accepted");
    until("all runs", async || (w.counts().await.succeeded == stored).then_some(())).await;
    assert_eq!(w.post(&hook, large()).await.status, 200, "there is room again");
}

async fn s16_below_the_disk_reserve_deliveries_are_answered_503(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, id("before")).await;
    w.ask(|m| async move { m.db.set_disk_reserve(u64::MAX) }).await;
    if w.kind == Kind::Postgres {
        // The data is not on this machine's disk.
        w.accepted(&hook, id("meanwhile")).await;
        return;
    }
    let refused = until("the reserve is noticed", async || {
        let reply = w.post(&hook, id("meanwhile")).await;
        (reply.status != 200).then_some(reply)
    });
    let refused = refused.await;
    assert!(come_again(&refused), "{refused:?}");
    assert_eq!(w.send(Request::new("GET", "/readyz")).await.status, 503);
    let stored = w.counts().await.deliveries;
    assert!(come_again(&w.post(&hook, id("refused")).await));
    assert_eq!(w.counts().await.deliveries, stored);

    w.ask(|m| async move { m.db.set_disk_reserve(0) }).await;
    until("there is room again", async || {
        (w.post(&hook, id("after")).await.status == 200).then_some(())
    })
    .await;
    until("what was accepted runs", async || {
        let ids = ids(w);
        (ids.iter().any(|i| i == "before") && ids.iter().any(|i| i == "after")).then_some(())
    })
    .await;
    assert!(!ids(w).iter().any(|i| i == "refused"));
}
