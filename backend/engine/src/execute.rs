//! One run in the hands of a worker: from where its journal ends to its end, or to a pause.

use std::sync::Arc;

use connect::outbound::{Call, Checked, RunInfo};
use domain::ids::{FlowId, RunId, WorkspaceId};
use domain::journal::{Attempt, StepRow, StepState};
use domain::outcome::{Outcome, StepError};
use domain::{Code, GateKey, Span, Time, limits};
use mapping::Context;
use serde_json::{Value, json};
use store::{Lease, Next as JobNext};

use crate::engine::Shared;
use crate::files::DeliveryFiles;
use crate::gates::Pass;
use crate::machine::{self, Decision, End, Journal, Next, Try};
use crate::program::{ActionNode, DelayNode, Kind, Node, Program};
use crate::settle::{
    EnvSource, Prepared, Stop, cancelled, check_first, looked, map_error, not_found, pin,
    set_check, take_arms, unsure,
};

/// A run with all that a worker needs to go on with it.
pub struct Job {
    pub lease: Lease,
    pub workspace: WorkspaceId,
    pub flow: FlowId,
    pub run: RunId,
    pub created_at: Time,
    pub program: Arc<Program>,
    pub journal: Journal,
    pub context: Context,
    pub files: DeliveryFiles,
    /// The unsafe action that the claim or the ingest commit marked as begun.
    pub begun: Option<String>,
    /// The unsafe action that a dead worker had begun: its outcome is unknown.
    pub interrupted: Option<String>,
    pub cancel: bool,
    /// It starts for the first time, and is no replay.
    pub fresh: bool,
    pub hops: u32,
}

/// Why the worker let go of the run.
#[derive(Debug, PartialEq, Eq)]
pub enum Left {
    Ended,
    Waits,
    /// Another node has it, or the store did not take the progress.
    Lost,
}

pub(crate) struct Runner<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) job: Job,
    /// Rows of pure steps not committed yet: they go with the next commit.
    pub(crate) rows: Vec<StepRow>,
    pub(crate) attempts: Vec<Attempt>,
    /// JSON bytes of what the steps hold (limit `RUN_CONTEXT_BYTES`).
    pub(crate) held: usize,
    /// The destination that the run waits for, if it waits for one.
    pub(crate) gate: Option<GateKey>,
}

/// What a step led to.
enum Step {
    /// Settled; look for the next one.
    Settled,
    /// The run is released until then.
    Wait(Time),
    End(End),
    Lost,
}

impl<'a> Runner<'a> {
    pub(crate) fn new(shared: &'a Shared, job: Job) -> Self {
        let outputs = job.journal.rows().filter_map(|r| r.output.as_ref());
        let held = outputs.map(mapping::json_size).sum();
        Self { shared, job, rows: Vec::new(), attempts: Vec::new(), held, gate: None }
    }

    /// Takes the run as far as it goes now.
    pub(crate) async fn run(mut self) -> Left {
        let program = self.job.program.clone();
        loop {
            if self.job.cancel {
                return self.end(cancelled()).await;
            }
            match machine::next(&program, &self.job.journal, self.shared.now()) {
                Next::End(end) => return self.end(end).await,
                Next::Wait { node, until } => return self.wait(&program, node, until).await,
                Next::Step(node) => match self.step(&program, node).await {
                    Step::Settled => {}
                    Step::Wait(until) => return self.wait(&program, node, until).await,
                    Step::End(end) => return self.end(end).await,
                    Step::Lost => return Left::Lost,
                },
            }
        }
    }

    async fn step(&mut self, program: &Program, node: &Node) -> Step {
        let mut row = self.job.journal.get(node.no).cloned().unwrap_or_else(|| {
            let at = self.job.journal.last_finished().unwrap_or(self.job.created_at);
            StepRow::new(node.id.as_str(), "", at.max(self.job.created_at))
        });
        match &node.kind {
            Kind::Action(a) => self.action(program, node, a, row).await,
            Kind::Unsupported(what) => {
                let e = StepError::new(
                    Code::FlowInvalid,
                    format!("this server does not run {what} steps"),
                );
                self.settle(node, row, StepState::Failed, None, Some(e));
                Step::Settled
            }
            Kind::Delay(d) => self.delay(program, node, d, row),
            pure => {
                let result = self.evaluate(program, pure, &row);
                match result {
                    Ok((state, output)) => self.settle(node, row, state, output, None),
                    Err(e) => {
                        row.tries += 1;
                        self.settle(node, row, StepState::Failed, None, Some(e));
                    }
                }
                Step::Settled
            }
        }
    }

    /// Filters, branches and variables: no I/O, so they need no commit of their own.
    fn evaluate(
        &mut self,
        program: &Program,
        kind: &Kind,
        row: &StepRow,
    ) -> Result<(StepState, Option<Value>), StepError> {
        let key = self.key(&row.step);
        let env = EnvSource::new(row.started_at, &program.timezone, &key);
        let uuid = || env.uuid();
        let env = env.env(&uuid);
        match kind {
            Kind::Filter(c) => {
                let pass = c.eval(&self.job.context, &env).map_err(map_error)?;
                Ok((if pass { StepState::Done } else { StepState::Filtered }, None))
            }
            Kind::Branch(b) => {
                let taken = take_arms(b, &self.job.context, &env)?;
                Ok((StepState::Done, Some(json!({ "taken": taken }))))
            }
            Kind::Set(vars) => {
                let mut set = serde_json::Map::new();
                for (name, m) in vars {
                    let v =
                        m.eval(&self.job.context, &env).map_err(|e| map_error(e.in_field(name)))?;
                    set.insert(name.clone(), v.unwrap_or(Value::Null));
                }
                Ok((StepState::Done, Some(Value::Object(set))))
            }
            _ => Err(StepError::new(Code::Internal, "not a step without input and output")),
        }
    }

    fn delay(&mut self, program: &Program, node: &Node, d: &DelayNode, mut row: StepRow) -> Step {
        let now = self.shared.now();
        if let Some(due) = row.due_at {
            if due <= now {
                self.settle(node, row, StepState::Done, None, None);
                return Step::Settled;
            }
            return Step::Wait(due);
        }
        let until = match d {
            DelayNode::For(span) => Ok(row.started_at.plus(*span)),
            DelayNode::Until(m) => self.moment(program, m, &row),
        };
        match until {
            Ok(until) if until <= now => {
                self.settle(node, row, StepState::Done, None, None);
                Step::Settled
            }
            Ok(until) => {
                row.due_at = Some(until);
                row.state = StepState::Waiting;
                self.record(node, row);
                Step::Wait(until)
            }
            Err(e) => {
                self.settle(node, row, StepState::Failed, None, Some(e));
                Step::Settled
            }
        }
    }

    /// The moment that a `delay: {until}` names, at most `limits::DELAY_MAX` away.
    fn moment(
        &self,
        program: &Program,
        m: &mapping::mapping::Compiled,
        row: &StepRow,
    ) -> Result<Time, StepError> {
        let key = self.key(&row.step);
        let env = EnvSource::new(row.started_at, &program.timezone, &key);
        let uuid = || env.uuid();
        let env = env.env(&uuid);
        let v = m.eval(&self.job.context, &env).map_err(map_error)?.unwrap_or(Value::Null);
        let at = mapping::moment::parse(&v, &program.timezone).ok_or_else(|| {
            StepError::new(Code::MappingFailed, format!("until: expected a date and time, got {v}"))
        })?;
        Ok(at.min(row.started_at.plus(limits::DELAY_MAX)))
    }

    async fn action(
        &mut self,
        program: &Program,
        node: &Node,
        a: &ActionNode,
        mut row: StepRow,
    ) -> Step {
        if self.job.interrupted.take_if(|b| *b == node.id).is_some() {
            row.tries += 1;
            let outcome = Outcome::Unknown { error: machine::interrupted() };
            let now = self.shared.now();
            self.attempt(&row, now, now, &outcome, Vec::new());
            return self.judge(node, a, row, outcome, None).await;
        }
        if !self.attempts.is_empty()
            && self.shared.is_paused(self.job.workspace, self.job.flow).await
        {
            return Step::Wait(self.shared.now());
        }
        let ready = match self.prepare(program, a, &mut row).await {
            Ok(p) => self.meet_gates(a, &p, &row).await.map(|pass| (p, pass)),
            Err(stop) => Err(stop),
        };
        let (prepared, pass) = match ready {
            Ok(ready) => ready,
            Err(Stop::Wait(until, error)) => {
                row.state = StepState::Waiting;
                row.due_at = Some(until);
                row.error = Some(error);
                self.record(node, row);
                return Step::Wait(until);
            }
            Err(Stop::Fail(e)) => {
                row.tries += 1;
                let (now, outcome) = (self.shared.now(), Outcome::Fail { error: e });
                self.attempt(&row, now, now, &outcome, Vec::new());
                return self.judge(node, a, row, outcome, None).await;
            }
        };
        let checking = check_first(&row);
        let began_in_claim = self.job.begun.take().is_some_and(|b| b == node.id);
        let begins = a.records_begin() && !checking && !began_in_claim;
        // What an action before this one did is kept before this one starts.
        if begins || !self.attempts.is_empty() {
            let begun = begins.then(|| node.id.clone());
            match self.commit(JobNext::Keep { begun }).await {
                Some(false) => {}
                Some(true) => return Step::End(cancelled()),
                None => return Step::Lost,
            }
        }
        if !self.shared.sure_of(self.job.lease).await {
            return Step::Lost;
        }
        self.send(program, node, a, row, (&prepared, pass), checking).await
    }

    async fn send(
        &mut self,
        program: &Program,
        node: &Node,
        a: &ActionNode,
        mut row: StepRow,
        (p, pass): (&Prepared, Pass),
        checking: bool,
    ) -> Step {
        let Some(action) = a.action() else {
            let e = StepError::new(Code::ConnectorMissing, "the action has gone");
            return self.judge(node, a, row, Outcome::Fail { error: e }, None).await;
        };
        let key = self.key(&node.id);
        let started = self.shared.now();
        let done_calls = row.pinned.as_ref().and_then(|p| p.get("calls")).cloned();
        let call = Call {
            connector: &a.connector,
            action,
            input: p.input.clone(),
            secrets: &p.secrets,
            connection: p.connection.as_ref(),
            run: RunInfo {
                key: &key,
                attempt: row.tries + 1,
                run: self.job.run,
                flow: self.job.flow,
                step: &node.id,
                now: row.started_at,
                timezone: &program.timezone,
                hops: self.job.hops,
            },
            done_calls: done_calls.as_ref(),
            files: &self.job.files,
            timeout: node.timeout,
        };
        let executed = if checking {
            match self.shared.outbound.check(call).await {
                Checked::Found { output, exchanges } => {
                    let found = looked(output, exchanges);
                    pass.leave(&a.connector, found).await
                }
                Checked::NotFound { exchanges } => {
                    let looked = looked(Value::Null, exchanges);
                    let exchanges = pass.leave(&a.connector, looked).await.exchanges;
                    // Nothing was made: send it again, as a try that is recorded anew.
                    let outcome = Outcome::Retry { error: not_found(), after: None };
                    self.attempt(&row, started, self.shared.now(), &outcome, exchanges);
                    set_check(&mut row, false);
                    row.due_at = None;
                    row.state = StepState::Waiting;
                    self.record(node, row);
                    return Step::Settled;
                }
                Checked::Unsure { executed } => unsure(pass.leave(&a.connector, executed).await),
            }
        } else {
            let executed = self.shared.outbound.execute(call).await;
            pass.leave(&a.connector, executed).await
        };
        row.tries += 1;
        let outcome = executed.outcome;
        self.attempt(&row, started, self.shared.now(), &outcome, executed.exchanges);
        self.judge(node, a, row, outcome, executed.done_calls).await
    }

    /// Turns the outcome into the step's new state.
    async fn judge(
        &mut self,
        node: &Node,
        a: &ActionNode,
        mut row: StepRow,
        outcome: Outcome,
        done_calls: Option<Value>,
    ) -> Step {
        if let Some(calls) = done_calls {
            pin(&mut row, "calls", calls);
        }
        let gone = matches!(&outcome, Outcome::Fail { error } if error.code == Code::Gone);
        let t = Try {
            policy: &a.retry,
            on_unknown: a.on_unknown,
            tries: row.tries.saturating_sub(1),
            now: self.shared.now(),
            roll: crate::engine::roll(),
        };
        match machine::decide(outcome, &t) {
            Decision::Done(output) => {
                self.settle(node, row, StepState::Done, Some(output), None);
            }
            Decision::Skipped(message) => {
                self.settle(
                    node,
                    row,
                    StepState::Skipped,
                    Some(json!({ "skipped": message })),
                    None,
                );
            }
            Decision::Failed(error) => {
                if gone && let Some(id) = a.connection {
                    self.shared.break_connection(self.job.workspace, id, &error).await;
                }
                self.settle(node, row, StepState::Failed, None, Some(error));
            }
            Decision::Park(error) => {
                row.state = StepState::Parked;
                row.error = Some(error);
                self.record(node, row);
            }
            Decision::Again { at, uses_try, check_first, error } => {
                if !uses_try {
                    row.tries = row.tries.saturating_sub(1);
                }
                set_check(&mut row, check_first);
                row.state = StepState::Waiting;
                row.due_at = Some(at);
                row.error = Some(error);
                self.record(node, row);
                return Step::Wait(at);
            }
            Decision::TestConnection(error) => return self.refused(node, a, row, error).await,
        }
        Step::Settled
    }

    /// 401 (semantics S14): only if the connection's own test fails too is it broken; then its
    /// jobs wait without using tries.
    async fn refused(
        &mut self,
        node: &Node,
        a: &ActionNode,
        mut row: StepRow,
        error: StepError,
    ) -> Step {
        if let Some(id) = a.connection
            && self.shared.is_broken(self.job.workspace, id, &a.connector, &error).await
        {
            let until = self.shared.now().plus(BROKEN_PAUSE);
            row.tries = row.tries.saturating_sub(1);
            row.state = StepState::Waiting;
            row.due_at = Some(until);
            row.error = Some(StepError { code: Code::ConnectionBroken, ..error });
            self.record(node, row);
            return Step::Wait(until);
        }
        self.settle(node, row, StepState::Failed, None, Some(error));
        Step::Settled
    }
}

/// How long a job waits for a broken connection before it looks again by itself.
pub(crate) const BROKEN_PAUSE: Span = Span::hours(1);
