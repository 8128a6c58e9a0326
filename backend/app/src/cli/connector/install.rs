//! `zveno connector install`: a checked folder, copied to where the server reads connectors.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};

use super::folder::Folder;
use super::out;

/// Files of one connector at most, and their bytes.
const FILES: (usize, u64) = (500, 8 << 20);

#[derive(clap::Args)]
pub struct Args {
    /// The folder of the connector.
    pub path: PathBuf,
    /// The folder of connectors that the server reads (`serve --connectors DIR`).
    #[arg(long, env = "ZVENO_CONNECTORS", default_value = "data/connectors")]
    pub into: PathBuf,
}

/// Copies the folder; another content under an installed version is refused.
pub fn run(a: &Args) -> anyhow::Result<ExitCode> {
    let folder = Folder::all(std::slice::from_ref(&a.path))?;
    let [folder] = folder.as_slice() else {
        bail!("{} holds several connectors", a.path.display())
    };
    let (connector, _) = folder.connector()??;
    let target = a.into.join(&connector.name);
    if target.join("connector.yaml").is_file() {
        let (have, _) = Folder { path: target.clone() }.connector()??;
        if have.version == connector.version && have.sha256 != connector.sha256 {
            bail!(
                "{} {} is installed with another content; raise its version",
                have.name,
                have.version
            );
        }
        if have.manifest.version > connector.manifest.version {
            bail!("{} {} is installed already", have.name, have.version);
        }
    }
    let files = files(&folder.path)?;
    let fresh = a.into.join(format!(".{}.new", connector.name));
    let _ = fs::remove_dir_all(&fresh);
    for file in &files {
        let to = fresh.join(file);
        fs::create_dir_all(to.parent().unwrap_or(&fresh))?;
        fs::copy(folder.path.join(file), &to).with_context(|| file.display().to_string())?;
    }
    let _ = fs::remove_dir_all(&target);
    fs::rename(&fresh, &target).with_context(|| target.display().to_string())?;
    out(&format!(
        "{} {} is in {} (sha256 {}); the server takes it at its next start or on SIGHUP",
        connector.name,
        connector.version,
        target.display(),
        &connector.sha256[..12]
    ));
    Ok(ExitCode::SUCCESS)
}

/// Plain files of the folder, relative to it. Links are refused: they may lead anywhere.
fn files(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let (mut out, mut bytes) = (Vec::new(), 0u64);
    let mut open = vec![PathBuf::new()];
    while let Some(below) = open.pop() {
        for entry in fs::read_dir(root.join(&below))? {
            let entry = entry?;
            let (kind, path) = (entry.file_type()?, below.join(entry.file_name()));
            if kind.is_symlink() {
                bail!("{} is a link", path.display());
            }
            if kind.is_dir() {
                open.push(path);
                continue;
            }
            bytes += entry.metadata()?.len();
            out.push(path);
            if out.len() > FILES.0 || bytes > FILES.1 {
                bail!("more than {} files or {} bytes", FILES.0, FILES.1);
            }
        }
    }
    out.sort();
    Ok(out)
}
