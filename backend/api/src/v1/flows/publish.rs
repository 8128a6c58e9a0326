//! Whether a flow runs: publish, pause, resume, and what was held meanwhile.

use axum::Json;
use axum::http::HeaderMap;
use domain::ids::FlowId;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{named, state};
use crate::v1::Editor;
use crate::v1::input::{At, if_match};
use crate::v1::problem::{Body, Problem};

/// What publishing made.
#[derive(Serialize, ToSchema)]
pub struct Published {
    pub version: i64,
    /// `on` or `paused`.
    pub state: &'static str,
    /// Events that came before and wait for a release.
    pub held: i64,
}

/// Whether a flow runs now.
#[derive(Serialize, ToSchema)]
pub struct StateNow {
    /// `draft`, `on` or `paused`.
    pub state: &'static str,
    /// Events waiting for a release.
    pub held: i64,
}

/// What became of held events.
#[derive(Serialize, ToSchema)]
pub struct Released {
    /// Events that run now.
    pub released: u64,
}

/// What was thrown away.
#[derive(Serialize, ToSchema)]
pub struct Dropped {
    pub dropped: u64,
}

async fn now(m: &engine::manage::Manage, flow: FlowId) -> Result<StateNow, Problem> {
    let view = m.flow_view(flow).await?;
    Ok(StateNow { state: state(view.row.state), held: view.held })
}

/// Makes the draft the version that new events run. Refused with 422 while it has errors. With
/// `If-Match` only the draft of that tag.
#[utoipa::path(
    post,
    path = "/flows/{flow}/publish",
    tag = "flows",
    operation_id = "publish_flow",
    params(("flow" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = Published), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn publish(
    caller: Editor,
    At(flow): At<FlowId>,
    headers: HeaderMap,
) -> Result<Json<Published>, Problem> {
    let m = caller.manage();
    let seen = if_match(&headers)?;
    let version = match m.publish_draft(flow, seen, &caller.actor.to_string()).await {
        Ok(version) => version,
        Err(e) => return Err(named(&m, e).await),
    };
    caller.audit("flow.published", flow, json!({ "version": version })).await?;
    let StateNow { state, held } = now(&m, flow).await?;
    Ok(Json(Published { version, state, held }))
}

/// Holds new events and starts no further step of waiting runs.
#[utoipa::path(
    post,
    path = "/flows/{flow}/pause",
    tag = "flows",
    operation_id = "pause_flow",
    params(("flow" = String, Path)),
    responses((status = 200, body = StateNow), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn pause(caller: Editor, At(flow): At<FlowId>) -> Result<Json<StateNow>, Problem> {
    let m = caller.manage();
    m.pause(flow).await?;
    caller.audit("flow.paused", flow, json!({})).await?;
    Ok(Json(now(&m, flow).await?))
}

/// Undoes a pause. Held events stay held until they are released.
#[utoipa::path(
    post,
    path = "/flows/{flow}/resume",
    tag = "flows",
    operation_id = "resume_flow",
    params(("flow" = String, Path)),
    responses((status = 200, body = StateNow), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn resume(caller: Editor, At(flow): At<FlowId>) -> Result<Json<StateNow>, Problem> {
    let m = caller.manage();
    m.resume(flow).await?;
    caller.audit("flow.resumed", flow, json!({})).await?;
    Ok(Json(now(&m, flow).await?))
}

/// Runs the held events in order with the version that is published now.
#[utoipa::path(
    post,
    path = "/flows/{flow}/release",
    tag = "flows",
    operation_id = "release_held",
    params(("flow" = String, Path)),
    responses((status = 200, body = Released), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn release(caller: Editor, At(flow): At<FlowId>) -> Result<Json<Released>, Problem> {
    let released = caller.manage().release(flow).await?;
    caller.audit("flow.released", flow, json!({ "events": released })).await?;
    Ok(Json(Released { released }))
}

/// Throws the held events away for good.
#[utoipa::path(
    delete,
    path = "/flows/{flow}/held",
    tag = "flows",
    operation_id = "drop_held",
    params(("flow" = String, Path)),
    responses((status = 200, body = Dropped), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn drop_held(caller: Editor, At(flow): At<FlowId>) -> Result<Json<Dropped>, Problem> {
    let dropped = caller.manage().drop_held(flow).await?;
    caller.audit("flow.held_dropped", flow, json!({ "events": dropped })).await?;
    Ok(Json(Dropped { dropped }))
}
