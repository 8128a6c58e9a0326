//! Paths of one developer's machine: they exist nowhere else.

use super::problem::Problem;
use super::tree::{File, Tree};

/// How such a path starts, and whether a name must follow.
const STARTS: [(&str, bool); 4] =
    [("/work/", false), ("/root/", false), ("/home/", true), ("/Users/", true)];

/// Finds such paths in every text file.
pub fn check(tree: &Tree) -> Vec<Problem> {
    tree.files.iter().filter(|file| !file.is_a_rule()).flat_map(in_file).collect()
}

fn in_file(file: &File) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (number, line) in file.lines() {
        for (start, named) in STARTS {
            if holds_path(line, start, named) {
                let message = format!("{start}: a path of one machine, make it relative");
                problems.push(Problem::at(&file.path, number, message));
            }
        }
    }
    problems
}

/// Whether an absolute path starts here; `https://example.com/work/` and `$HOME/work/` do not.
fn holds_path(line: &str, start: &str, named: bool) -> bool {
    line.match_indices(start).any(|(index, _)| {
        let before = line[..index].chars().next_back();
        let after = line[index + start.len()..].chars().next();
        let inside_longer = before.is_some_and(|c| c.is_alphanumeric() || "/._-~}*)".contains(c));
        !inside_longer && (!named || after.is_some_and(char::is_alphanumeric))
    })
}

#[cfg(test)]
mod tests {
    use super::super::problem::lines;
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        lines(&check(&Tree::of(&[("backend/app/src/main.rs", text)])))
    }

    #[test]
    fn paths_of_a_machine_are_problems() {
        for text in [r#""/work/checkout""#, "cd /root/project", "see /home/anna/x", "(/Users/anna)"]
        {
            assert_eq!(problems(text).len(), 1, "{text}");
        }
    }

    #[test]
    fn addresses_and_relative_paths_are_fine() {
        for text in [
            "https://example.com/work/item",
            "./work/item",
            "$HOME/root/x",
            "/var/lib/zveno",
            "ProtectHome of /home/ itself",
            "https://example.com/home/anna",
        ] {
            assert_eq!(problems(text), [""; 0], "{text}");
        }
    }
}
