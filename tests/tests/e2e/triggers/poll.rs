//! Services that are asked for new records.

use domain::connection::ConnectionState;
use domain::{Clock, Span, Time};
use serde_json::Value;
use tests::both;
use tests::receivers::Gate;
use tests::receivers::http::Answer;
use tests::world::{Hook, Kind, World, until};

use super::{flow, pass, settled};
use crate::samples::{tell, values};

both! {
    the_first_poll_takes_nothing_or_the_newest,
    new_records_ties_and_late_ones_become_one_event_each,
    more_records_than_one_poll_reads_come_at_once_afterwards,
    a_service_that_fails_is_asked_later_and_nothing_is_lost,
    s14_a_broken_connection_waits_for_its_reconnection,
    a_node_that_dies_between_two_pages_loses_nothing_and_takes_nothing_twice,
    drafts_and_paused_flows_are_not_asked_for,
    another_period_keeps_the_cursor_and_another_question_starts_anew,
}

fn polling(w: &World, event: &str, input: &str) -> String {
    let trigger =
        format!("{{ connector: feed@1.0.0, event: {event}, connection: feed, input: {input} }}");
    flow(&trigger, &[tell(w, "say", "/record", "{ path: $.trigger.body.id }")])
}

fn now(w: &World) -> Time {
    w.clock.now()
}

/// Ids of the records that had a run, sorted.
fn taken(w: &World) -> Vec<Value> {
    let mut ids = values(w, "/record");
    ids.sort_by_key(Value::to_string);
    ids
}

/// A published poll that has asked once.
async fn begun(w: &World, input: &str) -> Hook {
    w.feed().await;
    let hook = w.flow(&polling(w, "records", input)).publish().await;
    settled(w, &hook).await;
    hook
}

async fn the_first_poll_takes_nothing_or_the_newest(w: &World) {
    for (id, minutes) in [("a", 1), ("b", 2), ("c", 1_000)] {
        w.feed.add(id, now(w).minus(Span::mins(minutes)));
    }
    let hook = begun(w, "{}").await;
    let newest = w.flow(&polling(w, "newest", "{}")).publish().await;
    settled(w, &newest).await;
    w.ended(&newest, 2).await;
    assert_eq!(taken(w), ["a", "b"]);
    for _ in 0..2 {
        pass(w, 5).await;
        settled(w, &hook).await;
        settled(w, &newest).await;
    }
    assert!(w.events(&hook).await.is_empty());
    assert_eq!(w.events(&newest).await.len(), 2);
    assert_eq!(w.deliveries(&newest).await[0].method, "POLL");
}

async fn new_records_ties_and_late_ones_become_one_event_each(w: &World) {
    let hook = begun(w, "{}").await;
    pass(w, 1).await;
    let first = now(w);
    w.feed.add("a", first);
    w.feed.add("b", first);
    pass(w, 4).await;
    w.ended(&hook, 2).await;
    settled(w, &hook).await;
    // The same moment as the cursor, and a minute before it.
    w.feed.add("tie", first);
    w.feed.add("late", first.minus(Span::mins(1)));
    pass(w, 5).await;
    w.ended(&hook, 4).await;
    settled(w, &hook).await;
    for _ in 0..3 {
        pass(w, 5).await;
        settled(w, &hook).await;
    }
    assert_eq!(taken(w), ["a", "b", "late", "tie"]);
    assert_eq!(w.deliveries(&hook).await.len(), 4, "no copies");
}

async fn more_records_than_one_poll_reads_come_at_once_afterwards(w: &World) {
    let hook = begun(w, "{}").await;
    // Four pages of three are read by one poll, and all lie within the overlap.
    for n in 0..31 {
        w.feed.add(&format!("r{n:02}"), now(w).plus(Span::secs(n)));
    }
    pass(w, 5).await;
    w.ended(&hook, 31).await;
    settled(w, &hook).await;
    assert_eq!(w.events(&hook).await.len(), 31);
    assert!(w.feed.asked() > 8, "{}", w.feed.asked());
}

async fn status(w: &World, hook: &Hook) -> Value {
    w.upcoming(hook).await.last
}

async fn a_service_that_fails_is_asked_later_and_nothing_is_lost(w: &World) {
    let hook = begun(w, "{}").await;
    w.feed.add("a", now(w));
    w.feed.http().next(3, &Answer::status(503));
    let asked = w.feed.asked();
    pass(w, 5).await;
    settled(w, &hook).await;
    let seen = status(w, &hook).await;
    assert_eq!(
        (&seen["ok"], &seen["code"], &seen["failures"]),
        (&false.into(), &"remote_unavailable".into(), &1.into())
    );
    pass(w, 5).await;
    settled(w, &hook).await;
    // Twice the period now, then four times.
    pass(w, 5).await;
    settled(w, &hook).await;
    assert_eq!(w.feed.asked(), asked + 2);
    pass(w, 5).await;
    settled(w, &hook).await;
    assert_eq!(w.feed.asked(), asked + 3);
    pass(w, 20).await;
    w.outcome(&hook).await;
    settled(w, &hook).await;
    assert_eq!((taken(w), &status(w, &hook).await["ok"]), (vec!["a".into()], &true.into()));
}

async fn s14_a_broken_connection_waits_for_its_reconnection(w: &World) {
    let hook = begun(w, "{}").await;
    w.feed.add("a", now(w));
    // The list, and the connection's own test.
    w.feed.http().next(2, &Answer::status(401));
    pass(w, 5).await;
    settled(w, &hook).await;
    assert_eq!(w.connection_state("feed").await, ConnectionState::Broken);
    assert_eq!(status(w, &hook).await["code"], "connection_broken");
    let asked = w.feed.asked();
    pass(w, 30).await;
    settled(w, &hook).await;
    assert_eq!(w.feed.asked(), asked, "it is not asked meanwhile");
    assert!(w.test_connection("feed").await);
    w.outcome(&hook).await;
    assert_eq!(taken(w), ["a"]);
}

async fn a_node_that_dies_between_two_pages_loses_nothing_and_takes_nothing_twice(w: &World) {
    let hook = begun(w, "{}").await;
    for n in 0..5 {
        w.feed.add(&format!("r{n}"), now(w));
    }
    let gate = Gate::new();
    let page = |ids: &[&str]| {
        let at = mapping::moment::rfc3339(now(w));
        let list: Vec<Value> =
            ids.iter().map(|id| serde_json::json!({ "id": id, "at": at })).collect();
        Answer::json(200, &serde_json::json!({ "records": list }))
    };
    let asked = w.feed.asked();
    w.feed.http().script([page(&["r0", "r1", "r2"]), page(&["r3"]).after(&gate)]);
    w.clock.advance(Span::mins(5));
    until("the second page", async || (w.feed.asked() == asked + 2).then_some(())).await;
    w.restart().await;
    gate.open();
    w.ended(&hook, 5).await;
    settled(w, &hook).await;
    assert_eq!(taken(w), ["r0", "r1", "r2", "r3", "r4"]);
}

async fn drafts_and_paused_flows_are_not_asked_for(w: &World) {
    w.feed().await;
    let hook = w.flow(&polling(w, "records", "{}")).keep().await;
    pass(w, 10).await;
    assert_eq!(w.feed.asked(), 0);
    w.publish(&hook).await;
    settled(w, &hook).await;
    w.pause(&hook).await;
    settled(w, &hook).await;
    w.feed.add("a", now(w));
    let asked = w.feed.asked();
    pass(w, 10).await;
    pass(w, 10).await;
    assert_eq!(w.feed.asked(), asked);
    w.resume(&hook).await;
    w.outcome(&hook).await;
    assert_eq!(taken(w), ["a"]);
}

async fn another_period_keeps_the_cursor_and_another_question_starts_anew(w: &World) {
    let hook = begun(w, "{}").await;
    w.feed.add("a", now(w));
    let longer = polling(w, "records", "{ every: { literal: 10m } }");
    w.flow(&longer).instead_of(&hook).publish().await;
    settled(w, &hook).await;
    pass(w, 5).await;
    w.outcome(&hook).await;
    settled(w, &hook).await;
    let asked = w.feed.asked();
    pass(w, 5).await;
    settled(w, &hook).await;
    assert_eq!(w.feed.asked(), asked, "every ten minutes now");
    // What exists when another question is asked is no news.
    w.feed.add("b", now(w));
    let other = polling(w, "records", "{ kind: { literal: x } }");
    w.flow(&other).instead_of(&hook).publish().await;
    settled(w, &hook).await;
    pass(w, 5).await;
    settled(w, &hook).await;
    assert_eq!(taken(w), ["a"]);
}

/// Two nodes; the service is asked by one of them each time.
#[test]
fn each_poll_is_made_by_one_of_two_nodes() {
    tests::world::run(Kind::Postgres, async |w: &World| {
        w.another().await;
        let hook = begun(w, "{}").await;
        for n in 1..=5 {
            w.feed.add(&format!("r{n}"), now(w));
            let asked = w.feed.asked();
            pass(w, 5).await;
            w.ended(&hook, n).await;
            settled(w, &hook).await;
            assert_eq!(w.feed.asked(), asked + 1);
        }
        assert_eq!(w.deliveries(&hook).await.len(), 5);
    });
}
