//! Events and the deliveries they came with.

use domain::ids::{DeliveryId, EventId, FlowId};
use domain::secret::MASK;
use serde_json::Value;
use store::{DeliveryView, EventFilter, EventView, StoredDelivery};

use super::{Error, Manage};
use crate::snapshot;

/// A delivery as it may be shown: values that its check names are masked (semantics S18).
#[derive(Clone, Debug)]
pub struct Seen {
    pub query: Value,
    pub headers: Vec<(String, String)>,
    /// The parsed body, or its text where it could not be parsed.
    pub body: Value,
}

impl Manage {
    pub async fn events(&self, filter: EventFilter) -> Result<Vec<EventView>, Error> {
        Ok(self.db.events(self.workspace, filter).await?)
    }

    /// An event with its delivery.
    pub async fn event(&self, id: EventId) -> Result<(EventView, StoredDelivery), Error> {
        let e = self.db.event(self.workspace, id).await?;
        let e = e.ok_or_else(|| Error::missing("event", id))?;
        let d = self.delivery(e.delivery).await?;
        Ok((e, d))
    }

    pub async fn deliveries(
        &self,
        flow: Option<FlowId>,
        before: Option<DeliveryId>,
        limit: u32,
    ) -> Result<Vec<DeliveryView>, Error> {
        Ok(self.db.deliveries(self.workspace, flow, before, limit).await?)
    }

    pub async fn delivery(&self, id: DeliveryId) -> Result<StoredDelivery, Error> {
        let d = self.db.delivery(self.workspace, id).await?;
        d.ok_or_else(|| Error::missing("delivery", id))
    }

    /// Renders a delivery from its parsed tree with the secrets of its check masked; the raw
    /// bytes are not part of it.
    pub async fn masked(&self, d: &StoredDelivery) -> Result<Seen, Error> {
        let headers = d.headers.clone();
        let cache = self.cache();
        let live = cache.by_id(self.workspace, d.flow).await.ok().flatten();
        let raw = snapshot::raw(d.clone());
        let inbound = live.as_ref().and_then(|l| l.inbound.as_ref());
        Ok(match inbound {
            Some(i) => {
                let (parsed, _) = i.reparse(&raw, false);
                let seen = i.keep().mask_view(&parsed);
                Seen { query: seen["query"].clone(), headers, body: seen["body"].clone() }
            }
            // Without the trigger nobody knows what in it is secret.
            None if d.sealed => Seen { query: MASK.into(), headers, body: MASK.into() },
            None => {
                let body = String::from_utf8_lossy(&d.body).into_owned();
                Seen { query: d.query.clone().into(), headers, body: body.into() }
            }
        })
    }
}
