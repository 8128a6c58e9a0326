//! Schedules.

use domain::delivery::{EventState, Verdict};
use domain::run::RunState;
use domain::{Span, Time};
use mapping::moment;
use serde_json::{Value, json};
use tests::both;
use tests::world::{Hook, Kind, World, until};

use super::{flow, pass, settled};
use crate::samples::{id, tell, values};

both! {
    a_schedule_starts_a_run_at_each_of_its_times,
    a_paused_schedule_starts_nothing_and_its_times_count_as_missed,
    a_draft_starts_nothing,
    missed_times_follow_their_policy_after_a_restart,
    a_time_whose_earlier_run_goes_on_is_left_out_visibly,
    queued_times_start_one_after_another,
    a_skipped_local_time_starts_once_right_after_the_gap,
    a_changed_schedule_starts_anew_and_other_changes_do_not,
    a_flow_without_a_schedule_any_more_starts_nothing,
    s12_a_request_to_the_address_of_a_schedule_is_a_probe,
    a_replay_of_a_tick_sees_the_same_data,
}

/// A schedule that tells its data to `/tick`.
fn every_ten(w: &World, more: &str) -> String {
    let trigger = format!(
        "{{ connector: schedule@1.0.0, event: cron, input: {{ cron: {{ literal: '*/10 * * * *' }}{more} }} }}"
    );
    flow(&trigger, &[tell(w, "say", "/tick", "{ path: $.trigger.data }")])
}

/// A schedule whose runs take 25 minutes.
fn slow(w: &World, overlap: &str) -> String {
    let trigger = format!(
        "{{ connector: schedule@1.0.0, event: every, input: {{ every: {{ literal: 10m }}, \
         overlap: {{ literal: {overlap} }} }} }}"
    );
    let wait = "{ id: wait, delay: { for: 25m } }".to_owned();
    flow(&trigger, &[wait, tell(w, "say", "/tick", "{ path: $.trigger.data }")])
}

fn nine(minutes: i64) -> String {
    let begin = moment::parse(&json!("2026-03-02T09:00:00Z"), "UTC").unwrap();
    moment::rfc3339(begin.plus(Span::mins(minutes)))
}

/// What the ticks said: minutes after nine, and how many were missed before.
fn ticks(w: &World) -> Vec<(String, Value)> {
    let of = |v: Value| (v["scheduled_at"].as_str().unwrap().to_owned(), v["missed"].clone());
    values(w, "/tick").into_iter().map(of).collect()
}

async fn a_schedule_starts_a_run_at_each_of_its_times(w: &World) {
    let hook = w.flow(&every_ten(w, "")).publish().await;
    settled(w, &hook).await;
    pass(w, 9).await;
    assert!(w.runs(&hook).await.is_empty());
    pass(w, 1).await;
    let run = w.outcome(&hook).await;
    assert_eq!(run.run.state, RunState::Succeeded);
    settled(w, &hook).await;
    pass(w, 10).await;
    w.ended(&hook, 2).await;
    assert_eq!(ticks(w), [(nine(10), json!(0)), (nine(20), json!(0))]);
    let said = &values(w, "/tick")[0];
    let fired = moment::parse(&said["fired_at"], "UTC").unwrap();
    assert!(fired >= moment::parse(&said["scheduled_at"], "UTC").unwrap());
    let d = w.deliveries(&hook).await.remove(0);
    assert_eq!((d.method.as_str(), d.verdict), ("SCHEDULE", Verdict::Accepted));
    let next: Vec<String> =
        w.upcoming(&hook).await.times.into_iter().map(moment::rfc3339).collect();
    assert_eq!(next, [nine(30), nine(40), nine(50), nine(60), nine(70)]);
}

async fn a_paused_schedule_starts_nothing_and_its_times_count_as_missed(w: &World) {
    let hook = w.flow(&every_ten(w, "")).publish().await;
    settled(w, &hook).await;
    w.pause(&hook).await;
    settled(w, &hook).await;
    pass(w, 35).await;
    assert!(w.events(&hook).await.is_empty());
    w.resume(&hook).await;
    w.outcome(&hook).await;
    assert_eq!(ticks(w), [(nine(30), json!(2))]);
    settled(w, &hook).await;
    pass(w, 5).await;
    w.ended(&hook, 2).await;
}

async fn a_draft_starts_nothing(w: &World) {
    let hook = w.flow(&every_ten(w, "")).keep().await;
    let other = w.flow(&every_ten(w, "")).publish().await;
    settled(w, &other).await;
    pass(w, 10).await;
    w.outcome(&other).await;
    assert!(w.events(&hook).await.is_empty());
    assert_eq!(w.upcoming(&hook).await.times.len(), 5, "what it would do can be seen");
}

async fn missed_times_follow_their_policy_after_a_restart(w: &World) {
    let with = |policy: &str| every_ten(w, &format!(", missed: {{ literal: {policy} }}"));
    let skip = w.flow(&with("skip")).publish().await;
    let once = w.flow(&with("once")).publish().await;
    let all = w.flow(&with("all")).publish().await;
    for hook in [&skip, &once, &all] {
        settled(w, hook).await;
    }
    w.crash().await;
    w.clock.advance(Span::mins(35));
    w.start().await;
    w.ended(&all, 3).await;
    w.ended(&once, 1).await;
    settled(w, &skip).await;
    assert!(w.events(&skip).await.is_empty());
    let mut said = ticks(w);
    said.sort_by_key(|(at, missed)| (at.clone(), missed.to_string()));
    assert_eq!(
        said,
        [(nine(10), json!(0)), (nine(20), json!(0)), (nine(30), json!(0)), (nine(30), json!(2)),]
    );
    pass(w, 5).await;
    w.outcome(&skip).await;
    assert!(ticks(w).contains(&(nine(40), json!(3))), "{:?}", ticks(w));
}

/// The reasons of the events of a flow, oldest first.
async fn reasons(w: &World, hook: &Hook) -> Vec<Option<String>> {
    w.events(hook).await.into_iter().map(|e| e.reason).collect()
}

async fn a_time_whose_earlier_run_goes_on_is_left_out_visibly(w: &World) {
    let hook = w.flow(&slow(w, "skip")).publish().await;
    settled(w, &hook).await;
    pass(w, 10).await;
    w.only_run(&hook, RunState::Waiting).await;
    for _ in 0..2 {
        settled(w, &hook).await;
        pass(w, 10).await;
    }
    settled(w, &hook).await;
    let overlap = || Some("overlap".to_owned());
    assert_eq!(reasons(w, &hook).await, [None, overlap(), overlap()]);
    let events = w.events(&hook).await;
    assert_eq!(events[1].state, EventState::Filtered);
    pass(w, 5).await;
    w.outcome(&hook).await;
    pass(w, 5).await;
    until("the next run", async || (w.runs(&hook).await.len() == 2).then_some(())).await;
    settled(w, &hook).await;
    pass(w, 25).await;
    until("its end", async || (ticks(w).len() == 2).then_some(())).await;
    assert_eq!(ticks(w), [(nine(10), json!(0)), (nine(40), json!(2))]);
}

async fn queued_times_start_one_after_another(w: &World) {
    let hook = w.flow(&slow(w, "queue")).publish().await;
    settled(w, &hook).await;
    pass(w, 10).await;
    w.only_run(&hook, RunState::Waiting).await;
    settled(w, &hook).await;
    pass(w, 11).await;
    settled(w, &hook).await;
    assert_eq!(w.events(&hook).await.len(), 1, "it waits");
    pass(w, 14).await;
    w.run_is(w.runs(&hook).await[0].id, RunState::Succeeded).await;
    settled(w, &hook).await;
    w.advance(Span::secs(11)).await;
    until("the next run", async || (w.runs(&hook).await.len() == 2).then_some(())).await;
    pass(w, 26).await;
    until("its end", async || (ticks(w).len() == 2).then_some(())).await;
    assert_eq!(ticks(w), [(nine(10), json!(0)), (nine(20), json!(0))]);
}

/// Moves time to a moment in the future.
async fn go_to(w: &World, at: &str) {
    let at = moment::parse(&json!(at), "UTC").unwrap();
    let now: Time = domain::Clock::now(w.clock.as_ref());
    w.advance(at.since(now)).await;
}

async fn a_skipped_local_time_starts_once_right_after_the_gap(w: &World) {
    go_to(w, "2026-03-28T12:00:00Z").await;
    let daily = every_ten(w, ", timezone: { literal: Europe/Berlin }")
        .replace("*/10 * * * *", "*/20 2 * * *");
    let hook = w.flow(&daily).publish().await;
    settled(w, &hook).await;
    go_to(w, "2026-03-29T01:30:00Z").await;
    w.outcome(&hook).await;
    assert_eq!(ticks(w), [("2026-03-29T01:00:00Z".to_owned(), json!(0))]);
}

async fn a_changed_schedule_starts_anew_and_other_changes_do_not(w: &World) {
    let hook = w.flow(&every_ten(w, "")).publish().await;
    settled(w, &hook).await;
    pass(w, 5).await;
    // Another name of the flow and another policy: the next time stays.
    let renamed = every_ten(w, ", overlap: { literal: queue }").replace("name: flow", "name: new");
    w.flow(&renamed).instead_of(&hook).publish().await;
    settled(w, &hook).await;
    pass(w, 5).await;
    w.outcome(&hook).await;
    let sevens = every_ten(w, "").replace("*/10 * * * *", "*/7 * * * *");
    w.flow(&sevens).instead_of(&hook).publish().await;
    settled(w, &hook).await;
    pass(w, 4).await;
    w.ended(&hook, 2).await;
    settled(w, &hook).await;
    pass(w, 6).await;
    settled(w, &hook).await;
    assert_eq!(ticks(w), [(nine(10), json!(0)), (nine(14), json!(0))], "20 was of the old one");
}

async fn a_flow_without_a_schedule_any_more_starts_nothing(w: &World) {
    let hook = w.flow(&every_ten(w, "")).publish().await;
    settled(w, &hook).await;
    let say = tell(w, "say", "/tick", "{ path: $.trigger.body }");
    let by_request = flow("{ connector: webhook@1.0.0, event: request }", &[say]);
    w.flow(&by_request).instead_of(&hook).publish().await;
    let other = w.flow(&every_ten(w, "")).publish().await;
    settled(w, &other).await;
    pass(w, 10).await;
    w.outcome(&other).await;
    assert!(w.events(&hook).await.is_empty());
    w.accepted(&hook, id("a")).await;
    w.outcome(&hook).await;
}

async fn s12_a_request_to_the_address_of_a_schedule_is_a_probe(w: &World) {
    let hook = w.flow(&every_ten(w, "")).publish().await;
    let reply = w.accepted(&hook, id("a")).await;
    assert!(reply.body.is_empty(), "{reply:?}");
    let d = w.deliveries(&hook).await;
    assert_eq!((d.len(), d[0].verdict), (1, Verdict::Probe));
    assert!(w.events(&hook).await.is_empty());
}

async fn a_replay_of_a_tick_sees_the_same_data(w: &World) {
    let hook = w.flow(&every_ten(w, "")).publish().await;
    settled(w, &hook).await;
    pass(w, 10).await;
    let run = w.outcome(&hook).await;
    let again = w.replay(run.run.id, engine::manage::runs::Replay::default()).await;
    w.run_is(again, RunState::Succeeded).await;
    let said = values(w, "/tick");
    assert_eq!((said.len(), &said[0]), (2, &said[1]));
}

/// Two nodes look at the same schedule; each time starts one run.
#[test]
fn each_time_starts_one_run_on_two_nodes() {
    tests::world::run(Kind::Postgres, async |w: &World| {
        w.another().await;
        w.another().await;
        let hook = w.flow(&every_ten(w, "")).publish().await;
        settled(w, &hook).await;
        for n in 1..=5 {
            pass(w, 10).await;
            w.ended(&hook, n).await;
            settled(w, &hook).await;
        }
        assert_eq!(w.events(&hook).await.len(), 5);
        assert_eq!(ticks(w).len(), 5);
    });
}
