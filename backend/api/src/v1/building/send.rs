//! "Send a sample for me".

use axum::Json;
use axum::extract::State;
use domain::ids::FlowId;
use engine::build::send::send as send_sample;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::AppState;
use crate::v1::Editor;
use crate::v1::input::{At, Sent};
use crate::v1::problem::{Body, Problem};

/// What is sent.
#[derive(Deserialize, ToSchema)]
pub struct SampleToSend {
    /// In place of the connector's example.
    #[serde(default)]
    pub json: Option<Value>,
}

/// What the sender would be answered.
#[derive(Serialize, ToSchema)]
pub struct SenderAnswer {
    pub status: u16,
    pub body: String,
}

/// Sends a sample to the flow's own address, as its sender would: it is stored, shown and, where
/// the flow is on, really run. It is marked as a test, proves nothing and takes no dedupe key.
#[utoipa::path(
    post,
    path = "/flows/{flow}/samples/send",
    tag = "building",
    operation_id = "send_sample",
    params(("flow" = String, Path)),
    request_body = SampleToSend,
    responses((status = 200, body = SenderAnswer), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn send(
    caller: Editor,
    State(state): State<AppState>,
    At(flow): At<FlowId>,
    Sent(given): Sent<SampleToSend>,
) -> Result<Json<SenderAnswer>, Problem> {
    let m = caller.manage();
    let answer = send_sample(&state.engine.shared, &m, flow, given.json).await?;
    caller.audit("flow.sample_sent", flow, json!({})).await?;
    Ok(Json(SenderAnswer { status: answer.status, body: answer.body }))
}
