//! What a worker commits: journal, attempts, run and job (architecture: a completed step never
//! runs again).

use domain::delivery::Answer;
use domain::ids::EventId;
use domain::journal::StepState;
use domain::run::RunState;
use domain::{Code, Span};
use store::*;

use crate::contract;
use crate::given::*;

contract!(a_step_its_attempt_and_the_run_are_committed_together, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let (delivery, event, run) = accepted(&t.db, flow).await;
    let c = claimed(&t.db, node).await;
    let mut a = attempt(&t.db, run, "send");
    a.error = Some(failure(Code::RemoteRefused));
    let mut p = end(&t.db, c.lease, RunState::Failed);
    (p.steps, p.attempts) = (vec![step(&t.db, "send")], vec![a.clone()]);
    p.next = Next::End {
        state: RunState::Failed,
        step: Some("send".into()),
        error: Some(failure(Code::RemoteRefused)),
        finished_at: t.db.now(),
    };
    let row = p.steps[0].clone();
    assert_eq!(t.db.apply(p).await.unwrap(), Applied::Applied { cancel: false });
    t.restart().await;
    let d = seen(&t.db, run).await;
    assert_eq!((d.run.state, d.run.step.as_deref()), (RunState::Failed, Some("send")));
    assert_eq!(d.run.error, Some(failure(Code::RemoteRefused)));
    assert_eq!((d.delivery, d.run.event), (delivery, event));
    assert_eq!((d.steps, d.attempts), (vec![row], vec![a]));
    assert_eq!(t.db.counts().await.unwrap().jobs, 0);
    assert_eq!(t.db.backlog(), 0);
});

contract!(a_journal_row_is_replaced_by_its_next_state, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let (_, _, run) = accepted(&t.db, flow).await;
    let c = claimed(&t.db, node).await;
    let (mut one, mut two) = (step(&t.db, "send"), step(&t.db, "send"));
    (one.item, two.item) = ("0".into(), "1".into());
    one.state = StepState::Waiting;
    one.due_at = Some(t.db.now().plus(Span::secs(5)));
    one.pinned = Some(serde_json::json!({"domain": "x"}));
    let p = Progress { steps: vec![one.clone(), two.clone()], ..keep(c.lease) };
    t.db.apply(p).await.unwrap();
    let mut done = one.clone();
    (done.state, done.due_at, done.tries) = (StepState::Done, None, 2);
    done.finished_at = Some(t.db.now());
    // The last word of a row counts, also inside one commit.
    let p = Progress { steps: vec![one, done.clone()], ..keep(c.lease) };
    t.db.apply(p).await.unwrap();
    let s = t.db.load(&[run]).await.unwrap().remove(0);
    assert_eq!(s.journal, vec![done, two]);
    assert_eq!(s.run.state, RunState::Running);
});

contract!(s5_a_finish_with_a_stale_lease_changes_nothing_but_keeps_its_attempt, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let (_, _, run) = accepted(&t.db, flow).await;
    let old = claimed(&t.db, node).await;
    t.db.apply(wait(old.lease, t.db.now())).await.unwrap();
    let new = claimed(&t.db, node).await;
    for lease in [
        old.lease,
        Lease { epoch: new.lease.epoch + 1, ..new.lease },
        Lease { token: new.lease.token + 1, ..new.lease },
        Lease { node: domain::ids::NodeId::new(t.db.now()), ..new.lease },
    ] {
        let mut p = end(&t.db, lease, RunState::Succeeded);
        p.steps = vec![step(&t.db, "send")];
        p.attempts = vec![attempt(&t.db, run, "send")];
        assert_eq!(t.db.apply(p).await.unwrap(), Applied::Superseded);
    }
    let d = seen(&t.db, run).await;
    assert_eq!((d.run.state, d.steps.len(), d.attempts.len()), (RunState::Running, 0, 4));
    assert!(d.attempts.iter().all(|a| a.outcome == "superseded"));
    let done = t.db.apply(end(&t.db, new.lease, RunState::Succeeded)).await.unwrap();
    assert_eq!(done, Applied::Applied { cancel: false });
    let late = t.db.apply(end(&t.db, new.lease, RunState::Failed)).await.unwrap();
    assert_eq!(late, Applied::Superseded, "it has ended");
    assert_eq!(seen(&t.db, run).await.run.state, RunState::Succeeded);
});

contract!(two_commits_of_one_run_in_one_batch_go_in_order, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let (_, _, run) = accepted(&t.db, flow).await;
    let c = claimed(&t.db, node).await;
    let (a, b) = futures::join!(
        t.db.apply(Progress { steps: vec![step(&t.db, "one")], ..keep(c.lease) }),
        t.db.apply(end(&t.db, c.lease, RunState::Succeeded)),
    );
    assert!(a.unwrap() == b.unwrap());
    let d = seen(&t.db, run).await;
    assert_eq!((d.run.state, d.steps.len()), (RunState::Succeeded, 1));
});

contract!(a_run_that_waits_for_a_broken_connection_is_woken_by_it, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let id = crate::people::connection(&t.db, "crm").await;
    accepted(&t.db, flow).await;
    accepted(&t.db, flow).await;
    let claims = claim(&t.db, node, 2).await;
    let due_at = t.db.now().plus(Span::hours(1));
    let error = Some(failure(Code::ConnectionBroken));
    let unsafe_next = Places::default();
    let next = Next::Wait { due_at, step: None, unsafe_next, error, gate: None };
    t.db.apply(Progress { next, ..keep(claims[0].lease) }).await.unwrap();
    t.db.apply(wait(claims[1].lease, due_at)).await.unwrap();
    assert_eq!(t.db.wake_connection(id).await.unwrap(), 1);
    assert_eq!(claimed(&t.db, node).await.lease.run, claims[0].lease.run);
    assert_eq!(t.db.wake_connection(id).await.unwrap(), 0);
});

contract!(s11_an_answer_is_stored_with_the_step_that_gives_it, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let (mut d, mut e) = (delivery(&t.db, flow), event(&t.db));
    let (pending, said) = (Answer::text(402, "later"), Answer::text(200, "said \u{1f600} \"q\""));
    d.answer.pending = Some(Box::new(pending.clone()));
    e.dedupe = Some(key(&t.db, 1));
    let (id, event_id, before) = (d.id, e.id, d.answer.clone());
    t.db.ingest(one(d, e)).await.unwrap();
    assert_eq!(
        t.db.answer_of(event_id).await.unwrap(),
        Some((before.clone(), Some(RunState::Queued)))
    );
    let (d, mut copy) = (delivery(&t.db, flow), event(&t.db));
    copy.dedupe = Some(key(&t.db, 1));
    assert_eq!(t.db.ingest(one(d, copy)).await.unwrap().answer, Some(before.clone()));

    let c = claimed(&t.db, node).await;
    let lost = Lease { token: c.lease.token + 1, ..c.lease };
    let done = Progress { steps: vec![step(&t.db, "say")], ..keep(lost) };
    let applied = t.db.apply_ready(&Ready::answering(done, &said).unwrap()).await.unwrap();
    assert_eq!(applied, Applied::Superseded);
    assert_eq!(t.db.delivery(WS, id).await.unwrap().unwrap().answer, before, "not by a stranger");

    let (other, _, _) = accepted(&t.db, flow).await;
    let done = Progress { steps: vec![step(&t.db, "say")], ..keep(c.lease) };
    t.db.apply_ready(&Ready::answering(done, &said).unwrap()).await.unwrap();
    t.db.apply(end(&t.db, c.lease, RunState::Succeeded)).await.unwrap();
    assert_eq!(t.db.delivery(WS, id).await.unwrap().unwrap().answer, said);
    assert_eq!(
        t.db.answer_of(event_id).await.unwrap(),
        Some((said.clone(), Some(RunState::Succeeded)))
    );
    let (d, mut copy) = (delivery(&t.db, flow), event(&t.db));
    copy.dedupe = Some(key(&t.db, 1));
    assert_eq!(t.db.ingest(one(d, copy)).await.unwrap().answer, Some(said));
    let untouched = t.db.delivery(WS, other).await.unwrap().unwrap().answer;
    assert_eq!(untouched, Answer::text(200, "ok"));
    assert_eq!(t.db.answer_of(EventId::new(t.now())).await.unwrap(), None);
});
