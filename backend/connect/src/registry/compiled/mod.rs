//! A manifest made ready to run: templates, paths and conditions compiled once per version, every
//! fault of them collected with its place.

use indexmap::IndexMap;
use serde_json::Value;

use domain::Span;
use domain::field::Escape;
use domain::flow::place;
use domain::problem::{Problem, nearest};
use mapping::{Fault, Path};

pub mod action;
pub mod auth;
pub mod call;
pub mod cond;
pub mod limit;
pub mod method;
pub mod output;
pub mod poll;
pub mod scope;
pub mod trigger;

pub use action::{Check, Idempotency, Plan, Step};
pub use auth::{Jwt, OAuth2, Session, Sign, SignTo};
pub use call::{Body, Call, Paginate, Part, Put, Rule};
pub use cond::{Cond, Subject};
pub use limit::{Allowed, Limit};
pub use method::{Apply, Http, Lookup, Method};
pub use output::Output;
pub use poll::{Cursor, Poll};
pub use scope::Scope;
pub use trigger::{Renew, Subscribe, TriggerCalls};

use crate::template::{Text, Tree};

/// Compiles the parts of a manifest and collects what is wrong with them.
#[derive(Debug, Default)]
pub struct Compiler {
    pub problems: Vec<Problem>,
}

impl Compiler {
    /// Notes a fault at `place`.
    pub fn fault(&mut self, code: &'static str, place: &str, en: String, ru: String) {
        let problem = Problem::error(code, place, en, ru);
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    fn note(&mut self, place: &str, fault: Fault) {
        self.problems.push(fault.at(place));
    }

    /// Compiles a template; an empty one in place of one that cannot be compiled.
    pub fn text(&mut self, place: &str, source: &str, scope: &Scope<'_>) -> Text {
        self.escaped(place, source, Escape::None, scope)
    }

    fn escaped(&mut self, place: &str, source: &str, escape: Escape, scope: &Scope<'_>) -> Text {
        match Text::escaped(source, escape) {
            Ok(text) => {
                self.names(place, text.names(), scope);
                text
            }
            Err(fault) => {
                self.note(place, fault);
                Text::default()
            }
        }
    }

    /// Compiles the template of an address: data in it is percent-encoded (rule R5).
    pub fn url(&mut self, place: &str, source: &str, scope: &Scope<'_>) -> Text {
        self.escaped(place, source, Escape::Url, scope)
    }

    /// Compiles the template of an XML text: data in it is escaped.
    pub fn xml(&mut self, place: &str, source: &str, scope: &Scope<'_>) -> Text {
        self.escaped(place, source, Escape::Xml, scope)
    }

    /// As [`Compiler::text`], for a key that may be absent.
    pub fn maybe(&mut self, place: &str, source: Option<&str>, scope: &Scope<'_>) -> Option<Text> {
        source.map(|s| self.text(place, s, scope))
    }

    /// Compiles a tree whose leaves are templates; what is empty stays in it.
    pub fn tree(&mut self, at: &str, source: &Value, scope: &Scope<'_>) -> Tree {
        self.tree_of(at, source, scope, false)
    }

    /// Compiles a tree whose leaves are templates.
    pub fn tree_of(
        &mut self,
        at: &str,
        source: &Value,
        scope: &Scope<'_>,
        omit_empty: bool,
    ) -> Tree {
        match Tree::compile(source, omit_empty) {
            Ok(tree) => {
                self.names(at, tree.names(), scope);
                tree
            }
            Err(faults) => {
                for (below, fault) in faults {
                    self.note(&format!("{at}{below}"), fault);
                }
                Tree::default()
            }
        }
    }

    /// Compiles a path.
    pub fn path(&mut self, place: &str, source: &str) -> Option<Path> {
        match Path::parse(source) {
            Ok(path) => Some(path),
            Err(fault) => {
                self.note(place, fault);
                None
            }
        }
    }

    /// Templates by name.
    pub fn texts<T>(
        &mut self,
        at: &str,
        source: &IndexMap<String, String>,
        scope: &Scope<'_>,
        mut name: impl FnMut(&mut Self, &str, &str) -> Option<T>,
    ) -> Vec<(T, Text)> {
        let mut out = Vec::with_capacity(source.len());
        for (key, text) in source {
            let at = place::key(at, key);
            let text = self.text(&at, text, scope);
            if let Some(name) = name(self, &at, key) {
                out.push((name, text));
            }
        }
        out
    }

    /// The name of a header.
    pub fn header(&mut self, place: &str, name: &str) -> Option<http::HeaderName> {
        let parsed = http::HeaderName::from_bytes(name.as_bytes()).ok();
        if parsed.is_none() {
            self.fault(
                "header_name",
                place,
                format!("\"{name}\" is not the name of a header"),
                format!("«{name}» не может быть именем заголовка"),
            );
        }
        parsed
    }

    /// Every name that a template reads must exist in its context, and a secret only where it may
    /// stand (rule R9).
    fn names<'t>(
        &mut self,
        place: &str,
        names: impl IntoIterator<Item = (&'t str, Option<&'t str>)>,
        scope: &Scope<'_>,
    ) {
        for (root, second) in names {
            self.name(place, root, second, scope);
        }
    }

    fn name(&mut self, place: &str, root: &str, second: Option<&str>, scope: &Scope<'_>) {
        if !scope.roots.contains(&root) {
            let known = scope.roots.join(", ");
            return self.fault(
                "template_name",
                place,
                format!("\"{root}\" does not exist here; known: {known}"),
                format!("«{root}» здесь нет; есть: {known}"),
            );
        }
        let Some(key) = second else {
            return self.whole(place, root, scope);
        };
        let (known, secrets) = match root {
            "input" => (scope.input, scope.input_secrets),
            "conn" => (scope.conn, scope.conn_secrets),
            _ => return,
        };
        if secrets.iter().any(|s| s == key) {
            if !scope.secrets_allowed {
                self.fault(
                    "secret_here",
                    place,
                    format!("{root}.{key} is a secret and must not stand here"),
                    format!("{root}.{key} — секрет, здесь ему стоять нельзя"),
                );
            }
        } else if !known.iter().any(|k| k == key) {
            let hint = nearest(key, known.iter().map(String::as_str));
            let en = hint.map_or_else(String::new, |h| format!("; did you mean {root}.{h}?"));
            let ru = hint.map_or_else(String::new, |h| format!("; возможно, {root}.{h}?"));
            self.fault(
                "template_name",
                place,
                format!("there is no field {root}.{key}{en}"),
                format!("поля {root}.{key} нет{ru}"),
            );
        }
    }

    /// A whole root: all of `conn` would show its secrets where they are allowed to be.
    fn whole(&mut self, place: &str, root: &str, scope: &Scope<'_>) {
        if root == "conn" && scope.secrets_allowed {
            self.fault(
                "secret_here",
                place,
                "name the fields of conn one by one".into(),
                "назовите поля conn по одному".into(),
            );
        }
    }
}

/// A time that is given, held at the longest one allowed.
pub fn capped(span: Option<Span>) -> Option<Span> {
    span.map(|s| s.min(domain::limits::CALL_TIMEOUT_MAX))
}
