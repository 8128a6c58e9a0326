//! A file answers one question; one that grew past the limit answers several.

use super::problem::Problem;
use super::tree::Tree;

/// Lines of a Rust file, its tests included.
const MAX_LINES: usize = 600;

/// Finds Rust files over the limit.
pub fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree.rust() {
        let lines = file.lines().count();
        if lines > MAX_LINES {
            let message = format!("has {lines} lines, over {MAX_LINES}: split it by question");
            problems.push(Problem::new(&file.path, message));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::super::problem::lines;
    use super::*;

    #[test]
    fn the_limit_itself_is_fine_and_one_more_is_not() {
        let (full, over) = ("\n".repeat(MAX_LINES), "\n".repeat(MAX_LINES + 1));
        let tree = Tree::of(&[("a.rs", &full), ("b.rs", &over), ("c.yaml", &over)]);
        let expected = ["b.rs: has 601 lines, over 600: split it by question"];
        assert_eq!(lines(&check(&tree)), expected);
    }
}
