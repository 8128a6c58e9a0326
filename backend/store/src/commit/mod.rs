//! Group commit (semantics S6): every change of the database goes through a lane, which takes what
//! is queued, writes it in one transaction and answers only after COMMIT returned without error.
//!
//! SQLite has one lane and with it the only connection that writes. PostgreSQL has several for
//! deliveries and progress, and one for claims and rare changes.

pub(crate) mod apply;
mod apply_sql;
pub(crate) mod checkpoint;
pub(crate) mod dedupe;
pub(crate) mod ingest;
pub(crate) mod ingest_sql;
pub(crate) mod lane;
pub(crate) mod op;
pub(crate) mod order;
pub(crate) mod prepare;
pub(crate) mod queue;
pub(crate) mod turn;

use domain::ids::RunId;

use crate::Error;
use crate::live::{Gathered, News};

/// An error inside a transaction, with what it means for the connection.
#[derive(Debug)]
pub(crate) struct Fail {
    pub(crate) error: Error,
    /// SQLite could not write or sync.
    pub(crate) io: bool,
    /// The connection is gone.
    pub(crate) lost: bool,
}

impl Fail {
    /// Doing the requests one at a time cannot help any of them.
    pub(crate) fn is_common(&self) -> bool {
        self.io || self.lost || matches!(self.error, Error::DiskFull(_) | Error::ReadOnly(_))
    }
}

impl From<sqlx::Error> for Fail {
    fn from(e: sqlx::Error) -> Self {
        Self {
            error: crate::sql::fail::meaning(&e),
            io: crate::sql::fail::is_io(&e),
            lost: crate::sql::fail::is_lost(&e),
        }
    }
}

impl From<Error> for Fail {
    fn from(error: Error) -> Self {
        Self { error, io: false, lost: false }
    }
}

/// What a commit means for those who watch.
#[derive(Clone, Debug, Default)]
pub(crate) struct Effects {
    /// There is a job that nobody has.
    pub(crate) work: bool,
    /// Flows, addresses, secrets or connections changed: the new generation.
    pub(crate) changed: Option<i64>,
    /// Gates closed or opened.
    pub(crate) gates: bool,
    /// Jobs added less jobs removed.
    pub(crate) jobs: i64,
    /// Somebody has begun to watch.
    pub(crate) live: bool,
    /// What changed, if anybody watches.
    pub(crate) news: Gathered,
}

impl Effects {
    /// Of a transaction, or of a part of one.
    pub(crate) fn of(news: Gathered) -> Self {
        Self { news, ..Self::default() }
    }

    /// A run was made or changed.
    pub(crate) fn run(&mut self, id: RunId) {
        self.news.note(News::Run(id));
    }

    pub(crate) fn add(&mut self, other: Effects) {
        self.work |= other.work;
        self.changed = self.changed.max(other.changed);
        self.gates |= other.gates;
        self.jobs += other.jobs;
        self.live |= other.live;
        self.news.add(other.news);
    }
}
