//! Runs that this node may hold without knowing. When the answer to a COMMIT is lost, nobody can
//! tell whether the jobs in it were claimed. Their callers were told that it failed, so nobody
//! executes them: they are given back as soon as they are seen. SQLite needs none of this: there
//! an error of COMMIT means that nothing was committed.

use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::Time;
use domain::limits;
use sqlx::PgPool;

use crate::Lease;
use crate::commit::prepare::Delivery;

/// Leases of which it is not known whether they exist.
#[derive(Default)]
pub(crate) struct Orphans(Mutex<Vec<(Lease, Time)>>);

impl Orphans {
    /// These may exist from now on: the server may still be about to commit them.
    pub(crate) fn add(&self, leases: impl IntoIterator<Item = Lease>, now: Time) {
        let until = now.plus(limits::ORPHANS_KEPT);
        self.list().extend(leases.into_iter().map(|l| (l, until)));
    }

    /// The runs that deliveries brought already claimed.
    pub(crate) fn add_handed<'a>(&self, all: impl Iterator<Item = &'a Delivery>, now: Time) {
        let events = all.flat_map(|d| &d.events);
        self.add(events.filter_map(|e| e.run.as_ref()?.lease), now);
    }

    /// Gives back those that are there.
    pub(crate) async fn free(&self, pool: &PgPool, now: Time) {
        let due = self.list().clone();
        let mut freed = Vec::new();
        for (l, _) in &due {
            let (run, node) = (l.run.uuid(), l.node.uuid());
            let query = sqlx::query(super::release::RELEASE).bind(run).bind(node);
            let query = query.bind(l.epoch).bind(l.token).bind(now.0);
            match query.execute(pool).await {
                Ok(r) if r.rows_affected() > 0 => freed.push(*l),
                Ok(_) => {}
                Err(e) => {
                    tracing::debug!(error = %e, "runs are given back later");
                    break;
                }
            }
        }
        if !due.is_empty() {
            self.list().retain(|(l, until)| *until > now && !freed.contains(l));
        }
        if !freed.is_empty() {
            tracing::warn!(runs = freed.len(), "gave back runs whose claim was not answered");
        }
    }

    fn list(&self) -> MutexGuard<'_, Vec<(Lease, Time)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
