//! The claim on PostgreSQL, and the ways to hear of work and changes that other nodes commit.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use domain::ids::FlowId;
use domain::limits;
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::Share;
use crate::commit::Fail;
use crate::open::Opener;
use crate::shared::Shared;
use crate::sql::{Conn, vals};

/// Node, epoch, time and token are `$1` to `$4`; `picks` gives the runs to be taken, which it has
/// locked.
/// The node's row is held, so that it cannot be fenced between the check and the commit.
pub(super) fn claim(picks: &str) -> String {
    format!(
        "WITH me AS (
           SELECT id FROM nodes WHERE id = $1 AND epoch = $2 FOR SHARE
         ), mine AS MATERIALIZED (
           {picks}
         )
         UPDATE jobs SET node = $1, epoch = $2, token = $4, waits = NULL,
           begun = CASE WHEN interrupted IS NULL THEN unsafe_next END
         FROM mine WHERE jobs.run = mine.run AND EXISTS (SELECT 1 FROM me)
         RETURNING jobs.run, flow, token, due_at, begun, interrupted, crashes, cancel"
    )
}

/// Cuts shares whose flow has a cap down to what is left of it. The flow's row is locked, so that
/// claims of several nodes count one after the other.
pub(super) async fn keep_caps(conn: &mut Conn, shares: &mut [Share]) -> Result<(), Fail> {
    let capped = |s: &Share| Some((s.queue.flow, s.cap?));
    let flows: BTreeMap<FlowId, usize> = shares.iter().filter_map(capped).collect();
    let mut left = HashMap::with_capacity(flows.len());
    for (flow, cap) in flows {
        let sql = "SELECT 1 FROM flows WHERE id = $1 FOR NO KEY UPDATE";
        conn.rows(sql, vals![flow.uuid()]).await?;
        let sql = "SELECT count(*) FROM jobs WHERE node IS NOT NULL AND flow = $1";
        let rows = conn.rows(sql, vals![flow.uuid()]).await?;
        let running = rows.first().map_or(Ok(0), |r| r.cursor().int())?;
        left.insert(flow, cap.saturating_sub(usize::try_from(running).unwrap_or(usize::MAX)));
    }
    for s in shares {
        if let Some(left) = left.get_mut(&s.queue.flow) {
            s.most = s.most.min(*left);
            *left -= s.most;
        }
    }
    Ok(())
}

const CHANNEL: &str = "zveno";
/// Notifications are gathered for this long.
const GATHER: Duration = Duration::from_millis(50);
/// Polls between two counts of the backlog, which reads an index.
const COUNT_EVERY: u32 = 10;

/// Starts the tasks.
pub(crate) fn start(
    tasks: &TaskTracker,
    pool: &PgPool,
    opener: &Opener,
    shared: &Arc<Shared>,
    closing: &CancellationToken,
) {
    let Opener::Pg(options) = opener else { return };
    let url = (**options).clone();
    tasks.spawn(until(closing.clone(), shout(pool.clone(), shared.clone())));
    tasks.spawn(until(closing.clone(), poll(pool.clone(), shared.clone())));
    tasks.spawn(until(closing.clone(), listen(url, pool.clone(), shared.clone())));
}

async fn until(closing: CancellationToken, task: impl Future<Output = ()>) {
    closing.run_until_cancelled(task).await;
}

/// Tells the other nodes, at most once in 50 ms and never inside a transaction of an event.
async fn shout(pool: PgPool, shared: Arc<Shared>) {
    loop {
        shared.shout.ring.notified().await;
        tokio::time::sleep(GATHER).await;
        let news = [
            (&shared.shout.work, "work"),
            (&shared.shout.changed, "changed"),
            (&shared.shout.gates, "gates"),
            (&shared.shout.live, "live"),
            (&shared.shout.news, "news"),
        ];
        for (flag, word) in news {
            if flag.swap(false, Ordering::Relaxed) {
                let sent = sqlx::query("SELECT pg_notify($1, $2)")
                    .bind(CHANNEL)
                    .bind(word)
                    .execute(&pool)
                    .await;
                if let Err(e) = sent {
                    tracing::debug!(error = %e, "a notification was lost; others will poll");
                }
            }
        }
    }
}

/// What notifications may miss.
async fn poll(pool: PgPool, shared: Arc<Shared>) {
    let mut n = 0u32;
    loop {
        tokio::time::sleep(limits::POLL.std()).await;
        shared.orphans.free(&pool, shared.now()).await;
        shared.work.notify_one();
        shared.look_at_gates();
        generation(&pool, &shared).await;
        crate::live::poll(&pool, &shared).await;
        if n.is_multiple_of(COUNT_EVERY) {
            let jobs =
                sqlx::query_scalar::<_, i64>("SELECT count(*) FROM jobs").fetch_one(&pool).await;
            if let Ok(jobs) = jobs {
                shared.backlog.store(jobs, Ordering::Relaxed);
            }
        }
        n = n.wrapping_add(1);
    }
}

async fn generation(pool: &PgPool, shared: &Shared) {
    let found =
        sqlx::query_scalar::<_, i64>("SELECT max(value) FROM counters WHERE name = 'generation'")
            .fetch_one(pool)
            .await;
    match found {
        Ok(n) => shared.raise(n),
        Err(e) => tracing::debug!(error = %e, "cannot poll the database"),
    }
}

/// Listens on a connection of its own, for as long as the store is open.
async fn listen(options: sqlx::postgres::PgConnectOptions, readers: PgPool, shared: Arc<Shared>) {
    loop {
        let pool = sqlx::postgres::PgPoolOptions::new()
            .max_connections(1)
            .connect_lazy_with(options.clone());
        if let Ok(mut listener) = PgListener::connect_with(&pool).await
            && listener.listen(CHANNEL).await.is_ok()
        {
            while let Ok(news) = listener.recv().await {
                match news.payload() {
                    "changed" => generation(&readers, &shared).await,
                    "gates" => shared.look_at_gates(),
                    "live" => crate::live::poll(&readers, &shared).await,
                    "news" => shared.ring_news(),
                    _ => shared.work.notify_one(),
                }
            }
        }
        tokio::time::sleep(limits::POLL.std()).await;
    }
}
