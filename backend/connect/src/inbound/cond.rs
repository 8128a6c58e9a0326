//! Conditions on a delivery: handshakes and filters.

use domain::field::Escape;
use mapping::Path;
use regex::{Regex, RegexBuilder};
use serde_json::Value;

use super::build::{Builder, Words};
use super::parse::BodyText;
use super::seen::{Seen, header_text};
use super::source::query;
use crate::manifest;

/// A compiled condition: all of it must hold.
#[derive(Default)]
pub(super) struct Cond {
    method: Vec<String>,
    subjects: Vec<Subject>,
    tests: Tests,
    body_contains: Option<String>,
    body_empty: Option<bool>,
    all: Vec<Cond>,
    any: Option<Vec<Cond>>,
    not: Option<Box<Cond>>,
}

enum Subject {
    Header(String),
    Query(String),
    Path(Path),
    Value(Words),
}

#[derive(Default)]
struct Tests {
    exists: Option<bool>,
    equals: Option<Words>,
    one_of: Option<Vec<Words>>,
    matches: Option<Regex>,
    ignore_case: bool,
}

impl Cond {
    /// Compiles a condition; `full` where its templates may read secrets.
    pub fn compile(b: &mut Builder, at: &str, c: &manifest::Cond, full: bool) -> Cond {
        if c.status.is_some() {
            let (en, ru) = ("a delivery has no status", "у входящего запроса нет статуса");
            b.problem(&format!("{at}.status"), en, ru);
        }
        let list = |b: &mut Builder, key: &str, list: &[manifest::Cond]| -> Vec<Cond> {
            let one = |(i, c)| Cond::compile(b, &format!("{at}.{key}[{i}]"), c, full);
            list.iter().enumerate().map(one).collect()
        };
        Cond {
            method: c.method.iter().flat_map(|m| &m.0).map(|m| m.to_ascii_uppercase()).collect(),
            subjects: subjects(b, at, c, full),
            tests: Tests::compile(b, at, c, full),
            body_contains: c.body_contains.clone(),
            body_empty: c.body_empty,
            all: list(b, "all", c.all.as_deref().unwrap_or_default()),
            any: c.any.as_ref().map(|l| list(b, "any", l)),
            not: c.not.as_ref().map(|n| Box::new(Cond::compile(b, &format!("{at}.not"), n, full))),
        }
    }

    /// Whether it holds. `item` is the root of its paths; the body where it is none.
    pub fn holds(&self, seen: &mut Seen<'_>, item: Option<&Value>) -> bool {
        let raw = seen.raw;
        (self.method.is_empty() || self.method.contains(&raw.method))
            && self.body_empty.is_none_or(|empty| raw.body.is_empty() == empty)
            && self
                .body_contains
                .as_ref()
                .is_none_or(|part| BodyText::of(raw).as_str().contains(part.as_str()))
            && self.subjects.iter().all(|s| {
                let value = s.value(seen, item);
                self.tests.hold(seen, value.as_ref())
            })
            && self.all.iter().all(|c| c.holds(seen, item))
            && self.any.as_ref().is_none_or(|l| l.iter().any(|c| c.holds(seen, item)))
            && self.not.as_ref().is_none_or(|c| !c.holds(seen, item))
    }

    /// Whether a template of it reads this name of the delivery.
    pub fn reads(&self, root: &str) -> bool {
        let words = |s: &Subject| matches!(s, Subject::Value(w) if w.reads(root));
        self.subjects.iter().any(words)
            || self.tests.words().any(|w| w.reads(root))
            || self.all.iter().any(|c| c.reads(root))
            || self.any.iter().flatten().any(|c| c.reads(root))
            || self.not.as_ref().is_some_and(|c| c.reads(root))
    }
}

fn subjects(b: &mut Builder, at: &str, c: &manifest::Cond, full: bool) -> Vec<Subject> {
    let mut out = Vec::new();
    if let Some(name) = &c.header {
        out.push(Subject::Header(name.to_ascii_lowercase()));
    }
    if let Some(name) = &c.query {
        out.push(Subject::Query(name.clone()));
    }
    if let Some(path) = &c.path {
        out.extend(b.note(&format!("{at}.path"), Path::parse(path)).map(Subject::Path));
    }
    if let Some(value) = &c.value {
        out.push(Subject::Value(b.words(&format!("{at}.value"), value, Escape::None, full)));
    }
    out
}

impl Subject {
    fn value(&self, seen: &mut Seen<'_>, item: Option<&Value>) -> Option<Value> {
        match self {
            Subject::Header(name) => {
                seen.raw.header(name).map(|v| Value::String(header_text(v).into_owned()))
            }
            Subject::Query(name) => query(&seen.raw.query, name).map(Value::String),
            Subject::Path(path) => match item {
                Some(item) => path.get(item).ok()?.first().cloned(),
                None => path.get(seen.body()).ok()?.first().cloned(),
            },
            Subject::Value(words) => Some(words.value(seen)),
        }
    }
}

impl Tests {
    fn compile(b: &mut Builder, at: &str, c: &manifest::Cond, full: bool) -> Tests {
        let mut words = |v: &Value| match v {
            Value::String(s) => b.words(&format!("{at}.equals"), s, Escape::None, full),
            other => Words::Fixed(other.clone()),
        };
        let equals = c.equals.as_ref().map(&mut words);
        let one_of = c.one_of.as_ref().map(|l| l.iter().map(&mut words).collect());
        let regex = |m: &String| RegexBuilder::new(m).case_insensitive(c.ignore_case).build();
        let matches = match c.matches.as_ref().map(regex).transpose() {
            Ok(r) => r,
            Err(e) => {
                let at = format!("{at}.matches");
                b.problem(
                    &at,
                    format!("not a regular expression: {e}"),
                    format!("это не регулярное выражение: {e}"),
                );
                None
            }
        };
        Tests { exists: c.exists, equals, one_of, matches, ignore_case: c.ignore_case }
    }

    fn words(&self) -> impl Iterator<Item = &Words> {
        self.equals.iter().chain(self.one_of.iter().flatten())
    }

    fn hold(&self, seen: &mut Seen<'_>, subject: Option<&Value>) -> bool {
        let value = subject.unwrap_or(&Value::Null);
        let compares = self.equals.is_some() || self.one_of.is_some() || self.matches.is_some();
        let wanted = self.exists.or((!compares).then_some(true));
        wanted.is_none_or(|want| exists(value) == want)
            && self.equals.as_ref().is_none_or(|w| same(value, &w.value(seen), self.ignore_case))
            && self
                .one_of
                .as_ref()
                .is_none_or(|l| l.iter().any(|w| same(value, &w.value(seen), self.ignore_case)))
            && self.matches.as_ref().is_none_or(|r| text(value).is_some_and(|t| r.is_match(&t)))
    }
}

/// Whether there is something: not missing, null or "".
pub(super) fn exists(v: &Value) -> bool {
    !v.is_null() && v.as_str() != Some("")
}

fn text(v: &Value) -> Option<String> {
    match v {
        Value::String(s) => Some(s.clone()),
        Value::Number(_) | Value::Bool(_) => Some(v.to_string()),
        _ => None,
    }
}

/// Whether two values are equal; numbers and yes/no equal their texts.
pub(super) fn same(a: &Value, b: &Value, ignore_case: bool) -> bool {
    if a == b {
        return true;
    }
    if let (Value::Number(a), Value::Number(b)) = (a, b) {
        return a.as_f64() == b.as_f64();
    }
    match (text(a), text(b)) {
        (Some(a), Some(b)) if ignore_case => a.to_lowercase() == b.to_lowercase(),
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}
