//! Addresses that are registered at the service by a call, and addresses that flows share
//! (semantics S19).

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Call, Output, Template};
use domain::Span;

/// Which connection a delivery belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The tenant that a delivery names; context `body`, `header`, `query`.
    pub by: Template,
    /// The field of the connection that it equals.
    pub conn: String,
}

/// How an address is registered. Context: `input`, `conn`, `hook`, `now`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subscribe {
    pub call: Call,
    /// Values of the answer kept as `hook.NAME`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub save: IndexMap<String, Output>,
    /// Secrets made before the call: `hook.NAME` and its length in characters.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub generate: IndexMap<String, u32>,
    /// Asks the service for recent records, to show a sample before the first event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<Call>,
}

/// How a registration is kept alive.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Renew {
    /// Renewed in this period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Span>,
    /// The moment at which it ends, from `hook`; renewed a quarter of its life before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Template>,
    /// The call that renews it; otherwise it is removed and made anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Call>,
}
