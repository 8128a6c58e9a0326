//! A run and its states.

use serde::{Deserialize, Serialize};

use crate::Time;
use crate::ids::{EventId, FlowId, RunId, WorkspaceId};
use crate::outcome::StepError;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $v:ident = $t:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $v),* }
        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$v),*];
            /// The word used in the database, the API and the CLI.
            pub const fn as_str(self) -> &'static str { match self { $($name::$v => $t),* } }
            pub fn parse(s: &str) -> Option<Self> { match s { $($t => Some($name::$v),)* _ => None } }
        }
    };
}
pub(crate) use words;

words! {
    /// Where a run is. The last six are final, but a parked run may go on when a person says so.
    RunState {
        /// Accepted, not yet begun.
        Queued = "queued",
        /// A worker has it.
        Running = "running",
        /// It has a due time: a delay, or a pause before the next try.
        Waiting = "waiting",
        Succeeded = "succeeded",
        /// A filter or `only_if` said no.
        Filtered = "filtered",
        /// A newer event of the same key was accepted first (semantics S7).
        Stale = "stale",
        /// Out of tries, or refused for good. Visible and replayable.
        Failed = "failed",
        Cancelled = "cancelled",
        /// It needs a person: outcome unknown, poison, or a choice.
        Parked = "parked",
    }
}

impl RunState {
    /// Nothing more happens by itself.
    pub const fn is_final(self) -> bool {
        !matches!(self, RunState::Queued | RunState::Running | RunState::Waiting)
    }
}

/// One event taken through one flow version.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Run {
    pub id: RunId,
    pub workspace: WorkspaceId,
    pub flow: FlowId,
    /// The number of the pinned flow version.
    pub version: i64,
    pub event: EventId,
    pub state: RunState,
    pub created_at: Time,
    pub finished_at: Option<Time>,
    pub error: Option<StepError>,
    /// The step at which it failed, parked or waits.
    pub step: Option<String>,
    /// The run that this one replays.
    pub replay_of: Option<RunId>,
    /// Made by a test of the builder, not by a sender.
    pub test: bool,
    /// Replays the body as text, whatever it was said to be (semantics S17).
    pub as_text: bool,
}
