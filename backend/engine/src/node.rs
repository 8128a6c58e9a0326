//! This node among the others: its lease (semantics S5) and the work that is done now and then.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use domain::{Span, limits};
use tokio_util::sync::CancellationToken;

use crate::engine::Shared;

/// Renews the node's lease, and joins anew when it was fenced meanwhile.
pub(crate) async fn keep_alive(s: Arc<Shared>) {
    loop {
        if pause(&s, &s.left, limits::LEASE_RENEW).await {
            return;
        }
        let lease = **s.lease.load();
        let asked = s.clock.mono();
        match s.db.renew(lease).await {
            _ if s.left.is_cancelled() => return,
            Ok(true) => s.renewed.store(asked.micros(), Ordering::Relaxed),
            Ok(false) => {
                tracing::warn!("this node was taken for dead; its runs were given to others");
                match s.db.join_as(s.config.role).await {
                    Ok(lease) => {
                        s.lease.store(Arc::new(lease));
                        s.gates.joined(lease);
                        s.renewed.store(asked.micros(), Ordering::Relaxed);
                    }
                    Err(e) => tracing::error!(error = %e, "could not join again"),
                }
            }
            Err(e) => tracing::warn!(error = %e, "the node's lease was not renewed"),
        }
        match s.db.fence_dead().await {
            Ok(0) => {}
            Ok(n) => tracing::warn!(jobs = n, "took the jobs of dead nodes"),
            Err(e) => tracing::warn!(error = %e, "could not look for dead nodes"),
        }
    }
}

/// How often expired and old things are removed.
const SWEEP: Span = Span::mins(1);

/// Removes what has expired, in slices, so that nothing else waits long for it.
pub(crate) async fn housekeeping(s: Arc<Shared>) {
    loop {
        if pause(&s, &s.retired, SWEEP).await {
            return;
        }
        loop {
            match s.db.sweep(s.now()).await {
                Ok(0) => break,
                Ok(n) => tracing::debug!(rows = n, "removed expired rows"),
                Err(e) => {
                    tracing::warn!(error = %e, "could not remove expired rows");
                    break;
                }
            }
            if s.retired.is_cancelled() {
                return;
            }
        }
        if let Err(e) = s.db.sweep_gates(s.now().minus(limits::GATES_KEPT)).await {
            tracing::warn!(error = %e, "could not forget old gates");
        }
    }
}

/// Keeps the database within its room (semantics S27): from 90 per cent on the oldest finished
/// things go, from 95 on no delivery is taken. Every node looks, those that work remove.
pub(crate) async fn keep_room(s: Arc<Shared>) {
    loop {
        if let Err(e) = trim(&s).await {
            tracing::warn!(error = %e, "could not look at the room of the database");
        }
        if pause(&s, &s.retired, limits::BUDGET_LOOK).await {
            return;
        }
    }
}

async fn trim(s: &Shared) -> Result<(), store::Error> {
    for _ in 0..limits::BUDGET_SLICES {
        let used = s.db.look_at_budget().await?;
        let may = s.config.role.works() && s.free.is_cancelled() && !s.retired.is_cancelled();
        if used < limits::BUDGET_TRIM || !may {
            return Ok(());
        }
        let n = s.db.trim(s.now()).await?;
        tracing::info!(rows = n, used, "the room is nearly used up: the oldest finished runs went");
        if n == 0 {
            return Ok(());
        }
    }
    Ok(())
}

/// Waits; true when `end` came.
pub(crate) async fn pause(s: &Shared, end: &CancellationToken, span: Span) -> bool {
    let timer = s.clock.timer(s.clock.now().plus(span));
    tokio::select! {
        () = end.cancelled() => true,
        () = timer => false,
    }
}
