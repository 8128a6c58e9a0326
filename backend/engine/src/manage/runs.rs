//! Runs: list, show, replay, cancel, and a person's word about a parked one.

use domain::Time;
use domain::gate::GateKey;
use domain::ids::RunId;
use domain::journal::{StepRow, StepState};
use domain::run::{Run, RunState};
use serde_json::Value;
use store::{NewReplay, Priority, Resolve, ResolveTo, RunDetail, RunFilter};

use super::{Error, Manage, takeover};
use crate::program::Program;

pub use super::takeover::From;
pub use domain::replay::Replay;

/// What a person says about a parked run.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It did not happen: try the step again, with the same key.
    Retry,
    /// It did happen: go on with this output.
    Done(Value),
    /// Go on without it: the step counts as done and has no output.
    Skip,
    /// Give up.
    Fail,
}

impl Manage {
    pub async fn runs(&self, filter: RunFilter) -> Result<Vec<Run>, Error> {
        Ok(self.db.runs(self.workspace, filter).await?)
    }

    pub async fn run(&self, id: RunId) -> Result<RunDetail, Error> {
        self.db.run(self.workspace, id).await?.ok_or_else(|| Error::missing("run", id))
    }

    /// Takes the event of a run through the flow again, as a new run with new keys.
    pub async fn replay(&self, id: RunId, how: Replay) -> Result<RunId, Error> {
        self.replay_from(id, how, &From::default()).await
    }

    /// The same from a certain step on.
    pub async fn replay_from(&self, id: RunId, how: Replay, from: &From) -> Result<RunId, Error> {
        let old = self.run(id).await?;
        if !old.run.state.is_final() {
            return Err(Error::conflict(
                format!("the run is {}; wait until it ends, or cancel it", old.run.state.as_str()),
                "запуск ещё не закончен; дождитесь конца или отмените его",
            ));
        }
        let flow = self.any_flow_row(old.run.flow).await?;
        let version = if how.current_version { flow.version } else { old.run.version };
        let program = self.program(&old.run, version).await?;
        let now = self.db.now();
        let new = RunId::new(now);
        let journal = takeover::before(&program, &old.steps, from)?;
        let how = Replay { from_failed: how.from_failed || from.is_something(), ..how };
        let replay =
            again(&old.run, &journal, &program, how, Priority::Normal, (new, version, now));
        self.db.replay(vec![replay]).await?;
        Ok(new)
    }

    async fn program(&self, run: &Run, version: i64) -> Result<Program, Error> {
        let text = self.db.version(run.flow, version).await?;
        let text = text.ok_or_else(|| Error::missing("version", version))?;
        let doc: Value = serde_json::from_str(&text)
            .map_err(|e| store::Error::Damaged(format!("flow document: {e}")))?;
        let flow = domain::flow::read::read(&doc).map_err(Error::Problems)?;
        let registry = crate::connectors::complete(&self.db, &self.registry, &flow).await?;
        Program::compile(&flow, &registry).map_err(Error::Problems)
    }

    /// Ends a run that is not over. A request under way is finished first.
    pub async fn cancel(&self, id: RunId) -> Result<RunState, Error> {
        let run = self.run(id).await?.run;
        if run.state.is_final() && run.state != RunState::Parked {
            return Err(Error::conflict(
                format!("the run has ended: {}", run.state.as_str()),
                "запуск уже закончен",
            ));
        }
        Ok(self.db.cancel(self.workspace, id).await?)
    }

    /// Lets a parked run go on, or ends it.
    pub async fn resolve(&self, id: RunId, verdict: Verdict) -> Result<(), Error> {
        self.resolve_step(id, None, verdict).await
    }

    /// The same about one of several parked steps, named as the run names its own: `lead`, or
    /// `lead#3` in an item of a loop.
    pub async fn resolve_step(
        &self,
        id: RunId,
        step: Option<&str>,
        verdict: Verdict,
    ) -> Result<(), Error> {
        let detail = self.run(id).await?;
        if detail.run.state != RunState::Parked {
            return Err(Error::conflict(
                format!("the run is {}, not parked", detail.run.state.as_str()),
                "запуск не ждёт решения человека",
            ));
        }
        let parked = parked(step.or(detail.run.step.as_deref()), detail.steps);
        if let Some(step) = step
            && parked.as_ref().is_none_or(|r| r.place() != step)
        {
            return Err(Error::conflict(
                format!("the step {step} is not parked"),
                format!("шаг {step} не ждёт решения человека"),
            ));
        }
        let at = self.db.now();
        let (step, to) = match (verdict, parked) {
            (Verdict::Retry, row) => (row.map(reset), ResolveTo::Queue),
            (Verdict::Done(output), Some(r)) => {
                let row = StepRow {
                    state: StepState::Done,
                    output: Some(output),
                    error: None,
                    finished_at: Some(at),
                    due_at: None,
                    ..r
                };
                (Some(row), ResolveTo::Queue)
            }
            (Verdict::Skip, Some(r)) => {
                let (state, finished_at) = (StepState::Skipped, Some(at));
                let row = StepRow { state, output: None, finished_at, due_at: None, ..r };
                (Some(row), ResolveTo::Queue)
            }
            (Verdict::Done(_) | Verdict::Skip, None) => {
                return Err(Error::conflict(
                    "no step of this run is parked; retry or fail it",
                    "ни один шаг запуска не ждёт решения; повторите или завершите его",
                ));
            }
            (Verdict::Fail, row) => (
                row.map(|r| StepRow { state: StepState::Failed, finished_at: Some(at), ..r }),
                ResolveTo::End(RunState::Failed),
            ),
        };
        Ok(self.db.resolve(self.workspace, Resolve { run: id, step, to, at }).await?)
    }
}

/// A parked step that is tried again: same key, same `now`, tries from the beginning.
fn reset(row: StepRow) -> StepRow {
    StepRow { state: StepState::Waiting, due_at: None, tries: 0, error: None, ..row }
}

/// The step that a person decides about. Of several parked items of a loop it is the one that the
/// run names; the others come after it, one decision each.
fn parked(named: Option<&str>, rows: Vec<StepRow>) -> Option<StepRow> {
    let mut parked: Vec<StepRow> =
        rows.into_iter().filter(|r| r.state == StepState::Parked).collect();
    let named = parked.iter().position(|r| named == Some(r.place().as_str()));
    (!parked.is_empty()).then(|| parked.swap_remove(named.unwrap_or(0)))
}

/// A run that takes the event of another one again: its id, version and time. Of many at once
/// nobody waits for one, so they go behind everything else.
pub(crate) fn again(
    old: &Run,
    journal: &[StepRow],
    program: &Program,
    how: Replay,
    priority: Priority,
    (id, version, created_at): (RunId, i64, Time),
) -> NewReplay {
    NewReplay {
        id,
        workspace: old.workspace,
        flow: old.flow,
        version,
        event: old.event,
        replay_of: Some(old.id),
        journal: takeover::rows(program, journal, how),
        as_text: how.as_text || old.as_text,
        unsafe_next: None,
        created_at,
        priority,
        gate: GateKey::NONE,
        order: None,
        newest: None,
    }
}
