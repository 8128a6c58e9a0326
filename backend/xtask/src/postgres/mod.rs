//! A throwaway PostgreSQL for the tests: found or installed, started on a free port, and gone with
//! the process that asked for it, however that ends.
//!
//! A guard process owns the server. It is this same binary, in a session of its own, and it stops
//! the server when its standard input closes. That happens when the asking process drops the
//! [`Server`], fails, gets Ctrl-C or is killed, so no signal handler is needed.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;

mod account;
mod cluster;
mod find;
mod version;

use cluster::Cluster;
pub use find::Binaries;

/// The hidden command under which this binary guards a server.
pub const GUARD_COMMAND: &str = "postgres-guard";

#[derive(Args)]
pub struct GuardOptions {
    /// The folder with initdb and postgres
    folder: PathBuf,
}

/// A running PostgreSQL; dropping it stops the server and removes its files.
pub struct Server {
    /// Address of the database `postgres` as a superuser without a password.
    pub url: String,
    guard: Child,
}

impl Server {
    /// Starts a guard and waits until its server takes connections.
    pub fn start(binaries: &Binaries) -> Result<Self> {
        let mut guard = Command::new(this_binary()?)
            .arg(GUARD_COMMAND)
            .arg(&binaries.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the PostgreSQL guard")?;
        let mut url = String::new();
        let output = guard.stdout.take().context("the PostgreSQL guard has no output")?;
        BufReader::new(output).read_line(&mut url)?;
        let server = Self { url: url.trim().to_owned(), guard };
        if server.url.is_empty() {
            bail!("PostgreSQL did not start");
        }
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        if let Err(error) = self.guard.wait() {
            eprintln!("xtask: cannot wait for PostgreSQL to stop: {error}");
        }
    }
}

/// Runs a server until the standard input closes; its address is the only line of output.
pub fn guard(options: &GuardOptions) -> Result<ExitCode> {
    // Out of the terminal's reach: Ctrl-C ends the asker, and through it this process, in order.
    rustix::process::setsid().context("cannot leave the terminal's session")?;
    let cluster = Cluster::start(&options.folder)?;
    println!("{}", cluster.url());
    let mut nothing = Vec::new();
    std::io::stdin().read_to_end(&mut nothing)?;
    drop(cluster);
    Ok(ExitCode::SUCCESS)
}

/// On Linux the link of the running process, which works even when a build replaced the file.
fn this_binary() -> Result<PathBuf> {
    let link = Path::new("/proc/self/exe");
    if link.exists() {
        return Ok(link.to_owned());
    }
    std::env::current_exe().context("cannot find this program's own file")
}
