//! Rust files that no crate compiles, and files under `tests/` that no test uses.

use super::problem::Problem;
use super::text::has_word;
use super::tree::{File, Tree};

/// Finds both kinds.
pub fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree.rust().filter(|file| !is_root(tree, file) && !is_module(tree, file)) {
        let message = "is not compiled: no `mod` line or cargo target names it";
        problems.push(Problem::new(&file.path, message));
    }
    for file in tree.files.iter().filter(|file| is_test_data(file) && !is_used(tree, file)) {
        problems.push(Problem::new(&file.path, "is used by no test: delete it"));
    }
    problems
}

fn is_root(tree: &Tree, file: &File) -> bool {
    tree.packages.iter().any(|package| package.roots.contains(&file.path))
}

fn is_module(tree: &Tree, file: &File) -> bool {
    let (folder, stem) = module(&file.path);
    let declares = |other: &File| {
        let above =
            other.path == format!("{folder}.rs") || other.path == format!("{folder}/mod.rs");
        let root = split(&other.path).0 == folder && is_root(tree, other);
        (above || root) && declares_module(&other.text, stem)
    };
    let name = split(&file.path).1;
    let includes = |other: &File| {
        let path = other.path != file.path;
        path && (other.text.contains(&format!("/{name}\""))
            || other.text.contains(&format!("\"{name}\"")))
    };
    tree.rust().any(|other| declares(other) || includes(other))
}

/// The folder in which the module is declared, and its name.
fn module(path: &str) -> (&str, &str) {
    let (folder, name) = split(path);
    if name == "mod.rs" { split(folder) } else { (folder, name.trim_end_matches(".rs")) }
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Whether the text has a line `mod name;`, or a macro that declares modules and the name.
fn declares_module(text: &str, name: &str) -> bool {
    let by_macro = text.contains("mod $") && has_word(text, name);
    by_macro || text.lines().any(|line| is_declaration(line, name))
}

/// Whether the line is `mod name;`, with any visibility before it.
fn is_declaration(line: &str, name: &str) -> bool {
    let line = line.split("//").next().unwrap_or_default().trim_end();
    let declared = line.strip_suffix(';').and_then(|line| line.strip_suffix(name));
    declared.is_some_and(|before| before.trim_start() == "mod " || before.ends_with(" mod "))
}

fn is_test_data(file: &File) -> bool {
    file.path.starts_with("tests/") && !file.has_extension(&["rs", "toml", "md"])
}

/// Whether some Rust file spells the name of the data file or of the folder it is in.
fn is_used(tree: &Tree, file: &File) -> bool {
    let (folder, name) = split(&file.path);
    let folder = split(folder).1;
    tree.rust().any(|other| {
        other.text.contains(name)
            || [format!("{folder}/"), format!("{folder}\"")].iter().any(|f| other.text.contains(f))
    })
}

#[cfg(test)]
mod tests {
    use super::super::problem::lines;
    use super::*;

    fn problems(files: &[(&str, &str)]) -> Vec<String> {
        let roots = ["backend/store/src/lib.rs", "tests/e2e/main.rs"];
        lines(&check(&Tree::of(files).with_package("store", &[], &roots)))
    }

    #[test]
    fn modules_named_by_their_parent_are_fine() {
        let files = [
            ("backend/store/src/lib.rs", "mod queue;\npub mod runs; // hot\npub(crate) mod db;"),
            ("backend/store/src/runs.rs", ""),
            ("backend/store/src/db.rs", ""),
            ("backend/store/src/queue/mod.rs", "mod sqlite;"),
            ("backend/store/src/queue/sqlite.rs", "mod claim;"),
            ("backend/store/src/queue/sqlite/claim.rs", ""),
            ("tests/e2e/main.rs", "#[path = \"../support/server.rs\"]\nmod server;"),
            ("tests/support/server.rs", ""),
        ];
        assert_eq!(problems(&files), [""; 0]);
    }

    #[test]
    fn a_file_nobody_names_is_a_problem() {
        let files = [
            ("backend/store/src/lib.rs", "// mod old;\nmod older;"),
            ("backend/store/src/old.rs", ""),
            ("backend/store/src/older.rs", ""),
            ("backend/store/src/queue/older.rs", ""),
        ];
        let expected = [
            "backend/store/src/old.rs: is not compiled: no `mod` line or cargo target names it",
            "backend/store/src/queue/older.rs: is not compiled: no `mod` line or cargo target \
             names it",
        ];
        assert_eq!(problems(&files), expected);
    }

    #[test]
    fn a_macro_may_declare_the_modules() {
        let catalogue = "macro_rules! list { ($($n:ident),*) => { $(mod $n;)* } }\nlist!(lower);";
        let files = [
            ("backend/store/src/lib.rs", catalogue),
            ("backend/store/src/lower.rs", ""),
            ("backend/store/src/upper.rs", ""),
        ];
        let found = problems(&files);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("backend/store/src/upper.rs: "), "{found:?}");
    }

    #[test]
    fn test_data_is_named_by_a_test() {
        let files = [
            ("tests/e2e/main.rs", "read(\"form.txt\"); dir(\"bodies/\");"),
            ("tests/e2e/data/form.txt", ""),
            ("tests/e2e/bodies/a.json", ""),
            ("tests/e2e/forgotten/b.json", ""),
        ];
        let expected = ["tests/e2e/forgotten/b.json: is used by no test: delete it"];
        assert_eq!(problems(&files), expected);
    }
}
