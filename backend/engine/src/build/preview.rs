//! "So it will be sent": the values of mappings for a sample, fitted to their fields as they would
//! be in a run.

use connect::registry::Registry;
use domain::field::{Escape, FieldSpec, FieldType};
use domain::flow::{self, FORMAT, Mapping, Step, StepKind};
use domain::ids::FlowId;
use domain::secret::MASK;
use domain::{Problem, Text, limits};
use mapping::mapping::Compiled;
use mapping::{Context, Env};
use serde_json::{Map, Value, json};

use super::fields::shown;
use super::reach::reach;
use crate::manage::{Error, Manage};

/// Mappings to be tried.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    pub sample: Option<String>,
    /// In place of the draft.
    pub doc: Option<Value>,
    /// The step whose fields these are; without one they are seen after the last.
    pub step: Option<String>,
    /// Mappings as the document writes them, by the key of their field.
    pub fields: Map<String, Value>,
}

/// What a mapping gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    Value(Value),
    /// Nothing: the sample does not have it.
    Missing,
    Error(Text),
}

impl Manage {
    /// The values of mappings for a sample, in their order.
    pub async fn preview(&self, id: FlowId, p: Preview) -> Result<Vec<(String, Given)>, Error> {
        if p.fields.len() > limits::PREVIEW_FIELDS {
            let most = limits::PREVIEW_FIELDS;
            return Err(Error::bad(
                format!("at most {most} fields are previewed at once"),
                format!("за раз можно посмотреть не больше {most} полей"),
            ));
        }
        let bench = self.bench(id, p.doc.as_ref()).await?;
        let sample = self.sample(&bench, p.sample.as_deref());
        let outputs = async { Ok(self.db.step_outputs(id).await?) };
        let (sample, outputs) = futures::try_join!(sample, outputs)?;
        let node = bench.flow.walk().into_iter().find(|s| Some(s.id.as_str()) == p.step.as_deref());
        let connection = match node.and_then(connection) {
            Some(c) => self.find_connection(c).await?,
            None => None,
        };
        let now = self.db.now();
        let zeros = uuid::Uuid::nil;
        let env = Env { now, timezone: &bench.flow.settings.timezone, uuid: &zeros };
        let (roots, step) = (bench.roots(&sample, now), p.step.as_deref());
        let mut at = reach(&bench.flow, &bench.registry, roots, &outputs, &env, step);
        if let Some(step) = step.filter(|s| *s != "trigger" && at.step.is_none()) {
            return Err(Error::missing("step", step));
        }
        if let Some(c) = connection {
            at.context.set("connection", json!(c.fields));
        }
        let specs = at.step.map_or_else(Vec::new, |s| specs(s, &bench.registry));
        Ok(values(&p.fields, &specs, &at.context, &env))
    }
}

fn connection(step: &Step) -> Option<&str> {
    match &step.kind {
        StepKind::Action(a) => a.connection.as_deref(),
        _ => None,
    }
}

/// What is known of the fields of a step.
pub(super) fn specs(step: &Step, registry: &Registry) -> Vec<FieldSpec> {
    let StepKind::Action(a) = &step.kind else { return Vec::new() };
    let connector = registry.get(&a.connector.name, &a.connector.version);
    let action = connector.and_then(|c| c.action(&a.action));
    action.map_or_else(Vec::new, |a| a.spec.input.clone())
}

/// The values of mappings in a context.
pub fn values(
    fields: &Map<String, Value>,
    specs: &[FieldSpec],
    context: &Context,
    env: &Env<'_>,
) -> Vec<(String, Given)> {
    let read = read(fields);
    let given = fields.keys().zip(read);
    given
        .map(|(key, mapping)| {
            let spec = specs.iter().find(|s| s.key == *key);
            let value = match mapping {
                Ok(m) => value(&m, spec, context, env),
                Err(p) => Given::Error(p.message),
            };
            (key.clone(), value)
        })
        .collect()
}

fn value(m: &Mapping, spec: Option<&FieldSpec>, context: &Context, env: &Env<'_>) -> Given {
    if matches!(m.source, flow::Source::Secret(_)) {
        return Given::Value(MASK.into());
    }
    let compiled = match Compiled::compile(m, spec.map_or(Escape::None, |s| s.escape)) {
        Ok(c) => c,
        Err(faults) => {
            let first = faults.into_iter().next().map(|(_, f)| f.message);
            return Given::Error(first.unwrap_or_default());
        }
    };
    let fitted = compiled.eval(context, env).and_then(|v| match (v, spec) {
        (Some(v), Some(spec)) if spec.kind != FieldType::File => {
            mapping::coerce::coerce(v, spec, env).map(Some)
        }
        (v, _) => Ok(v),
    });
    match fitted {
        Ok(Some(Value::Null) | None) => Given::Missing,
        Ok(Some(v)) => Given::Value(shown(&v)),
        Err(e) => Given::Error(e.text()),
    }
}

/// Reads mappings by the rules of the document: as the variables of one step.
fn read(fields: &Map<String, Value>) -> Vec<Result<Mapping, Problem>> {
    let numbered = fields.values().enumerate().map(|(i, v)| (format!("f{i}"), v.clone()));
    let vars: Map<String, Value> = numbered.collect();
    let doc = json!({
        "zveno": FORMAT,
        "name": "preview",
        "trigger": { "connector": "webhook@1.0.0", "event": "request" },
        "steps": [{ "id": "preview", "set": vars }],
    });
    let (flow, problems) = flow::read::read_lenient(&doc);
    let Some(StepKind::Set(read)) = flow.steps.into_iter().next().map(|s| s.kind) else {
        return Vec::new();
    };
    (0..fields.len())
        .map(|i| {
            let place = format!("steps[0].set.f{i}");
            match problems.iter().find(|p| flow::place::within(&p.place, &place)) {
                Some(p) => Err(p.clone()),
                None => read.get(&format!("f{i}")).cloned().ok_or_else(|| {
                    Problem::error("unreadable", &place, "not a mapping", "это не сопоставление")
                }),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mapping_gives_its_value_or_says_what_is_wrong() {
        let context = Context::new(json!({"trigger": {"body": {"Name": " Анна ", "n": "7"}}}));
        let uuid = uuid::Uuid::nil;
        let env = Env { now: domain::Time(0), timezone: "UTC", uuid: &uuid };
        let fields = json!({
            "title": {"template": "Заявка: {{trigger.body.Name}}"},
            "name": {"path": "$.trigger.body.Name", "transforms": [{"fn": "trim"}]},
            "count": {"path": "$.trigger.body.n"},
            "gone": {"path": "$.trigger.body.nothing"},
            "bad": {"template": "{{#if"},
            "odd": {"path": "$.trigger.body.Name", "literal": 1},
            "key": {"secret": "pin"},
            "sum": {"path": "$.trigger.body.Name"},
        });
        let number = |key: &str| FieldSpec {
            key: key.into(),
            kind: FieldType::Integer,
            ..FieldSpec::default()
        };
        let specs = [number("count"), number("sum")];
        let got = values(fields.as_object().unwrap(), &specs, &context, &env);
        let of = |key: &str| &got.iter().find(|(k, _)| k == key).unwrap().1;
        assert_eq!(of("title"), &Given::Value("Заявка:  Анна ".into()));
        assert_eq!(of("name"), &Given::Value("Анна".into()));
        assert_eq!(of("count"), &Given::Value(7.into()));
        assert_eq!(of("gone"), &Given::Missing);
        assert_eq!(of("key"), &Given::Value(MASK.into()));
        for key in ["bad", "odd", "sum"] {
            assert!(matches!(of(key), Given::Error(t) if !t.ru.is_empty()), "{key}");
        }
    }
}
