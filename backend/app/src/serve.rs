//! The life of a server: open, start, serve, drain, close.

use std::io::Write;
use std::sync::Arc;

use anyhow::Context;
use api::AppState;
use api::v1::Setting;
use axum::Router;
use domain::{Span, limits};
use engine::connectors::Sources;
use engine::manage::Manage;
use engine::{Config, Engine};
use store::Db;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::{self, DataArgs, ServeArgs};
use crate::{acme, ops, socket, telemetry, wiring};

/// Longest time of closing connections and files after everything has stopped.
const CLOSING: Span = Span::secs(20);

/// Runs the server until it is told to stop.
///
/// # Errors
/// It cannot start, or its database failed in a way that cannot be gone on with.
pub async fn serve(
    data: &DataArgs,
    args: &ServeArgs,
    settings: Vec<Setting>,
) -> anyhow::Result<()> {
    telemetry::logs(args.log_json);
    if let Some(point) = &args.failpoint {
        domain::failpoint::arm(point).context("--failpoint")?;
    }
    let (role, drain) = (args.role(data)?, args.drain(data)?);
    let (mut asked, mut hangup) = (Asked::new()?, signal(SignalKind::hangup())?);
    let metrics = telemetry::metrics();
    let public_url = data.public_url.clone().or_else(|| args.acme.public_url());
    let data = &DataArgs { public_url, ..data.clone() };
    let connectors = Sources { folders: args.connectors.clone(), dev: args.dev };
    let public = data.public(Some(args.listen))?;
    let parts = wiring::open_with(data, public, !args.no_migrate, connectors).await?;
    let public_url = parts.manage.public_url.clone();
    let config =
        Config { public_url: public_url.clone(), workers: args.workers, role, ..Config::default() };
    let engine = Engine::start(
        parts.db.clone(),
        parts.clock.clone(),
        parts.shelf.clone(),
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
    let state = AppState::new(engine.clone(), parts.manage.clone(), metrics)
        .behind(args.trusted_proxies.clone())
        .commanded_by(Arc::new(ops::hub::Hub))
        .started_with(settings);
    let router = api::router(state);
    let https = https(data, args, &parts.db, &router, &stop).await?;
    let serving = tokio::spawn(api::server::serve(listener, router, stop.clone()));
    tracing::info!(address = %args.listen, public_url, role = role.as_str(), "zveno {} is ready", env!("CARGO_PKG_VERSION"));
    invite(&parts.manage).await;

    let failed = tokio::select! {
        () = asked.again() => None,
        () = read_again(&engine, &mut hangup) => None,
        why = parts.db.failed() => Some(why),
    };
    if let Some(why) = failed {
        // What the disk really holds is unknown now; only a new start may look.
        anyhow::bail!("the database failed: {why}");
    }
    go(&engine, &stop, drain, &mut asked).await;
    let ended = async {
        if let Some(c) = control {
            c.await.ok();
        }
        let served = serving.await;
        if let Some(h) = https {
            h.await.ok();
        }
        parts.db.close().await;
        served
    };
    if let Ok(Ok(result)) = tokio::time::timeout(CLOSING.std(), ended).await {
        result?;
    }
    Ok(())
}

/// Reads the folders of connectors again at each SIGHUP.
async fn read_again(engine: &Engine, hangup: &mut Signal) {
    while hangup.recv().await.is_some() {
        match engine.reload_connectors().await {
            Ok(r) => tracing::info!(
                read = r.installed.len(),
                refused = r.refused.len(),
                "the folders of connectors were read again"
            ),
            Err(e) => tracing::warn!(error = %e, "the folders of connectors were not taken"),
        }
    }
    std::future::pending::<()>().await;
}

/// HTTPS beside the plain port, where it is wanted.
async fn https(
    data: &DataArgs,
    args: &ServeArgs,
    db: &Db,
    router: &Router,
    stop: &CancellationToken,
) -> anyhow::Result<Option<JoinHandle<std::io::Result<()>>>> {
    if args.acme.acme.is_empty() {
        return Ok(None);
    }
    let roots = config::extra_roots(data)?;
    let (db, router, stop) = (db.clone(), router.clone(), stop.clone());
    let serving = acme::serve(&args.acme, roots.as_deref(), db, router, stop).await?;
    tracing::info!(address = %args.acme.acme_listen, names = ?args.acme.acme, "HTTPS");
    Ok(Some(serving))
}

/// While there is nobody, says how to become the first. On standard error and not in the log: the
/// link opens the server.
async fn invite(manage: &Manage) {
    match manage.setup_link().await {
        Ok(Some(link)) => {
            let text = format!(
                "\nNobody has set this server up yet. Open this link to begin:\n\
                 Сервер ещё не настроен. Откройте ссылку, чтобы начать:\n\n  {link}\n\n"
            );
            // Where nobody reads, there is nothing to be done about it.
            let _ = std::io::stderr().write_all(text.as_bytes());
        }
        Ok(None) => {}
        Err(e) => tracing::warn!(error = %e, "the link of the setup page could not be made"),
    }
}

/// The orderly end: first the load balancer is told, then the port closes, then what runs
/// finishes. Asked again, all of it ends at once.
async fn go(engine: &Engine, stop: &CancellationToken, drain: Span, asked: &mut Asked) {
    engine.retire();
    if drain > Span::ZERO {
        tracing::info!(%drain, "going: /readyz says so, deliveries are still stored");
        tokio::select! {
            () = tokio::time::sleep(drain.std()) => {}
            () = asked.again() => return at_once(engine, stop).await,
        }
    }
    tracing::info!("stopping: no new events, running requests finish");
    stop.cancel();
    tokio::select! {
        () = engine.stop(limits::STOP_GRACE) => {}
        () = asked.again() => at_once(engine, stop).await,
    }
}

/// Requests under way are given up: another node, or the next start, goes on with their runs.
async fn at_once(engine: &Engine, stop: &CancellationToken) {
    tracing::warn!("asked again: stopping at once");
    stop.cancel();
    engine.stop(Span::ZERO).await;
}

/// SIGTERM and Ctrl-C.
struct Asked {
    term: Signal,
    int: Signal,
}

impl Asked {
    fn new() -> std::io::Result<Self> {
        Ok(Self { term: signal(SignalKind::terminate())?, int: signal(SignalKind::interrupt())? })
    }

    /// Ends at the next one.
    async fn again(&mut self) {
        tokio::select! {
            _ = self.term.recv() => {}
            _ = self.int.recv() => {}
        }
    }
}
