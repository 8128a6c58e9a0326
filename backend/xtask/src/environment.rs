//! What the tests that start real processes are given: the product's binary, a PostgreSQL and
//! strace.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use clap::{ArgAction, Args, builder::FalseyValueParser};

use crate::cargo::Workspace;
use crate::postgres::{self, Binaries, Server};
use crate::strace;

/// The variable the tests read the PostgreSQL address from.
const POSTGRES: &str = "ZVENO_TEST_POSTGRES";
/// The variable the tests read the folder of PostgreSQL's programs from: some stop their server.
const PROGRAMS: &str = "ZVENO_TEST_POSTGRES_BIN";
/// The variable the tests read the path of the product's binary from.
const BINARY: &str = "ZVENO_BIN";

/// Where the PostgreSQL of the tests comes from.
#[derive(Args, Clone, Debug)]
pub struct Database {
    /// Install PostgreSQL and strace with apt when they are missing (as root; CI=true means the same)
    #[arg(long)]
    pub install: bool,

    #[arg(
        long,
        env = "CI",
        hide = true,
        action = ArgAction::SetTrue,
        value_parser = FalseyValueParser::new(),
    )]
    pub ci: bool,

    /// Use this PostgreSQL instead of a throwaway one; the role must be able to create databases
    #[arg(long, value_name = "URL", env = POSTGRES, hide_env_values = true)]
    pub postgres: Option<String>,
}

/// A PostgreSQL that is known to be there, running or ready to be started.
pub enum Source {
    Given(String),
    Throwaway(Binaries),
}

impl Database {
    /// Whether what is missing may be installed.
    pub fn may_install(&self) -> bool {
        self.install || self.ci
    }
}

impl Source {
    /// Finds it, or installs it where that is allowed. Quick, so that what is missing is said
    /// before the long stages run.
    pub fn find(database: &Database) -> Result<Self> {
        let may_install = database.may_install();
        strace::find_or_install(may_install)?;
        match database.postgres.as_deref() {
            Some(url) if !url.is_empty() => Ok(Self::Given(url.to_owned())),
            _ => Binaries::find_or_install(may_install).map(Self::Throwaway),
        }
    }
}

/// The running environment; a throwaway PostgreSQL ends with it.
pub struct Environment {
    url: String,
    programs: Option<PathBuf>,
    zveno: PathBuf,
    _server: Option<Server>,
}

impl Environment {
    /// Starts the PostgreSQL. The product's binary is expected to be built already.
    pub fn start(workspace: &Workspace, source: &Source) -> Result<Self> {
        let (url, programs, server) = match source {
            Source::Given(url) => {
                (url.clone(), Binaries::find_or_install(false).ok().map(|b| b.folder), None)
            }
            Source::Throwaway(binaries) => {
                let server = postgres::Server::start(binaries)?;
                (server.url.clone(), Some(binaries.folder.clone()), Some(server))
            }
        };
        Ok(Self { url, programs, zveno: workspace.zveno("debug"), _server: server })
    }

    /// Passes the environment to a command that runs tests.
    pub fn apply<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        if let Some(programs) = &self.programs {
            command.env(PROGRAMS, programs);
        }
        command.env(POSTGRES, &self.url).env(BINARY, &self.zveno)
    }
}
