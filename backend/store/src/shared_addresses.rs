//! Addresses that flows share: one for each connection, or one for all connections of a connector.

use domain::Time;
use domain::ids::{ConnectionId, FlowId, WorkspaceId};
use uuid::Uuid;

use crate::Error;
use crate::db::Db;
use crate::generation::raise;
use crate::sql::{Row, vals};

/// An address that flows share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedAddress {
    /// Stands in place of a flow: at deliveries that no flow takes, and at secrets of the address.
    pub id: FlowId,
    pub workspace: WorkspaceId,
    pub connector: String,
    /// Whose it is; absent where it is that of all connections.
    pub connection: Option<ConnectionId>,
    pub token: String,
    pub created_at: Time,
}

macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, workspace, connector, connection, token, created_at
             FROM shared_addresses WHERE ",
            $where
        )
    };
}

const OF: &str = select!("workspace = $1 AND connector = $2 AND connection = $3");
const BY_TOKEN: &str = select!("token = $1");
const ADD: &str = "
    INSERT INTO shared_addresses (id, workspace, connector, connection, token, created_at)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
const THERE: &str = "SELECT 1 FROM connections WHERE id = $1 AND workspace = $2";
/// Flows whose published document, or whose draft while there is none, has this text.
const TAKERS: &str = "
    SELECT f.id FROM flows f
    LEFT JOIN flow_versions v ON v.flow = f.id AND v.version = f.version
    WHERE f.workspace = $1 AND coalesce(v.document, f.draft) LIKE $2
      AND NOT EXISTS (SELECT 1 FROM subscribers s WHERE s.id = f.id)
    ORDER BY f.id";

impl Db {
    /// The shared address of a connection or of a connector; made with this token if there is
    /// none. Nothing: the connection is gone, and its address with it.
    pub async fn shared_address(
        &self,
        ws: WorkspaceId,
        connector: &str,
        connection: Option<ConnectionId>,
        token: &str,
    ) -> Result<Option<SharedAddress>, Error> {
        let of = connection.map_or(Uuid::nil(), ConnectionId::uuid);
        if let Some(row) = self.row(OF, vals![ws.uuid(), connector, of]).await? {
            return read(&row).map(Some);
        }
        let (connector, token, now) = (connector.to_owned(), token.to_owned(), self.now());
        let made = self.write(move |mut tx| {
            let (connector, token) = (connector.clone(), token.clone());
            Box::pin(async move {
                // First, so that whoever removes the connection is done, or waits.
                raise(&mut tx).await?;
                let there = tx.conn.rows(THERE, vals![of, ws.uuid()]).await?;
                if there.is_empty() && !of.is_nil() {
                    return Err(Error::NotFound.into());
                }
                let id = FlowId::new(now).uuid();
                let new = vals![id, ws.uuid(), connector.as_str(), of, token.as_str(), now];
                tx.conn.exec(ADD, new).await?;
                let rows = tx.conn.rows(OF, vals![ws.uuid(), connector.as_str(), of]).await?;
                Ok(read(rows.first().ok_or(Error::NotFound)?)?)
            })
        });
        match made.await {
            Err(Error::NotFound) => Ok(None),
            made => made.map(Some),
        }
    }

    /// The shared address with this token.
    pub async fn shared_address_of(&self, token: &str) -> Result<Option<SharedAddress>, Error> {
        self.row(BY_TOKEN, vals![token]).await?.as_ref().map(read).transpose()
    }

    /// Flows whose document in force names the connector. Whether they take deliveries of it is for
    /// whoever reads them.
    pub async fn flows_naming(
        &self,
        ws: WorkspaceId,
        connector: &str,
    ) -> Result<Vec<FlowId>, Error> {
        let like = format!("%\"{connector}@%");
        let rows = self.rows(TAKERS, vals![ws.uuid(), like]).await?;
        rows.iter().map(|r| Ok(FlowId(r.cursor().id()?))).collect()
    }
}

fn read(row: &Row) -> Result<SharedAddress, Error> {
    let mut c = row.cursor();
    let (id, workspace, connector) = (FlowId(c.id()?), WorkspaceId(c.id()?), c.text()?);
    let connection = Some(c.id()?).filter(|id| !id.is_nil()).map(ConnectionId);
    let (token, created_at) = (c.text()?, c.time()?);
    Ok(SharedAddress { id, workspace, connector, connection, token, created_at })
}
