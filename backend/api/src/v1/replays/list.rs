//! Seeing bulk replays and what they made.

use axum::Json;
use domain::ids::{ReplayId, RunId};
use serde::Serialize;
use utoipa::ToSchema;

use super::dto::ReplayBody;
use crate::v1::input::{Asked, At};
use crate::v1::problem::{Body, Problem};
use crate::v1::{Language, Page, Paging, Viewer};

/// Lists bulk replays, newest first.
#[utoipa::path(
    get,
    path = "/replays",
    tag = "runs",
    operation_id = "list_replays",
    params(Paging),
    responses((status = 200, body = Page<ReplayBody>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn list(
    caller: Viewer,
    Language(lang): Language,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<ReplayBody>>, Problem> {
    let limit = paging.limit();
    let before: Option<ReplayId> = paging.after()?;
    let all = caller.manage().replays(before, limit + 1).await?;
    let items = all.iter().map(|r| ReplayBody::new(r, lang)).collect();
    Ok(Json(Page::of(items, limit, |r: &ReplayBody| r.id.clone())))
}

/// Shows one bulk replay.
#[utoipa::path(
    get,
    path = "/replays/{replay}",
    tag = "runs",
    operation_id = "show_replay",
    params(("replay" = String, Path, description = "Id of the replay")),
    responses((status = 200, body = ReplayBody), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn show(
    caller: Viewer,
    Language(lang): Language,
    At(id): At<ReplayId>,
) -> Result<Json<ReplayBody>, Problem> {
    Ok(Json(ReplayBody::new(&caller.manage().bulk_replay(id).await?, lang)))
}

/// One run that a bulk replay made.
#[derive(Serialize, ToSchema)]
pub struct ItemBody {
    pub original: String,
    pub run: String,
    /// Where the new run is; absent once retention has removed it.
    pub state: Option<String>,
}

/// Lists what a bulk replay made, in the order of the originals.
#[utoipa::path(
    get,
    path = "/replays/{replay}/runs",
    tag = "runs",
    operation_id = "list_replay_runs",
    params(("replay" = String, Path, description = "Id of the replay"), Paging),
    responses((status = 200, body = Page<ItemBody>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn items(
    caller: Viewer,
    At(id): At<ReplayId>,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<ItemBody>>, Problem> {
    let manage = caller.manage();
    manage.bulk_replay(id).await?;
    let limit = paging.limit().min(domain::limits::PAGE_MAX - 1);
    let after: Option<RunId> = paging.after()?;
    let all = manage.replay_items(id, after, limit + 1).await?;
    let items = all.iter().map(|i| ItemBody {
        original: i.original.to_string(),
        run: i.run.to_string(),
        state: i.state.map(|s| s.as_str().to_owned()),
    });
    Ok(Json(Page::of(items.collect(), limit, |i: &ItemBody| i.original.clone())))
}
