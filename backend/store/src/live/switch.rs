//! Whether anybody watches, as this node knows.

use std::sync::atomic::{AtomicI64, Ordering};

use domain::{Clock, Time, limits};
use sqlx::PgPool;

use crate::shared::Shared;

/// See the module.
pub(crate) struct Switch {
    /// Somebody watches until this moment.
    until: AtomicI64,
    /// That nobody does is believed until this monotonic moment, microseconds.
    trusted: AtomicI64,
}

impl Switch {
    /// Nothing is known yet.
    pub(crate) fn new() -> Self {
        Self { until: AtomicI64::new(0), trusted: AtomicI64::new(i64::MIN) }
    }

    /// Whether commits are written down.
    pub(crate) fn is_on(&self, clock: &dyn Clock) -> bool {
        clock.now().0 < self.until.load(Ordering::SeqCst)
            || clock.mono().micros() > self.trusted.load(Ordering::SeqCst)
    }

    /// Somebody watches until then.
    pub(crate) fn watched(&self, until: Time) {
        self.until.fetch_max(until.0, Ordering::SeqCst);
    }

    /// What the database says: on SQLite it is known for good, because this process is the only
    /// one; on PostgreSQL since the monotonic moment at which it was asked.
    pub(crate) fn said(&self, until: Time, asked: Option<domain::Span>) {
        // The answer to an older question does not take back what was asked for meanwhile.
        self.watched(until);
        let trusted = asked.map_or(i64::MAX, |a| a.plus(limits::LIVE_TRUST).micros());
        self.trusted.store(trusted, Ordering::SeqCst);
    }
}

/// Asks PostgreSQL whether anybody watches.
pub(crate) async fn poll(pool: &PgPool, shared: &Shared) {
    let asked = shared.mono();
    let found = sqlx::query_scalar::<_, i64>("SELECT until FROM live WHERE id = 1");
    match found.fetch_one(pool).await {
        Ok(until) => shared.live.said(Time(until), Some(asked)),
        Err(e) => tracing::debug!(error = %e, "cannot poll the database"),
    }
    shared.ring_news();
}
