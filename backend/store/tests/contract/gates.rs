//! Gates that nodes share (semantics S15).

use domain::{GateKey, Span, limits};
use store::*;

use crate::contract;
use crate::world::soon;

const A: GateKey = GateKey([1; 16]);
const B: GateKey = GateKey([2; 16]);

fn row(key: GateKey) -> GateRow {
    let zero = domain::Time(0);
    GateRow { key, paused_until: zero, open_until: zero, step: 0 }
}

contract!(s15_a_pause_is_seen_by_all_until_it_ends_and_never_made_shorter, |t| {
    let (now, minute) = (t.now(), t.now().plus(Span::mins(1)));
    t.db.pause_gates(vec![A, B], minute).await.unwrap();
    t.db.pause_gates(vec![A], now.plus(Span::secs(1))).await.unwrap();
    let mut rows = t.db.gates(now).await.unwrap();
    rows.sort_by_key(|r| r.key);
    let paused = |key| GateRow { paused_until: minute, ..row(key) };
    assert_eq!(rows, [paused(A), paused(B)]);
    t.db.pause_gates(vec![A], minute.plus(Span::secs(1))).await.unwrap();
    assert_eq!(t.db.gates(minute).await.unwrap().len(), 1);
    t.restart().await;
    assert_eq!(t.db.gates(now).await.unwrap().len(), 2, "a restart forgets nothing");
    assert_eq!(t.db.gates(minute.plus(Span::secs(1))).await.unwrap(), []);
});

contract!(s15_an_open_breaker_has_one_probe_over_all_nodes, |t| {
    let (now, until) = (t.now(), t.now().plus(Span::secs(30)));
    t.db.open_gate(A, until, 1).await.unwrap();
    t.db.open_gate(A, now.plus(Span::secs(1)), 7).await.unwrap();
    let open = GateRow { open_until: until, step: 1, ..row(A) };
    assert_eq!(t.db.gates(now).await.unwrap(), [open], "an older opening changes nothing");
    let probing = until.plus(Span::mins(1));
    assert!(!t.db.probe_gate(A, now, probing).await.unwrap(), "not yet");
    assert!(!t.db.probe_gate(B, until, probing).await.unwrap(), "that one is not open");
    assert!(t.db.probe_gate(A, until, probing).await.unwrap());
    assert!(!t.db.probe_gate(A, until, probing).await.unwrap(), "another node tries");
    t.db.open_gate(A, probing.plus(Span::mins(1)), 2).await.unwrap();
    assert_eq!(t.db.gates(until).await.unwrap()[0].step, 2);
    t.db.shut_gate(A).await.unwrap();
    assert_eq!(t.db.gates(now).await.unwrap(), []);
    assert!(!t.db.probe_gate(A, probing, probing).await.unwrap(), "shut gates need no probe");
});

contract!(s15_two_nodes_together_never_exceed_a_shared_rate, |t| {
    let other = if t.db.is_sqlite() { t.db.clone() } else { t.second().await.unwrap() };
    let rate = SharedRate { key: A, interval: Span::ms(100), burst: 20 };
    let begin = t.now();
    let mut given = 0;
    for step in 0..60 {
        let now = begin.plus(Span::ms(50 * step));
        let (one, two) =
            tokio::join!(t.db.take_calls(rate, now, 7), other.take_calls(rate, now, 3),);
        for got in [one.unwrap(), two.unwrap()] {
            given += i64::from(got.calls);
            assert!(got.calls <= 7);
            if got.calls == 0 {
                assert!(got.next > now && got.next.since(now) <= Span::ms(100));
            }
        }
        assert!(given <= 20 + 50 * step / 100, "{given} at {step}");
    }
    assert_eq!(given, 20 + 29, "all that the rate allows is given");
    let later = begin.plus(Span::secs(60));
    let full = t.db.take_calls(rate, later, 50).await.unwrap();
    assert_eq!(full.calls, 20, "an idle bucket is full and not fuller");
    other.close().await;
});

contract!(s15_calls_at_once_are_counted_over_nodes_and_freed_with_their_node, |t| {
    let mine = t.db.join().await.unwrap();
    let mut slots = Vec::new();
    for _ in 0..3 {
        slots.push(t.db.take_slot(A, 3, mine).await.unwrap().unwrap());
    }
    slots.sort_unstable();
    assert_eq!(slots, [1, 2, 3]);
    assert_eq!(t.db.take_slot(A, 3, mine).await.unwrap(), None);
    assert!(t.db.take_slot(B, 3, mine).await.unwrap().is_some(), "another gate");
    t.db.free_slot(A, 2, mine).await.unwrap();
    assert_eq!(t.db.take_slot(A, 3, mine).await.unwrap(), Some(2));
    // The node is fenced, or another boot has taken over: what it held is free.
    t.db.leave(mine).await.unwrap();
    let next = t.db.join().await.unwrap();
    for _ in 0..3 {
        assert!(t.db.take_slot(A, 3, next).await.unwrap().is_some());
    }
    assert_eq!(t.db.take_slot(A, 3, next).await.unwrap(), None);
    t.db.free_slot(A, 1, mine).await.unwrap();
    assert_eq!(t.db.take_slot(A, 3, next).await.unwrap(), None, "a dead node frees nothing");
});

contract!(s15_old_gates_are_forgotten, |t| {
    let node = t.db.join().await.unwrap();
    let now = t.now();
    t.db.pause_gates(vec![A], now.plus(Span::secs(1))).await.unwrap();
    t.db.open_gate(B, now.plus(Span::secs(9)), 1).await.unwrap();
    let rate = SharedRate { key: A, interval: Span::secs(1), burst: 1 };
    t.db.take_calls(rate, now, 1).await.unwrap();
    t.db.take_slot(A, 1, node).await.unwrap();
    assert_eq!(t.db.sweep_gates(now).await.unwrap(), 0);
    assert_eq!(t.db.sweep_gates(now.plus(Span::secs(5))).await.unwrap(), 2);
    assert_eq!(t.db.sweep_gates(now.plus(limits::GATES_KEPT)).await.unwrap(), 1);
    t.db.leave(node).await.unwrap();
    assert_eq!(t.db.sweep_gates(now).await.unwrap(), 1);
});

contract!(s15_other_nodes_hear_of_a_change, |t| {
    if t.db.is_sqlite() {
        return;
    }
    let other = t.second().await.unwrap();
    let mut news = other.gates_changed();
    news.mark_unchanged();
    t.db.pause_gates(vec![A], t.now().plus(Span::mins(1))).await.unwrap();
    soon(news.changed()).await.unwrap();
    assert_eq!(other.gates(t.now()).await.unwrap().len(), 1);
    other.close().await;
});
