//! The data that a step may use.

use axum::Json;
use domain::ids::FlowId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::DataField;
use crate::v1::input::{Asked, At};
use crate::v1::problem::{Body, Problem};
use crate::v1::{Language, Page, Viewer};

/// At which place, with which data.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Place {
    /// A step; without one what is there after the last.
    #[serde(default)]
    pub step: Option<String>,
    /// The id of a sample; the newest by default.
    #[serde(default)]
    pub sample: Option<String>,
}

/// Fields that belong together.
#[derive(Serialize, ToSchema)]
pub struct DataGroup {
    /// `trigger`, `trigger.query`, `steps.lead`, `vars`, the name of a loop's item, `system`.
    pub group: String,
    pub title: String,
    /// The values are of a delivery or of a test, not of an example.
    pub real: bool,
    pub fields: Vec<DataField>,
}

/// Everything that a step may use, with the values of a sample.
#[utoipa::path(
    get,
    path = "/flows/{flow}/context",
    tag = "building",
    operation_id = "show_flow_context",
    params(("flow" = String, Path), Place),
    responses((status = 200, body = Page<DataGroup>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn context(
    caller: Viewer,
    Language(lang): Language,
    At(flow): At<FlowId>,
    Asked(place): Asked<Place>,
) -> Result<Json<Page<DataGroup>>, Problem> {
    let m = caller.manage();
    let filled = |t: Option<String>| t.filter(|t| !t.is_empty());
    let step = filled(place.step).filter(|s| s != "trigger");
    let sample = filled(place.sample);
    let table = m.data_for(flow, step.as_deref(), sample.as_deref(), None).await?;
    let items = table.groups.into_iter().map(|g| DataGroup {
        group: g.key,
        title: g.title.get(lang).to_owned(),
        real: g.real,
        fields: g.fields.into_iter().map(|l| DataField::of(l, lang)).collect(),
    });
    Ok(Json(Page { items: items.collect(), next: None }))
}
