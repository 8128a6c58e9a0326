//! Which subscribers take their deliveries: written down when it changes and now and then, not for
//! every try.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::ids::{RunId, SubscriberId};
use domain::limits::{SUBSCRIBER_FAILURE_NOTED, SUBSCRIBER_SUCCESS_NOTED, SUBSCRIBERS_NOTED};
use domain::outcome::{Outcome, StepError};
use domain::{Code, Time};
use store::Noted;

use crate::engine::Shared;
use crate::execute::Runner;

/// What this node has written down last of each subscriber: when, and whether it worked.
#[derive(Default)]
pub(crate) struct Health {
    noted: Mutex<HashMap<SubscriberId, (Time, bool)>>,
}

impl Health {
    /// Whether this is to be written down; then it counts as written.
    fn is_news(&self, id: SubscriberId, works: bool, now: Time) -> bool {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let often = if works { SUBSCRIBER_SUCCESS_NOTED } else { SUBSCRIBER_FAILURE_NOTED };
        let known = noted.get(&id).is_some_and(|(at, w)| *w == works && now.since(*at) < often);
        if !known {
            if noted.len() >= SUBSCRIBERS_NOTED {
                noted.clear();
            }
            noted.insert(id, (now, works));
        }
        !known
    }

    /// Writes it down next time, whatever is known.
    fn forget(&self, id: SubscriberId) {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }
}

impl Runner<'_> {
    /// Notes how a try of a delivery ended.
    pub(crate) async fn delivered(&mut self, outcome: &Outcome) {
        let (shared, id) = (self.shared, SubscriberId(self.run.flow.uuid()));
        match outcome {
            Outcome::Done { .. } => {
                self.flights.beside(Box::pin(works(shared, id))).await;
            }
            Outcome::Retry { error, .. }
            | Outcome::Fail { error }
            | Outcome::Auth { error }
            | Outcome::Unknown { error } => {
                self.flights.beside(Box::pin(fails(shared, id, self.run.id, error))).await;
            }
            // Asked to slow down: it is there.
            Outcome::Limited { .. } | Outcome::Wait { .. } | Outcome::Skipped { .. } => {}
        }
    }
}

async fn works(shared: &Shared, id: SubscriberId) {
    let now = shared.now();
    if shared.health.is_news(id, true, now)
        && let Err(e) = shared.db.subscriber_works(id, now).await
    {
        shared.health.forget(id);
        tracing::warn!(subscriber.id = %id, error = %e, "that it works was not written down");
    }
}

async fn fails(shared: &Shared, id: SubscriberId, run: RunId, error: &StepError) {
    let now = shared.now();
    if !shared.health.is_news(id, false, now) && error.code != Code::Gone {
        return;
    }
    match shared.db.subscriber_fails(id, run, error, now).await {
        Ok(Noted::Failing) => {}
        Ok(Noted::Disabled) => {
            metrics::counter!("zveno_subscribers_disabled_total").increment(1);
            tracing::warn!(subscriber.id = %id, reason = %error.message, "subscriber is disabled");
        }
        Err(e) => {
            shared.health.forget(id);
            tracing::warn!(subscriber.id = %id, error = %e, "its failure was not written down");
        }
    }
}
