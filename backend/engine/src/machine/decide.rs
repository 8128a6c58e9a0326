//! What a try means for its step (semantics S1, S14 and S25).

use domain::flow::OnUnknown;
use domain::limits;
use domain::outcome::{Outcome, StepError};
use domain::retry::Policy;
use domain::{Code, Span, Time};

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
        Outcome::Wait { error, after } => Decision::Again {
            at: t.now.plus(after.min(limits::RETRY_AFTER_MAX)),
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
        (
            "the server stopped while the request was under way; it may or may not have been sent",
            "сервер остановился во время запроса; неизвестно, ушёл ли он",
        ),
    )
}

#[cfg(test)]
mod tests;
