//! Which connectors there are now. A change makes a new registry, so that whoever works with one
//! sees it whole.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use connect::registry::folder::{self, MANIFEST};
use connect::registry::{Connector, LoadError, Own, Registry};
use domain::limits;
use store::{ConnectorVersion, Db};

/// Where connectors come from besides the server and its database.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Folders of folders with a `connector.yaml`.
    pub folders: Vec<PathBuf>,
    /// For authors: a version may change its content, and folders are read again as they change.
    pub dev: bool,
}

/// A folder that cannot be used; what was installed before stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub folder: PathBuf,
    /// File, line and reason.
    pub reason: String,
}

/// A connector that is there now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    pub name: String,
    pub version: String,
    pub sha256: String,
    /// It was not there before.
    pub new: bool,
}

/// What reading the folders again gave.
#[derive(Clone, Debug, Default)]
pub struct Reloaded {
    pub installed: Vec<Installed>,
    pub refused: Vec<Refused>,
}

/// Why a connector was not installed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    #[error(transparent)]
    Unfit(#[from] LoadError),
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// See the module.
#[derive(Debug)]
pub struct Shelf {
    current: ArcSwap<Registry>,
    sources: Sources,
    /// One change at a time.
    change: Mutex<()>,
    /// By name and version: the hash of what this node took, or could not use.
    seen: Mutex<HashMap<(String, String), String>>,
    refused: ArcSwap<Vec<Refused>>,
}

impl Shelf {
    /// The connectors of this binary; the others come with [`Shelf::open`].
    pub fn new(own: Registry, sources: Sources) -> Arc<Self> {
        let (change, seen) = (Mutex::default(), Mutex::default());
        let refused = ArcSwap::default();
        Arc::new(Self { current: ArcSwap::from_pointee(own), sources, change, seen, refused })
    }

    /// All of them as they are now.
    pub fn registry(&self) -> Arc<Registry> {
        self.current.load_full()
    }

    /// Folders that cannot be used.
    pub fn refused(&self) -> Arc<Vec<Refused>> {
        self.refused.load_full()
    }

    pub(super) fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Writes the connectors of this binary to the database and takes what else is there.
    ///
    /// # Errors
    /// The database does not answer, or knows a version of this binary with another content.
    pub async fn open(&self, db: &Db) -> Result<(), store::Error> {
        let known = hashes(db).await?;
        let here = self.registry();
        for (name, version) in here.names() {
            let Some(sha256) = here.sha256(name, version) else { continue };
            let key = (name.to_owned(), version.to_owned());
            if known.get(&key).is_none_or(|had| had != sha256) {
                let own = connect::registry::own().iter().find(|o| o.name == name);
                let row = match own.filter(|o| o.version == version) {
                    Some(own) => Some(own_row(own)),
                    None => here.get(name, version).map(|c| row(c)),
                };
                if let Some(row) = row {
                    self.write(db, row).await?;
                }
            }
            self.note(key, sha256.to_owned());
        }
        self.take(db).await?;
        Ok(())
    }

    async fn write(&self, db: &Db, row: ConnectorVersion) -> Result<(), store::Error> {
        let (name, version) = (row.name.clone(), row.version.clone());
        let put = db.put_connector(row, self.sources.dev).await;
        if matches!(put, Err(store::Error::Taken(_))) {
            tracing::error!(
                connector = name,
                version,
                "this version is known to the database with another content; a changed manifest needs a new version"
            );
        }
        put.map(|_| ())
    }

    /// Takes what the database has and this node has not, and lets go what was removed there; whether
    /// a version has another content than before.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn take(&self, db: &Db) -> Result<bool, store::Error> {
        let mut changed = false;
        // As it is before the look: what is installed meanwhile is in the database first.
        let before = self.registry();
        let kept = hashes(db).await?;
        self.let_go(&before, &kept);
        for (key, sha256) in kept {
            if self.saw(&key).as_ref() == Some(&sha256) {
                continue;
            }
            let now = self.registry();
            let known = now.sha256(&key.0, &key.1);
            if known == Some(&*sha256) {
                continue;
            }
            let other = known.is_some();
            let Some(stored) = db.connector(&key.0, &key.1).await? else { continue };
            match super::read(stored) {
                // Code is compiled in: what a newer binary has is used only where a flow names it.
                Ok(c) if c.native() && !other => {}
                Ok(c) => {
                    tracing::info!(connector = key.0, version = key.1, "installed");
                    self.put(c);
                    changed |= other;
                }
                Err(e) => {
                    tracing::error!(connector = key.0, version = key.1, error = %e, "this version cannot use it");
                }
            }
            self.note(key, sha256);
        }
        Ok(changed)
    }

    /// Reads the folders again. One that is broken is refused and stops nothing.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn reload(&self, db: &Db) -> Result<Reloaded, store::Error> {
        let mut out = Reloaded::default();
        let found: Vec<PathBuf> = self.sources.folders.iter().flat_map(|f| inside(f)).collect();
        for folder in found.into_iter().take(limits::CONNECTOR_FOLDERS) {
            let path = folder.clone();
            let read = tokio::task::spawn_blocking(move || folder::read(&path)).await;
            let read = read.unwrap_or_else(|e| {
                let file = folder.display().to_string();
                Err(LoadError::File { file, reason: e.to_string() })
            });
            let installed = match read {
                Ok(c) => self.install(db, c).await,
                Err(e) => Err(e.into()),
            };
            match installed {
                Ok(c) => out.installed.push(c),
                Err(InstallError::Store(e)) => return Err(e),
                Err(InstallError::Unfit(e)) => {
                    let reason = e.to_string();
                    tracing::error!(folder = %folder.display(), reason, "a connector is refused");
                    out.refused.push(Refused { folder, reason });
                }
            }
        }
        self.refused.store(Arc::new(out.refused.clone()));
        Ok(out)
    }

    /// Adds a connector to the server: all nodes use it from then on.
    ///
    /// # Errors
    /// It has code, or its version is there with another content.
    pub async fn install(&self, db: &Db, c: Connector) -> Result<Installed, InstallError> {
        if c.native() {
            return Err(LoadError::Code { file: format!("{}/{MANIFEST}", c.name) }.into());
        }
        let new = match db.put_connector(row(&c), self.sources.dev).await {
            Err(store::Error::Taken(_)) => {
                let (name, version) = (c.name, c.version);
                return Err(LoadError::Changed { name, version }.into());
            }
            other => other?,
        };
        let (name, version, sha256) = (c.name.clone(), c.version.clone(), c.sha256.clone());
        self.put(c);
        Ok(Installed { name, version, sha256, new })
    }

    /// Takes what another registry has besides.
    pub(crate) fn merge(&self, other: &Registry) {
        let _one = self.change.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = (*self.registry()).clone();
        // The same version is the same connector.
        all.merge(other);
        self.current.store(Arc::new(all));
    }

    fn put(&self, c: Connector) {
        let _one = self.change.lock().unwrap_or_else(PoisonError::into_inner);
        if self.registry().sha256(&c.name, &c.version) == Some(&c.sha256) {
            return;
        }
        let mut all = (*self.registry()).clone();
        all.replace(c);
        self.current.store(Arc::new(all));
    }

    /// Forgets versions that the database has no more. Those of this binary stay.
    fn let_go(&self, before: &Registry, kept: &HashMap<(String, String), String>) {
        let own = |name: &str, version: &str| {
            connect::registry::own().iter().any(|o| o.name == name && o.version == version)
        };
        let key = |(name, version): (&str, &str)| (name.to_owned(), version.to_owned());
        let gone = before.names().filter(|(n, v)| !own(n, v)).map(key);
        let gone: Vec<_> = gone.filter(|key| !kept.contains_key(key)).collect();
        if gone.is_empty() {
            return;
        }
        let _one = self.change.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = (*self.registry()).clone();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for key in gone {
            tracing::info!(connector = key.0, version = key.1, "removed");
            all.remove(&key.0, &key.1);
            seen.remove(&key);
        }
        self.current.store(Arc::new(all));
    }

    /// Writes a version that is used from now on to the database, if it has been removed there.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn keep(
        &self,
        db: &Db,
        name: &str,
        version: &str,
    ) -> Result<(), store::Error> {
        let Some(c) = self.registry().get(name, version).cloned() else { return Ok(()) };
        match db.put_connector(row(&c), false).await {
            Ok(_) | Err(store::Error::Taken(_)) => Ok(()),
            Err(e) => Err(e),
        }
    }

    fn saw(&self, key: &(String, String)) -> Option<String> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn note(&self, key: (String, String), sha256: String) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(key, sha256);
    }
}

async fn hashes(db: &Db) -> Result<HashMap<(String, String), String>, store::Error> {
    let all = db.connector_versions().await?;
    Ok(all.into_iter().map(|(name, version, sha256)| ((name, version), sha256)).collect())
}

/// A connector of this binary, which need not be read for this.
fn own_row(own: &Own) -> ConnectorVersion {
    ConnectorVersion {
        name: own.name.to_owned(),
        version: own.version.to_owned(),
        sha256: own.sha256.to_owned(),
        manifest: own.json.to_owned(),
        icon: own.picture().map(|i| i.bytes.to_vec()),
    }
}

fn row(c: &Connector) -> ConnectorVersion {
    let icon = c.manifest.display.icon.as_deref().and_then(|file| c.asset(file));
    ConnectorVersion {
        name: c.name.clone(),
        version: c.version.clone(),
        sha256: c.sha256.clone(),
        manifest: c.manifest_json.clone(),
        icon: icon.map(|i| i.bytes.to_vec()),
    }
}

/// The folders of connectors in a folder, or the folder itself if it is one.
pub(super) fn inside(folder: &Path) -> Vec<PathBuf> {
    if folder.join(MANIFEST).is_file() {
        return vec![folder.to_owned()];
    }
    let found = match fs::read_dir(folder) {
        Ok(found) => found,
        Err(e) => {
            tracing::error!(folder = %folder.display(), error = %e, "a folder of connectors cannot be read");
            return Vec::new();
        }
    };
    let mut all: Vec<PathBuf> = found.flatten().map(|e| e.path()).collect();
    all.retain(|p| p.join(MANIFEST).is_file());
    all.sort();
    all
}
