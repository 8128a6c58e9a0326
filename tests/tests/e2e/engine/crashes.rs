//! A node that dies at the worst moment (semantics S1 and S5).

use domain::journal::StepState;
use domain::run::RunState;
use domain::{Code, Span, limits};
use serde_json::json;
use tests::both;
use tests::receivers::Gate;
use tests::receivers::http::Answer;
use tests::world::{Request, SOON, World};

use super::retry::rests;
use crate::samples::{deliver, flow, id, ids, lead, order, tell, told, values};

both! {
    s1_a_crash_while_a_repeatable_request_is_under_way_repeats_it_with_its_key,
    s1_a_crash_while_an_unsafe_request_is_under_way_parks_the_run,
    s1_a_crash_after_the_portal_made_the_lead_makes_no_second_one,
    s1_a_crash_before_the_portal_made_the_lead_makes_one,
    s1_an_unsafe_action_in_the_middle_of_a_flow_is_marked_before_it_is_sent,
    completed_steps_never_run_again_after_a_crash,
    a_delay_survives_a_crash,
    a_run_that_was_queued_at_the_crash_is_run,
    s5_five_crashes_of_one_run_park_it_as_poison,
    s5_a_node_that_could_not_renew_goes_on_once_it_can,
}

async fn s1_a_crash_while_a_repeatable_request_is_under_way_repeats_it_with_its_key(w: &World) {
    let gate = Gate::new();
    w.sink.script([Answer::ok().after(&gate)]);
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    gate.wait_for(1, SOON).await.unwrap();
    w.restart().await;
    let run = w.outcome(&hook).await;
    assert_eq!(run.run.state, RunState::Succeeded);
    let all = w.sink.log().all();
    assert_eq!(all.len(), 2);
    assert_eq!(all[0].body, all[1].body);
    assert_eq!(all[0].header("idempotency-key"), all[1].header("idempotency-key"));
}

async fn s1_a_crash_while_an_unsafe_request_is_under_way_parks_the_run(w: &World) {
    w.shop().await;
    let gate = Gate::new();
    w.sink.script([Answer::ok().after(&gate)]);
    let hook = w.flow(&flow(&[order("create_order", "")])).publish().await;
    w.accepted(&hook, id("a")).await;
    gate.wait_for(1, SOON).await.unwrap();
    w.restart().await;
    let run = w.outcome(&hook).await;
    assert_eq!((run.run.state, run.steps[0].state), (RunState::Parked, StepState::Parked));
    assert_eq!(run.run.error.unwrap().code, Code::OutcomeUnknown);
    assert_eq!(told(w, "/orders").len(), 1, "it is never sent blindly");
}

async fn s1_a_crash_after_the_portal_made_the_lead_makes_no_second_one(w: &World) {
    w.crm().await;
    let gate = Gate::new();
    w.portal.http().script([Answer::ok().after(&gate)]);
    let say = tell(w, "say", "/say", "{ path: $.steps.lead.output.id }");
    let hook = w.flow(&flow(&[lead(""), say])).publish().await;
    w.accepted(&hook, id("a")).await;
    gate.wait_for(1, SOON).await.unwrap();
    // The portal carries it out; only the answer does not arrive.
    let held = w.portal.http().log().last().unwrap();
    let body = tests::world::json(&held.json().unwrap());
    let to = w.portal.http().addr();
    assert_eq!(Request::post(&held.path, body).send(to).await.unwrap().status, 200);
    w.restart().await;
    let run = rests(w, &hook, 1).await;
    if run.run.state == RunState::Waiting {
        w.advance_to_due(&run).await;
    }
    w.run_is(run.run.id, RunState::Succeeded).await;
    let created = w.portal.created().all();
    assert_eq!(created.len(), 1);
    assert!(w.portal.origins().repeated().is_empty());
    assert_eq!(values(w, "/say"), [created[0].id]);
}

async fn s1_a_crash_before_the_portal_made_the_lead_makes_one(w: &World) {
    w.crm().await;
    let gate = Gate::new();
    w.portal.http().script([Answer::ok().after(&gate)]);
    let hook = w.flow(&flow(&[lead("")])).publish().await;
    w.accepted(&hook, id("a")).await;
    gate.wait_for(1, SOON).await.unwrap();
    w.restart().await;
    let run = rests(w, &hook, 1).await;
    if run.run.state == RunState::Waiting {
        w.advance_to_due(&run).await;
    }
    w.run_is(run.run.id, RunState::Succeeded).await;
    assert_eq!(w.portal.created().len(), 1);
}

async fn s1_an_unsafe_action_in_the_middle_of_a_flow_is_marked_before_it_is_sent(w: &World) {
    w.shop().await;
    let gate = Gate::new();
    w.sink.script([Answer::ok(), Answer::ok().after(&gate)]);
    let first = tell(w, "first", "/first", "{ literal: 1 }");
    let hook = w.flow(&flow(&[first, order("create_order", "")])).publish().await;
    w.accepted(&hook, id("a")).await;
    gate.wait_for(1, SOON).await.unwrap();
    w.restart().await;
    let run = w.outcome(&hook).await;
    assert_eq!((run.run.state, run.run.step.as_deref()), (RunState::Parked, Some("order")));
    assert_eq!((told(w, "/first").len(), told(w, "/orders").len()), (1, 1));
}

async fn completed_steps_never_run_again_after_a_crash(w: &World) {
    let gate = Gate::new();
    let first = Answer::json(200, &json!({ "token": "from the first try" }));
    w.sink.script([first, Answer::ok().after(&gate)]);
    let steps = [
        tell(w, "one", "/one", "{ literal: 1 }"),
        tell(w, "two", "/two", "{ path: $.steps.one.output.body.token }"),
    ];
    let hook = w.flow(&flow(&steps)).publish().await;
    w.accepted(&hook, id("a")).await;
    gate.wait_for(1, SOON).await.unwrap();
    w.restart().await;
    assert_eq!(w.outcome(&hook).await.run.state, RunState::Succeeded);
    assert_eq!(told(w, "/one").len(), 1);
    assert_eq!(values(w, "/two"), ["from the first try", "from the first try"]);
}

async fn a_delay_survives_a_crash(w: &World) {
    let steps = [
        "{ id: wait, delay: { for: 2h } }".to_owned(),
        tell(w, "say", "/say", "{ literal: later }"),
    ];
    let hook = w.flow(&flow(&steps)).publish().await;
    w.accepted(&hook, id("a")).await;
    let run = w.only_run(&hook, RunState::Waiting).await;
    let due = run.due_at;
    w.restart().await;
    assert_eq!(w.run(run.run.id).await.due_at, due);
    w.advance(Span::mins(119)).await;
    assert!(values(w, "/say").is_empty());
    w.restart().await;
    w.advance(Span::mins(1)).await;
    w.run_is(run.run.id, RunState::Succeeded).await;
    assert_eq!(values(w, "/say"), ["later"]);
}

async fn a_run_that_was_queued_at_the_crash_is_run(w: &World) {
    let gate = Gate::new();
    w.sink.respond({
        let gate = gate.clone();
        move |_| Answer::ok().after(&gate)
    });
    let hook = w.flow(&deliver(w, "")).publish().await;
    let n = limits::WORKERS + 20;
    for i in 0..n {
        w.accepted(&hook, id(&i.to_string())).await;
    }
    gate.wait_for(limits::WORKERS, SOON).await.unwrap();
    w.crash().await;
    gate.open();
    w.sink.log().clear();
    w.start().await;
    let runs = w.ended(&hook, n).await;
    assert!(runs.iter().all(|r| r.run.state == RunState::Succeeded));
    let mut got = ids(w);
    got.sort();
    got.dedup();
    assert_eq!(got.len(), n, "all that was accepted was sent after the crash");
}

async fn s5_five_crashes_of_one_run_park_it_as_poison(w: &World) {
    let gate = Gate::new();
    w.sink.respond({
        let gate = gate.clone();
        move |_| Answer::ok().after(&gate)
    });
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    let crashes = usize::try_from(limits::CRASHES).unwrap();
    for n in 1..=crashes {
        w.sink.wait_for(n, SOON).await.unwrap();
        w.restart().await;
    }
    let run = w.outcome(&hook).await;
    assert_eq!(run.run.state, RunState::Parked);
    assert_eq!(run.run.error.unwrap().code, Code::Poison);
    assert_eq!(ids(w).len(), crashes, "the sixth time it is not started");
    gate.open();
    w.resolve(run.run.id, engine::manage::runs::Verdict::Retry).await;
    w.run_is(run.run.id, RunState::Succeeded).await;
}

async fn s5_a_node_that_could_not_renew_goes_on_once_it_can(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    // Time passes at once, so that the node finds its lease in doubt while runs arrive.
    for n in 0..30 {
        w.clock.advance(limits::LEASE_DOUBT.plus(Span::secs(2)));
        w.accepted(&hook, id(&n.to_string())).await;
    }
    w.advance(limits::LEASE_RENEW).await;
    w.advance(limits::LEASE_RENEW).await;
    let runs = w.ended(&hook, 30).await;
    assert!(runs.iter().all(|r| r.run.state == RunState::Succeeded));
}
