//! One try of an action: prepared, sent alone or beside those of other items, and judged.

use std::pin::pin;

use connect::outbound::{Call, Checked, Enriching, Executed, RunInfo};
use domain::connection::Connection;
use domain::journal::{Exchange, StepRow, StepState};
use domain::outcome::{Outcome, StepError};
use domain::{Code, Side, Span, Time};
use serde_json::{Value, json};

use crate::engine::Shared;
use crate::execute::{Halt, Runner};
use crate::files::DeliveryFiles;
use crate::gates::Pass;
use crate::machine::{self, At, Decision, Try};
use crate::program::{ActionNode, Does, Node};
use crate::settle::{Prepared, Stop, check_first, looked, not_found, pin, set_check, unsure};
use crate::whereabouts;

/// How long a job waits for a broken connection before it looks again by itself.
pub(crate) const BROKEN_PAUSE: Span = Span::hours(1);

/// A request with all that it takes to send it, so that several may be under way.
struct Request<'a> {
    shared: &'a Shared,
    at: At,
    node: &'a Node,
    action: &'a ActionNode,
    row: StepRow,
    prepared: Prepared,
    /// Held while it is under way.
    pass: Pass,
    key: String,
    run: RunInfo<'a>,
    files: &'a DeliveryFiles,
}

/// A request that has ended.
pub(crate) struct Landed<'a> {
    at: At,
    action: &'a ActionNode,
    row: StepRow,
    started_at: Time,
    ended_at: Time,
    what: What,
}

enum What {
    Executed(Executed),
    /// A check found nothing: the action may be sent again.
    Absent(Vec<Exchange>),
}

impl<'a> Runner<'a> {
    pub(crate) async fn action(
        &mut self,
        at: At,
        node: &'a Node,
        a: &'a ActionNode,
        mut row: StepRow,
    ) {
        if self.acted && self.should_stop().await {
            self.machine.give_back(at);
            return self.stop(Halt::Paused(at));
        }
        if a.does == Does::Publish {
            // Rare: it must not make the task of every run larger.
            return Box::pin(self.publish(at, a, row)).await;
        }
        let ready = match self.prepare(at, a, &mut row).await {
            Ok(p) => self.meet_gates(at, a, &p, &row).await.map(|pass| (p, pass)),
            Err(stop) => Err(stop),
        };
        let ready = match ready {
            Ok(ready) => ready,
            Err(Stop::Wait(until, error)) => return self.hold(at, row, until, error),
            Err(Stop::Fail(e)) => {
                row.tries += 1;
                let (now, outcome) = (self.shared.now(), Outcome::Fail { error: e });
                self.attempt(&row, now, now, &outcome, Vec::new());
                return self.judge(at, a, row, outcome, None).await;
            }
        };
        if !self.begin(at, a, &row).await {
            return;
        }
        let request = self.request(at, node, a, row, ready);
        if self.machine.is_parallel(at) {
            self.flights.start(whereabouts::beside(&node.id, request.send()));
        } else {
            let landed = request.send().await;
            self.landed(landed).await;
        }
    }

    /// Whether no further step is to start: the flow was paused, or this node stops.
    async fn should_stop(&mut self) -> bool {
        let shared = self.shared;
        let paused = pin!(shared.is_paused(self.run.workspace, self.run.flow));
        shared.stop.is_cancelled() || self.flights.beside(paused).await
    }

    /// The step waits, without using a try.
    pub(crate) fn hold(&mut self, at: At, mut row: StepRow, until: Time, error: StepError) {
        row.state = StepState::Waiting;
        row.due_at = Some(until);
        row.error = Some(error);
        self.record(at, row);
    }

    /// Commits what must be known before this request leaves: what was done before it, and that
    /// it has begun if nobody may repeat it. False when it must not leave.
    async fn begin(&mut self, at: At, a: &ActionNode, row: &StepRow) -> bool {
        let begins = a.records_begin() && !check_first(row);
        if begins {
            self.unsafe_flying.add(&row.step, &row.item);
        }
        let recorded = !begins || self.begun.has(&row.step, &row.item);
        if !recorded || !self.attempts.is_empty() {
            self.keep().await;
        }
        if self.halt.is_none() {
            let shared = self.shared;
            let sure = pin!(shared.sure_of(self.run.lease));
            if !self.flights.beside(sure).await {
                self.stop(Halt::Lost);
            }
        }
        if self.halt.is_some() {
            self.unsafe_flying.remove(&row.step, &row.item);
            self.machine.give_back(at);
        }
        self.halt.is_none()
    }

    fn request(
        &self,
        at: At,
        node: &'a Node,
        action: &'a ActionNode,
        row: StepRow,
        (prepared, pass): (Prepared, Pass),
    ) -> Request<'a> {
        let run = RunInfo {
            key: "",
            attempt: row.tries + 1,
            run: self.run.id,
            flow: self.run.flow,
            step: &node.id,
            now: row.started_at,
            timezone: &self.program.timezone,
            hops: self.run.hops,
        };
        let (shared, files, key) = (self.shared, self.run.files, self.key(&row));
        Request { shared, at, node, action, row, prepared, pass, key, run, files }
    }

    /// Judges a request that has ended.
    pub(crate) async fn landed(&mut self, l: Landed<'a>) {
        let Landed { at, action, mut row, started_at, ended_at, what } = l;
        whereabouts::at_step(&row.step);
        self.acted = true;
        self.unsafe_flying.remove(&row.step, &row.item);
        match what {
            What::Executed(e) => {
                row.tries += 1;
                self.attempt(&row, started_at, ended_at, &e.outcome, e.exchanges);
                if action.does == Does::Deliver {
                    self.delivered(&e.outcome).await;
                }
                self.judge(at, action, row, e.outcome, e.done_calls).await;
            }
            What::Absent(exchanges) => {
                // Nothing was made: send it again, as a try that is recorded anew.
                let outcome = Outcome::Retry { error: not_found(), after: None };
                self.attempt(&row, started_at, ended_at, &outcome, exchanges);
                set_check(&mut row, false);
                row.due_at = None;
                row.state = StepState::Waiting;
                self.record(at, row);
            }
        }
    }

    /// Turns the outcome into the step's new state.
    pub(crate) async fn judge(
        &mut self,
        at: At,
        a: &ActionNode,
        mut row: StepRow,
        outcome: Outcome,
        done_calls: Option<Value>,
    ) {
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
                self.settle(at, row, StepState::Done, Some(output), None);
            }
            // The record that the event is about has gone (semantics S17).
            Decision::Skipped(_) if a.enrich.is_some() => {
                let output = json!({ "reason": "gone" });
                self.settle(at, row, StepState::Filtered, Some(output), None);
            }
            Decision::Skipped(message) => {
                let output = json!({ "skipped": message });
                self.settle(at, row, StepState::Skipped, Some(output), None);
            }
            Decision::Failed(error) => {
                if gone && let Some(id) = a.connection {
                    let shared = self.shared;
                    let change = shared.break_connection(self.run.workspace, id, &error);
                    self.flights.beside(Box::pin(change)).await;
                }
                self.settle(at, row, StepState::Failed, None, Some(about(a, error)));
            }
            Decision::Park(error) => {
                row.state = StepState::Parked;
                row.error = Some(error);
                self.record(at, row);
            }
            Decision::Again { at: until, uses_try, check_first, error } => {
                if !uses_try {
                    row.tries = row.tries.saturating_sub(1);
                }
                set_check(&mut row, check_first);
                self.hold(at, row, until, error);
            }
            Decision::TestConnection(error) => self.refused(at, a, row, error).await,
        }
    }

    /// 401 (semantics S14): only if the connection's own test fails too is it broken; then its
    /// jobs wait without using tries.
    async fn refused(&mut self, at: At, a: &ActionNode, mut row: StepRow, error: StepError) {
        if let Some(id) = a.connection {
            let shared = self.shared;
            let test = shared.is_broken(self.run.workspace, id, &a.connector, &error);
            if self.flights.beside(Box::pin(test)).await {
                row.tries = row.tries.saturating_sub(1);
                let until = self.shared.now().plus(BROKEN_PAUSE);
                let error = StepError { code: Code::ConnectionBroken, ..error.of(id) };
                return self.hold(at, row, until, error);
            }
        }
        self.settle(at, row, StepState::Failed, None, Some(about(a, error)));
    }
}

/// An error of access with the connection that it is of.
fn about(a: &ActionNode, error: StepError) -> StepError {
    match a.connection {
        Some(id) if error.side == Side::Access => error.of(id),
        _ => error,
    }
}

impl<'a> Request<'a> {
    /// Asks for the details of the event. A refusal is answered once by a renewal of the
    /// credentials, as for any call (semantics S14).
    async fn enrich(self) -> (StepRow, What) {
        let Request { shared, action: a, row, prepared, pass, key, run, .. } = self;
        let found = a.enrich.as_deref().and_then(|e| Some((e, a.connector.trigger(&e.trigger)?)));
        let Some((enrich, trigger)) = found else {
            let error = StepError::new(
                Code::ConnectorMissing,
                ("the trigger has gone", "такого триггера больше нет"),
            );
            return (row, What::Executed(Executed::unsent(Outcome::Fail { error })));
        };
        let Prepared { input: event, connection, .. } = prepared;
        let ask = async |connection: Option<&Connection>| {
            let run = RunInfo { key: &key, ..run };
            let (connector, input, event) = (&*a.connector, &enrich.input, &event);
            shared
                .outbound
                .enrich(Enriching { connector, trigger, connection, input, event, run })
                .await
        };
        let mut executed = ask(connection.as_ref()).await;
        let renewable = connection.filter(|c| c.tokens.is_some());
        if let (Outcome::Auth { .. }, Some(connection)) = (&executed.outcome, renewable)
            && let Ok(c) = shared.renewer().fresh(&a.connector, connection, true).await
        {
            let first = std::mem::take(&mut executed.exchanges);
            executed = ask(Some(&c)).await;
            executed.exchanges.splice(0..0, first);
        }
        (row, What::Executed(pass.leave(&a.connector, executed).await))
    }

    async fn send(self) -> Landed<'a> {
        let (at, action, started_at) = (self.at, self.action, self.shared.now());
        let shared = self.shared;
        let (row, what) = self.exchange().await;
        Landed { at, action, row, started_at, ended_at: shared.now(), what }
    }

    async fn exchange(self) -> (StepRow, What) {
        if self.action.enrich.is_some() {
            // Rare, and large: it is not to make room for itself in every run.
            return Box::pin(self.enrich()).await;
        }
        let Request { shared, node, action: a, row, prepared, pass, key, run, files, .. } = self;
        let Some(action) = a.action() else {
            let error = StepError::new(
                Code::ConnectorMissing,
                ("the action has gone", "такого действия больше нет"),
            );
            return (row, What::Executed(Executed::unsent(Outcome::Fail { error })));
        };
        // Kept only where a refusal may be answered by a renewal (semantics S14).
        let renewable = prepared.connection.as_ref().filter(|c| c.tokens.is_some());
        let again = renewable.map(|c| (c.clone(), prepared.input.clone()));
        let call = Call {
            connector: &a.connector,
            action,
            input: prepared.input,
            secrets: &prepared.secrets,
            connection: prepared.connection.as_ref(),
            run: RunInfo { key: &key, ..run },
            done_calls: row.pinned.as_ref().and_then(|p| p.get("calls")),
            files,
            timeout: node.timeout,
        };
        let what = if check_first(&row) {
            match shared.outbound.check(call).await {
                Checked::Found { output, exchanges } => {
                    let found = looked(output, exchanges);
                    What::Executed(pass.leave(&a.connector, found).await)
                }
                Checked::NotFound { exchanges } => {
                    let looked = looked(Value::Null, exchanges);
                    What::Absent(pass.leave(&a.connector, looked).await.exchanges)
                }
                Checked::Unsure { executed } => {
                    What::Executed(unsure(pass.leave(&a.connector, executed).await))
                }
            }
        } else {
            let mut executed = shared.outbound.execute(call).await;
            if let (Outcome::Auth { .. }, Some((connection, input))) = (&executed.outcome, again)
                && let Ok(c) = shared.renewer().fresh(&a.connector, connection, true).await
            {
                let first = std::mem::take(&mut executed.exchanges);
                let done = executed.done_calls.take();
                let call = Call {
                    connector: &a.connector,
                    action,
                    input,
                    secrets: &prepared.secrets,
                    connection: Some(&c),
                    run: RunInfo { key: &key, ..run },
                    done_calls: done.as_ref(),
                    files,
                    timeout: node.timeout,
                };
                executed = shared.outbound.execute(call).await;
                executed.exchanges.splice(0..0, first);
            }
            What::Executed(pass.leave(&a.connector, executed).await)
        };
        (row, what)
    }
}
