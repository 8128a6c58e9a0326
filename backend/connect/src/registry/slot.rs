//! The place of one version. Those of the server itself are read when somebody first asks for them:
//! nobody uses all services, and reading each takes time and memory at every start.

use std::sync::{Arc, OnceLock};

use super::embedded::Folder;
use super::{Connector, LoadError};

/// One version of a connector.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) version: semver::Version,
    /// The version as text.
    pub(super) name: String,
    source: Option<Folder>,
    /// None inside: it cannot be read.
    read: Arc<OnceLock<Option<Arc<Connector>>>>,
}

impl Slot {
    /// One that has been read.
    pub(super) fn read(c: Connector) -> Slot {
        let (version, name) = (c.manifest.version.clone(), c.version.clone());
        Slot { version, name, source: None, read: Arc::new(OnceLock::from(Some(Arc::new(c)))) }
    }

    /// One of the server, with the connector's name.
    ///
    /// # Errors
    /// The manifest has no name or version of its own line.
    pub(super) fn unread(folder: Folder) -> Result<(&'static str, Slot), LoadError> {
        let line = |key: &str| {
            let lines = folder.manifest.lines();
            lines.filter_map(|l| l.strip_prefix(key)?.strip_prefix(':')).map(str::trim).next()
        };
        let version = line("version").and_then(|v| Some((v, v.parse().ok()?)));
        let (Some(name), Some((text, version))) = (line("name"), version) else {
            let reason = "it has no name or version at the beginning of a line".to_owned();
            return Err(LoadError::File { file: folder.file.to_owned(), reason });
        };
        let read = Arc::default();
        Ok((name, Slot { version, name: text.to_owned(), source: Some(folder), read }))
    }

    /// The connector, read now if it was not before. None: it cannot be read, which the tests of
    /// the built-in ones exclude.
    pub(super) fn get(&self) -> Option<&Arc<Connector>> {
        self.read.get_or_init(|| self.load()).as_ref()
    }

    /// The same without keeping what was read only for this.
    pub(super) fn peek(&self) -> Option<Arc<Connector>> {
        match self.read.get() {
            Some(read) => read.clone(),
            None => self.load(),
        }
    }

    fn load(&self) -> Option<Arc<Connector>> {
        let folder = self.source.as_ref()?;
        match Connector::read(folder.file, folder.manifest) {
            Ok(c) => Some(Arc::new(c)),
            Err(e) => {
                tracing::error!(file = folder.file, error = %e, "a built-in connector cannot be read");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::registry::Registry;

    fn unread(r: &Registry) -> usize {
        r.connectors.values().flatten().filter(|s| s.read.get().is_none()).count()
    }

    #[test]
    fn a_built_in_connector_is_read_when_it_is_asked_for_and_not_before() {
        let r = Registry::builtin().unwrap();
        let names: Vec<_> = r.names().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        assert_eq!(unread(&r), names.len());
        assert!(r.peek("tilda", "1.0.0").is_some(), "looked at only");
        assert_eq!(unread(&r), names.len());
        assert!(r.get("tilda", "2.0.0").is_none() && r.latest("nobody").is_none());
        assert!(r.latest("tilda").is_some());
        assert_eq!(unread(&r), names.len() - 1);
        // A copy knows what was read.
        assert_eq!(unread(&r.clone()), names.len() - 1);
    }

    #[test]
    fn every_built_in_connector_can_be_read_and_has_the_name_and_version_of_its_lines() {
        let r = Registry::builtin().unwrap();
        for (name, version) in r.names() {
            let c = r.get(name, version).unwrap_or_else(|| panic!("{name}"));
            assert_eq!((c.name.as_str(), c.version.as_str()), (name, version));
        }
        assert_eq!(r.all().count(), r.names().count());
    }
}
