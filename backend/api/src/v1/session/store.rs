//! The store of sessions for tower-sessions. The id in a record is what the cookie holds; the
//! database has its SHA-256 only, and decides by its own clock when a session is over.

use std::collections::HashMap;
use std::fmt;

use async_trait::async_trait;
use domain::ids::{SessionId, UserId};
use domain::{SharedClock, limits};
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::{Db, NewSession};
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

/// Keys of a record's data.
pub const USER: &str = "user";
pub const SESSION: &str = "session";
pub const REMOTE: &str = "remote";
pub const AGENT: &str = "agent";

/// See the module.
#[derive(Clone)]
pub struct Sessions {
    pub db: Db,
    pub clock: SharedClock,
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}

fn hash(id: Id) -> [u8; 32] {
    Sha256::digest(id.0.to_le_bytes()).into()
}

fn failed(e: &store::Error) -> Error {
    Error::Backend(e.to_string())
}

#[async_trait]
impl SessionStore for Sessions {
    /// Begins a session under a new id: never one that a browser has shown.
    async fn create(&self, record: &mut Record) -> Result<()> {
        let mut random = [0; 16];
        domain::ids::fill(&mut random);
        record.id = Id(i128::from_le_bytes(random));
        let text = |key: &str| record.data.get(key).and_then(Value::as_str).map(str::to_owned);
        let user: Option<UserId> = text(USER).and_then(|u| u.parse().ok());
        let user = user.ok_or_else(|| Error::Encode("a session without a person".into()))?;
        let now = self.clock.now();
        let new = NewSession {
            id: SessionId::new(now),
            hash: hash(record.id),
            user,
            created_at: now,
            expires_at: now.plus(limits::SESSION),
            remote: text(REMOTE),
            agent: text(AGENT),
        };
        self.db.add_session(new).await.map_err(|e| failed(&e))
    }

    /// Nothing of a session changes after its beginning.
    async fn save(&self, _: &Record) -> Result<()> {
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let now = self.clock.now();
        let found = self.db.session(hash(*id), now).await.map_err(|e| failed(&e))?;
        let Some(s) = found else { return Ok(None) };
        if now.since(s.seen_at) >= limits::SEEN_EVERY
            && let Err(e) = self.db.touch_session(s.id, now).await
        {
            // Reading works without it.
            tracing::debug!(error = %e, "the use of a session was not noted");
        }
        let data = [(USER, s.user.to_string()), (SESSION, s.id.to_string())];
        let data: HashMap<_, _> =
            data.into_iter().map(|(k, v)| (k.to_owned(), Value::String(v))).collect();
        let expiry_date = time::OffsetDateTime::from_unix_timestamp(s.expires_at.secs())
            .map_err(|e| Error::Decode(e.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.db.end_session(hash(*id)).await.map_err(|e| failed(&e))
    }
}
