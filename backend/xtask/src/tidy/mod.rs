//! `cargo xtask tidy`: rules of the tree that neither the compiler nor clippy knows.
//!
//! Each rule is a pure function from the [`Tree`] to problems, in a file of its own.

use std::process::ExitCode;

use anyhow::Result;

use crate::cargo::Workspace;

mod edges;
mod forbidden;
mod leftovers;
mod locks;
mod machine_paths;
mod migrations;
mod problem;
mod size;
mod sql;
mod text;
mod top_level;
mod tree;
mod unreferenced;

use problem::Problem;
use tree::Tree;

type Check = fn(&Tree) -> Vec<Problem>;

const CHECKS: [Check; 10] = [
    top_level::check,
    edges::check,
    forbidden::check,
    sql::check,
    size::check,
    migrations::check,
    leftovers::check,
    machine_paths::check,
    locks::check,
    unreferenced::check,
];

/// Checks the workspace around the current folder.
pub fn tidy() -> Result<ExitCode> {
    let tidy = check(&Workspace::load()?)?;
    Ok(if tidy { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints every problem of the workspace; `true` when there is none.
pub fn check(workspace: &Workspace) -> Result<bool> {
    let tree = Tree::read(workspace)?;
    let problems: Vec<Problem> = CHECKS.iter().flat_map(|check| check(&tree)).collect();
    for problem in &problems {
        eprintln!("tidy: {problem}");
    }
    if problems.is_empty() {
        eprintln!("tidy: {} files, no problems", tree.files.len());
    }
    Ok(problems.is_empty())
}
