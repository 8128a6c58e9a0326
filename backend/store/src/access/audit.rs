//! The audit log: who did what to which thing. Lines are added and swept by age, never changed.

use std::net::IpAddr;

use domain::ids::{AuditId, WorkspaceId};
use domain::{Actor, Time, limits};
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

/// Which lines of the log are wanted; what is absent restricts nothing.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    pub actor: Option<Actor>,
    /// An action, or the beginning of several up to a point: `flow.`.
    pub action: Option<String>,
    pub object: Option<String>,
    pub from: Option<Time>,
    pub until: Option<Time>,
    /// Lines older than this one.
    pub before: Option<AuditId>,
    pub limit: u32,
}

impl Db {
    /// Adds a line.
    pub async fn audit(&self, a: NewAudit) -> Result<(), Error> {
        let (id, detail) = (AuditId::new(a.at), json(&a.detail)?);
        let remote = a.remote.map(|r| r.to_string());
        self.exec(
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
    }

    /// Lines of a workspace, newest first.
    pub async fn audit_log(
        &self,
        ws: WorkspaceId,
        f: AuditFilter,
    ) -> Result<Vec<AuditLine>, Error> {
        let before = f.before.map_or(uuid::Uuid::max(), AuditId::uuid);
        let action = f.action.unwrap_or_default();
        let rows = self
            .rows(
                "SELECT id, at, actor, action, object, detail, remote FROM audit
                 WHERE workspace = $1 AND id < $2 AND at >= $3 AND at < $4
                   AND ($5 = '' OR actor = $5) AND ($6 = '' OR substr(action, 1, length($6)) = $6)
                   AND ($7 = '' OR object = $7)
                 ORDER BY id DESC LIMIT $8",
                vals![
                    ws.uuid(),
                    before,
                    f.from.unwrap_or_default(),
                    f.until.unwrap_or(Time(i64::MAX)),
                    f.actor.map(|a| a.to_string()).unwrap_or_default(),
                    action,
                    f.object.unwrap_or_default(),
                    i64::from(f.limit)
                ],
            )
            .await?;
        rows.iter().map(read).collect()
    }

    /// Removes lines older than `before`, some at a time.
    pub(crate) async fn sweep_audit(&self, before: Time) -> Result<u64, Error> {
        let sql = "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < $1 LIMIT $2)";
        let mut total = 0;
        loop {
            let n = self.exec(sql, vals![before, limits::RETENTION_SLICE]).await?;
            total += n;
            if i64::try_from(n).unwrap_or(0) < limits::RETENTION_SLICE {
                return Ok(total);
            }
        }
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
