//! What people and programs do with flows, connections, runs and events. The CLI calls this, and
//! so does every other surface: one place for each action, without HTTP and without SQL.

pub mod bulk;
pub mod connections;
pub mod connectors;
pub mod create;
pub mod credentials;
pub mod diff;
pub mod drafts;
pub mod event_types;
pub mod events;
pub mod flows;
pub mod hold;
pub mod inspect;
pub mod keys;
pub mod list;
pub mod listen;
pub mod lookups;
pub mod oauth;
mod passwords;
pub mod people;
pub mod problems;
pub mod record;
pub mod redeliver;
pub mod runs;
pub mod settings;
pub mod start;
pub mod subscribers;
mod summaries;
mod takeover;
pub mod temporary;
pub mod unused;
pub mod upgrades;

use std::sync::Arc;

use connect::outbound::Outbound;
use connect::registry::Registry;
use domain::Problem;
use domain::ids::WorkspaceId;
use store::Db;

use crate::cache::FlowCache;
use crate::connectors::Shelf;

/// What the actions need. Works beside a running engine and without one.
#[derive(Clone)]
pub struct Manage {
    pub db: Db,
    /// The connectors as they were when this began: one action sees them all alike.
    pub registry: Arc<Registry>,
    pub shelf: Arc<Shelf>,
    pub outbound: Arc<Outbound>,
    /// The address of the server as senders see it, without a slash at the end.
    pub public_url: String,
    pub workspace: WorkspaceId,
}

impl Manage {
    /// Flows compiled as a node has them.
    pub(crate) fn cache(&self) -> FlowCache {
        let (db, outbound) = (self.db.clone(), self.outbound.clone());
        FlowCache::new(db, self.shelf.clone(), outbound, &self.public_url)
    }

    /// The same with the connectors of now.
    #[must_use]
    pub fn now(&self) -> Self {
        Self { registry: self.shelf.registry(), ..self.clone() }
    }
}

/// A flow that cannot be used as it is.
pub(crate) fn uncompiled(e: crate::cache::CacheError) -> Error {
    match e {
        crate::cache::CacheError::Store(e) => Error::Store(e),
        invalid @ crate::cache::CacheError::Invalid(_) => {
            Error::refusal(domain::Code::BadRequest, invalid.text())
        }
    }
}

/// Why an action was not done. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no {what} \"{id}\"")]
    NotFound { what: &'static str, id: String },
    #[error("the flow has {} problem(s)", .0.len())]
    Problems(Vec<Problem>),
    /// The same with step and field of each.
    #[error("the flow has {} problem(s)", .0.len())]
    Located(Vec<problems::Located>),
    /// Fields that are missing or wrong, each with what is wrong with it.
    #[error("{} field(s) are wrong: {}", .0.len(), .0.first().map(|f| f.message.en.as_str()).unwrap_or_default())]
    Fields(Vec<Problem>),
    /// The service refused the credentials, or could not be asked.
    #[error("{}", .0.message)]
    Untested(Box<domain::outcome::StepError>),
    /// The draft is not the one that the change was made of.
    #[error("the draft was changed meanwhile")]
    DraftConflict { by: String, at: domain::Time, revision: i64 },
    #[error("{}", .0.says(domain::Lang::En))]
    Refused(domain::Code),
    /// The same with more words.
    #[error("{}", .1.en)]
    Said(domain::Code, domain::Text),
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Error {
    /// The stable code of this error.
    pub fn code(&self) -> domain::Code {
        use domain::Code;
        match self {
            Error::NotFound { .. } | Error::Store(store::Error::NotFound) => Code::NotFound,
            Error::Problems(_) | Error::Located(_) => Code::FlowInvalid,
            Error::Fields(_) => Code::FieldInvalid,
            Error::Untested(e) => e.code,
            Error::DraftConflict { .. } => Code::DraftConflict,
            Error::Store(store::Error::Taken(_) | store::Error::Changed) => Code::Conflict,
            Error::Refused(code) | Error::Said(code, _) => *code,
            Error::Store(store::Error::Busy) => Code::Busy,
            Error::Store(e) if e.is_transient() => Code::StorageUnavailable,
            Error::Store(_) => Code::Internal,
        }
    }
    /// What there is to say of it, beside the words of its code; always in both languages.
    pub fn text(&self) -> Option<domain::Text> {
        match self {
            Error::Said(_, text) => Some(text.clone()),
            Error::Untested(e) => Some(e.text()),
            _ => None,
        }
    }
    /// What cannot be done as things are.
    pub(crate) fn refusal(code: domain::Code, text: impl Into<domain::Text>) -> Self {
        Error::Said(code, text.into())
    }
    /// The same for the commonest code.
    pub(crate) fn conflict(en: impl Into<String>, ru: impl Into<String>) -> Self {
        Error::Said(domain::Code::Conflict, domain::Text::new(en, ru))
    }
    /// What is not understood.
    pub(crate) fn bad(en: impl Into<String>, ru: impl Into<String>) -> Self {
        Error::Said(domain::Code::BadRequest, domain::Text::new(en, ru))
    }
    pub(crate) fn missing(what: &'static str, id: impl std::fmt::Display) -> Self {
        Error::NotFound { what, id: id.to_string() }
    }
}
