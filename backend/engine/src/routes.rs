//! Addresses that flows share: one for each connection, or one for all connections of a connector
//! (services that take one address per account, or per application). A delivery goes to every flow
//! that it is for; each judges it by itself, with its own verdict, events and keys. What no flow
//! takes is kept at the address.

use std::collections::BTreeMap;
use std::sync::Arc;

use connect::inbound::{Inbound, Judgement};
use connect::manifest::{Endpoint, Webhook};
use connect::registry::{Connector, Registry};
use domain::delivery::{Answer, RawDelivery, Verdict};
use domain::flow::Flow;
use domain::ids::{self, ConnectionId, DeliveryId, FlowId, WorkspaceId};
use domain::{Secret, limits};
use futures::future::join_all;
use serde_json::Map;
use store::{Ingest, NewDelivery, SharedAddress};

use crate::cache::{CacheError, FlowCache, LiveFlow, Origin};
use crate::engine::Shared;
use crate::intake::{self, Refusal, commit};
use crate::outside;

/// Characters of an address that the server makes.
const TOKEN: usize = 26;

/// A shared address as deliveries meet it.
pub struct SharedLive {
    pub address: SharedAddress,
    /// What answers the exchanges of the service, also while no flow is there.
    gate: Option<(Inbound, Origin)>,
    /// Flows whose trigger has this address.
    flows: Vec<FlowId>,
}

/// An address that several flows share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SharedBy {
    /// All flows with this connection.
    Connection(ConnectionId),
    /// All flows of the workspace with this connector.
    Connector,
}

impl SharedBy {
    pub(crate) fn connection(self) -> Option<ConnectionId> {
        match self {
            SharedBy::Connection(id) => Some(id),
            SharedBy::Connector => None,
        }
    }
}

/// Where deliveries of a trigger arrive; none where the flow's own address takes them.
pub(crate) fn place(w: &Webhook, connection: Option<ConnectionId>) -> Option<SharedBy> {
    match w.endpoint {
        Endpoint::Flow => None,
        Endpoint::Connection => connection.map(SharedBy::Connection),
        Endpoint::Connector => Some(SharedBy::Connector),
    }
}

fn webhook<'c>(c: &'c Connector, trigger: &str) -> Option<&'c Webhook> {
    c.trigger(trigger)?.manifest.webhook.as_ref()
}

/// Whether proofs or exchanges of a trigger read `app` or `conn`.
fn reads(w: &Webhook, root: &str) -> bool {
    let text = serde_json::to_string(&(&w.verify, &w.handshake)).unwrap_or_default();
    text.contains(&format!("{root}."))
}

impl FlowCache {
    /// The address that a flow's trigger is known by at the service; and what proves its deliveries
    /// beside the flow's own secrets.
    pub(crate) async fn around(
        &self,
        flow: &Flow,
        registry: &Registry,
        (ws, token): (WorkspaceId, &str),
        secrets: &mut BTreeMap<String, Secret>,
    ) -> Result<String, CacheError> {
        let own = format!("{}/in/{token}", self.public_url);
        let t = &flow.trigger;
        let connector = registry.get(&t.connector.name, &t.connector.version);
        let Some(w) = connector.and_then(|c| webhook(c, &t.event)) else { return Ok(own) };
        let connection = t.connection.as_ref().and_then(|c| c.parse().ok());
        self.known(w, ws, &t.connector.name, connection, secrets).await?;
        let Some(of) = place(w, connection) else { return Ok(own) };
        let address = self.address_of(ws, &t.connector.name, of.connection()).await?;
        let Some(address) = address else { return Ok(own) };
        secrets.retain(|name, _| !name.starts_with("hook."));
        secrets.extend(self.db.secrets(address.id).await?);
        Ok(format!("{}/in/{}", self.public_url, address.token))
    }

    /// What the connection and the operator's application are known by, where proofs read it.
    async fn known(
        &self,
        w: &Webhook,
        ws: WorkspaceId,
        connector: &str,
        connection: Option<ConnectionId>,
        into: &mut BTreeMap<String, Secret>,
    ) -> Result<(), CacheError> {
        if reads(w, "app") {
            let app = crate::tokens::app(&self.db, &self.outbound, ws, connector).await?;
            into.extend(app.into_iter().map(|(k, v)| (format!("app.{k}"), v)));
        }
        if let Some(id) = connection.filter(|_| reads(w, "conn"))
            && let Some(c) = self.db.connection(ws, id).await?
        {
            let open = c.fields.into_iter().map(|(k, v)| (k, Secret::new(v)));
            into.extend(open.chain(c.secrets).map(|(k, v)| (format!("conn.{k}"), v)));
        }
        Ok(())
    }

    /// The shared address of a connection or a connector; none if the connection is gone.
    pub(crate) async fn address_of(
        &self,
        ws: WorkspaceId,
        connector: &str,
        connection: Option<ConnectionId>,
    ) -> Result<Option<SharedAddress>, CacheError> {
        let token = ids::random_text(TOKEN);
        Ok(self.db.shared_address(ws, connector, connection, &token).await?)
    }

    pub(crate) async fn open_shared(&self, a: SharedAddress) -> Result<SharedLive, CacheError> {
        let mut flows = Vec::new();
        for id in self.db.flows_naming(a.workspace, &a.connector).await? {
            let live = self.by_id(a.workspace, id).await?;
            let origin = live.as_ref().and_then(|l| l.origin.as_ref());
            let takes = origin.is_some_and(|o| {
                let w =
                    webhook(&o.connector, &o.trigger).filter(|_| o.connector.name == a.connector);
                w.and_then(|w| place(w, o.connection))
                    .is_some_and(|by| by.connection() == a.connection)
            });
            if takes {
                flows.push(id);
            }
        }
        let gate = self.gate(&a).await?;
        Ok(SharedLive { address: a, gate, flows })
    }

    /// The exchanges of the newest connector's first trigger that has the address.
    async fn gate(&self, a: &SharedAddress) -> Result<Option<(Inbound, Origin)>, CacheError> {
        let registry = self.registry();
        let Some(connector) = registry.latest(&a.connector) else { return Ok(None) };
        let wanted = match a.connection {
            Some(_) => Endpoint::Connection,
            None => Endpoint::Connector,
        };
        let mut triggers =
            connector.triggers().filter_map(|t| Some((t, t.manifest.webhook.as_ref()?)));
        let Some((trigger, w)) = triggers.find(|(_, w)| w.endpoint == wanted) else {
            return Ok(None);
        };
        let mut secrets = self.db.secrets(a.id).await?;
        self.known(w, a.workspace, &a.connector, a.connection, &mut secrets).await?;
        let url = format!("{}/in/{}", self.public_url, a.token);
        let input = Map::new();
        let Ok(inbound) = Inbound::new(trigger, &input, &secrets, &url) else { return Ok(None) };
        let origin = Origin {
            connector: connector.clone(),
            trigger: trigger.key.clone(),
            input,
            secrets,
            connection: a.connection,
        };
        Ok(Some((inbound, origin)))
    }
}

/// Takes a delivery to a shared address and says what to answer. A 2xx from here means: committed
/// for every flow that it is for.
///
/// # Errors
/// [`Refusal::NotStored`] when the sender should come again.
pub async fn accept(
    s: &Arc<Shared>,
    live: &SharedLive,
    mut raw: RawDelivery,
) -> Result<Answer, Refusal> {
    if let Err(answer) = connect::inbound::decode(&mut raw, limits::BODY_BYTES) {
        return Ok(answer);
    }
    let ws = live.address.workspace;
    let judged = match &live.gate {
        Some((inbound, origin)) => {
            let judged = outside::judge(s, (ws, Some(origin)), inbound, &raw).await;
            Some(judged.map_err(Refusal::NotStored)?)
        }
        None => None,
    };
    if let Some(Judgement::Probe { answer, reason, save }) = judged {
        let save = save.into_iter().map(|(name, v)| (format!("hook.{name}"), v)).collect();
        let kept = s.db.put_address_secrets(live.address.id, &save).await;
        kept.map_err(|e| Refusal::NotStored(e.to_string()))?;
        return keep(s, live, raw, Verdict::Probe, answer, reason.en).await;
    }
    let takers = takers(s, live, &raw).await?;
    if takers.is_empty() {
        let (verdict, answer, reason) = match judged {
            Some(Judgement::Rejected { answer, reason }) => (Verdict::Rejected, answer, reason.en),
            Some(Judgement::Refused { answer, reason }) => (Verdict::Refused, answer, reason.en),
            Some(Judgement::Accepted(a)) => (Verdict::Refused, a.answer, NOBODY.to_owned()),
            _ => (
                Verdict::Refused,
                Answer::json(200, &serde_json::json!({ "ok": true })),
                NOBODY.to_owned(),
            ),
        };
        return keep(s, live, raw, verdict, answer, reason).await;
    }
    let each = takers.iter().map(|flow| intake::accept(s, flow, raw.clone(), false));
    let mut best: Option<Answer> = None;
    for answered in join_all(each).await {
        let answer = answered?;
        // One flow that takes it is enough for the sender.
        if best.as_ref().is_none_or(|b| b.status >= 300 && answer.status < 300) {
            best = Some(answer);
        }
    }
    best.ok_or(Refusal::Unknown)
}

/// Why a delivery is kept that nobody has a use for.
const NOBODY: &str = "no flow takes this delivery";

/// The flows that a delivery is for: all of the connection, or those of the connection that the
/// delivery names.
async fn takers(
    s: &Shared,
    live: &SharedLive,
    raw: &RawDelivery,
) -> Result<Vec<Arc<LiveFlow>>, Refusal> {
    let ws = live.address.workspace;
    let mut out = Vec::new();
    for id in &live.flows {
        let Some(flow) = s.cache.by_id(ws, *id).await? else { continue };
        if live.address.connection.is_some() || is_for(s, ws, &flow, raw).await? {
            out.push(flow);
        }
    }
    Ok(out)
}

async fn is_for(
    s: &Shared,
    ws: WorkspaceId,
    flow: &LiveFlow,
    raw: &RawDelivery,
) -> Result<bool, Refusal> {
    let (Some(inbound), Some(origin)) = (&flow.inbound, &flow.origin) else { return Ok(false) };
    let route = webhook(&origin.connector, &origin.trigger).and_then(|w| w.route.as_ref());
    let (Some(route), Some(named)) = (route, inbound.route(raw)) else { return Ok(false) };
    let Some(id) = origin.connection else { return Ok(false) };
    let stored = |e: store::Error| Refusal::NotStored(e.to_string());
    let Some(c) = s.connection(ws, id).await.map_err(stored)? else { return Ok(false) };
    // What signing in has brought may be newer than what is kept in memory.
    let c = if c.fields.contains_key(&route.conn) {
        c
    } else {
        s.db.with_tokens(c).await.map_err(stored)?
    };
    Ok(c.fields.get(&route.conn) == Some(&named))
}

/// Keeps a delivery at the address itself.
async fn keep(
    s: &Shared,
    live: &SharedLive,
    raw: RawDelivery,
    verdict: Verdict,
    answer: Answer,
    reason: String,
) -> Result<Answer, Refusal> {
    let usual = connect::inbound::Keep::default();
    let kept = live.gate.as_ref().map_or(&usual, |(inbound, _)| inbound.keep());
    let headers: Vec<_> = raw.headers.iter().filter(|(n, _)| kept.keeps_header(n)).collect();
    let delivery = NewDelivery {
        id: DeliveryId::new(raw.received_at),
        workspace: live.address.workspace,
        flow: live.address.id,
        received_at: raw.received_at,
        headers: serde_json::to_string(&headers).unwrap_or_else(|_| "[]".into()),
        method: raw.method,
        path: raw.path,
        query: raw.query,
        body: raw.body,
        sealed: kept.sealed,
        remote_ip: raw.remote_ip.to_string(),
        verdict,
        reason: Some(reason),
        answer: answer.clone(),
    };
    commit(s, Ingest { delivery, events: Vec::new(), after: None }).await?;
    Ok(answer)
}
