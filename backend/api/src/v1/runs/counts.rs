//! How many runs there were, hour by hour.

use axum::Json;
use mapping::moment::rfc3339;
use serde::{Deserialize, Serialize};
use store::HourOutcomes;
use utoipa::{IntoParams, ToSchema};

use crate::v1::Viewer;
use crate::v1::input::Asked;
use crate::v1::problem::{Body, Problem};
use crate::v1::words::id;

/// Which hours.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Of this flow; else of the workspace.
    pub flow: Option<String>,
    /// The last hours, this one included; 24 by default.
    #[param(minimum = 1, maximum = 744)]
    #[serde(default, deserialize_with = "crate::v1::words::within::<_, 1, 744>")]
    pub hours: Option<u32>,
}

/// Runs that began in one hour, by how they ended.
#[derive(Serialize, ToSchema)]
pub struct HourBody {
    /// The beginning of the hour.
    pub hour: String,
    pub succeeded: i64,
    pub failed: i64,
    pub filtered: i64,
    pub parked: i64,
    pub cancelled: i64,
    pub stale: i64,
    /// Not ended yet.
    pub open: i64,
}

impl HourBody {
    fn new(h: &HourOutcomes) -> Self {
        let of = |word: &str| h.states.get(word).copied().unwrap_or(0);
        Self {
            hour: rfc3339(h.hour),
            succeeded: of("succeeded"),
            failed: of("failed"),
            filtered: of("filtered"),
            parked: of("parked"),
            cancelled: of("cancelled"),
            stale: of("stale"),
            open: of("queued") + of("waiting"),
        }
    }
}

/// Counts runs per hour of their beginning and outcome, oldest hour first.
#[utoipa::path(
    get,
    path = "/runs/counts",
    tag = "runs",
    operation_id = "count_runs",
    params(Which),
    responses((status = 200, body = Vec<HourBody>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn counts(
    caller: Viewer,
    Asked(w): Asked<Which>,
) -> Result<Json<Vec<HourBody>>, Problem> {
    let flow = id("flow", w.flow.as_deref())?;
    let hours = caller.manage().run_counts(flow, w.hours.unwrap_or(24)).await?;
    Ok(Json(hours.iter().map(HourBody::new).collect()))
}
