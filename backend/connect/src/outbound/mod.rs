//! One call of a connector from the engine: prepare (pure), send, classify (pure). Never retries
//! by itself and never waits: the outcome says what to do.

pub(crate) mod address;
mod checked;
pub(crate) mod classify;
mod confirm;
mod connected;
mod content;
mod csv;
mod decode;
mod driver;
mod enrich;
mod execute;
pub(crate) mod form;
pub(crate) mod inline;
pub(crate) mod log;
pub(crate) mod pause;
mod poll;
mod prepare;
mod scrub;
mod sign;
mod subscribe;
mod test;
#[cfg(test)]
mod tests;
mod tokens;
mod view;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use futures::future::BoxFuture;
use ipnet::IpNet;
use serde_json::Value;
use url::Url;

use domain::clock::SharedClock;
use domain::connection::Connection;
use domain::ids::{FlowId, RunId};
use domain::journal::Exchange;
use domain::outcome::{Outcome, StepError};
use domain::{Secret, Span, Time};

use crate::http::{Script, Sender, SenderConfig, SenderError};
use crate::native::Mailer;
use crate::registry::{Action, Connector};

pub use address::Guard;
pub use confirm::{Confirming, KeyError};
pub use connected::NoFiles;
pub use decode::Answer;
pub use enrich::Enriching;
pub use log::{cut, exchange};
pub use poll::{Asking, Mark, Record, Records};
pub use scrub::Scrub;
pub(crate) use scrub::spellings;
pub use subscribe::{Ask, Hooked, Registered, Unregistered};
pub use tokens::{App, Denied, Fresh, Leaving, Renews, Returning};

/// What the operator decides about outgoing calls.
#[derive(Clone)]
pub struct OutboundConfig {
    /// Private networks that may be reached (`ZVENO_ALLOW_NETWORKS`).
    pub allow_networks: Vec<IpNet>,
    /// Other base addresses by connector (`ZVENO_BASE_URL_<CONNECTOR>`).
    pub base_urls: HashMap<String, Url>,
    /// More certificate authorities, PEM.
    pub extra_roots_pem: Option<String>,
    pub clock: SharedClock,
}

/// Makes the calls. One per process.
pub struct Outbound {
    pub config: OutboundConfig,
    pub sender: Arc<Sender>,
    /// Idle connections to mail servers.
    pub mailer: Mailer,
    /// The operator's applications at services by connector, from the environment.
    pub apps: HashMap<String, App>,
}

/// One action to be run.
pub struct Call<'a> {
    pub connector: &'a Connector,
    pub action: &'a Action,
    /// The coerced input, an object without secrets.
    pub input: Value,
    /// The secret inputs by key.
    pub secrets: &'a BTreeMap<String, Secret>,
    pub connection: Option<&'a Connection>,
    pub run: RunInfo<'a>,
    /// The answers of calls that this action made in an earlier try (semantics S10).
    pub done_calls: Option<&'a Value>,
    pub files: &'a dyn Files,
    /// The step's own time for one call.
    pub timeout: Option<Span>,
}

/// What of the run a call may name.
#[derive(Clone, Copy, Debug)]
pub struct RunInfo<'a> {
    /// The same for every try (semantics S2).
    pub key: &'a str,
    /// 1 for the first.
    pub attempt: u32,
    pub run: RunId,
    pub flow: FlowId,
    pub step: &'a str,
    /// When the step first started.
    pub now: Time,
    /// IANA name.
    pub timezone: &'a str,
    /// How often the event has passed through this product (semantics S24).
    pub hops: u32,
}

/// Where the content of files comes from.
pub trait Files: Send + Sync {
    /// The content of the file that `handle` (`{id, name, mime, size}`) names.
    ///
    /// # Errors
    /// It is not a handle, the file is gone, or it is too large.
    fn read<'a>(&'a self, handle: &'a Value) -> BoxFuture<'a, Result<File, StepError>>;
}

/// The content of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub bytes: Bytes,
    pub name: String,
    pub mime: String,
}

/// What came of a call.
#[derive(Clone, Debug)]
pub struct Executed {
    pub outcome: Outcome,
    /// The requests made, masked.
    pub exchanges: Vec<Exchange>,
    /// Whether a first byte may have left.
    pub sent: bool,
    /// To be kept and given back in the next try (semantics S10).
    pub done_calls: Option<Value>,
}

impl Executed {
    /// An outcome of a call that sent nothing.
    pub fn unsent(outcome: Outcome) -> Self {
        Self { outcome, exchanges: Vec::new(), sent: false, done_calls: None }
    }
}

/// What a look after an unknown outcome found (semantics S1).
#[derive(Clone, Debug)]
pub enum Checked {
    /// The call had worked.
    Found { output: Value, exchanges: Vec<Exchange> },
    /// It had not: it may be made again.
    NotFound { exchanges: Vec<Exchange> },
    /// The look itself did not end well.
    Unsure { executed: Executed },
}

/// A connection that works.
#[derive(Clone, Debug)]
pub struct Tested {
    /// Its name at the service.
    pub label: String,
    pub exchanges: Vec<Exchange>,
}

/// An option of a select.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Choice {
    pub value: Value,
    pub label: String,
}

impl Outbound {
    /// The calls of one process.
    ///
    /// # Errors
    /// The certificate authorities cannot be read.
    pub fn new(config: OutboundConfig) -> Result<Self, SenderError> {
        let sender = Sender::new(SenderConfig::new(
            config.allow_networks.clone(),
            config.extra_roots_pem.clone(),
            config.clock.clone(),
        ))?;
        Ok(Self {
            config,
            sender: Arc::new(sender),
            mailer: Mailer::default(),
            apps: HashMap::new(),
        })
    }

    /// The same calls, of which none is sent: the first request of an action is made ready and
    /// shown in its exchanges, as it would be.
    #[must_use]
    pub fn muted(&self) -> Self {
        let sender = Arc::new(self.sender.muted());
        let (config, apps) = (self.config.clone(), self.apps.clone());
        Self { config, sender, mailer: Mailer::default(), apps }
    }

    /// Calls that a script answers instead of the network.
    ///
    /// # Errors
    /// As [`Outbound::new`].
    pub fn scripted(config: OutboundConfig, script: Arc<dyn Script>) -> Result<Self, SenderError> {
        let mut out = Self::new(config)?;
        if let Some(sender) = Arc::get_mut(&mut out.sender) {
            sender.script = Some(script);
        }
        Ok(out)
    }
}
