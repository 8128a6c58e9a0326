//! What each commit changed, for those who watch: a log in the order of commits, written only
//! while somebody watches and a while after, so that a reader who comes back misses nothing.
//!
//! On SQLite there is one writer: rows are numbered as they are committed. On PostgreSQL a row has
//! the number of its transaction, and only those below the oldest open transaction are read: they
//! are complete. A node that has not heard for a while whether anybody watches writes all the
//! same. A commit that began before its node knew leaves an empty row: its readers look at
//! everything anew.

mod read;
mod switch;
mod write;

use domain::ids::{DeliveryId, EventId, ReplayId, RunId};
use uuid::Uuid;

pub use read::{NewsPage, NewsRow, Watching};
pub(crate) use switch::{Switch, poll};
pub(crate) use write::{forget, record};

/// Something that a commit made or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum News {
    /// With its events and their runs.
    Delivery(DeliveryId),
    Event(EventId),
    Run(RunId),
    Replay(ReplayId),
}

/// A kind and an id.
const ENTRY: usize = 17;

impl News {
    fn parts(self) -> (u8, Uuid) {
        match self {
            News::Delivery(id) => (1, id.uuid()),
            News::Event(id) => (2, id.uuid()),
            News::Run(id) => (3, id.uuid()),
            News::Replay(id) => (4, id.uuid()),
        }
    }

    fn of(kind: u8, id: Uuid) -> Option<News> {
        match kind {
            1 => Some(News::Delivery(DeliveryId(id))),
            2 => Some(News::Event(EventId(id))),
            3 => Some(News::Run(RunId(id))),
            4 => Some(News::Replay(ReplayId(id))),
            _ => None,
        }
    }
}

/// What is gathered during a transaction.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gathered {
    /// None: nobody watches.
    all: Option<Vec<News>>,
    /// Something changed of which the ids are not known.
    vague: bool,
}

impl Gathered {
    pub(crate) fn new(watched: bool) -> Self {
        Self { all: watched.then(Vec::new), vague: false }
    }

    /// An empty one for a part of the same transaction.
    pub(crate) fn part(&self) -> Self {
        Self::new(self.all.is_some())
    }

    pub(crate) fn note(&mut self, what: News) {
        if let Some(all) = &mut self.all
            && all.last() != Some(&what)
        {
            all.push(what);
        }
    }

    /// Too many or unknown things changed: readers look at everything anew.
    pub(crate) fn note_vaguely(&mut self) {
        self.vague = true;
    }

    pub(crate) fn add(&mut self, other: Gathered) {
        self.vague |= other.vague;
        if let (Some(all), Some(more)) = (&mut self.all, other.all) {
            all.extend(more);
        }
    }

    /// Whether there is something to be told.
    pub(crate) fn any(&self) -> bool {
        self.all.as_ref().is_some_and(|all| self.vague || !all.is_empty())
    }
}
