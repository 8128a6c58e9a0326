//! Drafts of flows and the versions made of them. A draft has a number, raised by every change:
//! whoever changes or publishes it may name the one that was seen.

use domain::Time;
use domain::ids::{FlowId, WorkspaceId};

use crate::commit::Fail;
use crate::commit::op::Tx;
use crate::db::Db;
use crate::flows::there;
use crate::generation::raise;
use crate::sql::vals;
use crate::{Error, FlowState};

/// A new draft of a flow.
#[derive(Clone, Debug)]
pub struct DraftEdit {
    pub flow: FlowId,
    pub name: String,
    /// The document as JSON text.
    pub draft: String,
    /// Who changes it.
    pub by: String,
    /// The revision that the change was made of; without one it replaces whatever there is.
    pub seen: Option<i64>,
}

/// A published version for lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRow {
    pub version: i64,
    pub created_at: Time,
    /// Who published it; empty for programs of the server itself.
    pub author: String,
}

impl Db {
    /// Replaces the draft and answers its new revision. [`Error::Changed`] if it is not the one
    /// that was seen.
    pub async fn edit_draft(&self, ws: WorkspaceId, edit: DraftEdit) -> Result<i64, Error> {
        let now = self.now();
        self.write(move |tx| Box::pin(change(tx, ws, edit.clone(), now))).await
    }

    /// Makes the draft the next version and answers its number; `seen` as in [`Db::edit_draft`].
    pub async fn publish_seen(
        &self,
        ws: WorkspaceId,
        id: FlowId,
        by: &str,
        seen: Option<i64>,
    ) -> Result<i64, Error> {
        let (now, by) = (self.now(), by.to_owned());
        self.write(move |tx| Box::pin(publish(tx, (ws, id, seen), by.clone(), now))).await
    }

    /// Puts the draft back to the published version. [`Error::Changed`] if there is none.
    pub async fn discard_draft(&self, ws: WorkspaceId, id: FlowId, by: &str) -> Result<i64, Error> {
        let (now, by) = (self.now(), by.to_owned());
        self.write(move |tx| {
            let by = by.clone();
            Box::pin(async move {
                let rows = tx
                    .conn
                    .rows(
                        "UPDATE flows SET updated_at = $3, draft_by = $4, draft_at = $3,
                           revision = revision + 1, published_revision = revision + 1,
                           draft = (SELECT v.document FROM flow_versions v
                             WHERE v.flow = flows.id AND v.version = flows.version)
                         WHERE id = $1 AND workspace = $2 AND version > 0
                         RETURNING revision",
                        vals![id.uuid(), ws.uuid(), now, by],
                    )
                    .await?;
                match rows.first() {
                    Some(row) => Ok(row.cursor().int()?),
                    None => Err(unchanged(tx, ws, id).await),
                }
            })
        })
        .await
    }

    /// Moves a flow to a folder; an empty name is none.
    pub async fn set_folder(&self, ws: WorkspaceId, id: FlowId, folder: &str) -> Result<(), Error> {
        let folder = folder.to_owned();
        self.write(move |tx| {
            let folder = folder.clone();
            Box::pin(async move {
                let sql = "UPDATE flows SET folder = $3 WHERE id = $1 AND workspace = $2";
                there(tx.conn.exec(sql, vals![id.uuid(), ws.uuid(), folder]).await?)
            })
        })
        .await
    }

    /// The published versions of a flow, newest first.
    pub async fn versions(&self, flow: FlowId, limit: u32) -> Result<Vec<VersionRow>, Error> {
        let sql = "SELECT version, created_at, author FROM flow_versions WHERE flow = $1
          ORDER BY version DESC LIMIT $2";
        let rows = self.rows(sql, vals![flow.uuid(), i64::from(limit)]).await?;
        rows.iter()
            .map(|row| {
                let mut c = row.cursor();
                Ok(VersionRow { version: c.int()?, created_at: c.time()?, author: c.text()? })
            })
            .collect()
    }

    /// Rotated addresses of a flow that still work, with the time of their end.
    pub async fn old_addresses(&self, flow: FlowId) -> Result<Vec<(String, Time)>, Error> {
        let sql = "SELECT token, expires_at FROM addresses
          WHERE flow = $1 AND expires_at > $2 ORDER BY expires_at DESC";
        let rows = self.rows(sql, vals![flow.uuid(), self.now()]).await?;
        rows.iter()
            .map(|row| {
                let mut c = row.cursor();
                Ok((c.text()?, c.time()?))
            })
            .collect()
    }
}

async fn change(mut tx: Tx<'_>, ws: WorkspaceId, e: DraftEdit, now: Time) -> Result<i64, Fail> {
    let values = vals![e.flow.uuid(), ws.uuid(), e.name, e.draft, now, e.by, e.seen];
    let rows = tx
        .conn
        .rows(
            "UPDATE flows SET name = $3, draft = $4, updated_at = $5, draft_by = $6,
               draft_at = $5, revision = revision + 1
             WHERE id = $1 AND workspace = $2 AND ($7 IS NULL OR revision = $7)
             RETURNING revision, version",
            values,
        )
        .await?;
    let Some(row) = rows.first() else { return Err(unchanged(tx, ws, e.flow).await) };
    let mut c = row.cursor();
    let (revision, version) = (c.int()?, c.int()?);
    // Nothing that runs looks at the draft of a published flow: what is kept in memory of all
    // flows stays.
    if version == 0 {
        touch(&mut tx, e.flow).await?;
    }
    Ok(revision)
}

async fn publish(
    mut tx: Tx<'_>,
    (ws, id, seen): (WorkspaceId, FlowId, Option<i64>),
    by: String,
    now: Time,
) -> Result<i64, Fail> {
    let rows = tx
        .conn
        .rows(
            "UPDATE flows SET version = version + 1, updated_at = $3,
               published_revision = revision,
               state = CASE WHEN state = $5 THEN $6 ELSE state END
             WHERE id = $1 AND workspace = $2 AND ($4 IS NULL OR revision = $4)
             RETURNING version, draft",
            vals![
                id.uuid(),
                ws.uuid(),
                now,
                seen,
                FlowState::Draft.as_str(),
                FlowState::Live.as_str()
            ],
        )
        .await?;
    let Some(row) = rows.first() else { return Err(unchanged(tx, ws, id).await) };
    let mut c = row.cursor();
    let (version, draft) = (c.int()?, c.text()?);
    tx.conn
        .exec(
            "INSERT INTO flow_versions (flow, version, document, created_at, author)
             VALUES ($1, $2, $3, $4, $5)",
            vals![id.uuid(), version, draft, now, by],
        )
        .await?;
    touch(&mut tx, id).await?;
    Ok(version)
}

/// Whoever keeps the flow in memory reads it anew.
async fn touch(tx: &mut Tx<'_>, id: FlowId) -> Result<(), Fail> {
    let generation = raise(tx).await?;
    let sql = "UPDATE flows SET generation = $2 WHERE id = $1";
    tx.conn.exec(sql, vals![id.uuid(), generation]).await?;
    Ok(())
}

/// Why a change found no row: there is no flow, or it is not as it was seen.
async fn unchanged(tx: Tx<'_>, ws: WorkspaceId, id: FlowId) -> Fail {
    let sql = "SELECT count(*) FROM flows WHERE id = $1 AND workspace = $2";
    match tx.conn.rows(sql, vals![id.uuid(), ws.uuid()]).await {
        Err(e) => e.into(),
        Ok(rows) => match rows.first().map(|r| r.cursor().int()) {
            Some(Ok(1)) => Error::Changed.into(),
            Some(Err(e)) => e.into(),
            _ => Error::NotFound.into(),
        },
    }
}
