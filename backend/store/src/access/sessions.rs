//! Signed-in browsers. Of a session's cookie only its SHA-256 is kept. A session ends a fixed time
//! after its start, and sooner when it is not used.

use domain::ids::{SessionId, UserId};
use domain::{Time, limits};

use crate::Error;
use crate::db::Db;
use crate::sql::{Row, vals};

/// A session to begin.
#[derive(Clone, Debug)]
pub struct NewSession {
    pub id: SessionId,
    /// SHA-256 of what the cookie holds.
    pub hash: [u8; 32],
    pub user: UserId,
    pub created_at: Time,
    pub expires_at: Time,
    pub remote: Option<String>,
    /// What the browser calls itself.
    pub agent: Option<String>,
}

/// A session as its person sees it.
#[derive(Clone, Debug)]
pub struct SessionRow {
    pub id: SessionId,
    pub user: UserId,
    pub created_at: Time,
    /// Kept to the minute.
    pub seen_at: Time,
    pub expires_at: Time,
    pub remote: Option<String>,
    pub agent: Option<String>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, user_id, created_at, seen_at, expires_at, remote, agent FROM sessions ",
            $rest
        )
    };
}

impl Db {
    /// Begins a session.
    pub async fn add_session(&self, s: NewSession) -> Result<(), Error> {
        let values = vals![
            s.id.uuid(),
            s.hash.to_vec(),
            s.user.uuid(),
            s.created_at,
            s.expires_at,
            s.remote.as_deref(),
            s.agent.as_deref()
        ];
        self.exec(
            "INSERT INTO sessions (id, hash, user_id, created_at, seen_at, expires_at,
               remote, agent)
             VALUES ($1, $2, $3, $4, $4, $5, $6, $7)",
            values,
        )
        .await?;
        Ok(())
    }

    /// The session with this hash, unless it is over.
    pub async fn session(&self, hash: [u8; 32], now: Time) -> Result<Option<SessionRow>, Error> {
        let sql = select!("WHERE hash = $1 AND expires_at > $2 AND seen_at > $3");
        let idle = now.minus(limits::SESSION_IDLE);
        let row = self.row(sql, vals![hash.to_vec(), now, idle]).await?;
        row.as_ref().map(read).transpose()
    }

    /// Notes that a session is in use.
    pub async fn touch_session(&self, id: SessionId, now: Time) -> Result<(), Error> {
        let sql = "UPDATE sessions SET seen_at = $2 WHERE id = $1 AND seen_at < $2";
        self.exec(sql, vals![id.uuid(), now]).await.map(|_| ())
    }

    /// Ends the session with this hash, if there is one.
    pub async fn end_session(&self, hash: [u8; 32]) -> Result<(), Error> {
        self.exec("DELETE FROM sessions WHERE hash = $1", vals![hash.to_vec()]).await.map(|_| ())
    }

    /// The sessions of a person, newest first.
    pub async fn sessions(&self, user: UserId, now: Time) -> Result<Vec<SessionRow>, Error> {
        let sql =
            select!("WHERE user_id = $1 AND expires_at > $2 AND seen_at > $3 ORDER BY id DESC");
        let idle = now.minus(limits::SESSION_IDLE);
        self.rows(sql, vals![user.uuid(), now, idle]).await?.iter().map(read).collect()
    }

    /// Ends one session of a person. [`Error::NotFound`] if it is not one of hers.
    pub async fn end_session_of(&self, user: UserId, id: SessionId) -> Result<(), Error> {
        let sql = "DELETE FROM sessions WHERE user_id = $1 AND id = $2";
        let n = self.exec(sql, vals![user.uuid(), id.uuid()]).await?;
        if n == 0 { Err(Error::NotFound) } else { Ok(()) }
    }

    /// Ends every session of a person but one; how many.
    pub async fn end_sessions(&self, user: UserId, but: Option<SessionId>) -> Result<u64, Error> {
        let but = but.map_or(uuid::Uuid::nil(), SessionId::uuid);
        let sql = "DELETE FROM sessions WHERE user_id = $1 AND id <> $2";
        self.exec(sql, vals![user.uuid(), but]).await
    }
}

fn read(row: &Row) -> Result<SessionRow, Error> {
    let mut c = row.cursor();
    Ok(SessionRow {
        id: SessionId(c.id()?),
        user: UserId(c.id()?),
        created_at: c.time()?,
        seen_at: c.time()?,
        expires_at: c.time()?,
        remote: c.opt_text()?,
        agent: c.opt_text()?,
    })
}

fn device_place(user: UserId) -> String {
    crate::seal::place("devices", "cookie", user.uuid())
}

impl Db {
    /// What a browser keeps to be known again as one of this person.
    pub fn seal_device(&self, user: UserId, name: &str) -> Result<String, Error> {
        Ok(hex::encode(self.0.sealer.seal(&device_place(user), name.as_bytes())?))
    }

    /// The name in what a browser keeps, if it is one of this person.
    pub fn open_device(&self, user: UserId, sealed: &str) -> Option<String> {
        let sealed = hex::decode(sealed).ok()?;
        let name = self.0.sealer.open_text(&device_place(user), &sealed).ok()?;
        Some(name.expose().to_owned())
    }
}
