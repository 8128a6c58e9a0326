//! The steps of a run with their attempts, as text: items of loops stand below their loop.

use std::collections::HashMap;
use std::fmt::Write;

use serde_json::Value;

use super::show::word;

/// Writes each step with its attempts, in the order in which they began.
pub(super) fn write(run: &Value, out: &mut String) {
    let mut steps: Vec<&Value> = run["steps"].as_array().into_iter().flatten().collect();
    steps.sort_by_key(|s| (s["started_at"].as_i64(), path(s)));
    let mut attempts: HashMap<(&str, &str), Vec<&Value>> = HashMap::new();
    for a in run["attempts"].as_array().into_iter().flatten() {
        attempts.entry(place(a)).or_default().push(a);
    }
    for s in steps {
        let item = path(s);
        let indent = "  ".repeat(item.len());
        let named = match item.as_slice() {
            [] => word(&s["step"]),
            _ => format!("{}#{}", word(&s["step"]), word(&s["item"])),
        };
        let _ = write!(out, "{indent}{named}  {}  {} tries", word(&s["state"]), word(&s["tries"]));
        if let Some(list) = s["pinned"]["list"].as_array() {
            let _ = write!(out, "  {} items", list.len());
        }
        out.push('\n');
        let mut told = String::new();
        for a in attempts.remove(&place(s)).into_iter().flatten() {
            attempt(a, &mut told);
        }
        for line in told.lines() {
            let _ = writeln!(out, "{indent}{line}");
        }
    }
}

fn place(row: &Value) -> (&str, &str) {
    (row["step"].as_str().unwrap_or_default(), row["item"].as_str().unwrap_or_default())
}

/// The indexes of the loops around a step, so that 10 comes after 2.
fn path(row: &Value) -> Vec<u64> {
    let (_, item) = place(row);
    item.split('.').filter_map(|i| i.parse().ok()).collect()
}

fn attempt(a: &Value, out: &mut String) {
    let _ = writeln!(
        out,
        "  attempt {}: {} {}",
        word(&a["number"]),
        word(&a["outcome"]),
        word(&a["error"]["message"])
    );
    for x in a["exchanges"].as_array().into_iter().flatten() {
        let (q, r) = (&x["request"], &x["response"]);
        let _ = writeln!(out, "    {} {}", word(&q["method"]), word(&q["url"]));
        if !word(&q["body"]).is_empty() {
            let _ = writeln!(out, "    > {}", word(&q["body"]).replace('\n', "\n    > "));
        }
        if !r.is_null() {
            let _ = writeln!(
                out,
                "    < {} {}",
                word(&r["status"]),
                word(&r["body"]).replace('\n', "\n    < ")
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn s10_items_stand_below_their_loop_in_their_order() {
        let step = |step: &str, item: &str, state: &str| json!({ "step": step, "item": item, "state": state, "tries": 1, "started_at": 5 });
        let mut each = step("each", "", "entered");
        each["pinned"] = json!({ "list": [1, 2, 3] });
        each["tries"] = json!(0);
        let sent = json!({
            "step": "order", "item": "10", "number": 1, "outcome": "unknown",
            "error": { "message": "no answer" },
            "exchanges": [{ "request": { "method": "POST", "url": "https://shop.test/orders" } }],
        });
        let run = json!({
            "steps": [each, step("order", "10", "parked"), step("order", "2", "done")],
            "attempts": [sent],
        });
        let mut out = String::new();
        write(&run, &mut out);
        let lines: Vec<&str> = out.lines().collect();
        let expected = [
            "each  entered  0 tries  3 items",
            "  order#2  done  1 tries",
            "  order#10  parked  1 tries",
            "    attempt 1: unknown no answer",
            "      POST https://shop.test/orders",
        ];
        assert_eq!(lines, expected);
    }
}
