//! The journal of a run: one row per step (and loop item), one attempt per try.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::RunId;
use crate::outcome::StepError;
use crate::run::words;
use crate::{Span, Time};

words! {
    /// Where a step is.
    StepState {
        /// An attempt that may not be repeated blindly is under way (semantics S1).
        Begun = "begun",
        /// It will be tried again, or a delay runs.
        Waiting = "waiting",
        /// A loop whose list is known: its items are under way, or were when the run ended.
        Entered = "entered",
        /// Done; its output is kept and it never runs again.
        Done = "done",
        /// The service said that there was nothing to do.
        Skipped = "skipped",
        /// A filter said no, or a branch was not taken.
        Filtered = "filtered",
        Failed = "failed",
        /// Its outcome is unknown and a person must say.
        Parked = "parked",
    }
}

impl StepState {
    /// The step never runs again.
    pub const fn is_settled(self) -> bool {
        matches!(
            self,
            StepState::Done | StepState::Skipped | StepState::Filtered | StepState::Failed
        )
    }
}

/// One row of the journal. The key is (run, step, item).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepRow {
    /// The step's id, unique in its flow.
    pub step: String,
    /// Indexes of the loops around it, such as `3.0`; empty outside loops.
    pub item: String,
    pub state: StepState,
    /// What later steps see; a branch keeps its choice here, a loop what its items gave.
    pub output: Option<Value>,
    pub error: Option<StepError>,
    /// The moment that `now` means for this step, kept over tries (semantics S2).
    pub started_at: Time,
    pub finished_at: Option<Time>,
    /// When it goes on, while waiting.
    pub due_at: Option<Time>,
    /// Tries used.
    pub tries: u32,
    /// The connection's fields that are not secret, as they were at the first start (semantics
    /// S2), the answers of calls already made inside this action, and the list of a loop
    /// (semantics S10).
    pub pinned: Option<Value>,
}

impl StepRow {
    /// A row for a step that starts now.
    pub fn new(step: impl Into<String>, item: impl Into<String>, started_at: Time) -> Self {
        Self {
            step: step.into(),
            item: item.into(),
            state: StepState::Waiting,
            output: None,
            error: None,
            started_at,
            finished_at: None,
            due_at: None,
            tries: 0,
            pinned: None,
        }
    }

    /// Where in the run it is, see [`place`].
    pub fn place(&self) -> String {
        place(&self.step, &self.item)
    }
}

/// A step of a run as people read it and jobs name it: `lead`, or `lead#3.0` in an item of a loop.
pub fn place(step: &str, item: &str) -> String {
    if item.is_empty() { step.to_owned() } else { format!("{step}#{item}") }
}

/// One try of one step, as the log shows it. Rendered from masked values, never scrubbed later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    pub run: RunId,
    pub step: String,
    pub item: String,
    /// 1 for the first.
    pub number: u32,
    pub started_at: Time,
    pub took: Span,
    /// The word of its outcome; `superseded` when another node had taken the run over.
    pub outcome: String,
    pub error: Option<StepError>,
    /// The calls made: masked request and response heads and bodies.
    pub exchanges: Vec<Exchange>,
}

/// One call of an attempt, masked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    pub request: LoggedRequest,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<LoggedResponse>,
    /// Microseconds from the first byte sent to the answer's end.
    #[serde(default)]
    pub took_us: i64,
}

/// A request as the log shows it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LoggedRequest {
    pub method: String,
    pub url: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// Bytes of the whole body when `body` was cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_from: Option<u64>,
}

/// A response as the log shows it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LoggedResponse {
    pub status: u16,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_from: Option<u64>,
}
