//! The methods that list reference books and users.

use serde_json::Value;

use super::methods::{Done, Params};
use super::params::text;
use super::{catalog, filter};

/// Rows of a reference book, filtered by equal values.
pub(super) fn rows(all: &[Value], params: &Params) -> Done {
    let mut conditions = filter::parse(params.get("filter"));
    // Chooses the language of labels, not rows (crm-lead-userfield-list.md).
    conditions.retain(|c| c.field != "LANG");
    let holds = |row: &&Value| conditions.iter().all(|c| c.holds(&[text(&row[&c.field])]));
    let found: Vec<Value> = all.iter().filter(holds).cloned().collect();
    let list = Some((found.len(), None));
    Done { result: Value::Array(found), list }
}

/// `user.get` takes its conditions beside the other parameters or in `FILTER` (`user-get.md`).
pub(super) fn users(params: &Params) -> Done {
    let given = |name: &str| params.get(name).or_else(|| params.get("FILTER")?.get(name));
    let active = given("ACTIVE").map(|v| matches!(text(v).as_str(), "1" | "true" | "Y"));
    let name = given("NAME_SEARCH").map(|v| text(v).to_lowercase());
    let holds = |user: &Value| {
        let full = format!("{} {}", text(&user["NAME"]), text(&user["LAST_NAME"])).to_lowercase();
        active.is_none_or(|active| user["ACTIVE"] == active)
            && name.as_ref().is_none_or(|name| full.contains(name))
    };
    let found: Vec<Value> = catalog::users().into_iter().filter(holds).collect();
    let list = Some((found.len(), None));
    Done { result: Value::Array(found), list }
}
