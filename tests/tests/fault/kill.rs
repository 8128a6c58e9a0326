//! One server killed at any moment, and stopped as it should be.

use std::time::Duration;

use tests::both_products;
use tests::receivers::http::Answer;
use tests::receivers::{Gate, Ledger};
use tests::world::product::{Product, Serving};
use tests::world::{Kind, SOON, fault_is_long, within};

use crate::ledger::Books;
use crate::load::{Load, Moments, WORKERS};

both_products! {
    accepted_events_survive_kill_9_at_random_moments,
    accepted_events_survive_kill_9_with_a_full_queue,
    a_stop_loses_and_repeats_nothing,
}

/// Serving again after a restart: 2 s for the release build, more for the slow debug build.
const SERVING_AGAIN: domain::Span =
    if cfg!(debug_assertions) { domain::Span::secs(5) } else { domain::Span::secs(2) };

/// More than the server executes at once, by far.
const FULL: u64 = 40;

fn kills() -> u64 {
    if fault_is_long() { 200 } else { 8 }
}

async fn restarted(zveno: &Product) -> Serving {
    let serving = zveno.serve().await;
    assert!(serving.start <= SERVING_AGAIN, "serving again after {:?}", serving.start);
    serving
}

async fn accepted_events_survive_kill_9_at_random_moments(kind: Kind) {
    let (zveno, load) = Load::prepare(kind).await;
    let mut moments = Moments::new(7);
    let mut serving = zveno.serve().await;
    let sending = load.start(zveno.addr());
    for _ in 0..kills() {
        moments.pause(Duration::from_millis(20), Duration::from_millis(450)).await;
        serving.kill().await;
        serving = restarted(&zveno).await;
    }
    moments.pause(Duration::from_millis(100), Duration::from_millis(200)).await;
    let acked = sending.stop().await;
    load.drain(&zveno, &acked).await;
    assert_eq!(serving.stop().await, 0);
    let books = Books::close("kill_9_random", &zveno, acked, load.delivered()).await;
    // One kill after the other can meet the same run five times, which parks it (semantics S5).
    let parked = usize::try_from(kills() / 20).expect("a few");
    books.with("kills", kills()).may_park(parked).balance(kills(), WORKERS);
    zveno.remove().await;
}

async fn accepted_events_survive_kill_9_with_a_full_queue(kind: Kind) {
    let (zveno, load) = Load::prepare(kind).await;
    let mut moments = Moments::new(11);
    let mut acked = Vec::new();
    for _ in 0..3 {
        let gate = Gate::new();
        load.hold(&gate);
        let serving = restarted(&zveno).await;
        let sending = load.start(zveno.addr());
        gate.wait_for(WORKERS, SOON).await.expect("all workers are busy");
        within(SOON, "the queue is full", async || {
            (sending.answers(200..300) > FULL).then_some(())
        })
        .await;
        moments.pause(Duration::from_millis(100), Duration::from_millis(400)).await;
        serving.kill().await;
        let more = sending.stop().await;
        acked.extend(more);
        gate.open();
    }
    load.sink.respond(|_| Answer::ok());
    let serving = restarted(&zveno).await;
    load.drain(&zveno, &acked).await;
    assert_eq!(serving.stop().await, 0);
    let books = Books::close("kill_9_full_queue", &zveno, acked, load.delivered()).await;
    books.with("kills", 3).balance(3, WORKERS);
    zveno.remove().await;
}

async fn a_stop_loses_and_repeats_nothing(kind: Kind) {
    let (zveno, load) = Load::prepare(kind).await;
    let mut moments = Moments::new(13);
    let mut serving = zveno.serve().await;
    let sending = load.start(zveno.addr());
    for _ in 0..3 {
        moments.pause(Duration::from_millis(150), Duration::from_millis(400)).await;
        assert_eq!(serving.stop().await, 0, "it stops by itself");
        serving = restarted(&zveno).await;
    }
    let acked = sending.stop().await;
    load.drain(&zveno, &acked).await;
    assert_eq!(serving.stop().await, 0);
    let delivered: Ledger = load.delivered();
    assert!(delivered.repeated().is_empty(), "{:?}", delivered.repeated());
    let books = Books::close("sigterm", &zveno, acked, delivered).await;
    books.balance(0, WORKERS);
    zveno.remove().await;
}
