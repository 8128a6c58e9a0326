//! The place of one version. Those of the server itself are read when somebody first asks for them:
//! nobody uses all services, and reading each takes time and memory at every start.

use std::sync::{Arc, OnceLock};

use super::Connector;
use super::embedded::Own;

/// One version of a connector.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) version: semver::Version,
    /// The version as text.
    pub(super) name: String,
    /// SHA-256 of the canonical JSON of its manifest, hex.
    pub(super) sha256: String,
    source: Option<&'static Own>,
    /// None inside: it cannot be read.
    read: Arc<OnceLock<Option<Arc<Connector>>>>,
}

impl Slot {
    /// One that has been read.
    pub(super) fn read(c: Connector) -> Slot {
        let (version, name) = (c.manifest.version.clone(), c.version.clone());
        let sha256 = c.sha256.clone();
        let read = Arc::new(OnceLock::from(Some(Arc::new(c))));
        Slot { version, name, sha256, source: None, read }
    }

    /// One of the server. None: its version is none.
    pub(super) fn unread(own: &'static Own) -> Option<Slot> {
        let (version, read) = (own.version.parse().ok()?, Arc::default());
        let (name, sha256) = (own.version.to_owned(), own.sha256.to_owned());
        Some(Slot { version, name, sha256, source: Some(own), read })
    }

    /// The connector, read now if it was not before. None: it cannot be read, which the tests of
    /// the built-in ones exclude.
    pub(super) fn get(&self) -> Option<&Arc<Connector>> {
        self.read.get_or_init(|| self.load()).as_ref()
    }

    fn load(&self) -> Option<Arc<Connector>> {
        let own = self.source?;
        match Connector::own(own.file, own.json) {
            Ok(c) => Some(Arc::new(c)),
            Err(e) => {
                tracing::error!(file = own.file, error = %e, "a built-in connector cannot be read");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::registry::{Connector, Registry};

    fn unread(r: &Registry) -> usize {
        r.connectors.values().flatten().filter(|s| s.read.get().is_none()).count()
    }

    #[test]
    fn a_built_in_connector_is_read_when_it_is_asked_for_and_not_before() {
        let r = Registry::builtin();
        let names: Vec<_> = r.names().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        assert_eq!(unread(&r), names.len());
        assert!(r.get("tilda", "2.0.0").is_none() && r.latest("nobody").is_none());
        assert!(r.latest("tilda").is_some());
        assert_eq!(unread(&r), names.len() - 1);
        // A copy knows what was read.
        assert_eq!(unread(&r.clone()), names.len() - 1);
    }

    #[test]
    fn every_built_in_connector_can_be_read_and_is_what_its_file_says() {
        let r = Registry::builtin();
        for (name, version) in r.names() {
            let c = r.get(name, version).unwrap_or_else(|| panic!("{name}"));
            let file =
                format!("{}/../../connectors/{name}/connector.yaml", env!("CARGO_MANIFEST_DIR"));
            let read = Connector::read(name, &fs::read_to_string(file).unwrap()).unwrap();
            assert_eq!((read.name.as_str(), read.version.as_str()), (name, version));
            assert_eq!((&read.sha256, &read.manifest_json), (&c.sha256, &c.manifest_json));
            assert_eq!(r.sha256(name, version), Some(c.sha256.as_str()));
            let json = |m| serde_json::to_value(m).unwrap();
            assert_eq!(json(&read.manifest), json(&c.manifest));
        }
        assert_eq!(r.all().count(), r.names().count());
    }
}
