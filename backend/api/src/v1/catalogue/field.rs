//! A field of a form, as the editor draws it.

use std::collections::BTreeMap;

use connect::manifest::{self, LookupRef, ShowIf};
use domain::Lang;
use domain::field::{FieldSpec, FieldType};
use indexmap::IndexMap;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A field of a connection, a trigger or an action.
#[expect(clippy::struct_excessive_bools, reason = "the keys of a document, each on its own")]
#[derive(Clone, Default, Serialize, ToSchema)]
pub struct Field {
    pub key: String,
    /// `string`, `text`, `integer`, `number`, `boolean`, `date`, `datetime`, `time`, `email`,
    /// `phone`, `url`, `select`, `multiselect`, `object`, `list`, `map`, `file`, `json`, `code`,
    /// `any` or `info`.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub kind: FieldType,
    pub label: String,
    /// Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    pub required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<FieldOption>,
    /// Options are asked of the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lookup: Option<Lookup>,
    /// Fields of an object, or of each item of a list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub fields: Vec<Field>,
    /// Its fields are asked of the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields_from: Option<Lookup>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show_if: Option<Shown>,
    /// Never shown again; in flows only by the name of a secret.
    pub secret: bool,
    /// Folded under "more".
    pub advanced: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Data of the event may be mapped to it.
    pub mappable: bool,
    /// The server fills it with random text of this many characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generate: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
}

/// An option of a select.
#[derive(Clone, Serialize, ToSchema)]
pub struct FieldOption {
    pub value: Value,
    pub label: String,
}

/// Where options or fields are asked for.
#[derive(Clone, Serialize, ToSchema)]
pub struct Lookup {
    pub name: String,
    /// Templates over `input`.
    pub params: BTreeMap<String, String>,
    /// Fields that must be filled first.
    pub depends_on: Vec<String>,
    /// Another value may be typed.
    pub custom: bool,
    /// What is typed is looked for.
    pub search: bool,
}

/// When a field is shown.
#[derive(Clone, Serialize, ToSchema)]
pub struct Shown {
    pub field: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub equals: Option<Value>,
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    pub one_of: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filled: Option<bool>,
}

/// Fields of a manifest; `types` are its named lists.
pub fn fields(
    all: &[manifest::Field],
    types: &IndexMap<String, Vec<manifest::Field>>,
    lang: Lang,
) -> Vec<Field> {
    all.iter().map(|f| field(f, types, lang)).collect()
}

fn field(f: &manifest::Field, types: &IndexMap<String, Vec<manifest::Field>>, lang: Lang) -> Field {
    let named = f.use_type.as_ref().and_then(|n| types.get(n));
    let mut children = fields(&f.fields, types, lang);
    children.extend(named.map(|n| fields(n, types, lang)).unwrap_or_default());
    let text = |t: &domain::Text| t.get(lang).to_owned();
    Field {
        key: f.key.clone(),
        kind: f.kind,
        label: if f.label.is_empty() { f.key.clone() } else { text(&f.label) },
        help: f.help.as_ref().map(text),
        required: f.required,
        default: f.default.clone(),
        placeholder: f.placeholder.as_ref().map(text),
        example: f.example.clone(),
        options: f
            .options
            .iter()
            .map(|o| FieldOption { value: o.value.clone(), label: text(&o.label) })
            .collect(),
        lookup: f.lookup.as_ref().map(lookup),
        fields: children,
        fields_from: f.fields_from.as_ref().map(lookup),
        show_if: f.show_if.as_ref().map(shown),
        secret: f.secret,
        advanced: f.advanced,
        group: f.group.as_ref().map(text),
        mappable: f.mappable,
        generate: f.generate,
        pattern: f.pattern.clone(),
        min: f.min,
        max: f.max,
    }
}

fn lookup(l: &LookupRef) -> Lookup {
    Lookup {
        name: l.name.clone(),
        params: l.params.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
        depends_on: l.depends_on.clone(),
        custom: l.custom,
        search: l.search,
    }
}

fn shown(s: &ShowIf) -> Shown {
    Shown {
        field: s.field.clone(),
        equals: s.equals.clone(),
        one_of: s.one_of.clone(),
        filled: s.filled,
    }
}

/// A field that a service has described.
pub fn of_spec(s: &FieldSpec, lang: Lang) -> Field {
    Field {
        key: s.key.clone(),
        kind: s.kind,
        label: s.label.get(lang).to_owned(),
        required: s.required,
        default: s.default.clone(),
        options: s
            .options
            .iter()
            .map(|o| FieldOption {
                label: o.as_str().map_or_else(|| o.to_string(), str::to_owned),
                value: o.clone(),
            })
            .collect(),
        fields: s.fields.iter().map(|f| of_spec(f, lang)).collect(),
        secret: s.secret,
        mappable: s.mappable,
        pattern: s.pattern.clone(),
        min: s.min,
        max: s.max,
        ..Field::default()
    }
}
