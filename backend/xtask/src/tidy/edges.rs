//! Dependencies between our crates point one way:
//! `domain <- mapping <- connect`, `domain <- store`, `connect, store <- engine <- api <- app`.

use super::problem::Problem;
use super::tree::Tree;

/// Each crate with the crates it may use: all that are below it.
const ALLOWED: [(&str, &[&str]); 9] = [
    ("domain", &[]),
    ("mapping", &["domain"]),
    ("connect", &["domain", "mapping"]),
    ("store", &["domain"]),
    ("engine", &["domain", "mapping", "connect", "store"]),
    ("api", &["domain", "mapping", "connect", "store", "engine"]),
    ("app", &["domain", "mapping", "connect", "store", "engine", "api"]),
    ("tests", &["domain", "mapping", "connect", "store", "engine", "api", "app"]),
    ("xtask", &[]),
];

/// Finds crates that use one they are not above, and crates this list does not know.
pub fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for package in &tree.packages {
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == package.name) else {
            let message = "is a new crate: say in tidy/edges.rs which crates it may use";
            problems.push(Problem::new(&package.name, message));
            continue;
        };
        for used in package.dependencies.iter().filter(|name| is_ours(tree, name)) {
            if !allowed.contains(&used.as_str()) {
                let message = format!("must not depend on {used}: {}", what_is_allowed(allowed));
                problems.push(Problem::new(&package.name, message));
            }
        }
    }
    problems
}

fn is_ours(tree: &Tree, name: &str) -> bool {
    tree.packages.iter().any(|package| package.name == name)
}

fn what_is_allowed(allowed: &[&str]) -> String {
    if allowed.is_empty() {
        return "it uses none of our crates".to_owned();
    }
    format!("of our crates it may use {}", allowed.join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::problem::lines;
    use super::*;

    #[test]
    fn edges_that_point_down_are_fine() {
        let tree = Tree::of(&[])
            .with_package("domain", &["serde"], &[])
            .with_package("store", &["domain", "sqlx"], &[])
            .with_package("engine", &["store", "domain"], &[]);
        assert_eq!(check(&tree), []);
    }

    #[test]
    fn edges_that_point_up_or_across_are_problems() {
        let tree = Tree::of(&[])
            .with_package("domain", &["mapping"], &[])
            .with_package("mapping", &["domain", "store"], &[])
            .with_package("store", &[], &[])
            .with_package("xtask", &["domain"], &[]);
        let expected = [
            "domain: must not depend on mapping: it uses none of our crates",
            "mapping: must not depend on store: of our crates it may use domain",
            "xtask: must not depend on domain: it uses none of our crates",
        ];
        assert_eq!(lines(&check(&tree)), expected);
    }

    #[test]
    fn a_crate_without_a_place_is_a_problem() {
        let tree = Tree::of(&[]).with_package("util", &[], &[]);
        assert_eq!(check(&tree).len(), 1);
    }
}
