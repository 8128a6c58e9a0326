//! A delivery to an address without a flow: kept, then answered as a person chose, after the time
//! that they chose.

use domain::delivery::{Answer, RawDelivery, Verdict};
use domain::ids::{DeliveryId, FlowId};
use domain::limits;
use store::{Ingest, NewDelivery, TemporaryAddress};

use crate::engine::Shared;
use crate::intake::{Refusal, commit};

/// Stores a delivery and says what to answer, when it is time to.
///
/// # Errors
/// [`Refusal::NotStored`] when nothing was stored.
pub async fn accept(
    s: &Shared,
    a: TemporaryAddress,
    mut raw: RawDelivery,
) -> Result<Answer, Refusal> {
    if let Err(answer) = connect::inbound::decode(&mut raw, limits::BODY_BYTES) {
        return Ok(answer);
    }
    let arrived = raw.received_at;
    let mut answer = Answer { body: a.body.clone(), ..Answer::empty(a.status) };
    for (name, value) in &a.headers {
        answer.headers.push((name.to_lowercase(), value.clone()));
    }
    if !answer.body.is_empty() && !answer.headers.iter().any(|(n, _)| n == "content-type") {
        answer.headers.extend(Answer::text(200, "").headers);
    }
    let kept = connect::inbound::Keep::default();
    let headers: Vec<_> = raw.headers.iter().filter(|(n, _)| kept.keeps_header(n)).collect();
    let delivery = NewDelivery {
        id: DeliveryId::new(arrived),
        workspace: a.workspace,
        flow: FlowId(a.id.uuid()),
        received_at: arrived,
        headers: serde_json::to_string(&headers).unwrap_or_else(|_| "[]".into()),
        method: raw.method,
        path: raw.path,
        query: raw.query,
        body: raw.body,
        sealed: false,
        remote_ip: raw.remote_ip.to_string(),
        verdict: Verdict::Temporary,
        reason: None,
        answer: answer.clone(),
    };
    commit(s, Ingest { delivery, events: Vec::new(), after: None }).await?;
    // When too many wait already, this one is answered at once.
    if let Ok(_place) = s.slow.try_acquire() {
        let when = s.clock.timer(arrived.plus(a.delay));
        tokio::select! { () = when => {}, () = s.stop.cancelled() => {} }
    }
    Ok(answer)
}
