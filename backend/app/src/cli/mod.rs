//! The command line: words in, one command done, words or JSON out.

mod args;
mod backup;
mod connector;
mod input;
mod people;
mod replay;
mod run_steps;
mod show;

use domain::Span;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};
use serde_json::{Value, json};

use crate::config::DataArgs;
use crate::config::file::File;
use crate::ops::{self, Failure, Op, exit, rights};
use crate::{bench, doctor, remote, serve, socket, wiring};
pub use args::Cli;
use args::{Command, Connection, Event, Flow, Run};

/// A thread for blocking work ends after so long without any. When it ends, the allocator gives back
/// what was needed only to start: a third of the memory of an idle server.
const IDLE_THREAD: Span = Span::ms(500);

/// Parses, runs, prints; the exit code says how it went.
pub fn main() -> ExitCode {
    let (cli, explained) = match words() {
        Ok(given) => given,
        Err(e) => return show::failure(&failed(&e), false),
    };
    if let Command::Config(_) = cli.command {
        return show::done("config", &explained, cli.json);
    }
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(threads()).thread_keep_alive(IDLE_THREAD.std()).enable_all();
    let runtime = match builder.build() {
        Ok(r) => r,
        Err(e) => return show::failure(&failed(&e.into()), cli.json),
    };
    let code = runtime.block_on(run(cli, &explained));
    // A task that hangs in the operating system must not keep the process.
    runtime.shutdown_timeout(std::time::Duration::from_millis(200));
    code
}

/// The words of the command line over the environment over the file, and what each setting is.
fn words() -> anyhow::Result<(Cli, Value)> {
    let file = File::find(&std::env::args_os().collect::<Vec<_>>())?;
    let mut command = file.under(Cli::command())?;
    let matches =
        command.try_get_matches_from_mut(std::env::args_os()).unwrap_or_else(|e| e.exit());
    let explained = file.explain(&command, &matches);
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|e| e.exit());
    Ok((cli, explained))
}

async fn run(cli: Cli, explained: &Value) -> ExitCode {
    let done = match &cli.command {
        Command::Serve(a) => {
            let all = serde_json::from_value(explained["settings"].clone()).unwrap_or_default();
            serve::serve(&cli.data, a, all).await.map(|()| None)
        }
        Command::Migrate => migrate(&cli.data).await.map(|v| Some(("migrate", v))),
        Command::Backup(a) => backup::backup(&cli.data, a).await.map(|v| Some(("backup", v))),
        Command::Restore(a) => backup::restore(&cli.data, a).await.map(|v| Some(("restore", v))),
        Command::Bench(a) => bench::run(a, cli.json).await.map(|()| None),
        Command::Openapi => return show::document(&api::v1::document()),
        Command::Connector(c) => match connector::run(c, cli.json).await {
            Some(code) => return code,
            None => return of_connectors(cli).await,
        },
        Command::Doctor => return doctor::run(&cli.data, cli.json).await,
        _ => return command(cli).await,
    };
    match done {
        Ok(Some((name, v))) => show::done(name, &v, cli.json),
        Ok(None) => ExitCode::SUCCESS,
        Err(e) => show::failure(&failed(&e), cli.json),
    }
}

async fn migrate(data: &DataArgs) -> anyhow::Result<Value> {
    let clock = engine::clock::SystemClock::shared();
    let schema = store::Db::migrate(wiring::target(data), clock).await?;
    Ok(json!({ "schema": schema }))
}

/// A command about connectors that a server answers, and whose answer may be work to be done here.
async fn of_connectors(cli: Cli) -> ExitCode {
    let Command::Connector(c) = &cli.command else { return command(cli).await };
    let asked = match connector::op(c) {
        Ok(asked) => asked,
        Err(e) => return show::failure(&failed(&e), cli.json),
    };
    let done = match cli.remote.server {
        Some(_) => remote::ask(&cli.remote, &cli.data, &asked.1).await,
        None => ask(&cli.data, asked.1).await,
    };
    match done {
        Ok(v) => match connector::end(c, &v).await {
            Some(code) => code,
            None => show::done(asked.0, &v, cli.json),
        },
        Err(f) => show::failure(&f, cli.json),
    }
}

/// A command that is data: done here, or by the server that holds the data folder.
async fn command(cli: Cli) -> ExitCode {
    let (name, op, password) = match to_op(cli.command) {
        Ok(asked) => asked,
        Err(f) => return show::failure(&f, cli.json),
    };
    let done = match cli.remote.server {
        Some(_) => remote::ask(&cli.remote, &cli.data, &op).await,
        None => ask(&cli.data, op).await,
    };
    match done {
        Ok(mut v) => {
            // One that was made here is known to nobody else; who was known keeps hers.
            if let Some(p) = password.filter(|_| v["new"] != json!(false)) {
                v["password"] = json!(p);
            }
            show::done(name, &v, cli.json)
        }
        Err(f) => show::failure(&f, cli.json),
    }
}

async fn ask(data: &DataArgs, op: Op) -> Result<Value, Failure> {
    if data.database_url.is_none() {
        match socket::ask(&data.data_dir, &op).await {
            Ok(Some(reply)) => return reply,
            Ok(None) => {}
            Err(e) => return Err(failed(&e)),
        }
    }
    let public = data.public(None).map_err(|e| failed(&e))?;
    let parts = wiring::open(data, public, true).await.map_err(|e| failed(&e))?;
    let done = rights::run(&parts.manage, rights::CONSOLE, op).await;
    parts.db.close().await;
    done
}

fn failed(e: &anyhow::Error) -> Failure {
    let unavailable = e.downcast_ref::<store::OpenError>().is_some();
    Failure {
        exit: if unavailable { exit::UNAVAILABLE } else { exit::FAILED },
        code: if unavailable { "storage_unavailable" } else { "failed" }.into(),
        message: format!("{e:#}"),
        ru: None,
        problems: Vec::new(),
    }
}

fn to_op(command: Command) -> Result<people::Asked, Failure> {
    if let Command::User(u) = command {
        return people::user(u);
    }
    let (name, op) = plain_op(command)?;
    Ok((name, op, None))
}

fn plain_op(command: Command) -> Result<(&'static str, Op), Failure> {
    Ok(match command {
        Command::Key(k) => people::key(k),
        Command::Secret(people::SecretKey::Rotate) => ("secret rotate", Op::SecretRotate),
        Command::Flow(f) => flow(f)?,
        Command::Connection(Connection::Add(a)) => ("connection add", input::add(a)?),
        Command::Connection(Connection::List) => ("connection list", Op::ConnectionList),
        Command::Connection(Connection::Test { name }) => {
            ("connection test", Op::ConnectionTest { name })
        }
        Command::Run(r) => run_op(r)?,
        Command::Replay(r) => replay::of_replays(&r),
        Command::Event(Event::List { flow, before, limit, deliveries: true, .. }) => {
            if before.is_some() {
                return Err(Failure::bad(
                    "--before takes an event; it does not go with --deliveries",
                ));
            }
            ("delivery list", Op::DeliveryList { flow, before: None, limit })
        }
        Command::Event(Event::List { flow, state, before, limit, .. }) => {
            ("event list", Op::EventList(ops::look::EventsOp { flow, state, before, limit }))
        }
        Command::Event(Event::Show { id }) => ("event show", Op::EventShow { id }),
        Command::Connector(c) => connector::op(&c).map_err(|e| failed(&e))?,
        Command::Resume(a) => ("resume", Op::Resume { unfinished: a.unfinished.map(Into::into) }),
        Command::User(_)
        | Command::Serve(_)
        | Command::Config(_)
        | Command::Migrate
        | Command::Backup(_)
        | Command::Restore(_)
        | Command::Bench(_)
        | Command::Doctor
        | Command::Openapi => {
            return Err(Failure::bad("not a command for a running server"));
        }
    })
}

fn flow(f: Flow) -> Result<(&'static str, Op), Failure> {
    Ok(match f {
        Flow::Import(a) => ("flow import", input::import(a)?),
        Flow::Export { id, version } => ("flow export", Op::FlowExport { id, version }),
        Flow::List => ("flow list", Op::FlowList),
        Flow::Validate { file } => {
            ("flow validate", Op::FlowValidate { doc: input::document(&file)? })
        }
        Flow::Publish { id } => ("flow publish", Op::FlowPublish { id }),
        Flow::Pause { id } => ("flow pause", Op::FlowPause { id }),
        Flow::Resume { id } => ("flow resume", Op::FlowResume { id }),
        Flow::Release { id } => ("flow release", Op::FlowRelease { id }),
        Flow::Start(a) => {
            let name = if a.dry_run { "flow start --dry-run" } else { "flow start" };
            (name, input::start(a)?)
        }
        Flow::Next { id } => ("flow next", Op::FlowNext { id }),
        Flow::Imports { id, stop: None } => ("flow imports", Op::FlowImports { id }),
        Flow::Imports { stop: Some(import), .. } => ("import stop", Op::ImportStop { import }),
        Flow::Rotate { id, address } => ("flow rotate", Op::FlowRotate { id, address }),
        Flow::Secret { id, secret: (name, value) } => {
            ("flow secret", Op::FlowSecret { id, name, value: input::secret(&value)? })
        }
    })
}

fn run_op(r: Run) -> Result<(&'static str, Op), Failure> {
    Ok(match r {
        Run::List { flow, state, before, limit } => {
            let o = ops::look::RunsOp { flow, state, since: None, before, limit };
            ("run list", Op::RunList(o))
        }
        Run::Show { id } => ("run show", Op::RunShow { id }),
        Run::Replay(a) => replay::of_runs(a)?,
        Run::Cancel { id } => ("run cancel", Op::RunCancel { id }),
        Run::Resolve { id, verdict } => {
            ("run resolve", Op::RunResolve { id, verdict: input::verdict(verdict)? })
        }
    })
}

/// One core is left to the thread that writes the database: with a thread for each core every event
/// is handed between them more often than it is worked on.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, |n| n.get() - 1).max(1)
}
