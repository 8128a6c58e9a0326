//! Where a value of a delivery stands: `header.NAME`, `query.NAME`, `cookie.NAME` or `$.path`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mapping::Path;
use serde_json::Value;

use super::build::Builder;
use super::parse::form;
use super::seen::{Seen, header_text};

/// A place of a delivery that holds one text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Source {
    /// Lower case.
    Header(String),
    Query(String),
    Cookie(String),
    Body(Path),
}

impl Source {
    /// Reads a place; `place` is where the manifest names it.
    pub fn compile(b: &mut Builder, place: &str, text: &str) -> Option<Source> {
        let (kind, name) = text.split_once('.').unwrap_or((text, ""));
        let named = !name.is_empty();
        match kind {
            "header" if named => Some(Source::Header(name.to_ascii_lowercase())),
            "query" if named => Some(Source::Query(name.into())),
            "cookie" if named => Some(Source::Cookie(name.into())),
            "$" if named
                && name.bytes().all(|c| c.is_ascii_alphanumeric() || b"_-".contains(&c)) =>
            {
                // A name with a dash or a digit first needs quotes in JSONPath; users leave them out.
                b.note(place, Path::parse(&format!("$['{name}']"))).map(Source::Body)
            }
            k if k.starts_with('$') => b.note(place, Path::parse(text)).map(Source::Body),
            _ => {
                b.problem(
                    place,
                    format!("\"{text}\" is not header.NAME, query.NAME, cookie.NAME or $.path"),
                    format!("«{text}» — не header.ИМЯ, query.ИМЯ, cookie.ИМЯ и не $.путь"),
                );
                None
            }
        }
    }

    pub fn needs_body(&self) -> bool {
        matches!(self, Source::Body(_))
    }

    /// The text there, if there is one. Numbers and yes/no are taken as their text; lists and
    /// objects are not.
    pub fn get(&self, seen: &mut Seen<'_>) -> Option<String> {
        match self {
            Source::Header(name) => seen.raw.header(name).map(|v| header_text(v).into_owned()),
            Source::Query(name) => query(&seen.raw.query, name),
            Source::Cookie(name) => cookie(seen, name),
            Source::Body(path) => match path.get(seen.body()).ok()?.first()? {
                Value::String(s) => Some(s.clone()),
                v @ (Value::Number(_) | Value::Bool(_)) => Some(v.to_string()),
                _ => None,
            },
        }
    }

    /// The same in words.
    pub fn words(&self) -> String {
        match self {
            Source::Header(n) => format!("header {n}"),
            Source::Query(n) => format!("query {n}"),
            Source::Cookie(n) => format!("cookie {n}"),
            Source::Body(p) => format!("body {}", p.as_str()),
        }
    }
}

/// The first parameter of this name of a raw query.
pub(super) fn query(raw: &str, name: &str) -> Option<String> {
    form::pairs(raw.as_bytes(), None).into_iter().find(|(n, _)| n == name).map(|(_, v)| v)
}

fn cookie(seen: &Seen<'_>, name: &str) -> Option<String> {
    let all = seen.raw.headers.iter().filter(|(n, _)| n == "cookie");
    let mut pairs = all.flat_map(|(_, v)| v.split(';')).filter_map(|c| c.trim().split_once('='));
    pairs.find(|(n, _)| *n == name).map(|(_, v)| v.trim_matches('"').to_owned())
}

/// User and password of HTTP basic (RFC 7617).
pub(super) fn basic(seen: &Seen<'_>) -> Option<(Vec<u8>, Vec<u8>)> {
    let (scheme, text) = seen.raw.header("authorization")?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = STANDARD.decode(text.trim()).ok()?;
    let colon = pair.iter().position(|b| *b == b':')?;
    Some((pair[..colon].to_vec(), pair[colon + 1..].to_vec()))
}
