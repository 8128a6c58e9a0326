//! What people do to one run: repeat it, cancel it, say what became of a parked step.

use axum::Json;
use axum::http::StatusCode;
use domain::Code;
use domain::ids::RunId;
use engine::manage::runs::{From, Replay, Verdict};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::v1::Editor;
use crate::v1::input::{At, Sent};
use crate::v1::problem::{Body, Problem};

/// How a run is repeated.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RunReplay {
    /// `failed` (the step that failed, by default), `start`, or the id of a step.
    pub from: Option<String>,
    /// `pinned` (the version that the run had, by default) or `current`.
    pub version: Option<String>,
    /// Completed steps that must not be repeated blindly and shall be all the same; those that are
    /// not named keep their outcome.
    pub repeat_unsafe: Vec<String>,
    /// The body as text, for one that could not be read.
    pub as_text: bool,
}

/// The new run.
#[derive(Serialize, ToSchema)]
pub struct NewRunBody {
    pub id: String,
}

/// Reads `pinned` or `current`.
pub(in crate::v1) fn current(version: Option<&str>) -> Result<bool, Problem> {
    match version {
        None | Some("pinned") => Ok(false),
        Some("current") => Ok(true),
        Some(_) => Err(Problem::field(
            "version",
            "this is \"pinned\" or \"current\"",
            "здесь «pinned» или «current»",
        )),
    }
}

/// Takes the event of a run through the flow again, as a new run.
#[utoipa::path(
    post,
    path = "/runs/{run}/replay",
    tag = "runs",
    operation_id = "replay_run",
    params(("run" = String, Path, description = "Id of the run")),
    request_body = RunReplay,
    responses((status = 201, body = NewRunBody), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn replay(
    caller: Editor,
    At(id): At<RunId>,
    Sent(input): Sent<RunReplay>,
) -> Result<(StatusCode, Json<NewRunBody>), Problem> {
    let mut how = Replay {
        current_version: current(input.version.as_deref())?,
        as_text: input.as_text,
        ..Replay::default()
    };
    let mut from = From { repeat: input.repeat_unsafe, ..From::default() };
    match input.from.as_deref() {
        None | Some("failed") => how.from_failed = true,
        Some("start") => from.start = true,
        Some(step) => from.step = Some(step.to_owned()),
    }
    let new = caller.manage().replay_from(id, how, &from).await?;
    let detail = json!({ "new": new.to_string(), "from": input.from, "repeat": from.repeat });
    caller.audit("run.replayed", id, detail).await?;
    Ok((StatusCode::CREATED, Json(NewRunBody { id: new.to_string() })))
}

/// The state of a run after something was done to it.
#[derive(Serialize, ToSchema)]
pub struct StateBody {
    pub state: String,
}

/// Ends a run that is not over. A request under way is finished first.
#[utoipa::path(
    post,
    path = "/runs/{run}/cancel",
    tag = "runs",
    operation_id = "cancel_run",
    params(("run" = String, Path, description = "Id of the run")),
    responses((status = 200, body = StateBody), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn cancel(caller: Editor, At(id): At<RunId>) -> Result<Json<StateBody>, Problem> {
    let state = caller.manage().cancel(id).await?;
    caller.audit("run.cancelled", id, json!({})).await?;
    Ok(Json(StateBody { state: state.as_str().to_owned() }))
}

/// What became of a parked step.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveInput {
    /// `done` (it happened), `again` (it did not; try it once more), `skip` (go on without it) or
    /// `fail` (give up).
    pub verdict: String,
    /// Which step, by its place; the one that the run names by default.
    #[serde(default)]
    pub step: Option<String>,
    /// What later steps see of a step that is done.
    #[serde(default)]
    pub output: Value,
}

/// Lets a parked run go on, or ends it.
#[utoipa::path(
    post,
    path = "/runs/{run}/resolve",
    tag = "runs",
    operation_id = "resolve_run",
    params(("run" = String, Path, description = "Id of the run")),
    request_body = ResolveInput,
    responses((status = 200, body = StateBody), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn resolve(
    caller: Editor,
    At(id): At<RunId>,
    Sent(input): Sent<ResolveInput>,
) -> Result<Json<StateBody>, Problem> {
    let verdict = match input.verdict.as_str() {
        "done" => Verdict::Done(input.output),
        "again" => Verdict::Retry,
        "skip" => Verdict::Skip,
        "fail" => Verdict::Fail,
        _ => {
            let (en, ru) =
                ("this is done, again, skip or fail", "здесь done, again, skip или fail");
            return Err(Problem::field("verdict", en, ru));
        }
    };
    let manage = caller.manage();
    manage.resolve_step(id, input.step.as_deref(), verdict).await?;
    let detail = json!({ "verdict": input.verdict, "step": input.step });
    caller.audit("run.resolved", id, detail).await?;
    let run = manage.run(id).await.map_err(|_| Problem::new(Code::NotFound))?;
    Ok(Json(StateBody { state: run.run.state.as_str().to_owned() }))
}
