//! The life of a server: open, start, serve, drain, close.

use anyhow::Context;
use api::AppState;
use domain::Span;
use engine::{Config, Engine};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::config::{DataArgs, ServeArgs};
use crate::{socket, telemetry, wiring};

/// How long running requests may take to finish when the server is asked to stop.
const GRACE: Span = Span::secs(25);

/// Runs the server until it is told to stop.
///
/// # Errors
/// It cannot start, or its database failed in a way that cannot be gone on with.
pub async fn serve(data: &DataArgs, args: &ServeArgs) -> anyhow::Result<()> {
    telemetry::logs(args.log_json);
    let metrics = telemetry::metrics();
    let public_url = data.public(Some(args.listen))?;
    let parts = wiring::open(data, public_url.clone(), !args.no_migrate).await?;
    let config =
        Config { public_url: public_url.clone(), workers: args.workers, ..Config::default() };
    let engine = Engine::start(
        parts.db.clone(),
        parts.clock.clone(),
        parts.registry.clone(),
        parts.manage.outbound.clone(),
        config,
    )
    .await?;
    let stop = CancellationToken::new();
    let control = match &data.database_url {
        None => Some(socket::listen(&data.data_dir, parts.manage.clone(), stop.clone())?),
        Some(_) => None,
    };
    // Events can be stored from here on, so the port opens.
    let listener = TcpListener::bind(args.listen)
        .await
        .with_context(|| format!("cannot listen on {}", args.listen))?;
    let router = api::router(AppState::new(engine.clone(), metrics));
    let serving = tokio::spawn(api::server::serve(listener, router, stop.clone()));
    tracing::info!(address = %args.listen, public_url, "zveno {} is ready", env!("CARGO_PKG_VERSION"));

    let failed = tokio::select! {
        () = asked_to_stop() => None,
        why = parts.db.failed() => Some(why),
    };
    if let Some(why) = failed {
        // What the disk really holds is unknown now; only a new start may look.
        anyhow::bail!("the database failed: {why}");
    }
    tracing::info!("stopping: no new events, running requests finish");
    stop.cancel();
    engine.stop(GRACE).await;
    if let Some(c) = control {
        c.await.ok();
    }
    let served = tokio::time::timeout(GRACE.std(), serving).await;
    parts.db.close().await;
    if let Ok(Ok(result)) = served {
        result?;
    }
    Ok(())
}

/// Ends at SIGTERM or Ctrl-C.
async fn asked_to_stop() {
    let Ok(mut term) = signal(SignalKind::terminate()) else {
        tokio::signal::ctrl_c().await.ok();
        return;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
