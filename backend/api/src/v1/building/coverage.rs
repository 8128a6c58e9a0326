//! How often fields are there.

use axum::Json;
use domain::ids::FlowId;
use domain::limits;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::v1::input::{Asked, At};
use crate::v1::problem::{Body, Problem};
use crate::v1::{Page, Viewer};

/// How many events are looked at.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Last {
    #[param(minimum = 1, maximum = 500)]
    #[serde(default, deserialize_with = "crate::v1::words::within::<_, 1, 500>")]
    pub events: Option<u32>,
}

/// A field over many events.
#[derive(Serialize, ToSchema)]
pub struct FieldCoverage {
    pub path: String,
    /// Events that have it.
    pub present: u32,
    /// Of those, the ones in which it is empty.
    pub empty: u32,
    /// Events that were looked at.
    pub total: u32,
}

/// Counts the fields of the last events of a flow.
#[utoipa::path(
    get,
    path = "/flows/{flow}/coverage",
    tag = "building",
    operation_id = "show_flow_coverage",
    params(("flow" = String, Path), Last),
    responses((status = 200, body = Page<FieldCoverage>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn coverage(
    caller: Viewer,
    At(flow): At<FlowId>,
    Asked(last): Asked<Last>,
) -> Result<Json<Page<FieldCoverage>>, Problem> {
    let events = last.events.unwrap_or(limits::COVERAGE_EVENTS);
    let covered = caller.manage().coverage(flow, events).await?;
    let total = covered.total;
    let items = covered.fields.into_iter().map(|f| FieldCoverage {
        path: f.path,
        present: f.present,
        empty: f.empty,
        total,
    });
    Ok(Json(Page { items: items.collect(), next: None }))
}
