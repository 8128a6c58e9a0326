//! A disk that is full or read-only: visible errors, nothing half written, and the store goes on.

use domain::run::RunState;
use futures::future::join_all;
use store::*;

use crate::given::*;
use crate::world::World;

fn large(db: &Db, flow: domain::ids::FlowId) -> NewDelivery {
    let mut body = vec![0u8; 200_000];
    domain::ids::fill(&mut body);
    NewDelivery { body: body.into(), ..delivery(db, flow) }
}

#[tokio::test]
async fn s6_on_a_full_disk_every_waiter_is_told_and_later_ones_are_stored() {
    let t = World::sqlite().await;
    let flow = flow(&t.db).await;
    let (_, _, run) = accepted(&t.db, flow).await;
    let node = t.db.join().await.unwrap();
    let c = claimed(&t.db, node).await;
    t.db.pragma("max_page_count = 1").await.unwrap();
    let all = (0..6).map(|_| t.db.ingest(one(large(&t.db, flow), event(&t.db))));
    for r in join_all(all).await {
        assert!(matches!(r, Err(Error::DiskFull(_))), "{r:?}");
    }
    assert_eq!(t.db.counts().await.unwrap().deliveries, 1);
    t.db.pragma("max_page_count = 1000000").await.unwrap();
    t.db.ingest(one(large(&t.db, flow), event(&t.db))).await.unwrap();
    let done = t.db.apply(end(&t.db, c.lease, RunState::Succeeded)).await.unwrap();
    assert_eq!(done, Applied::Applied { cancel: false });
    assert_eq!(seen(&t.db, run).await.run.state, RunState::Succeeded);
    t.end().await;
}

#[tokio::test]
async fn s6_a_database_that_turns_read_only_is_said_so() {
    let mut t = World::sqlite().await;
    let flow = flow(&t.db).await;
    t.db.pragma("query_only = 1").await.unwrap();
    let r = t.db.ingest(one(delivery(&t.db, flow), event(&t.db))).await;
    assert!(matches!(r, Err(Error::ReadOnly(_))), "{r:?}");
    t.restart().await;
    accepted(&t.db, flow).await;
    t.end().await;
}

/// A clean end leaves one file: the log is inside it.
#[tokio::test]
async fn after_close_the_log_is_in_the_database() {
    let t = World::sqlite().await;
    let flow = flow(&t.db).await;
    for _ in 0..40 {
        t.db.ingest(one(large(&t.db, flow), event(&t.db))).await.unwrap();
    }
    t.db.close().await;
    let wal = t.folder.path().join("data/zveno.db-wal");
    assert!(!wal.exists());
    assert!(std::fs::metadata(t.file()).unwrap().len() > 40 * 200_000);
    t.end().await;
}
