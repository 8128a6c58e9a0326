//! A caller of the API with a key of its own.

use std::net::SocketAddr;

use domain::Clock;
use domain::ids::{KeyId, WorkspaceId, random_text};
use domain::{Actor, Role};
use serde_json::Value;
use store::NewApiKey;

use super::client::{Body, Reply, Request, json};
use super::{Peer, World};

/// A caller with a role in a workspace.
pub struct Api<'w> {
    world: &'w World,
    key: Option<String>,
    language: &'static str,
    /// Another node than the first.
    at: Option<SocketAddr>,
}

impl World {
    /// A caller with this role in the workspace of the world.
    pub async fn api(&self, role: Role) -> Api<'_> {
        self.api_in(WorkspaceId::DEFAULT, role).await
    }

    /// A caller with this role in a workspace.
    pub async fn api_in(&self, workspace: WorkspaceId, role: Role) -> Api<'_> {
        self.caller(self.first(), workspace, role).await
    }

    /// A caller who reaches another node.
    pub async fn api_at(&self, peer: &Peer, role: Role) -> Api<'_> {
        let caller = self.caller(peer, WorkspaceId::DEFAULT, role).await;
        Api { at: Some(peer.addr()), ..caller }
    }

    async fn caller(&self, by: &Peer, workspace: WorkspaceId, role: Role) -> Api<'_> {
        let key = format!("{}{}", api::v1::caller::KEY_PREFIX, random_text(52));
        let now = self.clock.now();
        let new = NewApiKey {
            id: KeyId::new(now),
            workspace,
            name: format!("{} of a test", role.as_str()),
            hash: api::v1::caller::key_hash(&key),
            role,
            created_by: Actor::Console,
            created_at: now,
            expires_at: None,
        };
        let made = by.ask(|m| async move { m.db.add_api_key(new).await }).await;
        made.expect("a key");
        Api { world: self, key: Some(key), language: "en", at: None }
    }

    /// A caller that shows nothing of who it is.
    pub fn stranger(&self) -> Api<'_> {
        Api { world: self, key: None, language: "en", at: None }
    }
}

impl Api<'_> {
    /// The same caller, who reads Russian.
    #[must_use]
    pub fn in_russian(self) -> Self {
        Self { language: "ru", ..self }
    }

    /// The key, to be looked for where it must not be.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// A request below `/api/v1`, without a body.
    pub fn request(&self, method: &str, path: &str) -> Request {
        let r = Request::new(method, &format!("{}{path}", api::v1::BASE))
            .header("accept-language", self.language);
        match &self.key {
            Some(key) => r.header("authorization", &format!("Bearer {key}")),
            None => r,
        }
    }

    /// Sends a request of this caller.
    pub async fn send(&self, request: Request) -> Answer {
        let reply =
            request.send(self.at.unwrap_or_else(|| self.world.addr())).await.expect("an answer");
        Answer::of(reply)
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request("DELETE", path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.with_body("POST", path, json(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.with_body("PUT", path, json(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.with_body("PATCH", path, json(body)).await
    }

    async fn with_body(&self, method: &str, path: &str, body: Body) -> Answer {
        self.send(Request { body, ..self.request(method, path) }).await
    }
}

/// An answer of the API.
#[derive(Clone, Debug)]
pub struct Answer {
    pub reply: Reply,
    /// The body read as JSON; null for another one.
    pub body: Value,
}

impl Answer {
    pub(super) fn of(reply: Reply) -> Self {
        let body = serde_json::from_str(&reply.body).unwrap_or_default();
        Self { reply, body }
    }

    pub fn status(&self) -> u16 {
        self.reply.status
    }

    /// The body of an answer that says that it was done.
    ///
    /// # Panics
    /// It was not.
    pub fn ok(self) -> Value {
        assert!(
            (200..300).contains(&self.reply.status),
            "{} {}",
            self.reply.status,
            self.reply.body
        );
        self.body
    }

    /// Expects that it was done.
    ///
    /// # Panics
    /// It was not.
    pub fn done(self) {
        let _body = self.ok();
    }

    /// The code of a problem, which must have this status.
    ///
    /// # Panics
    /// It has another.
    #[must_use]
    pub fn refused(&self, status: u16) -> &str {
        assert_eq!(self.reply.status, status, "{}", self.reply.body);
        assert_eq!(self.reply.header("content-type"), Some("application/problem+json"));
        self.body["code"].as_str().unwrap_or_default()
    }
}
