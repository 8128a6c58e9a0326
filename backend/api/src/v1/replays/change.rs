//! Starting and stopping bulk replays.

use axum::Json;
use axum::http::StatusCode;
use domain::ids::ReplayId;
use domain::limits;
use domain::replay::Replay;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::dto::{Filter, ReplayBody};
use crate::v1::input::{At, Sent};
use crate::v1::problem::{Body, Problem};
use crate::v1::runs::act::current;
use crate::v1::{Editor, Language};

/// First runs of a dry count.
const SHOWN: u32 = 10;

/// A replay of many runs.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CreateInput {
    pub filter: Filter,
    /// Only count what would be taken.
    pub dry_run: bool,
    /// `failed` (the step that failed, by default) or `start`.
    pub from: Option<String>,
    /// `pinned` (the versions that the runs had, by default) or `current`.
    pub version: Option<String>,
    /// Also runs whose last action nobody knows the outcome of, and steps that must not be
    /// repeated blindly.
    pub repeat_unsafe: bool,
    /// Runs made in a second; 10 by default.
    pub rate: Option<i64>,
}

/// What a replay would take, or the replay.
#[derive(Serialize, ToSchema)]
pub struct Created {
    /// Runs that would be taken; of a dry run only.
    pub count: Option<i64>,
    /// There are more: counting stopped at this number.
    pub more: bool,
    /// Parked runs that are left out because nobody knows whether their last action happened.
    pub unknown: i64,
    /// The first of the runs.
    pub sample: Vec<String>,
    pub replay: Option<ReplayBody>,
}

/// Counts the runs that a replay would take, or repeats them in the background.
#[utoipa::path(
    post,
    path = "/replays",
    tag = "runs",
    operation_id = "create_replay",
    request_body = CreateInput,
    responses(
        (status = 200, body = Created, description = "What would be taken"),
        (status = 201, body = Created, description = "The replay"),
        (status = "default", body = Body)
    ),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn create(
    caller: Editor,
    Language(lang): Language,
    Sent(input): Sent<CreateInput>,
) -> Result<(StatusCode, Json<Created>), Problem> {
    let selection = input.filter.selection()?;
    let from_failed = match input.from.as_deref() {
        None | Some("failed") => true,
        Some("start") => false,
        Some(_) => {
            let (en, ru) = ("this is failed or start", "здесь failed или start");
            return Err(Problem::field("from", en, ru));
        }
    };
    let how = Replay {
        from_failed,
        current_version: current(input.version.as_deref())?,
        repeat_unsafe: input.repeat_unsafe,
        as_text: false,
    };
    let manage = caller.manage();
    if input.dry_run {
        let (count, runs) = manage.count_runs(&selection, how, SHOWN).await?;
        let created = Created {
            count: Some(count.runs),
            more: count.more,
            unknown: count.unknown,
            sample: runs.iter().map(|r| r.id.to_string()).collect(),
            replay: None,
        };
        return Ok((StatusCode::OK, Json(created)));
    }
    let rate = input.rate.unwrap_or(limits::REPLAY_RATE);
    let by = caller.actor.to_string();
    let id = manage.replay_all(selection, how, rate, &by).await?;
    caller.audit("replay.created", id, json!({ "filter": input.filter, "rate": rate })).await?;
    let replay = ReplayBody::new(&manage.bulk_replay(id).await?, lang);
    let (count, more, unknown, sample) = (None, false, 0, Vec::new());
    let created = Created { count, more, unknown, sample, replay: Some(replay) };
    Ok((StatusCode::CREATED, Json(created)))
}

/// Stops making runs; those that are made go on.
#[utoipa::path(
    post,
    path = "/replays/{replay}/cancel",
    tag = "runs",
    operation_id = "cancel_replay",
    params(("replay" = String, Path, description = "Id of the replay")),
    responses((status = 200, body = ReplayBody), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn cancel(
    caller: Editor,
    Language(lang): Language,
    At(id): At<ReplayId>,
) -> Result<Json<ReplayBody>, Problem> {
    let replay = caller.manage().cancel_replay(id).await?;
    caller.audit("replay.cancelled", id, json!({})).await?;
    Ok(Json(ReplayBody::new(&replay, lang)))
}
