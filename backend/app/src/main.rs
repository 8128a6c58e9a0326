//! `zveno`: the one binary. Wires the crates together; decides nothing about flows.

mod bench;
mod cli;
mod config;
mod doctor;
mod ops;
mod serve;
mod socket;
mod telemetry;
mod wiring;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
