//! Connections: credentials of users, their secrets sealed.

use std::collections::BTreeMap;

use domain::connection::{Connection, ConnectionState};
use domain::ids::{ConnectionId, WorkspaceId};
use domain::{Secret, limits};
use zeroize::Zeroizing;

use crate::commit::prepare::json;
use crate::db::Db;
use crate::flows::{taken, there};
use crate::generation::raise;
use crate::seal::{Sealer, place};
use crate::sql::{Row, vals};
use crate::{ConnectionNote, ConnectionStateChange, Error, NewConnection, tokens};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, workspace, name, connector, method, fields, secrets, state, note,
               generation FROM connections ",
            $rest
        )
    };
}

pub(crate) fn place_of(id: ConnectionId) -> String {
    place("connections", "secrets", id.uuid())
}

/// A connection with its documents printed and sealed.
struct Sealed {
    new: NewConnection,
    fields: String,
    secrets: Vec<u8>,
}

impl Sealed {
    fn new(new: NewConnection, sealer: &Sealer) -> Result<Self, Error> {
        let plain: BTreeMap<&str, &str> =
            new.secrets.iter().map(|(k, v)| (k.as_str(), v.expose())).collect();
        let plain = Zeroizing::new(json(&plain)?);
        let secrets = sealer.seal(&place_of(new.id), plain.as_bytes())?;
        Ok(Self { fields: json(&new.fields)?, secrets, new })
    }
}

impl Db {
    /// Makes a connection. [`Error::Taken`] if the name is another's in the workspace.
    pub async fn create_connection(&self, c: NewConnection) -> Result<(), Error> {
        let (s, now) = (std::sync::Arc::new(Sealed::new(c, &self.0.sealer)?), self.now());
        self.write(move |mut tx| {
            let s = s.clone();
            Box::pin(async move {
                let generation = raise(&mut tx).await?;
                let n = &s.new;
                let values = vals![
                    n.id.uuid(),
                    n.workspace.uuid(),
                    n.name.as_str(),
                    n.connector.as_str(),
                    n.method.as_str(),
                    s.fields.as_str(),
                    s.secrets.clone(),
                    generation,
                    now
                ];
                tx.conn
                    .exec(
                        "INSERT INTO connections (id, workspace, name, connector, method, fields,
                           secrets, state, generation, updated_at)
                         VALUES ($1, $2, $3, $4, $5, $6, $7, 'new', $8, $9)",
                        values,
                    )
                    .await
                    .map_err(|e| taken(e, "name"))?;
                Ok(())
            })
        })
        .await
    }

    /// Replaces name, method, fields and secrets; it counts as not tested again. What was registered
    /// with it is looked at again.
    pub async fn update_connection(&self, c: NewConnection) -> Result<(), Error> {
        let id = c.id;
        let (s, now) = (std::sync::Arc::new(Sealed::new(c, &self.0.sealer)?), self.now());
        self.write(move |mut tx| {
            let s = s.clone();
            Box::pin(async move {
                let generation = raise(&mut tx).await?;
                let n = &s.new;
                let values = vals![
                    n.id.uuid(),
                    n.workspace.uuid(),
                    n.name.as_str(),
                    n.connector.as_str(),
                    n.method.as_str(),
                    s.fields.as_str(),
                    s.secrets.clone(),
                    generation,
                    now
                ];
                let n = tx
                    .conn
                    .exec(
                        "UPDATE connections SET name = $3, connector = $4, method = $5, fields = $6,
                           secrets = $7, state = 'new', note = NULL, generation = $8,
                           updated_at = $9
                         WHERE id = $1 AND workspace = $2",
                        values,
                    )
                    .await
                    .map_err(|e| taken(e, "name"))?;
                there(n)?;
                crate::registering::look_again(&mut tx, id, now).await?;
                Ok(())
            })
        })
        .await
    }

    /// One connection, its secrets opened.
    pub async fn connection(
        &self,
        ws: WorkspaceId,
        id: ConnectionId,
    ) -> Result<Option<Connection>, Error> {
        let sql = select!("WHERE id = $1 AND workspace = $2");
        let row = self.row(sql, vals![id.uuid(), ws.uuid()]).await?;
        let Some(c) = row.map(|r| read(&r, &self.0.sealer)).transpose()? else { return Ok(None) };
        self.with_tokens(c).await.map(Some)
    }

    /// One connection by its name.
    pub async fn connection_by_name(
        &self,
        ws: WorkspaceId,
        name: &str,
    ) -> Result<Option<Connection>, Error> {
        let sql = select!("WHERE name = $1 AND workspace = $2");
        let row = self.row(sql, vals![name, ws.uuid()]).await?;
        let Some(c) = row.map(|r| read(&r, &self.0.sealer)).transpose()? else { return Ok(None) };
        self.with_tokens(c).await.map(Some)
    }

    /// The connections of a workspace, by name.
    pub async fn connections(&self, ws: WorkspaceId) -> Result<Vec<Connection>, Error> {
        let rows = self.rows(select!("WHERE workspace = $1 ORDER BY name"), vals![ws.uuid()]);
        rows.await?.iter().map(|r| read(r, &self.0.sealer)).collect()
    }

    /// What the list of connections shows besides: the name at the service, and the last change by
    /// a person.
    pub async fn connection_notes(
        &self,
        ws: WorkspaceId,
    ) -> Result<BTreeMap<ConnectionId, ConnectionNote>, Error> {
        let sql = "SELECT c.id, c.account, c.updated_at, t.expires_at, t.secrets
                   FROM connections c
                   LEFT JOIN connection_tokens t ON t.connection = c.id AND t.gen > 0
                   WHERE c.workspace = $1";
        let rows = self.rows(sql, vals![ws.uuid()]).await?;
        rows.iter()
            .map(|row| {
                let mut c = row.cursor();
                let id = ConnectionId(c.id()?);
                let (account, updated_at) = (c.opt_text()?, c.time()?);
                let mut ends_at = c.opt_time()?;
                if ends_at.is_some() && tokens::renewable(&self.0.sealer, id, &c.blob()?)? {
                    ends_at = None;
                }
                Ok((id, ConnectionNote { account, updated_at, ends_at }))
            })
            .collect()
    }

    /// What a test or a call found out about a connection.
    pub async fn set_connection_state(&self, c: ConnectionStateChange) -> Result<(), Error> {
        self.write(move |mut tx| {
            let c = c.clone();
            Box::pin(async move {
                let generation = raise(&mut tx).await?;
                let n = tx
                    .conn
                    .exec(
                        "UPDATE connections SET state = $2, note = $3, generation = $4,
                           account = CASE WHEN $2 = 'working' THEN coalesce($3, account)
                             ELSE account END
                         WHERE id = $1",
                        vals![c.id.uuid(), c.state.as_str(), c.note.as_deref(), generation],
                    )
                    .await?;
                there(n)
            })
        })
        .await
    }

    /// Makes the jobs that wait for a broken connection due now. Those of the same workspace that
    /// wait for another one are woken too: they look at theirs and go back to wait, which uses no
    /// try.
    pub async fn wake_connection(&self, id: ConnectionId) -> Result<u64, Error> {
        let now = self.now();
        let mut total = 0;
        loop {
            let n = self
                .write(move |tx| {
                    Box::pin(async move {
                        let n = tx
                            .conn
                            .exec(
                                "UPDATE jobs SET due_at = $2, waits = NULL WHERE run IN (
                                   SELECT run FROM jobs WHERE waits = 'connection' AND node IS NULL
                                     AND workspace = (
                                       SELECT workspace FROM connections WHERE id = $1)
                                   LIMIT $3)",
                                vals![id.uuid(), now, limits::RETENTION_SLICE],
                            )
                            .await?;
                        tx.effects.work = n > 0;
                        Ok(n)
                    })
                })
                .await?;
            total += n;
            if n == 0 {
                return Ok(total);
            }
        }
    }

    /// Removes a connection. Steps that name it fail with `connection_missing`.
    pub async fn delete_connection(&self, ws: WorkspaceId, id: ConnectionId) -> Result<(), Error> {
        self.write(move |mut tx| {
            Box::pin(async move {
                raise(&mut tx).await?;
                let n = tx
                    .conn
                    .exec(
                        "DELETE FROM connections WHERE id = $1 AND workspace = $2",
                        vals![id.uuid(), ws.uuid()],
                    )
                    .await?;
                there(n)?;
                let sql = "DELETE FROM connection_tokens WHERE connection = $1";
                tx.conn.exec(sql, vals![id.uuid()]).await?;
                let sql = "DELETE FROM flow_secrets WHERE flow IN
                  (SELECT id FROM shared_addresses WHERE connection = $1)";
                tx.conn.exec(sql, vals![id.uuid()]).await?;
                let sql = "DELETE FROM shared_addresses WHERE connection = $1";
                tx.conn.exec(sql, vals![id.uuid()]).await?;
                Ok(())
            })
        })
        .await
    }
}

fn read(row: &Row, sealer: &Sealer) -> Result<Connection, Error> {
    let mut c = row.cursor();
    let id = ConnectionId(c.id()?);
    let workspace = WorkspaceId(c.id()?);
    let (name, connector, method) = (c.text()?, c.text()?, c.text()?);
    let fields = c.json()?;
    let plain = sealer.open(&place_of(id), &c.blob()?)?;
    let plain: BTreeMap<String, Zeroizing<String>> =
        serde_json::from_slice::<BTreeMap<String, String>>(&plain)
            .map_err(|e| Error::Damaged(e.to_string()))?
            .into_iter()
            .map(|(k, v)| (k, Zeroizing::new(v)))
            .collect();
    Ok(Connection {
        id,
        workspace,
        name,
        connector,
        method,
        fields,
        secrets: plain.iter().map(|(k, v)| (k.clone(), Secret::new(v.as_str()))).collect(),
        state: c.word(ConnectionState::parse)?,
        note: c.opt_text()?,
        generation: c.int()?,
        tokens: None,
    })
}
