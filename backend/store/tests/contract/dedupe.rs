//! Copies of events (semantics S4).

use domain::delivery::{Answer, Verdict};
use domain::{Span, limits};
use futures::future::join_all;
use store::*;

use crate::contract;
use crate::given::*;

contract!(s4_a_copy_gets_the_answer_of_the_first_and_no_run, |t| {
    let flow = flow(&t.db).await;
    let (mut d, mut e) = (delivery(&t.db, flow), event(&t.db));
    (d.answer, e.dedupe) = (Answer::text(202, "first"), Some(key(&t.db, 1)));
    let first = e.id;
    t.db.ingest(one(d, e)).await.unwrap();
    t.restart().await;
    t.clock.advance(Span::ms(5));
    let (d, mut e) = (delivery(&t.db, flow), event(&t.db));
    e.dedupe = Some(key(&t.db, 1));
    let (copy, body) = (d.id, d.body.clone());
    let got = t.db.ingest(one(d, e)).await.unwrap();
    assert_eq!(got.events, vec![EventResult::Duplicate(first)]);
    assert_eq!(got.answer, Some(Answer::text(202, "first")));
    let n = t.db.counts().await.unwrap();
    assert_eq!((n.deliveries, n.events, n.jobs), (2, 1, 1));
    let seen = t.db.deliveries(WS, Some(flow), None, 1).await.unwrap().remove(0);
    assert_eq!((seen.id, seen.verdict, seen.copy_of), (copy, Verdict::Duplicate, Some(first)));
    assert_eq!(seen.answer, Answer::text(202, "first"));
    assert_eq!(t.db.delivery(WS, copy).await.unwrap().unwrap().body, body);
});

contract!(s4_copies_in_one_batch_make_one_run, |t| {
    let flow = flow(&t.db).await;
    let all = (0..40u8).map(|i| {
        let (mut d, mut e) = (delivery(&t.db, flow), event(&t.db));
        (d.answer, e.dedupe) = (Answer::text(200, format!("{}", i % 4)), Some(key(&t.db, i % 4)));
        t.db.ingest(one(d, e))
    });
    let got: Vec<_> = join_all(all).await.into_iter().map(Result::unwrap).collect();
    let stored = got.iter().filter(|g| g.events == [EventResult::Stored]).count();
    assert_eq!(stored, 4);
    for (i, g) in got.iter().enumerate().filter(|(_, g)| g.answer.is_some()) {
        assert_eq!(g.answer.as_ref().unwrap().body, format!("{}", i % 4));
    }
    let n = t.db.counts().await.unwrap();
    assert_eq!((n.events, n.jobs, n.deliveries), (4, 4, 40));
});

contract!(s4_the_same_key_of_another_flow_is_another_event, |t| {
    for _ in 0..2 {
        let flow = flow(&t.db).await;
        let (d, mut e) = (delivery(&t.db, flow), event(&t.db));
        e.dedupe = Some(key(&t.db, 1));
        let got = t.db.ingest(one(d, e)).await.unwrap();
        assert_eq!(got.events, vec![EventResult::Stored]);
    }
});

contract!(s4_a_key_is_free_again_when_its_window_is_over, |t| {
    let flow = flow(&t.db).await;
    for (wait, stored) in [
        (Span::ms(0), true),
        (Span::from_micros(limits::DEDUPE_WINDOW.micros() - 1), false),
        (Span::from_micros(1), true),
        (Span::ms(1), false),
    ] {
        t.clock.advance(wait);
        let (d, mut e) = (delivery(&t.db, flow), event(&t.db));
        e.dedupe = Some(key(&t.db, 1));
        let got = t.db.ingest(one(d, e)).await.unwrap();
        assert_eq!(got.events[0] == EventResult::Stored, stored, "after {wait:?}");
    }
});

contract!(s4_of_a_partly_known_delivery_only_the_new_events_are_stored, |t| {
    let flow = flow(&t.db).await;
    let (d, mut e) = (delivery(&t.db, flow), event(&t.db));
    e.dedupe = Some(key(&t.db, 1));
    let first = e.id;
    t.db.ingest(one(d, e)).await.unwrap();
    t.clock.advance(Span::ms(5));
    let d = delivery(&t.db, flow);
    let events =
        (1..=3u8).map(|n| NewEvent { dedupe: Some(key(&t.db, n)), ..event(&t.db) }).collect();
    let got = t.db.ingest(Ingest { delivery: d, events, after: None }).await.unwrap();
    assert_eq!(
        got.events,
        vec![EventResult::Duplicate(first), EventResult::Stored, EventResult::Stored]
    );
    assert_eq!(got.answer, None, "the delivery has an answer of its own");
    let n = t.db.counts().await.unwrap();
    assert_eq!((n.events, n.jobs), (3, 3));
    let seen = t.db.deliveries(WS, Some(flow), None, 1).await.unwrap().remove(0);
    assert_eq!((seen.verdict, seen.copy_of), (Verdict::Accepted, None));
});

contract!(s4_at_most_a_hundred_copies_are_kept_the_rest_is_counted, |t| {
    let flow = flow(&t.db).await;
    let copies = usize::try_from(limits::COPIES_KEPT).unwrap() + 5;
    let all = (0..=copies).map(|_| {
        let (d, mut e) = (delivery(&t.db, flow), event(&t.db));
        e.dedupe = Some(key(&t.db, 1));
        t.db.ingest(one(d, e))
    });
    assert!(join_all(all).await.iter().all(Result::is_ok));
    let (d, mut e) = (delivery(&t.db, flow), event(&t.db));
    e.dedupe = Some(key(&t.db, 1));
    t.db.ingest(one(d, e)).await.unwrap();
    let n = t.db.counts().await.unwrap();
    assert_eq!(n.deliveries, 1 + limits::COPIES_KEPT);
    assert_eq!(t.db.copies(flow).await.unwrap().duplicates, 6);
});
