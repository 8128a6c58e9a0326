//! For machines that watch the server: alive, ready, metrics.

use std::fmt::Write;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::node::NodeView;

use crate::AppState;

/// The process answers.
pub async fn livez() -> &'static str {
    "ok"
}

/// 200 while events can be stored; 503 with the reason otherwise.
pub async fn readyz(State(state): State<AppState>) -> Response {
    if state.engine.retired() {
        return (StatusCode::SERVICE_UNAVAILABLE, "shutting down").into_response();
    }
    match state.engine.shared.db.is_ready().await {
        Ok(()) => "ok".into_response(),
        Err(e) => (StatusCode::SERVICE_UNAVAILABLE, e.to_string()).into_response(),
    }
}

/// Prometheus text format.
pub async fn metrics(State(state): State<AppState>) -> Response {
    let Some(handle) = &state.metrics else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let waiting = i64::try_from(state.engine.shared.db.waiting()).unwrap_or(i64::MAX);
    metrics::gauge!("zveno_commit_waiting").set(as_f64(waiting));
    if let Ok(c) = state.engine.shared.db.counts().await {
        metrics::gauge!("zveno_jobs").set(as_f64(c.jobs));
        metrics::gauge!("zveno_events_held").set(as_f64(c.held));
        metrics::gauge!("zveno_runs_parked").set(as_f64(c.parked));
    }
    let mut text = handle.render();
    if let Ok(all) = state.engine.shared.db.nodes().await {
        nodes(&all, &mut text);
    }
    let mut r = text.into_response();
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    r.headers_mut().insert(header::CONTENT_TYPE, kind);
    r
}

/// The nodes of the database. They come and go, so they are not kept among the other gauges.
fn nodes(all: &[NodeView], text: &mut String) {
    text.push_str("# TYPE zveno_node_alive_until_seconds gauge\n");
    for n in all {
        let (id, role) = (n.id, n.role.as_str());
        let until = n.alive_until.map_or_else(|| "+Inf".to_owned(), |t| t.secs().to_string());
        let _ = writeln!(
            text,
            "zveno_node_alive_until_seconds{{node=\"{id}\",role=\"{role}\"}} {until}"
        );
    }
}

#[expect(clippy::cast_precision_loss, reason = "a gauge of rows is far below 2^52")]
fn as_f64(n: i64) -> f64 {
    n as f64
}
