//! Looking at what happened: runs and deliveries by conditions, one delivery as it may be shown,
//! counts, and the health of the queue.

use std::collections::BTreeMap;

use connect::inbound::parse::{self, BodyText, ParseOptions};
use domain::ids::{ConnectionId, DeliveryId, FlowId, RunId};
use domain::secret::MASK;
use domain::{Text, limits};
use serde_json::Value;
use store::{
    DeliveryQuery, HourOutcomes, Inspected, Page, QueueHealth, RunQuery, RunView, RunWaiting,
    StoredDelivery,
};

use super::{Error, Manage};
use crate::gates::key;
use crate::{search, snapshot};

/// A delivery as it may be shown (semantics S18).
#[derive(Clone, Debug)]
pub struct Shown {
    pub one: Inspected,
    pub stored: StoredDelivery,
    /// The query with what proves the sender masked, as a tree.
    pub query: Value,
    /// The body as a tree, masked.
    pub parsed: Option<Value>,
    /// Why there is no tree.
    pub fault: Option<Text>,
    /// The body as it came; none if it is no text, is gone, or holds a secret.
    pub text: Option<String>,
    /// Nothing in it is secret, so that it may be repeated as it was.
    pub open: bool,
}

/// How calls to one destination went of late.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DestinationHealth {
    /// Host and port, or the name of a connection.
    pub name: String,
    pub ok: i64,
    pub failed: i64,
    /// Its breaker is open: calls are held back.
    pub open: bool,
}

/// What a person looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sought {
    Run(RunId),
    Delivery(DeliveryId),
    /// A value of an event, by its hash.
    Value(i64),
    /// Nothing can be found by this.
    Nothing,
}

impl Manage {
    /// What a text of the search field means: an id, or a value of an event (semantics S23).
    pub fn sought(&self, text: &str) -> Sought {
        let text = text.trim();
        if let Ok(id) = text.parse() {
            return Sought::Run(id);
        }
        if let Ok(id) = text.parse() {
            return Sought::Delivery(id);
        }
        self.hash_of(text).map_or(Sought::Nothing, Sought::Value)
    }

    /// The hash of a value; none if it cannot be one.
    pub fn hash_of(&self, text: &str) -> Option<i64> {
        search::normal(text).map(|value| search::hash(self.workspace, &value))
    }

    /// Runs by conditions, newest first.
    pub async fn find_runs(&self, q: &RunQuery) -> Result<Page<RunView, RunId>, Error> {
        Ok(self.db.find_runs(self.workspace, q).await?)
    }

    /// A run as lists show it.
    pub async fn run_view(&self, id: RunId) -> Result<RunView, Error> {
        let found = self.db.run_views(&[id]).await?.into_iter().next();
        let mine = found.filter(|v| v.run.workspace == self.workspace);
        mine.ok_or_else(|| Error::missing("run", id))
    }

    /// The run that another one waits for because they have one order key.
    pub async fn run_ahead(&self, id: RunId) -> Result<Option<RunWaiting>, Error> {
        Ok(self.db.run_ahead(self.workspace, id).await?)
    }

    /// How runs of the last hours ended, by the hour in which they began.
    pub async fn run_counts(
        &self,
        flow: Option<FlowId>,
        hours: u32,
    ) -> Result<Vec<HourOutcomes>, Error> {
        if let Some(flow) = flow {
            self.any_flow_row(flow).await?;
        }
        Ok(self.db.hour_counts(self.workspace, flow, hours).await?)
    }

    /// Deliveries by conditions, newest first.
    pub async fn find_deliveries(
        &self,
        q: &DeliveryQuery,
    ) -> Result<Page<Inspected, DeliveryId>, Error> {
        Ok(self.db.find_deliveries(self.workspace, q).await?)
    }

    /// One delivery as lists show it.
    pub async fn inspected(&self, id: DeliveryId) -> Result<Inspected, Error> {
        let found = self.db.delivery_views(&[id]).await?.into_iter().next();
        let mine = found.filter(|d| d.workspace == self.workspace);
        mine.ok_or_else(|| Error::missing("delivery", id))
    }

    /// One delivery with all that may be shown of it.
    pub async fn shown(&self, id: DeliveryId) -> Result<Shown, Error> {
        let (one, stored) = (self.inspected(id).await?, self.delivery(id).await?);
        let cache = self.cache();
        let live = cache.by_id(self.workspace, stored.flow).await.ok().flatten();
        let raw = snapshot::raw(stored.clone());
        let inbound = live.as_ref().and_then(|l| l.inbound.as_ref());
        let (parsed, seen, secrets) = if let Some(i) = inbound {
            let (parsed, _) = i.reparse(&raw, false);
            let keep = i.keep();
            let secrets = !(keep.masked_paths.is_empty() && keep.masked_query.is_empty());
            let seen = keep.mask_view(&parsed);
            (parsed, seen, secrets)
        } else {
            let parsed = parse::parse(&raw, &ParseOptions::default());
            let seen = connect::inbound::Keep::default().mask_view(&parsed);
            (parsed, seen, false)
        };
        let open = !stored.sealed && !secrets;
        if stored.sealed && inbound.is_none() {
            // Without the trigger nobody knows what in it is secret.
            let hidden = Some(Value::from(MASK));
            let query = MASK.into();
            return Ok(Shown { one, stored, query, parsed: hidden, fault: None, text: None, open });
        }
        let text = || parsed.text.as_ref().map(|t: &BodyText| t.as_str().to_owned());
        Ok(Shown {
            query: seen["query"].clone(),
            parsed: seen.get("body").filter(|_| parsed.error.is_none()).cloned(),
            fault: parsed.error.as_ref().map(connect::inbound::parse::ParseError::text),
            text: if open && !stored.body_gone { text() } else { None },
            one,
            stored,
            open,
        })
    }

    /// Where a delivery came to, as its sender sees it; none if that is no more.
    pub async fn url_of(&self, s: &Shown) -> Result<Option<String>, Error> {
        if let Some(id) = s.one.temporary {
            let found = self.db.temporary(self.workspace, id).await?;
            return Ok(found.map(|a| self.temporary_url(&a)));
        }
        let flow = self.db.flow(self.workspace, s.stored.flow).await?;
        Ok(flow.map(|f| format!("{}/in/{}", self.public_url, f.token)))
    }

    /// Whether there is such a flow.
    pub async fn has_flow(&self, id: FlowId) -> Result<(), Error> {
        self.flow_row(id).await.map(|_| ())
    }

    /// What waits, and how the destinations of calls do.
    pub async fn queue_health(&self) -> Result<(QueueHealth, Vec<DestinationHealth>), Error> {
        let health = self.db.queue_health(self.workspace).await?;
        let closed: Vec<_> = self.db.gates(self.db.now()).await?;
        let is_open = |gate| closed.iter().any(|g| g.key == gate && g.step > 0);
        let mut by_name: BTreeMap<String, DestinationHealth> = BTreeMap::new();
        for call in self.db.recent_calls(self.workspace).await? {
            let Some(host) = connect::limits::authority(&call.url) else { continue };
            let open = is_open(key::of_host(self.workspace, &host));
            let d = by_name.entry(host.clone()).or_insert_with(|| DestinationHealth {
                name: host,
                open,
                ..DestinationHealth::default()
            });
            if call.down {
                d.failed += 1;
            } else {
                d.ok += 1;
            }
        }
        if closed.iter().any(|g| g.step > 0) {
            for c in self.db.connections(self.workspace).await? {
                let id: ConnectionId = c.id;
                if is_open(key::of_connection(self.workspace, id)) {
                    let open = DestinationHealth {
                        name: c.name.clone(),
                        open: true,
                        ..DestinationHealth::default()
                    };
                    by_name.insert(c.name, open);
                }
            }
        }
        let mut all: Vec<DestinationHealth> = by_name.into_values().collect();
        all.sort_by_key(|d| (!d.open, -d.failed));
        all.truncate(usize::try_from(limits::PAGE).unwrap_or(100));
        Ok((health, all))
    }
}
