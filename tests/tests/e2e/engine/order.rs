//! Runs of one key one after another, and events that came too late (semantics S7).

use domain::delivery::EventState;
use domain::ids::RunId;
use domain::run::RunState;
use domain::{Code, Span};
use engine::manage::runs::{Replay, Verdict};
use serde_json::{Value, json};
use tests::both;
use tests::receivers::Gate;
use tests::receivers::http::Answer;
use tests::world::{Body, Hook, Request, SOON, World, form, until};

use crate::samples::told;

both! {
    s7_events_of_a_key_are_sent_in_the_order_of_their_arrival,
    s7_a_run_that_is_tried_again_keeps_the_later_ones_of_its_key_waiting,
    s7_a_delay_keeps_the_later_ones_of_its_key_waiting,
    s7_a_failed_and_a_parked_run_hand_over,
    s7_a_parked_run_keeps_its_key_where_the_flow_says_so,
    s7_a_cancelled_run_leaves_its_place,
    s7_an_event_without_a_key_waits_for_nobody,
    s17_a_body_that_cannot_be_read_has_no_order,
    s7_a_replay_takes_no_place_in_the_order,
    s7_order_survives_a_crash,
    s7_released_events_go_in_order,
    s7_an_event_older_than_the_newest_is_not_run,
    s7_equal_missing_and_unreadable_moments_are_run,
    s7_a_replay_is_never_stale,
    s7_a_released_event_is_compared_with_what_was_accepted_meanwhile,
}

/// A flow that sends `id` of what came; `trigger` and `steps` are added to it.
fn sending(w: &World, trigger: &str, steps: &str) -> String {
    format!(
        "
zveno: 1
name: sending
trigger:
  connector: webhook@1.0.0
  event: request
  {trigger}
steps:
{steps}
  - id: out
    action: http.request@1.0.0
    input:
      method: {{ literal: POST }}
      url: {{ literal: '{}' }}
      json: {{ object: {{ id: {{ path: $.trigger.body.id }} }} }}
",
        w.sink.url("/out")
    )
}

const BY_KEY: &str = "order_by: '{{trigger.body.key}}'";
const NEWEST: &str = "newest: { key: '{{trigger.body.key}}', at: { path: $.trigger.body.at } }";

fn of(key: &str, id: &str) -> Body {
    form(&[("key", key), ("id", id)])
}

fn at(id: &str, at: &str) -> Body {
    form(&[("key", "k"), ("id", id), ("at", at)])
}

/// The ids that were sent, in order.
fn sent(w: &World) -> Vec<String> {
    told(w, "/out").iter().filter_map(|v| v["id"].as_str().map(str::to_owned)).collect()
}

/// Waits until so many were sent.
async fn sends(w: &World, n: usize) -> Vec<String> {
    w.sink.wait_for(n, SOON).await.unwrap();
    sent(w)
}

async fn run_of(w: &World, hook: &Hook, n: usize) -> RunId {
    w.runs(hook).await[n].id
}

/// Sends an event, and answers its run.
async fn post(w: &World, hook: &Hook, body: Body) -> RunId {
    w.accepted(hook, body).await;
    w.runs(hook).await.last().unwrap().id
}

async fn s7_events_of_a_key_are_sent_in_the_order_of_their_arrival(w: &World) {
    // Every fourth request is to be repeated.
    let n = std::sync::atomic::AtomicUsize::new(0);
    w.sink.respond(move |_| {
        let n = n.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if n % 4 == 3 { Answer::status(503) } else { Answer::ok() }
    });
    let hook = w.flow(&sending(w, BY_KEY, "")).publish().await;
    for i in 0..30 {
        w.accepted(&hook, of(["a", "b", "c"][i % 3], &format!("{i:02}"))).await;
    }
    until("the end of all runs", async || {
        w.advance(Span::secs(3)).await;
        (w.counts().await.jobs == 0).then_some(())
    })
    .await;
    let runs = w.ended(&hook, 30).await;
    assert!(runs.iter().all(|r| r.run.state == RunState::Succeeded));
    let mut all = sent(w);
    assert!(all.len() > 30, "some were repeated");
    for key in 0..3 {
        let mut of_key = all.clone();
        of_key.retain(|id| id.parse::<usize>().unwrap() % 3 == key);
        of_key.dedup();
        assert_eq!(of_key.len(), 10, "a later one came in between: {of_key:?}");
        assert!(of_key.is_sorted(), "{of_key:?}");
    }
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 30);
}

/// A first run of key `a` that waits for its next try, and a second one behind it.
async fn two(w: &World) -> (Hook, RunId, RunId) {
    w.sink.script([Answer::status(503)]);
    let hook = w.flow(&sending(w, BY_KEY, "")).publish().await;
    let first = post(w, &hook, of("a", "1")).await;
    w.run_is(first, RunState::Waiting).await;
    let second = post(w, &hook, of("a", "2")).await;
    (hook, first, second)
}

async fn s7_a_run_that_is_tried_again_keeps_the_later_ones_of_its_key_waiting(w: &World) {
    let (hook, first, second) = two(w).await;
    w.accepted(&hook, of("b", "3")).await;
    assert_eq!(sends(w, 2).await, ["1", "3"], "another key does not wait");
    assert_eq!(w.run(second).await.run.state, RunState::Queued);
    let run = w.run(first).await;
    w.advance_to_due(&run).await;
    w.run_is(second, RunState::Succeeded).await;
    assert_eq!(sent(w), ["1", "3", "1", "2"]);
}

async fn s7_a_delay_keeps_the_later_ones_of_its_key_waiting(w: &World) {
    let wait = "  - { id: wait, delay: { for: 1h } }";
    let hook = w.flow(&sending(w, BY_KEY, wait)).publish().await;
    let first = post(w, &hook, of("a", "1")).await;
    w.run_is(first, RunState::Waiting).await;
    w.advance(Span::mins(30)).await;
    let second = post(w, &hook, of("a", "2")).await;
    let run = w.run(first).await;
    w.advance_to_due(&run).await;
    w.run_is(first, RunState::Succeeded).await;
    // Its own hour began when its event arrived, but its turn came only now.
    let run = w.run_is(second, RunState::Waiting).await;
    let left = w.advance_to_due(&run).await;
    assert!(left > Span::mins(29) && left < Span::mins(31), "{left}");
    w.run_is(second, RunState::Succeeded).await;
    assert_eq!(sent(w), ["1", "2"]);
}

async fn s7_a_failed_and_a_parked_run_hand_over(w: &World) {
    let park = "    on_unknown: park";
    let gate = Gate::new();
    let answers = [Answer::status(400).after(&gate), Answer::close_without_answer(), Answer::ok()];
    w.sink.script(answers);
    let hook = w.flow(&(sending(w, BY_KEY, "") + park)).publish().await;
    for id in ["1", "2", "3"] {
        w.accepted(&hook, of("a", id)).await;
    }
    gate.open();
    let states: Vec<_> = w.ended(&hook, 3).await.iter().map(|r| r.run.state).collect();
    assert_eq!(states, [RunState::Failed, RunState::Parked, RunState::Succeeded]);
    assert_eq!(sent(w), ["1", "2", "3"]);
}

async fn s7_a_parked_run_keeps_its_key_where_the_flow_says_so(w: &World) {
    let trigger = format!("{BY_KEY}\n  on_park: wait");
    let flow = sending(w, &trigger, "") + "    on_unknown: park";
    let hook = w.flow(&flow).publish().await;
    let parks = |verdict: Option<Verdict>| {
        let hook = hook.clone();
        async move {
            let n = w.runs(&hook).await.len();
            w.sink.script([Answer::close_without_answer()]);
            let first = post(w, &hook, of("a", &n.to_string())).await;
            w.run_is(first, RunState::Parked).await;
            let second = post(w, &hook, of("a", &(n + 1).to_string())).await;
            w.accepted(&hook, of("b", &(n + 2).to_string())).await;
            let run = run_of(w, &hook, n + 2).await;
            w.run_is(run, RunState::Succeeded).await;
            assert_eq!(w.run(second).await.run.state, RunState::Queued);
            match verdict {
                Some(v) => w.resolve(first, v).await,
                None => w.cancel(first).await,
            }
            w.run_is(second, RunState::Succeeded).await;
        }
    };
    parks(Some(Verdict::Retry)).await;
    assert_eq!(sent(w), ["0", "2", "0", "1"]);
    parks(Some(Verdict::Fail)).await;
    parks(Some(Verdict::Done(Value::Null))).await;
    parks(None).await;
    assert_eq!(sent(w)[4..], ["3", "5", "4", "6", "8", "7", "9", "11", "10"]);
}

async fn s7_a_cancelled_run_leaves_its_place(w: &World) {
    let (hook, first, second) = two(w).await;
    let third = post(w, &hook, of("a", "3")).await;
    w.cancel(second).await;
    w.cancel(first).await;
    w.run_is(third, RunState::Succeeded).await;
    assert_eq!(sent(w), ["1", "3"]);
}

async fn s7_an_event_without_a_key_waits_for_nobody(w: &World) {
    let (hook, _, second) = two(w).await;
    w.accepted(&hook, form(&[("id", "3")])).await;
    w.accepted(&hook, of("", "4")).await;
    let mut all = sends(w, 3).await;
    all.sort();
    assert_eq!(all, ["1", "3", "4"]);
    assert_eq!(w.run(second).await.run.state, RunState::Queued);
}

async fn s17_a_body_that_cannot_be_read_has_no_order(w: &World) {
    w.sink.script([Answer::status(503)]);
    let hook = w.flow(&sending(w, "order_by: '{{trigger.query.key}}'", "")).publish().await;
    let keyed = Hook { path: format!("{}?key=a", hook.path), ..hook.clone() };
    let first = post(w, &keyed, form(&[("id", "1")])).await;
    w.run_is(first, RunState::Waiting).await;
    let second = post(w, &keyed, form(&[("id", "2")])).await;
    let broken = Request::post(&keyed.path, Body::new("application/json", "{"));
    assert_eq!(w.send(broken).await.status, 200);
    let broken = w.runs(&hook).await.last().unwrap().id;
    w.run_is(broken, RunState::Failed).await;
    assert_eq!(w.run(second).await.run.state, RunState::Queued);
}

async fn s7_a_replay_takes_no_place_in_the_order(w: &World) {
    let hook = w.flow(&sending(w, BY_KEY, "")).publish().await;
    let old = post(w, &hook, of("a", "0")).await;
    w.run_is(old, RunState::Succeeded).await;
    w.sink.script([Answer::status(503)]);
    let first = post(w, &hook, of("a", "1")).await;
    w.run_is(first, RunState::Waiting).await;
    let second = post(w, &hook, of("a", "2")).await;
    let again = w.replay(old, Replay::default()).await;
    w.run_is(again, RunState::Succeeded).await;
    assert_eq!(w.run(second).await.run.state, RunState::Queued, "it hands nothing over");
    let run = w.run(first).await;
    w.advance_to_due(&run).await;
    w.run_is(second, RunState::Succeeded).await;
    assert_eq!(sent(w), ["0", "1", "0", "1", "2"]);
}

async fn s7_order_survives_a_crash(w: &World) {
    let gate = Gate::new();
    w.sink.script([Answer::ok().after(&gate)]);
    let hook = w.flow(&sending(w, BY_KEY, "")).publish().await;
    w.accepted(&hook, of("a", "1")).await;
    gate.wait_for(1, SOON).await.unwrap();
    w.accepted(&hook, of("a", "2")).await;
    w.crash().await;
    gate.open();
    w.start().await;
    w.accepted(&hook, of("a", "3")).await;
    let runs = w.ended(&hook, 3).await;
    assert!(runs.iter().all(|r| r.run.state == RunState::Succeeded));
    assert_eq!(sent(w), ["1", "1", "2", "3"]);
}

async fn s7_released_events_go_in_order(w: &World) {
    let hook = w.flow(&sending(w, BY_KEY, "")).keep().await;
    for id in ["1", "2", "3"] {
        w.accepted(&hook, of("a", id)).await;
    }
    w.accepted(&hook, of("b", "4")).await;
    w.publish(&hook).await;
    w.sink.script([Answer::status(503)]);
    w.accepted(&hook, of("a", "0")).await;
    let first = run_of(w, &hook, 0).await;
    w.run_is(first, RunState::Waiting).await;
    assert_eq!(w.release(&hook).await, 4);
    assert_eq!(sends(w, 2).await, ["0", "4"]);
    let run = w.run(first).await;
    w.advance_to_due(&run).await;
    w.ended(&hook, 5).await;
    assert_eq!(sent(w), ["0", "4", "0", "1", "2", "3"]);
}

// ---- staleness -------------------------------------------------------------------------------

async fn s7_an_event_older_than_the_newest_is_not_run(w: &World) {
    let hook = w.flow(&sending(w, NEWEST, "")).publish().await;
    let newer = post(w, &hook, at("new", "2026-03-01T10:00:00Z")).await;
    w.run_is(newer, RunState::Succeeded).await;
    // The same moment in another zone would not be older.
    let older = post(w, &hook, at("old", "2026-03-01T12:59:59.5+03:00")).await;
    let run = w.run_is(older, RunState::Stale).await;
    assert!(run.steps.is_empty() && run.attempts.is_empty());
    let why = run.run.error.unwrap();
    assert_eq!(why.code, Code::Stale);
    assert!(why.message.contains("2026-03-01T10:00:00Z"), "{why:?}");
    let other = form(&[("key", "other"), ("id", "other"), ("at", "2020-01-01")]);
    let other = post(w, &hook, other).await;
    w.run_is(other, RunState::Succeeded).await;
    assert_eq!(sent(w), ["new", "other"]);
    assert_eq!(w.counts().await.stale, 1);
}

async fn s7_equal_missing_and_unreadable_moments_are_run(w: &World) {
    let hook = w.flow(&sending(w, NEWEST, "")).publish().await;
    w.accepted(&hook, at("1", "2026-03-01T10:00:00Z")).await;
    w.accepted(&hook, at("2", "2026-03-01T13:00:00+03:00")).await;
    w.accepted(&hook, at("3", "soon")).await;
    w.accepted(&hook, at("4", "")).await;
    w.accepted(&hook, of("k", "5")).await;
    w.accepted(&hook, form(&[("id", "6"), ("at", "2020-01-01")])).await;
    let runs = w.ended(&hook, 6).await;
    assert!(runs.iter().all(|r| r.run.state == RunState::Succeeded));
}

async fn s7_a_replay_is_never_stale(w: &World) {
    let hook = w.flow(&sending(w, NEWEST, "")).publish().await;
    w.accepted(&hook, at("new", "2026-03-01T10:00:00Z")).await;
    let older = post(w, &hook, at("old", "2026-03-01T09:00:00Z")).await;
    w.run_is(older, RunState::Stale).await;
    let again = w.replay(older, Replay::default()).await;
    w.run_is(again, RunState::Succeeded).await;
    let late = post(w, &hook, at("late", "2026-03-01T09:30:00Z")).await;
    w.run_is(late, RunState::Stale).await;
    assert_eq!(sent(w), ["new", "old"]);
}

async fn s7_a_released_event_is_compared_with_what_was_accepted_meanwhile(w: &World) {
    let hook = w.flow(&sending(w, NEWEST, "")).keep().await;
    w.accepted(&hook, at("held", "2026-03-01T09:00:00Z")).await;
    assert_eq!(w.only_event(&hook).await.state, EventState::Held);
    w.publish(&hook).await;
    let live = post(w, &hook, at("live", "2026-03-01T10:00:00Z")).await;
    w.run_is(live, RunState::Succeeded).await;
    assert_eq!(w.release(&hook).await, 1);
    w.ended(&hook, 2).await;
    assert_eq!((w.counts().await.stale, w.counts().await.succeeded), (1, 1));
    assert_eq!(told(w, "/out"), [json!({ "id": "live" })]);
}
