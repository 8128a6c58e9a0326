//! What is wrong with a document, each problem at its step and field, so that an editor can lead
//! a person there.

use std::collections::{BTreeMap, BTreeSet};

use connect::registry::Registry;
use domain::connection::Connection;
use domain::flow::{Flow, OnError, Step, StepKind};
use domain::{Lang, Problem, Secret, Text};
use mapping::check;
use serde_json::Value;

use super::flows::{missing_secret, named_secrets};
use super::{Error, Manage};
use crate::build::reach::title;

/// A problem and where it is in the words of the editor.
#[derive(Clone, Debug, PartialEq)]
pub struct Located {
    /// The step's id; `trigger` for the trigger.
    pub step: Option<String>,
    /// The same step for a person: its name, or what its action is called.
    pub title: Option<Text>,
    /// The field of the step, such as `phone` or `connection`.
    pub field: Option<String>,
    pub problem: Problem,
}

impl Located {
    /// Names steps as people know them, not by their ids.
    fn named(mut self, titles: &BTreeMap<String, Text>) -> Self {
        self.title = self.step.as_ref().and_then(|id| titles.get(id)).cloned();
        let Text { en, ru } = &mut self.problem.message;
        // The messages that name other steps begin so, and quote nothing else.
        if en.starts_with("step \"") {
            for (id, title) in titles {
                *en = en.replace(&format!("\"{id}\""), &format!("\"{}\"", title.get(Lang::En)));
                *ru = ru.replace(&format!("«{id}»"), &format!("«{}»", title.get(Lang::Ru)));
            }
        }
        self
    }
}

/// What the trigger and the steps of a flow are called, by id.
fn titles(flow: &Flow, registry: &Registry) -> BTreeMap<String, Text> {
    let t = &flow.trigger;
    let connector = registry.get(&t.connector.name, &t.connector.version);
    let trigger = connector.and_then(|c| c.trigger(&t.event)).map(|t| t.manifest.title.clone());
    let steps = flow.walk().into_iter().map(|s| (s.id.clone(), title(s, registry)));
    steps.chain(trigger.map(|title| (TRIGGER.to_owned(), title))).collect()
}

/// The trigger among the steps.
const TRIGGER: &str = "trigger";

/// What a document may name besides connectors.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Connectors of connections, by id and by name.
    connections: BTreeMap<String, String>,
    secrets: BTreeSet<String>,
}

impl Known {
    pub(super) fn new(connections: &[Connection], secrets: &BTreeMap<String, Secret>) -> Self {
        let mut known = Self::default();
        for c in connections {
            known.connections.insert(c.id.to_string(), c.connector.clone());
            known.connections.insert(c.name.clone(), c.connector.clone());
        }
        known.secrets.extend(secrets.keys().cloned());
        known
    }

    fn connection(&self, wanted: &str, connector: &str, place: String) -> Option<Problem> {
        match self.connections.get(wanted) {
            Some(of) if of == connector => None,
            Some(of) => Some(Problem::error(
                "connection_of_another_connector",
                place,
                format!("this is a connection of {of}, not of {connector}"),
                format!("это подключение к {of}, а не к {connector}"),
            )),
            None => Some(Problem::error(
                "connection_missing",
                place,
                "this connection does not exist any more; choose another".to_owned(),
                "этого подключения больше нет; выберите другое".to_owned(),
            )),
        }
    }
}

impl Manage {
    /// Every problem of a draft, and what of it could be read.
    pub fn problems_of(&self, doc: &Value, known: &Known) -> (Flow, Vec<Located>) {
        let (flow, mut problems) = check::document(doc, self.registry.as_ref());
        let trigger = &flow.trigger;
        if let Some(c) = &trigger.connection {
            let place = "trigger.connection".to_owned();
            problems.extend(known.connection(c, &trigger.connector.name, place));
        }
        connections(&flow.steps, "steps", &mut |connector, wanted, place| {
            problems.extend(known.connection(wanted, connector, place));
        });
        let missing = named_secrets(&flow).into_iter().filter(|n| !known.secrets.contains(n));
        problems.extend(missing.map(|n| missing_secret(&n)));
        let titles = titles(&flow, self.registry.as_ref());
        let located = problems.into_iter().map(|p| locate(doc, p).named(&titles)).collect();
        (flow, located)
    }

    /// What the documents of a flow may name.
    pub(super) async fn known(&self, id: domain::ids::FlowId) -> Result<Known, Error> {
        let connections = self.db.connections(self.workspace).await?;
        Ok(Known::new(&connections, &self.db.secrets(id).await?))
    }
}

/// Calls `f` with connector, connection and place of each step that has one.
pub(super) fn connections(steps: &[Step], place: &str, f: &mut dyn FnMut(&str, &str, String)) {
    for (i, step) in steps.iter().enumerate() {
        let place = format!("{place}[{i}]");
        match &step.kind {
            StepKind::Action(a) => {
                if let Some(c) = &a.connection {
                    f(&a.connector.name, c, format!("{place}.connection"));
                }
                if let OnError::Steps(steps) = &a.on_error {
                    connections(steps, &format!("{place}.on_error.steps"), f);
                }
            }
            StepKind::Branch { arms, .. } => {
                for (n, arm) in arms.iter().enumerate() {
                    connections(&arm.steps, &format!("{place}.branch[{n}].steps"), f);
                }
            }
            StepKind::ForEach(l) => connections(&l.steps, &format!("{place}.steps"), f),
            _ => {}
        }
    }
}

/// Finds the step and the field of a problem by walking the document along its place.
pub fn locate(doc: &Value, problem: Problem) -> Located {
    let mut at = Some(doc);
    let (mut step, mut field) = (None, None);
    // A step is an item of a list that is called so.
    let mut in_steps = false;
    let mut in_input = false;
    for part in parts(&problem.place) {
        let next = match &part {
            Part::Key(k) => at.and_then(|v| v.get(k.as_str())),
            Part::Item(i) => at.and_then(|v| v.get(*i)),
        };
        match part {
            Part::Item(_) if in_steps => {
                step = next.and_then(|s| s.get("id")).and_then(Value::as_str).map(str::to_owned);
                (field, in_input) = (None, false);
            }
            Part::Key(k) if step.is_none() && field.is_none() && k == TRIGGER => {
                step = Some(k);
            }
            Part::Key(k) if step.is_some() && field.is_none() => {
                if k == "input" && !in_input {
                    in_input = true;
                } else if k != "steps" {
                    field = Some(k);
                }
            }
            _ => {}
        }
        in_steps = is_steps(next, at);
        if in_steps {
            field = None;
        }
        at = next;
    }
    if in_input && field.is_none() {
        field = Some("input".to_owned());
    }
    Located { step, title: None, field, problem }
}

/// Whether this value is the list `steps` of the map around it.
fn is_steps(list: Option<&Value>, around: Option<&Value>) -> bool {
    let steps = around.and_then(|a| a.get("steps")).filter(|s| s.is_array());
    matches!((list, steps), (Some(a), Some(b)) if std::ptr::eq(a, b))
}

#[derive(Debug, PartialEq)]
enum Part {
    Key(String),
    Item(usize),
}

/// The parts of a place: `steps[2].input["a.b"]`.
fn parts(place: &str) -> Vec<Part> {
    let mut out = Vec::new();
    let mut rest = place;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('[') {
            let quoted = after.starts_with('"');
            let end = if quoted { quoted_end(after) } else { after.find(']') };
            let Some(end) = end else { break };
            let inner = &after[..end];
            match (quoted, inner.parse()) {
                (false, Ok(i)) => out.push(Part::Item(i)),
                _ => out.push(Part::Key(serde_json::from_str(inner).unwrap_or_default())),
            }
            rest = after.get(end + 1..).unwrap_or_default();
        } else {
            let rest_of = rest.strip_prefix('.').unwrap_or(rest);
            let end = rest_of.find(['.', '[']).unwrap_or(rest_of.len());
            if end > 0 {
                out.push(Part::Key(rest_of[..end].to_owned()));
            }
            rest = &rest_of[end..];
        }
    }
    out
}

/// Where the quoted text at the beginning ends, its last quote included.
fn quoted_end(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (i, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(i + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(place: &str) -> (Option<String>, Option<String>) {
        let doc = json!({
            "trigger": { "input": { "formid": {} }, "dedupe": { "key": "{{x" } },
            "steps": [
                { "id": "lead", "input": { "phone": { "path": "$" }, "a.b": {} } },
                { "id": "big", "branch": [ { "steps": [ { "id": "vip", "input": {} } ] } ] },
                { "id": "each", "for_each": {}, "steps": [ { "id": "in", "input": {} } ] },
                { "id": "risky", "on_error": { "steps": [ { "id": "instead" } ] } },
            ],
        });
        let found = locate(&doc, Problem::error("x", place, "", ""));
        (found.step, found.field)
    }

    #[test]
    fn steps_are_named_as_people_know_them() {
        let titles = [("lead", "Create a deal", "Создать сделку"), ("big", "Large?", "Крупный?")];
        let titles = titles.map(|(id, en, ru)| (id.to_owned(), Text::new(en, ru))).into();
        let doc = json!({ "steps": [{ "id": "lead", "input": {} }] });
        let said = |en: &str, ru: &str| {
            let found = locate(&doc, Problem::error("step_inside", "steps[0].input.to", en, ru));
            let found = found.named(&titles);
            (found.problem.message, found.title.unwrap().ru)
        };
        let (en, ru) = ("step \"lead\" is in \"big\"", "шаг «lead» стоит в «big»");
        let want = Text::new(
            "step \"Create a deal\" is in \"Large?\"",
            "шаг «Создать сделку» стоит в «Крупный?»",
        );
        assert_eq!(said(en, ru), (want, "Создать сделку".to_owned()));
        // A variable may have the name of a step.
        let (en, ru) = ("the variable \"lead\" is not set", "переменная «lead» не задана");
        assert_eq!(said(en, ru).0, Text::new(en, ru));
    }

    #[test]
    fn a_problem_is_shown_at_its_step_and_field() {
        let pair = |a: &str, b: &str| {
            let some = |t: &str| (!t.is_empty()).then(|| t.to_owned());
            (some(a), some(b))
        };
        for (place, step, field) in [
            ("", "", ""),
            ("name", "", ""),
            ("settings.timezone", "", ""),
            ("trigger", "trigger", ""),
            ("trigger.connector", "trigger", "connector"),
            ("trigger.input.formid.literal", "trigger", "formid"),
            ("trigger.dedupe.key", "trigger", "dedupe"),
            ("steps[0].input.phone.transforms[0]", "lead", "phone"),
            ("steps[0].input[\"a.b\"].path", "lead", "a.b"),
            ("steps[0].input", "lead", "input"),
            ("steps[0].connection", "lead", "connection"),
            ("steps[1].branch[0].when.all[0]", "big", "branch"),
            ("steps[1].branch[0].steps[0].input.to", "vip", "to"),
            ("steps[2].for_each.path", "each", "for_each"),
            ("steps[2].steps[0].input.to", "in", "to"),
            ("steps[3].on_error.steps[0].action", "instead", "action"),
            ("steps[9].input.to", "", ""),
        ] {
            assert_eq!(at(place), pair(step, field), "{place}");
        }
    }
}
