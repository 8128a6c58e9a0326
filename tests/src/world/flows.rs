//! Making connections and flows, and sending to them.

use std::collections::BTreeMap;

use domain::connection::ConnectionView;
use domain::ids::{FlowId, RunId};
use domain::{Secret, Span};
use engine::manage::connections::Add;
use engine::manage::flows::Import;
use engine::manage::runs::{Replay, Verdict};
use engine::manage::start::{Sheet, Started, Trial, Upcoming};
use engine::manage::{self, Manage};
use serde_json::Value;
use store::ImportRow;

use super::{
    BOT_TOKEN, Body, FEED_TOKEN, MAIL_USER, PORTAL_CODE, Reply, Request, WEBHOOK_SECRET, World,
};

/// A flow and its address.
#[derive(Clone, Debug)]
pub struct Hook {
    pub id: FlowId,
    /// The path of its address.
    pub path: String,
}

/// A flow document about to be imported.
pub struct Draft<'w> {
    world: &'w World,
    doc: Value,
    how: Import,
}

impl Draft<'_> {
    /// Gives a secret of the flow its value.
    #[must_use]
    pub fn secret(mut self, name: &str, value: &str) -> Self {
        self.how.secrets.insert(name.to_owned(), Secret::new(value));
        self
    }

    /// Replaces the draft of this flow.
    #[must_use]
    pub fn instead_of(mut self, hook: &Hook) -> Self {
        self.how.update = Some(hook.id);
        self
    }

    /// Imports it without publishing.
    pub async fn keep(self) -> Hook {
        self.import().await.unwrap_or_else(|e| panic!("{}", told(&e)))
    }

    /// Imports and publishes it.
    pub async fn publish(mut self) -> Hook {
        self.how.publish = true;
        self.import().await.unwrap_or_else(|e| panic!("{}", told(&e)))
    }

    async fn import(self) -> Result<Hook, manage::Error> {
        let Draft { world, doc, how } = self;
        let made = world.ask(|m| async move { m.import(&doc, how).await }).await?;
        let url: url::Url = made.hook_url.parse().expect("an address");
        Ok(Hook { id: made.id, path: url.path().to_owned() })
    }
}

fn told(e: &manage::Error) -> String {
    match e {
        manage::Error::Problems(p) => {
            p.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        }
        other => other.to_string(),
    }
}

/// A step that posts the fields of `object` to this address; no line break at its end.
pub fn post_step(url: &str, object: &str) -> String {
    format!(
        "  - id: out
    action: http.request@1.0.0
    input:
      method: {{ literal: POST }}
      url: {{ literal: '{url}' }}
      json: {{ object: {{ {object} }} }}"
    )
}

/// A flow that posts the `id` of what comes to this address, once per id, and repeats it as `more`
/// of the step says.
pub fn forward(url: &str, more: &str) -> String {
    format!(
        "
zveno: 1
name: forward
trigger:
  connector: webhook@1.0.0
  event: request
  dedupe: {{ key: '{{{{trigger.body.id}}}}', window: 7d }}
steps:
{}
{more}",
        post_step(url, "id: { path: $.trigger.body.id }")
    )
}

impl World {
    /// A flow document in YAML.
    pub fn flow(&self, yaml: &str) -> Draft<'_> {
        let doc = serde_saphyr::from_str(yaml).unwrap_or_else(|e| panic!("{yaml}\n{e}"));
        Draft { world: self, doc, how: Import::default() }
    }

    /// Stores a connection.
    pub async fn connection(
        &self,
        name: &str,
        connector: &str,
        fields: &[(&str, &str)],
        secrets: &[(&str, &str)],
    ) -> ConnectionView {
        let add = Add {
            name: name.to_owned(),
            connector: connector.to_owned(),
            method: None,
            fields: fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            secrets: secrets
                .iter()
                .map(|(k, v)| ((*k).to_owned(), Secret::new(*v)))
                .collect::<BTreeMap<_, _>>(),
        };
        let added = self.ask(|m| async move { m.add_connection(add).await }).await;
        added.unwrap_or_else(|e| panic!("{name}: {}", told(&e)))
    }

    /// The connection `crm`: the portal's inbound webhook.
    pub async fn crm(&self) -> ConnectionView {
        let fields = [("host", "firma.bitrix24.ru"), ("user", "1")];
        self.connection("crm", "bitrix24", &fields, &[("secret", PORTAL_CODE)]).await
    }

    /// The connection `bot`.
    pub async fn bot(&self) -> ConnectionView {
        self.connection("bot", "telegram", &[], &[("token", BOT_TOKEN)]).await
    }

    /// The connection `shop`: the receiver `sink` as the tests' own connector sees it.
    pub async fn shop(&self) -> ConnectionView {
        self.connection("shop", "shop", &[], &[("token", "shop-token-77e1")]).await
    }

    /// The connection `feed`: the service that lists records.
    pub async fn feed(&self) -> ConnectionView {
        self.connection("feed", "feed", &[], &[("token", FEED_TOKEN)]).await
    }

    /// Starts a flow by hand.
    pub async fn start_with(&self, hook: &Hook, data: Value) -> Result<Started, String> {
        let id = hook.id;
        let started = self.ask(move |m| async move { m.start(id, data).await }).await;
        started.map_err(|e| told(&e))
    }

    /// Starts a flow for each row of a table.
    pub async fn start_rows(&self, hook: &Hook, sheet: Sheet) -> Result<ImportRow, String> {
        let id = hook.id;
        let done = self.ask(move |m| async move { m.start_rows(id, &sheet).await }).await;
        done.map(|(import, _)| import).map_err(|e| told(&e))
    }

    /// What the rows of a table would start.
    pub async fn try_rows(&self, hook: &Hook, sheet: Sheet) -> Trial {
        let id = hook.id;
        self.done(move |m| async move { m.try_rows(id, &sheet).await }).await
    }

    /// The only import of a flow.
    pub async fn import(&self, hook: &Hook) -> ImportRow {
        let id = hook.id;
        self.done(move |m| async move { m.imports(id).await }).await.remove(0)
    }

    /// When a flow starts by itself.
    pub async fn upcoming(&self, hook: &Hook) -> Upcoming {
        let id = hook.id;
        self.done(move |m| async move { m.upcoming(id).await }).await
    }

    /// The connection `mail`: STARTTLS and a password.
    pub async fn mailbox(&self) -> ConnectionView {
        let port = self.mail.addr().port().to_string();
        let (user, password) = MAIL_USER;
        let fields = [
            ("host", "127.0.0.1"),
            ("port", &port),
            ("security", "starttls"),
            ("username", user),
            ("from", user),
        ];
        self.connection("mail", "email", &fields, &[("password", password)]).await
    }

    /// The connection `signed`: the receiver of signed webhooks.
    pub async fn signed(&self) -> ConnectionView {
        let url = self.hooks.http().url("/hook");
        self.connection("signed", "webhook_out", &[("url", &url)], &[("secret", WEBHOOK_SECRET)])
            .await
    }

    /// Sends a request. Time goes on by a millisecond, so that ids have the order of sending.
    pub async fn send(&self, request: Request) -> Reply {
        self.clock.advance(Span::ms(1));
        let to = self.with_node(|n| n.addr);
        request.send(to).await.unwrap_or_else(|e| panic!("no answer to {request:?}: {e}"))
    }

    /// Where the node listens.
    pub fn addr(&self) -> std::net::SocketAddr {
        self.with_node(|n| n.addr)
    }

    /// Posts to a flow's address.
    pub async fn post(&self, hook: &Hook, body: Body) -> Reply {
        self.send(Request::post(&hook.path, body)).await
    }

    /// Posts and expects to be accepted.
    pub async fn accepted(&self, hook: &Hook, body: Body) -> Reply {
        let reply = self.post(hook, body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply
    }

    async fn done<T, F>(&self, f: impl FnOnce(Manage) -> F) -> T
    where
        T: Send + 'static,
        F: Future<Output = Result<T, manage::Error>> + Send + 'static,
    {
        self.ask(f).await.unwrap_or_else(|e| panic!("{}", told(&e)))
    }

    pub async fn publish(&self, hook: &Hook) -> i64 {
        let id = hook.id;
        self.done(|m| async move { m.publish(id).await }).await
    }

    pub async fn pause(&self, hook: &Hook) {
        let id = hook.id;
        self.done(|m| async move { m.pause(id).await }).await;
    }

    pub async fn resume(&self, hook: &Hook) {
        let id = hook.id;
        self.done(|m| async move { m.resume(id).await }).await;
    }

    /// Releases held events; how many.
    pub async fn release(&self, hook: &Hook) -> u64 {
        let id = hook.id;
        self.done(|m| async move { m.release(id).await }).await
    }

    pub async fn replay(&self, run: RunId, how: Replay) -> RunId {
        self.clock.advance(Span::ms(1));
        self.done(|m| async move { m.replay(run, how).await }).await
    }

    pub async fn resolve(&self, run: RunId, verdict: Verdict) {
        self.done(|m| async move { m.resolve(run, verdict).await }).await;
    }

    pub async fn cancel(&self, run: RunId) {
        self.done(|m| async move { m.cancel(run).await }).await;
    }

    /// Tests a connection; whether it works.
    pub async fn test_connection(&self, name: &str) -> bool {
        let name = name.to_owned();
        self.done(|m| async move { m.test_connection(&name).await }).await.ok
    }
}
