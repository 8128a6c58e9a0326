//! Conditions of error rules, handshakes, filters, checks and steps.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{JsonPath, Many, Template, no};

/// A condition: everything that is written must hold. A subject (`header`, `query`, `path`,
/// `value`) without a comparison must exist and not be empty.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cond {
    /// HTTP status: a number, `4xx`, or a list of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Many<Value>>,
    /// Request method; inbound only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Many<String>>,
    /// The subject is a header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// The subject is a query parameter; inbound only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// The subject is the first node of a path in the decoded body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<JsonPath>,
    /// The subject is the value of a template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Template>,
    /// The body's text contains this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_contains: Option<String>,
    /// The body is empty (true) or not (false).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_empty: Option<bool>,
    /// The subject exists and is not null or "" (true), or the opposite (false).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exists: Option<bool>,
    /// The subject equals this; texts are templates. Numbers and their texts are equal.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub equals: Option<Value>,
    /// The subject equals one of these.
    #[serde(default, rename = "in", skip_serializing_if = "Option::is_none")]
    pub one_of: Option<Vec<Value>>,
    /// The subject matches this regular expression somewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matches: Option<String>,
    /// Letters of either case are equal in `equals`, `in` and `matches`.
    #[serde(default, skip_serializing_if = "no")]
    pub ignore_case: bool,
    /// All of these hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all: Option<Vec<Cond>>,
    /// One of these holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub any: Option<Vec<Cond>>,
    /// This does not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not: Option<Box<Cond>>,
}

/// Keeps a written `null` apart from an absent key.
fn present<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(d).map(Some)
}

impl Cond {
    /// Whether a status is named anywhere in it (an `invalid` rule needs that to match 5xx,
    /// semantics S1).
    pub fn names_status(&self) -> bool {
        let list = |l: &Option<Vec<Cond>>| l.iter().flatten().any(Cond::names_status);
        self.status.is_some()
            || list(&self.all)
            || list(&self.any)
            || self.not.as_ref().is_some_and(|c| c.names_status())
    }
}
