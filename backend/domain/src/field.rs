//! What a field of a trigger, action or connection takes: the part of a connector's description
//! that mapping and validation need.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Text;

/// The type of a field: its widget and what its value is coerced to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FieldType {
    #[default]
    String,
    /// Several lines.
    Text,
    Integer,
    Number,
    Boolean,
    Date,
    Datetime,
    Time,
    Email,
    Phone,
    Url,
    Select,
    Multiselect,
    Object,
    List,
    Map,
    File,
    Json,
    Code,
    Any,
    /// Shown, never sent.
    Info,
}

/// What validation and coercion know of a field.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent property that manifests write as a boolean"
)]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldSpec {
    pub key: String,
    pub kind: FieldType,
    pub label: Text,
    pub required: bool,
    /// Takes only a named secret of the flow (semantics S3).
    pub secret: bool,
    /// False: fixed when the flow is built, a literal or a secret.
    pub mappable: bool,
    pub default: Option<Value>,
    /// Filled with random text of this length when it is not given (secrets of webhooks).
    pub generate: Option<u32>,
    /// Allowed values of a select without free text; empty = any.
    pub options: Vec<Value>,
    /// Whether a value outside `options` is allowed.
    pub custom: bool,
    pub pattern: Option<String>,
    pub min: Option<f64>,
    pub max: Option<f64>,
    /// Children of an object or of each item of a list.
    pub fields: Vec<FieldSpec>,
    /// Children are fetched from the service: any key is allowed.
    pub dynamic: bool,
    /// `html` escapes data in templates of this field (semantics S9).
    pub escape: Escape,
    /// How dates and numbers are written for the service: `rfc3339`, `date`, `epoch`, `epoch_ms`
    /// or a strftime format.
    pub wire: Option<String>,
}

/// How data is escaped when a template of the field is rendered (semantics S9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Escape {
    #[default]
    None,
    Html,
    Url,
    Xml,
}
