//! Takes addresses back that a service knows, or may know.

use std::collections::BTreeMap;

use connect::outbound::Unregistered;
use connect::registry::Trigger;
use domain::outcome::{Outcome, StepError};
use domain::{Code, Secret, Span, limits};
use store::Subscription;

use super::known::Known;
use super::means::{self, Means, why};
use super::{failed, make};
use crate::engine::Shared;

/// Why an address could not be taken back yet.
pub(super) struct Later {
    pub error: StepError,
    pub after: Option<Span>,
}

/// Takes an address back. Nothing: it is done, or cannot be.
pub(super) async fn leave(
    s: &Shared,
    mut row: Subscription,
) -> Result<Option<Subscription>, store::Error> {
    let Some(known) = row.registered.as_deref().and_then(Known::read) else { return Ok(None) };
    let Err(later) = take_back(s, &row, &known).await? else { return Ok(None) };
    if row.failures >= limits::UNSUBSCRIBE_TRIES {
        tracing::warn!(subscription.id = %row.id, reason = %later.error.message, "an address stays registered at the service");
        return Ok(None);
    }
    row.registered = Some(Known { unsure: true, ..known }.text());
    Ok(Some(failed(s.now(), row, &later.error, later.after)))
}

/// Takes back what the service knows. Done is also what nobody can do any more.
pub(super) async fn take_back(
    s: &Shared,
    row: &Subscription,
    known: &Known,
) -> Result<Result<(), Later>, store::Error> {
    let m = match means::known(s, row, known).await? {
        Ok(m) => m,
        // Nobody can speak for a connection that has gone.
        Err(e) if matches!(e.code, Code::ConnectionMissing | Code::ConnectorMissing) => {
            return Ok(Ok(()));
        }
        Err(error) => return Ok(Err(Later { error, after: None })),
    };
    let Some(trigger) = m.trigger() else { return Ok(Ok(())) };
    if make::others_stay(s, row, trigger).await? {
        return Ok(Ok(()));
    }
    let hooks = match ours(s, row, &m, trigger).await {
        Ok(hooks) => hooks,
        Err(e) => return Ok(settled(s, row, &m, e).await),
    };
    for hook in hooks {
        if let Err(e) = s.outbound.unsubscribe(m.hooked(trigger, &hook)).await {
            let settled = settled(s, row, &m, e).await;
            if settled.is_err() {
                return Ok(settled);
            }
        }
    }
    Ok(Ok(()))
}

/// The registrations that are meant, each with what its call needs: usually the one that was made. If
/// its answer was lost, the service is asked for it, where that is possible.
async fn ours(
    s: &Shared,
    row: &Subscription,
    m: &Means,
    trigger: &Trigger,
) -> Result<Vec<BTreeMap<String, Secret>>, Unregistered> {
    if trigger.can_take_back(&m.hook) {
        return Ok(vec![m.hook.clone()]);
    }
    if trigger.lists() {
        return s.outbound.find(m.hooked(trigger, &m.hook)).await;
    }
    tracing::warn!(subscription.id = %row.id, "the answer to a registration was lost; the service may go on sending to the address");
    Ok(Vec::new())
}

/// Whether the service has said its last word: the address is not there any more, or was never its.
async fn settled(s: &Shared, row: &Subscription, m: &Means, e: Unregistered) -> Result<(), Later> {
    if matches!(e.outcome, Outcome::Fail { .. } | Outcome::Skipped { .. } | Outcome::Done { .. }) {
        return Ok(());
    }
    let (error, after) = why(s, row, m, e).await;
    Err(Later { error, after })
}
