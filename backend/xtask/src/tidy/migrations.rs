//! Both databases have the same migrations: `migrations/<database>/NNNN_name.sql`.

use super::problem::Problem;
use super::tree::Tree;

const SQLITE: &str = "migrations/sqlite/";
const POSTGRES: &str = "migrations/postgres/";

/// Finds migrations that one side lacks, wrong names and numbers used twice or left out.
pub fn check(tree: &Tree) -> Vec<Problem> {
    let (sqlite, postgres) = (names(tree, SQLITE), names(tree, POSTGRES));
    let mut problems = missing(&sqlite, &postgres, POSTGRES);
    problems.extend(missing(&postgres, &sqlite, SQLITE));
    problems.extend(misnumbered(&sqlite, SQLITE));
    problems.extend(misnumbered(&postgres, POSTGRES));
    problems
}

fn names<'a>(tree: &'a Tree, folder: &str) -> Vec<&'a str> {
    tree.files.iter().filter_map(|file| file.path.strip_prefix(folder)).collect()
}

fn missing(names: &[&str], other: &[&str], other_folder: &str) -> Vec<Problem> {
    let absent = names.iter().filter(|name| !other.contains(name));
    absent
        .map(|name| {
            let path = format!("{other_folder}{name}");
            Problem::new(&path, "is missing: both databases have the same migrations")
        })
        .collect()
}

fn misnumbered(names: &[&str], folder: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let expected = format!("{:04}_", index + 1);
        if !name.strip_suffix(".sql").is_some_and(|name| name.starts_with(&expected)) {
            let message = format!("must be named {expected}name.sql: numbers go up one by one");
            problems.push(Problem::new(&format!("{folder}{name}"), message));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::super::problem::lines;
    use super::*;

    fn problems(paths: &[&str]) -> Vec<String> {
        let files: Vec<(&str, &str)> = paths.iter().map(|path| (*path, "")).collect();
        lines(&check(&Tree::of(&files)))
    }

    #[test]
    fn the_same_names_on_both_sides_are_fine() {
        let paths = [
            "migrations/postgres/0001_base.sql",
            "migrations/postgres/0002_jobs.sql",
            "migrations/sqlite/0001_base.sql",
            "migrations/sqlite/0002_jobs.sql",
        ];
        assert_eq!(problems(&paths), [""; 0]);
    }

    #[test]
    fn a_migration_of_one_side_is_missing_on_the_other() {
        let expected = "migrations/sqlite/0001_base.sql: is missing: \
                        both databases have the same migrations";
        assert_eq!(problems(&["migrations/postgres/0001_base.sql"]), [expected]);
    }

    #[test]
    fn a_gap_in_the_numbers_is_a_problem_on_both_sides() {
        let paths = ["migrations/postgres/0002_a.sql", "migrations/sqlite/0002_a.sql"];
        assert_eq!(problems(&paths).len(), 2);
    }

    #[test]
    fn a_file_that_is_no_migration_is_a_problem() {
        let paths = ["migrations/postgres/notes.md", "migrations/sqlite/notes.md"];
        assert_eq!(problems(&paths).len(), 2);
    }
}
