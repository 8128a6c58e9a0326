//! Runs of events that were there before: replays, and the release of held events (semantics
//! S12).

use std::sync::{Arc, LazyLock};

use domain::Time;
use domain::ids::{EventId, FlowId, RunId, WorkspaceId};

use uuid::Uuid;

use crate::commit::Fail;
use crate::commit::apply::insert_steps;
use crate::commit::ingest_sql::{JOBS, RUNS};
use crate::commit::op::Tx;
use crate::commit::order::{self, Order};
use crate::commit::prepare::Step;
use crate::db::Db;
use crate::events::{event_columns, view};
use crate::live::News;
use crate::sql::Kind::Id;
use crate::sql::{Bulk, vals};
use crate::{Error, EventView, NewReplay};

/// A replay with its journal printed.
pub(crate) struct Prepared {
    pub(crate) new: NewReplay,
    journal: Vec<Step>,
}

impl Prepared {
    /// # Errors
    /// The journal cannot be written as rows.
    pub(crate) fn all(r: Vec<NewReplay>) -> Result<Vec<Prepared>, Error> {
        let one = |mut new: NewReplay| {
            let journal = std::mem::take(&mut new.journal).into_iter().map(Step::new);
            Ok(Prepared { journal: journal.collect::<Result<_, Error>>()?, new })
        };
        r.into_iter().map(one).collect()
    }
}

/// Only events that are still held are released.
static RELEASE: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "UPDATE events SET state = 'accepted', reason = NULL, run = v.newrun FROM ",
        &[("event", Id), ("ws", Id), ("newrun", Id)],
        " WHERE events.id = v.event AND events.workspace = v.ws AND events.state = 'held'",
    )
});

static REPLAYED: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "SELECT r.id FROM ",
        &[("run", Id), ("ws", Id), ("event", Id)],
        " CROSS JOIN runs r WHERE r.id = v.run AND r.workspace = v.ws AND r.event = v.event",
    )
});

impl Db {
    /// Inserts the runs with their journals and jobs in one commit. Those without `replay_of`
    /// release their held event. [`Error::Changed`] and nothing done if one of the events is not
    /// held any more, or one of the replayed runs is gone.
    pub async fn replay(&self, r: Vec<NewReplay>) -> Result<(), Error> {
        let (prepared, now) = (Arc::new(Prepared::all(r)?), self.now());
        self.write(move |tx| {
            let prepared = prepared.clone();
            Box::pin(async move { insert(tx, &prepared, now).await })
        })
        .await
    }

    /// Held events of a flow, oldest first, after the given one.
    pub async fn held(
        &self,
        flow: FlowId,
        max: u32,
        after: Option<EventId>,
    ) -> Result<Vec<EventView>, Error> {
        let after = after.map_or(uuid::Uuid::nil(), EventId::uuid);
        let sql = concat!(
            event_columns!(),
            " WHERE e.flow = $1 AND e.state = 'held' AND e.id > $2 ORDER BY e.id LIMIT $3"
        );
        let rows = self.rows(sql, vals![flow.uuid(), after, i64::from(max)]).await?;
        rows.iter().map(view).collect()
    }

    /// Drops the held events of a flow; they stay visible. How many.
    pub async fn drop_held(&self, ws: WorkspaceId, flow: FlowId) -> Result<u64, Error> {
        self.write(move |tx| {
            Box::pin(async move {
                let sql = "UPDATE events SET state = 'dropped'
                  WHERE flow = $1 AND workspace = $2 AND state = 'held'";
                tx.effects.news.note_vaguely();
                Ok(tx.conn.exec(sql, vals![flow.uuid(), ws.uuid()]).await?)
            })
        })
        .await
    }
}

/// Inserts the runs with their journals and jobs inside the open transaction.
pub(crate) async fn insert(tx: Tx<'_>, all: &[Prepared], now: Time) -> Result<(), Fail> {
    let lite = tx.conn.is_lite();
    let freed = || all.iter().map(|p| &p.new).filter(|n| n.replay_of.is_none());
    let keys = freed().filter_map(|n| n.order.as_ref().map(|o| (n.flow, o)));
    let mut order = Order::of(tx.conn, &[], keys, tx.effects).await?;
    let mut release = RELEASE.batch(lite, all.len());
    let mut replayed = REPLAYED.batch(lite, all.len());
    let mut runs = RUNS.batch(lite, all.len());
    let mut jobs = JOBS.batch(lite, all.len());
    let (mut releases, mut replays) = (0u64, 0usize);
    for p in all {
        let n = &p.new;
        let (id, ws, flow, event) =
            (n.id.uuid(), n.workspace.uuid(), n.flow.uuid(), n.event.uuid());
        tx.effects.run(n.id);
        if let Some(of) = n.replay_of {
            replays += 1;
            // It shows its replays.
            tx.effects.run(of);
            replayed.id(of.uuid()).id(ws).id(event).end();
        } else {
            releases += 1;
            tx.effects.news.note(News::Event(n.event));
            release.id(event).id(ws).id(id).end();
        }
        runs.id(id).id(ws).id(flow).id(event).id(n.replay_of.map(RunId::uuid));
        runs.int(n.version).int(n.created_at.0).int(0).int(i64::from(n.as_text)).end();
        let wants = n.order.filter(|_| n.replay_of.is_none());
        let place = wants.and_then(|o| order.place(order::key(n.flow, &o)));
        let blocked = place.is_some_and(|p| p.blocked);
        jobs.id(id).id(ws).id(flow).id(None).id(Uuid::from_bytes(n.gate.0));
        jobs.id(place.map(|p| p.key)).int(n.created_at.0).int(0).int(0);
        jobs.text(n.unsafe_next.as_deref()).int(place.map(|p| p.seq));
        jobs.int(i64::from(blocked)).int(n.priority.number()).end();
    }
    if releases > 0 && tx.conn.bulk(&RELEASE, release).await? != releases {
        return Err(Error::Changed.into());
    }
    if replays > 0 && tx.conn.bulk_rows(&REPLAYED, replayed).await?.len() != replays {
        return Err(Error::Changed.into());
    }
    let moments = freed().filter_map(|n| n.newest.as_ref().map(|m| (n.flow, m)));
    crate::newest::note(tx.conn, moments, now).await?;
    if !all.is_empty() {
        tx.conn.bulk(&RUNS, runs).await?;
        tx.conn.bulk(&JOBS, jobs).await?;
        let mut steps = Vec::new();
        for p in all {
            steps.extend(p.journal.iter().map(|s| (p.new.id, s)));
        }
        insert_steps(tx.conn, &steps).await?;
        tx.effects.jobs += i64::try_from(all.len()).unwrap_or(0);
        tx.effects.work = true;
    }
    Ok(())
}
