//! Logs and metrics of the process.

mod named;

use std::io::IsTerminal;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use named::Named;

/// Starts the log on standard error. Lines about a run or a delivery name it.
pub fn logs(json: bool) {
    let filter =
        EnvFilter::try_new(crate::config::log_filter()).unwrap_or_else(|_| EnvFilter::new("info"));
    // Colours are for people: a file or a journal gets plain lines.
    let colours = std::io::stderr().is_terminal();
    // A line that cannot be written, on a full disk or a closed pipe, is let go: to complain of it
    // on standard error fails too, and would end the task that logs.
    let log = fmt()
        .log_internal_errors(false)
        .with_env_filter(filter)
        .with_ansi(colours)
        .with_writer(std::io::stderr);
    // A second start in one process (tests) keeps the first log.
    let _ = if json {
        log.json().map_event_format(Named::Json).try_init()
    } else {
        log.map_event_format(|f| Named::Text(f.with_ansi(colours))).try_init()
    };
}

/// Starts recording metrics; nothing if that has been done.
pub fn metrics() -> Option<PrometheusHandle> {
    PrometheusBuilder::new().install_recorder().ok()
}
