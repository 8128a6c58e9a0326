//! Dependencies come from the public registries, so that a clone builds anywhere.

use super::problem::Problem;
use super::tree::{File, Tree};

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";
const NPM: &str = "https://registry.npmjs.org/";

/// Finds locked packages from another place, and settings that would lead to one.
pub fn check(tree: &Tree) -> Vec<Problem> {
    tree.files.iter().flat_map(in_file).collect()
}

fn in_file(file: &File) -> Vec<Problem> {
    match file.path.rsplit('/').next() {
        Some("Cargo.lock") => matching(file, "source = \"", |source| source == CRATES_IO),
        Some("package-lock.json") => {
            matching(file, "\"resolved\": \"", |address| address.starts_with(NPM))
        }
        Some(".npmrc") => settings(file, &["registry="]),
        Some("config.toml") if file.path.contains(".cargo/") => {
            settings(file, &["[source", "[registr", "replace-with"])
        }
        _ => Vec::new(),
    }
}

/// The values after `key` that are not `standard`.
fn matching(file: &File, key: &str, standard: fn(&str) -> bool) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (number, line) in file.lines() {
        let value = line.split_once(key).and_then(|(_, rest)| rest.split('"').next());
        if let Some(value) = value.filter(|value| !standard(value)) {
            let message = format!("{value}: not the public registry");
            problems.push(Problem::at(&file.path, number, message));
        }
    }
    problems
}

fn settings(file: &File, starts: &[&str]) -> Vec<Problem> {
    let chosen = |line: &str| starts.iter().any(|start| line.trim_start().starts_with(start));
    let lines = file.lines().filter(|(_, line)| chosen(line));
    lines
        .map(|(number, _)| {
            Problem::at(&file.path, number, "a registry of one's own: set it outside the tree")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::problem::lines;
    use super::*;

    fn problems(path: &str, text: &str) -> Vec<String> {
        lines(&check(&Tree::of(&[(path, text)])))
    }

    #[test]
    fn public_registries_are_fine() {
        let cargo = format!("name = \"serde\"\nsource = \"{CRATES_IO}\"\n");
        assert_eq!(problems("Cargo.lock", &cargo), [""; 0]);
        let npm = format!("  \"resolved\": \"{NPM}react/-/react-19.0.0.tgz\",");
        assert_eq!(problems("frontend/package-lock.json", &npm), [""; 0]);
        assert_eq!(problems(".cargo/config.toml", "[alias]\nxtask = \"run\""), [""; 0]);
    }

    #[test]
    fn a_mirror_or_a_git_source_is_a_problem() {
        for source in ["sparse+https://mirror.example/index/", "git+https://github.com/a/b#1"] {
            let expected = format!("Cargo.lock:1: {source}: not the public registry");
            assert_eq!(problems("Cargo.lock", &format!("source = \"{source}\"")), [expected]);
        }
        let npm = "\"resolved\": \"http://10.0.0.1/react.tgz\"";
        assert_eq!(problems("frontend/package-lock.json", npm).len(), 1);
    }

    #[test]
    fn settings_that_name_a_mirror_are_problems() {
        assert_eq!(problems("frontend/.npmrc", "registry=https://mirror.example/").len(), 1);
        let cargo = "[source.crates-io]\nreplace-with = \"mirror\"\n";
        assert_eq!(problems(".cargo/config.toml", cargo).len(), 2);
    }
}
