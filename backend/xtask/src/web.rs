//! The web UI: its packages, its build and its own checks.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::cargo;

/// The folder of the web UI, if it is in this tree.
pub fn folder(root: &Path) -> Option<PathBuf> {
    let folder = root.join("frontend");
    folder.join("package.json").exists().then_some(folder)
}

/// Whether npm can be called.
pub fn has_npm() -> bool {
    Command::new("npm").arg("--version").stdout(Stdio::null()).status().is_ok_and(|s| s.success())
}

/// Runs npm in a folder.
pub fn npm(folder: &Path, args: &[&str]) -> Result<bool> {
    cargo::succeeds(Command::new("npm").args(args).current_dir(folder).stdin(Stdio::null()))
}

/// Installs the packages that the lock file names, unless they are there already.
pub fn install(folder: &Path) -> Result<()> {
    let changed = |p: &Path| p.metadata().and_then(|m| m.modified()).ok();
    let lock = changed(&folder.join("package-lock.json"));
    // npm writes this file last.
    let there = changed(&folder.join("node_modules/.package-lock.json"));
    if there.is_some() && there >= lock {
        return Ok(());
    }
    if !npm(folder, &["ci", "--no-audit", "--no-fund"])? {
        bail!("npm ci failed in {}", folder.display());
    }
    Ok(())
}

/// Builds the web UI, so that the binary built next carries it.
pub fn build(folder: &Path) -> Result<()> {
    install(folder)?;
    if !npm(folder, &["run", "build"])? {
        bail!("npm run build failed in {}", folder.display());
    }
    Ok(())
}

/// Everything that can be said of the web UI without a server: types, lints, unit tests, sizes.
pub fn check(root: &Path) -> Result<bool> {
    let folder = folder(root).context("no frontend/package.json")?;
    install(&folder)?;
    for script in ["check", "test", "build", "size", "budgets"] {
        if !npm(&folder, &["run", script])? {
            return Ok(false);
        }
    }
    Ok(true)
}
