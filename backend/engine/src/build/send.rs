//! "Send a sample for me": a delivery as the sender would make it, through the real intake of the
//! address. Only its sender need not prove anything, takes no dedupe key and waits for no release.

use std::sync::Arc;

use domain::delivery::Answer;
use domain::ids::FlowId;
use serde_json::Value;

use super::samples::{example, request};
use crate::engine::Shared;
use crate::intake::{self, Refusal};
use crate::manage::{Error, Manage};

/// Sends a sample to a flow's own address; what a sender would be answered. `body` in place of the
/// connector's example.
///
/// # Errors
/// The flow is not started by deliveries, there is no example, or nothing could be stored.
pub async fn send(
    shared: &Arc<Shared>,
    m: &Manage,
    id: FlowId,
    body: Option<Value>,
) -> Result<Answer, Error> {
    let bench = m.bench(id, None).await?;
    let live = shared.cache.by_id(m.workspace, id).await;
    let live = live.map_err(crate::manage::uncompiled)?;
    let live = live.ok_or_else(|| Error::missing("flow", id))?;
    if live.source != domain::flow::catalogue::Source::Webhook {
        return Err(Error::conflict(
            "the flow is not started by deliveries",
            "этот сценарий запускают не доставки",
        ));
    }
    let body = body.or_else(|| bench.trigger().and_then(example));
    let body = body.ok_or_else(|| {
        Error::conflict("the connector gives no example", "у коннектора нет примера")
    })?;
    let mut raw = request(&body, shared.db.now());
    raw.headers.push(("user-agent".into(), "Zveno sample".into()));
    match intake::accept(shared, &live, raw, true).await {
        Ok(answer) => Ok(answer),
        Err(Refusal::Unknown) => Err(Error::missing("flow", id)),
        Err(Refusal::NotStored(_)) => Err(Error::Store(store::Error::Busy)),
    }
}
