//! SQL is written in the store and nowhere else.

use super::problem::Problem;
use super::tree::{File, Tree};

/// Folders in which SQL is at home; the tests look into the database from outside.
const HOMES: [&str; 3] = ["backend/store/", "migrations/", "tests/"];
/// How a statement begins; each is looked for at the start of a string or of a line in one.
const STATEMENTS: [&str; 7] = [
    "SELECT ",
    "INSERT INTO ",
    "DELETE FROM ",
    "CREATE TABLE ",
    "CREATE INDEX ",
    "ALTER TABLE ",
    "PRAGMA ",
];

/// Finds Rust code outside these folders that names sqlx or spells a statement.
pub fn check(tree: &Tree) -> Vec<Problem> {
    let elsewhere = tree.rust().filter(|file| !is_home(file) && !file.is_a_rule());
    elsewhere.flat_map(in_file).collect()
}

fn is_home(file: &File) -> bool {
    HOMES.iter().any(|home| file.path.starts_with(home))
}

fn in_file(file: &File) -> Vec<Problem> {
    let code = file.lines().filter(|(_, line)| !line.trim_start().starts_with("//"));
    let found = code.filter(|(_, line)| line.contains("sqlx::") || spells_a_statement(line));
    found
        .map(|(number, _)| {
            Problem::at(&file.path, number, "SQL outside backend/store: move it to the store")
        })
        .collect()
}

fn spells_a_statement(line: &str) -> bool {
    let starts_here = |text: &str| {
        let text = text.trim_start();
        let update = text.starts_with("UPDATE ") && text.contains(" SET ");
        update || STATEMENTS.iter().any(|statement| text.starts_with(statement))
    };
    starts_here(line) || line.split('"').skip(1).any(starts_here)
}

#[cfg(test)]
mod tests {
    use super::super::problem::lines;
    use super::*;

    fn problems(path: &str, text: &str) -> Vec<String> {
        lines(&check(&Tree::of(&[(path, text)])))
    }

    #[test]
    fn statements_outside_the_store_are_problems() {
        for text in [
            r#"let q = "SELECT id FROM runs";"#,
            r#"f("INSERT INTO runs VALUES ($1)")"#,
            r#"let q = "UPDATE runs SET state = $1";"#,
            "let q = r#\"\n    DELETE FROM runs\n\"#;",
            "use sqlx::Row;",
        ] {
            let found = problems("backend/engine/src/due.rs", text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert!(found[0].starts_with("backend/engine/src/due.rs:"), "{found:?}");
        }
    }

    #[test]
    fn the_store_the_tests_and_plain_words_are_fine() {
        let statement = r#"let q = "SELECT id FROM runs";"#;
        for home in ["backend/store/src/runs.rs", "tests/e2e/db.rs", "frontend/src/a.ts"] {
            assert_eq!(problems(home, statement), [""; 0]);
        }
        for text in [
            "// SELECT is for the store",
            r#"bail!("UPDATE the password first")"#,
            r#"let label = "Select all";"#,
        ] {
            assert_eq!(problems("backend/api/src/lib.rs", text), [""; 0]);
        }
    }
}
