//! The HTTP face of the server: the public hook addresses, the API, the web UI, health and
//! metrics. Decides nothing about deliveries itself: `engine::intake` does.

pub mod address;
mod headers;
pub mod ingest;
pub mod ops;
pub mod remote;
pub mod server;
mod ui;
pub mod v1;

use std::net::IpAddr;
use std::sync::Arc;

use address::Address;
use axum::Router;
use axum::http::HeaderMap;
use axum::routing::{any, get};
use engine::Engine;
use engine::manage::Manage;
use ipnet::IpNet;
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
    pub(crate) access: Arc<Access>,
}

/// What is known of who may come in, and how.
pub(crate) struct Access {
    pub(crate) address: Address,
    /// Proxies whose word about the sender counts.
    pub(crate) proxies: Vec<IpNet>,
    pub(crate) throttle: v1::Throttle,
    pub(crate) commands: Option<Arc<dyn v1::Commands>>,
    /// What the server was started with.
    pub(crate) settings: Vec<v1::Setting>,
}

impl AppState {
    pub fn new(engine: Engine, manage: Manage, metrics: Option<PrometheusHandle>) -> Self {
        let access = Access {
            address: Address::new(&manage.public_url),
            proxies: Vec::new(),
            throttle: v1::Throttle::default(),
            commands: None,
            settings: Vec::new(),
        };
        Self { engine, manage, metrics, pace: Arc::default(), access: Arc::new(access) }
    }

    /// The same, behind these proxies.
    #[must_use]
    pub fn behind(mut self, proxies: Vec<IpNet>) -> Self {
        if let Some(access) = Arc::get_mut(&mut self.access) {
            access.proxies = proxies;
        }
        self
    }

    /// The same, doing the commands of the command line for those who may.
    #[must_use]
    pub fn commanded_by(mut self, commands: Arc<dyn v1::Commands>) -> Self {
        if let Some(access) = Arc::get_mut(&mut self.access) {
            access.commands = Some(commands);
        }
        self
    }

    /// The same, started with these settings.
    #[must_use]
    pub fn started_with(mut self, settings: Vec<v1::Setting>) -> Self {
        if let Some(access) = Arc::get_mut(&mut self.access) {
            access.settings = settings;
        }
        self
    }

    /// Where a request comes from.
    pub(crate) fn remote(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        remote::of(&self.access.proxies, peer, headers)
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
        .merge(v1::routes(&state))
        .route("/livez", get(ops::livez))
        .route("/readyz", get(ops::readyz))
        .route("/metrics", get(ops::metrics))
        .fallback(ui::serve)
        .with_state(state)
}
