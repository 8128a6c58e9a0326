//! Group commit (semantics S6): nothing is answered before COMMIT, and one bad request harms
//! nobody else.

use std::time::Duration;

use domain::run::RunState;
use futures::future::join_all;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use store::*;

use crate::contract;
use crate::given::*;
use crate::world::{World, soon};

contract!(s6_only_the_guilty_request_gets_the_error, |t| {
    let flow = flow(&t.db).await;
    let (known, _, _) = accepted(&t.db, flow).await;
    let all = (0..9).map(|i| {
        let (mut d, e) = (delivery(&t.db, flow), event(&t.db));
        if i == 4 {
            d.id = known;
        }
        t.db.ingest(one(d, e))
    });
    let got = join_all(all).await;
    for (i, r) in got.iter().enumerate() {
        assert_eq!(r.is_ok(), i != 4, "request {i}: {r:?}");
    }
    let n = t.db.counts().await.unwrap();
    assert_eq!((n.deliveries, n.events, n.jobs), (9, 9, 9), "nothing of the guilty one is left");
    assert_eq!(t.db.backlog(), 9);
});

contract!(s6_the_committer_tells_the_error_too, |t| {
    let flow = flow(&t.db).await;
    let (known, _, _) = accepted(&t.db, flow).await;
    let (mut d, e) = (delivery(&t.db, flow), event(&t.db));
    d.id = known;
    let (send, told) = tokio::sync::oneshot::channel();
    let mut i = one(d, e);
    i.after = Some(Box::new(move |r| send.send(r.is_err()).unwrap()));
    assert!(t.db.ingest(i).await.is_err());
    assert!(told.await.unwrap());
});

contract!(s6_nothing_is_answered_before_the_commit, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let mut blocker = Blocker::new(t).await;
    let (d, e) = (delivery(&t.db, flow), event(&t.db));
    let (id, run) = (d.id, e.run.as_ref().unwrap().id);
    let db = t.db.clone();
    let mut answer = tokio::spawn(async move { db.ingest(one(d, e)).await });
    assert!(
        tokio::time::timeout(Duration::from_millis(150), &mut answer).await.is_err(),
        "it was answered although nothing could be committed"
    );
    assert!(t.db.delivery(WS, id).await.unwrap().is_none());
    blocker.free().await;
    soon(answer).await.unwrap().unwrap();
    assert_eq!(claimed(&t.db, node).await.lease.run, run);
});

contract!(s6_a_request_whose_caller_is_gone_is_still_stored, |t| {
    let flow = flow(&t.db).await;
    let (d, e) = (delivery(&t.db, flow), event(&t.db));
    let id = d.id;
    let mut call = Box::pin(t.db.ingest(one(d, e)));
    assert!(futures::poll!(&mut call).is_pending());
    drop(call);
    // The next change goes the same way, after it.
    t.db.publish(WS, flow).await.unwrap();
    t.db.close().await;
    t.db = t.second().await.unwrap();
    assert!(t.db.delivery(WS, id).await.unwrap().is_some());
});

contract!(s6_close_writes_what_is_queued_and_refuses_the_rest, |t| {
    let flow = flow(&t.db).await;
    let mut calls = Vec::new();
    for _ in 0..300 {
        let (d, e) = (delivery(&t.db, flow), event(&t.db));
        let mut call = Box::pin(t.db.ingest(one(d, e)));
        assert!(futures::poll!(&mut call).is_pending());
        calls.push(call);
    }
    let (d, e) = (delivery(&t.db, flow), event(&t.db));
    t.db.close().await;
    assert!(join_all(calls).await.iter().all(Result::is_ok));
    assert!(matches!(t.db.ingest(one(d, e)).await, Err(Error::Closed)));
    assert!(t.db.is_ready().await.is_err());
    t.db = t.second().await.unwrap();
    assert_eq!(t.db.counts().await.unwrap().jobs, 300);
    assert_eq!(t.db.backlog(), 300);
});

contract!(s6_too_much_in_the_queue_is_refused_at_once, |t| {
    let flow = flow(&t.db).await;
    let mut blocker = Blocker::new(t).await;
    let mut calls = Vec::new();
    let body = bytes::Bytes::from(vec![b'x'; domain::limits::COMMIT_QUEUE_BYTES / 3]);
    for _ in 0..3 {
        let (mut d, e) = (delivery(&t.db, flow), event(&t.db));
        d.body = body.clone();
        let db = t.db.clone();
        calls.push(tokio::spawn(async move { db.ingest(one(d, e)).await }));
        tokio::task::yield_now().await;
    }
    let (mut d, e) = (delivery(&t.db, flow), event(&t.db));
    d.body = body.clone();
    assert!(matches!(t.db.ingest(one(d, e)).await, Err(Error::Busy)));
    blocker.free().await;
    let done = join_all(calls).await;
    let stored = done.iter().filter(|r| r.as_ref().unwrap().is_ok()).count();
    assert_eq!(i64::try_from(stored).unwrap(), t.db.counts().await.unwrap().deliveries);
    assert!(stored >= 2);
    accepted(&t.db, flow).await;
});

contract!(s6_progress_and_deliveries_share_a_commit, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    for _ in 0..40 {
        accepted(&t.db, flow).await;
    }
    let claims = claim(&t.db, node, 64).await;
    let ends = claims.iter().map(|c| t.db.apply(end(&t.db, c.lease, RunState::Succeeded)));
    let more = (0..40).map(|_| t.db.ingest(one(delivery(&t.db, flow), event(&t.db))));
    let (ends, more) = futures::join!(join_all(ends), join_all(more));
    assert!(ends.iter().all(|e| matches!(e, Ok(Applied::Applied { cancel: false }))));
    assert!(more.iter().all(Result::is_ok));
    let n = t.db.counts().await.unwrap();
    assert_eq!((n.succeeded, n.jobs), (40, 40));
});

/// Keeps every commit of deliveries from happening.
enum Blocker {
    Lite(SqliteConnection),
    Pg(PgConnection),
}

impl Blocker {
    async fn new(t: &World) -> Self {
        match &t.target {
            Target::Sqlite { .. } => {
                let url = format!("sqlite://{}", t.file().display());
                let mut c = SqliteConnection::connect(&url).await.unwrap();
                sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut c).await.unwrap();
                Blocker::Lite(c)
            }
            Target::Postgres { url } => {
                let mut c = PgConnection::connect(url.expose()).await.unwrap();
                sqlx::raw_sql("BEGIN; LOCK TABLE events IN EXCLUSIVE MODE")
                    .execute(&mut c)
                    .await
                    .unwrap();
                Blocker::Pg(c)
            }
        }
    }

    async fn free(&mut self) {
        match self {
            Blocker::Lite(c) => sqlx::raw_sql("ROLLBACK").execute(c).await.map(|_| ()),
            Blocker::Pg(c) => sqlx::raw_sql("ROLLBACK").execute(c).await.map(|_| ()),
        }
        .unwrap();
    }
}

/// A COMMIT that fails: everyone of the batch is told so, and the store goes on.
#[tokio::test]
async fn s6_an_error_of_commit_is_never_answered_as_stored() {
    let t = World::postgres().await;
    let flow = flow(&t.db).await;
    t.exec(
        "CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN
           RAISE EXCEPTION 'refused'; END $$ LANGUAGE plpgsql;
         CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON deliveries
           DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()",
    )
    .await;
    let all = (0..5).map(|_| t.db.ingest(one(delivery(&t.db, flow), event(&t.db))));
    for r in join_all(all).await {
        assert!(matches!(r, Err(Error::Database(_))), "{r:?}");
    }
    t.exec("DROP TRIGGER refuse ON deliveries").await;
    assert_eq!(t.db.counts().await.unwrap().deliveries, 0);
    accepted(&t.db, flow).await;
    t.end().await;
}

/// The server drops every connection: requests fail visibly, later ones work again.
#[tokio::test]
async fn s6_after_a_lost_connection_the_store_goes_on() {
    let t = World::postgres().await;
    let flow = flow(&t.db).await;
    for _ in 0..20 {
        accepted(&t.db, flow).await;
    }
    let Target::Postgres { url } = &t.target else { return };
    let mut c = PgConnection::connect(url.expose()).await.unwrap();
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()";
    sqlx::query(AssertSqlSafe(kill.to_owned())).fetch_all(&mut c).await.unwrap();
    let mut stored = 20;
    for _ in 0..40 {
        match t.db.ingest(one(delivery(&t.db, flow), event(&t.db))).await {
            Ok(_) => stored += 1,
            Err(e) => assert!(matches!(e, Error::Database(_)), "{e:?}"),
        }
    }
    assert!(stored > 40, "only the requests on a lost connection fail");
    assert_eq!(t.db.counts().await.unwrap().deliveries, stored);
    t.end().await;
}
