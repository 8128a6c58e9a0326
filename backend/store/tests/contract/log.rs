//! The write-ahead log of SQLite stays small (semantics S6), whoever reads.

use std::time::Duration;

use domain::ids::FlowId;
use domain::limits;
use futures::future::join_all;
use sqlx::{Connection, SqliteConnection};
use store::*;

use crate::given::*;
use crate::world::{World, soon};

/// A reader of somebody else's, in a transaction.
async fn reader(t: &World) -> SqliteConnection {
    let url = format!("sqlite://{}", t.file().display());
    let mut c = SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("BEGIN; SELECT count(*) FROM flows").execute(&mut c).await.unwrap();
    c
}

/// No commit takes this long unless it waits for a reader.
const AT_ONCE: Duration = Duration::from_secs(5);

/// Stores this much.
async fn write(t: &World, flow: FlowId, bytes: u64) {
    const ONE: usize = 1 << 20;
    let mut body = vec![0; ONE];
    domain::ids::fill(&mut body);
    let body = bytes::Bytes::from(body);
    for _ in 0..bytes / (4 * ONE as u64) {
        let four = (0..4).map(|_| {
            let d = NewDelivery { body: body.clone(), ..delivery(&t.db, flow) };
            t.db.ingest(one(d, event(&t.db)))
        });
        let stored = tokio::time::timeout(AT_ONCE, join_all(four)).await;
        assert!(stored.expect("a commit was held up").iter().all(Result::is_ok));
    }
}

fn log_bytes(t: &World) -> u64 {
    std::fs::metadata(t.folder.path().join("data/zveno.db-wal")).map_or(0, |m| m.len())
}

/// Readers that follow each other without a gap never let a passive checkpoint begin the log anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s6_a_large_log_is_begun_anew_although_somebody_always_reads() {
    let t = World::sqlite().await;
    let flow = flow(&t.db).await;
    let first = reader(&t).await;
    let url = format!("sqlite://{}", t.file().display());
    let reading = tokio::spawn(async move {
        let mut last = first;
        loop {
            let mut next = SqliteConnection::connect(&url).await.unwrap();
            sqlx::raw_sql("BEGIN; SELECT count(*) FROM flows").execute(&mut next).await.unwrap();
            last.close().await.unwrap();
            last = next;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let most = limits::WAL_RESTART_BYTES;
    write(&t, flow, 4 * most).await;
    let size = log_bytes(&t);
    assert!(size < 2 * most, "{size} bytes are in the log");
    assert!(!reading.is_finished());
    reading.abort();
    t.end().await;
}

/// One that reads for long lets the log grow, but nobody waits for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s6_a_foreign_reader_holds_up_no_commit() {
    let t = World::sqlite().await;
    let flow = flow(&t.db).await;
    let held = reader(&t).await;
    write(&t, flow, limits::WAL_RESTART_BYTES + (8 << 20)).await;
    assert!(log_bytes(&t) > limits::WAL_RESTART_BYTES, "the reader holds the log");
    held.close().await.unwrap();
    soon(async {
        while log_bytes(&t) > limits::WAL_RESTART_BYTES {
            write(&t, flow, 4 << 20).await;
        }
    })
    .await;
    t.end().await;
}

#[tokio::test]
async fn s6_a_read_is_stopped_after_two_seconds() {
    let t = World::sqlite().await;
    let flow = flow(&t.db).await;
    t.exec(
        "ALTER TABLE counters RENAME TO counted;
         CREATE VIEW counters (scope, name, value) AS
           WITH RECURSIVE endless(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM endless)
           SELECT flows.id, 'endless', i FROM endless CROSS JOIN flows WHERE i < 0",
    )
    .await;
    let reads = (0..4).map(|_| t.db.copies(flow));
    for r in soon(join_all(reads)).await {
        let e = r.expect_err("it never ends by itself").to_string();
        assert!(e.contains("longer than 2 s"), "{e}");
    }
    t.exec("DROP VIEW counters; ALTER TABLE counted RENAME TO counters").await;
    assert_eq!(t.db.copies(flow).await.unwrap(), Copies::default(), "the connections still work");
    t.end().await;
}
