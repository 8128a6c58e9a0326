//! What of the history goes when (semantics S27): by the days of the server and of flows that ask
//! for others, and by size when the room is nearly used up.

use std::collections::BTreeMap;

use domain::settings::Retention;
use domain::{Span, Time, limits};
use uuid::Uuid;

use crate::Error;
use crate::db::Db;
use crate::sql::vals;
use crate::sweep::{DELETE_DELIVERY, DELETE_EVENT, DELETE_RUN, first_id};

/// Runs that ended, and may be forgotten after the days of their state; of one flow, or of all
/// that have no days of their own.
macro_rules! old_runs {
    ($of:literal) => {
        concat!(
            "SELECT r.id FROM runs r WHERE r.id < $1 AND r.finished_at IS NOT NULL AND (
               (r.finished_at < $2 AND r.state IN ('succeeded', 'filtered', 'stale', 'cancelled'))
               OR (r.finished_at < $3 AND r.state IN ('failed', 'parked')))",
            $of,
            " ORDER BY r.id LIMIT $4"
        )
    };
}
/// Events that no run needs any more.
macro_rules! old_events {
    ($of:literal) => {
        concat!(
            "SELECT e.id FROM events e WHERE e.id < $1 AND (e.state <> 'held' OR e.id < $2)
               AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.id = e.run)
               AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.event = e.id
                 AND r.replay_of IS NOT NULL)",
            $of,
            " ORDER BY e.id LIMIT $3"
        )
    };
}
macro_rules! old_deliveries {
    ($of:literal) => {
        concat!(
            "SELECT d.id FROM deliveries d WHERE d.id < $1
               AND NOT EXISTS (SELECT 1 FROM events e WHERE e.delivery = d.id)",
            $of,
            " ORDER BY d.id LIMIT $2"
        )
    };
}

const RUNS: [&str; 2] = [
    old_runs!(" AND NOT EXISTS (SELECT 1 FROM flow_days w WHERE w.flow = r.flow)"),
    old_runs!(" AND r.flow = $5"),
];
const EVENTS: [&str; 2] = [
    old_events!(" AND NOT EXISTS (SELECT 1 FROM flow_days w WHERE w.flow = e.flow)"),
    old_events!(" AND e.flow = $4"),
];
const DELIVERIES: [&str; 2] = [
    old_deliveries!(" AND NOT EXISTS (SELECT 1 FROM flow_days w WHERE w.flow = d.flow)"),
    old_deliveries!(" AND d.flow = $3"),
];

/// The oldest finished runs, whatever their age.
const OLDEST: &str =
    "SELECT id FROM runs WHERE finished_at IS NOT NULL AND finished_at <= $1 ORDER BY id LIMIT $2";

/// Deliveries with bodies, each with whether something still needs them: an unfinished, failed or
/// parked run, or a held event.
const BODIES: &str = "
    SELECT d.id, CAST(CASE WHEN d.encoding = 2 OR EXISTS (
      SELECT 1 FROM events e WHERE e.delivery = d.id AND (e.state = 'held'
        OR EXISTS (SELECT 1 FROM jobs j WHERE j.run = e.run)
        OR EXISTS (SELECT 1 FROM runs r WHERE r.id = e.run AND r.state IN ('failed', 'parked'))
        OR EXISTS (SELECT 1 FROM runs r WHERE r.event = e.id AND r.replay_of IS NOT NULL
          AND r.state NOT IN ('succeeded', 'filtered', 'stale', 'cancelled'))))
      THEN 1 ELSE 0 END AS BIGINT)
    FROM deliveries d WHERE d.id > $1 AND d.id < $2 ORDER BY d.id LIMIT $3";

const CLEAR: [&str; 3] = [
    "UPDATE attempts SET exchanges = '[]' WHERE run IN (
       SELECT e.run FROM events e WHERE e.delivery = $1 AND e.run IS NOT NULL)",
    "UPDATE attempts SET exchanges = '[]' WHERE run IN (
       SELECT r.id FROM runs r JOIN events e ON e.id = r.event
       WHERE e.delivery = $1 AND r.replay_of IS NOT NULL)",
    "UPDATE deliveries SET body = NULL, encoding = 2 WHERE id = $1",
];

/// How far the removal of bodies is; what still needed its body then goes with its rows.
const CURSOR: &str = "bodies_removed";

fn days(now: Time, n: u32) -> Time {
    now.minus(Span::days(i64::from(n)))
}

impl Db {
    /// Removes what is past its days.
    pub(crate) async fn sweep_history(&self, now: Time, r: Retention) -> Result<u64, Error> {
        let mut n = 0;
        // Otherwise they go with their rows.
        if r.payload_days < r.retention_days {
            n += self.sweep_bodies(days(now, r.payload_days)).await?;
        }
        let own = self.flow_days(r).await?;
        let of = [None].into_iter().chain(own.into_iter().map(Some));
        for flow in of {
            let keep = flow.map_or(r.retention_days, |(_, days)| days);
            let old = days(now, keep);
            let trouble = days(now, r.failed_days.max(flow.map_or(0, |_| keep)));
            let held = days(now, r.held_days);
            let slice = limits::RETENTION_SLICE;
            let at = usize::from(flow.is_some());
            let with = |mut args: Vec<crate::sql::Val>| {
                args.extend(flow.map(|(id, _)| crate::sql::Val::from(id)));
                args
            };
            let args = with(vals![first_id(old), old, trouble, slice]);
            n += self.sweep_rows(RUNS[at], &args, DELETE_RUN).await?;
            let args = with(vals![first_id(old), first_id(held), slice]);
            n += self.sweep_rows(EVENTS[at], &args, DELETE_EVENT).await?;
            let args = with(vals![first_id(old), slice]);
            n += self.sweep_rows(DELIVERIES[at], &args, DELETE_DELIVERY).await?;
        }
        Ok(n)
    }

    /// Removes some of the oldest finished runs with their events and deliveries before their
    /// time, and says how many rows that were.
    pub async fn trim(&self, now: Time) -> Result<u64, Error> {
        let rows = self.rows(OLDEST, vals![now, limits::RETENTION_SLICE]).await?;
        let ids = rows.iter().map(|r| r.cursor().id()).collect::<Result<Vec<_>, Error>>()?;
        let Some(last) = ids.last().copied() else { return Ok(0) };
        let mut n = self.remove_all(ids, DELETE_RUN).await?;
        // What is older than these runs and needed by none goes with them.
        let slice = limits::RETENTION_SLICE;
        let never = Uuid::nil();
        // Ids of one millisecond have no order among them.
        let end = Uuid::from_u128(((last.as_u128() >> 80) + 1) << 80);
        let args = vals![end, never, slice];
        n += self.sweep_rows(old_events!(""), &args, DELETE_EVENT).await?;
        let args = vals![end, slice];
        n += self.sweep_rows(old_deliveries!(""), &args, DELETE_DELIVERY).await?;
        if self.is_sqlite() {
            self.vacuum().await?;
        }
        Ok(n)
    }

    /// Bodies and requests of what ended well before `before`.
    async fn sweep_bodies(&self, before: Time) -> Result<u64, Error> {
        let known = self.options(&[CURSOR]).await?.remove(CURSOR);
        let mut cursor = known.and_then(|t| t.parse().ok()).unwrap_or(Uuid::nil());
        let end = first_id(before);
        let mut n = 0;
        loop {
            let rows = self.rows(BODIES, vals![cursor, end, limits::RETENTION_SLICE]).await?;
            let mut gone = Vec::new();
            for row in &rows {
                let mut c = row.cursor();
                cursor = c.id()?;
                if !c.flag()? {
                    gone.push(cursor);
                }
            }
            if rows.is_empty() {
                return Ok(n);
            }
            n += gone.len() as u64;
            let at = cursor.to_string();
            self.write(move |tx| {
                let (gone, at) = (gone.clone(), at.clone());
                Box::pin(async move {
                    for id in gone {
                        for sql in CLEAR {
                            tx.conn.exec(sql, vals![id]).await?;
                        }
                    }
                    let sql = "INSERT INTO settings (name, value) VALUES ($1, $2)
                      ON CONFLICT (name) DO UPDATE SET value = excluded.value";
                    tx.conn.exec(sql, vals![CURSOR, at]).await?;
                    Ok(())
                })
            })
            .await?;
        }
    }

    /// Flows that ask for other days than the server's, kept in a table for the statements above.
    async fn flow_days(&self, r: Retention) -> Result<Vec<(Uuid, u32)>, Error> {
        let sql = "SELECT f.id, v.document FROM flows f
            JOIN flow_versions v ON v.flow = f.id AND v.version = f.version
            WHERE v.document LIKE '%\"retention_days\"%'";
        let mut wanted = BTreeMap::new();
        for row in self.rows(sql, Vec::new()).await? {
            let mut c = row.cursor();
            let (flow, doc) = (c.id()?, c.json::<serde_json::Value>()?);
            let days = doc["settings"]["retention_days"].as_u64();
            let days = days.and_then(|d| u32::try_from(d).ok()).filter(|d| *d != r.retention_days);
            if let Some(days) = days {
                wanted.insert(flow, days);
            }
        }
        let mut known = BTreeMap::new();
        for row in self.rows("SELECT flow, days FROM flow_days", Vec::new()).await? {
            let mut c = row.cursor();
            known.insert(c.id()?, u32::try_from(c.int()?).unwrap_or(0));
        }
        if known != wanted {
            let all = wanted.clone();
            self.write(move |tx| {
                let all = all.clone();
                Box::pin(async move {
                    tx.conn.exec("DELETE FROM flow_days", Vec::new()).await?;
                    for (flow, days) in all {
                        let sql = "INSERT INTO flow_days (flow, days) VALUES ($1, $2)";
                        tx.conn.exec(sql, vals![flow, i64::from(days)]).await?;
                    }
                    Ok(())
                })
            })
            .await?;
        }
        Ok(wanted.into_iter().collect())
    }
}
