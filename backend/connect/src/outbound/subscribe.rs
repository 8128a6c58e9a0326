//! Registers the address of a trigger at its service, renews it and takes it back (semantics S19).
//! What is wanted, and when, is decided elsewhere; here is one call each.

use std::collections::{BTreeMap, BTreeSet};

use domain::connection::Connection;
use domain::ids;
use domain::journal::Exchange;
use domain::outcome::{Outcome, StepError};
use domain::secret::MASK;
use domain::{Code, Secret, Span, Time, limits};
use mapping::Context;
use serde_json::{Map, Value, json};

use super::confirm::masked;
use super::driver::{Gave, Turn};
use super::view::Conn;
use super::{Outbound, pause};
use crate::registry::compiled::{Call, Subscribe};
use crate::registry::{Connector, Trigger};
use crate::template::{Look, Uuids, rfc3339};

/// An address to be registered or taken back.
#[derive(Clone, Copy)]
pub struct Hooked<'a> {
    pub connector: &'a Connector,
    pub trigger: &'a Trigger,
    pub connection: Option<&'a Connection>,
    /// The settings of the trigger.
    pub input: &'a Map<String, Value>,
    /// Those of its settings that are secret.
    pub secrets: &'a BTreeMap<String, Secret>,
    /// The address as the service is to know it.
    pub url: &'a str,
    /// What is kept with the address: `secret`, `id` and so on.
    pub hook: &'a BTreeMap<String, Secret>,
}

/// What a registration gave.
#[derive(Clone, Debug, Default)]
pub struct Registered {
    /// To be kept with the address: what was made before the call and what its answer brought.
    pub hook: BTreeMap<String, Secret>,
    /// When it ends, where the service says so.
    pub expires: Option<Time>,
    /// Masked.
    pub exchanges: Vec<Exchange>,
}

/// A call about an address that did not work.
#[derive(Clone, Debug)]
pub struct Unregistered {
    pub outcome: Outcome,
    /// The service may have done it nevertheless: its answer was lost, or cannot be used.
    pub perhaps: bool,
    pub exchanges: Vec<Exchange>,
}

/// The calls about an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    Subscribe,
    Renew,
    Unsubscribe,
}

impl Trigger {
    /// Whether its address is registered by a call.
    pub fn subscribes(&self) -> bool {
        self.calls.subscribe.is_some()
    }
    /// Whether a registration is known by more than its address: a second one of the same address is
    /// another one.
    pub fn is_numbered(&self) -> bool {
        self.calls.subscribe.as_ref().is_some_and(|s| !s.save.is_empty())
    }
    /// The names that a call about the address reads below `root` (`input`, `conn`, `hook`); a star
    /// stands for all of them.
    pub fn told(&self, ask: Ask, root: &str) -> BTreeSet<String> {
        let call = match ask {
            Ask::Subscribe => self.calls.subscribe.as_ref().map(|s| &s.call),
            Ask::Renew => self.calls.renew.as_ref().and_then(|r| r.call.as_ref()),
            Ask::Unsubscribe => self.calls.unsubscribe.as_ref(),
        };
        let names = call.into_iter().flat_map(Call::names).filter(|(r, _)| *r == root);
        names.map(|(_, name)| name.unwrap_or("*").to_owned()).collect()
    }
    /// Whether what is kept of a registration is all that the call needs to take it back. If not, its
    /// answer was lost.
    pub fn can_take_back(&self, hook: &BTreeMap<String, Secret>) -> bool {
        let needs = self.told(Ask::Unsubscribe, "hook");
        needs.iter().all(|name| name == "url" || name == "*" || hook.contains_key(name))
    }
    /// Whether the service can be asked which addresses it has.
    pub fn lists(&self) -> bool {
        self.calls.registered.is_some()
    }
    /// How often a registration is renewed, where the manifest says so.
    pub fn renew_every(&self) -> Option<Span> {
        self.calls.renew.as_ref().and_then(|r| r.every)
    }
    /// Secrets of the address that are made before it is registered: name and length.
    pub fn generated(&self) -> impl Iterator<Item = (&str, u32)> {
        let all = self.calls.subscribe.iter().flat_map(|s| &s.generate);
        all.map(|(name, len)| (name.as_str(), *len))
    }
}

impl Outbound {
    /// Registers an address.
    ///
    /// # Errors
    /// The service did not take it; the outcome says whether to come again.
    pub async fn subscribe(&self, h: Hooked<'_>) -> Result<Registered, Unregistered> {
        let Some(subscribe) = &h.trigger.calls.subscribe else { return Ok(Registered::default()) };
        let mut hook = h.hook.clone();
        for (name, len) in &subscribe.generate {
            let make = || Secret::new(ids::random_text(*len as usize));
            hook.entry(name.clone()).or_insert_with(make);
        }
        let trigger = h.trigger;
        let (answer, exchanges) =
            self.hooked(&Hooked { hook: &hook, ..h }, &subscribe.call).await?;
        let now = self.config.clock.now();
        if let Err(error) = save(subscribe, &answer, &mut hook, now) {
            let outcome = Outcome::Fail { error };
            return Err(Unregistered { outcome, perhaps: true, exchanges });
        }
        let expires = expires(trigger, &hook, now);
        Ok(Registered { hook, expires, exchanges })
    }

    /// Renews a registration by the call that the manifest has for it; none: it is made anew.
    ///
    /// # Errors
    /// As [`Outbound::subscribe`].
    pub async fn renew(&self, h: Hooked<'_>) -> Option<Result<Registered, Unregistered>> {
        let call = h.trigger.calls.renew.as_ref()?.call.as_ref()?;
        let (answer, exchanges) = match self.hooked(&h, call).await {
            Ok(renewed) => renewed,
            Err(e) => return Some(Err(e)),
        };
        let (now, mut hook) = (self.config.clock.now(), h.hook.clone());
        // It may say when it ends now; what it does not say stays.
        if let Some(subscribe) = &h.trigger.calls.subscribe {
            save(subscribe, &answer, &mut hook, now).ok();
        }
        let expires = expires(h.trigger, &hook, now);
        Some(Ok(Registered { hook, expires, exchanges }))
    }

    /// Takes an address back. Where the call says neither which address nor which number is meant,
    /// only while ours is the one that the service has. Nothing to call is done too.
    ///
    /// # Errors
    /// As [`Outbound::subscribe`].
    pub async fn unsubscribe(&self, h: Hooked<'_>) -> Result<Vec<Exchange>, Unregistered> {
        let Some(call) = &h.trigger.calls.unsubscribe else { return Ok(Vec::new()) };
        let mut exchanges = Vec::new();
        let names_it = !h.trigger.told(Ask::Unsubscribe, "hook").is_empty();
        if let Some(ask) = h.trigger.calls.registered.as_ref().filter(|_| !names_it) {
            let (known, asked) = self.hooked(&h, ask).await?;
            exchanges = asked;
            if !names(&known, h.url) {
                return Ok(exchanges);
            }
        }
        match self.hooked(&h, call).await {
            Ok((_, more)) => exchanges.extend(more),
            Err(mut e) => {
                exchanges.append(&mut e.exchanges);
                return Err(Unregistered { exchanges, ..e });
            }
        }
        Ok(exchanges)
    }

    /// What the service says of registrations of an address whose answer was lost: `registered`
    /// lists them, and `save` takes out of each what it takes out of the answer of `subscribe`. Each
    /// is what belongs to it in `hook`, and enough to take it back.
    ///
    /// # Errors
    /// As [`Outbound::subscribe`].
    pub async fn find(&self, h: Hooked<'_>) -> Result<Vec<BTreeMap<String, Secret>>, Unregistered> {
        let calls = &h.trigger.calls;
        let (Some(ask), Some(subscribe)) = (&calls.registered, &calls.subscribe) else {
            return Ok(Vec::new());
        };
        let (known, _) = self.hooked(&h, ask).await?;
        let all = match &known {
            Value::Array(all) => all.as_slice(),
            one => std::slice::from_ref(one),
        };
        let now = self.config.clock.now();
        let ours = all.iter().filter(|one| one.is_object() && names(one, h.url));
        let taken = ours.take(limits::REGISTRATIONS_FOUND).filter_map(|one| {
            let mut hook = h.hook.clone();
            save(subscribe, one, &mut hook, now).ok().map(|()| hook)
        });
        let taken = taken.filter(|hook| h.trigger.can_take_back(hook));
        Ok(taken.collect())
    }

    async fn hooked(
        &self,
        h: &Hooked<'_>,
        call: &Call,
    ) -> Result<(Value, Vec<Exchange>), Unregistered> {
        let (info, run) = self.person();
        let conn = Conn::new(h.connection, &run, info.now);
        let mut driver = self.asking(h.connector, h.connection, &conn, &info);
        h.hook.values().chain(h.secrets.values()).for_each(|s| driver.scrub.add(s.expose()));
        let mut input = h.input.clone();
        input.extend(h.secrets.iter().map(|(k, s)| (k.clone(), Value::from(s.expose()))));
        let mut hook: Map<String, Value> =
            h.hook.iter().map(|(k, s)| (k.clone(), Value::from(s.expose()))).collect();
        let hidden = Value::Object(hook.clone());
        hook.insert("url".into(), h.url.into());
        let mut context = Context::new(json!({
            "input": input,
            // Secrets may be told to the service (rule R9).
            "conn": conn.real.get("conn"),
            "hook": hook,
            "now": rfc3339(info.now),
        }));
        let mut shown = context.clone();
        shown.set("hook", hidden);
        let mut shown = masked(&shown);
        shown.set("conn", conn.masked.get("conn").cloned().unwrap_or_default());
        let mut open = h.input.clone();
        open.extend(h.secrets.keys().map(|k| (k.clone(), Value::from(MASK))));
        shown.set("input", Value::Object(open));
        if let Some(Value::Object(hook)) = shown.get("hook").cloned() {
            let mut hook = hook;
            hook.insert("url".into(), h.url.into());
            shown.set("hook", Value::Object(hook));
        }
        let turn = Turn {
            call,
            context: &mut context,
            masked: Some(&shown),
            key: info.key,
            idempotency: None,
            finds: false,
        };
        match driver.run(turn).await {
            Ok(Gave::Output(output)) => Ok((output, driver.exchanges)),
            Ok(Gave::Nothing(error)) => Err(Unregistered {
                outcome: Outcome::Fail { error },
                perhaps: false,
                exchanges: driver.exchanges,
            }),
            Err(outcome) => Err(Unregistered {
                perhaps: perhaps(&outcome),
                outcome,
                exchanges: driver.exchanges,
            }),
        }
    }
}

/// Whether a call that did not work may have done what it was for.
fn perhaps(outcome: &Outcome) -> bool {
    // What an error rule finds in a success is the service's own word.
    let own = |code| {
        use Code::{AccessDenied, RemoteRateLimited, RemoteRefused, RemoteUnavailable};
        matches!(code, AccessDenied | RemoteRateLimited | RemoteRefused | RemoteUnavailable)
    };
    let unread = |e: &StepError| e.status.is_some_and(|s| (200..300).contains(&s)) && !own(e.code);
    matches!(outcome, Outcome::Unknown { .. }) || outcome.error().is_some_and(unread)
}

/// Whether an address is among those that a service knows, as it is or with a query behind it: some
/// connectors put a secret of the address there.
fn names(known: &Value, url: &str) -> bool {
    let is = |text: &str| {
        text.strip_prefix(url).is_some_and(|rest| rest.is_empty() || rest.starts_with('?'))
    };
    match known {
        Value::Array(all) => all.iter().any(|one| names(one, url)),
        Value::Object(one) => one.values().any(|v| names(v, url)),
        one => one.as_str().is_some_and(is),
    }
}

/// Keeps what the answer brings.
fn save(
    subscribe: &Subscribe,
    answer: &Value,
    hook: &mut BTreeMap<String, Secret>,
    now: Time,
) -> Result<(), StepError> {
    let context = Context::new(json!({ "res": { "body": answer } }));
    let saved = Uuids::new("hook").env(now, "UTC", |env| {
        let look = Look { context: &context, env };
        let mut saved = Vec::new();
        for (name, output) in &subscribe.save {
            saved.push((name.clone(), output.take(answer, &look)?));
        }
        Ok::<_, StepError>(saved)
    })?;
    for (name, value) in saved.into_iter().filter(|(_, v)| !v.is_null()) {
        hook.insert(name, Secret::new(super::form::plain(&value)));
    }
    Ok(())
}

/// When a registration ends: a time or a number of seconds in `hook`.
fn expires(t: &Trigger, hook: &BTreeMap<String, Secret>, now: Time) -> Option<Time> {
    let template = t.calls.renew.as_ref()?.expires.as_ref()?;
    let hook: Map<String, Value> =
        hook.iter().map(|(k, s)| (k.clone(), Value::from(s.expose()))).collect();
    let context = Context::new(json!({ "hook": hook, "now": rfc3339(now) }));
    let text = Uuids::new("hook")
        .env(now, "UTC", |env| template.text(&Look { context: &context, env }).ok())?;
    let at = mapping::moment::parse(&Value::from(text.trim()), "UTC");
    at.or_else(|| pause::text(&text, now).map(|span| now.plus(span)))
}
