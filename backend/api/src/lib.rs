//! The HTTP face of the server: the public hook addresses, health and metrics. Decides nothing
//! about deliveries itself: `engine::intake` does.

pub mod ingest;
pub mod ops;
pub mod server;
pub mod v1;

use std::sync::Arc;

use axum::Router;
use axum::routing::{any, get};
use engine::Engine;
use engine::manage::Manage;
use metrics_exporter_prometheus::PrometheusHandle;

/// What the handlers share.
#[derive(Clone)]
pub struct AppState {
    pub engine: Engine,
    /// What callers of the API can do; each in its own workspace.
    pub manage: Manage,
    /// Renders `/metrics`; absent when the process records none.
    pub metrics: Option<PrometheusHandle>,
    pub(crate) pace: Arc<ingest::Pace>,
}

impl AppState {
    pub fn new(engine: Engine, manage: Manage, metrics: Option<PrometheusHandle>) -> Self {
        Self { engine, manage, metrics, pace: Arc::default() }
    }
}

/// Every public route. A node that takes no deliveries answers them 503, not 404: a request that
/// strays there is to come again.
pub fn router(state: AppState) -> Router {
    let hooks = if state.engine.role().accepts() {
        Router::new()
            .route("/in/{token}", any(ingest::hook))
            .route("/in/{token}/{*rest}", any(ingest::hook_below))
    } else {
        Router::new().route("/in/{*rest}", any(ingest::elsewhere))
    };
    hooks
        .merge(v1::routes())
        .route("/", get(ops::root))
        .route("/livez", get(ops::livez))
        .route("/readyz", get(ops::readyz))
        .route("/metrics", get(ops::metrics))
        .with_state(state)
}
