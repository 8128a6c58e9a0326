//! Who calls, and what they may: the only way into an operation is an extractor that says which
//! role it needs.

use std::net::{IpAddr, SocketAddr};
use std::ops::Deref;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header;
use axum::http::request::Parts;
use domain::ids::WorkspaceId;
use domain::{Actor, Code, Role};
use engine::manage::Manage;
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::NewAudit;

use super::problem::Problem;
use crate::AppState;

/// What a key begins with, so that scanners of leaked secrets know it.
pub const KEY_PREFIX: &str = "zv_";

/// Who calls, in which workspace, with which role.
#[derive(Clone)]
pub struct Caller {
    pub actor: Actor,
    pub workspace: WorkspaceId,
    pub role: Role,
    pub remote: Option<IpAddr>,
    state: AppState,
}

impl Caller {
    /// What the caller can do, in its own workspace only.
    pub fn manage(&self) -> Manage {
        Manage { workspace: self.workspace, ..self.state.manage.clone() }
    }

    /// Writes a line of the audit log.
    pub async fn audit(
        &self,
        action: &'static str,
        object: impl ToString,
        detail: Value,
    ) -> Result<(), Problem> {
        let line = NewAudit {
            workspace: self.workspace,
            at: self.state.engine.shared.clock.now(),
            actor: self.actor,
            action,
            object: object.to_string(),
            detail,
            remote: self.remote,
        };
        Ok(self.state.engine.shared.db.audit(line).await?)
    }

    fn at_least(self, role: Role) -> Result<Caller, Problem> {
        if self.role >= role { Ok(self) } else { Err(Problem::new(Code::RightMissing)) }
    }
}

/// What is kept of a key.
pub fn key_hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

async fn by_key(parts: &Parts, state: &AppState) -> Result<Option<Caller>, Problem> {
    let given = parts.headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    let Some(key) = given.and_then(|v| v.strip_prefix("Bearer ")) else { return Ok(None) };
    let shared = &state.engine.shared;
    let found = shared.db.api_key(key_hash(key.trim()), shared.clock.now()).await?;
    let Some(k) = found else { return Err(Problem::new(Code::SignInNeeded)) };
    Ok(Some(Caller {
        actor: Actor::Key(k.id),
        workspace: k.workspace,
        role: k.role,
        remote: remote(parts),
        state: state.clone(),
    }))
}

fn remote(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip())
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        by_key(parts, state).await?.ok_or_else(|| Problem::new(Code::SignInNeeded))
    }
}

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        pub struct $name(pub Caller);

        impl Deref for $name {
            type Target = Caller;
            fn deref(&self) -> &Caller {
                &self.0
            }
        }

        impl FromRequestParts<AppState> for $name {
            type Rejection = Problem;
            async fn from_request_parts(
                parts: &mut Parts,
                state: &AppState,
            ) -> Result<Self, Problem> {
                let caller = Caller::from_request_parts(parts, state).await?;
                caller.at_least(Role::$name).map(Self)
            }
        }
    )*};
}

roles!(
    /// A caller who may look.
    Viewer,
    /// A caller who may change flows, connections and runs.
    Editor,
    /// A caller who may also change people, keys and settings.
    Owner
);
