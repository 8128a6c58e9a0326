//! Compiling a trigger for one flow: templates over the flow's own settings are rendered once,
//! the others wait for a delivery.

use std::collections::BTreeMap;

use domain::field::{Escape, FieldSpec};
use domain::{Problem, Secret, Time};
use mapping::{Context, Env, Fault, Template};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::seen::Seen;
use crate::manifest::ShowIf;
use crate::template::{Look, Text};

/// The names that have a value before a delivery comes.
const FIXED: [&str; 4] = ["input", "hook", "conn", "app"];

/// Collects the problems of one compilation.
pub(super) struct Builder {
    pub problems: Vec<Problem>,
    /// Settings without secrets.
    open: Context,
    /// Settings with secrets: for `verify` and `handshake` only (rule R9).
    full: Context,
}

/// A template, rendered already where it reads only the flow's settings.
pub(super) enum Words {
    Fixed(Value),
    Live { text: Text, full: bool },
}

impl Builder {
    pub fn new(
        fields: &[FieldSpec],
        input: &Map<String, Value>,
        secrets: &BTreeMap<String, Secret>,
        public_url: &str,
    ) -> Self {
        let mut settings = input.clone();
        for f in fields {
            let given = settings.get(&f.key).is_some_and(super::cond::exists);
            match &f.default {
                Some(default) if !given && !f.secret => {
                    settings.insert(f.key.clone(), default.clone());
                }
                // A secret's place in the input holds only its name.
                _ if f.secret => {
                    settings.remove(&f.key);
                }
                _ => {}
            }
        }
        let open = json!({"input": settings, "hook": {"url": public_url}, "conn": {}, "app": {}});
        let mut full = open.clone();
        for (name, secret) in secrets {
            let (root, key) = match name.split_once('.') {
                Some((root, key)) if FIXED.contains(&root) => (root, key),
                _ => ("input", name.as_str()),
            };
            full[root][key] = Value::String(secret.expose().to_owned());
        }
        Self { problems: Vec::new(), open: Context::new(open), full: Context::new(full) }
    }

    pub fn problem(&mut self, place: &str, en: impl Into<String>, ru: impl Into<String>) {
        self.problems.push(Problem::error("trigger", place, en, ru));
    }

    pub fn note<T>(&mut self, place: &str, made: Result<T, Fault>) -> Option<T> {
        made.map_err(|fault| self.problems.push(fault.at(place))).ok()
    }

    /// The base of the context of a delivery's templates.
    pub fn contexts(self) -> (Context, Context) {
        (self.open, self.full)
    }

    /// The text of a template over the flow's settings.
    pub fn fixed(&mut self, place: &str, source: &str) -> Option<String> {
        let value = self.fixed_value(place, source)?;
        Some(match value {
            Value::Null => String::new(),
            Value::String(s) => s,
            other => other.to_string(),
        })
    }

    /// The value of a template over the flow's settings.
    pub fn fixed_value(&mut self, place: &str, source: &str) -> Option<Value> {
        let text = self.note(place, Text::compile(source))?;
        if !settled(&text) {
            self.problem(
                place,
                "only settings of the trigger can stand here",
                "здесь могут стоять только настройки триггера",
            );
            return None;
        }
        self.rendered(place, &text, true)
    }

    /// A secret made of settings; none while a setting in it is not set.
    pub fn secret(&mut self, place: &str, source: &str) -> Option<Secret> {
        let template = self.note(place, Template::parse(source, Escape::None))?;
        let made = with_env(Time(0), |env| template.key(&self.full, env));
        match made {
            Ok(secret) => secret.filter(|s| !s.is_empty()).map(Secret::new),
            Err(e) => {
                let t = e.text();
                self.problem(place, t.en, t.ru);
                None
            }
        }
    }

    /// A template for a delivery; `full` where it may read secrets.
    pub fn words(&mut self, place: &str, source: &str, escape: Escape, full: bool) -> Words {
        let Some(text) = self.note(place, Text::escaped(source, escape)) else {
            return Words::Fixed(Value::Null);
        };
        if !settled(&text) {
            return Words::Live { text, full };
        }
        Words::Fixed(self.rendered(place, &text, full).unwrap_or_default())
    }

    fn rendered(&mut self, place: &str, text: &Text, full: bool) -> Option<Value> {
        let context = if full { &self.full } else { &self.open };
        match with_env(Time(0), |env| text.value(&Look { context, env })) {
            Ok(value) => Some(value),
            Err(e) => {
                self.problem(place, e.message.clone(), e.message);
                None
            }
        }
    }

    /// Whether the address has a secret of this name.
    pub fn has_hook(&self, name: &str) -> bool {
        super::cond::exists(&self.full.data()["hook"][name])
    }

    /// Whether a part of the manifest counts with these settings.
    pub fn shown(&self, when: Option<&ShowIf>) -> bool {
        let Some(when) = when else { return true };
        let value = &self.open.data()["input"][&when.field];
        let secret = &self.full.data()["input"][&when.field];
        let is = |want: &Value| super::cond::same(value, want, false);
        when.equals.as_ref().is_none_or(is)
            && when.one_of.as_ref().is_none_or(|l| l.iter().any(is))
            && when.filled.is_none_or(|filled| super::cond::exists(secret) == filled)
    }
}

fn settled(text: &Text) -> bool {
    text.names().all(|(root, _)| FIXED.contains(&root))
}

/// What functions may know at a delivery: when it came. Nothing random, so that the same bytes
/// always give the same events.
pub(super) fn with_env<T>(now: Time, f: impl FnOnce(&Env<'_>) -> T) -> T {
    f(&Env { now, timezone: "UTC", uuid: &Uuid::nil })
}

impl Words {
    /// The value for a delivery; null where a function fails.
    pub fn value(&self, seen: &mut Seen<'_>) -> Value {
        match self {
            Words::Fixed(v) => v.clone(),
            Words::Live { text, full } => {
                let now = seen.raw.received_at;
                let context = seen.context(*full);
                with_env(now, |env| text.value(&Look { context, env })).unwrap_or_default()
            }
        }
    }

    /// The text for a delivery.
    pub fn text(&self, seen: &mut Seen<'_>) -> String {
        match self.value(seen) {
            Value::Null => String::new(),
            Value::String(s) => s,
            other => other.to_string(),
        }
    }

    /// Whether it reads nothing of the delivery but these names.
    pub fn reads_only(&self, roots: &[&str]) -> bool {
        match self {
            Words::Fixed(_) => true,
            Words::Live { text, .. } => {
                text.names().all(|(r, _)| FIXED.contains(&r) || roots.contains(&r))
            }
        }
    }

    /// Whether it reads this name of the delivery.
    pub fn reads(&self, root: &str) -> bool {
        match self {
            Words::Fixed(_) => false,
            Words::Live { text, .. } => text.names().any(|(r, _)| r == root),
        }
    }
}
