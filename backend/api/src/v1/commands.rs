//! The commands of the command line by HTTP: `zveno --server URL --api-key KEY ...`. What they are
//! and which role each needs, the binary knows.

use axum::Json;
use axum::extract::State;
use domain::{Actor, Code, Lang, Role, Text, limits};
use engine::manage::Manage;
use futures::future::BoxFuture;
use serde_json::Value;
use std::net::IpAddr;

use super::input::Sent;
use super::problem::{Body, Problem};
use super::routes::{Routes, routes};
use super::{Caller, Language, Viewer};
use crate::AppState;

/// Who asks for a command, and where.
pub struct Asked {
    pub manage: Manage,
    pub actor: Actor,
    pub role: Role,
    pub remote: Option<IpAddr>,
}

/// What came of a command.
pub enum Done {
    Ok(Value),
    /// It was not done: its code, what to say (in English alone where it is for the command line),
    /// and the whole for the command line.
    Failed {
        code: Option<Code>,
        message: Text,
        failure: Value,
    },
}

/// Does commands.
pub trait Commands: Send + Sync {
    /// Does a command for whoever asks.
    fn run(&self, asked: Asked, command: Value) -> BoxFuture<'static, Done>;
}

pub(super) fn routes() -> Routes {
    Routes::new().routes(routes!(run)).body_limit(limits::COMMAND_BYTES)
}

/// Does a command of the command line. Each needs a role of its own.
#[utoipa::path(
    post,
    path = "/commands",
    tag = "commands",
    operation_id = "run_command",
    request_body = Value,
    responses((status = 200, body = Value), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer")))
)]
pub async fn run(
    State(state): State<AppState>,
    caller: Viewer,
    Language(lang): Language,
    Sent(command): Sent<Value>,
) -> Result<Json<Value>, Problem> {
    let Some(commands) = &state.access.commands else {
        return Err(Problem::new(Code::NotFound));
    };
    let Caller { actor, role, remote, .. } = caller.0.clone();
    let asked = Asked { manage: caller.manage(), actor, role, remote };
    match commands.run(asked, command).await {
        Done::Ok(v) => Ok(Json(v)),
        Done::Failed { code, message, failure } => {
            let problem = Problem::new(code.unwrap_or(Code::BadRequest));
            let foreign = message.ru.is_empty() && lang == Lang::Ru;
            let problem = if foreign { problem } else { problem.detail(message) };
            Err(problem.extra(failure))
        }
    }
}
