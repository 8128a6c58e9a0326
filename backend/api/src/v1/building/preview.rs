//! "So it will be sent": values of mappings for a sample.

use std::collections::BTreeMap;

use axum::Json;
use domain::ids::FlowId;
use engine::build::preview::{Given, Preview};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::v1::input::Sent;
use crate::v1::problem::{Body, Problem};
use crate::v1::{Language, Viewer};

/// Mappings to be tried.
#[derive(Deserialize, ToSchema)]
pub struct PreviewOf {
    #[schema(value_type = String)]
    pub flow_id: FlowId,
    /// The newest by default.
    #[serde(default)]
    pub sample_id: Option<String>,
    /// In place of the draft.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub doc: Option<Value>,
    /// The step whose fields these are.
    #[serde(default)]
    pub step: Option<String>,
    /// Mappings as a document writes them, by key; at most 100.
    #[schema(value_type = Object)]
    pub fields: Map<String, Value>,
}

/// What a mapping gives: a value, an error, or nothing.
#[derive(Serialize, ToSchema)]
pub struct PreviewedValue {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The sample does not have it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub missing: bool,
}

/// Values by key.
#[derive(Serialize, ToSchema)]
pub struct PreviewedValues {
    pub values: BTreeMap<String, PreviewedValue>,
}

/// The values of mappings for a sample, fitted to their fields.
#[utoipa::path(
    post,
    path = "/preview",
    tag = "building",
    operation_id = "preview_step",
    request_body = PreviewOf,
    responses((status = 200, body = PreviewedValues), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn preview(
    caller: Viewer,
    Language(lang): Language,
    Sent(p): Sent<PreviewOf>,
) -> Result<Json<PreviewedValues>, Problem> {
    let of = Preview { sample: p.sample_id, doc: p.doc, step: p.step, fields: p.fields };
    let given = caller.manage().preview(p.flow_id, of).await?;
    let values = given.into_iter().map(|(key, g)| {
        let shown = match g {
            Given::Value(v) => PreviewedValue { value: Some(v), error: None, missing: false },
            Given::Missing => PreviewedValue { value: None, error: None, missing: true },
            Given::Error(t) => {
                let error = Some(t.get(lang).to_owned());
                PreviewedValue { value: None, error, missing: false }
            }
        };
        (key, shown)
    });
    Ok(Json(PreviewedValues { values: values.collect() }))
}
