//! Gates in front of destinations (semantics S15), as all nodes see them: which are closed and
//! until when, rates that nodes share, calls under way at once. Times are those of the caller's
//! clock: what is kept here are moments of the wall clock, and a node whose clock is a little
//! ahead gets its part of a shared rate that little sooner, once.

use domain::{GateKey, Span, Time};
use tokio::sync::watch;

use crate::commit::Fail;
use crate::commit::op::Tx;
use crate::db::{Db, Readers};
use crate::sql::{Row, Val, vals};
use crate::{Error, NodeLease};

/// A gate that is closed, or whose breaker has not closed yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GateRow {
    pub key: GateKey,
    /// The service asked to wait until then.
    pub paused_until: Time,
    /// The breaker is open until then; afterwards one call may try.
    pub open_until: Time,
    /// How often the breaker has opened in a row; 0: it is closed.
    pub step: u32,
}

/// A shared rate: `burst` calls at once, and one more each `interval`.
#[derive(Clone, Copy, Debug)]
pub struct SharedRate {
    pub key: GateKey,
    pub interval: Span,
    pub burst: u32,
}

/// What a node got of a shared rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Granted {
    /// Calls that it may make now.
    pub calls: u32,
    /// When the next one is free for anybody.
    pub next: Time,
}

const CLOSED: &str = "
    SELECT key, paused_until, open_until, step FROM gates WHERE paused_until > $1 OR step > 0";

const PAUSE: &str = "
    INSERT INTO gates (key, paused_until, open_until, step) VALUES ($1, $2, 0, 0)
    ON CONFLICT (key) DO UPDATE SET paused_until = excluded.paused_until
    WHERE gates.paused_until < excluded.paused_until";

const OPEN: &str = "
    INSERT INTO gates (key, paused_until, open_until, step) VALUES ($1, 0, $2, $3)
    ON CONFLICT (key) DO UPDATE SET open_until = excluded.open_until, step = excluded.step
    WHERE gates.open_until < excluded.open_until";

const PROBE: &str = "
    UPDATE gates SET open_until = $3 WHERE key = $1 AND step > 0 AND open_until <= $2";

const SHUT: &str = "UPDATE gates SET open_until = 0, step = 0 WHERE key = $1 AND step > 0";

/// Key, now, interval, burst, calls wanted. The bucket is full again when `free_at` is past.
macro_rules! take {
    ($most:literal, $least:literal) => {
        concat!(
            "INSERT INTO gate_buckets AS b (key, free_at, granted) VALUES ($1, $2 + $3 * ",
            $least,
            "($4, $5), ",
            $least,
            "($4, $5))
             ON CONFLICT (key) DO UPDATE SET
               free_at = ",
            $most,
            "(b.free_at, $2) + $3 * ",
            $most,
            "(0, ",
            $least,
            "($5, ($2 + $3 * $4 - ",
            $most,
            "(b.free_at, $2)) / $3)),
               granted = ",
            $most,
            "(0, ",
            $least,
            "($5, ($2 + $3 * $4 - ",
            $most,
            "(b.free_at, $2)) / $3))
             RETURNING free_at, granted"
        )
    };
}
const TAKE_LITE: &str = take!("max", "min");
const TAKE_PG: &str = take!("greatest", "least");

const SLOT: &str = "
    WITH RECURSIVE n (slot) AS (
      SELECT CAST(1 AS BIGINT) UNION ALL SELECT slot + 1 FROM n WHERE slot < $2)
    INSERT INTO gate_slots (key, slot, node, epoch)
    SELECT $1, n.slot, $3, $4 FROM n
    WHERE NOT EXISTS (SELECT 1 FROM gate_slots s WHERE s.key = $1 AND s.slot = n.slot)
    ORDER BY random() LIMIT 1
    ON CONFLICT (key, slot) DO NOTHING RETURNING slot";

/// Slots of nodes that were fenced or have left.
const DEAD_SLOTS: &str = "
    DELETE FROM gate_slots WHERE key = $1 AND NOT EXISTS (
      SELECT 1 FROM nodes WHERE nodes.id = gate_slots.node AND nodes.epoch = gate_slots.epoch)";

const FREE_SLOT: &str = "
    DELETE FROM gate_slots WHERE key = $1 AND slot = $2 AND node = $3 AND epoch = $4";

/// Tries to get a slot when another node takes the same one at the same time.
const SLOT_TRIES: usize = 3;

fn key(k: GateKey) -> Vec<u8> {
    k.0.to_vec()
}

fn read_key(bytes: &[u8]) -> Result<GateKey, Error> {
    let key = bytes.try_into().map_err(|_| Error::Damaged("a gate's key".into()))?;
    Ok(GateKey(key))
}

impl Db {
    /// Gates that are closed at `now`, or whose breaker has not closed yet.
    pub async fn gates(&self, now: Time) -> Result<Vec<GateRow>, Error> {
        let rows = self.rows(CLOSED, vals![now]).await?;
        let read = |row: &Row| {
            let mut c = row.cursor();
            Ok(GateRow {
                key: read_key(&c.blob()?)?,
                paused_until: c.time()?,
                open_until: c.time()?,
                step: u32::try_from(c.int()?).unwrap_or(u32::MAX),
            })
        };
        rows.iter().map(read).collect()
    }

    /// Changes whenever another node may have changed its gates. Never on SQLite.
    pub fn gates_changed(&self) -> watch::Receiver<u64> {
        self.0.shared.gates.subscribe()
    }

    /// Closes gates until `until`, unless they are closed for longer.
    pub async fn pause_gates(&self, gates: Vec<GateKey>, until: Time) -> Result<(), Error> {
        self.write(move |mut tx| {
            let gates = gates.clone();
            Box::pin(async move {
                for g in gates {
                    change(&mut tx, PAUSE, vals![key(g), until]).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// Opens the breaker of a gate until `until`, for the `step`-th time in a row.
    pub async fn open_gate(&self, gate: GateKey, until: Time, step: u32) -> Result<(), Error> {
        self.write(move |mut tx| {
            Box::pin(async move {
                change(&mut tx, OPEN, vals![key(gate), until, i64::from(step)]).await.map(|_| ())
            })
        })
        .await
    }

    /// Asks to make the one call that tries whether the service answers again. False: another
    /// node makes it, or the breaker is closed, or it opened again. Nobody else gets it before
    /// `until`.
    pub async fn probe_gate(&self, gate: GateKey, now: Time, until: Time) -> Result<bool, Error> {
        self.write(move |mut tx| {
            Box::pin(
                async move { Ok(change(&mut tx, PROBE, vals![key(gate), now, until]).await? > 0) },
            )
        })
        .await
    }

    /// Closes the breaker of a gate: the service answers again, and its jobs may go on.
    pub async fn shut_gate(&self, gate: GateKey) -> Result<(), Error> {
        self.write(move |mut tx| {
            Box::pin(async move {
                tx.effects.work |= change(&mut tx, SHUT, vals![key(gate)]).await? > 0;
                Ok(())
            })
        })
        .await
    }

    /// Takes up to `wanted` calls of a shared rate (generic cell rate algorithm): over all nodes
    /// together no more than the rate are ever given.
    pub async fn take_calls(
        &self,
        r: SharedRate,
        now: Time,
        wanted: u32,
    ) -> Result<Granted, Error> {
        let (interval, burst) = (r.interval.micros().max(1), i64::from(r.burst));
        let args = vals![key(r.key), now, interval, burst, i64::from(wanted)];
        let text = if self.is_sqlite() { TAKE_LITE } else { TAKE_PG };
        let rows = self.at_once(text, args).await?;
        let row = rows.first().ok_or_else(|| Error::Damaged("a gate's bucket".into()))?;
        let mut c = row.cursor();
        let (free_at, granted) = (c.time()?, c.int()?);
        let next = free_at.minus(Span::from_micros(interval.saturating_mul(burst - 1)));
        Ok(Granted { calls: u32::try_from(granted).unwrap_or(0), next })
    }

    /// Takes one of the `most` calls that may be under way at once; nothing if all are taken.
    pub async fn take_slot(
        &self,
        gate: GateKey,
        most: u32,
        n: NodeLease,
    ) -> Result<Option<i64>, Error> {
        let args = || vals![key(gate), i64::from(most), n.node.uuid(), n.epoch];
        for _ in 0..SLOT_TRIES {
            if let Some(row) = self.at_once(SLOT, args()).await?.first() {
                return Ok(Some(row.cursor().int()?));
            }
            self.at_once(DEAD_SLOTS, vals![key(gate)]).await?;
        }
        Ok(None)
    }

    /// Gives a slot back.
    pub async fn free_slot(&self, gate: GateKey, slot: i64, n: NodeLease) -> Result<(), Error> {
        let args = vals![key(gate), slot, n.node.uuid(), n.epoch];
        self.at_once(FREE_SLOT, args).await.map(|_| ())
    }

    /// Forgets what no longer matters at `before`.
    pub async fn sweep_gates(&self, before: Time) -> Result<u64, Error> {
        self.write(move |tx| {
            Box::pin(async move {
                let sql = "DELETE FROM gates WHERE paused_until <= $1 AND open_until <= $1";
                let mut n = tx.conn.exec(sql, vals![before]).await?;
                let sql = "DELETE FROM gate_buckets WHERE free_at <= $1";
                n += tx.conn.exec(sql, vals![before]).await?;
                let sql = "DELETE FROM gate_slots WHERE NOT EXISTS (SELECT 1 FROM nodes
                     WHERE nodes.id = gate_slots.node AND nodes.epoch = gate_slots.epoch)";
                n += tx.conn.exec(sql, Vec::new()).await?;
                Ok(n)
            })
        })
        .await
    }

    /// One statement that changes something, on PostgreSQL on a connection of its own: nobody
    /// waits for it but its caller.
    async fn at_once(&self, sql: &'static str, args: Vec<Val>) -> Result<Vec<Row>, Error> {
        if let Readers::Pg(_) = self.0.readers {
            return self.rows(sql, args).await;
        }
        self.write(move |tx| {
            let args = args.clone();
            Box::pin(async move { Ok(tx.conn.rows(sql, args).await?) })
        })
        .await
    }
}

/// A change that the other nodes are told of.
async fn change(tx: &mut Tx<'_>, sql: &'static str, args: Vec<Val>) -> Result<u64, Fail> {
    let n = tx.conn.exec(sql, args).await?;
    tx.effects.gates |= n > 0;
    Ok(n)
}
