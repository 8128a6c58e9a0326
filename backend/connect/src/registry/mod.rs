//! The installed connectors: each read, checked and compiled once, when it is first asked for, then
//! shared.

use std::sync::Arc;

use domain::flow::OnUnknown;
use domain::flow::catalogue::{ActionSpec, Catalogue, TriggerSpec};
use domain::retry::{Policy, Preset};
use indexmap::IndexMap;

use crate::manifest::{self, Manifest};

mod check;
pub mod compiled;
mod embedded;
pub mod folder;
mod hash;
mod load;
mod slot;
mod specs;

#[cfg(test)]
mod tests;

pub use embedded::{Asset, Own};
pub use load::{LoadError, Spotted};
pub use specs::flow_key;

pub use compiled::TriggerCalls;
use compiled::{Check, Http, Idempotency, Limit, Lookup, Method, Plan};
use slot::Slot;

/// One version of a connector.
#[derive(Debug)]
pub struct Connector {
    pub name: String,
    pub version: String,
    /// SHA-256 of the canonical JSON of its manifest, hex.
    pub sha256: String,
    pub manifest: Manifest,
    /// The manifest as JSON, in the order of the document.
    pub manifest_json: String,
    /// Its picture, where it came with one of its own.
    pub icon: Option<Asset>,
    pub(crate) triggers: IndexMap<String, Trigger>,
    pub(crate) actions: IndexMap<String, Action>,
    pub(crate) methods: Vec<Method>,
    pub(crate) lookups: IndexMap<String, Lookup>,
    pub(crate) http: Http,
    /// Patterns of hosts; templates over `conn`.
    pub(crate) hosts: Vec<crate::template::Text>,
}

/// A trigger with what validation knows of it.
#[derive(Debug)]
pub struct Trigger {
    pub key: String,
    pub spec: TriggerSpec,
    pub manifest: manifest::Trigger,
    pub(crate) calls: TriggerCalls,
}

/// An action with what validation knows of it.
#[derive(Debug)]
pub struct Action {
    pub key: String,
    pub spec: ActionSpec,
    pub manifest: manifest::Action,
    pub(crate) plan: Plan,
    pub(crate) check: Option<Check>,
    pub(crate) idempotency: Option<Idempotency>,
    pub(crate) limits: Vec<Limit>,
}

impl Connector {
    pub fn trigger(&self, key: &str) -> Option<&Trigger> {
        self.triggers.get(key)
    }
    pub fn action(&self, key: &str) -> Option<&Action> {
        self.actions.get(key)
    }
    pub fn triggers(&self) -> impl Iterator<Item = &Trigger> {
        self.triggers.values()
    }
    pub fn actions(&self) -> impl Iterator<Item = &Action> {
        self.actions.values()
    }
    /// The ways to connect, in order of preference, as the manifest describes them.
    pub fn ways(&self) -> &[manifest::AuthMethod] {
        self.manifest.connection.as_ref().map_or(&[], |c| c.methods.as_slice())
    }
    /// What a user fills in for a way to connect.
    pub fn fields_of(&self, way: &manifest::AuthMethod) -> Vec<domain::field::FieldSpec> {
        manifest::field::specs(&way.fields, &self.manifest.types)
    }
    /// A way to connect by its id; the first one without an id.
    pub fn method(&self, id: Option<&str>) -> Option<&Method> {
        match id {
            Some(id) => self.methods.iter().find(|m| m.id == id),
            None => self.methods.first(),
        }
    }
    pub fn lookup(&self, name: &str) -> Option<&Lookup> {
        self.lookups.get(name)
    }
    /// Whether its code is compiled into the server.
    pub fn native(&self) -> bool {
        self.manifest.code.is_some()
    }
    /// A file of its folder, such as its icon.
    pub fn asset(&self, file: &str) -> Option<Asset> {
        let own = self.manifest.display.icon.as_deref() == Some(file);
        self.icon.clone().filter(|_| own).or_else(|| embedded::asset(&self.name, file))
    }
}

impl Action {
    /// What happens when nobody knows whether a call worked, unless the step says otherwise.
    pub fn on_unknown(&self) -> OnUnknown {
        self.spec.on_unknown.unwrap_or(OnUnknown::Retry)
    }
    /// When failed tries are repeated, unless the step says otherwise.
    pub fn retry(&self) -> Policy {
        self.spec.retry.clone().unwrap_or(Policy::Preset(Preset::Api))
    }
}

/// All installed connectors. Immutable: a change makes a new one.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    /// Versions of each connector, newest first.
    connectors: IndexMap<String, Vec<Slot>>,
}

impl Registry {
    /// The connectors that are part of the server; each is read when it is first asked for.
    pub fn builtin() -> Registry {
        let mut registry = Registry::default();
        for own in embedded::OWN {
            let slots = registry.connectors.entry(own.name.to_owned()).or_default();
            slots.extend(Slot::unread(own));
        }
        registry
    }

    /// Adds a version of a connector. A version that is there already must be the same.
    pub fn add(&mut self, connector: Connector) -> Result<(), LoadError> {
        let versions = self.connectors.entry(connector.name.clone()).or_default();
        let known = versions.iter().find(|s| s.version == connector.manifest.version);
        if let Some(known) = known {
            let same = known.sha256 == connector.sha256;
            return if same {
                Ok(())
            } else {
                let (name, version) = (connector.name.clone(), connector.version.clone());
                Err(LoadError::Changed { name, version })
            };
        }
        versions.push(Slot::read(connector));
        versions.sort_by(|a, b| b.version.cmp(&a.version));
        Ok(())
    }

    /// Takes the versions that another registry has and this one has not.
    pub fn merge(&mut self, other: &Registry) {
        for (name, more) in &other.connectors {
            let versions = self.connectors.entry(name.clone()).or_default();
            for slot in more {
                if !versions.iter().any(|s| s.version == slot.version) {
                    versions.push(slot.clone());
                }
            }
            versions.sort_by(|a, b| b.version.cmp(&a.version));
        }
    }

    /// Puts a version in the place of the same one with another content: for authors at work.
    pub fn replace(&mut self, connector: Connector) {
        if let Some(versions) = self.connectors.get_mut(&connector.name) {
            versions.retain(|s| s.version != connector.manifest.version);
        }
        // Cannot be refused: there is no other content any more.
        let _ = self.add(connector);
    }

    /// Takes a version away.
    pub fn remove(&mut self, name: &str, version: &str) {
        if let Some(versions) = self.connectors.get_mut(name) {
            versions.retain(|s| s.name != version);
        }
        self.connectors.retain(|_, versions| !versions.is_empty());
    }

    /// Whether there is a newer version of a connector. Reads none.
    pub fn has_newer(&self, name: &str, version: &str) -> bool {
        let newest = self.connectors.get(name).and_then(|all| all.first());
        let than = version.parse::<semver::Version>();
        newest.is_some_and(|n| than.is_ok_and(|than| than < n.version))
    }

    pub fn get(&self, name: &str, version: &str) -> Option<&Arc<Connector>> {
        self.connectors.get(name)?.iter().find(|s| s.name == version)?.get()
    }
    /// The newest version.
    pub fn latest(&self, name: &str) -> Option<&Arc<Connector>> {
        self.connectors.get(name)?.first()?.get()
    }
    /// Every version of every connector; those that were not read yet are read now.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Connector>> {
        self.connectors.values().flatten().filter_map(Slot::get)
    }
    /// The name and version of each of them. Reads none.
    pub fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.connectors.iter().flat_map(|(n, all)| all.iter().map(|s| (n.as_str(), &*s.name)))
    }
    /// The hash of one version. Reads none.
    pub fn sha256(&self, name: &str, version: &str) -> Option<&str> {
        let slot = self.connectors.get(name)?.iter().find(|s| s.name == version)?;
        Some(&slot.sha256)
    }
}

/// The connectors that are part of the server, as its database keeps them.
pub fn own() -> &'static [Own] {
    embedded::OWN
}

impl Own {
    /// Its picture.
    pub fn picture(&self) -> Option<Asset> {
        embedded::asset(self.name, self.icon?)
    }
}

impl Catalogue for Registry {
    fn connectors(&self) -> Vec<String> {
        self.connectors.keys().cloned().collect()
    }
    fn versions(&self, connector: &str) -> Vec<String> {
        let versions = self.connectors.get(connector).into_iter().flatten();
        versions.map(|s| s.name.clone()).collect()
    }
    fn triggers(&self, connector: &str, version: &str) -> Vec<String> {
        let keys = self.get(connector, version).map(|c| c.triggers.keys().cloned().collect());
        keys.unwrap_or_default()
    }
    fn actions(&self, connector: &str, version: &str) -> Vec<String> {
        let keys = self.get(connector, version).map(|c| c.actions.keys().cloned().collect());
        keys.unwrap_or_default()
    }
    fn trigger(&self, connector: &str, version: &str, key: &str) -> Option<TriggerSpec> {
        Some(self.get(connector, version)?.trigger(key)?.spec.clone())
    }
    fn action(&self, connector: &str, version: &str, key: &str) -> Option<ActionSpec> {
        Some(self.get(connector, version)?.action(key)?.spec.clone())
    }
}
