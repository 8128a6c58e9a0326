//! Faults of a manifest that its types cannot find: names that refer to nothing, hosts that are
//! not covered, secrets in the wrong place.

use std::collections::BTreeSet;

use domain::flow::place;
use domain::problem::{Problem, nearest};
use regex::Regex;

use crate::manifest::{Action, Field, LookupRef, Manifest};

mod hosts;
mod trigger;

pub use trigger::trigger;

/// What is wrong with a manifest, apart from its templates.
pub fn problems(m: &Manifest) -> Vec<Problem> {
    let mut check = Check { manifest: m, problems: Vec::new() };
    check.head();
    check.methods();
    check.entries();
    hosts::check(m, &mut check.problems);
    check.problems
}

struct Check<'m> {
    manifest: &'m Manifest,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn error(&mut self, code: &'static str, at: &str, en: String, ru: String) {
        self.problems.push(Problem::error(code, at, en, ru));
    }

    fn head(&mut self) {
        let name = &self.manifest.name;
        let first = name.chars().next().is_some_and(|c| c.is_ascii_lowercase());
        let rest = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
        if !first || !(2..=40).contains(&name.len()) || !name.chars().all(rest) {
            self.error(
                "connector_name",
                "name",
                "a name is 2 to 40 of a-z, 0-9, _ and -, and begins with a letter".into(),
                "имя — от 2 до 40 знаков a-z, 0-9, _ и -, первый знак — буква".into(),
            );
        }
        if self.manifest.triggers.is_empty() && self.manifest.actions.is_empty() {
            self.error(
                "connector_empty",
                "",
                "a connector has at least one trigger or action".into(),
                "у коннектора должен быть хотя бы один триггер или действие".into(),
            );
        }
    }

    fn methods(&mut self) {
        let Some(connection) = &self.manifest.connection else { return };
        let mut ids = BTreeSet::new();
        for (i, m) in connection.methods.iter().enumerate() {
            let at = place::item("connection.methods", i);
            if !ids.insert(&m.id) {
                self.error(
                    "method_twice",
                    &at,
                    format!("the method \"{}\" is there twice", m.id),
                    format!("способ «{}» указан дважды", m.id),
                );
            }
            self.fields(&place::key(&at, "fields"), &m.fields);
        }
    }

    fn entries(&mut self) {
        for (name, fields) in &self.manifest.types {
            self.fields(&place::key("types", name), fields);
        }
        for (key, t) in &self.manifest.triggers {
            let at = place::key("triggers", key);
            self.fields(&place::key(&at, "input"), &t.input);
            self.fields(&place::key(&at, "output"), &t.output);
        }
        for (key, a) in &self.manifest.actions {
            let at = place::key("actions", key);
            self.fields(&place::key(&at, "input"), &a.input);
            self.fields(&place::key(&at, "output"), &a.output);
            self.action(&at, a);
        }
    }

    fn action(&mut self, at: &str, a: &Action) {
        if let Some(check) = &a.check {
            match self.manifest.actions.get(&check.action) {
                None => {
                    let known = self.manifest.actions.keys();
                    self.unknown(&format!("{at}.check.action"), "action", &check.action, known);
                }
                Some(c) if c.check.is_some() => self.error(
                    "check_check",
                    &format!("{at}.check.action"),
                    "the action of a check has no check itself".into(),
                    "у действия для проверки не может быть своей проверки".into(),
                ),
                Some(_) => {}
            }
        }
        let wants = a.on_unknown == Some(crate::manifest::OnUnknown::Check);
        if wants && a.check.is_none() {
            self.error(
                "check_missing",
                &place::key(at, "on_unknown"),
                "on_unknown: check needs a check".into(),
                "для on_unknown: check нужен check".into(),
            );
        }
        let mut ids = BTreeSet::new();
        for (i, s) in a.steps.iter().enumerate() {
            if !ids.insert(&s.id) {
                self.error(
                    "step_twice",
                    &place::item(&place::key(at, "steps"), i),
                    format!("the step \"{}\" is there twice", s.id),
                    format!("шаг «{}» указан дважды", s.id),
                );
            }
        }
    }

    fn unknown<'k>(
        &mut self,
        at: &str,
        what: &str,
        got: &str,
        known: impl Iterator<Item = &'k String>,
    ) {
        let hint = nearest(got, known.map(String::as_str)).map(str::to_owned);
        let en = hint.as_ref().map_or_else(String::new, |h| format!("; did you mean \"{h}\"?"));
        let ru = hint.as_ref().map_or_else(String::new, |h| format!("; возможно, «{h}»?"));
        self.error(
            "unknown_name",
            at,
            format!("there is no {what} \"{got}\"{en}"),
            format!("нет такого: {what} «{got}»{ru}"),
        );
    }

    fn fields(&mut self, at: &str, fields: &[Field]) {
        let mut keys = BTreeSet::new();
        for (i, f) in fields.iter().enumerate() {
            let at = place::item(at, i);
            if !keys.insert(&f.key) {
                self.error(
                    "field_twice",
                    &at,
                    format!("the field \"{}\" is there twice", f.key),
                    format!("поле «{}» указано дважды", f.key),
                );
            }
            self.field(&at, f, fields);
        }
    }

    fn field(&mut self, at: &str, f: &Field, beside: &[Field]) {
        if let Some(p) = &f.pattern
            && let Err(e) = Regex::new(p)
        {
            self.error(
                "pattern",
                &place::key(at, "pattern"),
                format!("not a regular expression: {e}"),
                format!("не регулярное выражение: {e}"),
            );
        }
        if let Some(name) = &f.use_type
            && !self.manifest.types.contains_key(name)
        {
            self.unknown(&place::key(at, "use"), "type", name, self.manifest.types.keys());
        }
        if let Some(s) = &f.show_if
            && !beside.iter().any(|b| b.key == s.field)
        {
            let keys = beside.iter().map(|b| &b.key);
            self.unknown(&format!("{at}.show_if.field"), "field", &s.field, keys);
        }
        self.lookup(&place::key(at, "lookup"), f.lookup.as_ref());
        self.lookup(&place::key(at, "fields_from"), f.fields_from.as_ref());
        self.fields(&place::key(at, "fields"), &f.fields);
    }

    fn lookup(&mut self, at: &str, lookup: Option<&LookupRef>) {
        let Some(l) = lookup else { return };
        if !self.manifest.lookups.contains_key(&l.name) {
            self.unknown(&place::key(at, "name"), "lookup", &l.name, self.manifest.lookups.keys());
        }
    }
}
