//! Lifting the steps of a draft to the newest versions of their connectors.

use axum::Json;
use axum::http::HeaderMap;
use domain::ids::FlowId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{SavedDraft, named};
use crate::v1::catalogue::upgrades::UpgradeBody;
use crate::v1::input::{At, Sent, if_match};
use crate::v1::problem::{Body, Problem};
use crate::v1::{Editor, Language};

/// What is to be lifted.
#[derive(Deserialize, ToSchema)]
pub struct UpgradeAsked {
    /// Ids of steps, and `trigger`; all that are behind without it.
    #[serde(default)]
    pub steps: Option<Vec<String>>,
}

/// What an upgrade of a draft made.
#[derive(Serialize, ToSchema)]
pub struct UpgradedBody {
    pub draft: SavedDraft,
    /// The steps that use the new version now, with what is left to be done.
    pub steps: Vec<UpgradeBody>,
}

/// Puts steps of the draft on the newest versions of their connectors. The published flow stays as
/// it is. With `If-Match` only the draft of that tag.
#[utoipa::path(
    post,
    path = "/flows/{flow}/upgrade",
    operation_id = "upgrade_flow",
    tag = "flows",
    params(("flow" = String, Path), ("If-Match" = Option<String>, Header)),
    request_body = UpgradeAsked,
    responses((status = 200, body = UpgradedBody), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn upgrade(
    caller: Editor,
    Language(lang): Language,
    At(flow): At<FlowId>,
    headers: HeaderMap,
    Sent(asked): Sent<UpgradeAsked>,
) -> Result<Json<UpgradedBody>, Problem> {
    let m = caller.manage();
    let (seen, by) = (if_match(&headers)?, caller.actor.to_string());
    let done = match m.upgrade_flow(flow, asked.steps.as_deref(), seen, &by).await {
        Ok(done) => done,
        Err(e) => return Err(named(&m, e).await),
    };
    let steps: Vec<UpgradeBody> =
        done.steps.into_iter().map(|u| UpgradeBody::of(u, lang)).collect();
    let names: Vec<&str> = steps.iter().map(|s| s.step.as_str()).collect();
    caller.audit("flow.upgraded", flow, json!({ "steps": names })).await?;
    Ok(Json(UpgradedBody { draft: SavedDraft::new(done.saved, lang), steps }))
}
