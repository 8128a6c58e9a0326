//! What flows want to be known at services.

use std::collections::BTreeMap;

use connect::outbound::Ask;
use connect::registry::Registry;
use domain::Secret;
use domain::flow::{Flow, Source};
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::{FlowRow, Subscription, SubscriptionWish};

use super::known::{Known, Registration};
use super::means::names;
use crate::cache::{CacheError, FlowCache};
use crate::engine::Shared;
use crate::routes;
use crate::triggers::settings::Settings;

/// Makes what a flow wants fit its trigger.
pub(in crate::triggers) async fn fit(
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
            if told_otherwise(s, &h, registry).await? {
                s.db.look_again_at_subscription(h.id).await?;
            }
            Ok(())
        }
        (Some(w), _) => s.db.want_subscription(w).await,
    }
}

/// Whether the service was told a secret of the flow that is another one by now.
async fn told_otherwise(
    s: &Shared,
    row: &Subscription,
    registry: &Registry,
) -> Result<bool, store::Error> {
    let known = row.registered.as_deref().and_then(Known::read);
    let Some(known) = known.filter(|k| !k.what.secrets.is_empty()) else { return Ok(false) };
    let Some(flow) = known.what.flow else { return Ok(false) };
    let connector = registry.get(&known.what.connector, &row.version);
    let Some(trigger) = connector.and_then(|c| c.trigger(&known.what.event)) else {
        return Ok(false);
    };
    let told = trigger.told(Ask::Subscribe, "input");
    let (kept, now) = (s.db.secrets(row.id).await?, s.db.secrets(flow).await?);
    Ok(known.what.secrets.iter().filter(|(key, _)| names(&told, key)).any(|(key, name)| {
        let (kept, now) = (kept.get(&format!("input.{key}")), now.get(name));
        now.is_some() && kept.map(Secret::expose) != now.map(Secret::expose)
    }))
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
            let Some(a) = a else { return Ok(None) };
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
        connection: registration.connection,
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
