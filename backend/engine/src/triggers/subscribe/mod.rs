//! Addresses that are registered at services (semantics S19): desired state, not calls while a flow
//! is published. A flow that is published, or paused, wants its address to be known; one node at a
//! time makes it so, keeps it alive, and takes it back when nobody wants it any more.

mod back;
mod known;
mod make;
mod means;
mod wish;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use domain::ids::FlowId;
use domain::outcome::StepError;
use domain::subscription::SubscriptionState;
use domain::{Code, Span, Time, limits};
use futures::FutureExt;
use store::{Kept, Subscription};

pub(super) use wish::fit;
pub(crate) use wish::wish;

use self::known::{Known, Registration};
use self::make::Came;
use super::Turn;
use crate::engine::Shared;

/// The versions of connectors that a registration needs: name and version.
pub(crate) fn pinned(row: &Subscription) -> Vec<(String, String)> {
    let wanted = Registration::read(&row.settings).map(|w| (w.connector, row.version.clone()));
    let known = row.registered.as_deref().and_then(Known::read);
    let known = known.map(|k| (k.what.connector, k.version));
    wanted.into_iter().chain(known).collect()
}

/// Takes a due registration and does what is due in a task of its own; false if there is no place,
/// or another node was first.
pub(super) async fn begin(turn: &Turn, row: Subscription) -> Result<bool, store::Error> {
    let Ok(place) = turn.polls.clone().try_acquire_owned() else { return Ok(false) };
    let s = turn.shared.clone();
    let lease = **s.lease.load();
    let Some(row) = s.db.take_subscription(row.id, row.guard, lease).await? else {
        return Ok(false);
    };
    let ended = turn.ended.clone();
    turn.shared.tasks.spawn(async move {
        let (id, guard) = (row.id, row.guard);
        let work = AssertUnwindSafe(carry_out(&s, row)).catch_unwind();
        let done = tokio::select! {
            done = work => done,
            // The call had its time. What it was for is written down: the next start goes on.
            () = s.left.cancelled() => Ok(Ok(())),
        };
        match done {
            Ok(Ok(())) => {}
            Ok(Err(e)) => {
                tracing::warn!(subscription.id = %id, error = %e, "the database did not answer while registering");
                let text = ("the database did not answer", "база данных не ответила");
                give_back(&s, id, guard, &StepError::new(Code::Internal, text)).await;
            }
            Err(_) => {
                tracing::error!(subscription.id = %id, "a fault of this server while registering");
                let text = ("a fault of this server", "ошибка этого сервера");
                give_back(&s, id, guard, &StepError::new(Code::Internal, text)).await;
            }
        }
        drop(place);
        ended.notify_one();
    });
    Ok(true)
}

async fn carry_out(s: &Arc<Shared>, row: Subscription) -> Result<(), store::Error> {
    if row.state == SubscriptionState::Leaving {
        let (id, guard, nothing) = (row.id, row.guard, Kept::default());
        return match back::leave(s, row).await? {
            None => surely(s, || s.db.drop_subscription(id, guard)).await,
            Some(later) => surely(s, || s.db.put_subscription(&later, &nothing)).await.map(|_| ()),
        };
    }
    let Some(Came { row, kept, made }) = make::register(s, row).await? else { return Ok(()) };
    if !surely(s, || s.db.put_subscription(&row, &kept)).await? && made {
        // Another node has the row and knows nothing of it.
        surely(s, || s.db.leave_behind(&row, &kept)).await?;
    }
    Ok(())
}

/// Lets a registration go as it is, to be looked at again later.
async fn give_back(s: &Shared, id: FlowId, guard: i64, why: &StepError) {
    let let_go = || async move {
        let row = s.db.subscription(id).await?.filter(|row| row.guard == guard);
        let Some(row) = row else { return Ok(false) };
        s.db.put_subscription(&failed(s.now(), row, why, None), &Kept::default()).await
    };
    if let Err(e) = surely(s, let_go).await {
        tracing::error!(subscription.id = %id, error = %e, "a registration was not let go; it goes on when this node ends");
    }
}

/// Stores what a service was told, until it is taken or this node has left.
async fn surely<T, F>(s: &Shared, store: impl Fn() -> F) -> Result<T, store::Error>
where
    F: Future<Output = Result<T, store::Error>>,
{
    let mut pause = Span::ms(100);
    loop {
        match store().await {
            Err(e) if e.is_transient() && !s.left.is_cancelled() => {
                tracing::warn!(error = %e, "storing a registration again");
            }
            other => return other,
        }
        let later = s.clock.timer(s.clock.now().plus(pause));
        tokio::select! { () = later => {}, () = s.left.cancelled() => {} }
        pause = pause.plus(pause).min(limits::SUBSCRIBE_STORE_AGAIN);
    }
}

/// Again later, later with each failure.
fn failed(now: Time, mut row: Subscription, e: &StepError, after: Option<Span>) -> Subscription {
    row.failures = row.failures.saturating_add(1);
    let mut pause = limits::SUBSCRIBE_AGAIN;
    for _ in 1..row.failures.min(16) {
        pause = pause.plus(pause).min(limits::SUBSCRIBE_AGAIN_MAX);
    }
    if row.state != SubscriptionState::Leaving {
        row.state = SubscriptionState::Failed;
    }
    row.note = Some(e.text().kept());
    row.next_due = Some(now.plus(pause.max(after.unwrap_or(Span::ZERO))));
    tracing::warn!(subscription.id = %row.id, reason = %e.message, failures = row.failures, "an address could not be registered or taken back");
    row
}
