//! The words of the queue: where a job stands, and what is taken of it.

use std::collections::HashMap;

use domain::Time;
use domain::gate::GateKey;
use domain::ids::{FlowId, WorkspaceId};

/// Which jobs come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Runs to be cancelled: nothing keeps them waiting, and each takes but a moment.
    Cancel,
    #[default]
    Normal,
    /// Work that nobody waits for, such as many replays at once: it takes places that are left.
    Low,
}

impl Priority {
    pub(crate) const fn number(self) -> i64 {
        match self {
            Priority::Cancel => -1,
            Priority::Normal => 0,
            Priority::Low => 1,
        }
    }

    pub(crate) const fn of(number: i64) -> Self {
        match number {
            ..0 => Priority::Cancel,
            0 => Priority::Normal,
            1.. => Priority::Low,
        }
    }
}

/// Jobs that are taken in the order in which they are due (semantics S15).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QueueKey {
    pub priority: Priority,
    /// Their last try failed.
    pub retry: bool,
    pub flow: FlowId,
    /// Where the next call has to pass.
    pub gate: GateKey,
}

/// What waits in one queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub queue: QueueKey,
    pub workspace: WorkspaceId,
    /// When its first job is due, which may be over.
    pub first_due: Time,
    /// Jobs that are due, counted up to a limit.
    pub due: usize,
    /// A person has paused the flow: none of these is taken.
    pub paused: bool,
}

/// What [`crate::Db::queues`] saw.
#[derive(Clone, Debug, Default)]
pub struct Look {
    pub queues: Vec<Waiting>,
    /// There are more queues after this one.
    pub more_after: Option<QueueKey>,
    /// Runs that other nodes execute, of flows with due jobs.
    pub elsewhere: HashMap<FlowId, usize>,
}

/// How many jobs of a queue are to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    pub queue: QueueKey,
    pub most: usize,
    /// Runs of the flow at once, on all nodes together; none where only this node's count matters.
    pub cap: Option<usize>,
}

/// The place of an event among those of its order key (semantics S7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderKey {
    pub hash: [u8; 16],
    /// A parked run of this key keeps the later ones waiting. The last event of a key decides.
    pub hold: bool,
}

/// The moment that an event names, to be compared with those of its key (semantics S7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewestKey {
    pub hash: [u8; 16],
    pub at: Time,
}
