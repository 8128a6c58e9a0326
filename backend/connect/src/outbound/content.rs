//! The body of a request between its rendering and its bytes.

use bytes::Bytes;
use domain::Code;
use domain::limits::FILE_BYTES;
use domain::outcome::StepError;
use serde_json::{Map, Value, json};

use super::form::{self, Lists, plain};
use super::{File, log};
use crate::http::{Body, Part};
use crate::registry::compiled::call::Content as PartContent;
use crate::registry::compiled::{self, Call};
use crate::template::Look;

/// A rendered body.
#[derive(Clone, Debug, Default)]
pub enum Content {
    #[default]
    None,
    Json(Value),
    Form(Map<String, Value>),
    Multipart(Vec<Piece>),
    Text {
        text: String,
        media: &'static str,
    },
    File(File),
}

/// One rendered part of a multipart body.
#[derive(Clone, Debug)]
pub enum Piece {
    Value { name: String, value: String, media: Option<String> },
    File { name: String, file: File },
}

/// The handles of the files that a body sends, in its order; null for those left out.
pub fn handles(call: &Call, look: &Look<'_>) -> Result<Vec<Value>, StepError> {
    match &call.body {
        compiled::Body::File(text) => Ok(vec![text.value(look)?]),
        compiled::Body::Multipart(parts) => {
            let files = parts.iter().filter_map(|p| match &p.content {
                PartContent::File(text) => Some(text.value(look)),
                PartContent::Value(_) => None,
            });
            files.collect()
        }
        _ => Ok(Vec::new()),
    }
}

/// Renders a body. `files` are the contents of [`handles`].
pub fn render(call: &Call, look: &Look<'_>, files: &[Option<File>]) -> Result<Content, StepError> {
    Ok(match &call.body {
        compiled::Body::None => Content::None,
        compiled::Body::Json(tree) => {
            Content::Json(tree.render(look)?.unwrap_or_else(|| json!({})))
        }
        compiled::Body::Form(tree) => match tree.render(look)? {
            Some(Value::Object(map)) => Content::Form(map),
            _ => Content::Form(Map::new()),
        },
        compiled::Body::Graphql { query, variables } => {
            let variables = variables.render(look)?.unwrap_or_else(|| json!({}));
            Content::Json(json!({ "query": query, "variables": variables }))
        }
        compiled::Body::Xml(text) => {
            Content::Text { text: text.text(look)?, media: "application/xml; charset=utf-8" }
        }
        compiled::Body::Text(text) => {
            Content::Text { text: text.text(look)?, media: "text/plain; charset=utf-8" }
        }
        compiled::Body::File(_) => match files.first().cloned().flatten() {
            Some(file) => Content::File(sized(file)?),
            None => Content::None,
        },
        compiled::Body::Multipart(parts) => Content::Multipart(pieces(parts, look, files)?),
    })
}

fn pieces(
    parts: &[compiled::Part],
    look: &Look<'_>,
    files: &[Option<File>],
) -> Result<Vec<Piece>, StepError> {
    let mut files = files.iter();
    let mut out = Vec::with_capacity(parts.len());
    for p in parts {
        let name = p.name.clone();
        match &p.content {
            PartContent::Value(text) => {
                let value = plain(&text.value(look)?);
                if !value.is_empty() {
                    out.push(Piece::Value { name, value, media: p.content_type.clone() });
                }
            }
            PartContent::File(_) => {
                let Some(mut file) = files.next().cloned().flatten() else { continue };
                if let Some(t) = &p.filename {
                    file.name = t.text(look)?;
                }
                if let Some(m) = &p.content_type {
                    file.mime.clone_from(m);
                }
                out.push(Piece::File { name, file: sized(file)? });
            }
        }
    }
    Ok(out)
}

fn sized(file: File) -> Result<File, StepError> {
    if file.bytes.len() <= FILE_BYTES {
        return Ok(file);
    }
    let message = (
        format!("the file {} is larger than {FILE_BYTES} bytes", file.name),
        format!("файл {} больше {FILE_BYTES} байт", file.name),
    );
    Err(StepError::new(Code::LimitExceeded, message))
}

impl Content {
    /// Adds keys to a JSON or form body; other bodies have no place for them.
    pub fn put(&mut self, path: &str, value: Value) {
        match self {
            Content::Json(Value::Object(map)) | Content::Form(map) => put(map, path, value),
            Content::None => {
                let mut map = Map::new();
                put(&mut map, path, value);
                *self = Content::Json(Value::Object(map));
            }
            _ => {}
        }
    }

    /// The media type that goes into the head; a multipart body has its own.
    pub fn media(&self) -> Option<String> {
        match self {
            Content::None | Content::Multipart(_) => None,
            Content::Json(_) => Some("application/json".into()),
            Content::Form(_) => Some("application/x-www-form-urlencoded".into()),
            Content::Text { media, .. } => Some((*media).into()),
            Content::File(f) => Some(f.mime.clone()),
        }
    }

    /// The body as it is sent.
    pub fn body(&self) -> Body {
        match self {
            Content::None => Body::Empty,
            Content::Multipart(pieces) => Body::Multipart(pieces.iter().map(Piece::part).collect()),
            Content::File(f) => Body::Bytes(f.bytes.clone()),
            other => Body::Bytes(Bytes::from(other.text())),
        }
    }

    /// The body as the log shows it, with the size of the whole one if it was cut.
    pub fn shown(&self) -> (String, Option<u64>) {
        log::cut(&self.text())
    }

    fn text(&self) -> String {
        match self {
            Content::None => String::new(),
            Content::Json(v) => v.to_string(),
            Content::Form(map) => form::encode(&form::pairs(map, Lists::Indexed)),
            Content::Text { text, .. } => text.clone(),
            Content::File(f) => shown_file(f),
            Content::Multipart(pieces) => {
                pieces.iter().map(Piece::shown).collect::<Vec<_>>().join("\n")
            }
        }
    }
}

impl Piece {
    fn part(&self) -> Part {
        match self {
            Piece::Value { name, value, media } => Part {
                name: name.clone(),
                filename: None,
                content_type: media.clone(),
                content: Bytes::copy_from_slice(value.as_bytes()),
            },
            Piece::File { name, file } => Part {
                name: name.clone(),
                filename: Some(file.name.clone()),
                content_type: Some(file.mime.clone()),
                content: file.bytes.clone(),
            },
        }
    }

    fn shown(&self) -> String {
        match self {
            Piece::Value { name, value, .. } => format!("{name}: {value}"),
            Piece::File { name, file } => format!("{name}: {}", shown_file(file)),
        }
    }
}

fn shown_file(f: &File) -> String {
    format!("({} bytes of {}, {})", f.bytes.len(), f.mime, f.name)
}

/// Puts a value at a dotted path.
fn put(map: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            map.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            let inner = map.entry(first).or_insert_with(|| json!({}));
            if !inner.is_object() {
                *inner = json!({});
            }
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}
