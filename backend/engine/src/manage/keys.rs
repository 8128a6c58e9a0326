//! API keys: made here, shown once, kept as a hash.

use domain::ids::{KeyId, random_text};
use domain::{Actor, Code, Problem, Role, Secret, Time, limits};
use sha2::{Digest, Sha256};
use store::{ApiKey, NewApiKey};

use super::people::checked_name;
use super::{Error, Manage};

/// What a key begins with, so that scanners of leaked secrets know it.
pub const PREFIX: &str = "zv_";

/// Characters of a key after its beginning: 260 random bits.
const CHARS: usize = 52;

/// What is kept of a key, and of other tokens with as many random bits.
pub fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

impl Manage {
    /// Makes a key for this workspace. Its text is known only now.
    pub async fn add_key(
        &self,
        name: &str,
        role: Role,
        expires_at: Option<Time>,
        by: Actor,
    ) -> Result<(ApiKey, Secret), Error> {
        let name = checked_name(name, "name").map_err(|p| Error::Fields(vec![p]))?;
        let now = self.db.now();
        if expires_at.is_some_and(|t| t <= now) {
            let (en, ru) = ("this moment has passed", "этот момент уже прошёл");
            let p = Problem::error("field_invalid", "expires_at", en, ru);
            return Err(Error::Fields(vec![p]));
        }
        if self.db.api_keys(self.workspace).await?.len() >= limits::API_KEYS {
            return Err(Error::Refused(Code::LimitExceeded));
        }
        let key = Secret::new(format!("{PREFIX}{}", random_text(CHARS)));
        let made = ApiKey {
            id: KeyId::new(now),
            workspace: self.workspace,
            name: name.clone(),
            role,
            created_by: by,
            created_at: now,
            expires_at,
            used_at: None,
        };
        let new = NewApiKey {
            id: made.id,
            workspace: made.workspace,
            name,
            hash: hash(key.expose()),
            role,
            created_by: by,
            created_at: now,
            expires_at,
        };
        self.db.add_api_key(new).await?;
        Ok((made, key))
    }

    /// The keys of this workspace.
    pub async fn keys(&self) -> Result<Vec<ApiKey>, Error> {
        Ok(self.db.api_keys(self.workspace).await?)
    }

    /// Removes a key: it opens nothing from now on.
    pub async fn remove_key(&self, id: KeyId) -> Result<(), Error> {
        Ok(self.db.remove_api_key(self.workspace, id).await?)
    }
}
