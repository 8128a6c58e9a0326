//! HTTP calls: request, decoding, errors, limits, paging, and the lookups made of them.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Cond, JsonPath, Template, yes};
use domain::Span;
use domain::retry::Preset;

/// Defaults of every request of the connector.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpDefaults {
    /// Base of relative addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<Template>,
    /// Headers of every request.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub headers: IndexMap<String, Template>,
    /// Query of every request.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub query: Map<String, Value>,
    /// Time for a whole request; `30s` by default, at most `5m`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Span>,
    /// Error rules tried before the built-in ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorRule>,
    /// Limits kept on this side.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rate_limits: Vec<RateLimit>,
    /// Headers of answers that announce the service's own limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_headers: Option<RateHeaders>,
    /// When failed tries are repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// Largest response read, bytes; 10 MiB by default and at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_response: Option<u64>,
}

/// A limit kept on this side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Calls allowed.
    pub limit: u32,
    /// In this time; ignored for `kind: concurrent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<Span>,
    /// Size of the bucket; `limit` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<u32>,
    /// What shares the bucket.
    #[serde(default)]
    pub scope: LimitScope,
    /// A template that divides the bucket further, such as a chat id. Where it renders to nothing
    /// the limit does not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Template>,
    /// What is counted.
    #[serde(default)]
    pub kind: LimitKind,
}

/// What shares a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LimitScope {
    #[default]
    Connection,
    Connector,
    Host,
    Action,
}

/// What a limit counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LimitKind {
    /// Calls in a time.
    #[default]
    Rate,
    /// Calls at once.
    Concurrent,
}

/// Headers of an answer that say how many calls are left, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RateHeaders {
    /// The header with the calls left: at 0 nothing more is sent before the reset.
    pub remaining: String,
    /// The header with the moment at which calls are allowed again.
    pub reset: String,
    /// How that moment is written; guessed by its size and form by default.
    #[serde(default)]
    pub unit: ResetUnit,
}

/// How a header writes a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResetUnit {
    /// By its form: a date, a number of seconds, or a time since 1970 where it is that large.
    #[default]
    Guess,
    /// Seconds from now.
    Seconds,
    /// Milliseconds from now.
    Ms,
    /// Seconds since 1970.
    Epoch,
    /// Milliseconds since 1970.
    EpochMs,
    /// As RFC 9110 section 5.6.7 has it.
    HttpDate,
}

/// When failed tries are repeated (semantics S25): a preset or delays.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<Preset>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delays: Option<Vec<Span>>,
}

/// One HTTP call. At most one of `json`, `form`, `multipart`, `xml`, `graphql`, `text` and `file`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// GET by default, POST with a body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Whole, or relative to the base address. Each `{{x}}` is one path segment.
    pub url: Template,
    /// Query parameters; leaves are templates.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub query: Map<String, Value>,
    /// Headers.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub headers: IndexMap<String, Template>,
    /// JSON body; leaves are templates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<Value>,
    /// Form body; nested keys become `a[b][c]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Map<String, Value>>,
    /// Multipart body (RFC 7578).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multipart: Option<Vec<Part>>,
    /// XML text; values are escaped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xml: Option<Template>,
    /// GraphQL query with variables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graphql: Option<Graphql>,
    /// Text without any escaping.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Template>,
    /// A file as the whole body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Template>,
    /// Drop null, empty and missing values from query and body; true by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub omit_empty: Option<bool>,
    /// False: sent without credentials.
    #[serde(default = "yes")]
    pub auth: bool,
    /// Time for this call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Span>,
    /// How the response is read.
    #[serde(default)]
    pub decode: Decode,
    /// Follow redirects; false by default with a body, true for GET.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirects: Option<bool>,
    /// Error rules of this call, tried first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorRule>,
    /// What of the response is kept; all of it by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Output>,
    /// Paging; the result is then a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paginate: Option<Paginate>,
}

/// A GraphQL body.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Graphql {
    /// The document; not a template.
    pub query: String,
    /// Variables; leaves are templates.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub variables: Map<String, Value>,
}

/// One part of a multipart body: a value or a file.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The form field's name.
    pub name: String,
    /// A text value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Template>,
    /// A file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Template>,
    /// Another file name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<Template>,
    /// Another MIME type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
}

/// How a response is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Decode {
    /// By its content type.
    #[default]
    Auto,
    Json,
    Form,
    /// Attributes become `@name`, text `#text`, repeated elements lists.
    Xml,
    Text,
    /// A list of rows; the first line names the columns.
    Csv,
    /// The body is kept as a file and the result is its handle.
    File,
    /// Not at all: the body is null.
    None,
}

/// What of a response is kept: one value, or an object made of several.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Output {
    /// A JSONPath if it begins with `$`, otherwise a template.
    One(String),
    /// Values by name.
    Fields(IndexMap<String, Output>),
}

impl JsonSchema for Output {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Output".into()
    }
    fn json_schema(g: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let inner = g.subschema_for::<Output>();
        schemars::json_schema!({
            "description": "A JSONPath if it begins with $, otherwise a template; or a map of them.",
            "anyOf": [
                { "type": "string" },
                { "type": "object", "additionalProperties": inner },
            ],
        })
    }
}

impl<'de> Deserialize<'de> for Output {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> serde::de::Visitor<'de> for Visit {
            type Value = Output;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a path such as $.result, a template, or a map of them")
            }
            fn visit_str<E: serde::de::Error>(self, v: &str) -> Result<Output, E> {
                Ok(Output::One(v.to_owned()))
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Output, A::Error> {
                let map = serde::de::value::MapAccessDeserializer::new(map);
                IndexMap::deserialize(map).map(Output::Fields)
            }
        }
        d.deserialize_any(Visit)
    }
}

/// How the pages of a list are fetched.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Paginate {
    pub kind: PaginateKind,
    /// The list in one page.
    pub items: JsonPath,
    /// The next cursor, offset or address in the response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<JsonPath>,
    /// Where it is put: `query.NAME`, `json.NAME`, `form.NAME` or `header.NAME`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<String>,
    /// Where the size of a page is put.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_into: Option<String>,
    /// Items of a page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u32>,
    /// The first page or offset: 1 or 0 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<i64>,
    /// This page is the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Cond>,
    /// Pages fetched at most; 10 by default, never over 1,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_pages: Option<u32>,
}

/// How pages follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaginateKind {
    /// The response gives the next cursor.
    Cursor,
    /// Pages are numbered.
    Page,
    /// Items are skipped; the response may give the next offset.
    Offset,
    /// The `Link` header names the next page (RFC 8288, `rel="next"`).
    LinkHeader,
    /// The response gives the whole address of the next page.
    NextUrl,
}

/// What a response means.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ErrorRule {
    /// When the rule holds.
    pub when: Cond,
    pub kind: ErrKind,
    /// The service's words; sees `res.status`, `res.body`, `res.headers`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Template>,
    /// The service's own error code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Template>,
    /// The pause asked for: seconds, `5m`, a time since 1970 in seconds or milliseconds, or an HTTP
    /// date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<Template>,
    /// The input field at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Template>,
}

/// What a rule makes of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrKind {
    /// It worked.
    Ok,
    /// The credentials are refused.
    Auth,
    /// The credentials have run out and may be renewed.
    Refresh,
    /// The service asks to wait; no try is used up.
    RateLimit,
    /// It may be repeated.
    Retry,
    /// Refused for good because of the data. Never holds for 5xx unless `when` names a status.
    Invalid,
    /// There is nothing to find.
    NotFound,
    /// It exists already, which counts as done.
    Duplicate,
    /// The account's quota is used up; waits like `rate_limit`.
    Quota,
    /// Refused for good.
    Fatal,
    /// There is nothing to do.
    Skip,
}

/// A source of options or of dynamic fields.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    /// The call that gives the list; context `params`, `search`, `conn`.
    pub call: Call,
    /// An option's value per `item`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Template>,
    /// An option's text per `item`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Template>,
    /// Makes a field of each `item`: keys of a field, leaves are templates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Map<String, Value>>,
    /// How long the answer is kept; `5m` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<Span>,
}
