//! A database that was restored from a backup is on hold (semantics S26): deliveries are stored,
//! but nothing is run, polled, sent or removed until a person has said what becomes of unfinished
//! work.

use std::sync::Arc;

use domain::limits;

use crate::engine::Shared;
use crate::node::pause;

/// Goes on with `work` when the hold is over, at once where there is none.
pub(crate) async fn after(s: Arc<Shared>, work: impl Future<Output = ()>) {
    tokio::select! {
        () = s.free.cancelled() => work.await,
        () = s.retired.cancelled() => {}
    }
}

/// Waits until the hold is over, and gives the places for runs free.
pub(crate) async fn watch(s: Arc<Shared>) {
    tracing::warn!(
        "this database was restored from a backup and is on hold: deliveries are stored, nothing is sent; run `zveno resume`"
    );
    let mut changed = s.db.changed();
    loop {
        let over = tokio::select! {
            over = pause(&s, &s.retired, limits::POLL) => over,
            _ = changed.changed() => false,
        };
        if over {
            return;
        }
        match s.db.hold().await {
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(e) => tracing::warn!(error = %e, "could not see whether the hold is over"),
        }
    }
    tracing::info!("the hold is over");
    if s.config.role.works() {
        s.slots.add_permits(s.config.workers);
    }
    s.free.cancel();
}
