//! What starts a run.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::subscribe::{Renew, Route, Subscribe};
use super::{Call, Cond, Field, JsonPath, Output, Poll, Template, Verify, no, yes};
use domain::{Span, Text};

/// A trigger.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    /// Its name.
    pub title: Text,
    /// One sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Text>,
    pub kind: TriggerKind,
    /// How to set it up, in markdown; `{{hook.url}}` is the address to paste.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guide: Option<Text>,
    /// Its settings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub input: Vec<Field>,
    /// The fields of one event.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub output: Vec<Field>,
    /// A sample event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<Value>,
    /// How deliveries are taken; for `kind: webhook`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<Webhook>,
    /// How new records are found; for `kind: poll`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll: Option<Poll>,
    /// One more call per event; what it gives is `trigger.details`. The first journaled step of the
    /// run, with its own tries; 404 means that the record has gone (semantics S17). Context
    /// `event`, `body`, `input`, `conn`, `now`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enrich: Option<Call>,
    /// An event is kept only if this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Cond>,
    /// Not offered for new flows.
    #[serde(default, skip_serializing_if = "no")]
    pub hidden: bool,
    /// Facts of it could not be confirmed in the service's documentation; shown in the catalogue.
    #[serde(default, skip_serializing_if = "no")]
    pub unverified: bool,
}

/// Where events come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TriggerKind {
    /// Deliveries over HTTP.
    Webhook,
    /// New records that the service is asked for.
    Poll,
    /// The server itself (schedule, manual).
    Native,
}

/// How deliveries are taken.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Whose address it is.
    #[serde(default)]
    pub endpoint: Endpoint,
    /// Which connection a delivery to a shared address belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<Route>,
    /// Methods that make events; `[POST]` by default. Others are answered 200 without an event
    /// (semantics S12).
    #[serde(default = "post")]
    pub methods: Vec<String>,
    /// How the body is read.
    #[serde(default)]
    pub parse: Parse,
    /// Form keys such as `a[b][c]` become nested; true by default.
    #[serde(default = "yes")]
    pub nest: bool,
    /// The form or query field that holds JSON text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json_field: Option<String>,
    /// Largest body, bytes; 1 MiB by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_body: Option<u64>,
    /// Schemes in order; one that passes is enough. Empty: the secret address alone protects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verify: Vec<Verify>,
    /// Deliveries are taken unverified while the user has set no secret.
    #[serde(default, skip_serializing_if = "no")]
    pub verify_optional: bool,
    /// Exchanges answered at once without making an event.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handshake: Vec<Handshake>,
    /// The answer to a stored delivery; 200 `{"ok":true}` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub respond: Option<Reply>,
    /// How long the sender waits for the answer; a flow that answers after its run says something
    /// in time (semantics S11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Span>,
    /// The answer to a delivery that fails verification; 401 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reject: Option<Reply>,
    /// Splits one delivery into events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<JsonPath>,
    /// The event; the body, or the item of `split`, by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<Output>,
    /// Deliveries of the same key are taken once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dedupe: Option<Dedupe>,
    /// Events of the same key run in order of arrival.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_key: Option<Template>,
    /// The call that registers the address at the service; without it the user pastes it there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscribe: Option<Subscribe>,
    /// The call that removes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsubscribe: Option<Call>,
    /// Asks which addresses the service knows. The record that holds ours is found if the answer of
    /// `subscribe` was lost: `save` takes out of it what it takes out of that answer. Where
    /// `unsubscribe` names neither the address nor its number, it is called only while ours is among
    /// them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered: Option<Call>,
    /// How long a registration lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renew: Option<Renew>,
}

fn post() -> Vec<String> {
    vec!["POST".into()]
}

/// Whose address takes the deliveries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Endpoint {
    /// The flow's own.
    #[default]
    Flow,
    /// One for all flows of a connection: services that take one address per account.
    Connection,
    /// One for all connections: services that take one address per application. Needs `route`.
    Connector,
}

/// How a body is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Parse {
    /// By its content type.
    #[default]
    Auto,
    Json,
    Form,
    Multipart,
    Xml,
    Text,
    Raw,
}

/// Deliveries of the same key within the window are taken once (semantics S4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dedupe {
    /// Context `event`, `body`, `header`, `query`.
    pub key: Template,
    /// `7d` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Span>,
}

/// An HTTP answer.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// 200 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub headers: IndexMap<String, Template>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Template>,
    /// JSON; leaves are templates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xml: Option<Template>,
    /// No body.
    #[serde(default, skip_serializing_if = "no")]
    pub empty: bool,
}

/// An exchange that is answered at once and makes no event.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Handshake {
    /// When a delivery is this exchange.
    pub when: Cond,
    pub respond: Reply,
    /// `verify` must pass first.
    #[serde(default, skip_serializing_if = "no")]
    pub verified: bool,
    /// Secrets that this exchange brings, kept as `hook.NAME`; only while none of them is set.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub save: IndexMap<String, Template>,
    /// Refused unless this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<Cond>,
}
