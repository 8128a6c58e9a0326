//! Gates in front of destinations (semantics S15): "slow down", limits, breakers, calls at once.

use std::time::Duration;

use domain::run::RunState;
use domain::{Clock, Code, Span, Time};
use store::RunDetail;
use tests::both;
use tests::receivers::Gate;
use tests::receivers::http::Answer;
use tests::world::{Hook, Kind, Peer, Request, SOON, World, form, run, until};

use super::retry::rests;
use crate::samples::{deliver, flow, id, ids, lead, order};

both! {
    s15_slow_down_closes_the_gate_for_all_runs_of_the_connection_and_uses_no_try,
    s15_slow_down_outlives_a_restart,
    s15_an_allowance_that_is_used_up_is_waited_for,
    s15_a_portals_limit_is_never_met_however_many_leads_come,
    s15_a_chat_gets_one_message_a_second,
    s15_a_dead_host_is_held_back_tried_by_one_call_and_used_again,
    s15_a_backlog_for_a_dead_host_is_left_alone_while_another_flow_goes_on,
    s15_no_more_calls_at_once_than_the_connection_allows,
    s15_a_connection_may_have_a_rate_of_its_own,
}

/// A filter that lets everything through, so that a run meets its gate with a worker.
const ANY: &str =
    "{ id: any, filter: { all: [{ left: { path: $.trigger.body.id }, op: exists }] } }";

async fn run_of(w: &World, hook: &Hook) -> RunDetail {
    let first = until("a run", async || w.runs(hook).await.first().cloned()).await;
    w.run(first.id).await
}

/// Waits until all runs of the flow rest: they have ended or wait.
async fn all_rest(w: &World, hook: &Hook, n: usize) -> Vec<RunState> {
    until("all runs rest", async || {
        let states: Vec<RunState> = w.runs(hook).await.iter().map(|r| r.state).collect();
        (states.len() == n && !states.contains(&RunState::Running)).then_some(states)
    })
    .await
}

/// Moves time in small steps until all `n` runs of the flow have ended well; how long that was.
async fn until_done(w: &World, hook: &Hook, n: usize, step: Span) -> Span {
    let begin = w.clock.now();
    for _ in 0..2_000 {
        let runs = w.runs(hook).await;
        let done = runs.iter().filter(|r| r.state == RunState::Succeeded).count();
        assert!(runs.iter().all(|r| !r.state.is_final() || r.state == RunState::Succeeded));
        if done == n {
            return w.clock.now().since(begin);
        }
        // What can go on goes on before time does.
        tokio::time::sleep(Duration::from_millis(5)).await;
        w.clock.advance(step);
    }
    panic!("the runs do not end: {:#?}", w.runs(hook).await);
}

async fn s15_slow_down_closes_the_gate_for_all_runs_of_the_connection_and_uses_no_try(w: &World) {
    w.shop().await;
    w.sink.script([Answer::too_many(600)]);
    let first = w.flow(&flow(&[order("pay", "")])).publish().await;
    let second = w.flow(&flow(&[ANY.into(), order("find_order", "")])).publish().await;
    let third = w.flow(&flow(&[order("pay", "")])).publish().await;
    w.accepted(&first, id("a")).await;
    let refused = rests(w, &first, 1).await;
    assert_eq!((refused.run.state, refused.steps[0].tries), (RunState::Waiting, 0));
    w.accepted(&second, id("b")).await;
    w.accepted(&third, id("c")).await;
    let held = until("it waits", async || {
        let run = run_of(w, &second).await;
        (run.run.state == RunState::Waiting).then_some(run)
    })
    .await;
    assert_eq!(held.attempts.len(), 0, "nothing is sent");
    let step = held.steps.last().unwrap();
    let why = step.error.as_ref().unwrap();
    assert_eq!((step.tries, why.code), (0, Code::GatePaused));
    assert!(why.message.contains("Shop") && why.message.contains("goes on at 2026-03-02T09:10:0"));
    assert_eq!(held.due_at, refused.due_at, "they go on together");
    assert_eq!(w.sink.log().len(), 1);
    w.advance_to_due(&refused).await;
    for hook in [&first, &second, &third] {
        assert_eq!(w.outcome(hook).await.run.state, RunState::Succeeded);
    }
    assert_eq!(w.sink.log().len(), 4);
}

async fn s15_slow_down_outlives_a_restart(w: &World) {
    w.shop().await;
    w.sink.script([Answer::too_many(600)]);
    let first = w.flow(&flow(&[order("pay", "")])).publish().await;
    let second = w.flow(&flow(&[ANY.into(), order("pay", "")])).publish().await;
    w.accepted(&first, id("a")).await;
    let refused = rests(w, &first, 1).await;
    w.restart().await;
    w.accepted(&second, id("b")).await;
    all_rest(w, &second, 1).await;
    assert_eq!(run_of(w, &second).await.attempts.len(), 0);
    w.advance_to_due(&refused).await;
    assert_eq!(w.outcome(&second).await.run.state, RunState::Succeeded);
}

async fn s15_an_allowance_that_is_used_up_is_waited_for(w: &World) {
    w.shop().await;
    w.sink.script([Answer::ok().with("x-left", 0).with("x-reset", 300)]);
    let first = w.flow(&flow(&[order("pay", "")])).publish().await;
    let second = w.flow(&flow(&[ANY.into(), order("pay", "")])).publish().await;
    w.accepted(&first, id("a")).await;
    assert_eq!(w.outcome(&first).await.run.state, RunState::Succeeded);
    w.accepted(&second, id("b")).await;
    all_rest(w, &second, 1).await;
    let held = run_of(w, &second).await;
    assert_eq!((held.run.state, held.attempts.len()), (RunState::Waiting, 0));
    let why = held.steps.last().unwrap().error.as_ref().unwrap();
    assert_eq!(why.code, Code::GateRate);
    let waited = w.advance_to_due(&held).await;
    assert!((Span::secs(299)..=Span::secs(300)).contains(&waited), "{waited:?}");
    assert_eq!(w.outcome(&second).await.run.state, RunState::Succeeded);
}

async fn s15_a_portals_limit_is_never_met_however_many_leads_come(w: &World) {
    w.crm().await;
    w.portal.limit(50, 2);
    let hook = w.flow(&flow(&[lead("")])).publish().await;
    for n in 0..60 {
        w.accepted(&hook, id(&n.to_string())).await;
    }
    let took = until_done(w, &hook, 60, Span::ms(50)).await;
    assert!(took >= Span::ms(4_500), "ten leads over the burst take five seconds: {took:?}");
    assert_eq!(w.portal.created().len(), 60);
    assert_eq!(w.portal.calls().len(), 60, "no call was refused");
}

async fn s15_a_chat_gets_one_message_a_second(w: &World) {
    w.bot().await;
    let send = "{ id: tell, action: telegram.send_message@1.0.0, connection: bot, input: { \
         chat_id: { path: $.trigger.body.chat }, text: { path: $.trigger.body.text } } }";
    let hook = w.flow(&flow(&[send.into()])).publish().await;
    for n in 0..4 {
        w.accepted(&hook, form(&[("chat", "412"), ("text", &n.to_string())])).await;
        w.accepted(&hook, form(&[("chat", "413"), ("text", &n.to_string())])).await;
    }
    until_done(w, &hook, 8, Span::ms(40)).await;
    for chat in ["412", "413"] {
        let at: Vec<Time> = w
            .telegram
            .http()
            .log()
            .all()
            .iter()
            .filter(|r| r.text().contains(chat))
            .map(|r| r.at)
            .collect();
        assert_eq!(at.len(), 4);
        // The clock goes on a little between the gate and the receiver.
        assert!(at[3].since(at[0]) >= Span::ms(2_700), "{at:?}");
    }
}

async fn s15_a_dead_host_is_held_back_tried_by_one_call_and_used_again(w: &World) {
    w.crm().await;
    w.sink.respond(|_| Answer::status(503));
    let retry = "    retry: { delays: [1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s] }\n";
    let dead = w.flow(&deliver(w, retry)).publish().await;
    for n in 0..10 {
        w.accepted(&dead, id(&n.to_string())).await;
    }
    w.sink.wait_for(10, SOON).await.unwrap();
    all_rest(w, &dead, 10).await;
    assert_eq!(ids(w).len(), 10);
    w.accepted(&dead, id("later")).await;
    // All are due now but the gate is closed: no try is made, and none is used.
    w.advance(Span::secs(3)).await;
    let waiting = until("they met the gate", async || {
        let mut met = 0;
        for run in w.runs(&dead).await {
            let run = w.run(run.id).await;
            let why = run.steps.first().and_then(|s| s.error.as_ref()).map(|e| e.code);
            met += usize::from(why == Some(Code::GateOpen) || run.run.state == RunState::Queued);
            assert!(run.attempts.len() <= 1);
        }
        (met >= 1).then_some(met)
    })
    .await;
    assert!(waiting >= 1 && ids(w).len() == 10);
    // Another flow goes on meanwhile.
    let alive = w.flow(&flow(&[lead("")])).publish().await;
    w.accepted(&alive, id("a")).await;
    assert_eq!(w.outcome(&alive).await.run.state, RunState::Succeeded);
    // Half open: exactly one call tries, and fails again.
    let gate = Gate::new();
    let held = gate.clone();
    w.sink.respond(move |_| Answer::status(503).after(&held));
    w.advance(Span::secs(30)).await;
    gate.wait_for(1, SOON).await.unwrap();
    w.advance(Span::secs(2)).await;
    assert_eq!((gate.waiting(), ids(w).len()), (1, 11));
    // It works again: one call tries, then all go on.
    w.sink.respond(|_| Answer::ok());
    gate.open();
    until("the probe has failed", async || {
        let mut tries = 0;
        for run in w.runs(&dead).await {
            tries += w.run(run.id).await.attempts.len();
        }
        (tries == 11).then_some(())
    })
    .await;
    w.advance(Span::secs(20)).await;
    assert_eq!(ids(w).len(), 11, "twice as long as before");
    until_done(w, &dead, 11, Span::secs(1)).await;
}

async fn s15_a_backlog_for_a_dead_host_is_left_alone_while_another_flow_goes_on(w: &World) {
    w.crm().await;
    w.sink.respond(|_| Answer::status(503));
    let dead = w.flow(&deliver(w, "")).publish().await;
    for n in 0..10 {
        w.accepted(&dead, id(&n.to_string())).await;
    }
    all_rest(w, &dead, 10).await;
    let alive = w.flow(&flow(&[lead("")])).publish().await;
    for n in 0..200 {
        w.accepted(&dead, id(&format!("held {n}"))).await;
        if n % 20 == 0 {
            w.accepted(&alive, id(&n.to_string())).await;
        }
    }
    w.ended(&alive, 10).await;
    let states: Vec<RunState> = w.runs(&dead).await.iter().map(|r| r.state).collect();
    let queued = states.iter().filter(|s| **s == RunState::Queued).count();
    assert_eq!((states.len(), queued), (210, 200), "no worker has had one of them");
    assert_eq!(ids(w).len(), 10);
}

async fn s15_no_more_calls_at_once_than_the_connection_allows(w: &World) {
    let secrets = [("token", "shop-token-77e1")];
    w.connection("shop", "shop", &[("concurrent", "2")], &secrets).await;
    let gate = Gate::new();
    let held = gate.clone();
    w.sink.respond(move |_| Answer::ok().after(&held));
    let hook = w.flow(&flow(&[order("pay", "")])).publish().await;
    for n in 0..6 {
        w.accepted(&hook, id(&n.to_string())).await;
    }
    gate.wait_for(2, SOON).await.unwrap();
    until("four wait for their turn", async || {
        let runs = w.runs(&hook).await;
        (runs.iter().filter(|r| r.state == RunState::Waiting).count() == 4).then_some(())
    })
    .await;
    assert_eq!((gate.waiting(), w.sink.log().len()), (2, 2));
    let mut most = 0;
    for done in 1..=6 {
        most = most.max(gate.waiting());
        gate.release(1);
        until("one more is done", async || {
            most = most.max(gate.waiting());
            w.clock.advance(Span::ms(50));
            let runs = w.runs(&hook).await;
            let ended = runs.iter().filter(|r| r.state == RunState::Succeeded).count();
            (ended == done).then_some(())
        })
        .await;
    }
    assert_eq!((most, w.sink.log().len()), (2, 6));
}

async fn s15_a_connection_may_have_a_rate_of_its_own(w: &World) {
    let secrets = [("token", "shop-token-77e1")];
    w.connection("shop", "shop", &[("rate_limit", "1/10s")], &secrets).await;
    let hook = w.flow(&flow(&[order("pay", "")])).publish().await;
    for n in 0..3 {
        w.accepted(&hook, id(&n.to_string())).await;
    }
    let took = until_done(w, &hook, 3, Span::ms(500)).await;
    assert!(took >= Span::secs(19), "{took:?}");
    assert_eq!(w.sink.log().len(), 3);
}

/// Waits until that node knows of a closed gate.
async fn knows(w: &World, other: &Peer) {
    until("the other node hears of it", async || {
        let closed = other.with_engine(|e| e.shared.gates.closed(w.clock.now()));
        (!closed.is_empty()).then_some(())
    })
    .await;
}

#[test]
fn s15_nodes_on_one_database_share_what_a_service_asks() {
    run(Kind::Postgres, async |w| {
        w.shop().await;
        w.sink.script([Answer::too_many(600)]);
        let other = w.another().await;
        let there = other.addr();
        let hook = w.flow(&flow(&[order("pay", "")])).publish().await;
        w.accepted(&hook, id("a")).await;
        let refused = rests(w, &hook, 1).await;
        knows(w, &other).await;
        w.first().with_engine(|e| assert!(!e.shared.gates.closed(w.clock.now()).is_empty()));
        let reply = Request::post(&hook.path, id("b")).send(there).await.unwrap();
        assert_eq!(reply.status, 200);
        all_rest(w, &hook, 2).await;
        assert_eq!(w.sink.log().len(), 1, "the other node sends nothing either");
        w.advance_to_due(&refused).await;
        until_done(w, &hook, 2, Span::ms(200)).await;
        assert_eq!(w.sink.log().len(), 3);
    });
}

#[test]
fn s15_nodes_on_one_database_share_a_rate_and_the_calls_at_once() {
    run(Kind::Postgres, async |w| {
        let secrets = [("token", "shop-token-77e1")];
        let own = [("rate_limit", "1/5s"), ("concurrent", "1")];
        w.connection("shop", "shop", &own, &secrets).await;
        let there = w.another().await.addr();
        let hook = w.flow(&flow(&[order("pay", "")])).publish().await;
        for n in 0..3 {
            w.accepted(&hook, id(&format!("here {n}"))).await;
            let there = Request::post(&hook.path, id(&format!("there {n}"))).send(there).await;
            assert_eq!(there.unwrap().status, 200);
        }
        let took = until_done(w, &hook, 6, Span::ms(200)).await;
        assert!(took >= Span::secs(24), "{took:?}");
        assert_eq!(w.sink.log().len(), 6);
    });
}

/// Moves time in small steps, each after what is allowed by then has been sent, until all `n` calls
/// have been made; when each of them was.
async fn calls(w: &World, n: usize, a_second: i64) -> Vec<Time> {
    let begin = w.clock.now();
    for _ in 0..2_000 {
        let allowed = w.clock.now().since(begin).micros() * a_second / 1_000_000;
        let allowed = usize::try_from(allowed).unwrap_or(0).min(n);
        for _ in 0..40 {
            if w.sink.log().len() >= allowed {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        if w.sink.log().len() >= n {
            return w.sink.log().all().iter().map(|r| r.at).collect();
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
        w.clock.advance(Span::ms(50));
    }
    panic!("only {} calls", w.sink.log().len());
}

#[test]
fn s15_a_rate_holds_within_a_tenth_for_five_flows_on_two_nodes() {
    run(Kind::Postgres, async |w| {
        let secrets = [("token", "shop-token-77e1")];
        w.connection("shop", "shop", &[("rate_limit", "2/1s")], &secrets).await;
        let there = w.another().await;
        let mut flows = Vec::new();
        for _ in 0..5 {
            flows.push(w.flow(&flow(&[order("pay", "")])).publish().await);
        }
        let each = 12;
        for n in 0..each {
            for hook in &flows {
                if n % 2 == 0 {
                    w.accepted(hook, id(&n.to_string())).await;
                } else {
                    assert_eq!(there.post(hook, id(&n.to_string())).await.status, 200);
                }
            }
        }
        let all = each * flows.len();
        let mut at = calls(w, all, 2).await;
        at.sort();
        let took = at[all - 1].since(at[0]).micros();
        // Those that came at once at the beginning are the allowance of the first second.
        let rate = i64::try_from(all - 2).unwrap() * 1_000_000_000 / took;
        assert!((1_800..=2_200).contains(&rate), "{rate} calls in 1000 s: {at:?}");
        let window = Span::secs(10);
        for (i, from) in at.iter().enumerate() {
            let within = at[i..].iter().take_while(|t| t.since(*from) < window).count();
            assert!(within <= 22, "{within} calls in 10 s");
        }
        until("all have succeeded", async || {
            let mut done = 0;
            for hook in &flows {
                let runs = w.runs(hook).await;
                done += runs.iter().filter(|r| r.state == RunState::Succeeded).count();
            }
            (done == all).then_some(())
        })
        .await;
    });
}
