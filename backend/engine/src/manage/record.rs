//! One delivery as a case for its connector: what a maker of the connector needs to replay it, with
//! a stand-in for every secret. The proof of the sender is not in it: it is made again from the
//! stand-in.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connect::fixture::Eraser;
use domain::Secret;
use domain::delivery::Verdict;
use domain::flow::{Flow, Source};
use domain::ids::DeliveryId;
use domain::secret::MASK;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::inspect::Shown;
use super::{Error, Manage};
use crate::triggers::settings::Settings;
use crate::{cache, routes, snapshot, tokens};

/// What stands where a secret stood.
pub const STAND_IN: &str = "test-secret-000";

/// Headers that are of the way, not of the sender's message.
const OF_THE_WAY: [&str; 12] = [
    "accept",
    "accept-encoding",
    "connection",
    "content-length",
    "forwarded",
    "host",
    "traceparent",
    "transfer-encoding",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
];

/// See the module.
#[derive(Clone, Debug, Serialize)]
pub struct Recorded {
    pub connector: String,
    pub version: String,
    /// As `connect::fixture` reads it.
    pub fixture: Value,
}

impl Manage {
    /// A delivery that was accepted, as a fixture.
    ///
    /// # Errors
    /// There is no such delivery of a flow, or it was not accepted, its body is gone, or nobody knows
    /// what in it is secret.
    pub async fn record_delivery(&self, id: DeliveryId) -> Result<Recorded, Error> {
        let shown = self.shown(id).await?;
        let row = self.flow_row(shown.stored.flow).await?;
        if shown.stored.verdict != Verdict::Accepted || shown.stored.body_gone {
            return Err(Error::bad(
                "only an accepted delivery whose body is still there can be recorded",
                "записать можно только принятую доставку, тело которой ещё хранится",
            ));
        }
        let flow = match &row.published {
            Some(published) => cache::read(published),
            None => cache::read_draft(&row.draft),
        };
        let flow = flow.map_err(|_| unreadable())?;
        let Settings { connector, version, event, connection, timezone, .. } = Settings::of(&flow);
        let mut fixture = json!({
            "about": format!("Recorded from {id}."),
            "trigger": event,
            "now": mapping::moment::rfc3339(shown.stored.received_at),
            "timezone": timezone,
            "input": input(&flow),
        });
        let mut known = self.proofs_of(&shown).await?;
        if let Some(id) = connection {
            let c = self.connection_of(id).await?;
            known.extend(c.secrets.values().map(|s| s.expose().to_owned()));
            let mut given = Map::from_iter([("method".to_owned(), Value::from(c.method))]);
            given.extend(c.fields.into_iter().map(|(k, v)| (k, Value::from(v))));
            given.extend(c.secrets.into_keys().map(|k| (k, Value::from(STAND_IN))));
            fixture["connection"] = Value::Object(given);
        }
        let hook = self.hook_of(&flow, &shown).await?;
        fixture["hook"] = stood_in(hook.keys());
        let app = tokens::app(&self.db, &self.outbound, self.workspace, &connector).await?;
        if !app.is_empty() {
            fixture["app"] = stood_in(app.keys());
        }
        let of_flow = self.db.secrets(shown.stored.flow).await?;
        for (name, secret) in of_flow.iter().chain(&hook).chain(&app) {
            // One that was replaced has the time until which it proves before it.
            let value = secret.expose();
            let replaced = name.starts_with(&cache::previous_name(""));
            let old = value.split_once(' ').filter(|_| replaced).map(|(_, old)| old);
            known.extend((name != "client_id").then(|| old.unwrap_or(value).to_owned()));
        }
        let eraser = Eraser::new(known.iter().map(String::as_str), STAND_IN);
        fixture["deliveries"] = json!([{
            "request": request(&shown, &eraser)?,
            "expect": { "status": shown.stored.answer.status, "events": self.kept_events(&shown).await },
        }]);
        let fixture = eraser.value(fixture);
        if eraser.finds(&fixture) {
            return Err(unrecordable());
        }
        Ok(Recorded { connector, version, fixture })
    }

    /// What proves the sender in the delivery itself.
    async fn proofs_of(&self, shown: &Shown) -> Result<Vec<String>, Error> {
        let live = self.cache().by_id(self.workspace, shown.stored.flow).await.ok().flatten();
        let inbound = live.as_ref().and_then(|l| l.inbound.as_ref());
        match inbound {
            Some(i) => {
                let raw = snapshot::raw(shown.stored.clone());
                Ok(i.keep().proofs(&i.reparse(&raw, false).0))
            }
            None if shown.stored.sealed => Err(unrecordable()),
            None => Ok(Vec::new()),
        }
    }

    /// What is kept with the address.
    async fn hook_of(&self, flow: &Flow, shown: &Shown) -> Result<BTreeMap<String, Secret>, Error> {
        let t = &flow.trigger;
        let connector = self.registry.get(&t.connector.name, &t.connector.version);
        let webhook = connector.and_then(|c| c.trigger(&t.event)?.manifest.webhook.as_ref());
        let connection = Settings::of(flow).connection;
        let mut kept = self.db.secrets(shown.stored.flow).await?;
        if let Some(of) = webhook.and_then(|w| routes::place(w, connection)) {
            let (cache, name) = (self.cache(), &t.connector.name);
            let address = cache.address_of(self.workspace, name, of.connection()).await;
            let address = address.map_err(|_| unreadable())?.ok_or_else(unreadable)?;
            kept = self.db.secrets(address.id).await?;
        }
        let kept = kept.into_iter();
        Ok(kept.filter_map(|(k, v)| Some((k.strip_prefix("hook.")?.to_owned(), v))).collect())
    }

    /// How many events the connector's own filter keeps of a delivery.
    async fn kept_events(&self, shown: &Shown) -> usize {
        let live = self.cache().by_id(self.workspace, shown.stored.flow).await.ok().flatten();
        let raw = snapshot::raw(shown.stored.clone());
        let items =
            live.as_ref().and_then(|l| l.inbound.as_ref()).map(|i| i.reparse(&raw, false).1);
        items.into_iter().flatten().filter(|i| i.kept).count()
    }
}

/// The settings of the trigger; secret ones have the stand-in.
fn input(flow: &Flow) -> Map<String, Value> {
    let mut out = Settings::of(flow).input;
    let secret = flow.trigger.input.iter().filter(|(_, m)| matches!(m.source, Source::Secret(_)));
    out.extend(secret.map(|(key, _)| (key.clone(), Value::from(STAND_IN))));
    out
}

/// These names with stand-ins.
fn stood_in<'n>(names: impl Iterator<Item = &'n String>) -> Value {
    names.map(|name| (name.clone(), Value::from(STAND_IN))).collect()
}

fn request(shown: &Shown, eraser: &Eraser) -> Result<Value, Error> {
    let stored = &shown.stored;
    let mut out = json!({ "method": stored.method, "sign": true });
    if !stored.query.is_empty() {
        out["query"] = shown.query.clone();
    }
    let media = stored.headers.iter().find(|(n, _)| n == "content-type").map(|(_, v)| v.as_str());
    let own = stored.headers.iter().filter(|(n, _)| !OF_THE_WAY.contains(&n.as_str()));
    let own: BTreeMap<&str, &str> = own.map(|(n, v)| (n.as_str(), v.as_str())).collect();
    out["headers"] = json!(own);
    let is = |kind: &str| media.is_some_and(|m| m.contains(kind));
    match &shown.parsed {
        _ if stored.body.is_empty() => {}
        // Nobody knows where in it the secret is.
        Some(Value::String(all)) if all == MASK => return Err(unrecordable()),
        Some(form @ Value::Object(_)) if is("x-www-form-urlencoded") => out["form"] = form.clone(),
        Some(tree) if is("json") => out["json"] = tree.clone(),
        // Any other body as it came, without what is known to be secret.
        _ => match std::str::from_utf8(&stored.body) {
            Ok(text) => out["body"] = eraser.text(text).into(),
            Err(_) => out["base64"] = STANDARD.encode(eraser.bytes(&stored.body)).into(),
        },
    }
    Ok(out)
}

fn unrecordable() -> Error {
    Error::bad(
        "the delivery holds a secret in a form that cannot be recorded",
        "доставка содержит секрет в виде, который нельзя записать",
    )
}

fn unreadable() -> Error {
    Error::bad("the flow cannot be read", "сценарий не читается")
}
