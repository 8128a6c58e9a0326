//! The data panel: everything that a step may use, with the values of a sample.

use domain::Text;
use domain::ids::FlowId;
use serde_json::{Value, json};

use super::fields::{Leaf, leaves, root};
use super::reach::{Reach, reach};
use super::samples::{Bench, Sample};
use crate::manage::{Error, Manage};

/// Fields that belong together.
#[derive(Clone, Debug)]
pub struct Group {
    /// `trigger`, `trigger.query`, `steps.lead`, `vars`, an item's name, `flow`, `run`.
    pub key: String,
    pub title: Text,
    /// The values are real: of a delivery or of a test, not of an example.
    pub real: bool,
    pub fields: Vec<Leaf>,
}

/// The data at one step with the sample that it was made of.
pub struct Table {
    pub sample: Option<String>,
    pub groups: Vec<Group>,
}

impl Manage {
    /// What a step may use; without one what is there after the last.
    pub async fn data_for(
        &self,
        id: FlowId,
        step: Option<&str>,
        sample: Option<&str>,
        doc: Option<&Value>,
    ) -> Result<Table, Error> {
        let bench = self.bench(id, doc).await?;
        let sample = self.sample(&bench, sample).await?;
        let outputs = self.db.step_outputs(id).await?;
        let now = self.db.now();
        let uuid = uuid::Uuid::nil;
        let env = mapping::Env { now, timezone: &bench.flow.settings.timezone, uuid: &uuid };
        let roots = bench.roots(&sample, now);
        let at = reach(&bench.flow, &bench.registry, roots, &outputs, &env, step);
        if let Some(step) = step.filter(|_| at.step.is_none()) {
            return Err(Error::missing("step", step));
        }
        Ok(Table { groups: groups(&bench, &sample, &at), sample: sample.id })
    }
}

impl Bench {
    /// The roots of a run that is none.
    pub fn roots(&self, sample: &Sample, now: domain::Time) -> Value {
        json!({
            "trigger": sample.trigger,
            "flow": { "id": self.row.id, "name": self.flow.name },
            "run": {
                "id": domain::ids::RunId(uuid::Uuid::nil()),
                "started_at": mapping::moment::rfc3339(now),
            },
        })
    }
}

fn groups(bench: &Bench, sample: &Sample, at: &Reach<'_>) -> Vec<Group> {
    let mut out = Vec::new();
    let real = sample.id.is_some();
    let title = bench.trigger().map(|t| t.manifest.title.clone());
    let title = title.unwrap_or_else(|| Text::new("Trigger", "Триггер"));
    out.push(Group { key: "trigger".into(), title, real, fields: bench.leaves(sample) });
    if sample.shaped {
        out.push(part(sample, "body", Text::new("Whole request", "Весь запрос")));
    }
    let filled = |name: &str| {
        let v = sample.trigger.get(name);
        v.and_then(Value::as_object).is_some_and(|m| !m.is_empty())
    };
    if filled("query") {
        out.push(part(sample, "query", Text::new("Address parameters", "Параметры адреса")));
    }
    if filled("headers") {
        out.push(part(sample, "headers", Text::new("Headers", "Заголовки")));
    }
    for s in &at.seen {
        let output = at.context.data()["steps"][&s.id].get("output").unwrap_or(&Value::Null);
        let fields = leaves(&root(&["steps", &s.id, "output"]), output, &s.specs);
        let key = format!("steps.{}", s.id);
        out.push(Group { key, title: s.title.clone(), real: s.tested, fields });
    }
    for item in &at.items {
        let value = at.context.get(item).unwrap_or(&Value::Null);
        let title = Text::new("Item of the list", "Элемент списка");
        out.push(Group {
            key: item.clone(),
            title,
            real,
            fields: leaves(&root(&[item]), value, &[]),
        });
    }
    let vars = at.context.get("vars").unwrap_or(&Value::Null);
    if vars.as_object().is_some_and(|m| !m.is_empty()) {
        let title = Text::new("Variables", "Переменные");
        let fields = leaves(&root(&["vars"]), vars, &[]);
        out.push(Group { key: "vars".into(), title, real, fields });
    }
    out.push(system(sample, at));
    out
}

fn part(sample: &Sample, name: &str, title: Text) -> Group {
    let tree = sample.trigger.get(name).unwrap_or(&Value::Null);
    let mut fields = leaves(&root(&["trigger", name]), tree, &[]);
    for field in &mut fields {
        field.service = true;
    }
    Group { key: format!("trigger.{name}"), title, real: sample.id.is_some(), fields }
}

/// Times and ids that every run has.
fn system(sample: &Sample, at: &Reach<'_>) -> Group {
    let known: [(&[&str], &str, &str); 6] = [
        (&["trigger", "received_at"], "Time of the event", "Время события"),
        (&["trigger", "event_id"], "Event id", "Код события"),
        (&["trigger", "method"], "Method", "Метод запроса"),
        (&["flow", "name"], "Flow", "Сценарий"),
        (&["run", "id"], "Run id", "Код запуска"),
        (&["run", "started_at"], "Time of the run", "Время запуска"),
    ];
    let fields = known.into_iter().map(|(names, en, ru)| {
        let path = root(names);
        let value = mapping::path::walk(at.context.data(), &path).cloned().unwrap_or_default();
        let path = mapping::path::write(&path);
        Leaf { path, label: Text::new(en, ru), value, kind: "text", service: true }
    });
    let title = Text::new("System", "Система");
    let fields = fields.collect();
    Group { key: "system".into(), title, real: sample.id.is_some(), fields }
}
