//! The index of values (semantics S23).

use domain::ids::{EventId, NodeId};
use domain::run::RunState;
use domain::{Span, limits};
use store::*;
use uuid::Uuid;

use crate::contract;
use crate::given::*;

const NONE: EventId = EventId(Uuid::nil());

contract!(s23_events_are_indexed_once_by_one_node_and_found_by_their_values, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let (_, first, run) = accepted(&t.db, flow).await;
    t.clock.advance(Span::secs(1));
    let (delivery, second, _) = accepted(&t.db, flow).await;
    let turn = t.db.search_turn(node).await.unwrap().expect("it is free");
    assert_eq!(turn.cursor, NONE);
    let stranger = NodeLease { node: NodeId::new(t.db.now()), ..node };
    assert_eq!(t.db.search_turn(stranger).await.unwrap(), None, "one node at a time");
    let all = t.db.unsearched(NONE, None, 10).await.unwrap();
    assert_eq!(all.iter().map(|u| u.id).collect::<Vec<_>>(), [first, second]);
    let index = |event, hashes: &[i64]| Searched { event, hashes: hashes.to_vec() };
    let both = vec![index(first, &[7, -9]), index(second, &[7])];
    assert!(t.db.add_searched(turn, both.clone()).await.unwrap());
    assert!(t.db.add_searched(turn, both).await.unwrap(), "again after a crash");
    assert_eq!(t.db.unsearched(NONE, None, 10).await.unwrap(), []);
    assert!(t.db.move_search(turn, second).await.unwrap());
    assert_eq!(t.db.search_turn(node).await.unwrap().unwrap().cursor, second);
    let found = async |value: i64| -> Vec<_> {
        let q = RunQuery { value: Some(value), ..RunQuery::default() };
        let page = t.db.find_runs(WS, &q).await.unwrap();
        page.items.into_iter().map(|r| r.run.event).collect()
    };
    assert_eq!(found(7).await, [second, first]);
    assert_eq!(found(-9).await, [first]);
    assert!(found(8).await.is_empty());
    let q = DeliveryQuery { value: Some(7), limit: 1, ..DeliveryQuery::default() };
    let page = t.db.find_deliveries(WS, &q).await.unwrap();
    assert_eq!(page.items[0].view.id, delivery);
    assert!(page.next.is_some());
    // A replay of a run has its values.
    let c = claim(&t.db, node, 64).await;
    for c in c {
        t.db.apply(end(&t.db, c.lease, RunState::Failed)).await.unwrap();
    }
    t.clock.advance(Span::secs(1));
    let again = crate::people::again(&t.db, Some(run), first, flow);
    t.db.replay(vec![again]).await.unwrap();
    assert_eq!(found(-9).await, [first, first]);
});

contract!(s23_the_indexer_of_a_dead_node_goes_on_elsewhere, |t| {
    let flow = flow(&t.db).await;
    accepted(&t.db, flow).await;
    let dead = t.db.join().await.unwrap();
    let turn = t.db.search_turn(dead).await.unwrap().unwrap();
    t.restart().await;
    if !t.db.is_sqlite() {
        t.exec("UPDATE nodes SET alive_until = 0").await;
        t.db.fence_dead().await.unwrap();
    }
    let node = t.db.join().await.unwrap();
    let all = t.db.unsearched(NONE, None, 10).await.unwrap();
    let one = vec![Searched { event: all[0].id, hashes: vec![1] }];
    assert!(!t.db.add_searched(turn, one.clone()).await.unwrap(), "it is fenced");
    assert!(!t.db.move_search(turn, all[0].id).await.unwrap());
    assert_eq!(t.db.unsearched(NONE, None, 10).await.unwrap(), all);
    let mine = t.db.search_turn(node).await.unwrap().expect("its place is free");
    assert!(t.db.add_searched(mine, one).await.unwrap());
});

contract!(s23_values_go_with_their_events, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let (_, event, _) = accepted(&t.db, flow).await;
    let turn = t.db.search_turn(node).await.unwrap().unwrap();
    let one = Searched { event, hashes: vec![1, 2, 3] };
    assert!(t.db.add_searched(turn, vec![one]).await.unwrap());
    let c = claimed(&t.db, node).await;
    t.db.apply(end(&t.db, c.lease, RunState::Succeeded)).await.unwrap();
    t.db.sweep(t.db.now()).await.unwrap();
    assert_eq!(t.int("SELECT count(*) FROM search").await, 3);
    t.clock.advance(Span::days(i64::from(limits::RETENTION_DAYS) + 1));
    t.db.sweep(t.db.now()).await.unwrap();
    assert_eq!(t.int("SELECT count(*) FROM events").await, 0);
    assert_eq!(t.int("SELECT count(*) FROM search").await, 0);
    assert_eq!(t.int("SELECT count(*) FROM searched").await, 0);
});
