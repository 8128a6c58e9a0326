//! For machines that watch the server: alive, ready, metrics.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::AppState;

/// Says what this is to a person who opens the address in a browser.
pub async fn root() -> &'static str {
    concat!(
        "Zveno ",
        env!("CARGO_PKG_VERSION"),
        " is running. This build has no web UI; use the command line: zveno --help\n",
        "Эта сборка без веб-интерфейса; пользуйтесь командной строкой: zveno --help\n",
    )
}

/// The process answers.
pub async fn livez() -> &'static str {
    "ok"
}

/// 200 while events can be stored; 503 with the reason otherwise.
pub async fn readyz(State(state): State<AppState>) -> Response {
    if state.engine.stopping() {
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
    let mut r = handle.render().into_response();
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    r.headers_mut().insert(header::CONTENT_TYPE, kind);
    r
}

#[expect(clippy::cast_precision_loss, reason = "a gauge of rows is far below 2^52")]
fn as_f64(n: i64) -> f64 {
    n as f64
}
