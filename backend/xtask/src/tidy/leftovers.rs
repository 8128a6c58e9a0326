//! Unfinished work and habits that must not reach the main branch.

use super::problem::Problem;
use super::text::has_word;
use super::tree::{File, Tree};

/// Notes to oneself; looked for in code and in comments of data files.
const NOTES: [&str; 3] = ["TODO", "FIXME", "XXX"];
/// Rust that must not stay, with what to do instead.
const RUST: [(&str, &str); 5] = [
    ("todo!", "write it, or leave the path out"),
    ("unimplemented!", "write it, or leave the path out"),
    ("dbg!", "use tracing"),
    ("#[ignore", "a test that does not run proves nothing: fix it or delete it"),
    ("unbounded_channel", "give the channel a limit from domain/limits.rs"),
];
const CODE: [&str; 10] = ["rs", "ts", "tsx", "js", "mjs", "css", "html", "sql", "sh", "toml"];
/// Data in which the words may be values (a task's state at a service), so only comments count.
const DATA: [&str; 2] = ["yaml", "yml"];

/// Finds leftovers in our sources.
pub fn check(tree: &Tree) -> Vec<Problem> {
    tree.files.iter().filter(|file| !file.is_a_rule()).flat_map(in_file).collect()
}

fn in_file(file: &File) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (number, line) in file.lines() {
        let searched = if file.has_extension(&CODE) || file.path.starts_with(".ci/") {
            line
        } else if file.has_extension(&DATA) {
            line.split_once('#').map_or("", |(_, comment)| comment)
        } else {
            continue;
        };
        for note in NOTES.iter().filter(|note| has_word(searched, note)) {
            let message = format!("{note}: do it now, or write down why not without the mark");
            problems.push(Problem::at(&file.path, number, message));
        }
        if file.has_extension(&["rs"]) {
            for (left, instead) in RUST.iter().filter(|(left, _)| stands_in(line, left)) {
                problems.push(Problem::at(&file.path, number, format!("{left}: {instead}")));
            }
        }
    }
    problems
}

/// Whether the text stands in the line and is not the end of a longer name.
fn stands_in(line: &str, text: &str) -> bool {
    line.match_indices(text).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        !before.is_some_and(|character| character.is_alphanumeric() || character == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::super::problem::lines;
    use super::*;

    fn problems(path: &str, text: &str) -> Vec<String> {
        lines(&check(&Tree::of(&[(path, text)])))
    }

    #[test]
    fn every_leftover_is_found_with_its_line() {
        for text in [
            "// TODO: later",
            "/* FIXME */",
            "todo!()",
            "unimplemented!(\"x\")",
            "let a = dbg!(b);",
            "#[ignore = \"slow\"]",
            "let (a, b) = tokio::sync::mpsc::unbounded_channel();",
        ] {
            let found = problems("backend/api/src/lib.rs", &format!("\n{text}\n"));
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert!(found[0].starts_with("backend/api/src/lib.rs:2: "), "{found:?}");
        }
        assert_eq!(problems("frontend/src/a.tsx", "// TODO").len(), 1);
        assert_eq!(problems(".ci/run", "# FIXME").len(), 1);
    }

    #[test]
    fn words_that_only_look_like_leftovers_are_fine() {
        for text in ["let todos = 1;", "fn my_todo!()", "let TODOS = 2;"] {
            assert_eq!(problems("backend/api/src/lib.rs", text), [""; 0], "{text}");
        }
    }

    #[test]
    fn in_data_only_comments_count() {
        assert_eq!(problems("connectors/x/connector.yaml", "default: TODO"), [""; 0]);
        assert_eq!(problems("connectors/x/connector.yaml", "a: 1 # TODO").len(), 1);
        assert_eq!(problems("connectors/x/fixtures/task.json", "\"TODO\""), [""; 0]);
    }
}
