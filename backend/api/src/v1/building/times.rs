//! "It will start at": the next times of a schedule while it is typed.

use axum::Json;
use axum::extract::State;
use domain::flow::{Fields, Mapping, Source};
use domain::limits;
use mapping::moment::rfc3339;
use mapping::schedule::of_trigger;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::AppState;
use crate::v1::input::Sent;
use crate::v1::problem::{Body, Problem};
use crate::v1::{Language, Viewer};

/// A schedule as it is typed.
#[derive(Deserialize, ToSchema)]
pub struct ScheduleTyped {
    /// The trigger of the connector `schedule`: `cron` or `every`.
    pub event: String,
    /// Its settings as plain values: `{"cron": "0 9 * * *", "timezone": "Europe/Moscow"}`.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub input: Map<String, Value>,
    /// That of the flow, for a schedule that names none; UTC by default.
    #[serde(default)]
    pub timezone: Option<String>,
}

/// When it is due.
#[derive(Serialize, ToSchema)]
pub struct ScheduleTimes {
    /// The next five; fewer where it ends.
    pub times: Vec<String>,
    /// The setting that cannot be used, and why: then there are no times.
    pub field: Option<String>,
    pub error: Option<String>,
}

/// The next times of a schedule that is not saved yet. Changes nothing.
#[utoipa::path(
    post,
    path = "/schedule-times",
    tag = "building",
    operation_id = "schedule_times",
    request_body = ScheduleTyped,
    responses((status = 200, body = ScheduleTimes), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn times(
    _: Viewer,
    State(state): State<AppState>,
    Language(lang): Language,
    Sent(typed): Sent<ScheduleTyped>,
) -> Result<Json<ScheduleTimes>, Problem> {
    let now = state.engine.shared.clock.now();
    let zone = typed.timezone.as_deref().filter(|z| !z.trim().is_empty()).unwrap_or("UTC");
    let literal = |(key, value)| (key, Mapping::of(Source::Literal(value)));
    let input: Fields = typed.input.into_iter().map(literal).collect();
    let shown = match of_trigger(&typed.event, &input, zone) {
        Ok(schedule) => {
            let times = schedule.upcoming(now, limits::SCHEDULE_SHOWN);
            let times = times.into_iter().map(rfc3339).collect();
            ScheduleTimes { times, field: None, error: None }
        }
        Err(fault) => ScheduleTimes {
            times: Vec::new(),
            field: Some(fault.key.to_owned()),
            error: Some(fault.message.get(lang).to_owned()),
        },
    };
    Ok(Json(shown))
}
