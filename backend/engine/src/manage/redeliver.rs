//! Taking a stored delivery into a flow again, as new events: into its own after a mistake in the
//! trigger, or into another one to see what it makes of it.

use domain::Text;
use domain::delivery::{Answer, EventState, Verdict};
use domain::ids::{DeliveryId, EventId, FlowId, SampleId};
use mapping::Context;
use serde_json::json;
use store::{Ingest, NewEvent, StoredDelivery};

use super::start::Started;
use super::{Error, Manage};
use crate::build::samples::Paste;
use crate::cache::LiveFlow;
use crate::{intake, snapshot};

impl Manage {
    /// Takes a delivery into a flow, with its present version or another one. It is not verified
    /// and has no dedupe key: a person wants it to be taken.
    pub async fn redeliver(
        &self,
        id: DeliveryId,
        flow: FlowId,
        version: Option<i64>,
    ) -> Result<(DeliveryId, Vec<Started>), Error> {
        let old = self.delivery(id).await?;
        let cache = self.cache();
        self.flow_row(flow).await?;
        let live = cache.by_id(self.workspace, flow).await.map_err(super::uncompiled)?;
        let live = live.ok_or_else(|| Error::missing("flow", flow))?;
        if old.body_gone {
            return Err(Error::conflict(
                "the body of this delivery is not kept any more",
                "тело этой доставки больше не хранится",
            ));
        }
        if old.sealed && old.flow != flow {
            return Err(Error::conflict(
                "the delivery holds a secret of its own flow; only that one can take it",
                "в доставке есть секрет её сценария; взять её может только он",
            ));
        }
        if let Some(v) = version
            && self.db.version(flow, v).await?.is_none()
        {
            return Err(Error::missing("version", v));
        }
        let ingest = self.again(&live, old, version)?;
        let new = ingest.delivery.id;
        let started = ingest.events.iter().map(|e| Started {
            event: e.id,
            state: e.state,
            reason: e.reason,
            run: e.run.as_ref().map(|r| r.id),
        });
        let started = started.collect();
        self.db.ingest(ingest).await?;
        Ok((new, started))
    }

    /// Keeps a delivery as a sample of a flow, of another one than its own as well.
    pub async fn sample_from(&self, from: DeliveryId, flow: FlowId) -> Result<SampleId, Error> {
        let d = self.delivery(from).await?;
        if d.flow == flow {
            return self.keep_sample(flow, from).await;
        }
        if d.sealed {
            return Err(Error::conflict(
                "the delivery holds a secret of its own flow; only that one can take it",
                "в доставке есть секрет её сценария; взять её может только он",
            ));
        }
        let body = String::from_utf8_lossy(&d.body).into_owned();
        let (method, query, headers) = (Some(d.method), d.query, d.headers);
        self.paste(flow, Paste { title: None, method, query, headers, body }).await
    }

    fn again(
        &self,
        live: &LiveFlow,
        old: StoredDelivery,
        version: Option<i64>,
    ) -> Result<Ingest, Error> {
        let Some(inbound) = &live.inbound else {
            return Err(Error::conflict(
                "the trigger of the flow cannot be used",
                "триггер сценария неисправен",
            ));
        };
        let now = self.db.now();
        let from = old.id;
        let raw = domain::delivery::RawDelivery { received_at: now, ..snapshot::raw(old) };
        let (parsed, items) = inbound.reparse(&raw, false);
        let fault = parsed.error.as_ref().map(|e| e.text().kept());
        let readable = fault.is_none();
        let trigger = inbound.trigger_context(&raw, parsed, None, "", live.needs);
        let mut context = Context::new(json!({ "trigger": trigger }));
        let mut events: Vec<NewEvent> = Vec::with_capacity(items.len());
        for (i, item) in items.into_iter().enumerate() {
            let id = EventId::new(now);
            intake::set_event(&mut context, id, item.data.filter(|_| live.needs.data));
            let mut event = intake::event(now, live, &context, id, i, (item.kept, 0, now));
            (event.dedupe, event.keyless) = (None, false);
            if event.state == EventState::Accepted {
                let context = readable.then_some(&mut context);
                let mut run = intake::queued(live, context, now, now);
                run.version = version.unwrap_or(run.version);
                event.run = Some(run);
            }
            events.push(event);
        }
        let reason = fault.unwrap_or_else(|| {
            Text::new(format!("repeats {from}"), format!("повтор {from}")).kept()
        });
        let answer = Answer::empty(200);
        let delivery = intake::delivery(live, raw, Verdict::Accepted, answer, Some(reason));
        Ok(Ingest { delivery, events, after: None })
    }
}
