//! Compiled conditions.

use domain::flow::place;
use mapping::Path;
use regex::{Regex, RegexBuilder};
use serde_json::Value;

use super::{Compiler, Scope};
use crate::manifest;
use crate::template::{Text, Tree};

/// A compiled condition: everything in it must hold.
#[derive(Debug, Default)]
pub struct Cond {
    pub status: Option<Vec<StatusIs>>,
    pub subject: Option<Subject>,
    pub exists: Option<bool>,
    pub equals: Option<Tree>,
    pub one_of: Option<Vec<Tree>>,
    pub matches: Option<Regex>,
    pub ignore_case: bool,
    pub body_contains: Option<String>,
    pub body_empty: Option<bool>,
    pub all: Option<Vec<Cond>>,
    pub any: Option<Vec<Cond>>,
    pub not: Option<Box<Cond>>,
}

/// What is compared.
#[derive(Debug)]
pub enum Subject {
    Header(http::HeaderName),
    Path(Path),
    Value(Text),
}

/// A status, or a class such as `4xx`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusIs {
    One(u16),
    Class(u16),
}

impl StatusIs {
    /// Whether `status` is meant.
    pub fn holds(self, status: u16) -> bool {
        match self {
            StatusIs::One(s) => s == status,
            StatusIs::Class(c) => status / 100 == c,
        }
    }
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Number(n) => n.as_u64().and_then(|n| u16::try_from(n).ok()).map(StatusIs::One),
            Value::String(s) => match s.strip_suffix("xx") {
                Some(class) => {
                    class.parse().ok().filter(|c| (1..=5).contains(c)).map(StatusIs::Class)
                }
                None => s.parse().ok().map(StatusIs::One),
            },
            _ => None,
        }
    }
}

impl Compiler {
    /// Compiles a condition on a response.
    pub fn cond(&mut self, at: &str, c: &manifest::Cond, scope: &Scope<'_>) -> Cond {
        let subject = self.subject(at, c, scope);
        let compares =
            c.exists.is_some() || c.equals.is_some() || c.one_of.is_some() || c.matches.is_some();
        if compares && subject.is_none() {
            self.fault(
                "condition_subject",
                at,
                "exists, equals, in and matches need header, path or value".into(),
                "для exists, equals, in и matches нужен header, path или value".into(),
            );
        }
        let status = c.status.as_ref().map(|s| self.statuses(at, &s.0));
        let equals = c.equals.as_ref().map(|v| self.tree(&place::key(at, "equals"), v, scope));
        let one_of = c.one_of.as_ref().map(|list| {
            let at = place::key(at, "in");
            list.iter().map(|v| self.tree(&at, v, scope)).collect()
        });
        Cond {
            status,
            subject,
            exists: c.exists,
            equals,
            one_of,
            matches: c.matches.as_ref().and_then(|m| self.regex(at, m, c.ignore_case)),
            ignore_case: c.ignore_case,
            body_contains: c.body_contains.clone(),
            body_empty: c.body_empty,
            all: c.all.as_ref().map(|l| self.conds(&place::key(at, "all"), l, scope)),
            any: c.any.as_ref().map(|l| self.conds(&place::key(at, "any"), l, scope)),
            not: c.not.as_ref().map(|n| Box::new(self.cond(&place::key(at, "not"), n, scope))),
        }
    }

    fn conds(&mut self, at: &str, list: &[manifest::Cond], scope: &Scope<'_>) -> Vec<Cond> {
        let one = |(i, c)| self.cond(&place::item(at, i), c, scope);
        list.iter().enumerate().map(one).collect()
    }

    fn subject(&mut self, at: &str, c: &manifest::Cond, scope: &Scope<'_>) -> Option<Subject> {
        let subjects = [c.header.is_some(), c.path.is_some(), c.value.is_some()];
        if subjects.iter().filter(|s| **s).count() > 1 {
            self.fault(
                "condition_subject",
                at,
                "only one of header, path and value".into(),
                "только одно из header, path и value".into(),
            );
        }
        if c.method.is_some() || c.query.is_some() {
            self.fault(
                "condition_subject",
                at,
                "method and query are for deliveries, not for answers".into(),
                "method и query — для входящих запросов, не для ответов".into(),
            );
        }
        if let Some(h) = &c.header {
            return self.header(&place::key(at, "header"), h).map(Subject::Header);
        }
        if let Some(p) = &c.path {
            return self.path(&place::key(at, "path"), p).map(Subject::Path);
        }
        let value = c.value.as_ref()?;
        Some(Subject::Value(self.text(&place::key(at, "value"), value, scope)))
    }

    fn statuses(&mut self, at: &str, list: &[Value]) -> Vec<StatusIs> {
        let mut out = Vec::new();
        for v in list {
            match StatusIs::read(v) {
                Some(s) => out.push(s),
                None => self.fault(
                    "condition_status",
                    at,
                    format!("{v} is not a status such as 404 or 4xx"),
                    format!("{v} — не статус вида 404 или 4xx"),
                ),
            }
        }
        out
    }

    fn regex(&mut self, at: &str, source: &str, ignore_case: bool) -> Option<Regex> {
        match RegexBuilder::new(source).case_insensitive(ignore_case).build() {
            Ok(r) => Some(r),
            Err(e) => {
                self.fault(
                    "pattern",
                    &place::key(at, "matches"),
                    format!("not a regular expression: {e}"),
                    format!("не регулярное выражение: {e}"),
                );
                None
            }
        }
    }
}
