//! Where PostgreSQL's server programs are on this machine.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::version;
use crate::install::Package;

const SERVER: Package = Package {
    what: "a PostgreSQL server",
    apt: "postgresql",
    elsewhere: "the PostgreSQL server, 13 or later,",
};

/// The folder of an installation that has both `initdb` and `postgres`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binaries {
    pub folder: PathBuf,
}

/// Folders that hold one installation per version, and the path from there to the programs.
/// Debian and Ubuntu, Fedora and its kin, Homebrew.
const HOMES: [(&str, &str); 4] = [
    ("/usr/lib/postgresql", "bin"),
    ("/usr/local/lib/postgresql", "bin"),
    ("/usr", "bin"),
    ("/opt/homebrew/opt", "bin"),
];

impl Binaries {
    /// Finds the newest installation, or installs one where `may_install` and the machine allow it.
    /// The error is one line that says what to do.
    pub fn find_or_install(may_install: bool) -> Result<Self> {
        if let Some(found) = Self::find() {
            return Ok(found);
        }
        SERVER.install(may_install)?;
        match Self::find() {
            Some(found) => Ok(found),
            None => bail!("apt-get installed postgresql, but initdb and postgres are not found"),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "programs are found where a shell finds them")]
    fn find() -> Option<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        newest(candidates(&path), version::of).map(|folder| Self { folder })
    }
}

/// Every folder that has both programs, with links resolved so that PostgreSQL finds its own files.
fn candidates(path: &OsStr) -> Vec<PathBuf> {
    let on_path = std::env::split_paths(path);
    let in_homes = HOMES.iter().flat_map(|(home, below)| {
        let versions = std::fs::read_dir(home).into_iter().flatten().flatten();
        versions.map(move |version| version.path().join(below))
    });
    let mut folders: Vec<PathBuf> = on_path.chain(in_homes).filter_map(|f| programs(&f)).collect();
    folders.sort();
    folders.dedup();
    folders
}

fn programs(folder: &Path) -> Option<PathBuf> {
    let postgres = folder.join("postgres").canonicalize().ok()?;
    let home = postgres.parent()?;
    if home.join("initdb").is_file() {
        return Some(home.to_owned());
    }
    folder.join("initdb").is_file().then(|| folder.to_owned())
}

fn newest(folders: Vec<PathBuf>, version: impl Fn(&Path) -> Option<(u32, u32)>) -> Option<PathBuf> {
    let known = folders.into_iter().filter_map(|folder| Some((version(&folder)?, folder)));
    known.max_by_key(|(version, _)| *version).map(|(_, folder)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_wins_by_number_not_by_name() {
        let folders = ["/pg/9/bin", "/pg/15/bin", "/pg/broken/bin"].map(PathBuf::from).to_vec();
        let version = |folder: &Path| match folder.to_str() {
            Some("/pg/9/bin") => Some((9, 6)),
            Some("/pg/15/bin") => Some((15, 1)),
            _ => None,
        };
        assert_eq!(newest(folders, version), Some(PathBuf::from("/pg/15/bin")));
    }

    #[test]
    fn without_a_version_that_runs_there_is_none() {
        assert_eq!(newest(vec![PathBuf::from("/pg/15/bin")], |_| None), None);
    }

    #[test]
    fn a_folder_without_the_programs_is_no_candidate() {
        assert_eq!(programs(Path::new("/nonexistent")), None);
        assert_eq!(programs(Path::new("/etc")), None);
    }
}
