//! The trigger of a published flow as its state keeps it: all that is needed to go on without
//! reading the flow again, and to see whether another version of it goes on or starts anew.

use connect::registry::{Connector, Registry, Trigger};
use domain::flow::catalogue::Source as Kind;
use domain::flow::{Flow, Source};
use domain::ids::ConnectionId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::Arc;

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub connector: String,
    pub version: String,
    pub event: String,
    pub connection: Option<ConnectionId>,
    /// Literals only: nothing else is fixed when a flow is built.
    pub input: Map<String, Value>,
    /// That of the flow.
    pub timezone: String,
}

/// Settings that say how often or what about, but not what of: with others the trigger goes on.
const MANNERS: [&str; 3] = ["every", "overlap", "missed"];

impl Settings {
    pub fn of(flow: &Flow) -> Self {
        let t = &flow.trigger;
        let literal = |(key, m): (&String, &domain::flow::Mapping)| match &m.source {
            Source::Literal(v) => Some((key.clone(), v.clone())),
            Source::Template(text) => Some((key.clone(), text.as_str().into())),
            _ => None,
        };
        Self {
            connector: t.connector.name.clone(),
            version: t.connector.version.clone(),
            event: t.event.clone(),
            connection: t.connection.as_ref().and_then(|c| c.parse().ok()),
            input: t.input.iter().filter_map(literal).collect(),
            timezone: flow.settings.timezone.clone(),
        }
    }

    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether a trigger with these settings goes on where one with `other` is.
    pub fn goes_on(&self, other: &Settings, kind: Kind) -> bool {
        let what = |s: &Settings| {
            let mut input = s.input.clone();
            // The period of a schedule is what it is; that of a poll is a manner.
            let manners = if kind == Kind::Poll { &MANNERS[..] } else { &MANNERS[1..] };
            input.retain(|k, _| !manners.contains(&k.as_str()));
            (s.connector.clone(), s.event.clone(), s.connection, input, s.timezone.clone())
        };
        what(self) == what(other)
    }

    pub fn word(&self, key: &str) -> Option<&str> {
        self.input.get(key).and_then(Value::as_str).filter(|s| !s.trim().is_empty())
    }

    /// The installed connector and its trigger.
    pub fn trigger<'r>(&self, registry: &'r Registry) -> Option<(&'r Arc<Connector>, &'r Trigger)> {
        let connector = registry.get(&self.connector, &self.version)?;
        Some((connector, connector.trigger(&self.event)?))
    }
}
