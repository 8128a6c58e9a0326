//! What validation asks about connectors. The connector registry answers; tests use a small one
//! of their own.

use super::OnUnknown;
use serde::{Deserialize, Serialize};

use crate::field::FieldSpec;
use crate::retry::Policy;
use crate::run::words;

words! {
    /// What starts the runs of a flow.
    Source {
        /// Deliveries over HTTP.
        Webhook = "webhook",
        /// Moments of a schedule.
        Schedule = "schedule",
        /// A person, also with many rows at once.
        Manual = "manual",
        /// New records that a service is asked for.
        Poll = "poll",
    }
}

/// What is known of the installed connectors.
pub trait Catalogue {
    /// Names of all connectors, for suggestions.
    fn connectors(&self) -> Vec<String>;
    /// Versions of one connector, newest first.
    fn versions(&self, connector: &str) -> Vec<String>;
    /// Trigger keys of one version.
    fn triggers(&self, connector: &str, version: &str) -> Vec<String>;
    /// Action keys of one version.
    fn actions(&self, connector: &str, version: &str) -> Vec<String>;
    fn trigger(&self, connector: &str, version: &str, key: &str) -> Option<TriggerSpec>;
    fn action(&self, connector: &str, version: &str, key: &str) -> Option<ActionSpec>;
}

/// What validation knows of a trigger.
#[derive(Clone, Debug)]
pub struct TriggerSpec {
    pub source: Source,
    pub input: Vec<FieldSpec>,
    /// Whether it cannot work without a connection.
    pub needs_connection: bool,
    /// The default dedupe key template and window.
    pub dedupe: Option<super::Dedupe>,
    /// Whether deliveries arrive over HTTP, so that a flow may answer them.
    pub inbound: bool,
}

/// What validation knows of an action.
#[derive(Clone, Debug, Default)]
pub struct ActionSpec {
    pub input: Vec<FieldSpec>,
    pub needs_connection: bool,
    pub takes_connection: bool,
    /// What holds without an `on_unknown` of the step (semantics S1).
    pub on_unknown: Option<OnUnknown>,
    pub has_check: bool,
    pub retry: Option<Policy>,
}

impl Default for TriggerSpec {
    fn default() -> Self {
        Self {
            source: Source::Webhook,
            input: Vec::new(),
            needs_connection: false,
            dedupe: None,
            inbound: false,
        }
    }
}
