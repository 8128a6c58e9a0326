//! How long finished things are kept, and what all of it takes of the disk.

use axum::Json;
use axum::extract::State;
use domain::limits;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Retention;
use utoipa::ToSchema;

use crate::AppState;
use crate::v1::Owner;
use crate::v1::problem::{Body, Problem};

/// How long things are kept.
#[derive(Serialize, ToSchema)]
pub struct Kept {
    /// Days that finished runs are kept with their events and deliveries.
    pub retention_days: u32,
    /// Days that failed and parked runs, and held events, are kept.
    pub failed_days: u32,
    pub disk: Disk,
}

/// What the database takes of the disk.
#[derive(Serialize, ToSchema)]
pub struct Disk {
    pub database_bytes: u64,
    /// Unknown for PostgreSQL.
    pub free_bytes: Option<u64>,
}

/// What to change.
#[derive(Deserialize, ToSchema)]
pub struct Keep {
    pub retention_days: u32,
    pub failed_days: u32,
}

async fn now(state: &AppState) -> Result<Json<Kept>, Problem> {
    let db = &state.engine.shared.db;
    let (r, disk) = (db.retention().await?, db.disk_use().await?);
    Ok(Json(Kept {
        retention_days: r.days,
        failed_days: r.trouble_days,
        disk: Disk { database_bytes: disk.database, free_bytes: disk.free },
    }))
}

/// Shows how long things are kept.
#[utoipa::path(
    get,
    path = "/settings/retention",
    tag = "settings",
    responses((status = 200, body = Kept), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner")))
)]
pub async fn show(State(state): State<AppState>, caller: Owner) -> Result<Json<Kept>, Problem> {
    super::of_server(&caller)?;
    now(&state).await
}

/// Changes how long things are kept.
#[utoipa::path(
    put,
    path = "/settings/retention",
    tag = "settings",
    request_body = Keep,
    responses((status = 200, body = Kept), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner")))
)]
pub async fn change(
    State(state): State<AppState>,
    caller: Owner,
    Json(keep): Json<Keep>,
) -> Result<Json<Kept>, Problem> {
    super::of_server(&caller)?;
    let most = limits::RETENTION_DAYS_MAX;
    let good = 1..=most;
    if !good.contains(&keep.retention_days) {
        let (en, ru) = (format!("1 to {most} days"), format!("от 1 до {most} дней"));
        return Err(Problem::field("retention_days", en, ru));
    }
    if !good.contains(&keep.failed_days) || keep.failed_days < keep.retention_days {
        let en = format!("at least as long as what succeeded, at most {most} days");
        let ru = format!("не меньше, чем для успешных, и не больше {most} дней");
        return Err(Problem::field("failed_days", en, ru));
    }
    let new = Retention { days: keep.retention_days, trouble_days: keep.failed_days };
    state.engine.shared.db.put_retention(new).await?;
    caller.audit("settings.retention_changed", "retention", json!(new)).await?;
    now(&state).await
}
