//! How long things are kept, and what they take.

use axum::Json;
use domain::settings::Retention;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::DiskUse;
use utoipa::ToSchema;

use super::of_server;
use crate::v1::Owner;
use crate::v1::input::Sent;
use crate::v1::problem::{Body, Problem};

/// Days that finished things are kept, and the size that the database may have.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names of the settings")]
pub struct RetentionDays {
    /// Runs that ended well; a flow may ask for another number.
    pub retention_days: u32,
    /// Bodies and requests of them.
    pub payload_days: u32,
    /// Failed and parked runs.
    pub failed_days: u32,
    /// Held events, at least 90.
    pub held_days: u32,
    /// From 90 per cent of it on the oldest finished things go, from 95 on nothing is accepted.
    pub budget_bytes: Option<u64>,
}

/// Days to set.
#[derive(Deserialize, ToSchema)]
pub struct RetentionGiven {
    pub retention_days: u32,
    /// Absent: as long as the rows.
    pub payload_days: Option<u32>,
    /// At least `retention_days`.
    pub failed_days: u32,
    /// Absent: as it is.
    pub held_days: Option<u32>,
    /// Absent: no bound.
    pub budget_bytes: Option<u64>,
}

/// What is set and what is used.
#[derive(Serialize, ToSchema)]
pub struct RetentionShown {
    #[serde(flatten)]
    pub days: RetentionDays,
    pub disk: Disk,
}

/// What the database takes, bytes.
#[derive(Serialize, ToSchema)]
pub struct Disk {
    pub database_bytes: u64,
    /// Deliveries with their bodies; absent where counting takes too long.
    pub payload_bytes: Option<u64>,
    /// Free on the disk of the embedded database.
    pub free_bytes: Option<u64>,
    /// By kind, the largest first.
    pub kinds: Vec<DiskKind>,
}

/// What one kind of things takes.
#[derive(Serialize, ToSchema)]
pub struct DiskKind {
    /// `deliveries`, `runs`, `attempts`, `search`, `audit` or `other`.
    pub kind: String,
    pub bytes: u64,
}

fn shown(r: Retention, disk: DiskUse) -> RetentionShown {
    let Retention { retention_days, payload_days, failed_days, held_days, budget_bytes } = r;
    let kinds = disk.kinds.unwrap_or_default();
    let payload = kinds.iter().find(|(kind, _)| kind == "deliveries").map(|(_, bytes)| *bytes);
    RetentionShown {
        days: RetentionDays { retention_days, payload_days, failed_days, held_days, budget_bytes },
        disk: Disk {
            database_bytes: disk.database,
            payload_bytes: payload,
            free_bytes: disk.free,
            kinds: kinds.into_iter().map(|(kind, bytes)| DiskKind { kind, bytes }).collect(),
        },
    }
}

/// Shows how long things are kept and what they take.
#[utoipa::path(
    get,
    path = "/settings/retention",
    tag = "settings",
    operation_id = "show_retention",
    responses((status = 200, body = RetentionShown), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner")))
)]
pub async fn show(caller: Owner) -> Result<Json<RetentionShown>, Problem> {
    let (r, disk) = of_server(&caller)?.manage().retention().await?;
    Ok(Json(shown(r, disk)))
}

/// Changes how long things are kept, from the next minute on.
#[utoipa::path(
    put,
    path = "/settings/retention",
    tag = "settings",
    operation_id = "change_retention",
    request_body = RetentionGiven,
    responses((status = 200, body = RetentionShown), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner")))
)]
pub async fn change(
    caller: Owner,
    Sent(given): Sent<RetentionGiven>,
) -> Result<Json<RetentionShown>, Problem> {
    let caller = of_server(&caller)?;
    let before = caller.manage().db.retention().await?;
    let new = Retention {
        retention_days: given.retention_days,
        payload_days: given.payload_days.unwrap_or(given.retention_days),
        failed_days: given.failed_days,
        held_days: given.held_days.unwrap_or(before.held_days),
        budget_bytes: given.budget_bytes,
    };
    caller.manage().set_retention(new).await?;
    caller.audit("settings.retention_changed", "retention", json!(new)).await?;
    let (r, disk) = caller.manage().retention().await?;
    Ok(Json(shown(r, disk)))
}
