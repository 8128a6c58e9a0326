//! Addresses without a flow: made, changed, removed, and found by their token.

use domain::ids::{TemporaryId, WorkspaceId};
use domain::{Span, Time, limits};

use crate::Error;
use crate::db::Db;
use crate::flows::taken;
use crate::sql::{Row, vals};

/// What is kept of such an address, and how it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemporaryAddress {
    pub id: TemporaryId,
    pub workspace: WorkspaceId,
    pub name: String,
    pub token: String,
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub delay: Span,
    pub created_at: Time,
}

macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, workspace, name, token, status, headers, body, delay_ms, created_at
             FROM temporary_addresses WHERE ",
            $where
        )
    };
}

const COUNT: &str = "SELECT count(*) FROM temporary_addresses WHERE workspace = $1";
const ADD: &str = "
    INSERT INTO temporary_addresses
      (id, workspace, name, token, status, headers, body, delay_ms, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const CHANGE: &str = "
    UPDATE temporary_addresses
    SET name = $3, status = $4, headers = $5, body = $6, delay_ms = $7
    WHERE id = $1 AND workspace = $2";
const REMOVE: &str = "DELETE FROM temporary_addresses WHERE id = $1 AND workspace = $2";

impl Db {
    /// Makes an address. [`Error::Busy`] if the workspace has enough of them.
    pub async fn add_temporary(&self, a: TemporaryAddress) -> Result<(), Error> {
        let headers = headers(&a)?;
        self.write(move |tx| {
            let (a, headers) = (a.clone(), headers.clone());
            Box::pin(async move {
                let rows = tx.conn.rows(COUNT, vals![a.workspace.uuid()]).await?;
                let n = rows.first().map_or(Ok(0), |r| r.cursor().int())?;
                if n >= limits::TEMPORARY_ADDRESSES {
                    return Err(Error::Busy.into());
                }
                let vals = vals![
                    a.id.uuid(),
                    a.workspace.uuid(),
                    a.name,
                    a.token,
                    i64::from(a.status),
                    headers,
                    a.body,
                    a.delay.micros() / 1_000,
                    a.created_at
                ];
                tx.conn.exec(ADD, vals).await.map_err(|e| taken(e, "address"))?;
                Ok(())
            })
        })
        .await
    }

    /// Changes name and answer of an address.
    pub async fn change_temporary(&self, a: TemporaryAddress) -> Result<(), Error> {
        let headers = headers(&a)?;
        self.write(move |tx| {
            let (a, headers) = (a.clone(), headers.clone());
            Box::pin(async move {
                let vals = vals![
                    a.id.uuid(),
                    a.workspace.uuid(),
                    a.name,
                    i64::from(a.status),
                    headers,
                    a.body,
                    a.delay.micros() / 1_000
                ];
                match tx.conn.exec(CHANGE, vals).await? {
                    0 => Err(Error::NotFound.into()),
                    _ => Ok(()),
                }
            })
        })
        .await
    }

    /// Removes an address; its deliveries stay until retention takes them.
    pub async fn remove_temporary(&self, ws: WorkspaceId, id: TemporaryId) -> Result<(), Error> {
        self.write(move |tx| {
            Box::pin(async move {
                match tx.conn.exec(REMOVE, vals![id.uuid(), ws.uuid()]).await? {
                    0 => Err(Error::NotFound.into()),
                    _ => Ok(()),
                }
            })
        })
        .await
    }

    /// All addresses of a workspace, newest first.
    pub async fn temporaries(&self, ws: WorkspaceId) -> Result<Vec<TemporaryAddress>, Error> {
        const ALL: &str = select!("workspace = $1 ORDER BY id DESC");
        self.rows(ALL, vals![ws.uuid()]).await?.iter().map(read).collect()
    }

    /// One address.
    pub async fn temporary(
        &self,
        ws: WorkspaceId,
        id: TemporaryId,
    ) -> Result<Option<TemporaryAddress>, Error> {
        const ONE: &str = select!("id = $1 AND workspace = $2");
        self.row(ONE, vals![id.uuid(), ws.uuid()]).await?.as_ref().map(read).transpose()
    }

    /// The address with this token.
    pub async fn temporary_of(&self, token: &str) -> Result<Option<TemporaryAddress>, Error> {
        const ONE: &str = select!("token = $1");
        self.row(ONE, vals![token]).await?.as_ref().map(read).transpose()
    }
}

fn headers(a: &TemporaryAddress) -> Result<String, Error> {
    serde_json::to_string(&a.headers).map_err(|e| Error::Damaged(e.to_string()))
}

fn read(row: &Row) -> Result<TemporaryAddress, Error> {
    let mut c = row.cursor();
    Ok(TemporaryAddress {
        id: TemporaryId(c.id()?),
        workspace: WorkspaceId(c.id()?),
        name: c.text()?,
        token: c.text()?,
        status: u16::try_from(c.int()?).unwrap_or(200),
        headers: c.json()?,
        body: c.text()?,
        delay: Span::ms(c.int()?),
        created_at: c.time()?,
    })
}
