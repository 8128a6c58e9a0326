//! The functions of mappings, for the picker.

use axum::Json;
use domain::Lang;
use mapping::functions::{self, Function, Group, ParamKind, Words};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::v1::problem::{Body, Problem};
use crate::v1::{Language, Page, Viewer};

/// A function.
#[derive(Serialize, ToSchema)]
pub struct Transform {
    pub name: String,
    pub title: String,
    pub description: String,
    /// The shelf of the picker: `text`, `name`, `contact`, `number`, `date`, `list`, `data` or
    /// `logic`.
    #[schema(value_type = String)]
    pub group: Group,
    pub params: Vec<Parameter>,
    /// The place of the input among the positional arguments of a helper; absent without input.
    pub input_at: Option<usize>,
    /// The function whose other name this is; such a one is not shown.
    pub alias_of: Option<String>,
    pub examples: Vec<Example>,
}

/// A parameter of a function.
#[derive(Serialize, ToSchema)]
pub struct Parameter {
    pub name: String,
    /// `text`, `number`, `integer`, `bool`, `list`, `map`, `any`, `choice`, `regex`, `time_zone` or
    /// `date_format`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub required: bool,
    /// Takes every further argument.
    pub rest: bool,
    pub title: String,
    /// The words of a choice.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
}

/// A call with its result.
#[derive(Serialize, ToSchema)]
pub struct Example {
    pub input: Value,
    #[schema(value_type = Object)]
    pub args: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
    /// A part of its error, where it fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

fn say(w: Words, lang: Lang) -> String {
    match lang {
        Lang::En => w.en,
        Lang::Ru => w.ru,
    }
    .to_owned()
}

fn parameter(p: &functions::Param, lang: Lang) -> Parameter {
    let (kind, bounds, values): (_, _, &[&str]) = match p.kind {
        ParamKind::Text => ("text", None, &[]),
        ParamKind::Number => ("number", None, &[]),
        ParamKind::Integer { min, max } => ("integer", Some((min, max)), &[]),
        ParamKind::Bool => ("bool", None, &[]),
        ParamKind::List => ("list", None, &[]),
        ParamKind::Map => ("map", None, &[]),
        ParamKind::Any => ("any", None, &[]),
        ParamKind::Choice { values } => ("choice", None, values),
        ParamKind::Regex => ("regex", None, &[]),
        ParamKind::TimeZone => ("time_zone", None, &[]),
        ParamKind::DateFormat => ("date_format", None, &[]),
    };
    Parameter {
        name: p.name.to_owned(),
        kind,
        required: p.required,
        rest: p.rest,
        title: say(p.title, lang),
        values: values.iter().map(|v| (*v).to_owned()).collect(),
        min: bounds.map(|b| b.0),
        max: bounds.map(|b| b.1),
    }
}

fn example(e: &functions::Example) -> Example {
    let json = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
    Example {
        input: json(e.input),
        args: json(if e.args.is_empty() { "{}" } else { e.args }),
        output: e.output.ok().map(json),
        error: e.output.err().map(str::to_owned),
    }
}

fn transform(f: &Function, lang: Lang) -> Transform {
    Transform {
        name: f.name.to_owned(),
        title: say(f.title, lang),
        description: say(f.description, lang),
        group: f.group,
        params: f.params.iter().map(|p| parameter(p, lang)).collect(),
        input_at: f.input_at,
        alias_of: f.alias_of.map(str::to_owned),
        examples: f.examples.iter().map(example).collect(),
    }
}

/// Lists the functions of mappings.
#[utoipa::path(
    get,
    path = "/transforms",
    tag = "catalogue",
    operation_id = "list_transforms",
    responses((status = 200, body = Page<Transform>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn list(
    _caller: Viewer,
    Language(lang): Language,
) -> Result<Json<Page<Transform>>, Problem> {
    let items = functions::all().iter().map(|f| transform(f, lang)).collect();
    Ok(Json(Page { items, next: None }))
}
