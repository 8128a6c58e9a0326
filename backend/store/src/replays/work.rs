//! Working off a bulk replay. One node has it at a time, by the same lease as its jobs: a node
//! that is fenced loses it, and another goes on from the cursor. The cursor moves in the commit
//! that makes the runs, so that each original is taken once.

use std::sync::{Arc, LazyLock};

use domain::Time;
use domain::ids::{ReplayId, RunId};
use domain::limits;
use domain::replay::BulkReplay;

use super::select::Asked;
use super::{Original, bulk, replay_columns};
use crate::commit::Fail;
use crate::commit::op::Tx;
use crate::db::Db;
use crate::live::News;
use crate::nodes::hold;
use crate::replay::{Prepared, insert};
use crate::sql::Kind::Id;
use crate::sql::{Bulk, Row, vals};
use crate::{Error, NewReplay, NodeLease};

/// A bulk replay that this node works off.
#[derive(Clone, Debug)]
pub struct OpenReplay {
    pub replay: BulkReplay,
    /// The last run that was looked at.
    pub cursor: RunId,
    /// When more may be made.
    pub next_at: Time,
    /// Who has it.
    lease: NodeLease,
}

/// What one commit makes of a bulk replay.
#[derive(Clone, Debug)]
pub struct Slice {
    /// Each names its original.
    pub runs: Vec<NewReplay>,
    /// Originals that cannot be replayed, and why the last of them cannot.
    pub failed: i64,
    pub note: Option<String>,
    /// The last original of the slice.
    pub last: RunId,
    /// When more may be made.
    pub next_at: Time,
}

/// Free ones, and those of nodes that were fenced.
const TAKE: &str = "
    UPDATE replays SET node = $1, epoch = $2
    WHERE state IN ('counting', 'running')
      AND (node IS NULL OR NOT EXISTS (
        SELECT 1 FROM nodes n WHERE n.id = replays.node AND n.epoch = replays.epoch))
      AND EXISTS (SELECT 1 FROM nodes n WHERE n.id = $1 AND n.epoch = $2)";

/// With the node that has it, if that is alive.
const OPEN: &str = concat!(
    "SELECT ",
    replay_columns!(),
    ", cursor, next_at,
      (SELECT n.id FROM nodes n WHERE n.id = replays.node AND n.epoch = replays.epoch)
    FROM replays WHERE state IN ('counting', 'running') ORDER BY replays.id"
);

/// Guards every step of the work: still mine, and where I left it.
macro_rules! mine {
    () => {
        " WHERE id = $1 AND node = $2 AND epoch = $3 AND cursor = $4
            AND EXISTS (SELECT 1 FROM nodes n WHERE n.id = $2 AND n.epoch = $3) AND state = "
    };
}

const COUNTED: &str =
    concat!("UPDATE replays SET total = total + $5, cursor = $6", mine!(), "'counting'");

/// Back to the beginning, to make the runs.
const ALL_COUNTED: &str = concat!(
    "UPDATE replays SET state = 'running', cursor = $5, next_at = $6",
    mine!(),
    "'counting'"
);

const MADE: &str = concat!(
    "UPDATE replays SET made = made + $5, failed = failed + $6, note = coalesce($7, note),
       cursor = $8, next_at = $9",
    mine!(),
    "'running'"
);

const DONE: &str = concat!(
    "UPDATE replays SET state = 'done', finished_at = $5, skipped = total - made - failed",
    mine!(),
    "'running'"
);

static ITEMS: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "INSERT INTO replay_items (replay, original, run) SELECT v.replay, v.original, v.run FROM ",
        &[("replay", Id), ("original", Id), ("run", Id)],
        "",
    )
});

impl Db {
    /// The bulk replays that this node works off, oldest first; free ones are taken.
    pub async fn open_replays(&self, lease: NodeLease) -> Result<Vec<OpenReplay>, Error> {
        let found = self.rows(OPEN, Vec::new()).await?;
        let mut open = found.iter().map(|r| read(r, lease)).collect::<Result<Vec<_>, _>>()?;
        if open.iter().any(|(_, held)| held.is_none()) {
            self.write(move |tx| Box::pin(take(tx, lease))).await?;
            let found = self.rows(OPEN, Vec::new()).await?;
            open = found.iter().map(|r| read(r, lease)).collect::<Result<Vec<_>, _>>()?;
        }
        let mine = |(o, held): (OpenReplay, _)| (held == Some(lease.node.uuid())).then_some(o);
        Ok(open.into_iter().filter_map(mine).collect())
    }

    /// Counts the next runs of a bulk replay; after the last of them it begins to make runs.
    /// False: it is not this node's any more, or a person has cancelled it.
    pub async fn count_replay(&self, o: &OpenReplay, now: Time) -> Result<bool, Error> {
        let ids = self.matching_ids(asked(o), o.cursor, limits::REPLAY_COUNTED).await?;
        let n = i64::try_from(ids.len()).unwrap_or(0);
        let (id, lease, cursor) = (o.replay.id, o.lease, o.cursor);
        let last = ids.last().copied();
        self.write(move |tx| {
            Box::pin(async move {
                tx.effects.news.note(News::Replay(id));
                hold(tx.conn, &[lease.node]).await?;
                let mut vals = guard(id, lease, cursor);
                let sql = if let Some(last) = last {
                    vals.extend(vals![n, last.uuid()]);
                    COUNTED
                } else {
                    vals.extend(vals![uuid::Uuid::nil(), now]);
                    ALL_COUNTED
                };
                Ok(tx.conn.exec(sql, vals).await? > 0)
            })
        })
        .await
    }

    /// The next runs of a bulk replay, oldest first.
    pub async fn next_of_replay(&self, o: &OpenReplay, most: i64) -> Result<Vec<Original>, Error> {
        self.originals(asked(o), o.cursor, most).await
    }

    /// Makes the runs of a slice and moves the cursor, in one commit. False, and nothing done, if
    /// the replay is not this node's any more, or a person has cancelled it. [`Error::Changed`],
    /// and nothing done, if an original has gone meanwhile.
    pub async fn make_slice(&self, o: &OpenReplay, slice: Slice) -> Result<bool, Error> {
        let runs = Arc::new(Prepared::all(slice.runs)?);
        let (id, lease, cursor) = (o.replay.id, o.lease, o.cursor);
        let (failed, note, last, next_at) = (slice.failed, slice.note, slice.last, slice.next_at);
        self.write(move |tx| {
            let (runs, note) = (runs.clone(), note.clone());
            Box::pin(async move {
                hold(tx.conn, &[lease.node]).await?;
                let mut vals = guard(id, lease, cursor);
                let made = i64::try_from(runs.len()).unwrap_or(0);
                vals.extend(vals![made, failed, note.as_deref(), last.uuid(), next_at]);
                if tx.conn.exec(MADE, vals).await? == 0 {
                    return Ok(false);
                }
                tx.effects.news.note(News::Replay(id));
                make(tx, id, &runs).await?;
                Ok(true)
            })
        })
        .await
    }

    /// Ends a bulk replay of which nothing matches any more. False: it is not this node's.
    pub async fn end_replay(&self, o: &OpenReplay, now: Time) -> Result<bool, Error> {
        let (id, lease, cursor) = (o.replay.id, o.lease, o.cursor);
        self.write(move |tx| {
            Box::pin(async move {
                hold(tx.conn, &[lease.node]).await?;
                let mut vals = guard(id, lease, cursor);
                vals.extend(vals![now]);
                tx.effects.news.note(News::Replay(id));
                Ok(tx.conn.exec(DONE, vals).await? > 0)
            })
        })
        .await
    }

    /// Whether a bulk replay may add to the backlog: it leaves half of it to deliveries.
    pub fn has_room_for_replays(&self) -> bool {
        self.backlog() < self.0.shared.most / 2
    }
}

fn asked(o: &OpenReplay) -> Asked<'_> {
    let r = &o.replay;
    Asked { workspace: r.workspace, selection: &r.selection, how: r.how, moment: r.created_at }
}

fn guard(id: ReplayId, lease: NodeLease, cursor: RunId) -> Vec<crate::sql::Val> {
    vals![id.uuid(), lease.node.uuid(), lease.epoch, cursor.uuid()]
}

async fn take(tx: Tx<'_>, lease: NodeLease) -> Result<(), Fail> {
    hold(tx.conn, &[lease.node]).await?;
    tx.conn.exec(TAKE, vals![lease.node.uuid(), lease.epoch]).await?;
    Ok(())
}

async fn make(tx: Tx<'_>, id: ReplayId, runs: &[Prepared]) -> Result<(), Fail> {
    let Some(now) = runs.first().map(|p| p.new.created_at) else { return Ok(()) };
    let mut items = ITEMS.batch(tx.conn.is_lite(), runs.len());
    for p in runs {
        let original = p.new.replay_of.map(RunId::uuid);
        items.id(id.uuid()).id(original).id(p.new.id.uuid()).end();
    }
    tx.conn.bulk(&ITEMS, items).await?;
    insert(tx, runs, now).await
}

fn read(row: &Row, lease: NodeLease) -> Result<(OpenReplay, Option<uuid::Uuid>), Error> {
    let mut c = row.cursor();
    let replay = bulk(&mut c)?;
    let (cursor, next_at) = (RunId(c.id()?), c.time()?);
    Ok((OpenReplay { replay, cursor, next_at, lease }, c.opt_id()?))
}
