//! Fields of connections, triggers and actions, and what mapping and validation take from them.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Template, no, yes};
use domain::Text;
use domain::field::{Escape, FieldSpec, FieldType};

/// One field of a form.
#[expect(clippy::struct_excessive_bools, reason = "the keys of a document, each on its own")]
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its key.
    pub key: String,
    /// Widget and JSON type; `string` by default.
    #[serde(default, rename = "type")]
    pub kind: FieldType,
    /// The name shown; the key by default.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub label: Text,
    /// A hint in markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Text>,
    /// It must be filled.
    #[serde(default, skip_serializing_if = "no")]
    pub required: bool,
    /// Filled in beforehand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// A greyed example in the empty field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<Text>,
    /// An example for samples and docs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
    /// Fixed options.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Opt>,
    /// Options fetched from the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lookup: Option<LookupRef>,
    /// Children of an `object`, or of each item of a `list`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// Children fetched from the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields_from: Option<LookupRef>,
    /// Children are this list of `types`.
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    pub use_type: Option<String>,
    /// Shown only if another field fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show_if: Option<ShowIf>,
    /// Encrypted, never shown again, masked everywhere.
    #[serde(default, skip_serializing_if = "no")]
    pub secret: bool,
    /// Folded under "more".
    #[serde(default, skip_serializing_if = "no")]
    pub advanced: bool,
    /// The name of its fieldset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Text>,
    /// A regular expression that the whole value must match somewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Least number or length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Largest number or length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// Text before and after the input, shown only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affix: Option<(String, String)>,
    /// How dates and numbers are written: `rfc3339` (default), `date`, `epoch`, `epoch_ms` or a
    /// strftime format.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wire: Option<String>,
    /// Values of another form are coerced; true by default.
    #[serde(default = "yes")]
    pub coerce: bool,
    /// Data of the event may be mapped to it; true by default. False: fixed when the flow is built.
    #[serde(default = "yes")]
    pub mappable: bool,
    /// The server fills it with random text of this many characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generate: Option<u32>,
    /// How data is escaped in a template of this field: `html`, `url`, `xml` or `none` (default).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escape: Option<EscapeAs>,
}

/// How data is escaped in a template of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EscapeAs {
    None,
    Html,
    Url,
    Xml,
}

/// A fixed option.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Opt {
    /// What is sent.
    pub value: Value,
    /// What is shown.
    pub label: Text,
}

/// Where options or children are fetched.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LookupRef {
    /// A key of `lookups`.
    pub name: String,
    /// Its parameters; templates over `input`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub params: IndexMap<String, Template>,
    /// Fields that must be set first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<String>,
    /// The user may type another value; true by default.
    #[serde(default = "yes")]
    pub custom: bool,
    /// The typed text is passed as `search`.
    #[serde(default, skip_serializing_if = "no")]
    pub search: bool,
}

/// When a field is shown.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowIf {
    /// The other field.
    pub field: String,
    /// It equals this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<Value>,
    /// It equals one of these.
    #[serde(default, rename = "in", skip_serializing_if = "Option::is_none")]
    pub one_of: Option<Vec<Value>>,
    /// It is filled, or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filled: Option<bool>,
}

impl Field {
    /// What mapping and validation know of the field. `types` are the manifest's named lists.
    pub fn spec(&self, types: &IndexMap<String, Vec<Field>>) -> FieldSpec {
        let named = self.use_type.as_ref().and_then(|n| types.get(n));
        let children = self.fields.iter().chain(named.into_iter().flatten());
        let label = if self.label.is_empty() {
            Text::new(&self.key, &self.key)
        } else {
            self.label.clone()
        };
        FieldSpec {
            key: self.key.clone(),
            kind: self.kind,
            label,
            // A hidden field cannot be asked for.
            required: self.required && self.show_if.is_none(),
            secret: self.secret,
            mappable: self.mappable,
            default: self.default.clone(),
            generate: self.generate,
            options: self.options.iter().map(|o| o.value.clone()).collect(),
            custom: self.lookup.as_ref().is_some_and(|l| l.custom),
            pattern: self.pattern.clone(),
            min: self.min,
            max: self.max,
            fields: children.map(|f| f.spec(types)).collect(),
            dynamic: self.fields_from.is_some(),
            escape: match self.escape {
                None | Some(EscapeAs::None) => Escape::None,
                Some(EscapeAs::Html) => Escape::Html,
                Some(EscapeAs::Url) => Escape::Url,
                Some(EscapeAs::Xml) => Escape::Xml,
            },
            wire: self.wire.clone(),
        }
    }
}

/// The specs of a list of fields.
pub fn specs(fields: &[Field], types: &IndexMap<String, Vec<Field>>) -> Vec<FieldSpec> {
    fields.iter().map(|f| f.spec(types)).collect()
}
