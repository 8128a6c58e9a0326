//! Replacing the key that seals secrets. The new key seals from the first moment on, the old one
//! still opens; then everything that the old one sealed is sealed anew, some at a time, and at the
//! end the old key goes. Interrupted anywhere it is gone on with by asking again: what is sealed
//! anew already is passed over.
//!
//! Every sealed column of the database has its part here.

use std::time::Duration;

use domain::ids::{ConnectionId, DeliveryId, FlowId};
use domain::limits;
use uuid::Uuid;

use crate::commit::prepare::{body_place, query_place};
use crate::db::Db;
use crate::key::{self, KeySource};
use crate::seal::{Sealer, place};
use crate::sql::{Val, vals};
use crate::{Error, access, connections, secrets, tokens};

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotated {
    /// Values that were sealed anew.
    pub resealed: u64,
}

/// A change of one row, if the row is still as it was read.
type Change = (&'static str, Vec<Val>);

/// Where the check of the key stands.
pub(crate) fn check_place() -> String {
    place("settings", "value", "key_check")
}

impl Db {
    /// Replaces the key. A key file gets a new key; keys given as a value must have the new one
    /// first. [`Error::Seal`] says what to do where it cannot be done.
    pub async fn rotate_key(&self) -> Result<Rotated, Error> {
        let bad = |e: crate::OpenError| Error::Seal(e.to_string());
        let mut keys = key::read(&self.0.key, false).map_err(bad)?;
        if keys.len() == 1 {
            match &self.0.key {
                KeySource::File(path) if self.is_sqlite() => {
                    let new = key::fresh(&keys);
                    keys.insert(0, *new);
                    // First the file: what is sealed with a key that is in none is lost.
                    key::replace(path, &keys).map_err(bad)?;
                }
                _ => return Err(Error::Seal(BY_HAND.into())),
            }
        }
        self.0.sealer.change(&keys);
        self.settled().await;
        let mut resealed = 0;
        // What was being written meanwhile is found by the next round.
        loop {
            let n = self.reseal().await?;
            resealed += n;
            if n == 0 {
                break;
            }
        }
        keys.truncate(1);
        if let KeySource::File(path) = &self.0.key {
            key::replace(path, &keys).map_err(bad)?;
        }
        self.0.sealer.change(&keys);
        Ok(Rotated { resealed })
    }

    /// Waits for a moment in which no delivery is between its sealing and its commit. One that is
    /// longer on its way has been answered 503.
    async fn settled(&self) {
        const LOOK: Duration = Duration::from_millis(10);
        let looks = limits::COMMIT_WAIT.std().as_millis() / LOOK.as_millis();
        for _ in 0..looks {
            if self.waiting() == 0 {
                return;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn reseal(&self) -> Result<u64, Error> {
        let mut n = self.reseal_connections().await?;
        n += self.reseal_tokens().await?;
        n += self.reseal_apps().await?;
        n += self.reseal_secrets().await?;
        n += self.reseal_answers().await?;
        n += self.reseal_deliveries().await?;
        for (name, at) in [("setup", access::setup_place()), ("key_check", check_place())] {
            n += self.reseal_setting(name, &at).await?;
        }
        for name in self.sealed_options().await? {
            let at = place("settings", "value", &name);
            n += self.reseal_setting(&name, &at).await?;
        }
        Ok(n)
    }

    async fn put_anew(&self, changes: Vec<Change>) -> Result<u64, Error> {
        if changes.is_empty() {
            return Ok(0);
        }
        self.write(move |tx| {
            let changes = changes.clone();
            Box::pin(async move {
                let mut n = 0;
                for (sql, values) in changes {
                    n += tx.conn.exec(sql, values).await?;
                }
                Ok(n)
            })
        })
        .await
    }

    async fn reseal_connections(&self) -> Result<u64, Error> {
        let (mut last, mut n) = (Uuid::nil(), 0);
        loop {
            let sql = "SELECT id, secrets FROM connections WHERE id > $1 ORDER BY id LIMIT $2";
            let rows = self.rows(sql, vals![last, limits::RESEAL_SLICE]).await?;
            let mut changes = Vec::new();
            for row in &rows {
                let mut c = row.cursor();
                let old;
                (last, old) = (c.id()?, c.blob()?);
                let at = connections::place_of(ConnectionId(last));
                if let Some(new) = self.0.sealer.anew(&at, &old)? {
                    let sql = "UPDATE connections SET secrets = $3 WHERE id = $1 AND secrets = $2";
                    changes.push((sql, vals![last, old, new]));
                }
            }
            n += self.put_anew(changes).await?;
            if rows.is_empty() {
                return Ok(n);
            }
        }
    }

    async fn reseal_tokens(&self) -> Result<u64, Error> {
        let (mut last, mut n) = (Uuid::nil(), 0);
        loop {
            let sql = "SELECT connection, secrets FROM connection_tokens WHERE connection > $1
                       ORDER BY connection LIMIT $2";
            let rows = self.rows(sql, vals![last, limits::RESEAL_SLICE]).await?;
            let mut changes = Vec::new();
            for row in &rows {
                let mut c = row.cursor();
                let old;
                (last, old) = (c.id()?, c.blob()?);
                if let Some(new) = self.0.sealer.anew(&tokens::tokens_place(last), &old)? {
                    let sql = "UPDATE connection_tokens SET secrets = $3
                               WHERE connection = $1 AND secrets = $2";
                    changes.push((sql, vals![last, old, new]));
                }
            }
            n += self.put_anew(changes).await?;
            if rows.is_empty() {
                return Ok(n);
            }
        }
    }

    /// Applications at services: few, so all at once. States of browsers end in minutes.
    async fn reseal_apps(&self) -> Result<u64, Error> {
        let sql = "SELECT workspace, connector, secrets FROM oauth_apps";
        let mut changes = Vec::new();
        for row in &self.rows(sql, vals![]).await? {
            let mut c = row.cursor();
            let (ws, connector, old) = (c.id()?, c.text()?, c.blob()?);
            if let Some(new) = self.0.sealer.anew(&tokens::app_place(ws, &connector), &old)? {
                let sql = "UPDATE oauth_apps SET secrets = $4
                           WHERE workspace = $1 AND connector = $2 AND secrets = $3";
                changes.push((sql, vals![ws, connector, old, new]));
            }
        }
        self.put_anew(changes).await
    }

    async fn reseal_secrets(&self) -> Result<u64, Error> {
        let (mut last, mut n) = ((Uuid::nil(), String::new()), 0);
        loop {
            let sql = "SELECT flow, name, value FROM flow_secrets
                       WHERE flow > $1 OR (flow = $1 AND name > $2) ORDER BY flow, name LIMIT $3";
            let from = vals![last.0, last.1.as_str(), limits::RESEAL_SLICE];
            let rows = self.rows(sql, from).await?;
            let mut changes = Vec::new();
            for row in &rows {
                let mut c = row.cursor();
                last = (c.id()?, c.text()?);
                let old = c.blob()?;
                let at = secrets::place_of(FlowId(last.0), &last.1);
                if let Some(new) = self.0.sealer.anew(&at, &old)? {
                    let sql = "UPDATE flow_secrets SET value = $4
                               WHERE flow = $1 AND name = $2 AND value = $3";
                    changes.push((sql, vals![last.0, last.1.as_str(), old, new]));
                }
            }
            n += self.put_anew(changes).await?;
            if rows.is_empty() {
                return Ok(n);
            }
        }
    }

    async fn reseal_answers(&self) -> Result<u64, Error> {
        let (mut last, mut n) = ((String::new(), String::new()), 0);
        loop {
            let sql = "SELECT caller, key, answer FROM idempotency
                       WHERE caller > $1 OR (caller = $1 AND key > $2)
                       ORDER BY caller, key LIMIT $3";
            let from = vals![last.0.as_str(), last.1.as_str(), limits::RESEAL_SLICE];
            let rows = self.rows(sql, from).await?;
            let mut changes = Vec::new();
            for row in &rows {
                let mut c = row.cursor();
                last = (c.text()?, c.text()?);
                let Some(old) = c.opt_blob()? else { continue };
                let at = access::answer_place(&last.0, &last.1);
                if let Some(new) = self.0.sealer.anew(&at, &old)? {
                    let sql = "UPDATE idempotency SET answer = $4
                               WHERE caller = $1 AND key = $2 AND answer = $3";
                    changes.push((sql, vals![last.0.as_str(), last.1.as_str(), old, new]));
                }
            }
            n += self.put_anew(changes).await?;
            if rows.is_empty() {
                return Ok(n);
            }
        }
    }

    /// Deliveries of triggers whose check names a value of the body.
    async fn reseal_deliveries(&self) -> Result<u64, Error> {
        let (mut last, mut n) = (Uuid::nil(), 0);
        loop {
            // Page by page of all of them: to look for sealed ones alone could read too long.
            let sql = "SELECT id, CASE WHEN sealed = 1 THEN query END,
                         CASE WHEN sealed = 1 THEN body END
                       FROM deliveries WHERE id > $1 ORDER BY id LIMIT $2";
            let rows = self.rows(sql, vals![last, limits::RESEAL_SLICE]).await?;
            let mut changes = Vec::new();
            for row in &rows {
                let mut c = row.cursor();
                last = c.id()?;
                let (query, body) = (c.opt_text()?, c.opt_blob()?);
                changes.extend(delivery(&self.0.sealer, DeliveryId(last), query, body)?);
            }
            n += self.put_anew(changes).await?;
            if rows.is_empty() {
                return Ok(n);
            }
        }
    }

    /// A setting that is kept as hexadecimal digits.
    async fn reseal_setting(&self, name: &str, at: &str) -> Result<u64, Error> {
        let Some(old) = self.setting(name).await? else { return Ok(0) };
        let sealed = hex::decode(&old).map_err(|e| Error::Damaged(e.to_string()))?;
        let Some(new) = self.0.sealer.anew(at, &sealed)? else { return Ok(0) };
        let sql = "UPDATE settings SET value = $3 WHERE name = $1 AND value = $2";
        self.put_anew(vec![(sql, vals![name, old, hex::encode(new)])]).await
    }
}

/// What to do where the keys are not this process's to change.
const BY_HAND: &str = "there is only one key, and it is given to several nodes or by the \
    environment; make a new one (openssl rand -hex 32). Give every node OLD,NEW and restart them \
    one by one, then NEW,OLD in the same way, then run this again, then leave OLD out";

fn delivery(
    sealer: &Sealer,
    id: DeliveryId,
    query: Option<String>,
    body: Option<Vec<u8>>,
) -> Result<Vec<Change>, Error> {
    let mut changes: Vec<Change> = Vec::new();
    if let Some(old) = query {
        let bytes = hex::decode(&old).map_err(|e| Error::Damaged(e.to_string()))?;
        if let Some(new) = sealer.anew(&query_place(id), &bytes)? {
            let sql = "UPDATE deliveries SET query = $3 WHERE id = $1 AND query = $2";
            changes.push((sql, vals![id.uuid(), old, hex::encode(new)]));
        }
    }
    // One that retention removed is empty.
    if let Some(old) = body.filter(|b| !b.is_empty())
        && let Some(new) = sealer.anew(&body_place(id), &old)?
    {
        let sql = "UPDATE deliveries SET body = $3 WHERE id = $1 AND body = $2";
        changes.push((sql, vals![id.uuid(), old, new]));
    }
    Ok(changes)
}
