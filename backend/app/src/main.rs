//! `zveno`: the one binary. Wires the crates together; decides nothing about flows.

mod acme;
mod bench;
mod cli;
mod config;
mod doctor;
mod ops;
mod remote;
mod say;
mod serve;
mod socket;
mod telemetry;
mod wiring;

use std::process::ExitCode;

/// An event is many small allocations, made by one thread and freed by another; this allocator
/// takes about half of the system's time for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
