//! The commands as data: run here directly, or sent to the server that holds the data folder.

use std::collections::BTreeMap;

use domain::ids::{DeliveryId, EventId, FlowId, ImportId, KeyId, ReplayId, RunId};
use domain::replay::Replay;
use domain::{Actor, Problem, Role, Secret};
use engine::manage::start::Sheet;
use engine::manage::{self, Manage};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub mod bulk;
pub mod connector;
pub mod flow;
pub mod hub;
pub mod look;
pub mod people;
pub mod rights;
pub mod start;

/// A command. Secrets cross the socket in clear: it is private to the user.
#[derive(Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Op {
    FlowImport(flow::ImportOp),
    FlowExport { id: FlowId, version: Option<i64> },
    FlowList,
    FlowValidate { doc: Value },
    FlowPublish { id: FlowId },
    FlowPause { id: FlowId },
    FlowResume { id: FlowId },
    FlowRelease { id: FlowId },
    FlowStart { id: FlowId, data: Value },
    FlowTryRows { id: FlowId, sheet: Sheet },
    FlowStartRows { id: FlowId, sheet: Sheet },
    FlowNext { id: FlowId },
    FlowImports { id: FlowId },
    ImportStop { import: ImportId },
    FlowRotate { id: FlowId, address: Option<String> },
    FlowSecret { id: FlowId, name: String, value: String },
    ConnectionAdd(flow::AddOp),
    ConnectionList,
    ConnectionTest { name: String },
    RunList(look::RunsOp),
    RunShow { id: RunId },
    RunReplay { id: RunId, how: Replay },
    RunsReplay(bulk::BulkOp),
    ReplayList { before: Option<ReplayId>, limit: u32 },
    ReplayShow { id: ReplayId, after: Option<RunId>, limit: u32 },
    ReplayCancel { id: ReplayId },
    RunCancel { id: RunId },
    RunResolve { id: RunId, verdict: look::VerdictOp },
    EventList(look::EventsOp),
    EventShow { id: EventId },
    DeliveryList { flow: Option<FlowId>, before: Option<DeliveryId>, limit: u32 },
    ConnectorList,
    ConnectorInstall(connector::InstallOp),
    ConnectorReload,
    ConnectorGc { remove: bool },
    DeliveryRecord { id: DeliveryId },
    Counts,
    UserAdd(people::UserOp),
    UserList,
    UserRole { email: String, role: Role },
    UserPassword { email: String, password: String },
    UserRemove { email: String },
    KeyAdd(people::KeyOp),
    KeyList,
    KeyRemove { id: KeyId },
    SecretRotate,
    Resume { unfinished: Option<store::Unfinished> },
}

/// Why a command was not done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Failure {
    /// The exit code of the process.
    pub exit: u8,
    /// A stable code for programs.
    pub code: String,
    pub message: String,
    /// The same in Russian, for whoever does not read it on the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ru: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Value>,
}

/// Exit codes, as `zveno --help` and the README list them.
pub mod exit {
    pub const FAILED: u8 = 1;
    pub const USAGE: u8 = 2;
    pub const NOT_FOUND: u8 = 3;
    pub const PROBLEMS: u8 = 4;
    pub const CONFLICT: u8 = 5;
    pub const UNAVAILABLE: u8 = 6;
}

impl Failure {
    pub fn bad(message: impl Into<String>) -> Self {
        Self {
            exit: exit::USAGE,
            code: domain::Code::BadRequest.as_str().into(),
            message: message.into(),
            ru: None,
            problems: Vec::new(),
        }
    }
}

impl From<manage::Error> for Failure {
    fn from(e: manage::Error) -> Self {
        use domain::Code;
        let code = e.code();
        let exit = match code {
            Code::NotFound => exit::NOT_FOUND,
            Code::FlowInvalid => exit::PROBLEMS,
            Code::Conflict | Code::LastOwner => exit::CONFLICT,
            Code::BadRequest | Code::FieldInvalid => exit::USAGE,
            Code::Busy | Code::StorageUnavailable => exit::UNAVAILABLE,
            _ => exit::FAILED,
        };
        let message = e.to_string();
        let ru = e.text().map(|t| t.ru);
        let problems = match e {
            manage::Error::Problems(p) | manage::Error::Fields(p) => {
                p.iter().map(problem).collect()
            }
            _ => Vec::new(),
        };
        Self { exit, code: code.as_str().into(), message, ru, problems }
    }
}

/// A problem as JSON, with the sentence that the CLI prints.
pub fn problem(p: &Problem) -> Value {
    json!({ "code": p.code, "severity": p.severity, "place": p.place, "message": p.message, "text": p.to_string() })
}

/// Does a command; `by` is who made what it makes. Who may do it, [`rights::run`] knows.
///
/// # Errors
/// It was not done; nothing of it was.
async fn run(m: &Manage, by: Actor, op: Op) -> Result<Value, Failure> {
    match op {
        Op::FlowImport(o) => flow::import(m, o).await,
        Op::FlowExport { id, version } => Ok(m.export(id, version).await?),
        Op::FlowList => flow::list(m).await,
        Op::FlowValidate { doc } => {
            let problems = m.validate(&doc).await?;
            let valid = !problems.iter().any(Problem::is_error);
            let problems: Vec<Value> = problems.iter().map(problem).collect();
            Ok(json!({ "valid": valid, "problems": problems }))
        }
        Op::FlowPublish { id } => Ok(json!({ "id": id, "version": m.publish(id).await? })),
        Op::FlowPause { id } => done(id, m.pause(id).await),
        Op::FlowResume { id } => done(id, m.resume(id).await),
        Op::FlowRelease { id } => Ok(json!({ "id": id, "released": m.release(id).await? })),
        op @ (Op::FlowStart { .. }
        | Op::FlowTryRows { .. }
        | Op::FlowStartRows { .. }
        | Op::FlowNext { .. }
        | Op::FlowImports { .. }
        | Op::ImportStop { .. }) => start::run(m, op).await,
        Op::FlowRotate { id, address } => {
            Ok(json!({ "id": id, "hook_url": m.rotate(id, address).await? }))
        }
        Op::FlowSecret { id, name, value } => {
            done(id, m.set_secret(id, &name, &Secret::new(value)).await)
        }
        op @ (Op::UserAdd(_)
        | Op::UserList
        | Op::UserRole { .. }
        | Op::UserPassword { .. }
        | Op::UserRemove { .. }
        | Op::KeyAdd(_)
        | Op::KeyList
        | Op::KeyRemove { .. }
        | Op::SecretRotate) => people::run(m, by, op).await,
        Op::ConnectionAdd(o) => flow::add_connection(m, o).await,
        Op::ConnectionList => Ok(json!(m.connections().await?)),
        Op::ConnectionTest { name } => Ok(json!(m.test_connection(&name).await?)),
        Op::ConnectorList => Ok(look::connectors(m)),
        Op::ConnectorInstall(o) => connector::install(m, o).await,
        Op::ConnectorReload => connector::reload(m).await,
        Op::ConnectorGc { remove } => connector::unused(m, remove).await,
        Op::DeliveryRecord { id } => Ok(json!(m.record_delivery(id).await?)),
        Op::Resume { unfinished } => Ok(json!({ "ended": m.end_hold(unfinished).await? })),
        Op::Counts => Ok(json!(m.db.counts().await.map_err(manage::Error::Store)?)),
        Op::RunsReplay(o) => bulk::replay(m, o).await,
        Op::ReplayList { before, limit } => Ok(json!(m.replays(before, limit).await?)),
        Op::ReplayShow { id, after, limit } => bulk::show(m, id, after, limit).await,
        Op::ReplayCancel { id } => Ok(json!(m.cancel_replay(id).await?)),
        other => look::run(m, other).await,
    }
}

fn done(id: impl Serialize, r: Result<(), manage::Error>) -> Result<Value, Failure> {
    r?;
    Ok(json!({ "id": id, "ok": true }))
}

/// Secrets given on the command line.
pub fn secrets(given: BTreeMap<String, String>) -> BTreeMap<String, Secret> {
    given.into_iter().map(|(k, v)| (k, Secret::new(v))).collect()
}
