//! The tree the rules look at: the files git knows or would add, and the crates.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::cargo::{Package, Workspace};

/// The files and crates of the workspace.
pub struct Tree {
    /// In the order of their paths.
    pub files: Vec<File>,
    pub packages: Vec<Package>,
}

/// One file; the text of a file that is not UTF-8 is empty.
pub struct File {
    /// From the workspace root, with `/` between its parts.
    pub path: String,
    pub text: String,
}

impl Tree {
    /// Reads everything under the workspace root that git does not ignore.
    pub fn read(workspace: &Workspace) -> Result<Self> {
        let mut files = Vec::new();
        for path in listed(&workspace.root)? {
            let full = workspace.root.join(&path);
            // Deleted but still known to git, or a link to a folder.
            if !full.is_file() {
                continue;
            }
            let bytes = fs::read(&full).with_context(|| format!("cannot read {path}"))?;
            files.push(File { path, text: String::from_utf8(bytes).unwrap_or_default() });
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.dedup_by(|a, b| a.path == b.path);
        Ok(Self { files, packages: workspace.packages.clone() })
    }

    /// The files whose name ends in `.rs`.
    pub fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.has_extension(&["rs"]))
    }
}

impl File {
    /// Whether the name ends in a dot and one of these.
    pub fn has_extension(&self, extensions: &[&str]) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, end)| extensions.contains(&end))
    }

    /// Whether the file holds the rules themselves: it must spell out what it forbids.
    pub fn is_a_rule(&self) -> bool {
        self.path.starts_with("backend/xtask/src/tidy/")
    }

    /// The lines with their numbers, counted from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

fn listed(root: &Path) -> Result<Vec<String>> {
    let output = Command::new("git")
        // A clone made by another account is read all the same: nothing in it is run.
        .arg("-c")
        .arg(format!("safe.directory={}", root.display()))
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .context("tidy lists files with git, and it is missing: install git")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("git cannot list the files of {}: {}", root.display(), said.trim());
    }
    let paths = output.stdout.split(|byte| *byte == 0).filter(|path| !path.is_empty());
    Ok(paths.map(|path| String::from_utf8_lossy(path).into_owned()).collect())
}

#[cfg(test)]
impl Tree {
    /// A tree of these paths and texts, without crates.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| File {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
        };
        Self { files: files.iter().map(file).collect(), packages: Vec::new() }
    }

    /// Adds a crate with these dependencies and target roots.
    pub fn with_package(mut self, name: &str, dependencies: &[&str], roots: &[&str]) -> Self {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        self.packages.push(Package {
            name: name.to_owned(),
            dependencies: owned(dependencies),
            roots: owned(roots),
        });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_workspace_is_read_with_its_own_crate_in_it() {
        let workspace = Workspace::load().unwrap();
        let tree = Tree::read(&workspace).unwrap();
        assert!(tree.packages.iter().any(|package| package.name == "xtask"));
        let file = tree.files.iter().find(|file| file.path == "backend/xtask/src/main.rs");
        assert!(file.unwrap().text.contains("fn main()"));
        assert!(tree.files.iter().all(|file| !file.path.starts_with("target/")));
    }
}
