//! `cargo xtask fault`: only the fault tests, quick or long.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde_json::json;

use crate::cargo::Workspace;
use crate::counts;
use crate::environment::{Database, Environment, Source};
use crate::stages::Stages;
use crate::test;

/// The variable the fault tests read their length from: `quick` or `long`.
const LENGTH: &str = "ZVENO_FAULT";

#[derive(Args)]
pub struct Options {
    /// Few rounds, as in `cargo xtask test` (the default)
    #[arg(long, conflicts_with = "long")]
    quick: bool,

    /// Many rounds
    #[arg(long)]
    long: bool,

    /// Print only JSON lines: those the tests print, then one with the result
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    database: Database,
}

/// Builds everything, starts PostgreSQL and runs the test binaries named `fault`.
pub fn fault(options: &Options) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    let source = Source::find(&options.database)?;
    let length = if options.long { "long" } else { "quick" };
    let show = if options.json { show_json } else { counts::to_stdout };

    let mut counts = counts::Counts::default();
    let mut stages = Stages::default();
    if stages.run("build", || test::build(&workspace)) {
        stages.run("fault", || {
            let environment = Environment::start(&workspace, &source)?;
            let mut command =
                workspace.cargo(["test", "--workspace", "--no-fail-fast", "--test", "fault"]);
            command.args(["--", "--nocapture"]).env(LENGTH, length);
            let (ok, sum) = counts::run(environment.apply(&mut command), show)?;
            counts = sum;
            Ok(ok)
        });
    }

    if options.json {
        let (ok, passed, failed) = (stages.ok(), counts.passed, counts.failed);
        println!("{}", json!({"fault": length, "ok": ok, "passed": passed, "failed": failed}));
    } else {
        print!("\n{}", stages.summary());
        println!("{counts}");
    }
    Ok(if stages.ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// JSON lines go to the standard output, the rest is for eyes.
fn show_json(line: &[u8]) {
    if line.starts_with(b"{") {
        counts::to_stdout(line);
    } else {
        drop(std::io::stderr().write_all(line));
    }
}
