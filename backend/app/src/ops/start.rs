//! Commands that start flows by hand and show when they start by themselves.

use std::collections::BTreeMap;

use domain::ids::FlowId;
use engine::manage::{self, Manage};
use mapping::moment::rfc3339;
use serde_json::{Value, json};

use super::{Failure, Op};

pub async fn run(m: &Manage, op: Op) -> Result<Value, Failure> {
    match op {
        Op::FlowStart { id, data } => Ok(json!(m.start(id, data).await?)),
        Op::FlowTryRows { id, sheet } => Ok(json!(m.try_rows(id, &sheet).await?)),
        Op::FlowStartRows { id, sheet } => {
            let (import, trial) = m.start_rows(id, &sheet).await?;
            let mut out = json!({ "import": import.id, "rows": import.total, "rate": import.rate });
            if trial.faulty > 0 {
                out["left_out"] = json!(trial.faulty);
            }
            Ok(out)
        }
        Op::FlowNext { id } => {
            let next = m.upcoming(id).await?;
            let times: Vec<String> = next.times.iter().map(|t| rfc3339(*t)).collect();
            Ok(json!({ "id": id, "source": next.source, "times": times, "last": next.last }))
        }
        Op::FlowImports { id } => Ok(json!(m.imports(id).await?)),
        Op::ImportStop { import } => super::done(import, m.stop_import(import).await),
        _ => Err(Failure::bad("not a command of this kind")),
    }
}

/// What flows that start by themselves are at: source, next time, what came of the last one.
pub async fn triggers(m: &Manage) -> Result<BTreeMap<FlowId, Value>, Failure> {
    let rows = m.db.triggers(m.workspace).await.map_err(manage::Error::Store)?;
    let one = |t: store::TriggerRow| {
        let next = t.next_due.map(rfc3339);
        let mut v = json!({ "source": t.source, "next": next });
        if let Value::Object(status) = &t.status {
            for key in ["ok", "code", "message"] {
                v[key] = status.get(key).cloned().unwrap_or_default();
            }
        }
        (t.flow, v)
    };
    Ok(rows.into_iter().map(one).collect())
}
