//! `cargo xtask <command>`: runs, tests, checks and measures the product.
//!
//! The whole of the tooling lives here, as plain Rust with few dependencies, so that it builds in
//! seconds. It starts the product and the databases as separate processes and links none of them.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool speaks through its standard streams"
)]

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod api;
mod bench;
mod browser;
mod cargo;
mod counts;
mod environment;
mod fault;
mod install;
mod postgres;
mod run;
mod samples;
mod stages;
mod strace;
mod test;
mod tidy;
mod web;

/// Runs, tests, checks and measures Zveno.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the product and start it on an embedded SQLite database in ./data
    Run(run::Options),
    /// Build the release with the web UI in it: target/release/zveno
    Build,
    /// Run every check and every test, with a throwaway PostgreSQL beside SQLite
    Test(test::Options),
    /// Check the rules of the tree that the compiler does not know
    Tidy,
    /// Write the OpenAPI document and the types of the web UI from the code
    Api,
    /// Measure the release build: the median of 3 runs of `zveno bench`
    Bench(bench::Options),
    /// Run only the fault tests: kill the product at bad moments and look for lost events
    Fault(fault::Options),
    /// Run the tests that use the product in a browser
    Browser(browser::Options),
    /// Replay deliveries of real services over HTTP against a server of its own
    Samples(samples::Options),
    /// Keep a PostgreSQL running until standard input closes
    #[command(name = postgres::GUARD_COMMAND, hide = true)]
    PostgresGuard(postgres::GuardOptions),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Run(options) => run::run(&options),
        Command::Build => run::build(),
        Command::Test(options) => test::test(&options),
        Command::Tidy => tidy::tidy(),
        Command::Api => api::api(),
        Command::Bench(options) => bench::bench(&options),
        Command::Fault(options) => fault::fault(&options),
        Command::Browser(options) => browser::browser(&options),
        Command::Samples(options) => samples::samples(&options),
        Command::PostgresGuard(options) => postgres::guard(&options),
    };
    result.unwrap_or_else(|error| {
        eprintln!("xtask: {error:#}");
        ExitCode::FAILURE
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn arguments_after_two_dashes_go_to_the_product() {
        let cli = Cli::parse_from(["xtask", "run", "--", "--listen", "127.0.0.1:9000"]);
        let Command::Run(options) = cli.command else { panic!("expected the command `run`") };
        assert_eq!(options.args, ["--listen", "127.0.0.1:9000"]);
    }
}
