//! Paths: RFC 9535 JSONPath over a JSON tree, compiled once (semantics S8).
//!
//! A singular query (names and indexes only) is a walk that gives its value or nothing. Every
//! other query gives a list, also for no hit or one. Paths come from documents, never from data.

mod query;
mod rules;

use domain::limits;
use jsonpath_rust::parser::model::{Segment as QuerySegment, Selector};
use jsonpath_rust::parser::parse_json_path;
use query::Step;
use serde_json::Value;

use crate::error::{Fault, MapError};
use crate::reference::Used;

/// One step of a walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// A key of an object.
    Name(Box<str>),
    /// A place in a list; below zero it counts from the end.
    Index(i64),
}

/// A compiled path.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    text: Box<str>,
    /// All of a singular query, or what comes before the first segment that may spread.
    lead: Vec<Segment>,
    /// What follows the lead.
    rest: Vec<Step>,
}

/// What a path leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum Found<'a> {
    /// The value of a singular query; it may be null.
    One(&'a Value),
    /// A singular query that leads nowhere.
    Missing,
    /// The hits of any other query.
    List(Vec<&'a Value>),
}

impl<'a> Found<'a> {
    /// The value, or the first hit: what manifests take for a scalar (semantics S8).
    pub fn first(self) -> Option<&'a Value> {
        match self {
            Found::One(v) => Some(v),
            Found::Missing => None,
            Found::List(hits) => hits.into_iter().next(),
        }
    }
    /// All nodes; one hit that is a list counts as its items: what manifests take for a list.
    pub fn all(self) -> Vec<&'a Value> {
        let hits = match self {
            Found::One(v) => vec![v],
            Found::Missing => Vec::new(),
            Found::List(hits) => hits,
        };
        match hits.as_slice() {
            [Value::Array(items)] => items.iter().collect(),
            _ => hits,
        }
    }
}

impl Path {
    /// Compiles a path and checks it against the rules of semantics S8.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        rules::check_text(text)?;
        let query = parse_json_path(text).map_err(|e| syntax(text, &e.to_string()))?;
        rules::check(&query)?;
        let singular = query.segments.iter().map_while(segment).collect::<Vec<_>>();
        let rest = query.segments[singular.len()..].iter().map(Step::compile).collect();
        Ok(Self { text: text.into(), lead: singular, rest })
    }

    /// Whether it gives one value at most (RFC 9535 section 2.3.5.1).
    pub fn is_singular(&self) -> bool {
        self.rest.is_empty()
    }
    /// The path as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
    /// The names and indexes that it starts with; all of it where it is singular.
    pub fn lead(&self) -> &[Segment] {
        &self.lead
    }
    /// The first name, such as `trigger`.
    pub fn root(&self) -> Option<&str> {
        root(&self.lead)
    }

    /// The same start as a list of what is read, like that of a template.
    pub fn references(&self) -> Vec<Used> {
        vec![Used(self.lead.clone())]
    }

    /// What the path leads to in `data`. An error only for more hits than `limits::PATH_HITS`.
    pub fn get<'a>(&self, data: &'a Value) -> Result<Found<'a>, MapError> {
        let start = walk(data, &self.lead);
        match (self.is_singular(), start) {
            (true, None) => Ok(Found::Missing),
            (true, Some(v)) => Ok(Found::One(v)),
            (false, None) => Ok(Found::List(Vec::new())),
            (false, Some(v)) => query::run(&self.rest, v).map(Found::List).ok_or_else(|| {
                let most = limits::PATH_HITS;
                MapError::limit(
                    format!("the path has more than {most} hits"),
                    format!("путь находит больше {most} значений"),
                )
                .from_path(&self.text)
            }),
        }
    }
}

/// The name that a walk starts with.
pub fn root(walk: &[Segment]) -> Option<&str> {
    match walk.first() {
        Some(Segment::Name(n)) => Some(n),
        _ => None,
    }
}

/// Follows a walk; nothing where it leads nowhere.
pub fn walk<'a>(data: &'a Value, segments: &[Segment]) -> Option<&'a Value> {
    segments.iter().try_fold(data, |v, s| match (s, v) {
        (Segment::Name(n), Value::Object(m)) => m.get(&**n),
        (Segment::Index(i), Value::Array(items)) => at(items, *i),
        _ => None,
    })
}

fn at(items: &[Value], index: i64) -> Option<&Value> {
    let from_end = usize::try_from(index.unsigned_abs()).ok()?;
    let place = if index < 0 { items.len().checked_sub(from_end)? } else { from_end };
    items.get(place)
}

/// The path of a walk, in the shortest form that reads back as the same.
pub fn write(segments: &[Segment]) -> String {
    let mut out = String::from("$");
    for s in segments {
        match s {
            Segment::Index(i) => out.extend(["[", &i.to_string(), "]"]),
            Segment::Name(n) if is_shorthand(n) => {
                out.push('.');
                out.push_str(n);
            }
            Segment::Name(n) => {
                out.push_str("['");
                quote(n, &mut out);
                out.push_str("']");
            }
        }
    }
    out
}

/// Whether a name may stand after a dot (`member-name-shorthand` of RFC 9535).
fn is_shorthand(name: &str) -> bool {
    let first = |c: char| c.is_ascii_alphabetic() || c == '_' || !c.is_ascii();
    name.starts_with(first)
        && name.chars().all(|c| first(c) || c.is_ascii_digit())
        && !name.contains(char::is_whitespace)
}

/// A name inside single quotes (`normal-single-quoted` of RFC 9535 section 2.7).
fn quote(name: &str, out: &mut String) {
    for c in name.chars() {
        match c {
            '\'' => out.push_str("\\'"),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => out.extend(["\\u", &format!("{:04x}", u32::from(c))]),
            c => out.push(c),
        }
    }
}

fn segment(s: &QuerySegment) -> Option<Segment> {
    match s {
        QuerySegment::Selector(Selector::Name(n)) => Some(Segment::Name(n.as_str().into())),
        QuerySegment::Selector(Selector::Index(i)) => Some(Segment::Index(*i)),
        _ => None,
    }
}

fn syntax(text: &str, why: &str) -> Fault {
    let start = if text.trim_start().starts_with('$') { "" } else { "; a path starts with $" };
    let start_ru = if start.is_empty() { "" } else { "; путь начинается с $" };
    let why = why.lines().map(str::trim).rfind(|l| !l.is_empty()).unwrap_or_default();
    Fault::new(
        "path_syntax",
        format!("\"{text}\" is not a JSONPath{start} ({why})"),
        format!("«{text}» не JSONPath{start_ru} ({why})"),
    )
}

#[cfg(test)]
mod tests;
