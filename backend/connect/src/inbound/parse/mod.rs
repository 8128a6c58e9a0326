//! From the bytes of a delivery to a tree. Pure; used at ingest and again when a run is taken from
//! the store, with the same result.
//!
//! | content type | body |
//! |---|---|
//! | `application/json`, `text/json`, `..+json` | any JSON value |
//! | `application/x-www-form-urlencoded` | map, nested by names |
//! | `multipart/form-data` | map, nested by names; files are handles |
//! | `application/xml`, `text/xml`, `..+xml` | `{root: ..}` |
//! | other `text/..` | text |
//! | anything else | handle of the whole body as a file |
//! | none | JSON if it starts with `{` or is a JSON list; XML if it starts with `<?xml`; a form if it looks like `name=value`; else text, or a file where the bytes are no text |
//!
//! The header is believed also where the body looks like something else. Without a body the query
//! is the body, if there is one.

use bytes::Bytes;
use domain::delivery::RawDelivery;
use serde_json::{Map, Value};

pub mod charset;
mod error;
pub mod form;
pub mod json;
pub mod multipart;
mod nest;
mod params;
pub mod xml;

pub use error::{ParseError, Place};
pub use params::Params;

use crate::manifest::Parse;

/// How a delivery is read.
#[derive(Clone, Debug)]
pub struct ParseOptions {
    pub parse: Parse,
    /// Form names such as `a[b]` become nested.
    pub nest: bool,
    /// The form or query field whose JSON text is the body, where the body is a form that has it.
    pub json_field: Option<String>,
}

impl Default for ParseOptions {
    fn default() -> Self {
        Self { parse: Parse::Auto, nest: true, json_field: None }
    }
}

/// A delivery as a tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// None where `error` says why; null for no body and no query.
    pub body: Option<Value>,
    pub error: Option<ParseError>,
    /// The body's text, where it is text.
    pub text: Option<BodyText>,
    /// The query, nested by names.
    pub query: Value,
    /// There was no body: `body` is the query.
    pub body_is_query: bool,
}

/// Decoded text of a body; shares the bytes of the delivery where they are UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyText(Text);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Text {
    Shared(Bytes),
    Own(String),
}

impl BodyText {
    fn new(raw: &Bytes, label: Option<&str>) -> Self {
        BodyText(match charset::decode(raw, label) {
            std::borrow::Cow::Borrowed(t) => Text::Shared(raw.slice(raw.len() - t.len()..)),
            std::borrow::Cow::Owned(t) => Text::Own(t),
        })
    }

    /// The body of a delivery as text, by the charset of its content type.
    pub fn of(raw: &RawDelivery) -> Self {
        let params = Params::read(raw.header("content-type").unwrap_or_default());
        Self::new(&raw.body, params.get("charset"))
    }

    pub fn as_str(&self) -> &str {
        match &self.0 {
            // Shared only where the bytes are UTF-8.
            Text::Shared(b) => std::str::from_utf8(b).unwrap_or_default(),
            Text::Own(t) => t,
        }
    }
}

/// What the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Json,
    Form,
    Multipart,
    Xml,
    Text,
    File,
}

/// Reads a delivery. Never fails: a body that is not what it says has an `error` with its place.
pub fn parse(raw: &RawDelivery, o: &ParseOptions) -> Parsed {
    let query = query(&raw.query);
    let mut parsed =
        Parsed { body: Some(Value::Null), error: None, text: None, query, body_is_query: false };
    let body = if raw.body.is_empty() {
        parsed.body_is_query = !raw.query.is_empty();
        if parsed.body_is_query && !o.nest {
            form::read(raw.query.as_bytes(), None, false)
        } else if parsed.body_is_query {
            Ok(parsed.query.clone())
        } else {
            Ok(Value::Null)
        }
    } else {
        body(raw, o, &mut parsed.text)
    };
    match body.and_then(|b| field(b, o)) {
        Ok(body) => parsed.body = Some(body),
        Err(e) => {
            parsed.body = None;
            parsed.error = Some(e);
        }
    }
    parsed
}

/// Reads the query of an address. A query that is no sound form stays flat, so nothing is lost.
pub fn query(raw: &str) -> Value {
    if raw.is_empty() {
        return Value::Object(Map::new());
    }
    form::read(raw.as_bytes(), None, true).unwrap_or_else(|_| {
        let fields = form::pairs(raw.as_bytes(), None);
        Value::Object(fields.into_iter().map(|(n, v)| (n, Value::String(v))).collect())
    })
}

/// The fields of a form under their names as sent (`a[0][b]`); null for a body that is no form.
pub fn flat(raw: &RawDelivery, o: &ParseOptions) -> Value {
    let flat = ParseOptions { parse: o.parse, nest: false, json_field: None };
    let content = Content::of(raw, o);
    if raw.body.is_empty() || matches!(content.kind, Kind::Form | Kind::Multipart) {
        return parse(raw, &flat).body.unwrap_or_default();
    }
    Value::Null
}

struct Content {
    kind: Kind,
    params: Params,
}

impl Content {
    fn of(raw: &RawDelivery, o: &ParseOptions) -> Content {
        let params = Params::read(raw.header("content-type").unwrap_or_default());
        let multipart = params.value == "multipart/form-data";
        let kind = match o.parse {
            Parse::Auto if params.value.is_empty() => sniff(&raw.body),
            Parse::Auto => by_type(&params.value),
            Parse::Json => Kind::Json,
            // Both are forms to the people who send them.
            Parse::Form | Parse::Multipart if multipart => Kind::Multipart,
            Parse::Form => Kind::Form,
            Parse::Multipart => Kind::Multipart,
            Parse::Xml => Kind::Xml,
            Parse::Text => Kind::Text,
            Parse::Raw => Kind::File,
        };
        Content { kind, params }
    }
}

fn by_type(media: &str) -> Kind {
    match media {
        "application/json" | "text/json" => Kind::Json,
        "application/x-www-form-urlencoded" => Kind::Form,
        "multipart/form-data" => Kind::Multipart,
        "application/xml" | "text/xml" => Kind::Xml,
        m if m.ends_with("+json") => Kind::Json,
        m if m.ends_with("+xml") => Kind::Xml,
        m if m.starts_with("text/") => Kind::Text,
        _ => Kind::File,
    }
}

fn sniff(raw: &[u8]) -> Kind {
    let raw = raw.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(raw);
    let text = raw.trim_ascii();
    if text.contains(&0) {
        return Kind::File;
    }
    let listed = || serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok();
    match text.first() {
        Some(b'{') => Kind::Json,
        Some(b'[') if listed() => Kind::Json,
        _ if text.starts_with(b"<?xml") => Kind::Xml,
        _ if looks_like_form(text) => Kind::Form,
        _ => Kind::Text,
    }
}

/// A name, `=`, and nothing that a form would have escaped.
fn looks_like_form(text: &[u8]) -> bool {
    let name = text.iter().position(|b| *b == b'=').unwrap_or(0);
    name > 0
        && text.iter().all(|b| b.is_ascii_graphic() || *b >= 0x80)
        && text[..name].iter().all(|b| b.is_ascii_alphanumeric() || b"_-.%+[]".contains(b))
}

fn body(
    raw: &RawDelivery,
    o: &ParseOptions,
    text: &mut Option<BodyText>,
) -> Result<Value, ParseError> {
    let Content { kind, params } = Content::of(raw, o);
    let label = params.get("charset");
    let decoded = |label: Option<&str>| BodyText::new(&raw.body, label);
    Ok(match kind {
        Kind::Json => json::read(text.insert(decoded(label)).as_str())?,
        Kind::Xml => {
            let label = label.or_else(|| xml::declared_charset(&raw.body));
            xml::read(text.insert(decoded(label)).as_str())?
        }
        Kind::Text => Value::String(text.insert(decoded(label)).as_str().to_string()),
        Kind::Form => {
            *text = Some(decoded(label));
            form::read(&raw.body, label, o.nest)?
        }
        Kind::Multipart => {
            // Header values are text with one character for each byte.
            let boundary = params.get("boundary").unwrap_or_default();
            let boundary: Vec<u8> =
                boundary.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect();
            multipart::read(&raw.body, &boundary, o.nest)?
        }
        Kind::File => {
            let mime = match params.value.as_str() {
                "" => "application/octet-stream",
                known => known,
            };
            multipart::handle(0, raw.body.len(), "body", mime)
        }
    })
}

/// The JSON in the field that is said to hold it, or the body as it is.
fn field(body: Value, o: &ParseOptions) -> Result<Value, ParseError> {
    match o.json_field.as_deref().and_then(|name| Some((name, body.get(name)?.as_str()?))) {
        Some((name, text)) => json::read(text).map_err(|e| e.in_field(name)),
        None => Ok(body),
    }
}

#[cfg(test)]
mod tests;
