//! What the mappings of one step see while a flow is built: the sample as its trigger, and for each
//! step before it what its last test gave, or what its connector says that it gives. The rules of
//! what is seen from where are those of `mapping::check`.

use std::collections::BTreeMap;

use connect::registry::Registry;
use domain::Text;
use domain::field::{Escape, FieldSpec};
use domain::flow::{Action, Fields, Flow, OnError, Step, StepKind};
use mapping::mapping::Compiled;
use mapping::{Context, Env};
use serde_json::{Map, Value, json};

/// A step that is seen from the one that is built.
#[derive(Clone, Debug)]
pub struct Seen {
    pub id: String,
    pub title: Text,
    /// What the connector says of its output.
    pub specs: Vec<FieldSpec>,
    /// The output is that of a test, not an example.
    pub tested: bool,
}

/// The data at a place of the flow.
pub struct Reach<'f> {
    pub context: Context,
    pub seen: Vec<Seen>,
    /// Names of the items of the loops around, from the outside in.
    pub items: Vec<String>,
    /// The step, if it was asked for one and it is there.
    pub step: Option<&'f Step>,
}

struct Walk<'a, 'f> {
    found: Reach<'f>,
    registry: &'a Registry,
    outputs: &'a BTreeMap<String, Value>,
    env: &'a Env<'a>,
    target: Option<&'a str>,
}

/// The data that `target` sees, or what is seen after the last step without one.
pub fn reach<'f>(
    flow: &'f Flow,
    registry: &Registry,
    roots: Value,
    outputs: &BTreeMap<String, Value>,
    env: &Env<'_>,
    target: Option<&str>,
) -> Reach<'f> {
    let mut context = Context::new(roots);
    context.set("steps", json!({}));
    context.set("vars", json!({}));
    let found = Reach { context, seen: Vec::new(), items: Vec::new(), step: None };
    let mut walk = Walk { found, registry, outputs, env, target };
    walk.list(&flow.steps);
    walk.found
}

impl<'f> Walk<'_, 'f> {
    /// Goes through a list; true when the step was found.
    fn list(&mut self, steps: &'f [Step]) -> bool {
        steps.iter().any(|step| self.step(step))
    }

    fn step(&mut self, step: &'f Step) -> bool {
        if self.target == Some(step.id.as_str()) {
            self.found.step = Some(step);
            return true;
        }
        match &step.kind {
            StepKind::Action(a) => return self.action(step, a),
            StepKind::Branch { arms, .. } => {
                for arm in arms {
                    if self.holds(&arm.steps) {
                        return self.list(&arm.steps);
                    }
                }
                for arm in arms {
                    self.variables(&arm.steps);
                }
                self.show(step, &json!({ "taken": [0] }), Vec::new());
            }
            StepKind::ForEach(l) => {
                let list = self.eval(&l.list).unwrap_or_default();
                if self.holds(&l.steps) {
                    let first = match list {
                        Value::Array(items) => items.into_iter().next().unwrap_or_default(),
                        one => one,
                    };
                    // Nothing leaves the loop again: the step is inside.
                    let _outer = self.found.context.enter_item(&l.item, first, 0);
                    self.found.items.push(l.item.clone());
                    return self.list(&l.steps);
                }
                let given = l.steps.last().map_or(Value::Null, |s| self.output_of(s).0);
                self.show(step, &json!([given]), Vec::new());
            }
            StepKind::Set(vars) => {
                let made = self.set(vars);
                self.show(step, &made, Vec::new());
            }
            StepKind::Delay(_) | StepKind::Filter(_) | StepKind::Respond(_) => {
                self.show(step, &Value::Null, Vec::new());
            }
        }
        false
    }

    fn action(&mut self, step: &'f Step, a: &'f Action) -> bool {
        if let OnError::Steps(instead) = &a.on_error
            && self.holds(instead)
        {
            let error = json!({ "code": "remote_refused", "side": "remote", "message": "…" });
            self.found.context.set_step(&step.id, json!({ "status": "failed", "error": error }));
            self.seen(step, Vec::new());
            return self.list(instead);
        }
        let (output, specs) = self.output_of(step);
        self.show(step, &output, specs);
        false
    }

    /// What a step gives: what its last test gave, or the example of its connector.
    fn output_of(&self, step: &Step) -> (Value, Vec<FieldSpec>) {
        let tested = self.outputs.get(&step.id).cloned();
        let StepKind::Action(a) = &step.kind else {
            return (tested.unwrap_or_default(), Vec::new());
        };
        let connector = self.registry.get(&a.connector.name, &a.connector.version);
        let action = connector.and_then(|c| Some((c, c.action(&a.action)?)));
        let Some((connector, action)) = action else {
            return (tested.unwrap_or_default(), Vec::new());
        };
        let m = &action.manifest;
        let specs = connect::manifest::field::specs(&m.output, &connector.manifest.types);
        let example = || m.sample.clone().unwrap_or_else(|| empty(&specs));
        (tested.unwrap_or_else(example), specs)
    }

    fn show(&mut self, step: &Step, output: &Value, specs: Vec<FieldSpec>) {
        let shown = json!({ "status": "done", "output": output });
        self.found.context.set_step(&step.id, shown);
        self.seen(step, specs);
    }

    fn seen(&mut self, step: &Step, specs: Vec<FieldSpec>) {
        let tested = self.outputs.contains_key(&step.id);
        let title = title(step, self.registry);
        self.found.seen.push(Seen { id: step.id.clone(), title, specs, tested });
    }

    /// Variables that are set on a way that is not taken here are seen after it all the same.
    fn variables(&mut self, steps: &[Step]) {
        for step in steps {
            match &step.kind {
                StepKind::Set(vars) => {
                    self.set(vars);
                }
                StepKind::Branch { arms, .. } => arms.iter().for_each(|a| self.variables(&a.steps)),
                _ => {}
            }
        }
    }

    fn set(&mut self, vars: &Fields) -> Value {
        let mut made = Map::new();
        for (name, m) in vars {
            let value = self.eval(m).unwrap_or_default();
            made.insert(name.clone(), value);
        }
        for (name, value) in &made {
            self.found.context.set_var(name, value.clone());
        }
        Value::Object(made)
    }

    fn eval(&self, m: &domain::flow::Mapping) -> Option<Value> {
        let compiled = Compiled::compile(m, Escape::None).ok()?;
        compiled.eval(&self.found.context, self.env).ok()?
    }

    fn holds(&self, steps: &[Step]) -> bool {
        self.target.is_some_and(|t| has(steps, t))
    }
}

/// Whether a step stands in a list or below it.
fn has(steps: &[Step], id: &str) -> bool {
    steps.iter().any(|s| {
        s.id == id
            || match &s.kind {
                StepKind::Branch { arms, .. } => arms.iter().any(|a| has(&a.steps, id)),
                StepKind::ForEach(l) => has(&l.steps, id),
                StepKind::Action(a) => match &a.on_error {
                    OnError::Steps(steps) => has(steps, id),
                    _ => false,
                },
                _ => false,
            }
    })
}

/// The name of a step for people.
pub fn title(step: &Step, registry: &Registry) -> Text {
    if let Some(name) = &step.name {
        return Text::new(name, name);
    }
    let StepKind::Action(a) = &step.kind else { return Text::new(&step.id, &step.id) };
    let connector = registry.get(&a.connector.name, &a.connector.version);
    let known = connector.and_then(|c| Some((c, c.action(&a.action)?)));
    known.map_or_else(
        || Text::new(&step.id, &step.id),
        |(c, action)| {
            let (app, what) = (&c.manifest.display.title, &action.manifest.title);
            Text::new(format!("{}: {}", app.en, what.en), format!("{}: {}", app.ru, what.ru))
        },
    )
}

/// An output with every declared field and no value.
fn empty(specs: &[FieldSpec]) -> Value {
    let fields = specs.iter().map(|s| {
        let value = if s.fields.is_empty() { Value::Null } else { empty(&s.fields) };
        (s.key.clone(), value)
    });
    Value::Object(fields.collect())
}
