//! Replays of many runs: made, listed, shown and cancelled by people, and worked off by one node
//! at a time.

mod select;
mod work;

use domain::ids::{ReplayId, RunId, WorkspaceId};
use domain::limits;
use domain::replay::{BulkReplay, ReplayItem, ReplayState};
use domain::run::RunState;
use uuid::Uuid;

use crate::Error;
use crate::db::Db;
use crate::live::News;
use crate::sql::{Cursor, Filter, Row, vals};

pub use select::Original;
pub use work::{OpenReplay, Slice};

/// Read by [`bulk`].
macro_rules! replay_columns {
    () => {
        "id, workspace, selection, how, rate, state, total, made, skipped, failed, note,
         created_at, finished_at, author"
    };
}
pub(crate) use replay_columns;

const OPEN: &str = "
    SELECT count(*) FROM replays WHERE workspace = $1 AND state IN ('counting', 'running')";

const ADD: &str = "
    INSERT INTO replays (id, workspace, selection, how, rate, state, total, made, skipped, failed,
      created_at, author, cursor, next_at, epoch)
    VALUES ($1, $2, $3, $4, $5, 'counting', 0, 0, 0, 0, $6, $7, $8, $6, 0)";

const CANCEL: &str = "
    UPDATE replays SET state = 'cancelled', finished_at = $3
    WHERE id = $1 AND workspace = $2 AND state IN ('counting', 'running')";

const ITEMS: &str = "
    SELECT i.original, i.run, r.state, j.node FROM replay_items i
    LEFT JOIN runs r ON r.id = i.run LEFT JOIN jobs j ON j.run = i.run
    WHERE i.replay = $1 AND i.original > $2
      AND EXISTS (SELECT 1 FROM replays b WHERE b.id = i.replay AND b.workspace = $3)
    ORDER BY i.original LIMIT $4";

impl Db {
    /// Stores a new bulk replay for a node to work off. [`Error::Busy`] if too many of the
    /// workspace are not over.
    pub async fn add_replay(&self, new: BulkReplay) -> Result<(), Error> {
        let text = |v: serde_json::Result<String>| v.map_err(|e| Error::Damaged(e.to_string()));
        let selection = text(serde_json::to_string(&new.selection))?;
        let how = text(serde_json::to_string(&new.how))?;
        self.write(move |tx| {
            let (id, ws, rate, at) =
                (new.id.uuid(), new.workspace.uuid(), new.rate, new.created_at);
            let (selection, how, by) = (selection.clone(), how.clone(), new.by.clone());
            Box::pin(async move {
                let rows = tx.conn.rows(OPEN, vals![ws]).await?;
                if rows.first().map_or(Ok(0), |r| r.cursor().int())? >= limits::REPLAYS_OPEN {
                    return Err(Error::Busy.into());
                }
                let vals = vals![id, ws, selection, how, rate, at, by, Uuid::nil()];
                tx.conn.exec(ADD, vals).await?;
                tx.effects.news.note(News::Replay(new.id));
                Ok(())
            })
        })
        .await
    }

    /// Bulk replays, newest first.
    pub async fn replays(
        &self,
        ws: WorkspaceId,
        before: Option<ReplayId>,
        limit: u32,
    ) -> Result<Vec<BulkReplay>, Error> {
        const LIST: &str = concat!("SELECT ", replay_columns!(), " FROM replays");
        let mut q = Filter::new(LIST, "workspace", ws.uuid());
        q.and("id <", before.map(ReplayId::uuid));
        let (text, vals) = q.page("id DESC", limit);
        self.rows(text, vals).await?.iter().map(|r| bulk(&mut r.cursor())).collect()
    }

    /// One bulk replay.
    pub async fn bulk_replay(
        &self,
        ws: WorkspaceId,
        id: ReplayId,
    ) -> Result<Option<BulkReplay>, Error> {
        const ONE: &str =
            concat!("SELECT ", replay_columns!(), " FROM replays WHERE id = $1 AND workspace = $2");
        let row = self.row(ONE, vals![id.uuid(), ws.uuid()]).await?;
        row.map(|r| bulk(&mut r.cursor())).transpose()
    }

    /// What a bulk replay made, in the order of the originals, after the given one.
    pub async fn replay_items(
        &self,
        ws: WorkspaceId,
        id: ReplayId,
        after: Option<RunId>,
        limit: u32,
    ) -> Result<Vec<ReplayItem>, Error> {
        let after = after.map_or(Uuid::nil(), RunId::uuid);
        let limit = if limit == 0 { limits::PAGE } else { limit.min(limits::PAGE_MAX) };
        let vals = vals![id.uuid(), after, ws.uuid(), i64::from(limit)];
        self.rows(ITEMS, vals).await?.iter().map(item).collect()
    }

    /// Ends a bulk replay: nothing more is made, what is made goes on. Answers whether it was
    /// under way.
    pub async fn cancel_replay(&self, ws: WorkspaceId, id: ReplayId) -> Result<bool, Error> {
        let now = self.now();
        self.write(move |tx| {
            Box::pin(async move {
                tx.effects.news.note(News::Replay(id));
                Ok(tx.conn.exec(CANCEL, vals![id.uuid(), ws.uuid(), now]).await? > 0)
            })
        })
        .await
    }
}

pub(crate) fn bulk(c: &mut Cursor<'_>) -> Result<BulkReplay, Error> {
    Ok(BulkReplay {
        id: ReplayId(c.id()?),
        workspace: WorkspaceId(c.id()?),
        selection: c.json()?,
        how: c.json()?,
        rate: c.int()?,
        state: c.word(ReplayState::parse)?,
        total: c.int()?,
        made: c.int()?,
        skipped: c.int()?,
        failed: c.int()?,
        note: c.opt_text()?,
        created_at: c.time()?,
        finished_at: c.opt_time()?,
        by: c.text()?,
    })
}

fn item(row: &Row) -> Result<ReplayItem, Error> {
    let mut c = row.cursor();
    let (original, run) = (RunId(c.id()?), RunId(c.id()?));
    let state = c.opt_text()?.and_then(|word| RunState::parse(&word));
    let held = c.opt_id()?.is_some();
    let state = state.map(|s| if held && !s.is_final() { RunState::Running } else { s });
    Ok(ReplayItem { original, run, state })
}
