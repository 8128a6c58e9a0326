//! API keys. Of a key only its SHA-256 is kept: it has 256 random bits, so nothing slower is
//! needed to keep it from being guessed.

use domain::ids::{KeyId, WorkspaceId};
use domain::{Actor, Role, Time};

use crate::Error;
use crate::db::Db;
use crate::sql::{Row, vals};

/// A key to make.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    pub id: KeyId,
    pub workspace: WorkspaceId,
    pub name: String,
    /// SHA-256 of the key.
    pub hash: [u8; 32],
    pub role: Role,
    pub created_by: Actor,
    pub created_at: Time,
    pub expires_at: Option<Time>,
}

/// A key as people see it.
#[derive(Clone, Debug)]
pub struct ApiKey {
    pub id: KeyId,
    pub workspace: WorkspaceId,
    pub name: String,
    pub role: Role,
    pub created_by: Actor,
    pub created_at: Time,
    pub expires_at: Option<Time>,
    /// Kept to the minute.
    pub used_at: Option<Time>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, workspace, name, role, created_by, created_at, expires_at, used_at
             FROM api_keys ",
            $rest
        )
    };
}

impl Db {
    /// Makes a key.
    pub async fn add_api_key(&self, k: NewApiKey) -> Result<(), Error> {
        self.write(move |tx| {
            let k = k.clone();
            Box::pin(async move {
                tx.conn
                    .exec(
                        "INSERT INTO api_keys (id, workspace, name, hash, role, created_by,
                           created_at, expires_at)
                         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                        vals![
                            k.id.uuid(),
                            k.workspace.uuid(),
                            k.name,
                            k.hash.to_vec(),
                            k.role.as_str(),
                            k.created_by.to_string(),
                            k.created_at,
                            k.expires_at
                        ],
                    )
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// The key with this hash, unless it has expired.
    pub async fn api_key(&self, hash: [u8; 32], now: Time) -> Result<Option<ApiKey>, Error> {
        let sql = select!("WHERE hash = $1 AND (expires_at IS NULL OR expires_at > $2)");
        let row = self.row(sql, vals![hash.to_vec(), now]).await?;
        row.as_ref().map(read).transpose()
    }

    /// The keys of a workspace, oldest first.
    pub async fn api_keys(&self, ws: WorkspaceId) -> Result<Vec<ApiKey>, Error> {
        let rows = self.rows(select!("WHERE workspace = $1 ORDER BY id"), vals![ws.uuid()]).await?;
        rows.iter().map(read).collect()
    }
}

impl Db {
    /// Notes that a key was used.
    pub async fn touch_api_key(&self, id: KeyId, now: Time) -> Result<(), Error> {
        let sql = "UPDATE api_keys SET used_at = $2 WHERE id = $1";
        self.exec(sql, vals![id.uuid(), now]).await.map(|_| ())
    }

    /// Removes a key: it opens nothing from now on.
    pub async fn remove_api_key(&self, ws: WorkspaceId, id: KeyId) -> Result<(), Error> {
        let sql = "DELETE FROM api_keys WHERE workspace = $1 AND id = $2";
        let n = self.exec(sql, vals![ws.uuid(), id.uuid()]).await?;
        if n == 0 { Err(Error::NotFound) } else { Ok(()) }
    }
}

fn read(row: &Row) -> Result<ApiKey, Error> {
    let mut c = row.cursor();
    Ok(ApiKey {
        id: KeyId(c.id()?),
        workspace: WorkspaceId(c.id()?),
        name: c.text()?,
        role: c.word(Role::parse)?,
        created_by: c.word(Actor::parse)?,
        created_at: c.time()?,
        expires_at: c.opt_time()?,
        used_at: c.opt_time()?,
    })
}
