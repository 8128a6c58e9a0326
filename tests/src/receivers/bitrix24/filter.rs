//! Which elements a `filter` finds: a name with an optional prefix, all conditions joined by AND
//! (`crm-item-list.md`). Absent: the LIKE prefixes with `%` in the value, and `logic: OR`.

use serde_json::{Map, Value};

use super::params::{list, text};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Is,
    IsNot,
    In,
    NotIn,
    Has,
    HasNot,
    Above,
    AtLeast,
    Below,
    AtMost,
}

/// Longer prefixes first.
const PREFIXES: [(&str, How); 11] = [
    (">=", How::AtLeast),
    ("<=", How::AtMost),
    ("!=", How::IsNot),
    ("!@", How::NotIn),
    ("!%", How::HasNot),
    (">", How::Above),
    ("<", How::Below),
    ("@", How::In),
    ("%", How::Has),
    ("!", How::IsNot),
    ("=", How::Is),
];

/// One condition on one field, which is named as in the call.
pub(super) struct Condition {
    pub field: String,
    how: How,
    wanted: Vec<Value>,
}

/// The conditions of a `filter` parameter.
pub(super) fn parse(filter: Option<&Value>) -> Vec<Condition> {
    let empty = Map::new();
    let filter = filter.and_then(Value::as_object).unwrap_or(&empty);
    filter.iter().map(|(key, value)| condition(key, value)).collect()
}

fn condition(key: &str, value: &Value) -> Condition {
    let found = PREFIXES.iter().find_map(|(p, how)| Some((key.strip_prefix(p)?, *how)));
    let (field, how) = found.unwrap_or((key, How::Is));
    Condition { field: field.to_owned(), how, wanted: list(Some(value)) }
}

impl Condition {
    /// Whether one of the field's values satisfies it; a field without a value has the value "".
    pub(super) fn holds(&self, values: &[String]) -> bool {
        let empty = [String::new()];
        let values = if values.is_empty() { &empty[..] } else { values };
        match self.how {
            How::IsNot | How::NotIn => !values.iter().any(|v| self.equals(v)),
            How::HasNot => !values.iter().any(|v| self.any(|w| v.contains(w))),
            _ => values.iter().any(|v| self.one(v)),
        }
    }

    fn one(&self, value: &str) -> bool {
        match self.how {
            How::Has => self.any(|w| value.contains(w)),
            How::Above => self.any(|w| order(value, w).is_gt()),
            How::AtLeast => self.any(|w| order(value, w).is_ge()),
            How::Below => self.any(|w| order(value, w).is_lt()),
            How::AtMost => self.any(|w| order(value, w).is_le()),
            _ => self.equals(value),
        }
    }

    /// A list of values is an IN for a plain equality too.
    fn equals(&self, value: &str) -> bool {
        self.any(|w| value == w) || (self.wanted.is_empty() && value.is_empty())
    }

    fn any(&self, test: impl Fn(&str) -> bool) -> bool {
        self.wanted.iter().any(|w| test(&text(w)))
    }
}

/// Numbers by size, everything else (dates of one time zone too) by letters.
pub(super) fn order(a: &str, b: &str) -> std::cmp::Ordering {
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => a.total_cmp(&b),
        _ => a.cmp(b),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn prefixes_decide_what_is_found() {
        for (key, wanted, value, holds) in [
            ("ID", json!(7), "7", true),
            ("=ID", json!("7"), "8", false),
            ("!ID", json!("7"), "8", true),
            ("@ID", json!([7, 8]), "8", true),
            ("!@ID", json!([7, 8]), "8", false),
            (">ID", json!(9), "10", true),
            ("<=DATE", json!("2026-01-02"), "2026-01-01", true),
            ("%NAME", json!("ва"), "Иван", true),
            ("ORIGIN_ID", json!(""), "", true),
            ("ORIGIN_ID", json!(null), "", true),
        ] {
            let filter = json!({key: wanted});
            let found = parse(Some(&filter))[0].holds(&[value.to_owned()]);
            assert_eq!(found, holds, "{filter} on {value}");
        }
    }
}
