//! Inputs that nobody means to send.

use serde_json::{Map, Value, json};
use tests::world::{Body, json as json_body};

/// Numbers that differ from operation to operation and are the same in every run of the test.
pub struct Dice(u64);

impl Dice {
    pub fn of(seed: usize) -> Self {
        Self(0x9e37_79b9_7f4a_7c15 ^ (seed as u64 + 1))
    }

    fn roll(&mut self, n: usize) -> usize {
        // xorshift64*, Vigna 2016.
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32;
        usize::try_from(high).unwrap_or(0) % n
    }
}

fn deep(n: usize) -> Value {
    (0..n).fold(json!(1), |inner, _| json!([inner]))
}

fn values() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(0),
        json!(1e308),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(0.5),
        json!(""),
        json!(" "),
        json!("\u{0}"),
        json!("a\u{0}b"),
        json!("\u{1f600}\u{202e}\u{feff}\u{e000}"),
        json!("x".repeat(70_000)),
        json!("'; DROP TABLE runs; --"),
        json!("../../etc/passwd"),
        json!("{{trigger.body}}"),
        json!("2026-13-45T99:99:99Z"),
        json!("2026-03-02T09:00:00+99:99"),
        json!("flw_00000000000000000000000000"),
        json!("$..*"),
        json!([]),
        json!([[]]),
        json!([null, 1, "x"]),
        json!({}),
        json!({ "": { "a": null } }),
        deep(60),
    ]
}

/// Other things than this body of an operation; without a body, bodies that are not asked for.
pub fn bodies(dice: &mut Dice, base: Option<&Value>) -> Vec<(String, Body)> {
    let named = |why: &str, kind: &str, bytes: &[u8]| (why.to_owned(), Body::new(kind, bytes));
    let json_kind = "application/json";
    let mut out = vec![
        named("half of a document", json_kind, b"{\"a\":"),
        named("no text", json_kind, b"\xff\xfe\x00"),
        named("nothing", json_kind, b"null"),
        named("a list", json_kind, b"[]"),
        named("too deep", json_kind, "[".repeat(5_000).as_bytes()),
        named("another type", "application/xml", b"<a/>"),
        named("a form", "application/x-www-form-urlencoded", b"a=1&b=%00"),
    ];
    let Some(Value::Object(base)) = base else { return out };
    let base_json = Value::Object(base.clone());
    let text = base_json.to_string();
    out.push(named("another name of the type", "text/plain", text.as_bytes()));
    let mut more = base.clone();
    more.insert("nobody_knows".into(), json!({ "a": [1] }));
    out.push(("one member more".into(), json_body(&Value::Object(more))));
    let pool = values();
    for name in base.keys() {
        let mut less = base.clone();
        less.remove(name);
        out.push((format!("without {name}"), json_body(&Value::Object(less))));
        for _ in 0..3 {
            let value = pool[dice.roll(pool.len())].clone();
            let why = format!("{name}: {:.40}", value.to_string());
            let with: Map<String, Value> = base
                .iter()
                .map(|(n, v)| (n.clone(), if n == name { value.clone() } else { v.clone() }))
                .collect();
            out.push((why, json_body(&Value::Object(with))));
        }
    }
    out
}

/// Pieces of an address, encoded.
pub fn texts(dice: &mut Dice, n: usize) -> Vec<String> {
    let long = "9".repeat(400);
    let pool = [
        "",
        "-1",
        "0",
        "99999999999999999999",
        "%00",
        "a%00b",
        "%F0%9F%98%80",
        "%FF%FE",
        "%2e%2e%2f",
        "true",
        "null",
        "%7B%7D",
        "flw_00000000000000000000000000",
        "run_zzzzzzzzzzzzzzzzzzzzzzzzzz",
        "2026-13-45",
        "%27%20OR%201%3D1",
        &long,
    ];
    (0..n).map(|_| pool[dice.roll(pool.len())].to_owned()).collect()
}

/// Headers that mean something to the frame.
pub fn headers(dice: &mut Dice) -> Vec<(&'static str, String)> {
    let all = [
        ("if-match", "\"not a number\"".to_owned()),
        ("if-match", "\"99999999999999999999\"".to_owned()),
        ("idempotency-key", "k".repeat(2_000)),
        ("accept-language", "ru;q=9e99, *;q=,;;".to_owned()),
        ("zveno-workspace", "wsp_nothing".to_owned()),
        ("authorization", "Bearer zv_nothing".to_owned()),
        ("cookie", "zveno=%00; zveno=AAAA".to_owned()),
        ("content-encoding", "gzip".to_owned()),
        ("last-event-id", "-1".to_owned()),
    ];
    (0..2).map(|_| all[dice.roll(all.len())].clone()).collect()
}
