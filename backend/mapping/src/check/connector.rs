//! The connectors, versions, triggers and actions that a flow names.

use domain::flow::catalogue::{ActionSpec, TriggerSpec};
use domain::flow::{Action, ConnectorRef};

use super::{Checker, fault};

impl Checker<'_> {
    /// The version to look into: the one that is named, or the newest where none is. `action` is
    /// there for the message.
    fn version(&mut self, r: &ConnectorRef, action: Option<&str>, at: &str) -> Option<String> {
        let versions = self.catalogue.versions(&r.name);
        let Some(newest) = versions.first() else {
            let known = self.catalogue.connectors();
            self.say(fault::unknown_connector(at, &r.name, &known));
            return None;
        };
        if r.version.is_empty() {
            let dotted = action.map(|a| format!(".{a}")).unwrap_or_default();
            self.say(fault::version_missing(at, &format!("{}{dotted}@{newest}", r.name)));
            return Some(newest.clone());
        }
        if !versions.contains(&r.version) {
            self.say(fault::unknown_version(at, &r.name, &r.version, newest));
            return None;
        }
        Some(r.version.clone())
    }

    pub fn trigger_spec(&mut self) -> Option<TriggerSpec> {
        let t = &self.flow.trigger;
        let version = self.version(&t.connector, None, "trigger.connector")?;
        let found = self.catalogue.trigger(&t.connector.name, &version, &t.event);
        if found.is_none() {
            let known = self.catalogue.triggers(&t.connector.name, &version);
            self.say(fault::unknown_trigger("trigger.event", &t.connector.name, &t.event, &known));
        }
        found
    }

    pub fn action_spec(&mut self, a: &Action, at: &str) -> Option<ActionSpec> {
        let version = self.version(&a.connector, Some(&a.action), at)?;
        let found = self.catalogue.action(&a.connector.name, &version, &a.action);
        if found.is_none() {
            let known = self.catalogue.actions(&a.connector.name, &version);
            self.say(fault::unknown_action(at, &a.connector.name, &a.action, &known));
        }
        found
    }
}
