//! What a step can do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Call, Cond, Field, RateLimit, Template, no};
use domain::{Span, Text};

/// An action: one call, several steps, or native code.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "the keys of a document, each on its own")]
pub struct Action {
    /// Its name.
    pub title: Text,
    /// One sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Text>,
    #[serde(default)]
    pub kind: ActionKind,
    /// Its heading in the menu.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Text>,
    /// What it takes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub input: Vec<Field>,
    /// What it gives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub output: Vec<Field>,
    /// A sample of what it gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<Value>,
    /// The one call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Call>,
    /// Or several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// The output of several steps; leaves are templates or paths over `steps`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// Repeats do no harm; true by default for GET, PUT and DELETE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotent: Option<bool>,
    /// The header or `json.NAME` that carries `{{run.key}}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// What happens when the outcome is unknown (semantics S1 has the defaults).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_unknown: Option<OnUnknown>,
    /// How to look whether it worked after all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<Check>,
    /// What finding nothing means.
    #[serde(default)]
    pub not_found: NotFound,
    /// Limits of this action.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rate_limits: Vec<RateLimit>,
    /// When failed tries are repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<super::Retry>,
    /// Not offered for new flows.
    #[serde(default, skip_serializing_if = "no")]
    pub hidden: bool,
    /// It needs no connection, though others of the connector do.
    #[serde(default, skip_serializing_if = "no")]
    pub unconnected: bool,
    /// Ask before a test runs it (deletes, payments).
    #[serde(default, skip_serializing_if = "no")]
    pub dangerous: bool,
    /// Facts of it could not be confirmed in the service's documentation; shown in the catalogue.
    #[serde(default, skip_serializing_if = "no")]
    pub unverified: bool,
}

/// What an action does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ActionKind {
    Create,
    Update,
    Upsert,
    Find,
    Get,
    List,
    Delete,
    Send,
    #[default]
    Other,
}

/// What happens when nobody knows whether a call worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnUnknown {
    Retry,
    Check,
    Park,
}

/// What finding nothing means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NotFound {
    /// The output is null.
    #[default]
    Empty,
    /// The step fails.
    Error,
    /// The step counts as skipped.
    Stop,
}

/// How to look whether a call worked after all.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// An action of this connector that changes nothing.
    pub action: String,
    /// Its input; leaves are templates over `input`, `run` and `conn`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub input: Map<String, Value>,
    /// It worked if this holds for the output of that action.
    pub found: Cond,
    /// The output of the action when it had worked; templates and paths over that output. The
    /// output itself by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<super::Output>,
}

/// One call of several.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its name in `steps`.
    pub id: String,
    /// Skipped unless this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Cond>,
    /// The list to repeat over; `item` is the item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_each: Option<Template>,
    /// The call.
    pub call: Call,
    /// The call is repeated until this holds for its answer: a job of the service that takes time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Cond>,
    /// Pause between repeats; `2s` by default. No worker is held meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Span>,
    /// The step fails when `until` does not hold after this time; `2m` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Span>,
}
