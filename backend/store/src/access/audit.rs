//! The audit log: who did what to which thing. Lines are added and swept by age, never changed.

use std::net::IpAddr;

use domain::ids::{AuditId, WorkspaceId};
use domain::{Actor, Time};
use serde_json::Value;

use crate::Error;
use crate::commit::prepare::json;
use crate::db::Db;
use crate::sql::{Row, vals};

/// A line to add.
#[derive(Clone, Debug)]
pub struct NewAudit {
    pub workspace: WorkspaceId,
    pub at: Time,
    pub actor: Actor,
    /// What was done: `flow.published`.
    pub action: &'static str,
    /// To what: an id or a name.
    pub object: String,
    /// More about it, never a secret.
    pub detail: Value,
    pub remote: Option<IpAddr>,
}

/// A line of the log.
#[derive(Clone, Debug)]
pub struct AuditLine {
    pub id: AuditId,
    pub at: Time,
    pub actor: Actor,
    pub action: String,
    pub object: String,
    pub detail: Value,
    pub remote: Option<String>,
}

impl Db {
    /// Adds a line.
    pub async fn audit(&self, a: NewAudit) -> Result<(), Error> {
        let (id, detail) = (AuditId::new(a.at), json(&a.detail)?);
        self.write(move |tx| {
            let (a, detail) = (a.clone(), detail.clone());
            Box::pin(async move {
                let remote = a.remote.map(|r| r.to_string());
                tx.conn
                    .exec(
                        "INSERT INTO audit (id, workspace, at, actor, action, object, detail, remote)
                         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                        vals![
                            id.uuid(),
                            a.workspace.uuid(),
                            a.at,
                            a.actor.to_string(),
                            a.action,
                            a.object,
                            detail,
                            remote.as_deref()
                        ],
                    )
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// Lines of a workspace, newest first, older than `before`.
    pub async fn audit_log(
        &self,
        ws: WorkspaceId,
        before: Option<AuditId>,
        limit: u32,
    ) -> Result<Vec<AuditLine>, Error> {
        let before = before.map_or(uuid::Uuid::max(), AuditId::uuid);
        let rows = self
            .rows(
                "SELECT id, at, actor, action, object, detail, remote FROM audit
                 WHERE workspace = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
                vals![ws.uuid(), before, i64::from(limit)],
            )
            .await?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<AuditLine, Error> {
    let mut c = row.cursor();
    Ok(AuditLine {
        id: AuditId(c.id()?),
        at: c.time()?,
        actor: c.word(Actor::parse)?,
        action: c.text()?,
        object: c.text()?,
        detail: c.json()?,
        remote: c.opt_text()?,
    })
}
