//! A user's credentials for one connector.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::{ConnectionId, WorkspaceId};
use crate::run::words;
use crate::{Secret, Text, Time};

words! {
    /// Whether a connection works (semantics S14).
    ConnectionState {
        /// Not tested yet.
        New = "new",
        Working = "working",
        /// Its test fails; its jobs wait without using tries.
        Broken = "broken",
    }
}

/// A connection with its values. `secrets` never leave the process.
#[derive(Clone, Debug)]
pub struct Connection {
    pub id: ConnectionId,
    pub workspace: WorkspaceId,
    pub name: String,
    pub connector: String,
    /// Which way to connect, one of the connector's methods.
    pub method: String,
    /// Fields that are not secret.
    pub fields: BTreeMap<String, String>,
    pub secrets: BTreeMap<String, Secret>,
    pub state: ConnectionState,
    /// Why it is broken, as [`Text::kept`] gives it, or what its test said.
    pub note: Option<String>,
    /// Raised by every change.
    pub generation: i64,
    /// The tokens among its secrets that the server itself gets and renews, if it has some.
    pub tokens: Option<TokenState>,
}

/// How fresh the tokens of a connection are (semantics S13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenState {
    /// Raised by every renewal.
    pub generation: i64,
    pub expires_at: Option<Time>,
}

/// The view of a connection that may be shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectionView {
    pub id: ConnectionId,
    pub name: String,
    pub connector: String,
    pub method: String,
    pub fields: BTreeMap<String, String>,
    /// Names of the secrets that are set.
    pub secrets: Vec<String>,
    pub state: ConnectionState,
    pub note: Option<String>,
}

impl Connection {
    pub fn view(&self) -> ConnectionView {
        ConnectionView {
            id: self.id,
            name: self.name.clone(),
            connector: self.connector.clone(),
            method: self.method.clone(),
            fields: self.fields.clone(),
            secrets: self.secrets.keys().cloned().collect(),
            state: self.state,
            note: self.note.as_deref().map(|n| Text::of_kept(n).en),
        }
    }
}
