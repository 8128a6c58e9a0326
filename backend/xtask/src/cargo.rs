//! The workspace as cargo sees it, and the way to call cargo from here.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// The workspace the command was started in.
pub struct Workspace {
    /// The folder of the workspace's `Cargo.toml`.
    pub root: PathBuf,
    /// Where cargo puts what it builds.
    pub target: PathBuf,
    /// The workspace's own crates.
    pub packages: Vec<Package>,
}

/// One crate of the workspace.
#[derive(Clone, Debug)]
pub struct Package {
    pub name: String,
    /// Names of the crates it depends on, of any kind (normal, dev, build).
    pub dependencies: Vec<String>,
    /// Root files of its targets, relative to the workspace root.
    pub roots: Vec<String>,
}

impl Workspace {
    /// Asks `cargo metadata` about the workspace around the current folder.
    pub fn load() -> Result<Self> {
        let output = cargo()
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .stderr(Stdio::inherit())
            .output()
            .context("cannot start cargo")?;
        if !output.status.success() {
            bail!("cargo metadata failed");
        }
        let metadata: Value = serde_json::from_slice(&output.stdout)?;
        let root = PathBuf::from(text(&metadata, "workspace_root")?);
        let packages = list(&metadata, "packages")?
            .iter()
            .map(|package| Package::read(package, &root))
            .collect::<Result<_>>()?;
        Ok(Self { target: PathBuf::from(text(&metadata, "target_directory")?), root, packages })
    }

    /// A cargo command that runs in the workspace root with no standard input.
    pub fn cargo<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = cargo();
        command.args(args).current_dir(&self.root).stdin(Stdio::null());
        command
    }

    /// The product's binary of a profile's folder, `debug` or `release`; built or not.
    pub fn zveno(&self, profile: &str) -> PathBuf {
        self.target.join(profile).join("zveno")
    }
}

impl Package {
    fn read(package: &Value, root: &Path) -> Result<Self> {
        let names =
            list(package, "dependencies")?.iter().map(|dependency| text(dependency, "name"));
        let mut roots = Vec::new();
        for target in list(package, "targets")? {
            let path = Path::new(text(target, "src_path")?);
            let path = path.strip_prefix(root).unwrap_or(path);
            roots.push(path.to_string_lossy().into_owned());
        }
        Ok(Self {
            name: text(package, "name")?.to_owned(),
            dependencies: names.map(|name| name.map(str::to_owned)).collect::<Result<_>>()?,
            roots,
        })
    }
}

/// Runs a command to its end and says whether it succeeded.
pub fn succeeds(command: &mut Command) -> Result<bool> {
    let status = command
        .status()
        .with_context(|| format!("cannot start {}", command.get_program().to_string_lossy()))?;
    Ok(status.success())
}

#[expect(clippy::disallowed_methods, reason = "names are read to be held back, values are not")]
fn cargo() -> Command {
    let mut command = Command::new("cargo");
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(is_of_this_crate) {
            command.env_remove(name);
        }
    }
    command
}

/// Whether cargo set the variable for xtask itself. Build scripts (ring's is one) watch these, so
/// handing them down would rebuild the crate each time it is built from here and from a shell.
fn is_of_this_crate(name: &str) -> bool {
    name.starts_with("CARGO_PKG_")
        || matches!(name, "CARGO" | "CARGO_MANIFEST_DIR" | "CARGO_MANIFEST_PATH")
        || matches!(name, "CARGO_CRATE_NAME" | "CARGO_BIN_NAME" | "CARGO_PRIMARY_PACKAGE")
}

fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    value[key].as_str().with_context(|| format!("cargo metadata has no text `{key}`"))
}

fn list<'a>(value: &'a Value, key: &str) -> Result<&'a [Value]> {
    let items = value[key].as_array();
    items.map(Vec::as_slice).with_context(|| format!("cargo metadata has no list `{key}`"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_package_lists_its_dependencies_and_target_roots() {
        let package = json!({
            "name": "store",
            "dependencies": [{"name": "domain"}, {"name": "sqlx"}],
            "targets": [{"src_path": "/a/backend/store/src/lib.rs"}],
        });
        let package = Package::read(&package, Path::new("/a")).unwrap();
        assert_eq!(package.name, "store");
        assert_eq!(package.dependencies, ["domain", "sqlx"]);
        assert_eq!(package.roots, ["backend/store/src/lib.rs"]);
    }

    #[test]
    fn only_the_variables_of_this_crate_are_held_back() {
        assert!(is_of_this_crate("CARGO_PKG_NAME"));
        assert!(is_of_this_crate("CARGO_MANIFEST_DIR"));
        assert!(!is_of_this_crate("CARGO_TARGET_DIR"));
        assert!(!is_of_this_crate("CARGO_HOME"));
    }
}
