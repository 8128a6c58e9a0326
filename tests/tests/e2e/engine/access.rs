//! Credentials that are refused (semantics S14), and receivers that are gone.

use domain::connection::ConnectionState;
use domain::run::RunState;
use domain::{Code, Side, Span};
use tests::both;
use tests::receivers::bitrix24::Failure;
use tests::receivers::http::Answer;
use tests::world::World;

use super::retry::rests;
use crate::samples::{flow, id, lead};

both! {
    s14_a_broken_connection_makes_its_jobs_wait_without_tries_until_it_works,
    s14_a_wrong_code_is_a_broken_connection,
    s14_a_refusal_alone_does_not_break_a_connection_that_works,
    s14_403_fails_the_run_and_not_the_connection,
    s14_a_broken_bot_waits_too,
    a_webhook_that_is_gone_is_switched_off_and_its_events_wait,
    the_webhook_table_ends_with_a_failed_run,
}

async fn s14_a_broken_connection_makes_its_jobs_wait_without_tries_until_it_works(w: &World) {
    w.crm().await;
    w.portal.fail(None, 2, &Failure::NoAuth);
    let hook = w.flow(&flow(&[lead("")])).publish().await;
    w.accepted(&hook, id("a")).await;
    let first = rests(w, &hook, 1).await;
    assert_eq!((first.run.state, first.steps[0].tries), (RunState::Waiting, 0));
    assert_eq!(w.connection_state("crm").await, ConnectionState::Broken);
    let calls = w.portal.calls().len();
    w.accepted(&hook, id("b")).await;
    let second = w.runs(&hook).await.pop().unwrap();
    let second = w.run_is(second.id, RunState::Waiting).await;
    assert_eq!(second.steps[0].tries, 0);
    assert!(second.attempts.is_empty(), "nothing is sent with broken credentials");
    assert_eq!(w.portal.calls().len(), calls);
    assert!(w.test_connection("crm").await);
    assert_eq!(w.connection_state("crm").await, ConnectionState::Working);
    w.run_is(first.run.id, RunState::Succeeded).await;
    w.run_is(second.run.id, RunState::Succeeded).await;
    assert_eq!(w.portal.created().len(), 2);
}

async fn s14_a_wrong_code_is_a_broken_connection(w: &World) {
    let fields = [("host", "firma.bitrix24.ru"), ("user", "1")];
    w.connection("crm", "bitrix24", &fields, &[("secret", "wrongcode12345678")]).await;
    let hook = w.flow(&flow(&[lead("")])).publish().await;
    w.accepted(&hook, id("a")).await;
    let run = rests(w, &hook, 1).await;
    assert_eq!(run.run.state, RunState::Waiting, "{run:#?}");
    assert_eq!(w.connection_state("crm").await, ConnectionState::Broken);
    assert!(!w.test_connection("crm").await);
    w.advance(Span::days(2)).await;
    assert_eq!(w.run(run.run.id).await.steps[0].tries, 0, "days later it still waits");
}

async fn s14_a_refusal_alone_does_not_break_a_connection_that_works(w: &World) {
    w.crm().await;
    w.portal.fail(Some("crm.item.add"), 1, &Failure::NoAuth);
    let hook = w.flow(&flow(&[lead("")])).publish().await;
    w.accepted(&hook, id("a")).await;
    let run = w.outcome(&hook).await;
    assert_eq!(run.run.state, RunState::Failed);
    assert_eq!(run.run.error.unwrap().side, Side::Access);
    assert_ne!(w.connection_state("crm").await, ConnectionState::Broken);
}

async fn s14_403_fails_the_run_and_not_the_connection(w: &World) {
    w.crm().await;
    w.portal.fail(None, 1, &Failure::InsufficientScope);
    let hook = w.flow(&flow(&[lead("")])).publish().await;
    w.accepted(&hook, id("a")).await;
    let run = w.outcome(&hook).await;
    let error = run.run.error.unwrap();
    assert_eq!((run.run.state, error.side), (RunState::Failed, Side::Access));
    assert_eq!(w.portal.calls().len(), 1);
    assert_ne!(w.connection_state("crm").await, ConnectionState::Broken);
}

async fn s14_a_broken_bot_waits_too(w: &World) {
    let wrong = "110201543:AAwrongwrongwrongwrongwrongwrongwro";
    w.connection("bot", "telegram", &[], &[("token", wrong)]).await;
    let step = "{ id: say, action: telegram.send_message@1.0.0, connection: bot, \
        input: { chat_id: { literal: '1' }, text: { path: $.trigger.body.id } } }";
    let hook = w.flow(&flow(&[step.to_owned()])).publish().await;
    w.accepted(&hook, id("a")).await;
    let run = rests(w, &hook, 1).await;
    assert_eq!((run.run.state, run.steps[0].tries), (RunState::Waiting, 0));
    assert_eq!(w.connection_state("bot").await, ConnectionState::Broken);
}

const SIGNED: &str = "{ id: hook, action: webhook_out.send@1.0.0, connection: signed, \
    input: { type: { literal: lead.created }, payload: { object: { id: { path: $.trigger.body.id } } } } }";

async fn a_webhook_that_is_gone_is_switched_off_and_its_events_wait(w: &World) {
    w.signed().await;
    w.hooks.gone(true);
    let hook = w.flow(&flow(&[SIGNED.to_owned()])).publish().await;
    w.accepted(&hook, id("a")).await;
    let first = w.outcome(&hook).await;
    assert_eq!(first.run.state, RunState::Failed);
    assert_eq!(first.run.error.unwrap().code, Code::Gone);
    assert_eq!(w.connection_state("signed").await, ConnectionState::Broken);
    w.accepted(&hook, id("b")).await;
    let second = w.runs(&hook).await.pop().unwrap();
    w.run_is(second.id, RunState::Waiting).await;
    w.hooks.gone(false);
    assert!(w.test_connection("signed").await);
    w.run_is(second.id, RunState::Succeeded).await;
}

async fn the_webhook_table_ends_with_a_failed_run(w: &World) {
    w.signed().await;
    w.hooks.http().respond(|_| Answer::status(500));
    let hook = w.flow(&flow(&[SIGNED.to_owned()])).publish().await;
    w.accepted(&hook, id("a")).await;
    for n in 1..=9 {
        let run = rests(w, &hook, n).await;
        assert_eq!(run.run.state, RunState::Waiting);
        w.advance_to_due(&run).await;
    }
    assert_eq!(rests(w, &hook, 10).await.run.state, RunState::Failed);
    let all = w.hooks.http().log().all();
    let first = all[0].header("webhook-id").unwrap();
    assert!(all.iter().all(|r| r.header("webhook-id") == Some(first)), "one id for all tries");
    assert!(all.iter().all(|r| r.body == all[0].body));
}
