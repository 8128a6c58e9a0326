//! What this node tells the others of its gates, and hears from them.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use domain::{GateKey, Time};

use super::breaker::Change;
use super::{Gates, pass};
use crate::engine::Shared;

impl Gates {
    /// A destination is closed until `until`.
    pub(super) async fn tell_pause(&self, gates: Vec<GateKey>, until: Time, announced: bool) {
        let why = if announced { "allowance" } else { "slow_down" };
        metrics::counter!("zveno_gate_closed_total", "why" => why).increment(1);
        self.any.store(true, Ordering::Relaxed);
        if let Err(e) = self.db.pause_gates(gates, until).await {
            tracing::warn!(error = %e, "a pause is known to this node only");
        }
    }

    /// The breaker of a destination has opened or closed.
    pub(super) async fn tell_breaker(&self, gate: GateKey, name: &str, change: Change) {
        pass::said(name, change);
        self.telling.fetch_add(1, Ordering::SeqCst);
        let told = match change {
            Change::Opened { until, step } => {
                metrics::counter!("zveno_gate_closed_total", "why" => "breaker").increment(1);
                self.any.store(true, Ordering::Relaxed);
                self.db.open_gate(gate, until, step).await
            }
            Change::Shut => self.db.shut_gate(gate).await,
        };
        self.telling.fetch_sub(1, Ordering::SeqCst);
        if let Err(e) = told {
            tracing::warn!(gate = name, error = %e, "its state is known to this node only");
        }
    }

    /// Takes over what the database says of all gates.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn look(&self) -> Result<(), store::Error> {
        let now = self.now();
        // Only those that were open, and written, before it was read may have been closed by
        // another node.
        let before: Vec<GateKey> = self.state().open_breakers();
        let written = self.telling.load(Ordering::SeqCst) == 0;
        let rows = self.db.gates(now).await?;
        let mut s = self.state();
        let mut open = HashSet::new();
        for row in rows {
            if row.paused_until > now {
                s.door(row.key, now).pause(row.paused_until, false);
                self.any.store(true, Ordering::Relaxed);
            }
            if row.step > 0 {
                open.insert(row.key);
                s.door(row.key, now).breaker.adopt(row.open_until, row.step);
                self.any.store(true, Ordering::Relaxed);
            }
        }
        for key in before.into_iter().filter(|k| written && !open.contains(k)) {
            s.door(key, now).breaker.adopt_shut();
        }
        Ok(())
    }
}

/// Looks at the gates of the other nodes, whenever they may have changed.
pub(crate) async fn follow(s: Arc<Shared>) {
    let mut news = s.db.gates_changed();
    loop {
        tokio::select! {
            changed = news.changed() => if changed.is_err() { return },
            () = s.stop.cancelled() => return,
        }
        if let Err(e) = s.gates.look().await {
            tracing::warn!(error = %e, "the gates of other nodes could not be read");
        }
    }
}
