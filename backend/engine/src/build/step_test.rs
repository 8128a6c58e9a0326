//! One step tried alone with the data of a sample: what it would send, or what came of sending it.

use std::collections::BTreeMap;

use connect::outbound::{Call, RunInfo};
use connect::registry::Connector;
use domain::flow::{self, Action, Delay, Fields, Step, StepKind};
use domain::ids::{FlowId, RunId};
use domain::journal::Exchange;
use domain::outcome::{Outcome, StepError};
use domain::{Code, Problem, Secret};
use mapping::condition::Compiled as Condition;
use mapping::mapping::Compiled;
use mapping::{Context, Env, Inputs};
use serde_json::{Map, Value, json};

use super::reach::reach;
use super::samples::{Bench, Sample};
use crate::files::DeliveryFiles;
use crate::keys;
use crate::manage::{Error, Manage};
use crate::settle::{EnvSource, map_error};

/// How a step is tried.
#[derive(Clone, Debug, Default)]
pub struct Trial {
    /// In place of the draft.
    pub doc: Option<Value>,
    pub sample: Option<String>,
    /// Only show what would be sent.
    pub dry_run: bool,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Tried {
    /// The word of the outcome: `done`, `failed`, `shown` ...
    pub outcome: &'static str,
    /// The fields as they were filled, without secrets.
    pub input: Option<Value>,
    /// The calls, masked; without answers where they were only shown.
    pub exchanges: Vec<Exchange>,
    /// What later steps see.
    pub output: Option<Value>,
    pub error: Option<StepError>,
}

/// What an action is called with.
struct Ready {
    input: Value,
    secrets: BTreeMap<String, Secret>,
    connection: Option<domain::connection::Connection>,
}

impl Manage {
    /// Tries one step. What it gives is kept for the mappings of later ones.
    ///
    /// # Errors
    /// The step is not there, or it is not finished: its problems.
    pub async fn test_step(&self, id: FlowId, step: &str, t: Trial) -> Result<Tried, Error> {
        let bench = self.bench(id, t.doc.as_ref()).await?;
        let sample = self.sample(&bench, t.sample.as_deref()).await?;
        let outputs = self.db.step_outputs(id).await?;
        let now = self.db.now();
        let run = RunId::new(now);
        let key = keys::run_key(run, step, "", "");
        let env = EnvSource::new(now, &bench.flow.settings.timezone, &key);
        let uuid = || env.uuid();
        let roots = bench.roots(&sample, now);
        let found = {
            let env = env.env(&uuid);
            reach(&bench.flow, &bench.registry, roots, &outputs, &env, Some(step))
        };
        let Some(node) = found.step else { return Err(Error::missing("step", step)) };
        let mut context = found.context;
        let tried = match &node.kind {
            StepKind::Action(a) => {
                let trying = Trying { m: self, bench: &bench, sample: &sample, run, key: &key };
                trying.action(node, a, &mut context, t.dry_run).await?
            }
            _ => pure(node, &context, &env.env(&uuid)),
        };
        if let Some(output) = tried.output.as_ref().filter(|_| tried.outcome == "done") {
            self.db.put_step_output(id, step, output).await?;
        }
        Ok(tried)
    }
}

struct Trying<'a> {
    m: &'a Manage,
    bench: &'a Bench,
    sample: &'a Sample,
    run: RunId,
    key: &'a str,
}

impl Trying<'_> {
    async fn action(
        &self,
        step: &Step,
        a: &Action,
        context: &mut Context,
        dry_run: bool,
    ) -> Result<Tried, Error> {
        let (c, action) = self.connector(a)?;
        let inputs = Inputs::compile(&a.input, &action.spec.input).map_err(|faults| {
            Error::Problems(faults.into_iter().map(|(at, f)| f.at(format!("input{at}"))).collect())
        })?;
        let now = self.m.db.now();
        let timezone = self.bench.flow.settings.timezone.as_str();
        let ready = match self.ready(a, &inputs, context).await {
            Ok(ready) => ready,
            Err(error) => return Ok(failed(error)),
        };
        let files = DeliveryFiles::new(self.sample.raw.body.clone());
        let run = RunInfo {
            key: self.key,
            attempt: 1,
            run: self.run,
            flow: self.bench.row.id,
            step: &step.id,
            now,
            timezone,
            hops: 0,
        };
        let call = Call {
            connector: c,
            action,
            input: ready.input.clone(),
            secrets: &ready.secrets,
            connection: ready.connection.as_ref(),
            run,
            done_calls: None,
            files: &files,
            timeout: step.timeout,
        };
        let executed = if dry_run {
            self.m.outbound.muted().execute(call).await
        } else {
            self.m.outbound.execute(call).await
        };
        let shown = dry_run && !executed.exchanges.is_empty() && !blocked(&executed.outcome);
        let mut out = Tried {
            outcome: if shown { "shown" } else { executed.outcome.word() },
            input: Some(ready.input),
            exchanges: executed.exchanges,
            ..Tried::default()
        };
        match executed.outcome {
            Outcome::Done { output } => out.output = Some(output),
            Outcome::Skipped { message } => out.output = Some(json!({ "skipped": message })),
            other if !shown => out.error = other.error().cloned(),
            _ => {}
        }
        Ok(out)
    }

    fn connector(&self, a: &Action) -> Result<(&Connector, &connect::registry::Action), Error> {
        let c = self.bench.registry.get(&a.connector.name, &a.connector.version);
        let known = c.and_then(|c| Some((&**c, c.action(&a.action)?)));
        known.ok_or_else(|| {
            let name = format!("{}.{}", a.connector.name, a.action);
            Error::Problems(vec![Problem::error(
                "connector_missing",
                "action",
                format!("{name} is not installed"),
                format!("{name} не установлен"),
            )])
        })
    }

    async fn ready(
        &self,
        a: &Action,
        inputs: &Inputs,
        context: &mut Context,
    ) -> Result<Ready, StepError> {
        let connection = match &a.connection {
            None => None,
            Some(wanted) => {
                let found = self.m.find_connection(wanted).await.map_err(|e| storage(&e))?;
                let text = ("the connection is not there", "такого подключения нет");
                let gone = || StepError::new(Code::ConnectionMissing, text);
                Some(found.ok_or_else(gone)?)
            }
        };
        if let Some(c) = &connection {
            context.set("connection", json!(c.fields));
        }
        let mut secrets = BTreeMap::new();
        for (field, name) in inputs.secrets() {
            let s = self.bench.secrets.get(name).cloned().ok_or_else(|| {
                let en = format!("the secret \"{name}\" of the flow is not set");
                let text = (en, format!("секрет «{name}» сценария не задан"));
                StepError::new(Code::SecretMissing, text).field(field)
            })?;
            secrets.insert(field.to_owned(), s);
        }
        let timezone = &self.bench.flow.settings.timezone;
        let env = EnvSource::new(self.m.db.now(), timezone, self.key);
        let uuid = || env.uuid();
        let input = inputs.eval(context, &env.env(&uuid)).map_err(map_error)?;
        Ok(Ready { input, secrets, connection })
    }
}

fn storage(e: &Error) -> StepError {
    StepError::new(e.code(), ("the database did not answer", "база данных не ответила"))
}

/// Whether a request was refused before it could be shown as one that may be sent.
fn blocked(outcome: &Outcome) -> bool {
    outcome.error().is_some_and(|e| e.code == Code::AddressBlocked)
}

fn failed(error: StepError) -> Tried {
    Tried { outcome: "failed", error: Some(error), ..Tried::default() }
}

/// Steps that send nothing are tried whole.
fn pure(step: &Step, context: &Context, env: &Env<'_>) -> Tried {
    match evaluate(step, context, env) {
        Ok(output) => Tried { outcome: "done", output: Some(output), ..Tried::default() },
        Err(error) => failed(error),
    }
}

fn evaluate(step: &Step, context: &Context, env: &Env<'_>) -> Result<Value, StepError> {
    Ok(match &step.kind {
        StepKind::Set(vars) => Value::Object(all(vars, context, env)?),
        StepKind::Filter(c) => json!({ "passes": holds(c, context, env)? }),
        StepKind::Branch { arms, all } => {
            let mut taken = Vec::new();
            for (i, arm) in arms.iter().enumerate() {
                let fits = match &arm.when {
                    Some(c) => holds(c, context, env)?,
                    None => taken.is_empty(),
                };
                if fits {
                    taken.push(i);
                    if !all {
                        break;
                    }
                }
            }
            json!({ "taken": taken })
        }
        StepKind::ForEach(l) => one(&l.list, context, env)?,
        StepKind::Delay(Delay::Until(m)) => json!({ "until": one(m, context, env)? }),
        StepKind::Delay(Delay::For(span)) => json!({ "for": span.to_string() }),
        StepKind::Respond(_) | StepKind::Action(_) => Value::Null,
    })
}

fn all(vars: &Fields, context: &Context, env: &Env<'_>) -> Result<Map<String, Value>, StepError> {
    vars.iter().map(|(name, m)| Ok((name.clone(), one(m, context, env)?))).collect()
}

fn one(m: &flow::Mapping, context: &Context, env: &Env<'_>) -> Result<Value, StepError> {
    let compiled = Compiled::compile(m, domain::field::Escape::None);
    let compiled = compiled.map_err(|faults| unfinished(&faults))?;
    Ok(compiled.eval(context, env).map_err(map_error)?.unwrap_or_default())
}

fn holds(c: &flow::Condition, context: &Context, env: &Env<'_>) -> Result<bool, StepError> {
    let compiled = Condition::compile(c).map_err(|faults| unfinished(&faults))?;
    compiled.eval(context, env).map_err(map_error)
}

fn unfinished(faults: &[mapping::Placed]) -> StepError {
    let first = faults.first().map(|(_, f)| f.message.clone()).unwrap_or_default();
    StepError::new(Code::FlowInvalid, first)
}
