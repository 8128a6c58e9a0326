//! When a try is repeated, and when it is not.

use domain::journal::StepState;
use domain::retry::{Policy, Preset};
use domain::run::RunState;
use domain::{Code, Span};
use store::RunDetail;
use tests::both;
use tests::receivers::bitrix24::Failure;
use tests::receivers::http::Answer;
use tests::world::{Hook, World, until};

use crate::samples::{deliver, flow, id, ids, lead, order};

both! {
    s25_the_api_table_gives_nine_tries_and_then_the_run_fails,
    s25_a_step_may_have_delays_of_its_own_or_none,
    s1_the_statuses_that_are_repeated_and_those_that_are_not,
    s1_a_receiver_that_is_down_is_tried_again,
    retry_after_in_seconds_is_honoured,
    retry_after_as_a_date_is_honoured,
    retry_after_is_honoured_up_to_a_day,
    s15_slow_down_uses_no_try,
    s2_every_try_has_the_same_key_and_the_same_bytes,
    an_answer_over_the_limit_fails_what_was_searched_and_not_what_was_done,
}

/// Waits until the flow's only run has made `n` attempts and rests.
pub(super) async fn rests(w: &World, hook: &Hook, n: usize) -> RunDetail {
    let what = format!("{n} attempts");
    until(&what, async || {
        let run = w.runs(hook).await.first().cloned()?;
        let run = w.run(run.id).await;
        let rests = run.run.state == RunState::Waiting || run.run.state.is_final();
        (rests && run.attempts.len() == n).then_some(run)
    })
    .await
}

fn around(wait: Span, nominal: Span) -> bool {
    let tenths = |n: i64| Span::from_micros(nominal.micros() / 10 * n);
    // The pause began up to some milliseconds of the test's clock earlier.
    (tenths(8).micros() - 10_000..=tenths(12).micros()).contains(&wait.micros())
}

async fn s25_the_api_table_gives_nine_tries_and_then_the_run_fails(w: &World) {
    w.sink.respond(|_| Answer::status(503));
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    let table = Policy::Preset(Preset::Api);
    for (tries, delay) in table.delays().iter().enumerate() {
        let run = rests(w, &hook, tries + 1).await;
        assert_eq!(run.run.state, RunState::Waiting);
        let waited = w.advance_to_due(&run).await;
        assert!(around(waited, *delay), "{waited:?} instead of {delay:?}");
    }
    let run = rests(w, &hook, 9).await;
    assert_eq!(run.run.state, RunState::Failed);
    let error = run.run.error.unwrap();
    assert_eq!((error.code, error.status), (Code::RemoteUnavailable, Some(503)));
    assert_eq!(run.run.step.as_deref(), Some("out"));
    let numbers: Vec<u32> = run.attempts.iter().map(|a| a.number).collect();
    assert_eq!(numbers, (1..=9).collect::<Vec<_>>());
    assert_eq!(ids(w).len(), 9);
    assert_eq!(w.counts().await.jobs, 0);
}

async fn s25_a_step_may_have_delays_of_its_own_or_none(w: &World) {
    w.sink.respond(|_| Answer::status(500));
    let own = w.flow(&deliver(w, "    retry: { delays: [1s, 3s] }\n")).publish().await;
    w.accepted(&own, id("a")).await;
    for n in 1..=2 {
        let run = rests(w, &own, n).await;
        w.advance_to_due(&run).await;
    }
    assert_eq!(rests(w, &own, 3).await.run.state, RunState::Failed);
    let none = w.flow(&deliver(w, "    retry: { preset: none }\n")).publish().await;
    w.accepted(&none, id("b")).await;
    assert_eq!(rests(w, &none, 1).await.run.state, RunState::Failed);
}

async fn s1_the_statuses_that_are_repeated_and_those_that_are_not(w: &World) {
    let cases = [(408, true), (425, true), (500, true), (502, true), (503, true), (504, true)];
    let final_ones = [400, 403, 404, 409, 410, 422, 501, 505];
    let cases = cases.into_iter().chain(final_ones.map(|s| (s, false)));
    for (status, again) in cases {
        w.sink.script([Answer::status(status).body("why not")]);
        let hook = w.flow(&deliver(w, "")).publish().await;
        w.accepted(&hook, id("a")).await;
        let run = rests(w, &hook, 1).await;
        let expected = if again { RunState::Waiting } else { RunState::Failed };
        assert_eq!(run.run.state, expected, "{status}");
        if again {
            w.cancel(run.run.id).await;
        } else {
            assert_eq!(run.run.error.unwrap().status, Some(status));
        }
    }
    w.sink.script([Answer::redirect(302, "http://127.0.0.1:1/elsewhere")]);
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    let run = rests(w, &hook, 1).await;
    assert_eq!(run.run.error.unwrap().code, Code::RemoteRedirect);
}

async fn s1_a_receiver_that_is_down_is_tried_again(w: &World) {
    let doc = deliver(w, "").replace(&w.sink.url("/out"), "http://127.0.0.1:1/out");
    let hook = w.flow(&doc).publish().await;
    w.accepted(&hook, id("a")).await;
    let run = rests(w, &hook, 1).await;
    assert_eq!(run.run.state, RunState::Waiting);
    assert_eq!(run.attempts[0].error.as_ref().unwrap().code, Code::RemoteUnreachable);
}

async fn retry_after_in_seconds_is_honoured(w: &World) {
    w.sink.script([Answer::status(503).with("retry-after", 600)]);
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    let run = rests(w, &hook, 1).await;
    let waited = w.advance_to_due(&run).await;
    assert!((Span::secs(599)..=Span::secs(601)).contains(&waited), "{waited:?}");
    assert_eq!(rests(w, &hook, 2).await.run.state, RunState::Succeeded);
}

async fn retry_after_as_a_date_is_honoured(w: &World) {
    w.sink.script([Answer::status(503).with("retry-after", "Mon, 02 Mar 2026 11:00:00 GMT")]);
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    let run = rests(w, &hook, 1).await;
    let waited = w.advance_to_due(&run).await;
    // The world began at 09:00.
    assert!((Span::mins(119)..=Span::mins(120)).contains(&waited), "{waited:?}");
    assert_eq!(rests(w, &hook, 2).await.run.state, RunState::Succeeded);
}

async fn retry_after_is_honoured_up_to_a_day(w: &World) {
    w.sink.script([Answer::status(503).with("retry-after", 999_999_999)]);
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    let run = rests(w, &hook, 1).await;
    let waited = w.advance_to_due(&run).await;
    assert!((Span::hours(23)..=Span::hours(24)).contains(&waited), "{waited:?}");
}

async fn s15_slow_down_uses_no_try(w: &World) {
    w.crm().await;
    w.portal.fail(Some("crm.item.add"), 3, &Failure::QueryLimit);
    let hook = w.flow(&flow(&[lead("")])).publish().await;
    w.accepted(&hook, id("a")).await;
    for n in 1..=3 {
        let run = rests(w, &hook, n).await;
        assert_eq!((run.run.state, run.steps[0].tries), (RunState::Waiting, 0), "{n}");
        w.advance_to_due(&run).await;
    }
    let run = rests(w, &hook, 4).await;
    assert_eq!((run.run.state, run.steps[0].state), (RunState::Succeeded, StepState::Done));
    assert_eq!(w.portal.created().len(), 1);
}

async fn s2_every_try_has_the_same_key_and_the_same_bytes(w: &World) {
    w.sink.script([Answer::status(500), Answer::close_without_answer(), Answer::reset()]);
    let doc = deliver(w, "").replace(
        "{ id: { path: $.trigger.body.id } }",
        "{ now: { template: '{{now}}' }, uuid: { template: '{{uuid}} {{uuid}}' }, \
         step: { path: $.run.started_at } }",
    );
    let hook = w.flow(&doc).publish().await;
    w.accepted(&hook, id("a")).await;
    for n in 1..=3 {
        let run = rests(w, &hook, n).await;
        // Before it is due: a restart in the middle of a try would rightly repeat it.
        w.restart().await;
        w.advance_to_due(&run).await;
    }
    assert_eq!(rests(w, &hook, 4).await.run.state, RunState::Succeeded);
    let all = w.sink.log().all();
    assert_eq!(all.len(), 4);
    for later in &all[1..] {
        assert_eq!(later.body, all[0].body);
        assert_eq!(later.header("idempotency-key"), all[0].header("idempotency-key"));
    }
    assert!(all[0].header("idempotency-key").is_some_and(|k| !k.is_empty()));
    let body = all[0].json().unwrap();
    let (first, second) = body["uuid"].as_str().unwrap().split_once(' ').unwrap();
    assert_ne!(first, second, "two calls of uuid are two values");
}

async fn an_answer_over_the_limit_fails_what_was_searched_and_not_what_was_done(w: &World) {
    w.shop().await;
    let large = "x".repeat(domain::limits::RESPONSE_BYTES + 1);
    w.sink.respond(move |_| Answer::ok().body(large.clone()));
    let search = w.flow(&flow(&[order("find_order", "")])).publish().await;
    w.accepted(&search, id("a")).await;
    let run = w.outcome(&search).await;
    assert_eq!(run.run.state, RunState::Failed);
    assert_eq!(run.run.error.unwrap().code, Code::RemoteTooLarge);
    let create = w.flow(&flow(&[order("create_order", "")])).publish().await;
    w.accepted(&create, id("a")).await;
    assert_eq!(w.outcome(&create).await.run.state, RunState::Succeeded);
}
