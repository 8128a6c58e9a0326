//! Workspaces and who may do what in each. A workspace that has people keeps at least one owner.

use domain::ids::{UserId, WorkspaceId};
use domain::{Role, Time};

use crate::Error;
use crate::commit::Fail;
use crate::db::Db;
use crate::flows::there;
use crate::sql::{Conn, Row, vals};

/// A person in a workspace.
#[derive(Clone, Debug)]
pub struct Member {
    pub user: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub joined_at: Time,
    /// The newest use of a session.
    pub seen_at: Option<Time>,
}

/// A workspace of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    pub workspace: WorkspaceId,
    pub name: String,
    pub role: Role,
}

/// What came of a change that may not take the last owner away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    Done,
    /// Nobody else is an owner, so nothing was changed.
    LastOwner,
}

/// Adds a person to a workspace inside a transaction, or changes the role of one who is in it.
pub(super) async fn insert_member(
    conn: &mut Conn,
    ws: WorkspaceId,
    user: UserId,
    role: Role,
    now: Time,
) -> Result<(), Fail> {
    conn.exec(
        "INSERT INTO memberships (workspace, user_id, role, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (workspace, user_id) DO UPDATE SET role = excluded.role",
        vals![ws.uuid(), user.uuid(), role.as_str(), now],
    )
    .await?;
    Ok(())
}

/// Whether somebody else is an owner. Locks the workspace, so that two changes go one by one.
async fn has_other_owner(conn: &mut Conn, ws: WorkspaceId, user: UserId) -> Result<bool, Fail> {
    conn.exec("UPDATE workspaces SET name = name WHERE id = $1", vals![ws.uuid()]).await?;
    let rows = conn
        .rows(
            "SELECT count(*) FROM memberships
             WHERE workspace = $1 AND user_id <> $2 AND role = 'owner'",
            vals![ws.uuid(), user.uuid()],
        )
        .await?;
    Ok(match rows.first() {
        Some(r) => r.cursor().flag()?,
        None => false,
    })
}

impl Db {
    /// Makes a workspace with its first owner.
    pub async fn add_workspace(
        &self,
        id: WorkspaceId,
        name: String,
        owner: Option<UserId>,
        now: Time,
    ) -> Result<(), Error> {
        self.write(move |tx| {
            let name = name.clone();
            Box::pin(async move {
                tx.conn
                    .exec(
                        "INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, $3)",
                        vals![id.uuid(), name, now],
                    )
                    .await?;
                match owner {
                    Some(u) => insert_member(tx.conn, id, u, Role::Owner, now).await,
                    None => Ok(()),
                }
            })
        })
        .await
    }

    /// Gives a workspace another name.
    pub async fn rename_workspace(&self, id: WorkspaceId, name: String) -> Result<(), Error> {
        let sql = "UPDATE workspaces SET name = $2 WHERE id = $1";
        let n = self.exec(sql, vals![id.uuid(), name]).await?;
        if n == 0 { Err(Error::NotFound) } else { Ok(()) }
    }

    /// The name of a workspace.
    pub async fn workspace_name(&self, id: WorkspaceId) -> Result<Option<String>, Error> {
        let row = self.row("SELECT name FROM workspaces WHERE id = $1", vals![id.uuid()]).await?;
        row.map(|r| r.cursor().text()).transpose()
    }

    /// The workspaces of a person, oldest membership first.
    pub async fn memberships(&self, user: UserId) -> Result<Vec<Membership>, Error> {
        let rows = self
            .rows(
                "SELECT m.workspace, w.name, m.role FROM memberships m
                 JOIN workspaces w ON w.id = m.workspace
                 WHERE m.user_id = $1 ORDER BY m.created_at, m.workspace",
                vals![user.uuid()],
            )
            .await?;
        rows.iter().map(membership).collect()
    }

    /// The people of a workspace, oldest membership first.
    pub async fn members(&self, ws: WorkspaceId) -> Result<Vec<Member>, Error> {
        let rows = self
            .rows(
                "SELECT u.id, u.name, u.email, m.role, m.created_at,
                   (SELECT max(s.seen_at) FROM sessions s WHERE s.user_id = u.id)
                 FROM memberships m JOIN users u ON u.id = m.user_id
                 WHERE m.workspace = $1 ORDER BY m.created_at, u.id",
                vals![ws.uuid()],
            )
            .await?;
        rows.iter().map(member).collect()
    }

    /// Adds a person to a workspace, or changes the role of one who is in it.
    pub async fn add_member(&self, ws: WorkspaceId, user: UserId, role: Role) -> Result<(), Error> {
        let now = self.now();
        self.write(move |tx| Box::pin(insert_member(tx.conn, ws, user, role, now))).await
    }

    /// Changes the role of a person.
    pub async fn set_role(&self, ws: WorkspaceId, user: UserId, role: Role) -> Result<Left, Error> {
        self.write(move |tx| {
            Box::pin(async move {
                if role < Role::Owner && !has_other_owner(tx.conn, ws, user).await? {
                    return Ok(Left::LastOwner);
                }
                let n = tx
                    .conn
                    .exec(
                        "UPDATE memberships SET role = $3 WHERE workspace = $1 AND user_id = $2",
                        vals![ws.uuid(), user.uuid(), role.as_str()],
                    )
                    .await?;
                there(n)?;
                Ok(Left::Done)
            })
        })
        .await
    }

    /// Takes a person out of a workspace. Who is in none any more is gone, with every session.
    pub async fn remove_member(&self, ws: WorkspaceId, user: UserId) -> Result<Left, Error> {
        self.write(move |tx| {
            Box::pin(async move {
                let (conn, uuid) = (tx.conn, user.uuid());
                if !has_other_owner(conn, ws, user).await? {
                    return Ok(Left::LastOwner);
                }
                let sql = "DELETE FROM memberships WHERE workspace = $1 AND user_id = $2";
                there(conn.exec(sql, vals![ws.uuid(), uuid]).await?)?;
                let gone = "AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.user_id = $1)";
                let sessions = format!("DELETE FROM sessions WHERE user_id = $1 {gone}");
                conn.exec(sessions, vals![uuid]).await?;
                conn.exec(format!("DELETE FROM users WHERE id = $1 {gone}"), vals![uuid]).await?;
                Ok(Left::Done)
            })
        })
        .await
    }
}

fn membership(row: &Row) -> Result<Membership, Error> {
    let mut c = row.cursor();
    Ok(Membership { workspace: WorkspaceId(c.id()?), name: c.text()?, role: c.word(Role::parse)? })
}

fn member(row: &Row) -> Result<Member, Error> {
    let mut c = row.cursor();
    Ok(Member {
        user: UserId(c.id()?),
        name: c.text()?,
        email: c.text()?,
        role: c.word(Role::parse)?,
        joined_at: c.time()?,
        seen_at: c.opt_time()?,
    })
}
