//! The top level holds what the README lists and nothing else.

use super::problem::Problem;
use super::tree::Tree;

const REQUIRED: [&str; 7] =
    ["Cargo.toml", "Cargo.lock", "README.md", "backend", "connectors", "migrations", "tests"];
const OPTIONAL: [&str; 3] = ["frontend", "LICENSE", "README.ru.md"];

/// Finds entries that do not belong there, dot-entries aside, and required ones that are absent.
pub fn check(tree: &Tree) -> Vec<Problem> {
    let mut entries: Vec<&str> =
        tree.files.iter().filter_map(|file| file.path.split('/').next()).collect();
    entries.sort_unstable();
    entries.dedup();

    let known = |entry: &str| REQUIRED.contains(&entry) || OPTIONAL.contains(&entry);
    let extra = entries.iter().filter(|entry| !entry.starts_with('.') && !known(entry));
    let extra = extra.map(|entry| {
        Problem::new(entry, "does not belong to the top level: move it into one of its folders")
    });
    let absent = REQUIRED.iter().filter(|entry| !entries.contains(entry));
    extra.chain(absent.map(|entry| Problem::new(entry, "is missing at the top level"))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::problem::lines;
    use super::*;

    fn problems(extra: &[&str], without: &str) -> Vec<String> {
        let complete = [
            "Cargo.toml",
            "Cargo.lock",
            "README.md",
            "backend/app/src/main.rs",
            "connectors/email/connector.yaml",
            "migrations/sqlite/0001_base.sql",
            "tests/Cargo.toml",
        ];
        let paths = complete.iter().filter(|path| **path != without).chain(extra);
        let files: Vec<(&str, &str)> = paths.map(|path| (*path, "")).collect();
        lines(&check(&Tree::of(&files)))
    }

    #[test]
    fn the_complete_tree_with_dot_entries_is_fine() {
        assert_eq!(problems(&[".ci/run", ".gitignore", "LICENSE", "frontend/a.ts"], ""), [""; 0]);
    }

    #[test]
    fn an_unknown_folder_is_a_problem_once() {
        let found = problems(&["scripts/a.sh", "scripts/b.sh"], "");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("scripts: does not belong"), "{found:?}");
    }

    #[test]
    fn a_missing_readme_is_a_problem() {
        assert_eq!(problems(&[], "README.md"), ["README.md: is missing at the top level"]);
    }
}
