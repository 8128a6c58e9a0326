//! The settings of triggers that are not webhooks: schedules, the period of polls, the fields that
//! a manual start asks for.

use std::collections::BTreeSet;

use domain::flow::catalogue::{Source as Kind, TriggerSpec};
use domain::flow::{Source, place};
use domain::{Span, limits};
use serde_json::Value;

use super::{Checker, fault};
use crate::schedule;

const AT: &str = "trigger.input";

impl Checker<'_> {
    pub fn source(&mut self, spec: &TriggerSpec) {
        match spec.source {
            Kind::Webhook => {}
            Kind::Schedule => self.schedule(spec),
            Kind::Poll => self.period(spec),
            Kind::Manual => self.start_fields(),
        }
    }

    fn schedule(&mut self, spec: &TriggerSpec) {
        let t = &self.flow.trigger;
        let Err(f) = schedule::of_trigger(&t.event, &t.input, self.zone()) else { return };
        // What is not given is said of required fields already; a setting that this trigger does
        // not have is not the author's.
        if f.code == "field_missing" || !spec.input.iter().any(|s| s.key == f.key) {
            return;
        }
        let at = place::key(AT, f.key);
        match self.text(f.key) {
            Some(name) if f.code == "bad_timezone" => {
                let name = name.to_owned();
                let known: Vec<String> =
                    jiff::tz::db().available().map(|n| n.as_str().to_owned()).collect();
                self.say(fault::bad_timezone(&at, &name, known.iter().map(String::as_str)));
            }
            _ => self.say(fault::bad_schedule(f.code, &at, f.message)),
        }
    }

    /// The period of a poll: not shorter than the connector's.
    fn period(&mut self, spec: &TriggerSpec) {
        let field = spec.input.iter().find(|f| f.key == "every");
        let shortest = field.and_then(|f| f.default.as_ref()).and_then(Value::as_str);
        let shortest = shortest.and_then(|t| t.parse().ok()).unwrap_or(limits::POLL_EVERY);
        let Some(given) = self.text("every").map(str::to_owned) else { return };
        let at = place::key(AT, "every");
        match given.parse::<Span>() {
            Err(_) => self.say(fault::not_a_span(&at, &given)),
            Ok(every) if every < shortest || every > limits::POLL_EVERY_MAX => {
                let (least, most) = (shortest.to_string(), limits::POLL_EVERY_MAX.to_string());
                self.say(fault::span_between(&at, &every.to_string(), &least, &most));
            }
            Ok(_) => {}
        }
    }

    /// The fields of a manual start: each key once.
    fn start_fields(&mut self) {
        let fields = self.flow.trigger.input.get("fields").map(|m| &m.source);
        let Some(Source::Literal(Value::Array(fields))) = fields else { return };
        let mut seen = BTreeSet::new();
        for (i, field) in fields.iter().enumerate() {
            if let Some(key) = field["key"].as_str()
                && !seen.insert(key)
            {
                let at = format!("{}.key", place::item("trigger.input.fields.literal", i));
                self.say(fault::field_twice(&at, key));
            }
        }
    }

    fn text(&self, key: &str) -> Option<&str> {
        match self.flow.trigger.input.get(key).map(|m| &m.source) {
            Some(Source::Literal(Value::String(s)) | Source::Template(s)) if !s.is_empty() => {
                Some(s)
            }
            _ => None,
        }
    }
}
