//! The folder of a connector on disk.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use connect::fixture::{self, Fixture};
use connect::registry::{Connector, LoadError, Spotted};

/// A folder with a manifest.
#[derive(Clone, Debug)]
pub struct Folder {
    pub path: PathBuf,
}

/// One case of a folder.
pub struct Case {
    /// Its file, and its number in a file with several documents.
    pub name: String,
    pub fixture: Result<Fixture, String>,
}

impl Folder {
    /// The folders that the user means: each path itself, or the folders in it; `connectors` by
    /// default.
    pub fn all(paths: &[PathBuf]) -> anyhow::Result<Vec<Folder>> {
        let usual = [PathBuf::from("connectors")];
        let paths = if paths.is_empty() { &usual } else { paths };
        let mut out = Vec::new();
        for path in paths {
            if path.join("connector.yaml").is_file() {
                out.push(Folder { path: path.clone() });
                continue;
            }
            let inside = fs::read_dir(path).with_context(|| path.display().to_string())?;
            let mut inside: Vec<PathBuf> = inside.flatten().map(|e| e.path()).collect();
            inside.sort();
            inside.retain(|p| p.join("connector.yaml").is_file());
            out.extend(inside.into_iter().map(|path| Folder { path }));
        }
        if out.is_empty() {
            bail!("no folder with a connector.yaml in {}", shown(paths));
        }
        Ok(out)
    }

    pub fn file(&self) -> String {
        self.path.join("connector.yaml").display().to_string()
    }

    pub fn text(&self) -> anyhow::Result<String> {
        fs::read_to_string(self.path.join("connector.yaml")).with_context(|| self.file())
    }

    /// Reads and checks the manifest.
    pub fn connector(&self) -> anyhow::Result<Result<(Connector, Vec<Spotted>), LoadError>> {
        Ok(Connector::checked(&self.file(), &self.text()?))
    }

    /// The cases of its fixtures, by file name. A file may hold several, apart by `---`.
    pub fn cases(&self) -> Vec<Case> {
        let Ok(inside) = fs::read_dir(self.path.join("fixtures")) else { return Vec::new() };
        let mut files: Vec<PathBuf> = inside.flatten().map(|e| e.path()).collect();
        files.sort();
        let yaml = |p: &&PathBuf| p.extension().is_some_and(|e| e == "yaml" || e == "yml");
        files.iter().filter(yaml).flat_map(|p| cases(p)).collect()
    }
}

fn cases(path: &Path) -> Vec<Case> {
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) => return vec![Case { name: file, fixture: Err(e.to_string()) }],
    };
    let parts: Vec<String> = documents(&text);
    let many = parts.len() > 1;
    let one = |(i, part): (usize, &String)| Case {
        name: if many { format!("{file}#{}", i + 1) } else { file.clone() },
        fixture: fixture::read(part).map_err(|e| e.to_string()),
    };
    parts.iter().enumerate().map(one).collect()
}

/// The documents of a YAML file.
fn documents(text: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    for line in text.lines() {
        if line == "---" {
            out.push(String::new());
        } else if let Some(last) = out.last_mut() {
            last.push_str(line);
            last.push('\n');
        }
    }
    let empty = |t: &String| t.lines().all(|l| l.trim().is_empty() || l.trim().starts_with('#'));
    out.retain(|t| !empty(t));
    out
}

fn shown(paths: &[PathBuf]) -> String {
    paths.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_several_documents() {
        let docs = documents("# about\na: 1\n---\nb: |\n  --- not here\n---\n# nothing\n");
        assert_eq!(docs, ["# about\na: 1\n", "b: |\n  --- not here\n"]);
    }
}
