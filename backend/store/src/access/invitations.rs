//! Invitations to a workspace, each used once. Of an invitation's token only its SHA-256 is kept.

use domain::ids::{InvitationId, UserId, WorkspaceId};
use domain::{Actor, Role, Time};

use super::members::insert_member;
use super::users::{NewUser, insert_user};
use crate::Error;
use crate::commit::Fail;
use crate::db::Db;
use crate::flows::there;
use crate::sql::{Conn, Row, vals};

/// An invitation to make.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    pub id: InvitationId,
    pub workspace: WorkspaceId,
    /// Whom it is for; anyone with the link when absent.
    pub email: Option<String>,
    pub role: Role,
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    pub created_by: Actor,
    pub created_at: Time,
    pub expires_at: Time,
}

/// An invitation.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub id: InvitationId,
    pub workspace: WorkspaceId,
    pub workspace_name: String,
    pub email: Option<String>,
    pub role: Role,
    pub created_by: Actor,
    pub created_at: Time,
    pub expires_at: Time,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT i.id, i.workspace, w.name, i.email, i.role, i.created_by, i.created_at,
               i.expires_at
             FROM invitations i JOIN workspaces w ON w.id = i.workspace ",
            $rest
        )
    };
}

/// Uses an invitation up. [`Error::NotFound`] if somebody was faster.
async fn take(conn: &mut Conn, id: InvitationId) -> Result<(), Fail> {
    there(conn.exec("DELETE FROM invitations WHERE id = $1", vals![id.uuid()]).await?)
}

impl Db {
    /// Makes an invitation.
    pub async fn add_invitation(&self, i: NewInvitation) -> Result<(), Error> {
        let values = vals![
            i.id.uuid(),
            i.workspace.uuid(),
            i.email.as_deref(),
            i.role.as_str(),
            i.hash.to_vec(),
            i.created_by.to_string(),
            i.created_at,
            i.expires_at
        ];
        self.exec(
            "INSERT INTO invitations (id, workspace, email, role, hash, created_by, created_at,
               expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            values,
        )
        .await?;
        Ok(())
    }

    /// The open invitations of a workspace, oldest first.
    pub async fn invitations(&self, ws: WorkspaceId, now: Time) -> Result<Vec<Invitation>, Error> {
        let sql = select!("WHERE i.workspace = $1 AND i.expires_at > $2 ORDER BY i.id");
        self.rows(sql, vals![ws.uuid(), now]).await?.iter().map(read).collect()
    }

    /// The open invitation with this hash.
    pub async fn invitation(&self, hash: [u8; 32], now: Time) -> Result<Option<Invitation>, Error> {
        let sql = select!("WHERE i.hash = $1 AND i.expires_at > $2");
        let row = self.row(sql, vals![hash.to_vec(), now]).await?;
        row.as_ref().map(read).transpose()
    }

    /// Takes an invitation back.
    pub async fn remove_invitation(&self, ws: WorkspaceId, id: InvitationId) -> Result<(), Error> {
        let sql = "DELETE FROM invitations WHERE workspace = $1 AND id = $2";
        let n = self.exec(sql, vals![ws.uuid(), id.uuid()]).await?;
        if n == 0 { Err(Error::NotFound) } else { Ok(()) }
    }

    /// Uses an invitation for somebody new. [`Error::Taken`] if the e-mail is another's.
    pub async fn accept_new(&self, i: &Invitation, u: NewUser) -> Result<(), Error> {
        let (id, ws, role) = (i.id, i.workspace, i.role);
        self.write(move |tx| {
            let u = u.clone();
            Box::pin(async move {
                take(tx.conn, id).await?;
                insert_user(tx.conn, &u).await?;
                insert_member(tx.conn, ws, u.id, role, u.created_at).await
            })
        })
        .await
    }

    /// Uses an invitation for somebody who is known. It never lowers a role.
    pub async fn accept_known(&self, i: &Invitation, user: UserId, now: Time) -> Result<(), Error> {
        let (id, ws, role) = (i.id, i.workspace, i.role);
        self.write(move |tx| {
            Box::pin(async move {
                take(tx.conn, id).await?;
                let sql = "SELECT role FROM memberships WHERE workspace = $1 AND user_id = $2";
                let rows = tx.conn.rows(sql, vals![ws.uuid(), user.uuid()]).await?;
                let has = match rows.first() {
                    Some(r) => Some(r.cursor().word(Role::parse)?),
                    None => None,
                };
                insert_member(tx.conn, ws, user, role.max(has.unwrap_or(role)), now).await
            })
        })
        .await
    }
}

fn read(row: &Row) -> Result<Invitation, Error> {
    let mut c = row.cursor();
    Ok(Invitation {
        id: InvitationId(c.id()?),
        workspace: WorkspaceId(c.id()?),
        workspace_name: c.text()?,
        email: c.opt_text()?,
        role: c.word(Role::parse)?,
        created_by: c.word(Actor::parse)?,
        created_at: c.time()?,
        expires_at: c.time()?,
    })
}
