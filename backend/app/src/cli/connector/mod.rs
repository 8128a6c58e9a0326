//! `zveno connector ...`: everything about connectors as folders of data. A server takes part only
//! where a connector is listed, installed or read again.

mod check;
mod docs;
mod folder;
mod import;
mod install;
mod new;
mod record;
mod run;
mod test;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use domain::Lang;
use serde_json::Value;

use crate::ops::Op;
use crate::say;

/// What becomes of versions that nothing needs.
#[derive(clap::Args)]
pub struct GcArgs {
    /// Remove them from the server and all of its nodes.
    #[arg(long)]
    pub remove: bool,
}

/// Connectors as folders.
#[derive(Subcommand)]
pub enum Connector {
    /// The connectors of the server with their triggers and actions.
    List,
    /// Make the folder of a new connector.
    New(new::Args),
    /// Print the JSON Schema of connector.yaml, for editors.
    Schema {
        /// Write it to this file.
        #[arg(long, short)]
        output: Option<PathBuf>,
        /// The schema of fixtures instead.
        #[arg(long)]
        fixtures: bool,
    },
    /// Name every fault of connectors with file and line; exit code 4 if there are any.
    Check(check::Args),
    /// Replay the fixtures of connectors without a network; exit code 4 if one does not hold.
    Test(test::Args),
    /// Make one real call, or take a delivery of the server, and write it down as a fixture, secrets
    /// replaced.
    Record(record::RecordArgs),
    /// Make a connector of an OpenAPI 3 document.
    Import(import::Args),
    /// Make one real call of an action; shows the request without secrets.
    Run(run::Args),
    /// Write the README.md of connectors from their manifests.
    Docs(docs::Args),
    /// Add a connector to the server: every node has it from then on.
    Install(install::Args),
    /// Let the server read its folders of connectors again (`serve --connectors`).
    Reload,
    /// List the versions that could go: older ones that no flow, connection or registration needs.
    Gc(GcArgs),
}

/// Does a command; none for one that a server answers.
pub async fn run(c: &Connector, json: bool) -> Option<ExitCode> {
    let done = match c {
        Connector::List | Connector::Install(_) | Connector::Reload | Connector::Gc(_) => {
            return None;
        }
        Connector::New(a) => new::run(a),
        Connector::Schema { output, fixtures } => schema(output.as_ref(), *fixtures),
        Connector::Check(a) => check::run(a, json),
        Connector::Test(a) => test::run(a, json).await,
        Connector::Record(a) if a.delivery.is_some() => return None,
        Connector::Record(a) => record::call(a).await,
        Connector::Import(a) => import::run(a),
        Connector::Run(a) => run::run(a, json).await,
        Connector::Docs(a) => docs::run(a),
    };
    Some(done.unwrap_or_else(|e| {
        out(&format!("error: {e:#}"));
        ExitCode::from(crate::ops::exit::FAILED)
    }))
}

/// Ends a command with what the server gave; none for one that is shown as it is.
pub async fn end(c: &Connector, gave: &Value) -> Option<ExitCode> {
    let Connector::Record(a) = c else { return None };
    Some(record::delivery(a, gave).await.unwrap_or_else(|e| {
        out(&format!("error: {e:#}"));
        ExitCode::from(crate::ops::exit::FAILED)
    }))
}

/// A command that a server answers.
///
/// # Errors
/// What is to be sent cannot be read, or is wrong.
pub fn op(c: &Connector) -> anyhow::Result<(&'static str, Op)> {
    Ok(match c {
        Connector::Install(a) => ("connector install", install::op(a)?),
        Connector::Reload => ("connector reload", Op::ConnectorReload),
        Connector::Gc(a) => ("connector gc", Op::ConnectorGc { remove: a.remove }),
        Connector::Record(a) => {
            ("connector record", a.op().context("a delivery of the server is meant by --delivery")?)
        }
        _ => ("connector list", Op::ConnectorList),
    })
}

fn schema(output: Option<&PathBuf>, fixtures: bool) -> anyhow::Result<ExitCode> {
    let schema = if fixtures {
        connect::fixture::schema()
    } else {
        connect::manifest::schema::document().clone()
    };
    let text = format!("{}\n", serde_json::to_string_pretty(&schema)?);
    match output {
        Some(file) => std::fs::write(file, text)?,
        None => out(text.trim_end()),
    }
    Ok(ExitCode::SUCCESS)
}

/// One line for the user.
fn out(line: &str) {
    say::line(line);
}

/// `en` or `ru`.
fn lang(text: &str) -> Result<Lang, String> {
    match text {
        "en" => Ok(Lang::En),
        "ru" => Ok(Lang::Ru),
        _ => Err("expected en or ru".into()),
    }
}
