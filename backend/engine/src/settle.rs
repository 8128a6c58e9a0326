//! The parts of running a step that change the journal and talk to the store.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};

use domain::connection::{Connection, ConnectionState};
use domain::journal::{Attempt, Exchange, StepRow, StepState};
use domain::outcome::{Outcome, StepError};
use domain::run::RunState;
use domain::{Code, Secret, Text, Time, limits};
use mapping::functions::Env;
use serde_json::{Map, Value, json};
use store::{Applied, Next as JobNext, Places, Progress};

use crate::call::BROKEN_PAUSE;
use crate::execute::{Left, Runner};
use crate::keys;
use crate::machine::{At, End, awaits_connection};
use crate::program::{ActionNode, Does, Kind};
use crate::tokens::NotFresh;
use crate::whereabouts;

/// What a call needs, resolved.
pub(crate) struct Prepared {
    pub input: Value,
    pub secrets: BTreeMap<String, Secret>,
    pub connection: Option<Connection>,
}

/// Why a call cannot be made.
pub(crate) enum Stop {
    /// Not now, and without using a try.
    Wait(Time, StepError),
    Fail(StepError),
}

impl Runner<'_> {
    /// Fills the input fields and finds secrets and connection.
    pub(crate) async fn prepare(
        &mut self,
        at: At,
        a: &ActionNode,
        row: &mut StepRow,
    ) -> Result<Prepared, Stop> {
        let mut connection = match a.does {
            Does::Call | Does::Publish => self.connection(a).await?,
            Does::Deliver => Some(self.receiver().await?),
        };
        if a.enrich.is_some() {
            if let Some(c) = &mut connection {
                pin_connection(row, c);
            }
            let event = self.machine.context(at).data().get("trigger").cloned();
            let input = event.unwrap_or_default();
            return Ok(Prepared { input, secrets: BTreeMap::new(), connection });
        }
        let secrets = self.secrets(a).await?;
        let key = self.key(row);
        if let Some(c) = connection.as_mut().filter(|_| a.does == Does::Call) {
            pin_connection(row, c);
            self.machine.context(at).set("connection", json!(c.fields));
        }
        let env = EnvSource::new(row.started_at, &self.program.timezone, &key);
        let uuid = || env.uuid();
        let input = a
            .inputs
            .eval(self.machine.context(at), &env.env(&uuid))
            .map_err(|e| Stop::Fail(map_error(e)))?;
        Ok(Prepared { input, secrets, connection })
    }

    async fn secrets(&mut self, a: &ActionNode) -> Result<BTreeMap<String, Secret>, Stop> {
        let mut secrets = BTreeMap::new();
        if a.secrets.is_empty() {
            return Ok(secrets);
        }
        let shared = self.shared;
        let stored = self.flights.beside(pin!(shared.secrets(self.run.flow))).await;
        let stored = stored.map_err(|e| self.storage(&e))?;
        for (field, name) in &a.secrets {
            let s = stored.get(name).cloned().ok_or_else(|| {
                let en = format!("the secret \"{name}\" of the flow is not set");
                let text = (en, format!("секрет «{name}» сценария не задан"));
                Stop::Fail(StepError::new(Code::SecretMissing, text).field(field))
            })?;
            secrets.insert(field.clone(), s);
        }
        Ok(secrets)
    }

    async fn connection(&mut self, a: &ActionNode) -> Result<Option<Connection>, Stop> {
        let Some(id) = a.connection else {
            return Ok(None);
        };
        let shared = self.shared;
        let c = self.flights.beside(pin!(shared.connection(self.run.workspace, id))).await;
        let Some(c) = c.map_err(|e| self.storage(&e))? else {
            let en = format!("the connection {id} does not exist any more");
            let text = (en, format!("подключения {id} больше нет"));
            return Err(Stop::Fail(StepError::new(Code::ConnectionMissing, text)));
        };
        if c.state == ConnectionState::Broken {
            let e = StepError::new(Code::ConnectionBroken, why_broken(&c)).of(id);
            return Err(Stop::Wait(self.shared.now().plus(BROKEN_PAUSE), e));
        }
        let renewer = shared.renewer();
        let fresh = self.flights.beside(Box::pin(renewer.fresh(&a.connector, c, false))).await;
        match fresh {
            Ok(c) => Ok(Some(c)),
            Err(NotFresh::Store(e)) => Err(self.storage(&e)),
            Err(NotFresh::Later(e)) => {
                Err(Stop::Wait(self.shared.now().plus(limits::RETRY_AFTER), e))
            }
            Err(NotFresh::Refused(e)) => {
                let change = shared.break_connection(self.run.workspace, id, &e);
                self.flights.beside(Box::pin(change)).await;
                let e = StepError { code: Code::ConnectionBroken, ..e.of(id) };
                Err(Stop::Wait(self.shared.now().plus(BROKEN_PAUSE), e))
            }
        }
    }

    pub(crate) fn storage(&self, e: &store::Error) -> Stop {
        tracing::warn!(run.id = %self.run.id, error = %e, "the store did not answer; trying later");
        let text =
            ("the database did not answer; the step waits", "база данных не ответила; шаг ждёт");
        let at = self.shared.now().plus(limits::RETRY_AFTER);
        Stop::Wait(at, StepError::new(Code::StorageUnavailable, text))
    }

    /// The key of all tries of a step (semantics S2).
    pub(crate) fn key(&self, row: &StepRow) -> String {
        keys::run_key(self.run.id, &row.step, &row.item, "")
    }

    /// A step that never runs again.
    pub(crate) fn settle(
        &mut self,
        at: At,
        mut row: StepRow,
        state: StepState,
        output: Option<Value>,
        error: Option<StepError>,
    ) {
        row.state = state;
        row.due_at = None;
        row.finished_at = Some(self.shared.now());
        row.error = error;
        let bytes = output.as_ref().map_or(0, mapping::json_size);
        if self.machine.held() + bytes > limits::RUN_CONTEXT_BYTES {
            let most = limits::RUN_CONTEXT_BYTES;
            let text = (
                format!(
                    "the steps of this run hold more than {most} bytes with this one's output of {bytes}"
                ),
                format!(
                    "шаги запуска вместе с этим ответом ({bytes} байт) занимают больше {most} байт"
                ),
            );
            row.state = StepState::Failed;
            row.error = Some(StepError::new(Code::LimitExceeded, text));
        } else {
            row.output = output;
        }
        self.record(at, row);
    }

    /// Takes the row into the journal and the next commit.
    pub(crate) fn record(&mut self, at: At, row: StepRow) {
        self.rows.push(row.clone());
        self.machine.put(at, row);
    }

    pub(crate) fn attempt(
        &mut self,
        row: &StepRow,
        started_at: Time,
        ended_at: Time,
        outcome: &Outcome,
        exchanges: Vec<Exchange>,
    ) {
        tracing::debug!(outcome = outcome.word(), number = row.tries.max(1), "a try ended");
        self.attempts.push(Attempt {
            run: self.run.id,
            step: row.step.clone(),
            item: row.item.clone(),
            number: row.tries.max(1),
            started_at,
            took: ended_at.since(started_at),
            outcome: outcome.word().to_owned(),
            error: outcome.error().cloned(),
            exchanges,
        });
    }

    /// Commits what was done. `Some(cancel)` when it was taken, nothing when the run is lost.
    pub(crate) async fn commit(&mut self, next: JobNext) -> Option<bool> {
        if let JobNext::Keep { begun } = &next {
            self.begun.clone_from(begun);
        }
        let progress = Progress {
            lease: self.run.lease,
            steps: std::mem::take(&mut self.rows),
            attempts: std::mem::take(&mut self.attempts),
            next,
        };
        let shared = self.shared;
        let answer = self.answer.take();
        let published = std::mem::take(&mut self.published);
        let applied = match answer {
            answer if !published.is_empty() => {
                let publish = shared.publish_surely(progress, answer, published);
                self.flights.beside(Box::pin(publish)).await
            }
            None => self.flights.beside(pin!(shared.apply_surely(progress))).await,
            Some(answer) => self.flights.beside(pin!(shared.answer_surely(progress, answer))).await,
        };
        match applied? {
            Applied::Applied { cancel } => Some(cancel),
            Applied::Superseded => {
                tracing::warn!(run.id = %self.run.id, "another worker has this run; letting go");
                None
            }
        }
    }

    pub(crate) async fn end(mut self, end: End) -> Left {
        let finished_at = self.shared.now();
        metrics::counter!("zveno_runs_total", "state" => end.state.as_str()).increment(1);
        whereabouts::at_step("");
        tracing::debug!(state = end.state.as_str(), "the run ends");
        self.say_at_end(end.state);
        let next = JobNext::End { state: end.state, step: end.step, error: end.error, finished_at };
        match self.commit(next).await {
            Some(_) => Left::Ended,
            None => Left::Lost,
        }
    }

    /// Releases the run until then; `at` is what goes on first.
    pub(crate) async fn wait(mut self, at: At, until: Time) -> Left {
        let row = self.machine.row(at);
        let unsafe_next = match self.machine.node(at).map(|n| &n.kind) {
            Some(Kind::Action(a)) if a.records_begin() && !check_first(&row) => {
                Places::of(&row.step, &row.item)
            }
            _ => Places::default(),
        };
        // Of several that wait, one that something else may wake says so.
        let woken = self.machine.waiting().find(|r| awaits_connection(r));
        let error = woken.map_or(row.error.as_ref(), |r| r.error.as_ref()).cloned();
        // The job stays where its only call has to pass; others of the run may be due before.
        let alone = self.machine.waiting().nth(1).is_none();
        let gate = self.gate.filter(|(met, _)| alone && *met == at).map(|(_, gate)| gate);
        let step = Some(row.place());
        let next = JobNext::Wait { due_at: until, step, unsafe_next, error, gate };
        match self.commit(next).await {
            Some(_) => Left::Waits,
            None => Left::Lost,
        }
    }
}

/// A run that a person cancelled.
pub(crate) fn cancelled() -> End {
    End {
        state: RunState::Cancelled,
        step: None,
        error: Some(StepError::new(
            Code::Cancelled,
            ("cancelled by a person", "отменено человеком"),
        )),
    }
}

/// Keeps the connection's open fields as they are at the step's first start (semantics S2), and
/// puts kept ones back on later tries.
fn pin_connection(row: &mut StepRow, c: &mut Connection) {
    let kept = row.pinned.as_ref().and_then(|p| p.get("connection")).cloned();
    match kept.and_then(|k| serde_json::from_value(k).ok()) {
        Some(fields) => c.fields = fields,
        None => pin(row, "connection", json!(c.fields)),
    }
}

pub(crate) fn pin(row: &mut StepRow, key: &str, value: Value) {
    let pinned = row.pinned.get_or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(m) = pinned {
        m.insert(key.to_owned(), value);
    }
}

/// Which connection does not work, and why.
pub(crate) fn why_broken(c: &Connection) -> Text {
    let note = Text::of_kept(c.note.as_deref().unwrap_or_default());
    Text::new(format!("\"{}\": {}", c.name, note.en), format!("«{}»: {}", c.name, note.ru))
}

/// Whether the next try first looks if the record is there already (`on_unknown: check`).
pub(crate) fn check_first(row: &StepRow) -> bool {
    row.pinned.as_ref().and_then(|p| p.get("check")).and_then(Value::as_bool).unwrap_or(false)
}

pub(crate) fn set_check(row: &mut StepRow, on: bool) {
    if on || check_first(row) {
        pin(row, "check", Value::Bool(on));
    }
}

/// The error of a mapping as the step's error.
pub(crate) fn map_error(e: mapping::MapError) -> StepError {
    let mut out = StepError::new(e.code, e.text());
    out.field = (!e.field.is_empty()).then(|| e.field.into());
    out
}

pub(crate) fn not_found() -> StepError {
    let text = (
        "the check found no record; sending it again",
        "проверка не нашла записи; отправляем ещё раз",
    );
    StepError::new(Code::OutcomeUnknown, text)
}

/// A check that got its answer.
pub(crate) fn looked(output: Value, exchanges: Vec<Exchange>) -> connect::outbound::Executed {
    let outcome = Outcome::Done { output };
    connect::outbound::Executed { outcome, exchanges, sent: true, done_calls: None }
}

/// A check that could not be made leaves the outcome as unknown as it was.
pub(crate) fn unsure(e: connect::outbound::Executed) -> connect::outbound::Executed {
    let error = e.outcome.error().cloned().unwrap_or_else(not_found);
    let outcome = match e.outcome {
        limited @ Outcome::Limited { .. } => limited,
        auth @ Outcome::Auth { .. } => auth,
        _ => Outcome::Unknown { error },
    };
    connect::outbound::Executed { outcome, ..e }
}

/// `now` and `uuid` for the mappings of one step.
pub(crate) struct EnvSource<'a> {
    now: Time,
    timezone: &'a str,
    key: &'a str,
    count: AtomicU32,
}

impl<'a> EnvSource<'a> {
    pub(crate) fn new(now: Time, timezone: &'a str, key: &'a str) -> Self {
        Self { now, timezone, key, count: AtomicU32::new(0) }
    }
    pub(crate) fn uuid(&self) -> uuid::Uuid {
        keys::derived_uuid(self.key, self.count.fetch_add(1, Ordering::Relaxed))
    }
    pub(crate) fn env<'e>(&'e self, uuid: &'e dyn Fn() -> uuid::Uuid) -> Env<'e> {
        Env { now: self.now, timezone: self.timezone, uuid }
    }
}
