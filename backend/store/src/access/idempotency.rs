//! Answers kept for requests that may come again with the same Idempotency-Key. They are sealed: an
//! answer may hold a key that is shown once.

use domain::{Time, limits};

use crate::Error;
use crate::db::Db;
use crate::seal::place;
use crate::sql::vals;

/// What is known of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// Nothing: it is to be done now.
    New,
    /// Another one with the same key and content is being done.
    UnderWay,
    /// It was done; this was the answer.
    Done(Vec<u8>),
    /// The key belongs to a request with another content.
    Other,
}

pub(crate) fn place_of(caller: &str, key: &str) -> String {
    place("idempotency", "answer", format_args!("{caller}:{key}"))
}

impl Db {
    /// Takes a key for a request with this SHA-256.
    pub async fn begin_request(
        &self,
        caller: &str,
        key: &str,
        print: [u8; 32],
        now: Time,
    ) -> Result<Begun, Error> {
        let who = (caller.to_owned(), key.to_owned());
        let found = self
            .write(move |tx| {
                let (caller, key) = who.clone();
                Box::pin(async move {
                    // Past its time, or left behind by a process that died.
                    let sql = "DELETE FROM idempotency WHERE caller = $1 AND key = $2
                      AND (created_at <= $3 OR (answer IS NULL AND created_at <= $4))";
                    let old = now.minus(limits::IDEMPOTENCY_KEPT);
                    let dead = now.minus(limits::IDEMPOTENCY_UNDER_WAY);
                    let (caller, key) = (caller.as_str(), key.as_str());
                    tx.conn.exec(sql, vals![caller, key, old, dead]).await?;
                    let sql = "INSERT INTO idempotency (caller, key, print, created_at)
                      VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
                    if tx.conn.exec(sql, vals![caller, key, print.to_vec(), now]).await? == 1 {
                        return Ok(None);
                    }
                    let sql =
                        "SELECT print, answer FROM idempotency WHERE caller = $1 AND key = $2";
                    let rows = tx.conn.rows(sql, vals![caller, key]).await?;
                    let Some(row) = rows.first() else { return Err(Error::Changed.into()) };
                    let mut c = row.cursor();
                    Ok(Some((c.blob()?, c.opt_blob()?)))
                })
            })
            .await?;
        Ok(match found {
            None => Begun::New,
            Some((p, _)) if p != print => Begun::Other,
            Some((_, None)) => Begun::UnderWay,
            Some((_, Some(sealed))) => {
                Begun::Done(self.0.sealer.open(&place_of(caller, key), &sealed)?.to_vec())
            }
        })
    }

    /// Keeps the answer of a request that was begun.
    pub async fn end_request(&self, caller: &str, key: &str, answer: &[u8]) -> Result<(), Error> {
        let sealed = self.0.sealer.seal(&place_of(caller, key), answer)?;
        let sql = "UPDATE idempotency SET answer = $3 WHERE caller = $1 AND key = $2";
        self.exec(sql, vals![caller, key, sealed]).await.map(|_| ())
    }

    /// Frees the key of a request that was not done.
    pub async fn drop_request(&self, caller: &str, key: &str) -> Result<(), Error> {
        let sql = "DELETE FROM idempotency WHERE caller = $1 AND key = $2 AND answer IS NULL";
        self.exec(sql, vals![caller, key]).await.map(|_| ())
    }
}
