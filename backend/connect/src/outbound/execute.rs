//! Runs an action: its one call, or its steps. Calls done in an earlier try are not made again
//! (semantics S10).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Code;
use domain::connection::Connection;
use domain::limits::LOOP_ITEMS;
use domain::outcome::{Outcome, StepError};
use mapping::Context;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::driver::{Driver, Ended, Gave, Turn, failed};
use super::prepare::Base;
use super::scrub::Scrub;
use super::view::{self, Conn};
use super::{Call, Executed, Outbound, test};
use crate::manifest::{ActionKind, NotFound};
use crate::registry::compiled::action::Until;
use crate::registry::compiled::{Output, Plan, Step};
use crate::registry::{Action, Connector};
use crate::template::{Look, Uuids, rfc3339};

impl Outbound {
    /// Runs an action once. Never panics and never waits for a second try: the outcome says what
    /// to do.
    pub async fn execute(&self, call: Call<'_>) -> Executed {
        if let Some(native) = crate::native::action(&call.connector.name, &call.action.key) {
            return native.call(self, &call).await;
        }
        let run = view::run(&call.run);
        let conn = Conn::new(call.connection, &run, call.run.now);
        let mut driver = self.driver(&call, &conn);
        let context = Context::new(json!({
            "input": call.input,
            "conn": conn.open,
            "run": run,
            "now": rfc3339(call.run.now),
        }));
        let mut done = match call.done_calls {
            Some(Value::Object(map)) => map.clone(),
            _ => Map::new(),
        };
        let gave = match &call.action.plan {
            Plan::Native => Err(failed(missing(call.connector, call.action))),
            Plan::Call(one) => {
                let mut context = context;
                let turn = Turn {
                    call: one,
                    context: &mut context,
                    masked: None,
                    key: call.run.key,
                    idempotency: call.action.idempotency.as_ref(),
                    finds: finds(call.action.manifest.kind),
                };
                driver.run(turn).await
            }
            Plan::Steps { steps, result } => {
                driver.steps(&call, steps, result.as_ref(), context, &mut done).await
            }
        };
        let outcome = conclude(call.action, gave);
        Executed {
            outcome,
            exchanges: driver.exchanges,
            sent: driver.sent,
            done_calls: (!done.is_empty()).then_some(Value::Object(done)),
        }
    }

    pub(super) fn driver<'d>(&'d self, call: &Call<'d>, conn: &'d Conn) -> Driver<'d> {
        Driver {
            out: self,
            base: self.base(call.connector, call.connection, conn, call),
            scrub: Scrub::new(view::secrets(call.connection, call.secrets)),
            files: call.files,
            now: call.run.now,
            timezone: call.run.timezone,
            exchanges: Vec::new(),
            sent: false,
        }
    }

    fn base<'d>(
        &'d self,
        connector: &'d Connector,
        connection: Option<&'d Connection>,
        conn: &'d Conn,
        call: &Call<'d>,
    ) -> Base<'d> {
        Base {
            connector,
            method: connection.and_then(|c| connector.method(Some(&c.method))),
            conn,
            moved_to: self.config.base_urls.get(&connector.name),
            allow_networks: &self.config.allow_networks,
            hops: call.run.hops,
            timeout: call.timeout,
        }
    }
}

/// The action is native, but its code is not in this server.
fn missing(connector: &Connector, action: &Action) -> StepError {
    let name = &connector.name;
    let en = format!("{name}.{} is not in this server", action.key);
    let ru = format!("{name}.{} нет в этом сервере", action.key);
    StepError::new(Code::ConnectorMissing, (en, ru))
}

fn finds(kind: ActionKind) -> bool {
    matches!(kind, ActionKind::Find | ActionKind::Get | ActionKind::List | ActionKind::Delete)
}

/// The outcome of an action: what finding nothing means is its own choice.
fn conclude(action: &Action, gave: Result<Gave, Ended>) -> Outcome {
    let manifest = &action.manifest;
    let looks = matches!(manifest.kind, ActionKind::Find | ActionKind::Get);
    let nothing = |error: StepError| match manifest.not_found {
        NotFound::Empty => Outcome::Done { output: Value::Null },
        NotFound::Error => Outcome::Fail { error },
        NotFound::Stop => Outcome::Skipped { message: error.message },
    };
    match gave {
        Err(outcome) => outcome,
        Ok(Gave::Nothing(error)) => nothing(error),
        Ok(Gave::Output(output)) if looks && is_nothing(&output) => {
            nothing(StepError::new(Code::RemoteRefused, ("nothing was found", "ничего не найдено")))
        }
        Ok(Gave::Output(output)) => Outcome::Done { output },
    }
}

fn is_nothing(output: &Value) -> bool {
    match output {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty() || map.values().all(Value::is_null),
        _ => false,
    }
}

/// The key of one call of several, from the key of the action (semantics S2).
fn call_key(key: &str, call: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{key}:{call}")))
}

impl Driver<'_> {
    async fn steps(
        &mut self,
        call: &Call<'_>,
        steps: &[Step],
        result: Option<&Output>,
        mut context: Context,
        done: &mut Map<String, Value>,
    ) -> Result<Gave, Ended> {
        let mut last = Value::Null;
        for step in steps {
            let output = match &step.for_each {
                None => self.step(call, step, &step.id, &mut context, done).await?,
                Some(_) => self.each(call, step, &mut context, done).await?,
            };
            context.set_step(&step.id, output.clone());
            last = output;
        }
        let Some(result) = result else { return Ok(Gave::Output(last)) };
        let uuids = Uuids::new(call.run.key);
        let output = uuids.env(self.now, self.timezone, |env| {
            let look = Look { context: &context, env };
            result.take(context.data(), &look)
        });
        output.map(Gave::Output).map_err(|e| failed(self.clean(e)))
    }

    /// One call under its name in `done`: what it gave before is taken from there.
    async fn step(
        &mut self,
        call: &Call<'_>,
        step: &Step,
        name: &str,
        context: &mut Context,
        done: &mut Map<String, Value>,
    ) -> Result<Value, Ended> {
        if let Some(output) = done.get(name) {
            return Ok(output.clone());
        }
        let key = call_key(call.run.key, name);
        let wanted = step.when.as_ref().is_none_or(|when| {
            let uuids = Uuids::new(&key);
            uuids.env(self.now, self.timezone, |env| {
                test::holds_for(when, &Value::Null, &Look { context, env })
            })
        });
        let output = if wanted {
            let turn = Turn {
                call: &step.call,
                context,
                masked: None,
                key: &key,
                idempotency: call.action.idempotency.as_ref(),
                finds: finds(call.action.manifest.kind),
            };
            let output = match self.run(turn).await? {
                Gave::Output(output) => output,
                Gave::Nothing(_) => Value::Null,
            };
            if let Some(until) = &step.until {
                self.ended(until, &output, name, context, done)?;
            }
            output
        } else {
            Value::Null
        };
        done.insert(name.to_owned(), output.clone());
        Ok(output)
    }

    /// Whether a job of the service has ended; otherwise the step comes again later, and waits in
    /// the queue meanwhile.
    fn ended(
        &self,
        until: &Until,
        output: &Value,
        name: &str,
        context: &Context,
        done: &mut Map<String, Value>,
    ) -> Result<(), Ended> {
        let since = format!("{name}~since");
        let uuids = Uuids::new(name);
        let over = uuids.env(self.now, self.timezone, |env| {
            test::holds_for(&until.cond, output, &Look { context, env })
        });
        if over {
            done.remove(&since);
            return Ok(());
        }
        let now = self.out.config.clock.now();
        let first = done.get(&since).and_then(Value::as_i64).unwrap_or(now.micros());
        if now.micros() - first >= until.within.micros() {
            let message = (
                format!("the service did not finish within {}", until.within),
                format!("сервис не закончил работу за {}", until.within),
            );
            return Err(failed(StepError::new(Code::RemoteTimeout, message)));
        }
        done.insert(since, Value::from(first));
        let text = ("the service has not finished yet", "сервис ещё не закончил работу");
        let error = StepError::new(Code::RemotePending, text);
        Err(Outcome::Wait { error, after: until.every })
    }

    async fn each(
        &mut self,
        call: &Call<'_>,
        step: &Step,
        context: &mut Context,
        done: &mut Map<String, Value>,
    ) -> Result<Value, Ended> {
        let uuids = Uuids::new(&call_key(call.run.key, &step.id));
        let list = uuids.env(self.now, self.timezone, |env| {
            let look = Look { context, env };
            step.for_each.as_ref().map_or(Ok(Value::Null), |t| t.value(&look))
        });
        let items = match list.map_err(|e| failed(self.clean(e)))? {
            Value::Array(items) => items,
            Value::Null => Vec::new(),
            one => vec![one],
        };
        if items.len() > LOOP_ITEMS {
            let n = items.len();
            let message = (
                format!("a list of {n} items is longer than {LOOP_ITEMS}"),
                format!("список из {n} элементов длиннее {LOOP_ITEMS}"),
            );
            return Err(failed(StepError::new(Code::LimitExceeded, message)));
        }
        let mut outputs = Vec::with_capacity(items.len());
        for (i, item) in items.into_iter().enumerate() {
            let outer = context.enter_item("item", item, i);
            let name = format!("{}[{i}]", step.id);
            let output = self.step(call, step, &name, context, done).await;
            context.leave_item(outer);
            outputs.push(output?);
        }
        Ok(Value::Array(outputs))
    }
}
