//! What it takes to speak to a service about an address.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use connect::outbound::{Ask, Hooked, Unregistered};
use connect::registry::{Connector, Trigger};
use domain::connection::{Connection, ConnectionState};
use domain::ids::WorkspaceId;
use domain::outcome::{Outcome, StepError};
use domain::{Code, Secret, Span, Text};
use store::Subscription;

use super::known::{Known, Registration};
use crate::engine::Shared;
use crate::routes;
use crate::settle::why_broken;
use crate::tokens::NotFresh;

/// The parts of the calls of a registration.
pub(super) struct Means {
    pub connector: Arc<Connector>,
    pub connection: Option<Connection>,
    pub registration: Registration,
    pub hook: BTreeMap<String, Secret>,
    /// Of the trigger's settings.
    pub secrets: BTreeMap<String, Secret>,
    /// What the service was told, by `input.NAME` and `conn.NAME`.
    pub told: BTreeMap<String, Secret>,
}

/// Credentials that the server itself gets and renews: a new one changes no registration.
const RENEWED: [&str; 4] = ["access_token", "refresh_token", "token", "assertion"];

impl Means {
    pub fn trigger(&self) -> Option<&Trigger> {
        self.connector.trigger(&self.registration.event)
    }

    /// Whether flows share the address.
    pub fn shared(&self) -> bool {
        let w = self.trigger().and_then(|t| t.manifest.webhook.as_ref());
        w.is_some_and(|w| routes::place(w, self.registration.connection).is_some())
    }

    pub fn hooked<'a>(
        &'a self,
        trigger: &'a Trigger,
        hook: &'a BTreeMap<String, Secret>,
    ) -> Hooked<'a> {
        Hooked {
            connector: &self.connector,
            trigger,
            connection: self.connection.as_ref(),
            input: &self.registration.input,
            secrets: &self.secrets,
            url: &self.registration.url,
            hook,
        }
    }

    /// What the service is told now besides the settings that everybody may see: secret settings,
    /// and fields of the connection that the call names.
    pub fn tells(&self, trigger: &Trigger) -> BTreeMap<String, Secret> {
        let secrets = self.secrets.iter().map(|(k, v)| (format!("input.{k}"), v.clone()));
        let mut all: BTreeMap<String, Secret> = secrets.collect();
        let Some(c) = &self.connection else { return all };
        let named = trigger.told(Ask::Subscribe, "conn");
        let renewed = |name: &str| c.tokens.is_some() && RENEWED.contains(&name);
        for name in named.iter().filter(|n| !renewed(n)) {
            let open = c.fields.get(name).map(|v| Secret::new(v.as_str()));
            if let Some(value) = c.secrets.get(name).cloned().or(open) {
                all.insert(format!("conn.{name}"), value);
            }
        }
        all
    }

    /// What the service was told otherwise than it would be told now. `whole`: it is known what it
    /// was told.
    pub fn changed(&self, trigger: &Trigger, whole: bool) -> Vec<String> {
        let input = trigger.told(Ask::Subscribe, "input");
        let is_told = |name: &str| name.strip_prefix("input.").is_none_or(|n| names(&input, n));
        let mut all = self.tells(trigger);
        all.retain(|name, now| match self.told.get(name) {
            Some(then) => is_told(name) && then.expose() != now.expose(),
            None => is_told(name) && whole,
        });
        all.into_keys().collect()
    }
}

/// Whether a name is among those that a call reads.
pub(super) fn names(read: &BTreeSet<String>, name: &str) -> bool {
    read.contains(name) || read.contains("*")
}

/// Whether a renewal says all of these anew.
pub(super) fn renews(trigger: &Trigger, changed: &[String]) -> bool {
    let (input, conn) = (trigger.told(Ask::Renew, "input"), trigger.told(Ask::Renew, "conn"));
    changed.iter().all(|name| match name.split_once('.') {
        Some(("input", n)) => names(&input, n),
        Some(("conn", n)) => names(&conn, n),
        _ => false,
    })
}

/// What it takes to register what is wanted, or why it cannot be done.
pub(super) async fn wanted(
    s: &Shared,
    row: &Subscription,
) -> Result<Result<Means, StepError>, store::Error> {
    match Registration::read(&row.settings) {
        Some(what) => means(s, row, what, &row.version, None).await,
        None => Ok(Err(StepError::new(
            Code::Internal,
            ("the registration cannot be read", "регистрация не читается"),
        ))),
    }
}

/// What it takes to take back what the service knows: the secrets that it was told, since the flow's
/// own may be others by now, or gone.
pub(super) async fn known(
    s: &Shared,
    row: &Subscription,
    known: &Known,
) -> Result<Result<Means, StepError>, store::Error> {
    let version = if known.version.is_empty() { &row.version } else { &known.version };
    means(s, row, known.what.clone(), version, Some("input.")).await
}

async fn means(
    s: &Shared,
    row: &Subscription,
    registration: Registration,
    version: &str,
    then: Option<&str>,
) -> Result<Result<Means, StepError>, store::Error> {
    let missing = |code, en: &str, ru: &str| Ok(Err(StepError::new(code, (en, ru))));
    let registry = s.cache.registry();
    let name = &registration.connector;
    let connector = registry.get(name, version).or_else(|| registry.latest(name)).cloned();
    let Some(connector) = connector else {
        return missing(
            Code::ConnectorMissing,
            "the connector is not installed",
            "коннектор не установлен",
        );
    };
    let connection = match connection(s, row.workspace, &registration, &connector).await? {
        Ok(c) => c,
        Err(e) => return Ok(Err(e)),
    };
    let told = s.db.secrets(row.id).await?;
    let mut secrets = match registration.flow {
        Some(flow) => {
            let mut kept = s.db.secrets(flow).await?;
            let named = registration.secrets.iter();
            named.filter_map(|(key, name)| Some((key.clone(), kept.remove(name)?))).collect()
        }
        None => BTreeMap::new(),
    };
    if let Some(prefix) = then {
        secrets.extend(below(&told, prefix));
    }
    let hook = below(&told, "hook.");
    let mut m = Means { connector, connection, registration, hook, secrets, told };
    if m.shared() {
        // Deliveries are proved with the secrets of the address, whichever registration made them.
        let of_address = below(&s.db.secrets(row.scope).await?, "hook.");
        let generated = m.trigger().into_iter().flat_map(Trigger::generated);
        let names: BTreeSet<String> = generated.map(|(name, _)| name.to_owned()).collect();
        m.hook.extend(of_address.into_iter().filter(|(name, _)| names.contains(name)));
    }
    Ok(Ok(m))
}

/// The connection with fresh credentials, as the database has it at this moment.
async fn connection(
    s: &Shared,
    ws: WorkspaceId,
    r: &Registration,
    connector: &Connector,
) -> Result<Result<Option<Connection>, StepError>, store::Error> {
    let Some(id) = r.connection else { return Ok(Ok(None)) };
    Ok(match s.db.connection(ws, id).await? {
        None => Err(StepError::new(
            Code::ConnectionMissing,
            ("the connection of the trigger is gone", "подключения триггера больше нет"),
        )),
        Some(c) if c.state == ConnectionState::Broken => {
            Err(StepError::new(Code::ConnectionBroken, why_broken(&c)))
        }
        Some(c) => match s.renewer().fresh(connector, c, false).await {
            Ok(c) => Ok(Some(c)),
            Err(NotFresh::Store(e)) => return Err(e),
            Err(NotFresh::Later(e)) => Err(e),
            Err(NotFresh::Refused(e)) => {
                s.break_connection(ws, id, &e).await;
                Err(StepError { code: Code::ConnectionBroken, ..e })
            }
        },
    })
}

/// What is kept below a prefix, by the names that templates use.
pub(super) fn below(kept: &BTreeMap<String, Secret>, prefix: &str) -> BTreeMap<String, Secret> {
    let named = kept.iter();
    named.filter_map(|(k, v)| Some((k.strip_prefix(prefix)?.to_owned(), v.clone()))).collect()
}

/// The same below `hook.` again.
pub(super) fn as_kept(hook: &BTreeMap<String, Secret>) -> BTreeMap<String, Secret> {
    hook.iter().map(|(k, v)| (format!("hook.{k}"), v.clone())).collect()
}

/// What an answer that is none means, and when the service said to come again.
pub(super) async fn why(
    s: &Shared,
    row: &Subscription,
    m: &Means,
    e: Unregistered,
) -> (StepError, Option<Span>) {
    match e.outcome {
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
    }
}
