//! Fields that fill themselves.

use axum::Json;
use domain::ids::FlowId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::v1::input::Sent;
use crate::v1::problem::{Body, Problem};
use crate::v1::{Language, Viewer};

/// Which step is filled from which sample.
#[derive(Deserialize, ToSchema)]
pub struct AutomapOf {
    #[schema(value_type = String)]
    pub flow_id: FlowId,
    pub step: String,
    /// The newest by default.
    #[serde(default)]
    pub sample_id: Option<String>,
    /// In place of the draft.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub doc: Option<Value>,
}

/// Mappings that were found.
#[derive(Serialize, ToSchema)]
pub struct Automapped {
    /// For fields that were empty, as a document writes them.
    #[schema(value_type = Object)]
    pub fields: Map<String, Value>,
    /// Required fields that nothing was found for.
    pub skipped: Vec<String>,
}

/// Finds mappings for the empty fields of a step by their names, types and a sample; texts are in
/// the language of the caller. Changes nothing.
#[utoipa::path(
    post,
    path = "/automap",
    tag = "building",
    operation_id = "automap",
    request_body = AutomapOf,
    responses((status = 200, body = Automapped), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn automap(
    caller: Viewer,
    Language(lang): Language,
    Sent(of): Sent<AutomapOf>,
) -> Result<Json<Automapped>, Problem> {
    let m = caller.manage();
    let sample = of.sample_id.as_deref();
    let found = m.automap(of.flow_id, &of.step, sample, of.doc.as_ref(), lang).await?;
    Ok(Json(Automapped { fields: found.fields, skipped: found.skipped }))
}
