//! Subscribers: add, change, pause, replace the secret, try, recover.

mod check;
mod trial;

use std::collections::{BTreeMap, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ids::{self, ReplayId, RunId, SubscriberId};
use domain::limits::{PAGE_MAX, REPLAY_RATE, ROTATED_SECRET, SUBSCRIBERS};
use domain::replay::{Replay, Selection};
use domain::subscriber::{DeliveryCount, Health, Subscriber, SubscriberState};
use domain::{Secret, Time};
use serde_json::{Map, Value, json};
use store::{DeliveryFilter, DeliveryOf, NewSubscriber};

use super::event_types::refuse;
use super::{Error, Manage};
use crate::publish::{HEADERS, ID_HEADER, PREVIOUS, SECRET};

pub use trial::Trial;

/// Random bytes of a secret that is made here.
const SECRET_BYTES: usize = 32;

/// What a person says of a subscriber.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub name: String,
    pub url: String,
    /// None: every type.
    pub types: Vec<String>,
    /// A condition of the flow language over `trigger.data`.
    pub filter: Option<Value>,
    pub properties: Map<String, Value>,
    pub rate: Option<String>,
    /// A header without a value keeps the one that is stored.
    pub headers: BTreeMap<String, Option<String>>,
}

/// A delivery as people see it.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The `webhook-id`; replays of the delivery have the same.
    pub id: String,
    pub of: DeliveryOf,
}

impl Manage {
    /// Makes a subscriber; its secret is made too where none is given. Answers both.
    pub async fn add_subscriber(
        &self,
        s: Settings,
        secret: Option<Secret>,
    ) -> Result<(Subscriber, Secret), Error> {
        let secret = match secret {
            Some(given) => check::secret(given)?,
            None => new_secret(),
        };
        refuse(self.problems(&s).await?)?;
        if self.db.subscribers(self.workspace, None, PAGE_MAX).await?.len() >= SUBSCRIBERS {
            return Err(Error::conflict(
                format!("there are {SUBSCRIBERS} subscribers already"),
                format!("получателей уже {SUBSCRIBERS}, больше нельзя"),
            ));
        }
        let now = self.db.now();
        let id = SubscriberId::new(now);
        let headers = merged(&s.headers, &Map::new());
        let document = self.carrier(&s.name)?.to_string();
        let secrets = BTreeMap::from([
            (SECRET.to_owned(), secret.clone()),
            (HEADERS.to_owned(), Secret::new(Value::Object(headers).to_string())),
        ]);
        let row = self.filled(s, id, now);
        self.db.create_subscriber(NewSubscriber { row, document, secrets }).await?;
        Ok((self.subscriber(id).await?, secret))
    }

    /// Changes a subscriber. What waits for it goes to the new address, with the headers and
    /// secrets of the moment; events that were published before keep their properties.
    pub async fn change_subscriber(
        &self,
        id: SubscriberId,
        s: Settings,
    ) -> Result<Subscriber, Error> {
        self.subscriber(id).await?;
        refuse(self.problems(&s).await?)?;
        let headers = merged(&s.headers, &self.subscriber_headers(id).await?);
        let headers = Secret::new(Value::Object(headers).to_string());
        let secrets = BTreeMap::from([(HEADERS.to_owned(), headers)]);
        let row = self.filled(s, id, self.db.now());
        self.db.update_subscriber(row, secrets).await?;
        self.subscriber(id).await
    }

    pub async fn subscriber(&self, id: SubscriberId) -> Result<Subscriber, Error> {
        let found = self.db.subscriber(self.workspace, id).await?;
        found.ok_or_else(|| Error::missing("subscriber", id))
    }

    /// Subscribers after the given one, oldest first.
    pub async fn subscribers(
        &self,
        after: Option<SubscriberId>,
        limit: u32,
    ) -> Result<Vec<Subscriber>, Error> {
        Ok(self.db.subscribers(self.workspace, after, limit).await?)
    }

    /// The deliveries of the last day, counted for each of them.
    pub async fn delivery_counts(
        &self,
        of: &[SubscriberId],
    ) -> Result<HashMap<SubscriberId, DeliveryCount>, Error> {
        Ok(self.db.delivery_counts(of).await?)
    }

    /// The headers of a subscriber. They may hold credentials.
    pub async fn subscriber_headers(&self, id: SubscriberId) -> Result<Map<String, Value>, Error> {
        let kept = self.db.secrets(id.flow()).await?;
        let text = kept.get(HEADERS).map_or("{}", Secret::expose);
        Ok(serde_json::from_str(text).unwrap_or_default())
    }

    /// The secret that signs, for the person who enters it at the receiver.
    pub async fn subscriber_secret(&self, id: SubscriberId) -> Result<Secret, Error> {
        self.subscriber(id).await?;
        let kept = self.db.secrets(id.flow()).await?.remove(SECRET);
        kept.ok_or_else(|| Error::missing("secret", id))
    }

    /// Events are held from now on, and what waits does not go on.
    pub async fn pause_subscriber(&self, id: SubscriberId) -> Result<Subscriber, Error> {
        self.subscriber(id).await?;
        self.db.set_subscriber(self.workspace, id, false).await?;
        self.subscriber(id).await
    }

    /// Ends a pause, or that it is disabled; the events that were held meanwhile are delivered.
    /// How many.
    pub async fn resume_subscriber(&self, id: SubscriberId) -> Result<(Subscriber, u64), Error> {
        self.subscriber(id).await?;
        self.db.set_subscriber(self.workspace, id, true).await?;
        let released = self.release_held(self.any_flow_row(id.flow()).await?).await?;
        Ok((self.subscriber(id).await?, released))
    }

    /// Replaces the secret. For two days every message is signed with the one before it too, so
    /// that the receiver can change over without losing any. Answers the new one and the end of
    /// the overlap.
    pub async fn rotate_subscriber(
        &self,
        id: SubscriberId,
        secret: Option<Secret>,
    ) -> Result<(Secret, Time), Error> {
        let seen = self.subscriber(id).await?.previous_until;
        let secret = match secret {
            Some(given) => check::secret(given)?,
            None => new_secret(),
        };
        let before = self.subscriber_secret(id).await?;
        let until = self.db.now().plus(ROTATED_SECRET);
        let secrets =
            BTreeMap::from([(SECRET.to_owned(), secret.clone()), (PREVIOUS.to_owned(), before)]);
        self.db.rotate_subscriber(self.workspace, id, secrets, (seen, until)).await?;
        Ok((secret, until))
    }

    /// Repeats every delivery that failed since then and was not repeated yet, each with its id.
    pub async fn recover_subscriber(
        &self,
        id: SubscriberId,
        since: Time,
        by: &str,
    ) -> Result<ReplayId, Error> {
        self.subscriber(id).await?;
        let selection =
            Selection { flow: Some(id.flow()), since: Some(since), ..Selection::default() };
        self.replay_all(selection, Replay::default(), REPLAY_RATE, by).await
    }

    /// The deliveries of a subscriber, newest first.
    pub async fn subscriber_deliveries(
        &self,
        id: SubscriberId,
        f: DeliveryFilter,
    ) -> Result<Vec<Delivery>, Error> {
        self.subscriber(id).await?;
        let all = self.db.deliveries_to(self.workspace, id, f).await?;
        let one = |of: DeliveryOf| {
            let id = of.headers.iter().find(|(n, _)| n == ID_HEADER);
            Delivery { id: id.map(|(_, v)| v.clone()).unwrap_or_default(), of }
        };
        Ok(all.into_iter().map(one).collect())
    }

    /// Repeats one delivery with the same id and the same bytes.
    pub async fn repeat_delivery(&self, id: SubscriberId, run: RunId) -> Result<RunId, Error> {
        self.subscriber(id).await?;
        let found = self.db.run(self.workspace, run).await?;
        if found.is_none_or(|f| f.run.flow != id.flow()) {
            return Err(Error::missing("delivery", run));
        }
        self.replay(run, Replay::default()).await
    }

    /// Removes a subscriber; what waits for it is cancelled.
    pub async fn delete_subscriber(&self, id: SubscriberId) -> Result<(), Error> {
        match self.db.delete_subscriber(self.workspace, id).await {
            Err(store::Error::NotFound) => Err(Error::missing("subscriber", id)),
            other => Ok(other?),
        }
    }

    fn filled(&self, s: Settings, id: SubscriberId, now: Time) -> Subscriber {
        Subscriber {
            id,
            workspace: self.workspace,
            name: s.name,
            url: s.url,
            types: s.types,
            filter: s.filter,
            properties: s.properties,
            rate: s.rate,
            state: SubscriberState::Active,
            version: 1,
            previous_until: None,
            health: Health::default(),
            created_at: now,
            updated_at: now,
        }
    }

    /// The flow that carries the deliveries of a subscriber.
    fn carrier(&self, name: &str) -> Result<Value, Error> {
        let connector = self.registry.latest("webhook_out");
        let connector = connector.ok_or_else(|| Error::missing("connector", "webhook_out"))?;
        let version = &connector.version;
        Ok(json!({
            "zveno": 1,
            "name": name,
            "trigger": { "connector": format!("webhook_out@{version}"), "event": "published" },
            "steps": [{
                "id": "deliver",
                "action": format!("webhook_out.deliver@{version}"),
                "input": {
                    "id": { "path": format!("$.trigger.headers['{ID_HEADER}']") },
                    "body": { "path": "$.trigger.raw" },
                },
            }],
        }))
    }
}

/// `whsec_` and base64, as the specification has it.
fn new_secret() -> Secret {
    let mut raw = [0u8; SECRET_BYTES];
    ids::fill(&mut raw);
    Secret::new(format!("whsec_{}", STANDARD.encode(raw)))
}

fn merged(
    given: &BTreeMap<String, Option<String>>,
    kept: &Map<String, Value>,
) -> Map<String, Value> {
    let one = |(name, value): (&String, &Option<String>)| {
        let value = match value {
            Some(v) => Some(Value::from(v.as_str())),
            None => kept.get(name).cloned(),
        };
        value.map(|v| (name.clone(), v))
    };
    given.iter().filter_map(one).collect()
}
