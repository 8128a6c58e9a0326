//! Commands about runs, events, deliveries and connectors.

use domain::ids::{EventId, FlowId, RunId};
use domain::run::RunState;
use domain::{Lang, Time};
use engine::manage::Manage;
use engine::manage::runs::Verdict;
use engine::reasons;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{EventFilter, RunFilter};

use super::{Failure, Op};

#[derive(Serialize, Deserialize)]
pub struct RunsOp {
    pub flow: Option<FlowId>,
    pub state: Option<RunState>,
    pub since: Option<Time>,
    pub before: Option<RunId>,
    pub limit: u32,
}

#[derive(Serialize, Deserialize)]
pub struct EventsOp {
    pub flow: Option<FlowId>,
    pub state: Option<domain::delivery::EventState>,
    pub before: Option<EventId>,
    pub limit: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictOp {
    Retry,
    Done(Value),
    Fail,
}

/// The commands of this file.
pub async fn run(m: &Manage, op: Op) -> Result<Value, Failure> {
    match op {
        Op::RunList(o) => {
            let filter = RunFilter {
                flow: o.flow,
                state: o.state,
                since: o.since,
                before: o.before,
                limit: o.limit,
            };
            Ok(json!(m.runs(filter).await?))
        }
        Op::RunShow { id } => Ok(json!(m.run(id).await?)),
        Op::RunReplay { id, how } => Ok(json!({ "id": m.replay(id, how).await?, "replay_of": id })),
        Op::RunCancel { id } => Ok(json!({ "id": id, "state": m.cancel(id).await? })),
        Op::RunResolve { id, verdict } => {
            let verdict = match verdict {
                VerdictOp::Retry => Verdict::Retry,
                VerdictOp::Done(v) => Verdict::Done(v),
                VerdictOp::Fail => Verdict::Fail,
            };
            m.resolve(id, verdict).await?;
            Ok(json!({ "id": id, "ok": true }))
        }
        Op::EventList(o) => {
            let filter =
                EventFilter { flow: o.flow, state: o.state, before: o.before, limit: o.limit };
            Ok(json!(m.events(filter).await?))
        }
        Op::EventShow { id } => event(m, id).await,
        Op::DeliveryList { flow, before, limit } => {
            Ok(json!(m.deliveries(flow, before, limit).await?))
        }
        _ => Err(Failure::bad("unknown command")),
    }
}

/// An event with its delivery as it may be shown: masked where the trigger's check names a value.
async fn event(m: &Manage, id: EventId) -> Result<Value, Failure> {
    let (event, delivery) = m.event(id).await?;
    let seen = m.masked(&delivery).await?;
    Ok(json!({
        "event": event,
        "delivery": {
            "id": delivery.id,
            "method": delivery.method,
            "path": delivery.path,
            "query": seen.query,
            "headers": seen.headers,
            "body": seen.body,
            "remote_ip": delivery.remote_ip,
            "verdict": delivery.verdict,
            "reason": delivery.reason.map(|r| reasons::words(&r, Lang::En)),
            "answer": delivery.answer,
            "body_gone": delivery.body_gone,
        },
    }))
}

/// The installed connectors with what they offer.
pub fn connectors(m: &Manage) -> Value {
    m.registry
        .all()
        .map(|c| {
            json!({
                "name": c.name,
                "version": c.version,
                "title": c.manifest.display.title,
                "triggers": c.triggers().map(|t| t.key.as_str()).collect::<Vec<_>>(),
                "actions": c.actions().map(|a| a.key.as_str()).collect::<Vec<_>>(),
                "methods": c.ways().iter().map(|m| m.id.as_str()).collect::<Vec<_>>(),
            })
        })
        .collect()
}
