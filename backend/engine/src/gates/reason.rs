//! Why a job waits at a gate, for people and for metrics.

use domain::outcome::StepError;
use domain::{Code, Time};
use mapping::moment::rfc3339;

use super::door::Closed;

/// Why a gate is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The service asked to slow down.
    Paused,
    /// The service's answers said that the allowance is used up.
    Announced,
    /// The breaker is open.
    Open,
    /// A rate is used up.
    Rate,
    /// As many calls are under way as are allowed.
    Busy,
}

impl From<Closed> for Why {
    fn from(c: Closed) -> Self {
        match c {
            Closed::Paused(_) => Why::Paused,
            Closed::Announced(_) => Why::Announced,
            Closed::Open(_) => Why::Open,
        }
    }
}

impl Why {
    /// The word of metrics.
    pub const fn word(self) -> &'static str {
        match self {
            Why::Paused => "slow_down",
            Why::Announced => "allowance",
            Why::Open => "breaker",
            Why::Rate => "rate",
            Why::Busy => "concurrency",
        }
    }

    const fn code(self) -> Code {
        match self {
            Why::Paused => Code::GatePaused,
            Why::Open => Code::GateOpen,
            Why::Announced | Why::Rate => Code::GateRate,
            Why::Busy => Code::GateBusy,
        }
    }

    /// The reason as the step shows it while it waits.
    pub fn error(self, name: &str, until: Time) -> StepError {
        let at = rfc3339(until);
        let text = match self {
            Why::Paused => (
                format!("{name} asks to slow down; goes on at {at}"),
                format!("{name} просит обращаться реже; продолжение в {at}"),
            ),
            Why::Announced => (
                format!("the allowance at {name} is used up; goes on at {at}"),
                format!("разрешённые обращения к {name} исчерпаны; продолжение в {at}"),
            ),
            Why::Open => (
                format!("{name} does not answer; trying again at {at}"),
                format!("{name} не отвечает; новая попытка в {at}"),
            ),
            Why::Rate => (
                format!("the limit of calls to {name} is used up; goes on at {at}"),
                format!("лимит обращений к {name} исчерпан; продолжение в {at}"),
            ),
            Why::Busy => (
                format!("enough calls to {name} are under way; looks again at {at}"),
                format!("к {name} уже идёт достаточно вызовов; следующая проверка в {at}"),
            ),
        };
        StepError::new(self.code(), text)
    }
}

/// Whether a step waits for its turn at a limit: then it stands before those that are new.
pub fn waits_its_turn(error: Option<&StepError>) -> bool {
    error.is_some_and(|e| matches!(e.code, Code::GateRate | Code::GateBusy))
}
