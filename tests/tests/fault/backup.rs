//! A backup that is made while events arrive, filled into the other database (semantics S26): all
//! that was acknowledged before it began is in it, nothing twice, and the runs go on.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;
use tests::both_products;
use tests::receivers::{Ledger, Now};
use tests::world::product::Product;
use tests::world::{Kind, fault_is_long, within};

use crate::ledger::Books;
use crate::load::{Load, Style, WORKERS, post};

both_products! { s26_a_backup_under_load_has_all_that_was_accepted_before_it_began }

/// Between two events of one of the six senders: 500 a second in all, where the machine can.
const PACE: Duration = Duration::from_millis(10);
/// How long a load of that size may take to come on a machine that does other work too.
const LOADED: Duration = Duration::from_mins(10);
/// Events that are accepted after the backup.
const AFTER: usize = 50;

async fn s26_a_backup_under_load_has_all_that_was_accepted_before_it_began(kind: Kind) {
    let events = if fault_is_long() { 30_000 } else { 1_000 };
    let (zveno, load) = Load::prepare(kind).await;
    let serving = zveno.serve().await;
    let style = Style { to: vec![zveno.addr()], pace: PACE, again: true };
    let sending = load.start_as(&style);
    within(LOADED, "a load", async || (sending.answers(200..300) > events).then_some(())).await;

    let file = zveno.folder().join("under-load.backup");
    let file = file.to_str().expect("a path of text").to_owned();
    let (before, began) = (sending.taken(), Now::wall().get());
    zveno.json(&["backup", &file]).await;
    let (took, during) = (Now::wall().get().since(began), sending.taken().len() - before.len());
    assert!(during > 0, "the load went on while the backup was made");
    let more = sending.taken().len() + AFTER;
    within(LOADED, "a load after it", async || (sending.taken().len() > more).then_some(())).await;
    let acked = sending.stop().await;
    load.drain(&zveno, &acked).await;
    assert_eq!(serving.stop().await, 0);
    let seen = load.sink.log().len();
    let rate = i64::try_from(during).expect("a few") * 1_000_000 / took.micros().max(1);
    let books = Books::close("backup_source", &zveno, acked, load.delivered()).await;
    let books = books.with("backup_ms", took.micros() / 1_000).with("events_per_s", rate);
    books.balance_with(0);

    let restored = filled(&zveno, &file).await;
    let stored = stored(&restored).await;
    let lost: Vec<_> = before.iter().filter(|id| stored.times(id) == 0).collect();
    assert!(lost.is_empty(), "acknowledged before the backup began, and not in it: {lost:?}");
    assert_eq!(stored.total(), stored.unique(), "stored twice");
    consistent(&restored).await;
    let unfinished: BTreeSet<String> = ids(restored.unfinished().await).collect();

    let serving = restored.serve().await;
    restored.json(&["resume", "--unfinished", "run"]).await;
    let copy = post(&before[0]).send(restored.addr()).await.expect("an answer");
    assert_eq!(copy.status, 200, "a copy of what was accepted before the move");
    let new = load.request().send(restored.addr()).await.expect("an answer");
    assert_eq!(new.status, 200);
    load.drain(&restored, &before).await;
    assert_eq!(serving.stop().await, 0);
    let again = arrived(&load, seen);
    assert_eq!(again.total(), unfinished.len() + 1, "what was unfinished, and the new one");
    assert!(unfinished.iter().all(|id| again.times(id) == 1), "each once");
    let name = "backup_restored";
    let books = Books::close(name, &restored, before, load.delivered()).await;
    books.with("unfinished", unfinished.len()).balance_with(unfinished.len());
    restored.remove().await;
    zveno.remove().await;
}

/// The other database, filled from the file.
async fn filled(from: &Product, file: &str) -> Product {
    let other = if from.kind == Kind::Sqlite { Kind::Postgres } else { Kind::Sqlite };
    let mut product = Product::new(other).await;
    product.set("ZVENO_WORKERS", &WORKERS.to_string());
    product.set("ZVENO_LOG", "warn");
    product.take_key_of(from);
    product.json(&["restore", file]).await;
    product
}

fn id_of(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    body["id"].as_str().map(str::to_owned)
}

fn ids(rows: Vec<(String, Vec<u8>)>) -> impl Iterator<Item = String> {
    rows.into_iter().filter_map(|(_, body)| id_of(&body))
}

/// The ids of the runs.
async fn stored(zveno: &Product) -> Ledger {
    let rows = "SELECT r.state, d.body FROM runs r JOIN events e ON e.id = r.event
        JOIN deliveries d ON d.id = e.delivery";
    ids(zveno.rows(rows).await).collect()
}

/// What was committed together is there together.
async fn consistent(zveno: &Product) {
    let without_run = "SELECT d.verdict, d.body FROM deliveries d
        LEFT JOIN events e ON e.delivery = d.id LEFT JOIN runs r ON r.event = e.id
        WHERE r.id IS NULL AND d.verdict = 'accepted'";
    let half_done = "SELECT r.state, d.body FROM runs r JOIN events e ON e.id = r.event
        JOIN deliveries d ON d.id = e.delivery LEFT JOIN jobs j ON j.run = r.id
        WHERE (j.run IS NULL) <> (r.finished_at IS NOT NULL)";
    let without_try = "SELECT r.state, d.body FROM runs r JOIN events e ON e.id = r.event
        JOIN deliveries d ON d.id = e.delivery WHERE r.state = 'succeeded'
        AND (NOT EXISTS (SELECT 1 FROM attempts a WHERE a.run = r.id)
          OR NOT EXISTS (SELECT 1 FROM steps s WHERE s.run = r.id))";
    for (what, query) in [
        ("a delivery without its run", without_run),
        ("a run without its job, or with one that it does not need", half_done),
        ("a run without its journal", without_try),
    ] {
        let found: Vec<String> = ids(zveno.rows(query).await).collect();
        assert!(found.is_empty(), "{what}: {found:?}");
    }
}

/// What came to the receiver after this many requests.
fn arrived(load: &Load, after: usize) -> Ledger {
    let all = load.sink.log().all();
    all[after..].iter().filter_map(|r| id_of(&r.body)).collect()
}
