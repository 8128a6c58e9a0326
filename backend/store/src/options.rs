//! Settings of the server and of workspaces: texts by name that their readers understand. Those
//! that are secret are sealed in their place.

use std::collections::BTreeMap;

use domain::Secret;
use domain::settings::Retention;

use sha2::{Digest, Sha256};

use crate::Error;
use crate::db::Db;
use crate::generation::raise;
use crate::seal::place;
use crate::sql::vals;

/// The setting of retention.
pub const RETENTION: &str = "retention";
/// A random text that servers of one database know each other by.
const VOUCH: &str = "vouch";

impl Db {
    /// The settings among these names that were made.
    pub async fn options(&self, names: &[&str]) -> Result<BTreeMap<String, String>, Error> {
        let mut out = BTreeMap::new();
        for name in names {
            let sql = "SELECT value FROM settings WHERE name = $1";
            if let Some(row) = self.row(sql, vals![*name]).await? {
                out.insert((*name).to_owned(), row.cursor().text()?);
            }
        }
        Ok(out)
    }

    /// Makes, changes or (without a value) removes settings, all at once.
    pub async fn change_options(&self, all: Vec<(String, Option<String>)>) -> Result<(), Error> {
        self.write(move |mut tx| {
            let all = all.clone();
            Box::pin(async move {
                raise(&mut tx).await?;
                for (name, value) in all {
                    let sql = "DELETE FROM settings WHERE name = $1";
                    tx.conn.exec(sql, vals![name.as_str()]).await?;
                    if let Some(v) = value {
                        let sql = "INSERT INTO settings (name, value) VALUES ($1, $2)";
                        tx.conn.exec(sql, vals![name, v]).await?;
                    }
                }
                Ok(())
            })
        })
        .await
    }

    /// A secret as the value of the setting with this name.
    pub fn seal_option(&self, name: &str, v: &Secret) -> Result<String, Error> {
        let at = place("settings", "value", name);
        Ok(hex::encode(self.0.sealer.seal(&at, v.expose().as_bytes())?))
    }

    /// The secret that such a value holds.
    pub fn open_option(&self, name: &str, sealed: &str) -> Result<Secret, Error> {
        let bytes = hex::decode(sealed).map_err(|e| Error::Damaged(e.to_string()))?;
        self.0.sealer.open_text(&place("settings", "value", name), &bytes)
    }

    /// The settings that are sealed: passwords, keys that sign, certificates.
    pub(crate) async fn sealed_options(&self) -> Result<Vec<String>, Error> {
        let sql = "SELECT name FROM settings WHERE name = 'mail.password'
            OR name LIKE 'alerts.webhook:%' OR name LIKE 'acme.%'";
        let rows = self.rows(sql, Vec::new()).await?;
        rows.iter().map(|r| r.cursor().text()).collect()
    }

    /// How long things are kept; the usual times where nobody has said.
    pub async fn retention(&self) -> Result<Retention, Error> {
        match self.options(&[RETENTION]).await?.get(RETENTION) {
            None => Ok(Retention::default()),
            Some(text) => {
                serde_json::from_str(text).map_err(|e| Error::Damaged(format!("retention: {e}")))
            }
        }
    }

    /// Changes how long things are kept; the next sweep keeps to it.
    pub async fn put_retention(&self, r: Retention) -> Result<(), Error> {
        let text = crate::commit::prepare::json(&r)?;
        self.change_options(vec![(RETENTION.to_owned(), Some(text))]).await
    }

    /// What only a server on this database can say about a text: a server asks itself through its
    /// public address, and knows by this that it has met itself.
    pub async fn vouch(&self, text: &str) -> Result<String, Error> {
        let secret = match self.options(&[VOUCH]).await?.remove(VOUCH) {
            Some(secret) => secret,
            None => self.new_vouch().await?,
        };
        let inner = Sha256::digest(format!("{secret}:{text}"));
        Ok(hex::encode(Sha256::digest(inner)))
    }

    async fn new_vouch(&self) -> Result<String, Error> {
        let fresh = domain::ids::random_text(32);
        self.write(move |tx| {
            let fresh = fresh.clone();
            Box::pin(async move {
                // Another node may have been faster: its text counts.
                let sql = "INSERT INTO settings (name, value) VALUES ($1, $2)
                  ON CONFLICT DO NOTHING";
                tx.conn.exec(sql, vals![VOUCH, fresh]).await?;
                let sql = "SELECT value FROM settings WHERE name = $1";
                let rows = tx.conn.rows(sql, vals![VOUCH]).await?;
                Ok(rows.first().ok_or(Error::NotFound)?.cursor().text()?)
            })
        })
        .await
    }
}
