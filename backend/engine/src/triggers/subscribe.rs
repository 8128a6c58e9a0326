//! Addresses that are registered at services (semantics S19): desired state, not calls while a flow
//! is published. A flow that is published, or paused, wants its address to be known; one node at a
//! time makes it so, keeps it alive, and takes it back when nobody wants it any more.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use connect::outbound::{Hooked, Registered, Unregistered};
use connect::registry::{Connector, Registry, Trigger};
use domain::connection::{Connection, ConnectionState};
use domain::flow::{Flow, Source};
use domain::ids::{self, ConnectionId, FlowId};
use domain::outcome::{Outcome, StepError};
use domain::subscription::SubscriptionState;
use domain::{Code, Secret, Span, Text, Time, limits};
use futures::FutureExt;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use store::{FlowRow, Subscription, SubscriptionWish};

use super::Turn;
use super::settings::Settings;
use crate::cache::{CacheError, FlowCache};
use crate::engine::Shared;
use crate::routes;
use crate::settle::why_broken;
use crate::tokens::NotFresh;

/// What is to be known at the service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Registration {
    connector: String,
    event: String,
    connection: Option<ConnectionId>,
    input: Map<String, Value>,
    url: String,
    /// Settings that are secret, with the names of the flow's secrets that they are.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    secrets: BTreeMap<String, String>,
    /// Whose secrets those are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    flow: Option<FlowId>,
}

impl Registration {
    fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
    fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Makes what a flow wants fit its trigger.
pub(super) async fn fit(
    s: &Shared,
    row: &FlowRow,
    flow: &Flow,
    registry: &Registry,
) -> Result<(), store::Error> {
    let wish = match wish(&s.cache, &s.config.public_url, row, flow, registry).await {
        Ok(wish) => wish,
        Err(CacheError::Store(e)) => return Err(e),
        Err(CacheError::Invalid(_)) => return Ok(()),
    };
    let has = s.db.subscription_of(row.id).await?;
    match (wish, has) {
        (None, None) => Ok(()),
        (None, Some(_)) => s.db.unwant_subscription(row.id).await,
        // An editor who listened before has published it: it is wanted for good.
        (Some(w), Some(h))
            if h.settings == w.settings
                && h.version == w.version
                && s.db.listens_until(row.id).await?.is_none() =>
        {
            Ok(())
        }
        (Some(w), _) => s.db.want_subscription(w).await,
    }
}

/// What a flow wants to be registered; nothing where its trigger has no call for it.
pub(crate) async fn wish(
    cache: &FlowCache,
    public_url: &str,
    row: &FlowRow,
    flow: &Flow,
    registry: &Registry,
) -> Result<Option<SubscriptionWish>, CacheError> {
    let t = &flow.trigger;
    let connector = registry.get(&t.connector.name, &t.connector.version);
    let trigger = connector.and_then(|c| c.trigger(&t.event)).filter(|t| t.subscribes());
    let Some(w) = trigger.and_then(|t| t.manifest.webhook.as_ref()) else { return Ok(None) };
    let settings = Settings::of(flow);
    let secrets = secrets(flow);
    let (scope, token, key) = match routes::place(w, settings.connection) {
        None => (row.id, row.token.clone(), format!("flow:{}", row.id)),
        Some(of) => {
            let a = cache.address_of(row.workspace, &t.connector.name, of.connection()).await?;
            let input = Value::Object(settings.input.clone()).to_string();
            let hash = Sha256::digest(input);
            let hash = hash.iter().take(8).fold(0_u64, |n, b| n << 8 | u64::from(*b));
            let mut key = format!("shared:{}:{}:{hash:016x}", a.id, t.event);
            if !secrets.is_empty() {
                // Nobody knows whether the secrets of two flows are the same.
                key = format!("{key}:{}", row.id);
            }
            (a.id, a.token, key)
        }
    };
    let registration = Registration {
        connector: settings.connector,
        event: settings.event,
        connection: settings.connection,
        input: settings.input,
        url: format!("{public_url}/in/{token}"),
        flow: (!secrets.is_empty()).then_some(row.id),
        secrets,
    };
    Ok(Some(SubscriptionWish {
        flow: row.id,
        workspace: row.workspace,
        key,
        scope,
        settings: registration.text(),
        version: settings.version,
        until: None,
    }))
}

/// The secret settings of a trigger, with the names of the flow's secrets that they are.
fn secrets(flow: &Flow) -> BTreeMap<String, String> {
    let named = flow.trigger.input.iter().filter_map(|(key, m)| match &m.source {
        Source::Secret(name) => Some((key.clone(), name.clone())),
        _ => None,
    });
    named.collect()
}

/// Takes a due registration and does what is due in a task of its own; false if there is no place,
/// or another node was first.
pub(super) async fn begin(turn: &Turn, mut row: Subscription) -> Result<bool, store::Error> {
    let Ok(place) = turn.polls.clone().try_acquire_owned() else { return Ok(false) };
    let s = turn.shared.clone();
    let lease = **s.lease.load();
    let Some(guard) = s.db.take_subscription(row.id, row.guard, lease).await? else {
        return Ok(false);
    };
    row.guard = guard;
    let ended = turn.ended.clone();
    turn.shared.tasks.spawn(async move {
        let before = row.clone();
        let work = AssertUnwindSafe(carry_out(&s, row)).catch_unwind();
        let done = tokio::select! {
            done = work => done,
            // What was sent is not known then; the next start asks again.
            () = s.stop.cancelled() => Ok(Ok(())),
        };
        match done {
            Ok(Ok(())) => {}
            Ok(Err(e)) => {
                tracing::warn!(subscription.id = %before.id, error = %e, "a registration was not stored");
            }
            Err(_) => {
                tracing::error!(subscription.id = %before.id, "a fault of this server while registering");
                let fault = StepError::new(
                    Code::Internal,
                    ("a fault of this server", "ошибка этого сервера"),
                );
                let failed = failed(s.now(), before, &fault, None);
                s.db.put_subscription(&failed).await.ok();
            }
        }
        drop(place);
        ended.notify_one();
    });
    Ok(true)
}

async fn carry_out(s: &Arc<Shared>, row: Subscription) -> Result<(), store::Error> {
    if row.state != SubscriptionState::Leaving {
        let after = register(s, row).await?;
        s.db.put_subscription(&after).await?;
        return Ok(());
    }
    let (id, guard) = (row.id, row.guard);
    match leave(s, row).await? {
        None => s.db.drop_subscription(id, guard).await,
        Some(later) => s.db.put_subscription(&later).await.map(|_| ()),
    }
}

/// The parts of the calls of a registration.
struct Means {
    connector: Arc<Connector>,
    event: String,
    connection: Option<Connection>,
    registration: Registration,
    hook: BTreeMap<String, Secret>,
    /// Of the trigger's settings.
    secrets: BTreeMap<String, Secret>,
}

impl Means {
    fn trigger(&self) -> Option<&Trigger> {
        self.connector.trigger(&self.event)
    }

    /// Whether flows share the address.
    fn shared(&self) -> bool {
        let w = self.trigger().and_then(|t| t.manifest.webhook.as_ref());
        w.is_some_and(|w| routes::place(w, self.registration.connection).is_some())
    }

    fn hooked<'a>(&'a self, trigger: &'a Trigger, r: &'a Registration) -> Hooked<'a> {
        Hooked {
            connector: &self.connector,
            trigger,
            connection: self.connection.as_ref(),
            input: &r.input,
            secrets: &self.secrets,
            url: &r.url,
            hook: &self.hook,
        }
    }
}

/// What it takes to speak to the service, or why not.
async fn means(
    s: &Shared,
    row: &Subscription,
    text: &str,
) -> Result<Result<Means, StepError>, store::Error> {
    let missing = |code, en: &str, ru: &str| Ok(Err(StepError::new(code, (en, ru))));
    let Some(registration) = Registration::read(text) else {
        return missing(
            Code::Internal,
            "the registration cannot be read",
            "регистрация не читается",
        );
    };
    let registry = s.cache.registry();
    let name = &registration.connector;
    let connector = registry.get(name, &row.version).or_else(|| registry.latest(name)).cloned();
    let Some(connector) = connector else {
        return missing(
            Code::ConnectorMissing,
            "the connector is not installed",
            "коннектор не установлен",
        );
    };
    let connection = match registration.connection {
        None => None,
        Some(id) => match s.connection(row.workspace, id).await? {
            None => {
                return missing(
                    Code::ConnectionMissing,
                    "the connection of the trigger is gone",
                    "подключения триггера больше нет",
                );
            }
            Some(c) if c.state == ConnectionState::Broken => {
                return Ok(Err(StepError::new(Code::ConnectionBroken, why_broken(&c))));
            }
            Some(c) => match s.renewer().fresh(&connector, c, false).await {
                Ok(c) => Some(c),
                Err(NotFresh::Store(e)) => return Err(e),
                Err(NotFresh::Later(e)) => return Ok(Err(e)),
                Err(NotFresh::Refused(e)) => {
                    s.break_connection(row.workspace, id, &e).await;
                    return Ok(Err(StepError { code: Code::ConnectionBroken, ..e }));
                }
            },
        },
    };
    let (event, hook) = (registration.event.clone(), hook(s.db.secrets(row.id).await?));
    let secrets = match registration.flow {
        Some(flow) => {
            let mut kept = s.db.secrets(flow).await?;
            let named = registration.secrets.iter();
            named.filter_map(|(key, name)| Some((key.clone(), kept.remove(name)?))).collect()
        }
        None => BTreeMap::new(),
    };
    let mut m = Means { connector, event, connection, registration, hook, secrets };
    if m.shared() {
        // Deliveries are proved with the secrets of the address, whichever registration made them.
        let of_address = self::hook(s.db.secrets(row.scope).await?);
        let generated = m.trigger().into_iter().flat_map(Trigger::generated);
        let names: BTreeSet<String> = generated.map(|(name, _)| name.to_owned()).collect();
        m.hook.extend(of_address.into_iter().filter(|(name, _)| names.contains(name)));
    }
    Ok(Ok(m))
}

/// What is kept with an address, by the names that templates use.
fn hook(kept: BTreeMap<String, Secret>) -> BTreeMap<String, Secret> {
    let named = kept.into_iter();
    named.filter_map(|(k, v)| Some((k.strip_prefix("hook.")?.to_owned(), v))).collect()
}

/// Makes or renews a registration.
async fn register(s: &Shared, mut row: Subscription) -> Result<Subscription, store::Error> {
    let mut m = match means(s, &row, &row.settings).await? {
        Ok(m) => m,
        Err(e) => return Ok(failed(s.now(), row, &e, None)),
    };
    let Some(_) = m.trigger() else {
        let e = StepError::new(
            Code::ConnectorMissing,
            ("the trigger has gone", "такого триггера больше нет"),
        );
        return Ok(failed(s.now(), row, &e, None));
    };
    let known = row.registered.as_deref() == Some(row.settings.as_str());
    if known && let Some(trigger) = m.trigger() {
        match s.outbound.renew(m.hooked(trigger, &m.registration)).await {
            Some(Ok(done)) => return active(s, row, done, trigger).await,
            Some(Err(e)) => return refused(s, row, &m, e).await,
            // Made anew.
            None => {}
        }
    }
    // The old address first: services refuse a second one, or send everything twice.
    if let Some(old) = row.registered.take().as_deref().and_then(Registration::read)
        && let Some(trigger) = m.trigger()
        && !others_stay(s, &row, &m).await?
        && let Err(e) = s.outbound.unsubscribe(m.hooked(trigger, &old)).await
        && !settles(&e.outcome)
    {
        row.registered = Some(old.text());
        return refused(s, row, &m, e).await;
    }
    m.hook = made(s, &row, &m).await?;
    let Some(trigger) = m.trigger() else { return Ok(row) };
    match s.outbound.subscribe(m.hooked(trigger, &m.registration)).await {
        Ok(done) => {
            row.registered = Some(row.settings.clone());
            active(s, row, done, trigger).await
        }
        Err(e) => refused(s, row, &m, e).await,
    }
}

/// Makes the secrets of a new registration and stores them: the service may use the address while
/// it is being registered.
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
        keep(s, row, &hook).await?;
        return Ok(hook);
    }
    // One secret for the address: the first that was made stays.
    let wanted: BTreeSet<String> = hook.keys().cloned().collect();
    let fresh = hook.into_iter().map(|(k, v)| (format!("hook.{k}"), v)).collect();
    let mut shared = self::hook(s.db.fill_address_secrets(row.scope, &fresh).await?);
    shared.retain(|key, _| wanted.contains(key));
    keep(s, row, &shared).await?;
    Ok(shared)
}

/// Whether the service knows only the address, and other registrations want it: then nothing is
/// taken back with this one.
async fn others_stay(s: &Shared, row: &Subscription, m: &Means) -> Result<bool, store::Error> {
    let numbered = m.trigger().is_some_and(Trigger::is_numbered);
    Ok(m.shared() && !numbered && s.db.is_shared(row).await?)
}

/// Keeps what belongs to a registration with it, and where its deliveries are proved.
async fn keep(
    s: &Shared,
    row: &Subscription,
    hook: &BTreeMap<String, Secret>,
) -> Result<(), store::Error> {
    let named = hook.iter().map(|(k, v)| (format!("hook.{k}"), v.clone())).collect();
    s.db.put_address_secrets(row.id, &named).await?;
    s.db.put_address_secrets(row.scope, &named).await
}

async fn active(
    s: &Shared,
    mut row: Subscription,
    done: Registered,
    trigger: &Trigger,
) -> Result<Subscription, store::Error> {
    keep(s, &row, &done.hook).await?;
    let now = s.now();
    // A quarter of its life before it ends.
    let ends = done.expires.map(|at| {
        let life = at.since(now).micros().max(0);
        now.plus(Span::from_micros(life - life / 4)).max(now.plus(limits::SUBSCRIBE_AGAIN))
    });
    let every = trigger.renew_every().map(|every| now.plus(every.max(limits::SUBSCRIBE_AGAIN)));
    row.state = SubscriptionState::Active;
    (row.note, row.failures, row.expires_at) = (None, 0, done.expires);
    row.next_due = [ends, every].into_iter().flatten().min();
    Ok(row)
}

/// What an answer that is none means.
async fn refused(
    s: &Shared,
    row: Subscription,
    m: &Means,
    e: Unregistered,
) -> Result<Subscription, store::Error> {
    let (error, after) = match e.outcome {
        Outcome::Auth { error } => {
            if let Some(c) = &m.connection {
                s.is_broken(row.workspace, c.id, &m.connector, &error).await;
            }
            (error, None)
        }
        Outcome::Retry { error, after } | Outcome::Limited { error, after } => (error, after),
        Outcome::Wait { error, after } => (error, Some(after)),
        Outcome::Fail { error } | Outcome::Unknown { error } => (error, None),
        Outcome::Skipped { message } => {
            (StepError::new(Code::RemoteRefused, Text::said(message)), None)
        }
        Outcome::Done { .. } => {
            (StepError::new(Code::Internal, ("done is no error", "успех — не ошибка")), None)
        }
    };
    Ok(failed(s.now(), row, &error, after))
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

/// Whether the service has said its last word: the address is not there any more, or was never its.
fn settles(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Fail { .. } | Outcome::Skipped { .. } | Outcome::Done { .. })
}

/// Takes an address back. Nothing: it is done, or cannot be.
async fn leave(s: &Shared, row: Subscription) -> Result<Option<Subscription>, store::Error> {
    let Some(text) = row.registered.clone() else { return Ok(None) };
    let m = match means(s, &row, &text).await? {
        Ok(m) => m,
        // Nobody can speak for a connection that has gone.
        Err(e) if matches!(e.code, Code::ConnectionMissing | Code::ConnectorMissing) => {
            return Ok(None);
        }
        Err(e) => return Ok(again(s.now(), row, &e)),
    };
    let Some(trigger) = m.trigger() else { return Ok(None) };
    if others_stay(s, &row, &m).await? {
        return Ok(None);
    }
    match s.outbound.unsubscribe(m.hooked(trigger, &m.registration)).await {
        Ok(_) => Ok(None),
        Err(e) if settles(&e.outcome) => Ok(None),
        Err(e) => {
            let error = e.outcome.error().cloned();
            let error = error.unwrap_or_else(|| {
                StepError::new(Code::RemoteRefused, ("no answer", "ответа нет"))
            });
            Ok(again(s.now(), row, &error))
        }
    }
}

fn again(now: Time, row: Subscription, e: &StepError) -> Option<Subscription> {
    if row.failures >= limits::UNSUBSCRIBE_TRIES {
        tracing::warn!(subscription.id = %row.id, reason = %e.message, "an address stays registered at the service");
        return None;
    }
    Some(failed(now, row, e, None))
}
