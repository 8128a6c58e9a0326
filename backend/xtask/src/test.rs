//! `cargo xtask test`: every check and every test, in the order in which they are quick to fail.

use std::process::{Command, ExitCode, Stdio};

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::cargo::{self, Workspace};
use crate::counts::{self, Counts};
use crate::environment::{Database, Environment, Source};
use crate::stages::Stages;
use crate::{browser, tidy, web};

#[derive(Args)]
pub struct Options {
    /// Run only the tests whose name contains this, without the other stages
    filter: Option<String>,

    /// Run only these stages, separated by commas
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Stage>,

    #[command(flatten)]
    database: Database,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Stage {
    /// cargo fmt --check
    Fmt,
    /// The rules of the tree, as in `cargo xtask tidy`
    Tidy,
    /// Types, lints, unit tests, build and sizes of the web UI
    Ui,
    /// cargo clippy, warnings are errors
    Clippy,
    /// Build the product, start PostgreSQL and run cargo test on the whole workspace
    Tests,
    /// Check the connectors strictly, replay their fixtures and compare their pages
    Connectors,
    /// Use the product in Chromium, as in `cargo xtask browser`
    Browser,
}

const LINTS: [&str; 6] = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];

/// Runs the chosen stages; fails when one of them does.
pub fn test(options: &Options) -> Result<ExitCode> {
    let chosen = stages(options.filter.as_deref(), &options.only);
    let workspace = Workspace::load()?;
    let runs_tests = chosen.contains(&Stage::Tests);
    let source = runs_tests.then(|| Source::find(&options.database)).transpose()?;

    let mut stages = Stages::default();
    if chosen.contains(&Stage::Fmt) {
        let mut fmt = workspace.cargo(["fmt", "--all", "--check"]);
        stages.run("fmt", || cargo::succeeds(&mut fmt));
    }
    if chosen.contains(&Stage::Tidy) {
        stages.run("tidy", || tidy::check(&workspace));
    }
    let has_ui = web::folder(&workspace.root).is_some();
    if has_ui && chosen.contains(&Stage::Ui) {
        stages.run("ui", || web::check(&workspace.root));
    }
    if chosen.contains(&Stage::Clippy) {
        stages.run("clippy", || cargo::succeeds(&mut workspace.cargo(LINTS)));
    }
    let mut counts = None;
    let of_connectors = chosen.contains(&Stage::Connectors);
    let built = (source.is_some() || of_connectors) && stages.run("build", || build(&workspace));
    if of_connectors && built {
        stages.run("connectors", || connectors(&workspace));
    }
    if let Some(source) = source
        && built
    {
        stages.run("tests", || {
            let (ok, sum) = tests(&workspace, &source, options.filter.as_deref())?;
            counts = Some(sum);
            Ok(ok)
        });
    }
    if has_ui && chosen.contains(&Stage::Browser) {
        let install = options.database.may_install();
        stages.run("browser", || browser::run(&workspace, browser::What::All, install));
    }

    print!("\n{}", stages.summary());
    if let Some(counts) = counts {
        println!("{counts}");
    }
    Ok(if stages.ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A filter asks for some tests now, not for the checks of the whole tree.
fn stages(filter: Option<&str>, only: &[Stage]) -> Vec<Stage> {
    match (filter, only) {
        (Some(_), []) => vec![Stage::Tests],
        (None, []) => Stage::value_variants().to_vec(),
        (_, only) => only.to_vec(),
    }
}

/// Builds the product and every test. `--all-targets` resolves features exactly as `cargo test`
/// does, so nothing is compiled twice.
pub fn build(workspace: &Workspace) -> Result<bool> {
    cargo::succeeds(&mut workspace.cargo(["build", "--workspace", "--all-targets"]))
}

/// What is embedded in the product is faultless: every text, proof, case and page.
fn connectors(workspace: &Workspace) -> Result<bool> {
    let folder = workspace.root.join("connectors");
    let mut ok = true;
    for words in [&["check", "--strict"][..], &["test"], &["docs", "--check"]] {
        let mut zveno = Command::new(workspace.zveno("debug"));
        zveno.arg("connector").args(words).arg(&folder).stdin(Stdio::null());
        ok &= cargo::succeeds(&mut zveno)?;
    }
    Ok(ok)
}

fn tests(workspace: &Workspace, source: &Source, filter: Option<&str>) -> Result<(bool, Counts)> {
    let environment = Environment::start(workspace, source)?;
    let mut command = workspace.cargo(["test", "--workspace", "--no-fail-fast"]);
    command.args(filter);
    counts::run(environment.apply(&mut command), counts::to_stdout)
}

#[cfg(test)]
mod tests_of_stages {
    use super::*;

    #[test]
    fn without_words_everything_runs_in_order() {
        let quick = [Stage::Fmt, Stage::Tidy, Stage::Ui, Stage::Clippy];
        let slow = [Stage::Tests, Stage::Connectors, Stage::Browser];
        assert_eq!(stages(None, &[]), [&quick[..], &slow[..]].concat());
    }

    #[test]
    fn a_filter_alone_runs_only_tests() {
        assert_eq!(stages(Some("s21"), &[]), [Stage::Tests]);
    }

    #[test]
    fn only_wins_over_everything() {
        assert_eq!(stages(Some("s21"), &[Stage::Fmt]), [Stage::Fmt]);
        assert_eq!(stages(None, &[Stage::Clippy]), [Stage::Clippy]);
    }
}
