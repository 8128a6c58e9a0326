//! Who calls, and what they may: the only way into an operation is an extractor that says which
//! role it needs.

use std::net::{IpAddr, SocketAddr};
use std::ops::Deref;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{Method, header};
use domain::ids::{SessionId, UserId, WorkspaceId};
use domain::{Actor, Code, Role, Text, limits};
use engine::manage::{Manage, keys};
use serde_json::Value;
use store::{Membership, NewAudit};

use super::problem::Problem;
use super::session;
use crate::AppState;

pub use keys::{PREFIX as KEY_PREFIX, hash as key_hash};

/// The header that says which workspace a request is about.
pub const WORKSPACE: &str = "zveno-workspace";

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
        Manage { workspace: self.workspace, ..self.state.manage.now() }
    }

    /// The person who calls; a program is refused.
    pub fn person(&self) -> Result<UserId, Problem> {
        match self.actor {
            Actor::User(id) => Ok(id),
            _ => Err(persons_only()),
        }
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

/// A person who is signed in, whatever the workspace.
#[derive(Clone)]
pub struct Person {
    pub user: UserId,
    pub session: SessionId,
    pub remote: Option<IpAddr>,
}

impl FromRequestParts<AppState> for Person {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        // A key is known, and still no person.
        if by_key(parts, state).await?.is_some() {
            return Err(persons_only());
        }
        signed_person(parts, state).await
    }
}

/// Whoever is known, a person in no particular workspace.
pub enum Anyone {
    Person(Person),
    Key(Box<Caller>),
}

impl FromRequestParts<AppState> for Anyone {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        match by_key(parts, state).await? {
            Some(caller) => Ok(Anyone::Key(Box::new(caller))),
            None => signed_person(parts, state).await.map(Anyone::Person),
        }
    }
}

async fn signed_person(parts: &Parts, state: &AppState) -> Result<Person, Problem> {
    let signed = session::signed(parts).await?;
    let (user, session) = signed.ok_or_else(|| Problem::new(Code::SignInNeeded))?;
    Ok(Person { user, session, remote: remote(parts, state) })
}

fn persons_only() -> Problem {
    Problem::new(Code::RightMissing).detail(Text::new(
        "Only a person can do this, not an API key.",
        "Это может сделать только человек, не ключ API.",
    ))
}

/// The workspace that the request names.
fn wanted(parts: &Parts) -> Result<Option<WorkspaceId>, Problem> {
    let id = match parts.headers.get(WORKSPACE) {
        Some(given) => given.to_str().ok().and_then(|v| v.parse().ok()),
        None => match in_address(parts) {
            Some(given) => given.parse().ok(),
            None => return Ok(None),
        },
    };
    id.map(Some).ok_or_else(|| Problem::new(Code::NotFound))
}

/// The workspace in the address, for what a browser reads without a header of ours: a stream, a
/// link.
fn in_address(parts: &Parts) -> Option<String> {
    if parts.method != Method::GET {
        return None;
    }
    let mut query = url::form_urlencoded::parse(parts.uri.query()?.as_bytes());
    query.find(|(name, _)| name == "workspace").map(|(_, id)| id.into_owned())
}

async fn by_key(parts: &Parts, state: &AppState) -> Result<Option<Caller>, Problem> {
    let given = parts.headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    let Some(key) = given.and_then(|v| v.strip_prefix("Bearer ")) else { return Ok(None) };
    let shared = &state.engine.shared;
    let now = shared.clock.now();
    let found = shared.db.api_key(key_hash(key.trim()), now).await?;
    let Some(k) = found else { return Err(Problem::new(Code::SignInNeeded)) };
    if wanted(parts)?.is_some_and(|w| w != k.workspace) {
        return Err(Problem::new(Code::NotFound));
    }
    if k.used_at.is_none_or(|t| now.since(t) >= limits::SEEN_EVERY)
        && let Err(e) = shared.db.touch_api_key(k.id, now).await
    {
        // Reading works without it.
        tracing::debug!(error = %e, "the use of a key was not noted");
    }
    Ok(Some(Caller {
        actor: Actor::Key(k.id),
        workspace: k.workspace,
        role: k.role,
        remote: remote(parts, state),
        state: state.clone(),
    }))
}

async fn by_session(parts: &Parts, state: &AppState) -> Result<Option<Caller>, Problem> {
    let Some((user, _)) = session::signed(parts).await? else { return Ok(None) };
    let all = state.engine.shared.db.memberships(user).await?;
    let m = chosen(&all, wanted(parts)?)?;
    Ok(Some(Caller {
        actor: Actor::User(user),
        workspace: m.workspace,
        role: m.role,
        remote: remote(parts, state),
        state: state.clone(),
    }))
}

/// The workspace that is named, or the first one.
pub(super) fn chosen(
    all: &[Membership],
    wanted: Option<WorkspaceId>,
) -> Result<&Membership, Problem> {
    match wanted {
        Some(id) => all.iter().find(|m| m.workspace == id).ok_or(Code::NotFound),
        None => all.first().ok_or(Code::RightMissing),
    }
    .map_err(Problem::new)
}

/// Where a request comes from.
pub(super) fn remote(parts: &Parts, state: &AppState) -> Option<IpAddr> {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
    Some(state.remote(peer.0.ip(), &parts.headers))
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let found = match by_key(parts, state).await? {
            Some(caller) => Some(caller),
            None => by_session(parts, state).await?,
        };
        found.ok_or_else(|| Problem::new(Code::SignInNeeded))
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
