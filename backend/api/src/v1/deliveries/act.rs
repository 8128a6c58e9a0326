//! Taking a delivery into a flow again, or as an example of what comes.

use axum::Json;
use axum::http::StatusCode;
use domain::ids::{DeliveryId, FlowId};
use engine::manage::start::Started;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::v1::Editor;
use crate::v1::input::{At, Sent};
use crate::v1::problem::{Body, Problem};
use crate::v1::words::id;

/// Where a delivery is taken.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryReplay {
    /// The flow; its own one by default.
    #[serde(default)]
    pub flow: Option<String>,
    /// A version of the flow; the published one by default.
    #[serde(default)]
    pub version: Option<i64>,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub struct ReplayedDelivery {
    /// The new delivery.
    pub delivery: String,
    pub events: Vec<NewEventBody>,
}

/// One new event.
#[derive(Serialize, ToSchema)]
pub struct NewEventBody {
    pub id: String,
    pub state: String,
    /// Why it has no run.
    pub reason: Option<String>,
    pub run: Option<String>,
}

impl NewEventBody {
    fn new(s: &Started) -> Self {
        Self {
            id: s.event.to_string(),
            state: s.state.as_str().to_owned(),
            reason: s.reason.map(str::to_owned),
            run: s.run.map(|id| id.to_string()),
        }
    }
}

/// Takes a delivery into a flow again, as new events without a dedupe key.
#[utoipa::path(
    post,
    path = "/deliveries/{delivery}/replay",
    tag = "deliveries",
    operation_id = "replay_delivery",
    params(("delivery" = String, Path, description = "Id of the delivery")),
    request_body = DeliveryReplay,
    responses((status = 201, body = ReplayedDelivery), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn replay(
    caller: Editor,
    At(delivery): At<DeliveryId>,
    Sent(input): Sent<DeliveryReplay>,
) -> Result<(StatusCode, Json<ReplayedDelivery>), Problem> {
    let manage = caller.manage();
    let own = manage.delivery(delivery).await?.flow;
    let flow: FlowId = id("flow", input.flow.as_deref())?.unwrap_or(own);
    let (new, started) = manage.redeliver(delivery, flow, input.version).await?;
    let detail = json!({ "flow": flow.to_string(), "new": new.to_string() });
    caller.audit("delivery.replayed", delivery, detail).await?;
    let events = started.iter().map(NewEventBody::new).collect();
    Ok((StatusCode::CREATED, Json(ReplayedDelivery { delivery: new.to_string(), events })))
}

/// Which flow is to be built with a delivery.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SampleInput {
    /// The flow; its own one by default.
    pub flow: Option<String>,
}

/// The sample.
#[derive(Serialize, ToSchema)]
pub struct SampleOfDelivery {
    pub id: String,
    pub flow: String,
}

/// Keeps a delivery as a sample of a flow, with what proves the sender masked.
#[utoipa::path(
    post,
    path = "/deliveries/{delivery}/sample",
    tag = "deliveries",
    operation_id = "sample_delivery",
    params(("delivery" = String, Path, description = "Id of the delivery")),
    request_body = SampleInput,
    responses((status = 201, body = SampleOfDelivery), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn sample(
    caller: Editor,
    At(delivery): At<DeliveryId>,
    Sent(input): Sent<SampleInput>,
) -> Result<(StatusCode, Json<SampleOfDelivery>), Problem> {
    let manage = caller.manage();
    let own = manage.delivery(delivery).await?.flow;
    let flow: FlowId = id("flow", input.flow.as_deref())?.unwrap_or(own);
    let kept = manage.sample_from(delivery, flow).await?;
    caller.audit("delivery.sampled", delivery, json!({ "flow": flow.to_string() })).await?;
    let made = SampleOfDelivery { id: kept.to_string(), flow: flow.to_string() };
    Ok((StatusCode::CREATED, Json(made)))
}
