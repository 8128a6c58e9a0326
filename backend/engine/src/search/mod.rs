//! Search by exact value (semantics S23): what of an event is a value, how values are written so
//! that the same one is found however it came, and their hashes.

pub(crate) mod indexer;

use domain::ids::WorkspaceId;
use domain::limits;
use domain::secret::MASK;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Leaves of one event that are looked at, to choose the values from.
const LOOKED_AT: usize = 2_000;
/// Digits of a telephone number, at least and at most (ITU-T E.164).
const PHONE: std::ops::RangeInclusive<usize> = 7..=15;
/// Shorter texts say nothing about whom they belong to.
const LEAST: usize = 2;

/// How a value is written in the index; nothing if it is none.
///
/// Letters are small, telephone numbers are their digits. A Russian number of eleven digits begins
/// with 7, however it was dialled.
pub fn normal(text: &str) -> Option<String> {
    let text = text.trim();
    let size = text.chars().count();
    if !(LEAST..=limits::SEARCH_CHARS).contains(&size) || text == MASK {
        return None;
    }
    Some(phone(text).unwrap_or_else(|| text.to_lowercase()))
}

fn phone(text: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '\u{a0}' | '+' | '-' | '(' | ')');
    if !text.chars().all(fits) || is_date(text) {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if !PHONE.contains(&digits.len()) {
        return None;
    }
    match digits.strip_prefix('8') {
        Some(rest) if digits.len() == 11 => Some(format!("7{rest}")),
        _ => Some(digits),
    }
}

/// `2026-01-31`
fn is_date(text: &str) -> bool {
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    matches!(parts[..], [4, 2, 2] | [2, 2, 4])
}

/// The hash of a value as [`normal`] wrote it.
pub fn hash(ws: WorkspaceId, normal: &str) -> i64 {
    let mut h = Sha256::new();
    h.update(ws.uuid().as_bytes());
    h.update(normal.as_bytes());
    let mut eight = [0; 8];
    eight.copy_from_slice(&h.finalize()[..8]);
    i64::from_be_bytes(eight)
}

/// The values of an event's data, each once: mails and telephone numbers first, then what is
/// named an id, then the others as they come.
pub fn values(data: &Value) -> Vec<String> {
    let mut leaves = Vec::new();
    gather(data, false, &mut leaves);
    // Stable: of one rank they stay as they came.
    leaves.sort_by_key(|(rank, _)| *rank);
    let mut out: Vec<String> = Vec::with_capacity(limits::SEARCH_VALUES);
    for (_, value) in leaves {
        if out.len() == limits::SEARCH_VALUES {
            break;
        }
        if !out.contains(&value) {
            out.push(value);
        }
    }
    out
}

fn gather(v: &Value, named_id: bool, out: &mut Vec<(u8, String)>) {
    if out.len() >= LOOKED_AT {
        return;
    }
    let leaf = match v {
        Value::Null | Value::Bool(_) => None,
        Value::Number(n) => normal(&n.to_string()),
        Value::String(s) => normal(s),
        Value::Array(items) => {
            for i in items {
                gather(i, named_id, out);
            }
            None
        }
        Value::Object(map) => {
            for (k, i) in map {
                gather(i, is_id(k), out);
            }
            None
        }
    };
    if let Some(value) = leaf {
        let phone = value.len() >= 10 && value.bytes().all(|b| b.is_ascii_digit());
        let rank = if value.contains('@') || phone { 0 } else { u8::from(!named_id) + 1 };
        out.push((rank, value));
    }
}

/// `id`, `order_id`, `leadId`, `tranid`, `№`
fn is_id(name: &str) -> bool {
    let name = name.to_lowercase();
    name.ends_with("id") || name.ends_with("number") || name.contains('№') || name.contains("uuid")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn s23_the_same_value_is_found_however_it_was_written() {
        let same = [
            ("Ivan@Example.RU", " ivan@example.ru "),
            ("+7 (900) 123-45-67", "79001234567"),
            ("8 900 123 45 67", "+79001234567"),
            ("ORD-17/a", "ord-17/A"),
            ("Иван", "ИВАН"),
        ];
        for (a, b) in same {
            assert_eq!(normal(a), normal(b), "{a} {b}");
        }
        for (a, b) in [("10.0.0.12", "100012"), ("2026-01-31", "20260131")] {
            assert_ne!(normal(a), normal(b), "{a} {b}");
        }
    }

    #[test]
    fn s23_a_value_is_two_to_128_characters_and_no_secret() {
        assert_eq!(normal("я"), None);
        assert_eq!(normal("  "), None);
        assert!(normal(&"я".repeat(128)).is_some());
        assert_eq!(normal(&"я".repeat(129)), None);
        assert_eq!(normal(MASK), None);
    }

    #[test]
    fn s23_mails_phones_and_ids_come_before_other_values_and_there_are_at_most_forty() {
        let mut body = serde_json::Map::new();
        (0..100).for_each(|n| drop(body.insert(format!("a{n}"), format!("text {n}").into())));
        body.insert("z".into(), json!({ "Email": "A@b.ru", "phone": "8 (900) 000-00-01" }));
        body.insert("zz".into(), json!([{ "order_id": "K-1", "again": "a@B.ru" }]));
        let all = values(&Value::Object(body));
        assert_eq!(all.len(), limits::SEARCH_VALUES);
        assert_eq!(all[..3], ["a@b.ru", "79000000001", "k-1"]);
        assert_eq!(all.iter().filter(|v| *v == "a@b.ru").count(), 1);
    }

    #[test]
    fn s23_a_value_of_one_workspace_is_not_found_in_another() {
        let other = WorkspaceId(uuid::Uuid::from_u128(2));
        assert_ne!(hash(WorkspaceId::DEFAULT, "a@b.ru"), hash(other, "a@b.ru"));
    }
}
