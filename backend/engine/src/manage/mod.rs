//! What people and programs do with flows, connections, runs and events. The CLI calls this, and
//! so does every other surface: one place for each action, without HTTP and without SQL.

pub mod bulk;
pub mod connections;
pub mod events;
pub mod flows;
pub mod inspect;
pub mod redeliver;
pub mod runs;
pub mod start;
pub mod temporary;
mod takeover;

use std::sync::Arc;

use connect::outbound::Outbound;
use connect::registry::Registry;
use domain::Problem;
use domain::ids::WorkspaceId;
use store::Db;

/// What the actions need. Works beside a running engine and without one.
#[derive(Clone)]
pub struct Manage {
    pub db: Db,
    pub registry: Arc<Registry>,
    pub outbound: Arc<Outbound>,
    /// The address of the server as senders see it, without a slash at the end.
    pub public_url: String,
    pub workspace: WorkspaceId,
}

/// Why an action was not done. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no {what} \"{id}\"")]
    NotFound { what: &'static str, id: String },
    #[error("the flow has {} problem(s)", .0.len())]
    Problems(Vec<Problem>),
    #[error("{0}")]
    Conflict(String),
    #[error("{0}")]
    Bad(String),
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Error {
    /// The stable code of this error.
    pub fn code(&self) -> domain::Code {
        use domain::Code;
        match self {
            Error::NotFound { .. } | Error::Store(store::Error::NotFound) => Code::NotFound,
            Error::Problems(_) => Code::FlowInvalid,
            Error::Conflict(_) | Error::Store(store::Error::Taken(_) | store::Error::Changed) => {
                Code::Conflict
            }
            Error::Bad(_) => Code::BadRequest,
            Error::Store(store::Error::Busy) => Code::Busy,
            Error::Store(e) if e.is_transient() => Code::StorageUnavailable,
            Error::Store(_) => Code::Internal,
        }
    }
    pub(crate) fn missing(what: &'static str, id: impl std::fmt::Display) -> Self {
        Error::NotFound { what, id: id.to_string() }
    }
}
