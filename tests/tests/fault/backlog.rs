//! A destination that is down while many events wait for it: another flow goes on as if nothing
//! had happened (semantics S15).

use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use tests::both_products;
use tests::receivers::Now;
use tests::receivers::http::{Answer, HttpReceiver};
use tests::world::product::Product;
use tests::world::{Kind, Request, fault_is_long};

use crate::ledger::Books;
use crate::load::{Load, WORKERS, post, publish, step};

both_products! { s15_events_that_wait_for_a_dead_destination_disturb_no_other_flow }

const OTHER: &str = "other-address-0123456789ab";
/// Senders of the events that will wait.
const SENDERS: usize = 32;
/// 99 of 100 events of the other flow arrive within this time.
const P99: Duration = Duration::from_secs(1);
/// The longest that the test waits for one of them.
const GIVE_UP: Duration = Duration::from_secs(30);

fn figures() -> (usize, usize, Duration) {
    if fault_is_long() {
        (100_000, 100, Duration::from_secs(1))
    } else {
        (3_000, 30, Duration::from_millis(100))
    }
}

/// The same step, which waits for an hour after a failure.
fn patient(sink: &HttpReceiver) -> String {
    let step = step(sink, "out", "/dead").replace("timeout: 20s", "timeout: 2s");
    step.replace("[100ms, 200ms, 500ms, 1s, 1s]", "[1h, 1h]")
}

async fn s15_events_that_wait_for_a_dead_destination_disturb_no_other_flow(kind: Kind) {
    let (many, others, pace) = figures();
    let mut product = Product::new(kind).await;
    product.set("ZVENO_BACKLOG", "300000");
    let (zveno, load) = Load::on(product, patient).await;
    load.sink.respond(|_| Answer::silent());
    let other = HttpReceiver::start().await.expect("a receiver");
    publish(&zveno, OTHER, &step(&other, "other", "/other")).await;
    let serving = zveno.serve().await;
    let sent: Vec<String> = stream::iter(0..many)
        .map(async |n| {
            let id = format!("dead-{n}");
            let answer = post(&id).send(zveno.addr()).await.expect("an answer");
            assert_eq!(answer.status, 200);
            id
        })
        .buffer_unordered(SENDERS)
        .collect()
        .await;
    let mut took = Vec::with_capacity(others);
    let mut acked = sent.clone();
    for n in 0..others {
        tokio::time::sleep(pace).await;
        let id = format!("other-{n}");
        let before = Now::wall().get();
        let request = Request { target: format!("/in/{OTHER}"), ..post(&id) };
        assert_eq!(request.send(zveno.addr()).await.expect("an answer").status, 200);
        other.wait_for(n + 1, GIVE_UP).await.expect("the event of the other flow arrives");
        took.push(Now::wall().get().since(before));
        acked.push(id);
    }
    assert_eq!(serving.stop().await, 0);
    took.sort_unstable();
    let p99 = took[(took.len() * 99).div_ceil(100) - 1];
    let delivered = other.ledger(|r| r.json().ok()?["id"].as_str().map(str::to_owned));
    let books = Books::close("backlog", &zveno, acked, delivered).await;
    let books = books.with("p99_ms", p99.micros() / 1_000).with("workers", WORKERS);
    books.waiting(sent).balance_with(0);
    assert!(p99.std() < P99, "{p99}");
    zveno.remove().await;
}
