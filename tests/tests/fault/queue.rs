//! The server killed while its queue of commits is as full as it can be.

use std::time::Duration;

use domain::limits;
use futures::future::join_all;
use tests::both_products;
use tests::world::product::Product;
use tests::world::{Kind, Request, within};

use crate::ledger::Books;
use crate::load::{Load, Moments, WORKERS};

both_products! { accepted_events_survive_kill_9_with_a_full_commit_queue }

/// What a lane may have taken out to commit.
const UNDER_WAY: usize = 3 * limits::COMMIT_BATCH;
/// Thousands of connections, on a slow machine.
const FILLED: Duration = Duration::from_mins(1);

/// Deliveries that wait for their commit.
async fn waiting(zveno: &Product) -> Option<usize> {
    let metrics = Request::new("GET", "/metrics").send(zveno.addr()).await.ok()?;
    let n = metrics.body.lines().find_map(|l| l.strip_prefix("zveno_commit_waiting "))?;
    n.parse().ok()
}

/// Sends until the server says that it has no room. The senders do not wait for their answers:
/// what is queued goes on without them, and no connection is kept.
async fn fill(zveno: &Product, load: &Load) {
    within(FILLED, "the queue is full", async || {
        let all = (0..64).map(|_| load.request());
        join_all(all.map(async |r| r.send_and_leave(zveno.addr()).await.ok())).await;
        let probe = load.request();
        let asked = tokio::time::timeout(Duration::from_millis(50), probe.send(zveno.addr())).await;
        let refused = asked.is_ok_and(|r| r.is_ok_and(|r| r.status == 503));
        (refused && waiting(zveno).await? + UNDER_WAY >= limits::COMMIT_QUEUE).then_some(())
    })
    .await;
}

async fn accepted_events_survive_kill_9_with_a_full_commit_queue(kind: Kind) {
    let (zveno, load) = Load::prepare(kind).await;
    let mut moments = Moments::new(19);
    let serving = zveno.serve().await;
    let sending = load.start(zveno.addr());
    moments.pause(Duration::from_millis(100), Duration::from_millis(300)).await;
    let lock = zveno.lock_database().await;
    fill(&zveno, &load).await;
    serving.kill().await;
    lock.release().await;
    let acked = sending.stop().await;

    let serving = zveno.serve().await;
    load.drain(&zveno, &acked).await;
    assert_eq!(serving.stop().await, 0);
    let books = Books::close("kill_9_full_commit_queue", &zveno, acked, load.delivered()).await;
    books.balance(1, WORKERS);
    zveno.remove().await;
}
