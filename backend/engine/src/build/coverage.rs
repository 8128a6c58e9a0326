//! How often the fields of a flow's events are there and filled, over the last of them: what tells
//! "it may be empty" from "it was empty once".

use std::collections::BTreeMap;

use domain::delivery::Verdict;
use domain::ids::FlowId;
use domain::limits;
use serde_json::Value;

use super::fields::{leaves, root};
use crate::manage::{Error, Manage};
use crate::snapshot;

/// One field over many events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    pub path: String,
    /// Events that have it.
    pub present: u32,
    /// Of those, the ones in which it is null or "".
    pub empty: u32,
}

/// Fields over the last events, by path; `total` is how many were looked at.
pub struct Covered {
    pub total: u32,
    pub fields: Vec<Coverage>,
}

impl Manage {
    /// Counts the fields of the last `events` deliveries that made events.
    pub async fn coverage(&self, id: FlowId, events: u32) -> Result<Covered, Error> {
        let bench = self.bench(id, None).await?;
        let events = events.clamp(1, limits::COVERAGE_EVENTS_MAX);
        let (mut total, mut bytes) = (0, 0);
        let mut counts: BTreeMap<String, (u32, u32)> = BTreeMap::new();
        let views = self.db.deliveries(self.workspace, Some(id), None, events).await?;
        for view in views.iter().filter(|v| v.verdict == Verdict::Accepted) {
            bytes += usize::try_from(view.body_bytes).unwrap_or(usize::MAX);
            if bytes > limits::COVERAGE_BYTES {
                break;
            }
            let Some(d) = self.db.delivery(self.workspace, view.id).await? else { continue };
            if d.body_gone {
                continue;
            }
            total += 1;
            let sample = bench.sample(None, snapshot::raw(d));
            let part = if sample.shaped { "data" } else { "body" };
            let tree = sample.trigger.get(part).unwrap_or(&Value::Null);
            for leaf in leaves(&root(&["trigger", part]), tree, &[]) {
                let entry = counts.entry(leaf.path).or_default();
                entry.0 += 1;
                entry.1 += u32::from(leaf.kind == "empty");
            }
        }
        let fields = counts.into_iter();
        let fields = fields.map(|(path, (present, empty))| Coverage { path, present, empty });
        Ok(Covered { total, fields: fields.collect() })
    }
}
