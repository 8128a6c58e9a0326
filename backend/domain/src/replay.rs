//! Replaying: how one run is taken again, and which runs are taken when there are many.

use serde::{Deserialize, Serialize};

use crate::ids::{FlowId, ReplayId, RunId, WorkspaceId};
use crate::run::{RunState, words};
use crate::{Code, Time};

/// How a run is repeated.
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replay {
    /// From the step that failed; else from the start.
    pub from_failed: bool,
    /// With the version that is published now; else with the one that the run had.
    pub current_version: bool,
    /// Also repeat completed steps that must not be repeated blindly, and in bulk runs whose last
    /// action nobody knows the outcome of.
    pub repeat_unsafe: bool,
    /// The body as text, for one that could not be read (semantics S17).
    pub as_text: bool,
}

/// Which runs are replayed in bulk. Every condition that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    #[serde(default)]
    pub flow: Option<FlowId>,
    /// Final states; none given means failed and parked.
    #[serde(default)]
    pub states: Vec<RunState>,
    /// The code of the run's error.
    #[serde(default)]
    pub error: Option<Code>,
    /// The step at which the run failed or parked.
    #[serde(default)]
    pub step: Option<String>,
    /// Runs begun at this moment or later.
    #[serde(default)]
    pub since: Option<Time>,
    /// Runs begun before this moment.
    #[serde(default)]
    pub until: Option<Time>,
    /// Also runs that have a replay already.
    #[serde(default)]
    pub again: bool,
}

/// What a selection takes where it names no state.
pub const TROUBLE: [RunState; 2] = [RunState::Failed, RunState::Parked];

impl Selection {
    /// The states that are taken.
    pub fn states(&self) -> &[RunState] {
        if self.states.is_empty() { &TROUBLE } else { &self.states }
    }

    /// Whether only runs that need somebody's attention are taken.
    pub fn is_trouble(&self) -> bool {
        self.states().iter().all(|s| TROUBLE.contains(s))
    }
}

words! {
    /// How far a bulk replay is.
    ReplayState {
        /// Its runs are being counted.
        Counting = "counting",
        /// Its runs are being made.
        Running = "running",
        /// All are made; they may still be under way.
        Done = "done",
        /// A person stopped it; the runs made before go on.
        Cancelled = "cancelled",
    }
}

impl ReplayState {
    /// Nothing more is made.
    pub const fn is_over(self) -> bool {
        matches!(self, ReplayState::Done | ReplayState::Cancelled)
    }
}

/// A replay of many runs, worked off in the background.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BulkReplay {
    pub id: ReplayId,
    pub workspace: WorkspaceId,
    pub selection: Selection,
    pub how: Replay,
    /// Runs made in a second, at most.
    pub rate: i64,
    pub state: ReplayState,
    /// Runs that matched when it was created, as far as they have been counted.
    pub total: i64,
    pub made: i64,
    /// Counted, but replayed, resolved or removed before their turn. Known when it is done.
    pub skipped: i64,
    /// Runs that could not be replayed.
    pub failed: i64,
    /// Why the last of them could not, as `Text::kept` gives it.
    #[serde(serialize_with = "crate::text::english")]
    pub note: Option<String>,
    /// Only runs that had ended by this moment are taken.
    pub created_at: Time,
    pub finished_at: Option<Time>,
    /// Who asked for it.
    pub by: String,
}

/// One run that a bulk replay made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ReplayItem {
    pub original: RunId,
    pub run: RunId,
    /// Where the new run is; absent once retention has removed it.
    pub state: Option<RunState>,
}

/// What a selection would take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RunCount {
    pub runs: i64,
    /// There are more: counting stopped at this number.
    pub more: bool,
    /// Parked runs of the selection that are left out because nobody knows whether their last
    /// action happened; taken when unsafe steps may be repeated.
    pub unknown: i64,
}
