//! Flows, their drafts and published versions (semantics S12).

use std::sync::Arc;

use domain::ids::{FlowId, WorkspaceId};

use crate::commit::Fail;
use crate::commit::op::Tx;
use crate::db::Db;
use crate::generation::raise;
use crate::sql::fail::is_taken;
use crate::sql::{Row, vals};
use crate::{DraftEdit, Error, FlowRow, FlowState, FlowSummary, NewFlow};

impl FlowState {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            FlowState::Draft => "draft",
            FlowState::Live => "live",
            FlowState::Paused => "paused",
        }
    }
    /// The state of a word.
    pub fn parse(s: &str) -> Option<Self> {
        [FlowState::Draft, FlowState::Live, FlowState::Paused].into_iter().find(|f| f.as_str() == s)
    }
}

macro_rules! flow_row {
    ($rest:literal) => {
        concat!(
            "SELECT f.id, f.workspace, f.name, f.state, f.draft, f.version, v.document, f.created_at,
      f.updated_at, f.generation,
      (SELECT max(a.token) FROM addresses a WHERE a.flow = f.id AND a.expires_at IS NULL),
      f.folder, f.revision, f.published_revision, f.draft_by, f.draft_at
    FROM flows f LEFT JOIN flow_versions v ON v.flow = f.id AND v.version = f.version
    ",
            $rest
        )
    };
}

const FLOW: &str = flow_row!("WHERE f.id = $1 AND f.workspace = $2");
/// Of any workspace.
const FLOW_OF_ADDRESS: &str = flow_row!("WHERE f.id = $1");

const FLOWS: &str = "
    SELECT f.id, f.name, f.state, f.version, f.updated_at,
      (SELECT max(a.token) FROM addresses a WHERE a.flow = f.id AND a.expires_at IS NULL),
      (SELECT count(*) FROM events e WHERE e.flow = f.id AND e.state = 'held')
    FROM flows f WHERE f.workspace = $1
      AND NOT EXISTS (SELECT 1 FROM subscribers s WHERE s.id = f.id)
    ORDER BY f.id";

const DELETE: &[&str] = &[
    "DELETE FROM order_keys WHERE flow = $1",
    "DELETE FROM newest WHERE flow = $1",
    "DELETE FROM flows WHERE id = $1",
    "DELETE FROM flow_versions WHERE flow = $1",
    "DELETE FROM flow_secrets WHERE flow = $1",
    "DELETE FROM addresses WHERE flow = $1",
    "DELETE FROM dedupe WHERE flow = $1",
    "DELETE FROM trigger_state WHERE flow = $1",
    "DELETE FROM samples WHERE flow = $1",
    "DELETE FROM step_outputs WHERE flow = $1",
    "DELETE FROM import_pieces WHERE import IN (SELECT id FROM imports WHERE flow = $1)",
    "DELETE FROM imports WHERE flow = $1",
];

impl Db {
    /// Makes a flow with its address and secrets. [`Error::Taken`] if the address is another's.
    pub async fn create_flow(&self, f: NewFlow) -> Result<(), Error> {
        let secrets = self.seal_secrets(f.id, &f.secrets)?;
        let now = self.now();
        self.write(move |mut tx| {
            let (f, secrets) = (f.clone(), secrets.clone());
            Box::pin(async move {
                let generation = raise(&mut tx).await?;
                tx.conn
                    .exec(
                        "INSERT INTO addresses (token, flow) VALUES ($1, $2)",
                        vals![f.token, f.id.uuid()],
                    )
                    .await
                    .map_err(|e| taken(e, "address"))?;
                tx.conn
                    .exec(
                        "INSERT INTO flows (id, workspace, name, state, draft, version, created_at,
                           updated_at, generation, draft_at)
                         VALUES ($1, $2, $3, 'draft', $4, 0, $5, $5, $6, $5)",
                        vals![f.id.uuid(), f.workspace.uuid(), f.name, f.draft, now, generation],
                    )
                    .await
                    .map_err(|e| taken(e, "id"))?;
                crate::secrets::put_all(tx.conn, f.id, secrets).await
            })
        })
        .await
    }

    /// Replaces the draft, whatever it is by now. The published version stays as it is.
    pub async fn save_draft(
        &self,
        ws: WorkspaceId,
        id: FlowId,
        name: &str,
        draft: &str,
    ) -> Result<(), Error> {
        let edit = DraftEdit {
            flow: id,
            name: name.to_owned(),
            draft: draft.to_owned(),
            by: String::new(),
            seen: None,
        };
        self.edit_draft(ws, edit).await.map(|_| ())
    }

    /// Makes the draft the next version and answers its number. A flow that was a draft goes
    /// live; a paused one stays paused.
    pub async fn publish(&self, ws: WorkspaceId, id: FlowId) -> Result<i64, Error> {
        self.publish_seen(ws, id, "", None).await
    }

    /// Pauses a flow, or lets it go on.
    pub async fn set_flow_state(
        &self,
        ws: WorkspaceId,
        id: FlowId,
        state: FlowState,
    ) -> Result<(), Error> {
        let now = self.now();
        self.write(move |mut tx| {
            Box::pin(async move {
                let generation = raise(&mut tx).await?;
                let n = tx
                    .conn
                    .exec(
                        "UPDATE flows SET state = $3, updated_at = $4, generation = $5
                         WHERE id = $1 AND workspace = $2",
                        vals![id.uuid(), ws.uuid(), state.as_str(), now, generation],
                    )
                    .await?;
                tx.effects.work = true;
                there(n)
            })
        })
        .await
    }

    /// Makes the nodes read these flows anew: something that they name has changed or is gone.
    pub async fn look_again_at_flows(
        &self,
        ws: WorkspaceId,
        flows: Vec<FlowId>,
    ) -> Result<(), Error> {
        let flows: Arc<[FlowId]> = flows.into();
        self.write(move |mut tx| {
            let flows = flows.clone();
            Box::pin(async move {
                let generation = raise(&mut tx).await?;
                for id in flows.iter() {
                    let sql = "UPDATE flows SET generation = $3 WHERE id = $1 AND workspace = $2";
                    tx.conn.exec(sql, vals![id.uuid(), ws.uuid(), generation]).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// One flow.
    pub async fn flow(&self, ws: WorkspaceId, id: FlowId) -> Result<Option<FlowRow>, Error> {
        self.row(FLOW, vals![id.uuid(), ws.uuid()]).await?.as_ref().map(flow).transpose()
    }

    /// The flow that an address leads to. Senders know no workspace, so it may be any's.
    pub async fn flow_of_address(&self, id: FlowId) -> Result<Option<FlowRow>, Error> {
        self.row(FLOW_OF_ADDRESS, vals![id.uuid()]).await?.as_ref().map(flow).transpose()
    }

    /// The flows of a workspace, oldest first.
    pub async fn flows(&self, ws: WorkspaceId) -> Result<Vec<FlowSummary>, Error> {
        self.rows(FLOWS, vals![ws.uuid()]).await?.iter().map(summary).collect()
    }

    /// The document of a published version; it never changes.
    pub async fn version(&self, flow: FlowId, version: i64) -> Result<Option<String>, Error> {
        let sql = "SELECT document FROM flow_versions WHERE flow = $1 AND version = $2";
        let row = self.row(sql, vals![flow.uuid(), version]).await?;
        row.map(|r| r.cursor().text()).transpose()
    }

    /// Removes a flow with its versions, secrets and addresses; its history stays until retention
    /// takes it. [`Error::Changed`] while it has unfinished runs.
    pub async fn delete_flow(&self, ws: WorkspaceId, id: FlowId) -> Result<(), Error> {
        self.write(move |tx| Box::pin(delete(tx, ws, id))).await
    }
}

/// Removes a flow that has no unfinished runs.
pub(crate) async fn delete(mut tx: Tx<'_>, ws: WorkspaceId, id: FlowId) -> Result<(), Fail> {
    let sql = "SELECT (SELECT count(*) FROM flows WHERE id = $1 AND workspace = $2),
      (SELECT count(*) FROM jobs WHERE flow = $1)";
    let rows = tx.conn.rows(sql, vals![id.uuid(), ws.uuid()]).await?;
    let row = rows.first().ok_or(Error::NotFound)?;
    let mut c = row.cursor();
    let (found, busy) = (c.flag()?, c.flag()?);
    if !found {
        return Err(Error::NotFound.into());
    }
    if busy {
        return Err(Error::Changed.into());
    }
    raise(&mut tx).await?;
    for sql in DELETE {
        tx.conn.exec(*sql, vals![id.uuid()]).await?;
    }
    Ok(())
}

/// A change that found no row.
pub(crate) fn there(rows: u64) -> Result<(), Fail> {
    if rows == 0 { Err(Error::NotFound.into()) } else { Ok(()) }
}

/// A unique key that is another's.
pub(crate) fn taken(e: sqlx::Error, what: &'static str) -> Fail {
    if is_taken(&e) { Error::Taken(what).into() } else { e.into() }
}

fn flow(row: &Row) -> Result<FlowRow, Error> {
    let mut c = row.cursor();
    let (id, workspace) = (FlowId(c.id()?), WorkspaceId(c.id()?));
    let (name, state) = (c.text()?, c.word(FlowState::parse)?);
    let (draft, version, published) = (c.text()?, c.int()?, c.opt_text()?);
    let (created_at, updated_at, generation) = (c.time()?, c.time()?, c.int()?);
    let token = c.opt_text()?.unwrap_or_default();
    let (folder, revision, published_revision) = (c.text()?, c.int()?, c.int()?);
    let (draft_by, draft_at) = (c.text()?, c.time()?);
    Ok(FlowRow {
        id,
        workspace,
        name,
        state,
        draft,
        version,
        published,
        created_at,
        updated_at,
        token,
        generation,
        folder,
        revision,
        published_revision,
        draft_by,
        draft_at,
    })
}

fn summary(row: &Row) -> Result<FlowSummary, Error> {
    let mut c = row.cursor();
    Ok(FlowSummary {
        id: FlowId(c.id()?),
        name: c.text()?,
        state: c.word(FlowState::parse)?,
        version: c.int()?,
        updated_at: c.time()?,
        token: c.opt_text()?.unwrap_or_default(),
        held: c.int()?,
    })
}
