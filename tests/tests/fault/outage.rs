//! PostgreSQL goes away and comes back: nothing is accepted meanwhile, nothing is lost, and the
//! server goes on by itself.

use std::time::Duration;

use tests::world::cluster::Cluster;
use tests::world::product::Product;
use tests::world::{SOON, alone, fault_is_long, within};

use crate::ledger::Books;
use crate::load::{Load, Sending, Style, WORKERS, step};

#[test]
fn s6_a_postgresql_that_crashes_and_comes_back_loses_nothing() {
    alone(outage("postgres_crash", How::Crash));
}

#[test]
fn s6_a_postgresql_that_freezes_and_thaws_loses_nothing() {
    alone(outage("postgres_freeze", How::Freeze));
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// Every connection is cut, and new ones are refused.
    Crash,
    /// Connections stay open, and nothing answers.
    Freeze,
}

/// An answer that was under way when the database went may still arrive.
const UNDER_WAY: Duration = Duration::from_millis(500);

fn time(how: How) -> Duration {
    match how {
        _ if fault_is_long() => Duration::from_mins(1),
        How::Crash => Duration::from_secs(8),
        // Long enough for deliveries to be refused, which is after 10 s.
        How::Freeze => Duration::from_secs(12),
    }
}

async fn outage(name: &'static str, how: How) {
    let mut cluster = Cluster::start().await;
    let product = Product::on(&cluster).await;
    let (zveno, load) = Load::on(product, |sink| step(sink, "out", "/")).await;
    let serving = zveno.serve().await;
    let style = Style { to: vec![zveno.addr()], pace: Duration::from_millis(5), again: true };
    let sending = load.start_as(&style);
    within(SOON, "a load", async || (taken(&sending) > 100).then_some(())).await;
    match how {
        How::Crash => cluster.crash(),
        How::Freeze => cluster.freeze(),
    }
    tokio::time::sleep(UNDER_WAY).await;
    let (accepted, refused) = (taken(&sending), sending.answers(503..504));
    tokio::time::sleep(time(how)).await;
    assert_eq!(taken(&sending), accepted, "accepted without a database");
    let refused = sending.answers(503..504) - refused;
    assert!(refused > 0, "senders are told to come again");
    match how {
        How::Crash => cluster.go().await,
        How::Freeze => cluster.thaw(),
    }
    within(SOON, "it accepts again", async || (taken(&sending) > accepted + 100).then_some(()))
        .await;
    assert_eq!(taken(&sending), sending.answers(200..600) - sending.answers(503..504));
    let acked = sending.stop().await;
    load.finish(&zveno, &acked).await;
    assert_eq!(serving.stop().await, 0);
    let books = Books::close(name, &zveno, acked, load.delivered()).await;
    let seconds = time(how).as_secs();
    books.with("refused", refused).with("down_s", seconds).balance(1, WORKERS);
    zveno.remove().await;
}

fn taken(sending: &Sending) -> u64 {
    sending.answers(200..300)
}
