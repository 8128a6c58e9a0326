//! What differs between two documents of a flow, in the words of the document: steps are known by
//! their ids, so that one that moved is one that moved.

use domain::flow::place;
use serde_json::Value;

/// One difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// A place of the document, with the ids of steps: `steps[lead].input.phone`.
    pub place: String,
    pub kind: Kind,
    pub from: Option<Value>,
    pub to: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Added,
    Removed,
    Changed,
    /// A step stands elsewhere among its neighbours.
    Moved,
}

/// Every difference from one document to another, in the order of the newer one.
pub fn diff(from: &Value, to: &Value) -> Vec<Change> {
    let mut out = Vec::new();
    compare("", from, to, &mut out);
    out
}

fn compare(at: &str, from: &Value, to: &Value, out: &mut Vec<Change>) {
    match (from, to) {
        _ if from == to => {}
        (Value::Object(a), Value::Object(b)) => {
            for (key, old) in a.iter().filter(|(k, _)| !b.contains_key(*k)) {
                out.push(removed(place::key(at, key), old));
            }
            for (key, new) in b {
                let at = place::key(at, key);
                match a.get(key) {
                    Some(old) => compare(&at, old, new, out),
                    None => out.push(added(at, new)),
                }
            }
        }
        (Value::Array(a), Value::Array(b)) if are_steps(a) && are_steps(b) => {
            steps(at, a, b, out);
        }
        _ => out.push(Change {
            place: at.to_owned(),
            kind: Kind::Changed,
            from: Some(from.clone()),
            to: Some(to.clone()),
        }),
    }
}

fn steps(at: &str, a: &[Value], b: &[Value], out: &mut Vec<Change>) {
    let find = |list: &[Value], id: &Value| list.iter().position(|s| s["id"] == *id);
    let place_of = |s: &Value| format!("{at}[{}]", s["id"].as_str().unwrap_or_default());
    for old in a.iter().filter(|s| find(b, &s["id"]).is_none()) {
        out.push(removed(place_of(old), old));
    }
    let stayed: Vec<&Value> = a.iter().filter(|s| find(b, &s["id"]).is_some()).collect();
    let mut after: Option<usize> = None;
    for new in b {
        let at = place_of(new);
        let Some(was) = stayed.iter().position(|s| s["id"] == new["id"]) else {
            out.push(added(at, new));
            continue;
        };
        if after.is_some_and(|last| was < last) {
            out.push(Change { place: at.clone(), kind: Kind::Moved, from: None, to: None });
        }
        after = after.max(Some(was));
        compare(&at, stayed[was], new, out);
    }
}

fn are_steps(list: &[Value]) -> bool {
    !list.is_empty() && list.iter().all(|s| s.get("id").is_some_and(Value::is_string))
}

fn added(place: String, new: &Value) -> Change {
    Change { place, kind: Kind::Added, from: None, to: Some(new.clone()) }
}

fn removed(place: String, old: &Value) -> Change {
    Change { place, kind: Kind::Removed, from: Some(old.clone()), to: None }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn steps_are_compared_by_their_ids() {
        let from = json!({"name": "a", "steps": [
            {"id": "lead", "input": {"title": {"literal": "x"}, "old": 1}},
            {"id": "gone"}, {"id": "mail"}]});
        let to = json!({"name": "b", "steps": [
            {"id": "new"}, {"id": "mail"},
            {"id": "lead", "input": {"title": {"literal": "y"}, "phone": 2}}]});
        let got: Vec<(String, Kind)> =
            diff(&from, &to).into_iter().map(|c| (c.place, c.kind)).collect();
        let expected = [
            ("name", Kind::Changed),
            ("steps[gone]", Kind::Removed),
            ("steps[new]", Kind::Added),
            ("steps[lead]", Kind::Moved),
            ("steps[lead].input.old", Kind::Removed),
            ("steps[lead].input.title.literal", Kind::Changed),
            ("steps[lead].input.phone", Kind::Added),
        ];
        assert_eq!(got, expected.map(|(p, k)| (p.to_owned(), k)));
        assert_eq!(diff(&to, &to), []);
    }
}
