//! External crates that some of ours must not use: the pure crates know no runtime, database or
//! network, and only the store speaks SQL.

use super::problem::Problem;
use super::tree::Tree;

/// Crates that only compute.
const PURE: [&str; 2] = ["domain", "mapping"];
const NOT_IN_PURE: [&str; 6] = ["tokio", "sqlx", "axum", "reqwest", "hyper", "futures"];
/// Crates that may hold a database connection; the tests look into the database from outside.
const MAY_USE_SQLX: [&str; 2] = ["store", "tests"];

/// Finds direct dependencies that break these rules.
pub fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for package in &tree.packages {
        for used in package.dependencies.iter().map(String::as_str) {
            if PURE.contains(&package.name.as_str()) && NOT_IN_PURE.contains(&used) {
                let message = format!("must not depend on {used}: this crate only computes");
                problems.push(Problem::new(&package.name, message));
            } else if used == "sqlx" && !MAY_USE_SQLX.contains(&package.name.as_str()) {
                let message = "must not depend on sqlx: only store speaks SQL";
                problems.push(Problem::new(&package.name, message));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::super::problem::lines;
    use super::*;

    #[test]
    fn runtime_and_database_stay_out_of_the_pure_crates() {
        let tree = Tree::of(&[])
            .with_package("domain", &["serde", "tokio"], &[])
            .with_package("mapping", &["sqlx"], &[])
            .with_package("api", &["axum", "sqlx"], &[]);
        let expected = [
            "domain: must not depend on tokio: this crate only computes",
            "mapping: must not depend on sqlx: this crate only computes",
            "api: must not depend on sqlx: only store speaks SQL",
        ];
        assert_eq!(lines(&check(&tree)), expected);
    }

    #[test]
    fn the_store_and_the_tests_may_use_sqlx() {
        let tree = Tree::of(&[]).with_package("store", &["sqlx", "tokio"], &[]).with_package(
            "tests",
            &["sqlx"],
            &[],
        );
        assert_eq!(check(&tree), []);
    }
}
