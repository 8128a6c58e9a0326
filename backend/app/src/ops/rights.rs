//! Who may do which command, and what the log of who did what says of it: one table.

use domain::{Actor, Code, Role};
use engine::manage::Manage;
use serde_json::{Value, json};
use std::net::IpAddr;
use store::NewAudit;

use super::{Failure, Op, exit};

/// What a command needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needs {
    Role(Role),
    /// The command line of the server itself: whoever is there owns the data anyway.
    Console,
}

/// Who asks for a command.
#[derive(Clone, Copy, Debug)]
pub struct Who {
    pub actor: Actor,
    /// Absent at the console.
    pub role: Option<Role>,
    pub remote: Option<IpAddr>,
}

/// Whoever can open the control socket or the data folder.
pub const CONSOLE: Who = Who { actor: Actor::Console, role: None, remote: None };

/// Looks change nothing and are not written down.
const LOOK: (Needs, Option<&str>) = (Needs::Role(Role::Viewer), None);

const fn edit(action: &'static str) -> (Needs, Option<&'static str>) {
    (Needs::Role(Role::Editor), Some(action))
}

const fn own(action: &'static str) -> (Needs, Option<&'static str>) {
    (Needs::Role(Role::Owner), Some(action))
}

fn of(op: &Op) -> (Needs, Option<&'static str>) {
    match op {
        Op::FlowExport { .. }
        | Op::FlowList
        | Op::FlowValidate { .. }
        | Op::FlowNext { .. }
        | Op::FlowImports { .. }
        | Op::ConnectionList
        | Op::RunList(_)
        | Op::RunShow { .. }
        | Op::ReplayList { .. }
        | Op::ReplayShow { .. }
        | Op::EventList(_)
        | Op::EventShow { .. }
        | Op::DeliveryList { .. }
        | Op::ConnectorList
        | Op::UserList => LOOK,
        // Reads with the credentials of a connection, or what could be started.
        Op::ConnectionTest { .. } | Op::FlowTryRows { .. } | Op::DeliveryRecord { .. } => {
            (Needs::Role(Role::Editor), None)
        }
        Op::FlowImport(_) => edit("flow.imported"),
        Op::FlowPublish { .. } => edit("flow.published"),
        Op::FlowPause { .. } => edit("flow.paused"),
        Op::FlowResume { .. } => edit("flow.resumed"),
        Op::FlowRelease { .. } => edit("flow.released"),
        Op::FlowStart { .. } | Op::FlowStartRows { .. } => edit("flow.started"),
        Op::ImportStop { .. } => edit("import.stopped"),
        Op::FlowRotate { .. } => edit("flow.address_rotated"),
        Op::FlowSecret { .. } => edit("flow.secret_set"),
        Op::ConnectionAdd(_) => edit("connection.created"),
        Op::RunReplay { .. } => edit("run.replayed"),
        Op::RunsReplay(o) if o.dry_run => LOOK,
        Op::RunsReplay(_) => edit("replay.started"),
        Op::ReplayCancel { .. } => edit("replay.cancelled"),
        Op::RunCancel { .. } => edit("run.cancelled"),
        Op::RunResolve { .. } => edit("run.resolved"),
        Op::ConnectorInstall(_) => own("connector.installed"),
        Op::ConnectorReload => own("connector.reloaded"),
        Op::UserAdd(_) => own("member.added"),
        Op::UserRole { .. } => own("member.changed"),
        Op::UserRemove { .. } => own("member.removed"),
        Op::KeyAdd(_) => own("api_key.created"),
        Op::ConnectorGc { remove: true } => own("connector.removed"),
        // The latter looks at the flows of every workspace.
        Op::KeyList | Op::ConnectorGc { remove: false } => (Needs::Role(Role::Owner), None),
        Op::KeyRemove { .. } => own("api_key.removed"),
        // Of the whole server, not of a workspace.
        Op::Counts => (Needs::Console, None),
        Op::UserPassword { .. } => (Needs::Console, Some("member.password_set")),
        Op::SecretRotate => (Needs::Console, Some("secret.rotated")),
        Op::Resume { .. } => (Needs::Console, Some("server.resumed")),
    }
}

/// What a command is about, where it says so itself.
fn object(op: &Op) -> Option<String> {
    Some(match op {
        Op::FlowPublish { id }
        | Op::FlowPause { id }
        | Op::FlowResume { id }
        | Op::FlowRelease { id }
        | Op::FlowStart { id, .. }
        | Op::FlowStartRows { id, .. }
        | Op::FlowRotate { id, .. }
        | Op::FlowSecret { id, .. } => id.to_string(),
        Op::ImportStop { import } => import.to_string(),
        Op::RunReplay { id, .. } | Op::RunCancel { id } | Op::RunResolve { id, .. } => {
            id.to_string()
        }
        Op::ReplayCancel { id } => id.to_string(),
        Op::UserPassword { email, .. } => email.clone(),
        _ => return None,
    })
}

/// Does a command for somebody, if it may be, and writes down that it was done.
///
/// # Errors
/// It was not done; nothing of it was.
pub async fn run(m: &Manage, who: Who, op: Op) -> Result<Value, Failure> {
    let (needs, action) = of(&op);
    let may = match (needs, who.role) {
        (_, None) => true,
        (Needs::Role(least), Some(has)) => has >= least,
        (Needs::Console, Some(_)) => false,
    };
    if !may {
        return Err(refused(needs));
    }
    let about = object(&op);
    let done = super::run(m, who.actor, op).await?;
    if let Some(action) = action {
        let made = || done["id"].as_str().map(str::to_owned).unwrap_or_default();
        let line = NewAudit {
            workspace: m.workspace,
            at: m.db.now(),
            actor: who.actor,
            action,
            object: about.unwrap_or_else(made),
            detail: json!({}),
            remote: who.remote,
        };
        if let Err(e) = m.db.audit(line).await {
            // It was done; to say that it was not would be worse.
            tracing::error!(error = %e, action, "what was done could not be written down");
        }
    }
    Ok(done)
}

fn refused(needs: Needs) -> Failure {
    let (message, ru) = match needs {
        Needs::Role(role) => (
            format!("this needs the role {} in the workspace", role.as_str()),
            format!("для этого нужна роль {} в пространстве", role.as_str()),
        ),
        Needs::Console => (
            "this can only be done on the server itself".to_owned(),
            "это можно сделать только на самом сервере".to_owned(),
        ),
    };
    Failure {
        exit: exit::FAILED,
        code: Code::RightMissing.as_str().into(),
        message,
        ru: Some(ru),
        problems: Vec::new(),
    }
}
