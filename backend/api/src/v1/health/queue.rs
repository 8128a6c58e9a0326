//! The queue of a workspace.

use axum::Json;
use engine::manage::inspect::DestinationHealth;
use serde::Serialize;
use utoipa::ToSchema;

use crate::v1::Viewer;
use crate::v1::problem::{Body, Problem};

/// What waits, and how the destinations of calls do.
#[derive(Serialize, ToSchema)]
pub struct QueueBody {
    /// Runs that are due and wait for a worker.
    pub depth: i64,
    /// How long the oldest of them has been due, seconds.
    pub oldest_waiting_secs: Option<i64>,
    /// Unfinished runs.
    pub jobs: i64,
    /// Those that a worker has.
    pub running: i64,
    /// Events that wait for a person.
    pub held: i64,
    /// Runs that wait for a person.
    pub parked: i64,
    /// Destinations of the last calls, those in trouble first.
    pub by_destination: Vec<DestinationBody>,
}

/// How calls to one destination went in the last 15 minutes.
#[derive(Serialize, ToSchema)]
pub struct DestinationBody {
    /// Host and port, or the name of a connection.
    pub host: String,
    pub ok: i64,
    /// No connection, no answer in time, or a fault of the service.
    pub failed: i64,
    /// Calls are held back, and one is tried from time to time.
    pub open: bool,
}

impl DestinationBody {
    fn new(d: DestinationHealth) -> Self {
        Self { host: d.name, ok: d.ok, failed: d.failed, open: d.open }
    }
}

/// Says what waits and why.
#[utoipa::path(
    get,
    path = "/health/queue",
    tag = "runs",
    operation_id = "show_queue_health",
    responses((status = 200, body = QueueBody), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn queue(caller: Viewer) -> Result<Json<QueueBody>, Problem> {
    let (h, destinations) = caller.manage().queue_health().await?;
    Ok(Json(QueueBody {
        depth: h.depth,
        oldest_waiting_secs: h.oldest.map(domain::Span::as_secs),
        jobs: h.jobs,
        running: h.running,
        held: h.held,
        parked: h.parked,
        by_destination: destinations.into_iter().map(DestinationBody::new).collect(),
    }))
}
