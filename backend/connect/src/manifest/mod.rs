//! A connector's manifest: the types of `connectors/<name>/connector.yaml`. Unknown keys are errors.
//! Absent: OAuth2, session and JWT connections, and subscriptions.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use domain::Text;

pub mod action;
pub mod call;
pub mod cond;
pub mod connection;
pub mod field;
pub mod many;
pub mod poll;
pub mod read;
pub mod trigger;
pub mod verify;

pub use action::{Action, ActionKind, Check, NotFound, OnUnknown, Step};
pub use call::{
    Call, Decode, ErrKind, ErrorRule, Graphql, HttpDefaults, LimitKind, LimitScope, Lookup, Output,
    Paginate, PaginateKind, Part, RateHeaders, RateLimit, ResetUnit, Retry,
};
pub use cond::Cond;
pub use connection::{Apply, AuthKind, AuthMethod, Connection};
pub use field::{Field, LookupRef, Opt, ShowIf};
pub use many::Many;
pub use poll::Poll;
pub use read::{ReadError, read};
pub use trigger::{Dedupe, Endpoint, Handshake, Parse, Reply, Trigger, TriggerKind, Webhook};
pub use verify::{
    Algo, All, Basic, Encoding, Ip, NoCheck, Parts, Signature, TimestampUnit, Token, Verify,
};

/// Text that is a Handlebars template.
pub type Template = String;
/// An RFC 9535 JSONPath.
pub type JsonPath = String;

/// The manifest of one connector.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of the manifest language; `1`.
    pub sdk: u32,
    /// The folder's name, `^[a-z][a-z0-9_-]{1,39}$`.
    pub name: String,
    /// Semantic version of the connector.
    pub version: semver::Version,
    /// The card in the catalogue.
    pub display: Display,
    /// Smallest version of the server able to run it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<semver::Version>,
    /// Patterns of the hosts that requests may go to; `{{conn.x}}` is allowed in them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<Template>,
    /// Ways to connect; the user picks one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<Connection>,
    /// Defaults of every request of the connector.
    #[serde(default)]
    pub http: HttpDefaults,
    /// Named field lists for `use: name`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub types: IndexMap<String, Vec<Field>>,
    /// Sources of dropdown options and dynamic fields.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub lookups: IndexMap<String, Lookup>,
    /// Triggers by key.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub triggers: IndexMap<String, Trigger>,
    /// Actions by key.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub actions: IndexMap<String, Action>,
    /// The part of the connector that is compiled into the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
}

/// The card in the catalogue.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Display {
    /// The service's name.
    pub title: Text,
    /// One sentence.
    pub description: Text,
    /// A file of the folder: SVG or PNG, at most 32 KiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// `#rrggbb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// Where the catalogue lists it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Category>,
    /// Words that find it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// The vendor's site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub homepage: Option<String>,
    /// The vendor's API documentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub docs: Option<String>,
    /// How finished it is.
    #[serde(default)]
    pub status: Status,
    /// Facts of it could not be confirmed in the service's documentation; shown in the catalogue.
    #[serde(default, skip_serializing_if = "no")]
    pub unverified: bool,
    /// Markdown shown while connecting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guide: Option<Text>,
}

/// A heading of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    Crm,
    Forms,
    Messaging,
    Email,
    Sms,
    Payments,
    Ecommerce,
    Helpdesk,
    Spreadsheets,
    Storage,
    Dev,
    Ads,
    Calendar,
    Telephony,
    Marketing,
    Ai,
    Other,
}

/// How finished a connector is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    #[default]
    Stable,
    Beta,
    Deprecated,
}

/// Code of a connector outside its manifest.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    pub runtime: Runtime,
}

/// Where the code of a connector runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Runtime {
    /// Rust compiled into the server. Only these connectors may have `hosts: ["*"]`.
    Native,
}

/// `true`, for keys that hold unless the author says otherwise.
pub(crate) fn yes() -> bool {
    true
}
/// Whether a key has its default `false`.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(crate) fn no(v: &bool) -> bool {
    !*v
}
