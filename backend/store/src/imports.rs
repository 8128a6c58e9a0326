//! Imports: the rows of a file that are started one after another at a rate, so that a restart
//! goes on where it was.

use domain::ids::{FlowId, ImportId, WorkspaceId};
use domain::{Time, limits};
use serde::Serialize;
use serde_json::Value;

use crate::Error;
use crate::commit::Fail;
use crate::commit::op::Tx;
use crate::commit::prepare::json;
use crate::db::Db;
use crate::generation::raise;
use crate::sql::{Row, vals};

/// Where an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ImportState {
    Running,
    /// Every row has its event.
    Done,
    /// By a person.
    Stopped,
    /// It cannot go on; its note says why.
    Failed,
}

impl ImportState {
    const ALL: [Self; 4] = [Self::Running, Self::Done, Self::Stopped, Self::Failed];
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        }
    }
    fn parse(s: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|i| i.as_str() == s)
    }
}

/// An import with its rows.
#[derive(Clone, Debug)]
pub struct NewImport {
    pub id: ImportId,
    pub workspace: WorkspaceId,
    pub flow: FlowId,
    /// The data of one event each.
    pub rows: Vec<Value>,
    /// Rows a second.
    pub rate: u32,
}

/// An import and how far it has come.
#[derive(Clone, Debug, Serialize)]
pub struct ImportRow {
    pub id: ImportId,
    #[serde(skip)]
    pub workspace: WorkspaceId,
    pub flow: FlowId,
    pub created_at: Time,
    pub finished_at: Option<Time>,
    pub state: ImportState,
    /// Why it does not go on, as `Text::kept` gives it.
    #[serde(serialize_with = "domain::text::english")]
    pub note: Option<String>,
    pub total: i64,
    /// Rows that have their event.
    pub done: i64,
    /// Rows a second.
    pub rate: i64,
    #[serde(skip)]
    pub next_due: Option<Time>,
    /// Raised by every change.
    #[serde(skip)]
    pub guard: i64,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, workspace, flow, created_at, finished_at, state, note, total, done, rate,
               next_due, guard
             FROM imports ",
            $rest
        )
    };
}

const INSERT: &str = "
    INSERT INTO imports (id, workspace, flow, created_at, state, total, done, rate, next_due, guard)
    VALUES ($1, $2, $3, $4, 'running', $5, 0, $6, $4, 0)";

const STOP: &str = "
    UPDATE imports SET state = 'stopped', finished_at = $3, next_due = NULL, guard = guard + 1
    WHERE id = $1 AND workspace = $2 AND state = 'running'";

const OLD: &str = "
    DELETE FROM imports WHERE id IN (
      SELECT id FROM imports WHERE finished_at < $1 ORDER BY id LIMIT $2)";

impl Db {
    /// Stores an import with all of its rows; it starts at once.
    pub async fn create_import(&self, i: NewImport) -> Result<(), Error> {
        let now = self.now();
        let total = i64::try_from(i.rows.len()).unwrap_or(i64::MAX);
        let mut pieces = Vec::new();
        for (n, rows) in i.rows.chunks(limits::IMPORT_PIECE).enumerate() {
            let text = json(&rows)?;
            let body = zstd::bulk::compress(text.as_bytes(), 1)
                .map_err(|e| Error::Damaged(e.to_string()))?;
            pieces.push((i64::try_from(n * limits::IMPORT_PIECE).unwrap_or(i64::MAX), body));
        }
        let (id, ws, flow, rate) = (i.id, i.workspace, i.flow, i64::from(i.rate));
        self.write(move |mut tx| {
            let pieces = pieces.clone();
            Box::pin(async move {
                // Every node hears of it.
                raise(&mut tx).await?;
                let values = vals![id.uuid(), ws.uuid(), flow.uuid(), now, total, rate];
                tx.conn.exec(INSERT, values).await?;
                for (first, body) in pieces {
                    let sql = "INSERT INTO import_pieces (import, first, body) VALUES ($1, $2, $3)";
                    tx.conn.exec(sql, vals![id.uuid(), first, body]).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// The imports of a flow, newest first.
    pub async fn imports(&self, ws: WorkspaceId, flow: FlowId) -> Result<Vec<ImportRow>, Error> {
        let sql = select!("WHERE flow = $1 AND workspace = $2 ORDER BY id DESC LIMIT $3");
        let values = vals![flow.uuid(), ws.uuid(), i64::from(limits::PAGE)];
        self.rows(sql, values).await?.iter().map(read).collect()
    }

    /// Imports that have rows to start now.
    pub async fn due_imports(&self, now: Time, max: i64) -> Result<Vec<ImportRow>, Error> {
        let sql = select!("WHERE next_due <= $1 ORDER BY next_due, id LIMIT $2");
        self.rows(sql, vals![now, max]).await?.iter().map(read).collect()
    }

    /// The rows of an import from number `from` on, as far as they are stored together.
    pub async fn import_rows(&self, id: ImportId, from: i64) -> Result<Vec<Value>, Error> {
        let piece = i64::try_from(limits::IMPORT_PIECE).unwrap_or(i64::MAX);
        let first = from - from.rem_euclid(piece);
        let sql = "SELECT body FROM import_pieces WHERE import = $1 AND first = $2";
        let Some(row) = self.row(sql, vals![id.uuid(), first]).await? else {
            return Ok(Vec::new());
        };
        let damaged = |e: &dyn std::fmt::Display| Error::Damaged(e.to_string());
        let body = row.cursor().blob()?;
        let text = zstd::bulk::decompress(&body, limits::IMPORT_BYTES * 2);
        let text = text.map_err(|e| damaged(&e))?;
        let rows: Vec<Value> = serde_json::from_slice(&text).map_err(|e| damaged(&e))?;
        Ok(rows.into_iter().skip(usize::try_from(from - first).unwrap_or(0)).collect())
    }

    /// Ends an import; the rows that have no event yet get none. [`Error::Changed`] if it has
    /// ended already.
    pub async fn stop_import(&self, ws: WorkspaceId, id: ImportId) -> Result<(), Error> {
        let now = self.now();
        self.write(move |tx| Box::pin(stop(tx, ws, id, now))).await
    }

    /// Forgets imports that ended before `old`.
    pub(crate) async fn sweep_imports(&self, old: Time) -> Result<u64, Error> {
        self.write(move |tx| {
            Box::pin(
                async move { Ok(tx.conn.exec(OLD, vals![old, limits::RETENTION_SLICE]).await?) },
            )
        })
        .await
    }
}

async fn stop(tx: Tx<'_>, ws: WorkspaceId, id: ImportId, now: Time) -> Result<(), Fail> {
    if tx.conn.exec(STOP, vals![id.uuid(), ws.uuid(), now]).await? > 0 {
        tx.conn.exec("DELETE FROM import_pieces WHERE import = $1", vals![id.uuid()]).await?;
        return Ok(());
    }
    let sql = "SELECT 1 FROM imports WHERE id = $1 AND workspace = $2";
    let found = tx.conn.rows(sql, vals![id.uuid(), ws.uuid()]).await?;
    Err(if found.is_empty() { Error::NotFound } else { Error::Changed }.into())
}

fn read(row: &Row) -> Result<ImportRow, Error> {
    let mut c = row.cursor();
    Ok(ImportRow {
        id: ImportId(c.id()?),
        workspace: WorkspaceId(c.id()?),
        flow: FlowId(c.id()?),
        created_at: c.time()?,
        finished_at: c.opt_time()?,
        state: c.word(ImportState::parse)?,
        note: c.opt_text()?,
        total: c.int()?,
        done: c.int()?,
        rate: c.int()?,
        next_due: c.opt_time()?,
        guard: c.int()?,
    })
}
