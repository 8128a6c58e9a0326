//! The first start: a token opens the setup page while there is no person. It is kept sealed, so
//! that every node and every restart prints the same link, and it goes with its use.

use domain::Role;
use domain::Secret;
use domain::ids::{WorkspaceId, random_text};

use super::members::insert_member;
use super::users::{NewUser, insert_user};
use crate::Error;
use crate::db::Db;
use crate::seal::place;
use crate::sql::vals;

/// Characters of a token: 160 bits.
const TOKEN: usize = 32;

pub(crate) fn at() -> String {
    place("settings", "value", "setup")
}

impl Db {
    /// The token of the setup page; absent when there is somebody.
    pub async fn setup_token(&self) -> Result<Option<Secret>, Error> {
        if self.has_users().await? {
            return Ok(None);
        }
        let fresh = hex::encode(self.0.sealer.seal(&at(), random_text(TOKEN).as_bytes())?);
        // Another node of the same first start may have been faster: its token counts.
        let sql = "INSERT INTO settings (name, value) VALUES ('setup', $1) ON CONFLICT DO NOTHING";
        self.exec(sql, vals![fresh]).await?;
        Ok(self.sealed_setup().await?.map(|(_, token)| token))
    }

    async fn sealed_setup(&self) -> Result<Option<(String, Secret)>, Error> {
        let row = self.row("SELECT value FROM settings WHERE name = 'setup'", vec![]).await?;
        let Some(row) = row else { return Ok(None) };
        let sealed = row.cursor().text()?;
        let bytes = hex::decode(&sealed).map_err(|e| Error::Damaged(e.to_string()))?;
        let token = self.0.sealer.open_text(&at(), &bytes)?;
        Ok(Some((sealed, token)))
    }

    /// Adds the first person as the owner of the first workspace and gives that its name.
    /// [`Error::Changed`] if somebody was faster.
    pub async fn first_user(&self, u: NewUser, workspace: String) -> Result<(), Error> {
        let ws = WorkspaceId::DEFAULT;
        self.write(move |tx| {
            let (u, workspace) = (u.clone(), workspace.clone());
            Box::pin(async move {
                // Of two at once one finds the row gone.
                let sql = "DELETE FROM settings WHERE name = 'setup'
                           AND NOT EXISTS (SELECT 1 FROM users)";
                if tx.conn.exec(sql, Vec::new()).await? == 0 {
                    return Err(Error::Changed.into());
                }
                insert_user(tx.conn, &u).await?;
                insert_member(tx.conn, ws, u.id, Role::Owner, u.created_at).await?;
                let sql = "UPDATE workspaces SET name = $2 WHERE id = $1";
                tx.conn.exec(sql, vals![ws.uuid(), workspace]).await?;
                Ok(())
            })
        })
        .await
    }
}
