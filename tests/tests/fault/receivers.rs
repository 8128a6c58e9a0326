//! Receivers that misbehave: each run ends as documented, memory stays bounded, and another flow
//! goes on as if nothing had happened.

use std::time::Duration;

use domain::{Time, limits};
use serde_json::json;
use tests::both_products;
use tests::receivers::http::{Answer, HttpReceiver, Received};
use tests::receivers::{Ledger, Now};
use tests::world::product::Product;
use tests::world::{Kind, Request, fault_is_long, within};

use crate::ledger::Books;
use crate::load::{ADDRESS, Load, post, publish, step};

both_products! {
    receivers_that_misbehave_end_their_own_runs_as_documented_and_harm_no_other,
}

const OTHER: &str = "other-address-0123456789ab";
/// The server's peak. What one answer may take is bounded by `limits::RESPONSE_BYTES`.
const MEMORY: u64 = 150 << 20;
/// Events of the other flow.
const OTHERS: usize = 100;
/// For the other flow while the first one has all its trouble.
const PROMPT: Duration = Duration::from_secs(15);
/// For three tries of 2 s each, on a slow machine.
const ENDED: Duration = Duration::from_mins(1);

/// Events of one kind that go to one receiver: with their tries fewer calls than the gate in front
/// of a destination closes after (semantics S15), because its pauses are not what is shown here.
const EACH: u32 = 3;

/// How a kind of trouble ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// The status line came and says what happened, whatever became of the body.
    Succeeds,
    /// Out of retries, or refused for good.
    Fails,
    /// Asked to come again later than the test lasts.
    Waits,
}

const KINDS: [(&str, End); 13] = [
    ("silent", End::Fails),
    ("reset", End::Fails),
    ("close", End::Fails),
    ("garbage", End::Fails),
    ("loop", End::Fails),
    ("negative", End::Fails),
    ("text", End::Fails),
    ("years", End::Waits),
    // "Slow down" uses no try: it goes on every 2 s until a person cancels it.
    ("limited", End::Waits),
    ("cut", End::Succeeds),
    ("endless", End::Succeeds),
    ("trickle", End::Succeeds),
    ("bomb", End::Succeeds),
];

fn misbehave(r: &Received) -> Answer {
    match r.path.as_str() {
        "/silent" => Answer::silent(),
        "/reset" => Answer::reset(),
        "/close" => Answer::close_without_answer(),
        "/garbage" => Answer::raw("no HTTP at all\r\n\r\n"),
        "/loop" => Answer::redirect(307, "/loop"),
        "/limited" => Answer::status(429).with("retry-after", "-5"),
        "/negative" => Answer::status(503).with("retry-after", "-5"),
        "/text" => Answer::status(503).with("retry-after", "soon"),
        "/years" => Answer::status(429).with("retry-after", "99999999999"),
        "/cut" => Answer::ok().body("half").reset_mid_body(1_000),
        "/endless" => Answer::ok().body(vec![b'x'; 64 << 10]).endless(Duration::from_micros(100)),
        "/trickle" => Answer::ok().body("x").endless(Duration::from_millis(100)),
        "/bomb" => Answer::gzip_bomb(1 << 30),
        _ => Answer::ok(),
    }
}

fn trouble(sink: &HttpReceiver) -> String {
    let step = step(sink, "out", "/{{trigger.body.kind}}");
    let step = step.replace(&sink.addr().port().to_string(), "{{trigger.body.port}}");
    let step = step.replace("[100ms, 200ms, 500ms, 1s, 1s]", "[100ms, 300ms]");
    let step = step.replace("timeout: 20s", "timeout: 2s");
    step.replace("input:", "input:\n      follow_redirects: { literal: true }")
}

async fn receivers_that_misbehave_end_their_own_runs_as_documented_and_harm_no_other(kind: Kind) {
    let groups = if fault_is_long() { 13 } else { 1 };
    let each = groups * EACH;
    let mut product = Product::new(kind).await;
    product.set("ZVENO_BACKLOG", "100000");
    let (mut zveno, load) = Load::on(product, trouble).await;
    zveno.set("ZVENO_WORKERS", "64");
    publish(&zveno, OTHER, &step(&load.sink, "other", "/other")).await;
    let mut bad = Vec::new();
    for _ in 0..KINDS.len() * groups as usize {
        let receiver = HttpReceiver::start().await.expect("a receiver");
        receiver.respond(misbehave);
        bad.push(receiver);
    }
    let serving = zveno.serve().await;
    let mut acked = Vec::new();
    for n in 0..each {
        for (at, (kind, _)) in KINDS.iter().enumerate() {
            let id = format!("{kind}-{n}");
            let port = bad[(n / EACH) as usize * KINDS.len() + at].addr().port();
            let body = tests::world::json(&json!({ "id": id, "kind": kind, "port": port }));
            let request = Request::post(&format!("/in/{ADDRESS}"), body);
            assert_eq!(request.send(zveno.addr()).await.expect("an answer").status, 200);
            acked.push(id);
        }
    }
    for n in 0..OTHERS {
        let id = format!("other-{n}");
        let request = Request { target: format!("/in/{OTHER}"), ..post(&id) };
        assert_eq!(request.send(zveno.addr()).await.expect("an answer").status, 200);
        acked.push(id);
    }
    within(PROMPT, "the other flow goes on", async || {
        (load.arrived("/other").unique() == OTHERS).then_some(())
    })
    .await;
    let waiting = ids(each, End::Waits);
    let left = within(ENDED * each, "all but those that wait have ended", async || {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let left = zveno.rows(LEFT).await;
        (left.len() == waiting.len()).then_some(left)
    })
    .await;
    let latest = Now::wall().get().plus(limits::RETRY_AFTER_MAX);
    for (due, body) in left {
        let body = String::from_utf8_lossy(&body).into_owned();
        let due = Time(due.parse().expect("a time"));
        assert!(due <= latest, "honoured for at most a day: {body}");
    }
    let peak = serving.peak_memory();
    assert!(peak < MEMORY, "{} MiB", peak >> 20);
    assert_eq!(serving.stop().await, 0);
    let delivered = succeeded(bad.iter().chain([&load.sink]));
    let books = Books::close("receivers", &zveno, acked, delivered).await;
    let books = books.troubled(ids(each, End::Fails)).waiting(waiting);
    books.with("peak_memory_mib", peak >> 20).balance_with(0);
    zveno.remove().await;
}

fn ids(each: u32, end: End) -> Vec<String> {
    let kinds = KINDS.iter().filter(|(_, e)| *e == end);
    kinds.flat_map(|(kind, _)| (0..each).map(move |n| format!("{kind}-{n}"))).collect()
}

/// What arrived where the sender learns that it did.
fn succeeded<'a>(receivers: impl Iterator<Item = &'a HttpReceiver>) -> Ledger {
    let ends = KINDS.iter().filter(|(_, end)| *end == End::Succeeds);
    let paths: Vec<String> =
        ends.map(|(kind, _)| format!("/{kind}")).chain(["/other".to_owned()]).collect();
    let id = |r: &Received| {
        let known = paths.contains(&r.path);
        known.then(|| r.json().ok()?["id"].as_str().map(str::to_owned)).flatten()
    };
    receivers.flat_map(|r| r.log().all().iter().filter_map(|r| id(r)).collect::<Vec<_>>()).collect()
}

/// When the runs that are left are due, and what they are about.
const LEFT: &str = "SELECT CAST(j.due_at AS TEXT), d.body FROM jobs j JOIN runs r ON r.id = j.run
    JOIN events e ON e.id = r.event JOIN deliveries d ON d.id = e.delivery";
