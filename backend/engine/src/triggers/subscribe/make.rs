//! Makes and renews registrations. What a call is about to make is written down before it, so that
//! it can be taken back whatever happens meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use connect::outbound::Registered;
use connect::registry::Trigger;
use domain::outcome::{Outcome, StepError};
use domain::subscription::SubscriptionState;
use domain::{Code, Secret, Span, Time, ids, limits};
use store::{Kept, Subscription};

use super::back::take_back;
use super::failed;
use super::known::Known;
use super::means::{self, Means, as_kept, renews, why};
use crate::engine::Shared;

/// What came of it.
pub(super) struct Came {
    pub row: Subscription,
    pub kept: Kept,
    /// A registration of which nobody else knows: if the row is another node's by now, it is to be
    /// taken back by itself.
    pub made: bool,
}

impl Came {
    fn only(row: Subscription) -> Self {
        Came { row, kept: Kept::default(), made: false }
    }
}

/// Makes or renews a registration. Nothing: it is another node's.
pub(super) async fn register(
    s: &Shared,
    mut row: Subscription,
) -> Result<Option<Came>, store::Error> {
    let m = match means::wanted(s, &row).await? {
        Ok(m) => m,
        Err(e) => return Ok(Some(Came::only(failed(s.now(), row, &e, None)))),
    };
    let Some(trigger) = m.trigger() else {
        let e = StepError::new(
            Code::ConnectorMissing,
            ("the trigger has gone", "такого триггера больше нет"),
        );
        return Ok(Some(Came::only(failed(s.now(), row, &e, None))));
    };
    let known = row.registered.as_deref().and_then(Known::read);
    if let Some(k) = known.as_ref().filter(|k| !k.unsure && k.what == m.registration) {
        let came = stays(s, &row, &m, trigger, k).await;
        if came.is_some() {
            return Ok(came);
        }
    }
    // The old address first: services refuse a second one, or send everything twice.
    if let Some(known) = known
        && let Err(later) = take_back(s, &row, &known).await?
    {
        if known.what.is_beside(&m.registration) {
            row.registered = Some(Known { unsure: true, ..known }.text());
            return Ok(Some(Came::only(failed(s.now(), row, &later.error, later.after))));
        }
        // Another account does not keep this one waiting.
        let own = s.db.secrets(row.id).await?;
        s.db.leave_behind(&row, &Kept { own, address: BTreeMap::new() }).await?;
    }
    anew(s, row, m).await
}

/// What the service knows already: nothing is done, or it is renewed. Nothing: it is to be made anew.
async fn stays(
    s: &Shared,
    row: &Subscription,
    m: &Means,
    trigger: &Trigger,
    known: &Known,
) -> Option<Came> {
    let changed = m.changed(trigger, !known.version.is_empty());
    if changed.is_empty() && row.state == SubscriptionState::Subscribing {
        return Some(Came::only(active(s.now(), row.clone(), row.expires_at, trigger)));
    }
    if !renews(trigger, &changed) {
        return None;
    }
    match s.outbound.renew(m.hooked(trigger, &m.hook)).await? {
        Ok(done) => Some(came(s.now(), row.clone(), m, trigger, &done)),
        Err(e) if !changed.is_empty() && matches!(e.outcome, Outcome::Fail { .. }) => None,
        Err(e) => {
            let (error, after) = why(s, row, m, e).await;
            Some(Came::only(failed(s.now(), row.clone(), &error, after)))
        }
    }
}

/// Registers an address of which the service knows nothing.
async fn anew(
    s: &Shared,
    mut row: Subscription,
    mut m: Means,
) -> Result<Option<Came>, store::Error> {
    m.hook = made(s, &row, &m).await?;
    let Some(trigger) = m.trigger() else { return Ok(None) };
    let (what, version) = (m.registration.clone(), m.connector.version.clone());
    let begun = Known { what, version, unsure: true };
    row.registered = Some(begun.text());
    let address = as_kept(&m.hook);
    let mut own = m.tells(trigger);
    own.extend(address.clone());
    if !s.db.begin_registration(&row, &Kept { own, address }).await? {
        return Ok(None);
    }
    match s.outbound.subscribe(m.hooked(trigger, &m.hook)).await {
        Ok(done) => {
            row.registered = Some(Known { unsure: false, ..begun }.text());
            Ok(Some(Came { made: trigger.is_numbered(), ..came(s.now(), row, &m, trigger, &done) }))
        }
        Err(e) => {
            if !e.perhaps {
                row.registered = None;
            }
            let (error, after) = why(s, &row, &m, e).await;
            Ok(Some(Came::only(failed(s.now(), row, &error, after))))
        }
    }
}

/// Makes the secrets of a new registration. They are stored before the call, too: the service may use
/// the address while it is being registered.
async fn made(
    s: &Shared,
    row: &Subscription,
    m: &Means,
) -> Result<BTreeMap<String, Secret>, store::Error> {
    let generated = m.trigger().into_iter().flat_map(Trigger::generated);
    let hook: BTreeMap<String, Secret> = generated
        .map(|(name, len)| (name.to_owned(), Secret::new(ids::random_text(len as usize))))
        .collect();
    if !m.shared() {
        return Ok(hook);
    }
    // One secret for the address: the first that was made stays.
    let wanted: BTreeSet<String> = hook.keys().cloned().collect();
    let mut shared =
        means::below(&s.db.fill_address_secrets(row.scope, &as_kept(&hook)).await?, "hook.");
    shared.retain(|key, _| wanted.contains(key));
    Ok(shared)
}

/// Whether the service knows only the address, and other registrations want it: then nothing is
/// taken back with this one.
pub(super) async fn others_stay(
    s: &Shared,
    row: &Subscription,
    trigger: &Trigger,
) -> Result<bool, store::Error> {
    Ok(!trigger.is_numbered() && s.db.is_shared(row).await?)
}

/// What is to be kept of an answer.
fn came(now: Time, row: Subscription, m: &Means, trigger: &Trigger, done: &Registered) -> Came {
    let address = as_kept(&done.hook);
    let mut own = m.tells(trigger);
    own.extend(address.clone());
    let row = active(now, row, done.expires, trigger);
    Came { row, kept: Kept { own, address }, made: false }
}

fn active(
    now: Time,
    mut row: Subscription,
    expires: Option<Time>,
    trigger: &Trigger,
) -> Subscription {
    // A quarter of its life before it ends.
    let ends = expires.map(|at| {
        let life = at.since(now).micros().max(0);
        now.plus(Span::from_micros(life - life / 4)).max(now.plus(limits::SUBSCRIBE_AGAIN))
    });
    let every = trigger.renew_every().map(|every| now.plus(every.max(limits::SUBSCRIBE_AGAIN)));
    row.state = SubscriptionState::Active;
    (row.note, row.failures, row.expires_at) = (None, 0, expires);
    row.next_due = [ends, every].into_iter().flatten().min();
    row
}
