//! The process ended at each moment between two promises, by fail points. Builds without debug
//! assertions have no fail points, so this needs the debug build.

use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use tests::both_products;
use tests::world::product::Product;
use tests::world::{Kind, fault_is_long};

use crate::ledger::Books;
use crate::load::{Load, Style, WORKERS, step};

both_products! {
    a_crash_between_commit_and_answer_loses_nothing,
    a_crash_between_claim_and_send_loses_nothing,
    a_crash_between_answer_and_finish_loses_nothing,
    a_crash_between_two_steps_loses_nothing,
}

/// The signal that ends an aborted process.
const ABORTED: Option<i32> = Some(6);
/// How long a server may work before it meets its fail point.
const MET: Duration = Duration::from_mins(1);
/// Between two events of a sender: what comes while nobody works can be worked off afterwards.
const PACE: Duration = Duration::from_millis(25);

fn rounds() -> u64 {
    if fault_is_long() { 20 } else { 2 }
}

async fn a_crash_between_commit_and_answer_loses_nothing(kind: Kind) {
    crash_at(kind, "point_commit_answer", &["committed"]).await;
}

async fn a_crash_between_claim_and_send_loses_nothing(kind: Kind) {
    crash_at(kind, "point_claim_send", &["claimed", "sending"]).await;
}

async fn a_crash_between_answer_and_finish_loses_nothing(kind: Kind) {
    crash_at(kind, "point_answer_finish", &["answered"]).await;
}

async fn a_crash_between_two_steps_loses_nothing(kind: Kind) {
    crash_at(kind, "point_step_step", &["stored"]).await;
}

async fn crash_at(kind: Kind, name: &'static str, points: &[&str]) {
    let two = |sink: &_| step(sink, "one", "/one") + &step(sink, "two", "/two");
    let (zveno, load) = Load::on(Product::new(kind).await, two).await;
    // Senders as they are: who got no answer sends the same event again.
    let style = Style { to: vec![zveno.addr()], pace: PACE, again: true };
    let sending = load.start_as(&style);
    let mut crashes = 0;
    for round in 0..rounds() {
        for point in points {
            let at = format!("{point}:{}", 3 + 17 * round);
            let mut serving = zveno.launch(zveno.addr(), &[("ZVENO_FAILPOINT", &at)]);
            let ended = serving.dies(MET).await;
            assert_eq!(ended.signal(), ABORTED, "{at}: {}", serving.log());
            crashes += 1;
        }
    }
    let serving = zveno.serve().await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let acked = sending.stop().await;
    load.finish(&zveno, &acked).await;
    assert_eq!(serving.stop().await, 0);
    let first = load.arrived("/one");
    let again = first.total() - first.unique();
    let books = Books::close(name, &zveno, acked, load.arrived("/two")).await;
    books.with("crashes", crashes).with("duplicates_of_step_one", again).balance(crashes, WORKERS);
    zveno.remove().await;
}
