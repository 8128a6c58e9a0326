//! What happens next: pure decisions over a compiled flow and the journal of a run.
//!
//! The journal alone says where a run is. Walking it again from the top always finds the same
//! place, so a run can be taken over at any moment, and a settled step never runs again.

use domain::flow::OnUnknown;
use domain::journal::{StepRow, StepState};
use domain::limits;
use domain::outcome::{Outcome, StepError};
use domain::retry::Policy;
use domain::run::RunState;
use domain::{Code, Span, Time};

use crate::program::{Kind, Node, OnErrorNode, Program};

/// The rows of a run, by the number of their step in the program.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    rows: Vec<Option<StepRow>>,
}

impl Journal {
    /// Rows read from the store; those of steps that the version does not have are left out.
    pub fn new(program: &Program, rows: Vec<StepRow>) -> Self {
        let mut j = Self { rows: vec![None; program.len()] };
        for row in rows {
            if let Some(no) = program.number(&row.step) {
                j.rows[no] = Some(row);
            }
        }
        j
    }
    pub fn get(&self, no: usize) -> Option<&StepRow> {
        self.rows.get(no).and_then(Option::as_ref)
    }
    pub fn put(&mut self, no: usize, row: StepRow) {
        self.rows[no] = Some(row);
    }
    pub fn rows(&self) -> impl Iterator<Item = &StepRow> {
        self.rows.iter().flatten()
    }
    /// The latest moment at which a step ended: when the next one is taken to start (semantics
    /// S2: kept in the database without a write of its own, so every try sees the same `now`).
    pub fn last_finished(&self) -> Option<Time> {
        self.rows().filter_map(|r| r.finished_at).max()
    }
}

/// Where a run is.
#[derive(Debug)]
pub enum Next<'p> {
    /// This step is due: evaluate it, or send its request.
    Step(&'p Node),
    /// This step waits until then.
    Wait { node: &'p Node, until: Time },
    /// Nothing is left to do.
    End(End),
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub struct End {
    pub state: RunState,
    pub step: Option<String>,
    pub error: Option<StepError>,
}

impl End {
    pub fn succeeded() -> Self {
        End { state: RunState::Succeeded, step: None, error: None }
    }
}

/// What walking a list of steps found.
enum Walk<'p> {
    Through,
    Stopped(Next<'p>),
    /// A filter inside said no: the list ends here, what is around it goes on.
    Filtered(&'p Node),
}

/// Finds where the run is.
pub fn next<'p>(program: &'p Program, journal: &Journal, now: Time) -> Next<'p> {
    match walk(&program.steps, journal, now) {
        Walk::Through => Next::End(End::succeeded()),
        Walk::Stopped(n) => n,
        Walk::Filtered(node) => {
            Next::End(End { state: RunState::Filtered, step: Some(node.id.clone()), error: None })
        }
    }
}

fn walk<'p>(steps: &'p [Node], journal: &Journal, now: Time) -> Walk<'p> {
    for node in steps.iter().filter(|n| !n.disabled) {
        let Some(row) = journal.get(node.no) else {
            return Walk::Stopped(Next::Step(node));
        };
        let inner = match row.state {
            StepState::Begun => return Walk::Stopped(Next::Step(node)),
            StepState::Waiting => {
                return Walk::Stopped(match row.due_at {
                    Some(until) if until > now && !awaits_connection(row) => {
                        Next::Wait { node, until }
                    }
                    _ => Next::Step(node),
                });
            }
            StepState::Parked => return Walk::Stopped(ended(RunState::Parked, row)),
            StepState::Filtered => return Walk::Filtered(node),
            StepState::Skipped => Walk::Through,
            StepState::Done => walk_taken(node, row, journal, now),
            StepState::Failed => match &node.kind {
                Kind::Action(a) => match &a.on_error {
                    OnErrorNode::Stop => return Walk::Stopped(ended(RunState::Failed, row)),
                    OnErrorNode::Continue => Walk::Through,
                    OnErrorNode::Steps(handler) => walk(handler, journal, now),
                },
                _ => return Walk::Stopped(ended(RunState::Failed, row)),
            },
        };
        match inner {
            // A filter ends the branch or handler it stands in, not what is around it.
            Walk::Through | Walk::Filtered(_) => {}
            stopped @ Walk::Stopped(_) => return stopped,
        }
    }
    Walk::Through
}

/// Whether the step waits for a broken connection: a run that is claimed before its time was woken
/// because the connection works again, so it looks at it (semantics S14).
fn awaits_connection(row: &StepRow) -> bool {
    row.error.as_ref().is_some_and(|e| e.code == Code::ConnectionBroken)
}

/// The steps inside a settled step: the arms that a branch took.
fn walk_taken<'p>(node: &'p Node, row: &StepRow, journal: &Journal, now: Time) -> Walk<'p> {
    let Kind::Branch(arms) = &node.kind else {
        return Walk::Through;
    };
    for taken in taken_arms(row) {
        if let Some(arm) = arms.arms.get(taken)
            && let stopped @ Walk::Stopped(_) = walk(&arm.steps, journal, now)
        {
            return stopped;
        }
    }
    Walk::Through
}

/// The arms that were chosen on entry, as the journal has them.
fn taken_arms(row: &StepRow) -> Vec<usize> {
    row.output
        .as_ref()
        .and_then(|o| o.get("taken"))
        .and_then(|t| t.as_array())
        .map(|t| {
            t.iter().filter_map(|v| v.as_u64().and_then(|n| usize::try_from(n).ok())).collect()
        })
        .unwrap_or_default()
}

fn ended<'p>(state: RunState, row: &StepRow) -> Next<'p> {
    Next::End(End { state, step: Some(row.step.clone()), error: row.error.clone() })
}

/// What is known when a try is judged.
#[derive(Clone, Debug)]
pub struct Try<'a> {
    pub policy: &'a Policy,
    pub on_unknown: OnUnknown,
    /// Tries used before this one.
    pub tries: u32,
    pub now: Time,
    /// A random number of 0..=1 for the jitter.
    pub roll: f64,
}

/// What a try means for its step.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    Done(serde_json::Value),
    Skipped(String),
    /// Tried again at `at`; `uses_try` is false when the service only asked to slow down.
    Again {
        at: Time,
        uses_try: bool,
        check_first: bool,
        error: StepError,
    },
    Failed(StepError),
    Park(StepError),
    /// The credentials were refused: test the connection (semantics S14).
    TestConnection(StepError),
}

/// Judges a try by semantics S1, S14 and S25.
pub fn decide(outcome: Outcome, t: &Try<'_>) -> Decision {
    match outcome {
        Outcome::Done { output } => Decision::Done(output),
        Outcome::Skipped { message } => Decision::Skipped(message),
        Outcome::Fail { error } => Decision::Failed(error),
        Outcome::Auth { error } => Decision::TestConnection(error),
        Outcome::Limited { error, after } => Decision::Again {
            at: t.now.plus(after.unwrap_or(LIMITED_PAUSE).min(limits::RETRY_AFTER_MAX)),
            uses_try: false,
            check_first: false,
            error,
        },
        Outcome::Retry { error, after } => again(error, after, false, t),
        Outcome::Unknown { error } => match t.on_unknown {
            OnUnknown::Retry => again(error, None, false, t),
            OnUnknown::Check => match again(error.clone(), None, true, t) {
                // Out of tries and still nobody knows: a person must look.
                Decision::Failed(_) => Decision::Park(error),
                d => d,
            },
            OnUnknown::Park => Decision::Park(error),
        },
    }
}

/// The pause after "slow down" without a time.
const LIMITED_PAUSE: Span = Span::secs(2);

fn again(error: StepError, after: Option<Span>, check_first: bool, t: &Try<'_>) -> Decision {
    let Some(delay) = t.policy.next(t.tries + 1, t.roll) else {
        return Decision::Failed(error);
    };
    let delay = after.map_or(delay, |a| a.min(limits::RETRY_AFTER_MAX).max(delay));
    Decision::Again { at: t.now.plus(delay), uses_try: true, check_first, error }
}

/// The error of an action that a dead worker had begun.
pub fn interrupted() -> StepError {
    StepError::new(
        Code::OutcomeUnknown,
        "the server stopped while the request was under way; it may or may not have been sent",
    )
}

#[cfg(test)]
mod tests;
