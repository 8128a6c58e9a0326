//! The sender gets what the flow says (semantics S11).

use std::io;

use domain::delivery::Answer as Stored;
use domain::journal::StepState;
use domain::run::RunState;
use domain::{Span, limits};
use serde_json::{Value, json};
use tests::both;
use tests::receivers::Gate;
use tests::receivers::http::Answer;
use tests::world::{Hook, Kind, Reply, Request, SOON, World, json as json_body, run, until};
use tokio::task::JoinHandle;

use crate::samples::id;

both! {
    s11_the_sender_gets_what_the_run_says,
    s11_data_stays_data_in_every_form_of_answer,
    s11_a_run_that_says_nothing_gives_the_triggers_answer,
    s11_failed_filtered_parked_and_held_give_otherwise,
    s11_after_its_time_the_sender_gets_otherwise_and_the_run_goes_on,
    s11_a_duplicate_joins_the_wait_or_gets_the_stored_answer,
    s11_only_the_first_answer_counts,
    s11_a_delay_before_the_answer_means_otherwise_in_time,
    s11_the_run_goes_on_without_its_sender,
    s11_after_a_restart_the_answer_is_there_for_the_next_try,
    s11_a_node_that_stops_answers_who_waits,
    s11_a_sender_waits_for_no_place_among_the_workers,
    s11_too_many_that_wait_get_otherwise_at_once,
    s11_an_answer_at_once_is_made_of_the_delivery,
}

/// A payment check as `CloudPayments` asks it: 0 lets the payment through, 13 declines it.
const DECLINED: &str = "otherwise: { json: { code: { literal: 13 } } }";

/// A flow with this `respond` of its trigger and these steps.
fn flow(respond: &str, steps: &[&str]) -> String {
    format!(
        "
zveno: 1
name: check
trigger:
  connector: webhook@1.0.0
  event: request
  dedupe: {{ key: '{{{{trigger.body.id}}}}', window: 7d }}
  respond: {{ {respond} }}
steps:
  - {}
",
        steps.join("\n  - ")
    )
}

/// A step that asks the receiver, which the test may hold up.
fn ask(w: &World) -> String {
    format!(
        "{{ id: ask, action: http.request@1.0.0, retry: {{ preset: none }}, input: {{ \
         method: {{ literal: POST }}, url: {{ literal: '{}' }}, \
         json: {{ object: {{ id: {{ path: $.trigger.body.id }} }} }} }} }}",
        w.sink.url("/ask")
    )
}

const SAY: &str = "{ id: say, respond: { json: { code: { literal: 0 }, \
    order: { path: $.trigger.body.id } } } }";

/// A payment check that asks first.
async fn check(w: &World) -> Hook {
    let respond = format!("mode: after_run, {DECLINED}");
    w.flow(&flow(&respond, &[&ask(w), SAY])).publish().await
}

fn said(reply: &Reply) -> Value {
    serde_json::from_str(&reply.body).unwrap_or_else(|e| panic!("{e}: {reply:?}"))
}

fn allowed(id: &str) -> Value {
    json!({ "code": 0, "order": id })
}

fn declined() -> Value {
    json!({ "code": 13 })
}

type Waiting = JoinHandle<io::Result<Reply>>;

/// Sends in a task of its own.
fn sent(hook: &Hook, to: std::net::SocketAddr, body: tests::world::Body) -> Waiting {
    let request = Request::post(&hook.path, body);
    tokio::spawn(async move { request.send(to).await })
}

/// Sends to the world's node.
fn post(w: &World, hook: &Hook, name: &str) -> Waiting {
    w.clock.advance(Span::ms(1));
    sent(hook, w.addr(), id(name))
}

async fn got(waiting: Waiting) -> Value {
    said(&waiting.await.unwrap().expect("an answer"))
}

/// The receiver answers nobody before the gate opens.
fn hold(w: &World) -> Gate {
    let gate = Gate::new();
    let held = gate.clone();
    w.sink.respond(move |_| Answer::ok().after(&held));
    gate
}

async fn asked(gate: &Gate, n: usize) {
    gate.wait_for(n, SOON).await.expect("the run asks");
}

async fn stored(w: &World, hook: &Hook) -> Stored {
    w.deliveries(hook).await.remove(0).answer
}

async fn s11_the_sender_gets_what_the_run_says(w: &World) {
    w.sink.respond(|_| Answer::json(200, &json!({ "limit": 7 })));
    let say = "{ id: say, respond: { status: 201, headers: { X-Order: { path: $.trigger.body.id } }, \
        json: { code: { literal: 0 }, limit: { path: $.steps.ask.output.body.limit } } } }";
    let respond = format!("mode: after_run, within: 20s, {DECLINED}");
    let hook = w.flow(&flow(&respond, &[&ask(w), say, &ask(w).replace("id: ask", "id: more")]));
    let hook = hook.publish().await;
    let reply = w.post(&hook, id("a")).await;
    assert_eq!((reply.status, said(&reply)), (201, json!({ "code": 0, "limit": 7 })));
    assert_eq!(reply.header("x-order"), Some("a"));
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let run = w.outcome(&hook).await;
    assert_eq!(run.run.state, RunState::Succeeded);
    let row = run.steps.iter().find(|s| s.step == "say").unwrap();
    let output = row.output.as_ref().unwrap();
    assert_eq!((row.state, &output["status"]), (StepState::Done, &json!(201)));
    assert_eq!(output["taken"], true);
    let kept = stored(w, &hook).await;
    assert_eq!((kept.status, kept.body == reply.body, kept.pending), (201, true, None));
    assert!(run.steps.iter().any(|s| s.step == "more"), "the run goes on after its answer");
}

async fn s11_data_stays_data_in_every_form_of_answer(w: &World) {
    let data = "\"><b>&\r\nX-Injected: 1\u{0}я";
    let forms = [
        ("text: { template: 'a {{trigger.body.id}}' }", format!("a {data}"), "text/plain"),
        ("xml: { template: '<r>{{trigger.body.id}}</r>' }", String::new(), "application/xml"),
        (
            "json: { id: { path: $.trigger.body.id } }",
            json!({ "id": data }).to_string(),
            "application/json",
        ),
        ("empty: true", String::new(), ""),
    ];
    for (form, body, kind) in forms {
        // XML has no way to write this character: there the run fails, and says so.
        let data = if kind == "application/xml" { data.replace('\0', "") } else { data.to_owned() };
        let header = "headers: { X-Id: { path: $.trigger.body.id }, Set-Cookie: { literal: a=b } }";
        let say = format!("{{ id: say, respond: {{ {header}, {form} }} }}");
        let respond = format!("mode: after_run, {DECLINED}");
        let hook = w.flow(&flow(&respond, &[&say])).publish().await;
        let reply = w.post(&hook, json_body(&json!({ "id": data }))).await;
        assert_eq!(reply.status, 200, "{form}: {reply:?}");
        let run = w.outcome(&hook).await;
        assert_eq!(run.run.state, RunState::Succeeded, "{form}: {run:#?}");
        assert!(reply.header("content-type").unwrap_or_default().starts_with(kind), "{reply:?}");
        for name in ["x-injected", "x-id", "set-cookie"] {
            assert_eq!(reply.header(name), None, "{form}: {reply:?}");
        }
        if kind == "application/xml" {
            assert!(
                reply.body.contains("&lt;b&gt;&amp;") && !reply.body.contains("<b>"),
                "{reply:?}"
            );
        } else {
            assert_eq!(reply.body, body, "{form}");
        }
    }
}

async fn s11_a_run_that_says_nothing_gives_the_triggers_answer(w: &World) {
    let note = "{ id: note, set: { at: { path: $.trigger.received_at } } }";
    let respond = format!("mode: after_run, {DECLINED}");
    let usual = w.flow(&flow(&respond, &[note])).publish().await;
    assert_eq!(said(&w.post(&usual, id("a")).await), json!({ "ok": true }), "the connector's");
    let respond = format!("{respond}, status: 202, text: {{ template: '{{{{vars.at}}}}' }}");
    let own = w.flow(&flow(&respond, &[note])).publish().await;
    let reply = w.post(&own, id("a")).await;
    assert!(reply.status == 202 && reply.body.starts_with("2026-03-02T09:"), "{reply:?}");
    assert_eq!(stored(w, &own).await.pending, None);
}

async fn s11_failed_filtered_parked_and_held_give_otherwise(w: &World) {
    let respond = format!("mode: after_run, {DECLINED}");
    w.sink.respond(|r| {
        if r.path == "/ask" { Answer::status(400) } else { Answer::close_without_answer() }
    });
    let failed = check(w).await;
    assert_eq!(said(&w.post(&failed, id("a")).await), declined());
    assert_eq!(w.outcome(&failed).await.run.state, RunState::Failed);

    let only = "{ id: only, filter: { all: [{ left: { path: $.trigger.body.x }, op: exists }] } }";
    let filtered = w.flow(&flow(&respond, &[only, SAY])).publish().await;
    assert_eq!(said(&w.post(&filtered, id("a")).await), declined());
    assert_eq!(w.outcome(&filtered).await.run.state, RunState::Filtered);

    let unknown = ask(w).replace("/ask", "/gone").replace("id: ask,", "id: ask, on_unknown: park,");
    let parked = w.flow(&flow(&respond, &[&unknown, SAY])).publish().await;
    assert_eq!(said(&w.post(&parked, id("a")).await), declined());
    assert_eq!(w.outcome(&parked).await.run.state, RunState::Parked);
    for hook in [&failed, &filtered, &parked] {
        assert_eq!(stored(w, hook).await.pending, None, "nobody waits any more");
        assert_eq!(said(&w.post(hook, id("a")).await), declined(), "the copy's answer");
    }

    let held = check(w).await;
    w.pause(&held).await;
    assert_eq!(said(&w.post(&held, id("a")).await), declined());
    w.held_for(&held, "paused").await;
}

async fn s11_after_its_time_the_sender_gets_otherwise_and_the_run_goes_on(w: &World) {
    let hook = check(w).await;
    let gate = hold(w);
    let waiting = post(w, &hook, "a");
    asked(&gate, 1).await;
    w.clock.advance(Span::ms(limits::RESPOND_WITHIN_DEFAULT.micros() / 1_000 - 2));
    assert!(!waiting.is_finished());
    assert!(stored(w, &hook).await.pending.is_some());
    w.clock.advance(Span::ms(2));
    assert_eq!(got(waiting).await, declined());
    gate.open();
    assert_eq!(w.outcome(&hook).await.run.state, RunState::Succeeded);
    assert_eq!(got(post(w, &hook, "a")).await, allowed("a"), "the next try gets the real answer");
    assert_eq!(w.runs(&hook).await.len(), 1);
}

async fn s11_a_duplicate_joins_the_wait_or_gets_the_stored_answer(w: &World) {
    let hook = check(w).await;
    let gate = hold(w);
    let first = post(w, &hook, "a");
    asked(&gate, 1).await;
    let copies = [post(w, &hook, "a"), post(w, &hook, "a")];
    until("the copies are stored", async || (w.deliveries(&hook).await.len() == 3).then_some(()))
        .await;
    assert!(!first.is_finished() && copies.iter().all(|c| !c.is_finished()));
    gate.open();
    assert_eq!(got(first).await, allowed("a"));
    for copy in copies {
        assert_eq!(got(copy).await, allowed("a"));
    }
    assert_eq!(got(post(w, &hook, "a")).await, allowed("a"));
    assert_eq!(w.runs(&hook).await.len(), 1);
    assert_eq!(w.sink.log().all().len(), 1);
}

async fn s11_only_the_first_answer_counts(w: &World) {
    let second = SAY.replace("id: say", "id: again").replace("literal: 0", "literal: 1");
    let respond = format!("mode: after_run, {DECLINED}");
    let hook = w.flow(&flow(&respond, &[SAY, &second, &ask(w)])).publish().await;
    assert_eq!(said(&w.post(&hook, id("a")).await), allowed("a"));
    let run = w.outcome(&hook).await;
    let taken = |name: &str| {
        let row = run.steps.iter().find(|s| s.step == name).unwrap();
        row.output.as_ref().unwrap()["taken"].clone()
    };
    assert_eq!((taken("say"), taken("again")), (json!(true), json!(false)));
    assert_eq!(said(&w.post(&hook, id("a")).await), allowed("a"));

    let at_once = w.flow(&flow("mode: now", &[SAY])).publish().await;
    assert_eq!(said(&w.post(&at_once, id("a")).await), json!({ "ok": true }));
    let run = w.outcome(&at_once).await;
    assert_eq!(run.run.state, RunState::Succeeded);
    assert_eq!(run.steps[0].output.as_ref().unwrap()["taken"], false, "shown, not sent");
}

async fn s11_a_delay_before_the_answer_means_otherwise_in_time(w: &World) {
    let respond = format!("mode: after_run, within: 20s, {DECLINED}");
    let wait = "{ id: wait, delay: { for: 1m } }";
    let hook = w.flow(&flow(&respond, &[wait, SAY])).publish().await;
    let waiting = post(w, &hook, "a");
    let run = w.only_run(&hook, RunState::Waiting).await;
    w.advance(Span::secs(20)).await;
    assert_eq!(got(waiting).await, declined());
    w.advance(Span::secs(40)).await;
    w.run_is(run.run.id, RunState::Succeeded).await;
    assert_eq!(said(&w.post(&hook, id("a")).await), allowed("a"));

    let short = wait.replace("1m", "5s");
    let hook = w.flow(&flow(&respond, &[&short, SAY])).publish().await;
    let waiting = post(w, &hook, "a");
    w.only_run(&hook, RunState::Waiting).await;
    w.advance(Span::secs(5)).await;
    assert_eq!(got(waiting).await, allowed("a"), "it was in time");
}

async fn s11_the_run_goes_on_without_its_sender(w: &World) {
    let hook = check(w).await;
    let gate = hold(w);
    let waiting = post(w, &hook, "a");
    asked(&gate, 1).await;
    waiting.abort();
    gate.open();
    assert_eq!(w.outcome(&hook).await.run.state, RunState::Succeeded);
    let kept = stored(w, &hook).await;
    assert_eq!(serde_json::from_str::<Value>(&kept.body).unwrap(), allowed("a"));
}

async fn s11_after_a_restart_the_answer_is_there_for_the_next_try(w: &World) {
    let hook = check(w).await;
    let gate = hold(w);
    let waiting = post(w, &hook, "a");
    asked(&gate, 1).await;
    w.restart().await;
    assert!(waiting.await.unwrap().is_err(), "its connection died with the node");
    let again = post(w, &hook, "a");
    until("the copy waits", async || (w.deliveries(&hook).await.len() == 2).then_some(())).await;
    gate.open();
    let run = w.outcome(&hook).await;
    assert_eq!(run.run.state, RunState::Succeeded);
    w.clock.advance(limits::RESPOND_POLL);
    assert_eq!(got(again).await, allowed("a"));
    assert_eq!(got(post(w, &hook, "a")).await, allowed("a"));
    assert_eq!(w.runs(&hook).await.len(), 1);
}

async fn s11_a_node_that_stops_answers_who_waits(w: &World) {
    let hook = check(w).await;
    let respond = format!("mode: after_run, within: 20s, {DECLINED}");
    let wait = "{ id: wait, delay: { for: 1m } }";
    let slow = w.flow(&flow(&respond, &[wait, SAY])).publish().await;
    let gate = hold(w);
    let under_way = post(w, &hook, "a");
    asked(&gate, 1).await;
    let let_go = post(w, &slow, "a");
    w.only_run(&slow, RunState::Waiting).await;
    let (drained, answers) = tokio::join!(w.drain(), async {
        let declined = got(let_go).await;
        gate.open();
        (declined, got(under_way).await)
    });
    let () = drained;
    assert_eq!(answers, (declined(), allowed("a")));
}

async fn s11_a_sender_waits_for_no_place_among_the_workers(w: &World) {
    w.restart_with(1, 10).await;
    let respond = format!("mode: after_run, {DECLINED}");
    let quick = w.flow(&flow(&respond, &[SAY])).publish().await;
    let slow = w.flow(&flow("mode: now", &[&ask(w)])).publish().await;
    let gate = hold(w);
    w.accepted(&slow, id("busy")).await;
    asked(&gate, 1).await;
    assert_eq!(said(&w.post(&quick, id("a")).await), allowed("a"));
    gate.open();
}

async fn s11_too_many_that_wait_get_otherwise_at_once(w: &World) {
    w.restart_with(limits::WORKERS, 2).await;
    let hook = check(w).await;
    let gate = hold(w);
    let waiting = [post(w, &hook, "a"), post(w, &hook, "b")];
    asked(&gate, 2).await;
    assert_eq!(said(&w.post(&hook, id("c")).await), declined());
    assert_eq!(said(&w.post(&hook, id("a")).await), declined(), "a copy has no seat either");
    gate.open();
    for (one, name) in waiting.into_iter().zip(["a", "b"]) {
        assert_eq!(got(one).await, allowed(name));
    }
    for run in w.ended(&hook, 3).await {
        assert_eq!(run.run.state, RunState::Succeeded, "the third went the normal way");
    }
    assert_eq!(said(&w.post(&hook, id("c")).await), allowed("c"), "there are seats again");
}

async fn s11_an_answer_at_once_is_made_of_the_delivery(w: &World) {
    let respond = "mode: now, status: 202, headers: { X-Flow: { template: '{{flow.name}}' } }, \
        json: { got: { path: $.trigger.body.id } }";
    let hook = w.flow(&flow(respond, &[&ask(w)])).publish().await;
    let reply = w.post(&hook, id("a")).await;
    assert_eq!((reply.status, said(&reply)), (202, json!({ "got": "a" })));
    assert_eq!(reply.header("x-flow"), Some("check"));
    let copy = w.post(&hook, id("a")).await;
    assert_eq!((copy.status, said(&copy)), (202, json!({ "got": "a" })));
    assert_eq!(w.outcome(&hook).await.run.state, RunState::Succeeded);
}

/// Two nodes on one database: the copy comes to the one that does not have the run.
#[test]
fn s11_a_copy_on_another_node_waits_too() {
    run(Kind::Postgres, async |w| {
        let other = w.another().await;
        let hook = check(w).await;
        let gate = hold(w);
        let first = post(w, &hook, "a");
        asked(&gate, 1).await;
        let copy = sent(&hook, other.addr(), id("a"));
        until("the copy is stored", async || (w.deliveries(&hook).await.len() == 2).then_some(()))
            .await;
        assert!(!copy.is_finished());
        gate.open();
        assert_eq!(got(first).await, allowed("a"));
        w.clock.advance(limits::RESPOND_POLL);
        assert_eq!(got(copy).await, allowed("a"));
        assert_eq!(w.runs(&hook).await.len(), 1);
        w.kill(&other).await;
    });
}
