//! What came, on one line: the first values of the bodies of a page of deliveries, worked out when
//! somebody looks. What proves the sender is masked and left out (semantics S18).

use std::collections::HashMap;

use connect::inbound::parse::{self, ParseOptions};
use domain::ids::DeliveryId;
use domain::limits;
use domain::secret::MASK;
use serde_json::Value;
use store::{Inspected, Outcome, StoredDelivery};

use super::{Error, Manage};
use crate::build::fields;
use crate::cache::FlowCache;
use crate::snapshot;

impl Manage {
    /// The first values of those that were taken as they came. Of others their verdict says more;
    /// a body above `limits::SUMMARY_BYTES` is not read.
    pub async fn summaries(
        &self,
        page: &[Inspected],
    ) -> Result<HashMap<DeliveryId, String>, Error> {
        let small = |d: &&Inspected| {
            usize::try_from(d.view.body_bytes).is_ok_and(|n| n <= limits::SUMMARY_BYTES)
        };
        let taken =
            |d: &&Inspected| matches!(d.outcome, Outcome::Run | Outcome::Test | Outcome::Temporary);
        let ids: Vec<_> =
            page.iter().filter(taken).filter(small).map(|d| (d.workspace, d.view.id)).collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let cache = self.cache();
        let mut out = HashMap::with_capacity(ids.len());
        for stored in self.db.deliveries_of(&ids).await? {
            let id = stored.id;
            if let Some(line) = line(&cache, stored).await {
                out.insert(id, line);
            }
        }
        Ok(out)
    }
}

async fn line(cache: &FlowCache, d: StoredDelivery) -> Option<String> {
    if d.body_gone {
        return None;
    }
    let live = cache.by_id(d.workspace, d.flow).await.ok().flatten();
    let inbound = live.as_ref().and_then(|l| l.inbound.as_ref());
    // Without the trigger it came to nobody knows what in it is secret.
    if d.sealed && !inbound.is_some_and(|i| i.keep().sealed) {
        return None;
    }
    let raw = snapshot::raw(d);
    let seen = if let Some(i) = inbound {
        i.keep().mask_view(&i.reparse(&raw, false).0)
    } else {
        let parsed = parse::parse(&raw, &ParseOptions::default());
        connect::inbound::Keep::default().mask_view(&parsed)
    };
    told(&seen["body"])
}

/// The first values of a body; nothing if it has none to show.
fn told(body: &Value) -> Option<String> {
    let mut leaves = fields::leaves(&[], body, &[]);
    leaves.retain(|l| !l.value.as_str().is_some_and(|t| t.contains(MASK)));
    Some(fields::summary(&leaves)).filter(|t| !t.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_values_that_say_something_are_told() {
        let body = json!({
            "tranid": "1:2", "Name": "Анна\nПетрова", "note": "", "key": MASK,
            "order": { "id": 7, "paid": true }, "more": "x",
        });
        assert_eq!(
            told(&body).as_deref(),
            Some("Name=Анна Петрова, order › id=7, order › paid=true")
        );
        assert_eq!(told(&json!("plain text")).as_deref(), Some("plain text"));
        for nothing in [json!(null), json!({}), json!(""), json!(MASK), json!({ "token": "t" })] {
            assert_eq!(told(&nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_long_value_or_name_is_cut() {
        let (name, value) = ("n".repeat(5_000), "я".repeat(5_000));
        let mut body = serde_json::Map::new();
        body.insert(name, value.into());
        let told = told(&body.into()).unwrap();
        assert_eq!(told.chars().count(), 2 * (limits::SUMMARY_CHARS + 1) + 1);
    }
}
