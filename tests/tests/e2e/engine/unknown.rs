//! Requests whose outcome nobody knows (semantics S1).

use domain::Code;
use domain::journal::StepState;
use domain::run::RunState;
use engine::manage::runs::Verdict;
use serde_json::json;
use tests::both;
use tests::receivers::bitrix24::Failure;
use tests::receivers::http::Answer;
use tests::world::World;

use super::retry::rests;
use crate::samples::{deliver, flow, id, ids, lead, order, tell, told, values};

both! {
    s1_an_unknown_outcome_of_http_request_is_tried_again,
    s1_an_unknown_create_without_key_or_check_is_parked_and_not_repeated,
    s1_an_unknown_create_with_a_key_is_tried_again_with_the_same_key,
    s1_a_lost_answer_of_bitrix24_is_checked_and_makes_no_second_lead,
    s1_a_lost_request_of_bitrix24_is_checked_and_sent_again,
    s1_a_step_may_choose_what_happens,
    s1_a_complete_answer_is_never_unknown,
    a_parked_step_that_was_not_done_is_sent_again,
    a_parked_step_that_was_done_gives_its_output_to_the_next,
    a_parked_run_may_be_given_up,
}

async fn s1_an_unknown_outcome_of_http_request_is_tried_again(w: &World) {
    for answer in [Answer::close_without_answer(), Answer::reset(), Answer::raw("HTTP/1.1 2")] {
        w.sink.script([answer]);
        let hook = w.flow(&deliver(w, "")).publish().await;
        w.accepted(&hook, id("a")).await;
        let run = rests(w, &hook, 1).await;
        assert_eq!(run.run.state, RunState::Waiting);
        assert_eq!(run.attempts[0].outcome, "unknown");
        w.advance_to_due(&run).await;
        assert_eq!(rests(w, &hook, 2).await.run.state, RunState::Succeeded);
    }
    assert_eq!(ids(w).len(), 6);
}

async fn s1_an_unknown_create_without_key_or_check_is_parked_and_not_repeated(w: &World) {
    w.shop().await;
    w.sink.script([Answer::close_without_answer()]);
    let hook = w.flow(&flow(&[order("create_order", "")])).publish().await;
    w.accepted(&hook, id("a")).await;
    let run = rests(w, &hook, 1).await;
    assert_eq!((run.run.state, run.steps[0].state), (RunState::Parked, StepState::Parked));
    assert_eq!(run.run.error.unwrap().code, Code::OutcomeUnknown);
    w.advance(domain::Span::hours(30)).await;
    w.restart().await;
    assert_eq!(w.run(run.run.id).await.run.state, RunState::Parked);
    assert_eq!(told(w, "/orders").len(), 1);
    assert_eq!(w.counts().await.parked, 1);
}

async fn s1_an_unknown_create_with_a_key_is_tried_again_with_the_same_key(w: &World) {
    w.shop().await;
    w.sink.script([Answer::close_without_answer(), Answer::json(200, &json!({ "id": 9 }))]);
    let hook = w.flow(&flow(&[order("pay", "")])).publish().await;
    w.accepted(&hook, id("a")).await;
    let run = rests(w, &hook, 1).await;
    w.advance_to_due(&run).await;
    let run = rests(w, &hook, 2).await;
    assert_eq!(run.run.state, RunState::Succeeded);
    assert_eq!(run.steps[0].output, Some(json!({ "id": 9 })));
    let all = w.sink.log().all();
    let keys: Vec<_> = all.iter().map(|r| r.header("idempotency-key").unwrap()).collect();
    assert_eq!(keys[0], keys[1]);
}

async fn s1_a_lost_answer_of_bitrix24_is_checked_and_makes_no_second_lead(w: &World) {
    w.crm().await;
    w.portal.fail(Some("crm.item.add"), 1, &Failure::LostAnswer);
    let hook =
        w.flow(&flow(&[lead(""), tell(w, "say", "/say", "{ path: $.steps.lead.output.id }")]));
    let hook = hook.publish().await;
    w.accepted(&hook, id("a")).await;
    let run = rests(w, &hook, 1).await;
    assert_eq!(run.attempts[0].outcome, "unknown");
    w.advance_to_due(&run).await;
    let run = w.run_is(run.run.id, RunState::Succeeded).await;
    let created = w.portal.created().all();
    assert_eq!(created.len(), 1, "{run:#?}");
    assert_eq!(values(w, "/say"), [created[0].id]);
    assert!(w.portal.origins().repeated().is_empty());
}

async fn s1_a_lost_request_of_bitrix24_is_checked_and_sent_again(w: &World) {
    w.crm().await;
    let lost = Failure::Raw(Answer::close_without_answer());
    w.portal.fail(Some("crm.item.add"), 1, &lost);
    let hook = w.flow(&flow(&[lead("")])).publish().await;
    w.accepted(&hook, id("a")).await;
    let run = rests(w, &hook, 1).await;
    w.advance_to_due(&run).await;
    w.run_is(run.run.id, RunState::Succeeded).await;
    let calls: Vec<String> = w.portal.calls().all().iter().map(|c| c.method.clone()).collect();
    assert_eq!(calls, ["crm.item.add", "crm.item.list", "crm.item.add"]);
    assert_eq!(w.portal.created().len(), 1);
}

async fn s1_a_step_may_choose_what_happens(w: &World) {
    w.shop().await;
    w.sink.script([Answer::close_without_answer(), Answer::close_without_answer()]);
    let parks = w.flow(&deliver(w, "    on_unknown: park\n")).publish().await;
    w.accepted(&parks, id("a")).await;
    assert_eq!(rests(w, &parks, 1).await.run.state, RunState::Parked);
    let again = order("create_order", ", on_unknown: retry");
    let again = w.flow(&flow(&[again])).publish().await;
    w.accepted(&again, id("b")).await;
    assert_eq!(rests(w, &again, 1).await.run.state, RunState::Waiting);
}

async fn s1_a_complete_answer_is_never_unknown(w: &World) {
    w.shop().await;
    w.sink.script([Answer::status(500), Answer::status(400)]);
    let hook = w.flow(&flow(&[order("create_order", "")])).publish().await;
    w.accepted(&hook, id("a")).await;
    let run = rests(w, &hook, 1).await;
    assert_eq!(run.run.state, RunState::Waiting, "500 is repeated whatever the action");
    w.advance_to_due(&run).await;
    assert_eq!(rests(w, &hook, 2).await.run.state, RunState::Failed);
}

/// A run that waits for a person at its first of two steps.
async fn parked(w: &World) -> (tests::world::Hook, domain::ids::RunId) {
    w.shop().await;
    w.sink.script([Answer::close_without_answer()]);
    w.sink.respond(|_| Answer::json(200, &json!({ "id": 5 })));
    let say = tell(w, "say", "/say", "{ path: $.steps.order.output.id }");
    let hook = w.flow(&flow(&[order("create_order", ""), say])).publish().await;
    w.accepted(&hook, id("a")).await;
    let run = rests(w, &hook, 1).await;
    assert_eq!(run.run.state, RunState::Parked);
    (hook, run.run.id)
}

async fn a_parked_step_that_was_not_done_is_sent_again(w: &World) {
    let (_, run) = parked(w).await;
    w.resolve(run, Verdict::Retry).await;
    w.run_is(run, RunState::Succeeded).await;
    assert_eq!(told(w, "/orders").len(), 2);
    assert_eq!(values(w, "/say"), [5]);
}

async fn a_parked_step_that_was_done_gives_its_output_to_the_next(w: &World) {
    let (_, run) = parked(w).await;
    w.resolve(run, Verdict::Done(json!({ "id": 77 }))).await;
    let run = w.run_is(run, RunState::Succeeded).await;
    assert_eq!(told(w, "/orders").len(), 1);
    assert_eq!(values(w, "/say"), [77]);
    assert!(run.run.error.is_none());
}

async fn a_parked_run_may_be_given_up(w: &World) {
    let (hook, run) = parked(w).await;
    w.resolve(run, Verdict::Fail).await;
    let run = w.run_is(run, RunState::Failed).await;
    assert!(run.run.finished_at.is_some());
    assert!(values(w, "/say").is_empty());
    assert_eq!(w.runs(&hook).await.len(), 1);
    assert_eq!(w.counts().await.jobs, 0);
}
