//! Tokens of connections that the server itself gets and renews, and what it takes to get them
//! (semantics S13): one renewal at a time over all nodes, and stored before anybody uses it.

use std::collections::BTreeMap;

use domain::connection::{Connection, TokenState};
use domain::ids::{ConnectionId, UserId, WorkspaceId};
use domain::{Secret, Time};
use zeroize::Zeroizing;

use crate::Error;
use crate::commit::prepare::json;
use crate::db::Db;
use crate::generation::raise;
use crate::seal::{Sealer, place};
use crate::sql::{Row, vals};

/// The tokens of a connection.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    /// Raised by every renewal; 0 before the first.
    pub generation: i64,
    /// Somebody renews them until this time.
    pub refresh_until: Time,
    pub expires_at: Option<Time>,
    /// What the service gave besides, and may be shown.
    pub fields: BTreeMap<String, String>,
    pub secrets: BTreeMap<String, Secret>,
}

impl Tokens {
    /// The connection with these tokens among its values.
    pub fn onto(self, mut c: Connection) -> Connection {
        if self.generation > 0 {
            c.tokens =
                Some(TokenState { generation: self.generation, expires_at: self.expires_at });
        }
        c.fields.extend(self.fields);
        c.secrets.extend(self.secrets);
        c
    }
}

/// The way back of a browser.
#[derive(Clone, Debug)]
pub struct OAuthState {
    pub workspace: WorkspaceId,
    pub connection: ConnectionId,
    /// Who began, and has to come back.
    pub person: UserId,
    /// What only the way back needs: the proof key, and values of the connection.
    pub sealed: Secret,
}

pub(crate) fn tokens_place(id: uuid::Uuid) -> String {
    place("connection_tokens", "secrets", id)
}

pub(crate) fn app_place(ws: uuid::Uuid, connector: &str) -> String {
    place("oauth_apps", "secrets", format_args!("{ws}:{connector}"))
}

fn state_place(state: &[u8]) -> String {
    place("oauth_states", "sealed", hex::encode(state))
}

fn sealed(sealer: &Sealer, at: &str, secrets: &BTreeMap<String, Secret>) -> Result<Vec<u8>, Error> {
    let plain: BTreeMap<&str, &str> =
        secrets.iter().map(|(k, v)| (k.as_str(), v.expose())).collect();
    let plain = Zeroizing::new(json(&plain)?);
    sealer.seal(at, plain.as_bytes())
}

fn opened(sealer: &Sealer, at: &str, blob: &[u8]) -> Result<BTreeMap<String, Secret>, Error> {
    let plain = sealer.open(at, blob)?;
    let plain: BTreeMap<String, String> =
        serde_json::from_slice(&plain).map_err(|e| Error::Damaged(e.to_string()))?;
    Ok(plain.into_iter().map(|(k, v)| (k, Secret::new(v))).collect())
}

/// Whether there is a token among these that new ones can be had for.
pub(crate) fn renewable(sealer: &Sealer, id: ConnectionId, blob: &[u8]) -> Result<bool, Error> {
    let secrets = opened(sealer, &tokens_place(id.uuid()), blob)?;
    Ok(secrets.contains_key("refresh_token"))
}

impl Db {
    /// The tokens of a connection.
    pub async fn tokens(&self, id: ConnectionId) -> Result<Option<Tokens>, Error> {
        let sql = "SELECT gen, refresh_until, expires_at, fields, secrets FROM connection_tokens
                   WHERE connection = $1";
        let row = self.row(sql, vals![id.uuid()]).await?;
        row.map(|r| read(&r, id, &self.0.sealer)).transpose()
    }

    /// The connection with the tokens that it has by now.
    pub async fn with_tokens(&self, c: Connection) -> Result<Connection, Error> {
        let Some(t) = self.tokens(c.id).await? else { return Ok(c) };
        Ok(t.onto(c))
    }

    /// Takes the right to renew the tokens of this generation until `until`. False: somebody else
    /// has it, or has renewed them already.
    pub async fn take_refresh(
        &self,
        id: ConnectionId,
        generation: i64,
        now: Time,
        until: Time,
    ) -> Result<bool, Error> {
        let empty = sealed(&self.0.sealer, &tokens_place(id.uuid()), &BTreeMap::new())?;
        let n = if generation == 0 {
            let sql = "INSERT INTO connection_tokens
                         (connection, gen, refresh_until, expires_at, fields, secrets)
                       VALUES ($1, 0, $2, NULL, '{}', $3)
                       ON CONFLICT (connection) DO UPDATE SET refresh_until = excluded.refresh_until
                       WHERE connection_tokens.gen = 0 AND connection_tokens.refresh_until <= $4";
            self.exec(sql, vals![id.uuid(), until, empty, now]).await?
        } else {
            let sql = "UPDATE connection_tokens SET refresh_until = $3
                       WHERE connection = $1 AND gen = $2 AND refresh_until <= $4";
            self.exec(sql, vals![id.uuid(), generation, until, now]).await?
        };
        Ok(n == 1)
    }

    /// Stores renewed tokens in place of those of `generation`, and raises it. False: they were
    /// replaced meanwhile, and these are to be thrown away.
    pub async fn put_tokens(
        &self,
        id: ConnectionId,
        generation: i64,
        new: &Tokens,
    ) -> Result<bool, Error> {
        let secrets = sealed(&self.0.sealer, &tokens_place(id.uuid()), &new.secrets)?;
        let (fields, expires) = (json(&new.fields)?, new.expires_at);
        self.write(move |mut tx| {
            let (secrets, fields) = (secrets.clone(), fields.clone());
            Box::pin(async move {
                let sql = "INSERT INTO connection_tokens
                             (connection, gen, refresh_until, expires_at, fields, secrets)
                           VALUES ($1, $2 + 1, 0, $3, $4, $5)
                           ON CONFLICT (connection) DO UPDATE SET gen = excluded.gen,
                             refresh_until = 0, expires_at = excluded.expires_at,
                             fields = excluded.fields, secrets = excluded.secrets
                           WHERE connection_tokens.gen = $2";
                let values = vals![id.uuid(), generation, expires, fields.as_str(), secrets];
                let n = tx.conn.exec(sql, values).await?;
                if n == 1 {
                    let generation = raise(&mut tx).await?;
                    let sql = "UPDATE connections SET generation = $2 WHERE id = $1";
                    tx.conn.exec(sql, vals![id.uuid(), generation]).await?;
                }
                Ok(n == 1)
            })
        })
        .await
    }

    /// Gives the right to renew back: the service could not be reached.
    pub async fn drop_refresh(&self, id: ConnectionId, generation: i64) -> Result<(), Error> {
        let sql =
            "UPDATE connection_tokens SET refresh_until = 0 WHERE connection = $1 AND gen = $2";
        self.exec(sql, vals![id.uuid(), generation]).await.map(|_| ())
    }

    /// Forgets the tokens of a connection.
    pub async fn forget_tokens(&self, id: ConnectionId) -> Result<(), Error> {
        let sql = "DELETE FROM connection_tokens WHERE connection = $1";
        self.exec(sql, vals![id.uuid()]).await.map(|_| ())
    }

    /// The operator's application at a service.
    pub async fn oauth_app(
        &self,
        ws: WorkspaceId,
        connector: &str,
    ) -> Result<Option<BTreeMap<String, Secret>>, Error> {
        let sql = "SELECT secrets FROM oauth_apps WHERE workspace = $1 AND connector = $2";
        let row = self.row(sql, vals![ws.uuid(), connector]).await?;
        let Some(row) = row else { return Ok(None) };
        let blob = row.cursor().blob()?;
        opened(&self.0.sealer, &app_place(ws.uuid(), connector), &blob).map(Some)
    }

    /// Sets the operator's application at a service; nothing in it removes it.
    pub async fn put_oauth_app(
        &self,
        ws: WorkspaceId,
        connector: &str,
        app: &BTreeMap<String, Secret>,
    ) -> Result<(), Error> {
        let connector = connector.to_owned();
        let secrets = if app.is_empty() {
            None
        } else {
            Some(sealed(&self.0.sealer, &app_place(ws.uuid(), &connector), app)?)
        };
        self.write(move |mut tx| {
            let (connector, secrets) = (connector.clone(), secrets.clone());
            Box::pin(async move {
                // Deliveries may be proved with it.
                raise(&mut tx).await?;
                let Some(secrets) = secrets else {
                    let sql = "DELETE FROM oauth_apps WHERE workspace = $1 AND connector = $2";
                    tx.conn.exec(sql, vals![ws.uuid(), connector]).await?;
                    return Ok(());
                };
                let sql = "INSERT INTO oauth_apps (workspace, connector, secrets)
                           VALUES ($1, $2, $3)
                           ON CONFLICT (workspace, connector) DO UPDATE SET secrets = excluded.secrets";
                tx.conn.exec(sql, vals![ws.uuid(), connector, secrets]).await?;
                Ok(())
            })
        })
        .await
    }

    /// Keeps what the way back of a browser needs. `state` is the hash of what it carries.
    pub async fn put_oauth_state(
        &self,
        state: Vec<u8>,
        s: &OAuthState,
        expires_at: Time,
    ) -> Result<(), Error> {
        let sealed = self.0.sealer.seal(&state_place(&state), s.sealed.expose().as_bytes())?;
        self.exec("DELETE FROM oauth_states WHERE expires_at <= $1", vals![self.now()]).await?;
        let sql = "INSERT INTO oauth_states
                     (state, workspace, connection, person, sealed, expires_at)
                   VALUES ($1, $2, $3, $4, $5, $6)";
        let (ws, con) = (s.workspace.uuid(), s.connection.uuid());
        let values = vals![state, ws, con, s.person.uuid(), sealed, expires_at];
        self.exec(sql, values).await.map(|_| ())
    }

    /// Takes what the way back needs; once only, and only in its time.
    pub async fn take_oauth_state(
        &self,
        state: Vec<u8>,
        now: Time,
    ) -> Result<Option<OAuthState>, Error> {
        let sql = "SELECT workspace, connection, person, sealed FROM oauth_states
                   WHERE state = $1 AND expires_at > $2 AND taken = 0";
        let Some(row) = self.row(sql, vals![state.clone(), now]).await? else { return Ok(None) };
        let sql = "UPDATE oauth_states SET taken = 1, sealed = $2 WHERE state = $1 AND taken = 0";
        if self.exec(sql, vals![state.clone(), Vec::<u8>::new()]).await? == 0 {
            return Ok(None);
        }
        let mut c = row.cursor();
        Ok(Some(OAuthState {
            workspace: WorkspaceId(c.id()?),
            connection: ConnectionId(c.id()?),
            person: UserId(c.id()?),
            sealed: self.0.sealer.open_text(&state_place(&state), &c.blob()?)?,
        }))
    }

    /// Keeps what came of a way back, for whoever waits for it until `until`.
    pub async fn end_oauth_state(
        &self,
        state: Vec<u8>,
        outcome: &str,
        until: Time,
    ) -> Result<(), Error> {
        let sql = "UPDATE oauth_states SET outcome = $2, expires_at = $3 WHERE state = $1";
        self.exec(sql, vals![state, outcome, until]).await.map(|_| ())
    }

    /// What came of the way back that this person began in this workspace: absent where there is
    /// none, or no longer; nothing in it while nobody has come back.
    pub async fn oauth_outcome(
        &self,
        ws: WorkspaceId,
        person: UserId,
        state: Vec<u8>,
        now: Time,
    ) -> Result<Option<Option<String>>, Error> {
        let sql = "SELECT outcome FROM oauth_states
                   WHERE state = $1 AND workspace = $2 AND person = $3 AND expires_at > $4";
        let row = self.row(sql, vals![state, ws.uuid(), person.uuid(), now]).await?;
        row.map(|r| r.cursor().opt_text()).transpose()
    }
}

fn read(row: &Row, id: ConnectionId, sealer: &Sealer) -> Result<Tokens, Error> {
    let mut c = row.cursor();
    Ok(Tokens {
        generation: c.int()?,
        refresh_until: c.time()?,
        expires_at: c.opt_time()?,
        fields: c.json()?,
        secrets: opened(sealer, &tokens_place(id.uuid()), &c.blob()?)?,
    })
}
