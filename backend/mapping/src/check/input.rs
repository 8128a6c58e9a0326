//! The input of a trigger or action against its declared fields (semantics S3, S8).

use domain::field::{Escape, FieldSpec, FieldType};
use domain::flow::{Fields, Mapping, Source, place};
use serde_json::Value;

use super::literal;
use super::shape::{self, Shape};
use super::{Checker, fault};
use crate::template::Template;

impl Checker<'_> {
    /// Checks `fields` against `specs`; `open` allows keys that are not declared.
    pub fn input(&mut self, fields: &Fields, specs: &[FieldSpec], open: bool, at: &str) {
        for (key, m) in fields {
            let at = place::key(at, key);
            match specs.iter().find(|s| s.key == *key && s.kind != FieldType::Info) {
                Some(spec) => self.field(m, spec, &at),
                None if open => self.undeclared(m, &at),
                None => {
                    let shown = specs.iter().filter(|s| s.kind != FieldType::Info);
                    let known: Vec<&str> = shown.map(|s| s.key.as_str()).collect();
                    self.say(fault::unknown_input(&at, key, &known));
                }
            }
        }
        for spec in specs.iter().filter(|s| needed(s) && !fields.contains_key(&s.key)) {
            self.say(fault::field_missing(&place::key(at, &spec.key), &spec.key));
        }
    }

    fn field(&mut self, m: &Mapping, spec: &FieldSpec, at: &str) {
        let is_secret = matches!(m.source, Source::Secret(_));
        if spec.secret || is_secret {
            self.secret(m, spec.secret, at);
            return;
        }
        if needed(spec) && gives_nothing(m) {
            self.say(fault::field_missing(at, &spec.key));
            return;
        }
        if !spec.mappable && !is_fixed(m) {
            self.say(fault::not_mappable(at));
        }
        self.shape(m, spec, at);
        if let Some(v) = &m.default {
            self.literal(v, spec, &place::key(at, "default"));
        }
        match &m.source {
            Source::Literal(v) if m.transforms.is_empty() => {
                self.literal(v, spec, &place::key(at, "literal"));
            }
            Source::Object(f) => {
                let open = spec.dynamic || spec.fields.is_empty();
                self.input(f, &spec.fields, open, &place::key(at, "object"));
            }
            Source::List(items) => self.items(items, spec, &place::key(at, "list")),
            Source::Template(t) if spec.escape == Escape::Html && has_raw(t) => {
                self.say(fault::raw_html(&place::key(at, "template")));
            }
            Source::Template(t) if m.transforms.is_empty() && !t.contains("{{") => {
                self.literal(&Value::from(t.as_str()), spec, &place::key(at, "template"));
            }
            _ => {}
        }
    }

    fn literal(&mut self, v: &Value, spec: &FieldSpec, at: &str) {
        self.problems.extend(literal::check(v, spec, self.zone(), at));
    }

    /// Items of a list field: maps of its declared children.
    fn items(&mut self, items: &[Mapping], spec: &FieldSpec, at: &str) {
        let open = spec.dynamic || spec.fields.is_empty();
        for (i, m) in items.iter().enumerate() {
            let at = place::item(at, i);
            match &m.source {
                Source::Object(f) => {
                    self.input(f, &spec.fields, open, &place::key(&at, "object"));
                }
                _ => self.undeclared(m, &at),
            }
        }
    }

    /// A value without a declaration: secrets may not hide in it.
    fn undeclared(&mut self, m: &Mapping, at: &str) {
        match &m.source {
            Source::Secret(_) => self.say(fault::secret_here(at)),
            Source::Object(f) => {
                let at = place::key(at, "object");
                for (key, m) in f {
                    self.undeclared(m, &place::key(&at, key));
                }
            }
            Source::List(items) => {
                let at = place::key(at, "list");
                for (i, m) in items.iter().enumerate() {
                    self.undeclared(m, &place::item(&at, i));
                }
            }
            Source::Literal(_) | Source::Path(_) | Source::Template(_) => {}
        }
    }

    fn secret(&mut self, m: &Mapping, declared: bool, at: &str) {
        if !declared {
            self.say(fault::secret_here(at));
        } else if !matches!(m.source, Source::Secret(_)) {
            self.say(fault::secret_needed(at));
        } else if !m.transforms.is_empty() || m.default.is_some() {
            self.say(fault::secret_bare(at));
        }
    }

    /// What can be known without data: a list or a map where one value is needed.
    fn shape(&mut self, m: &Mapping, spec: &FieldSpec, at: &str) {
        let Some(want) = literal::takes_one(spec.kind) else {
            return;
        };
        match (shape::of(m), &m.source) {
            // Said of the literal itself, with its own place.
            (_, Source::Literal(_)) if m.transforms.is_empty() => {}
            (Shape::List, _) => self.say(fault::list_into_scalar(at, want)),
            (Shape::Map, _) => self.say(fault::wrong_shape(at, want, ("a map", "набор полей"))),
            (Shape::Open, _) => {}
        }
    }

    /// A mapping that must give one value, outside of an input: headers, bodies, moments.
    pub fn scalar(&mut self, m: &Mapping, at: &str) {
        self.undeclared(m, at);
        match shape::of(m) {
            Shape::List => self.say(fault::list_into_scalar(at, ("text", "текст"))),
            Shape::Map => {
                self.say(fault::wrong_shape(at, ("text", "текст"), ("a map", "набор полей")));
            }
            Shape::Open => {}
        }
    }

    /// A mapping that may give anything but a secret.
    pub fn anything(&mut self, m: &Mapping, at: &str) {
        self.undeclared(m, at);
    }
}

/// Whether data comes into the text without escaping (semantics S9).
fn has_raw(template: &str) -> bool {
    Template::parse(template, Escape::Html).is_ok_and(|t| t.has_raw())
}

/// Whether something must be given.
fn needed(spec: &FieldSpec) -> bool {
    spec.required && spec.default.is_none() && spec.generate.is_none()
}

/// Whether the mapping is empty whatever the data.
fn gives_nothing(m: &Mapping) -> bool {
    let nothing = |v: &Value| v.is_null() || v.as_str().is_some_and(str::is_empty);
    let source = match &m.source {
        Source::Literal(v) => nothing(v),
        Source::Template(t) => t.is_empty(),
        _ => false,
    };
    source && m.transforms.is_empty() && m.default.as_ref().is_none_or(nothing)
}

/// Whether the value is the same for every event.
fn is_fixed(m: &Mapping) -> bool {
    m.transforms.is_empty()
        && match &m.source {
            Source::Literal(_) | Source::Secret(_) => true,
            Source::Path(_) | Source::Template(_) => false,
            Source::Object(f) => f.values().all(is_fixed),
            Source::List(items) => items.iter().all(is_fixed),
        }
}
