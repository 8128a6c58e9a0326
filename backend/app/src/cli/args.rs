//! The words of the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use domain::ids::{EventId, FlowId, ImportId, RunId};

use super::people;
use crate::config::{DataArgs, RemoteArgs, ServeArgs};

/// Integration automation on your own server: nothing accepted is ever lost or invisible.
#[derive(Parser)]
#[command(
    name = "zveno",
    version,
    after_help = "Exit codes: 0 done, 1 failed, 2 wrong usage or --yes missing, 3 not found, 4 the document has problems, 5 conflict, 6 the database or server is not available."
)]
pub struct Cli {
    #[command(flatten)]
    pub data: DataArgs,
    #[command(flatten)]
    pub remote: RemoteArgs,
    /// Print JSON for programs.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[cfg(test)]
impl Cli {
    /// What `zveno serve` was given.
    pub fn serve_args(&self) -> Option<&ServeArgs> {
        match &self.command {
            Command::Serve(a) => Some(a),
            _ => None,
        }
    }
}

#[derive(Subcommand)]
pub enum Command {
    /// Run the server.
    Serve(ServeArgs),
    /// Show every setting of the server, its value and where it comes from.
    Config(ServeArgs),
    /// Bring the database to the schema of this version.
    Migrate,
    /// Flows: import, export, list, validate, publish, pause, resume, release.
    #[command(subcommand)]
    Flow(Flow),
    /// Connections: add, list, test.
    #[command(subcommand)]
    Connection(Connection),
    /// Runs: list, show, replay, cancel, resolve.
    #[command(subcommand)]
    Run(Run),
    /// Replays of many runs, begun by `run replay --flow ID`: list, show, cancel.
    #[command(subcommand)]
    Replay(super::replay::Bulk),
    /// Events: list, show.
    #[command(subcommand)]
    Event(Event),
    /// Connectors: list, new, check, test, record, import, run, docs, install, schema.
    #[command(subcommand)]
    Connector(super::connector::Connector),
    /// People: add, list, role, password, remove.
    #[command(subcommand)]
    User(people::User),
    /// API keys: add, list, remove.
    #[command(subcommand)]
    Key(people::Key),
    /// The key that seals secrets: rotate.
    #[command(subcommand)]
    Secret(people::SecretKey),
    /// Measure this machine: send events through a flow to a local receiver.
    Bench(crate::bench::BenchArgs),
    /// Write a consistent snapshot of the whole database to a file; the server may run.
    Backup(super::backup::BackupArgs),
    /// Fill an empty database of either kind from a backup; it is on hold until `zveno resume`.
    Restore(super::backup::BackupArgs),
    /// End the hold of a restored database.
    Resume(super::backup::ResumeArgs),
    /// Look for what could keep the server from working.
    Doctor,
    /// Print the OpenAPI document of the API.
    Openapi,
}

#[derive(Subcommand)]
pub enum Flow {
    /// Create a flow from a document (YAML or JSON; `-` reads standard input).
    Import(ImportArgs),
    /// Print the document of a flow as YAML, or as JSON with --json.
    Export {
        id: FlowId,
        /// A published version instead of the draft.
        #[arg(long)]
        version: Option<i64>,
    },
    List,
    /// Name every problem of a document; exit code 4 if it could not be published.
    Validate {
        file: PathBuf,
    },
    /// Make the draft the version that new events run.
    Publish {
        id: FlowId,
    },
    /// Hold new events; waiting runs do not start their next step.
    Pause {
        id: FlowId,
    },
    /// Undo a pause. Held events wait for a release.
    Resume {
        id: FlowId,
    },
    /// Run the held events in order with the published version.
    Release {
        id: FlowId,
    },
    /// Start a flow by hand: once with data, or for each row of a CSV file.
    Start(StartArgs),
    /// Show when a flow starts by itself, and what came of the last time.
    Next {
        id: FlowId,
    },
    /// The imports of a flow and how far they have come.
    Imports {
        id: FlowId,
        /// End this import; rows that were not started stay so.
        #[arg(long)]
        stop: Option<ImportId>,
    },
    /// Give the flow a new address; the old one works for two more days.
    Rotate {
        id: FlowId,
        /// The new address token, 22 to 64 of A-Z a-z 0-9 _ -
        #[arg(long)]
        address: Option<String>,
    },
    /// Set a secret of a flow from a file.
    Secret {
        id: FlowId,
        /// name=@FILE
        #[arg(value_parser = pair)]
        secret: (String, String),
    },
}

#[derive(Args)]
pub struct StartArgs {
    pub id: FlowId,
    /// The data as JSON from a file; `-` reads standard input. Without it nothing is given.
    #[arg(long, conflicts_with = "csv")]
    pub data: Option<PathBuf>,
    /// A CSV file with a header: comma, semicolon or tab, UTF-8 or windows-1251.
    #[arg(long)]
    pub csv: Option<PathBuf>,
    /// COLUMN=FIELD: what fills which field; by their names if none is given.
    #[arg(long = "map", value_parser = pair, requires = "csv")]
    pub map: Vec<(String, String)>,
    /// Start nothing: show the first rows as they would be, and every fault with its line.
    #[arg(long, requires = "csv")]
    pub dry_run: bool,
    /// Start the good rows although others have faults.
    #[arg(long, requires = "csv")]
    pub skip_faulty: bool,
    /// Rows a second, such as 20/s; 10/s if not given.
    #[arg(long, value_parser = rate, requires = "csv")]
    pub rate: Option<u32>,
}

#[derive(Args)]
pub struct ImportArgs {
    pub file: PathBuf,
    /// Publish it at once; refused if it has problems.
    #[arg(long)]
    pub publish: bool,
    /// The address token, 22 to 64 of A-Z a-z 0-9 _ -
    #[arg(long)]
    pub address: Option<String>,
    /// Replace the draft of this flow and keep its address.
    #[arg(long)]
    pub update: Option<FlowId>,
    /// NAME=CONNECTION: what stands for a connection that the document names.
    #[arg(long = "connection", value_parser = pair)]
    pub connections: Vec<(String, String)>,
    /// name=@FILE: a secret of the flow; the file's last line break is not part of it.
    #[arg(long = "secret", value_parser = pair)]
    pub secrets: Vec<(String, String)>,
}

#[derive(Subcommand)]
pub enum Connection {
    /// Store the credentials of a service.
    Add(AddArgs),
    List,
    /// Ask the service whether the credentials work.
    Test {
        name: String,
    },
}

#[derive(Args)]
pub struct AddArgs {
    pub name: String,
    #[arg(long)]
    pub connector: String,
    /// One of the connector's ways to connect; see `zveno connector list`.
    #[arg(long)]
    pub method: Option<String>,
    /// field=VALUE
    #[arg(long = "set", value_parser = pair)]
    pub set: Vec<(String, String)>,
    /// field=FILE: a secret read from a file, so that it is in no shell history.
    #[arg(long = "secret-file", value_parser = pair)]
    pub secret_files: Vec<(String, String)>,
}

#[derive(Subcommand)]
pub enum Run {
    /// The latest runs.
    List {
        #[arg(long)]
        flow: Option<FlowId>,
        /// queued, running, waiting, succeeded, filtered, stale, failed, cancelled or parked
        #[arg(long, value_parser = run_state)]
        state: Option<domain::run::RunState>,
        /// Runs before this one.
        #[arg(long)]
        before: Option<RunId>,
        #[arg(long, default_value_t = domain::limits::PAGE)]
        limit: u32,
    },
    /// A run with its steps and every attempt.
    Show { id: RunId },
    /// Take the event of a run through the flow again, or of every run that --flow, --state,
    /// --error, --step, --since and --until select.
    Replay(super::replay::ReplayArgs),
    /// End a run that is not over.
    Cancel { id: RunId },
    /// Say what became of a parked run.
    Resolve {
        id: RunId,
        #[command(flatten)]
        verdict: VerdictArgs,
    },
}

#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct VerdictArgs {
    /// It did not happen: try the step again.
    #[arg(long)]
    pub retry: bool,
    /// It did happen, with this output (JSON).
    #[arg(long)]
    pub done: Option<String>,
    /// Give up: the run fails.
    #[arg(long)]
    pub fail: bool,
}

#[derive(Subcommand)]
pub enum Event {
    /// The latest events; with --deliveries every request, also probes, copies and rejected ones.
    List {
        #[arg(long)]
        flow: Option<FlowId>,
        /// accepted, held, filtered or dropped
        #[arg(long, value_parser = event_state)]
        state: Option<domain::delivery::EventState>,
        #[arg(long)]
        before: Option<EventId>,
        #[arg(long)]
        deliveries: bool,
        #[arg(long, default_value_t = domain::limits::PAGE)]
        limit: u32,
    },
    /// An event with the request it came with and the answer given.
    Show { id: EventId },
}

pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    if name.is_empty() {
        return Err("the name before = is empty".into());
    }
    Ok((name.to_owned(), value.to_owned()))
}

fn rate(text: &str) -> Result<u32, String> {
    let n = text.strip_suffix("/s").unwrap_or(text).parse();
    n.map_err(|_| "expected a number of rows a second, such as 20/s".into())
}

pub(super) fn run_state(text: &str) -> Result<domain::run::RunState, String> {
    let known =
        || domain::run::RunState::ALL.iter().map(|s| s.as_str()).collect::<Vec<_>>().join(", ");
    domain::run::RunState::parse(text).ok_or_else(|| format!("expected one of {}", known()))
}

fn event_state(text: &str) -> Result<domain::delivery::EventState, String> {
    let all = domain::delivery::EventState::ALL;
    let known = || all.iter().map(|s| s.as_str()).collect::<Vec<_>>().join(", ");
    domain::delivery::EventState::parse(text).ok_or_else(|| format!("expected one of {}", known()))
}
