//! Retention (semantics S27): only finished things go, in slices of 500, so that other work goes
//! in between. Ids hold their time, so that the oldest are found without an index of their own.

use domain::ids::RunId;
use domain::{Span, Time, limits};
use futures::future::BoxFuture;
use uuid::Uuid;

use crate::Error;
use crate::commit::Fail;
use crate::commit::op::Tx;
use crate::commit::order;
use crate::db::Db;
use crate::sql::vals;

const OLD_KEYS: &str = "
    SELECT flow, key, expires FROM dedupe WHERE flow > $1 OR (flow = $1 AND key > $2)
    ORDER BY flow, key LIMIT $3";

const OLD_NEWEST: &str = "
    SELECT flow, key FROM newest WHERE seen_at <= $1 ORDER BY flow, key LIMIT $2";

const IDLE_ORDER: &str = "
    SELECT k.flow, k.key FROM order_keys k
    WHERE k.held_by IS NULL AND NOT EXISTS (
      SELECT 1 FROM jobs j WHERE j.flow = k.flow AND j.order_key = k.key)
    ORDER BY k.flow, k.key LIMIT $1";

pub(crate) const DELETE_RUN: &[&str] = &[
    "DELETE FROM attempts WHERE run = $1",
    "DELETE FROM steps WHERE run = $1",
    "DELETE FROM replay_items WHERE run = $1",
    "DELETE FROM runs WHERE id = $1",
];
pub(crate) const DELETE_EVENT: &[&str] = &["DELETE FROM events WHERE id = $1"];
pub(crate) const DELETE_DELIVERY: &[&str] = &["DELETE FROM deliveries WHERE id = $1"];

/// Bulk replays that are over, once nothing that they made is there any more.
const OLD_REPLAYS: &str = "
    SELECT b.id FROM replays b WHERE b.id < $1 AND b.state IN ('done', 'cancelled')
      AND NOT EXISTS (SELECT 1 FROM replay_items i WHERE i.replay = b.id)
    ORDER BY b.id LIMIT $2";
const DELETE_REPLAY: &[&str] = &["DELETE FROM replays WHERE id = $1"];

/// Dedupe keys looked at in one read.
const KEYS_READ: i64 = 5_000;
/// Pages given back to the file system after a sweep of SQLite.
const VACUUM: &str = "PRAGMA incremental_vacuum(1000)";

impl Db {
    /// Removes what is past its time at `now`: dedupe keys, rotated addresses, finished runs with
    /// their journals, then events and deliveries that nothing needs. How many rows.
    pub async fn sweep(&self, now: Time) -> Result<u64, Error> {
        let kept = self.retention().await?;
        let days = |n: u32| now.minus(Span::days(i64::from(n)));
        let (old, trouble) = (days(kept.retention_days), days(kept.failed_days));
        let slice = limits::RETENTION_SLICE;
        let mut n = self.sweep_addresses(now).await?;
        n += self.sweep_keys(now).await?;
        n += self.sweep_newest(now.minus(limits::NEWEST_KEPT)).await?;
        n += self.sweep_order().await?;
        n += self.sweep_imports(old).await?;
        n += self.sweep_access(now).await?;
        // Not of the history: how much of it there is depends on who watches.
        crate::live::forget(self, now).await?;
        n += self.sweep_subscribers().await?;
        n += self.sweep_alerts(now.minus(limits::ALERTS_KEPT)).await?;
        n += self.sweep_history(now, kept).await?;
        n += self.sweep_search(first_id(old)).await?;
        let args = vals![first_id(trouble), slice];
        n += self.sweep_rows(OLD_REPLAYS, &args, DELETE_REPLAY).await?;
        if n > 0 && self.is_sqlite() {
            self.vacuum().await?;
        }
        Ok(n)
    }

    /// Gives pages of SQLite back to the file system.
    pub(crate) async fn vacuum(&self) -> Result<(), Error> {
        self.write(|tx| {
            Box::pin(async move { Ok(tx.conn.rows(VACUUM, Vec::new()).await.map(|_| ())?) })
        })
        .await
    }

    async fn sweep_addresses(&self, now: Time) -> Result<u64, Error> {
        self.write(move |tx| {
            Box::pin(async move {
                if !tx.conn.is_lite() {
                    // Fenced nodes: whoever was one finds no row, which means the same.
                    let sql = "DELETE FROM nodes WHERE alive_until = 9223372036854775807";
                    tx.conn.exec(sql, Vec::new()).await?;
                }
                let sql = "DELETE FROM addresses WHERE expires_at <= $1";
                Ok(tx.conn.exec(sql, vals![now]).await?)
            })
        })
        .await
    }

    /// Expired dedupe keys. They are found by walking the table on a reader: an index on their
    /// time would cost every event with a key.
    async fn sweep_keys(&self, now: Time) -> Result<u64, Error> {
        let mut last = (Uuid::nil(), Vec::new());
        let mut total = 0;
        loop {
            let args = vals![last.0, last.1.clone(), KEYS_READ];
            let rows = self.rows(OLD_KEYS, args).await?;
            let mut old = Vec::new();
            for row in &rows {
                let mut c = row.cursor();
                last = (c.id()?, c.blob()?);
                if c.time()? <= now {
                    old.push(last.clone());
                }
            }
            for slice in old.chunks(usize::try_from(limits::RETENTION_SLICE).unwrap_or(1)) {
                let keys = slice.to_vec();
                total += self
                    .write(move |tx| {
                        let keys = keys.clone();
                        Box::pin(async move {
                            let mut n = 0;
                            for (flow, key) in keys {
                                // Again, because it may have been taken anew meanwhile.
                                let sql = "DELETE FROM dedupe
                                  WHERE flow = $1 AND key = $2 AND expires <= $3";
                                n += tx.conn.exec(sql, vals![flow, key, now]).await?;
                            }
                            Ok(n)
                        })
                    })
                    .await?;
            }
            if rows.is_empty() {
                return Ok(total);
            }
        }
    }

    /// The moments of keys without an event since `before`.
    async fn sweep_newest(&self, before: Time) -> Result<u64, Error> {
        self.sweep_pairs(OLD_NEWEST, vals![before, limits::RETENTION_SLICE], move |tx, key| {
            Box::pin(async move {
                // Again, because an event may have come meanwhile.
                let sql = "DELETE FROM newest WHERE flow = $1 AND key = $2 AND seen_at <= $3";
                Ok(tx.conn.exec(sql, vals![key.0, key.1, before]).await?)
            })
        })
        .await
    }

    /// Order keys without an unfinished run.
    async fn sweep_order(&self) -> Result<u64, Error> {
        self.sweep_pairs(IDLE_ORDER, vals![limits::RETENTION_SLICE], |tx, key| {
            Box::pin(async move { order::forget(tx.conn, key).await })
        })
        .await
    }

    /// Finds flows and keys on a reader and removes each of them, slice by slice, until none is
    /// found or none goes.
    async fn sweep_pairs(
        &self,
        find: &'static str,
        args: Vec<crate::sql::Val>,
        remove: impl for<'c> Fn(&'c mut Tx<'_>, (Uuid, Uuid)) -> BoxFuture<'c, Result<u64, Fail>>
        + Clone
        + Send
        + Sync
        + 'static,
    ) -> Result<u64, Error> {
        let mut total = 0;
        loop {
            let rows = self.rows(find, args.clone()).await?;
            let mut keys = Vec::with_capacity(rows.len());
            for row in &rows {
                let mut c = row.cursor();
                keys.push((c.id()?, c.id()?));
            }
            if keys.is_empty() {
                return Ok(total);
            }
            let remove = remove.clone();
            let removed = self
                .write(move |mut tx| {
                    let (keys, remove) = (keys.clone(), remove.clone());
                    Box::pin(async move {
                        let mut n = 0;
                        for key in keys {
                            n += remove(&mut tx, key).await?;
                        }
                        Ok(n)
                    })
                })
                .await?;
            total += removed;
            if removed == 0 {
                return Ok(total);
            }
        }
    }

    pub(crate) async fn sweep_rows(
        &self,
        find: &'static str,
        args: &[crate::sql::Val],
        delete: &'static [&'static str],
    ) -> Result<u64, Error> {
        let mut total = 0;
        loop {
            let rows = self.rows(find, args.to_vec()).await?;
            let ids = rows.iter().map(|r| r.cursor().id()).collect::<Result<Vec<_>, Error>>()?;
            if ids.is_empty() {
                return Ok(total);
            }
            total += self.remove_all(ids, delete).await?;
        }
    }

    /// Removes these things in one commit; how many.
    pub(crate) async fn remove_all(
        &self,
        ids: Vec<Uuid>,
        delete: &'static [&'static str],
    ) -> Result<u64, Error> {
        let total = ids.len() as u64;
        self.write(move |mut tx| {
            let ids = ids.clone();
            Box::pin(async move {
                for id in ids {
                    release(&mut tx, RunId(id)).await?;
                    for sql in delete {
                        tx.conn.exec(*sql, vals![id]).await?;
                    }
                }
                Ok(())
            })
        })
        .await?;
        Ok(total)
    }
}

/// A parked run that is forgotten keeps nobody waiting any more.
async fn release(tx: &mut Tx<'_>, run: RunId) -> Result<(), Fail> {
    if let Some(key) = order::take_from(tx.conn, run).await? {
        order::advance(tx.conn, key, tx.effects).await?;
    }
    Ok(())
}

pub(crate) use domain::ids::first_at as first_id;
