//! Addresses that are registered at services (semantics S19): who wants them, for how long, and the
//! secrets that are kept with them.

use std::collections::BTreeMap;

use domain::ids::FlowId;
use domain::subscription::SubscriptionState;
use domain::{Secret, Span, Time};
use store::*;

use crate::contract;
use crate::given::*;

fn wish(flow: FlowId, scope: FlowId, key: &str, until: Option<Time>) -> SubscriptionWish {
    SubscriptionWish {
        flow,
        workspace: WS,
        key: key.into(),
        scope,
        settings: "{}".into(),
        version: "1.0.0".into(),
        until,
    }
}

async fn state(db: &Db, flow: FlowId) -> Option<SubscriptionState> {
    db.subscription_of(flow).await.unwrap().map(|s| s.state)
}

contract!(s19_who_only_listens_wants_an_address_for_a_while, |t| {
    let (db, now) = (&t.db, t.db.now());
    let (listens, publishes) = (flow(db).await, flow(db).await);
    let until = now.plus(Span::hours(1));
    for f in [listens, publishes] {
        let generation = db.generation().await.unwrap();
        db.want_subscription(wish(f, f, &f.to_string(), Some(until))).await.unwrap();
        assert!(db.generation().await.unwrap() > generation, "the nodes are told");
        assert_eq!(db.listens_until(f).await.unwrap(), Some(until));
    }
    db.want_subscription(wish(publishes, publishes, &publishes.to_string(), None)).await.unwrap();
    assert_eq!(db.listens_until(publishes).await.unwrap(), None);
    assert!(db.next_trigger_due().await.unwrap().unwrap() <= until);
    db.end_listening(now).await.unwrap();
    assert_eq!(state(db, listens).await, Some(SubscriptionState::Subscribing));
    db.end_listening(until).await.unwrap();
    assert_eq!(state(db, listens).await, None);
    assert_eq!(state(db, publishes).await, Some(SubscriptionState::Subscribing));
    let due = db.due_subscriptions(until, 10).await.unwrap();
    let leaving = due.iter().filter(|s| s.state == SubscriptionState::Leaving).count();
    assert_eq!((due.len(), leaving), (2, 1));
});

contract!(s19_a_shared_address_is_wanted_until_its_last_registration_leaves, |t| {
    let (db, address) = (&t.db, FlowId::new(t.db.now()));
    let (first, second) = (flow(db).await, flow(db).await);
    for (f, key) in [(first, "shared:message"), (second, "shared:button")] {
        db.want_subscription(wish(f, address, key, None)).await.unwrap();
    }
    let rows = [first, second].map(|f| db.subscription_of(f));
    let [one, other] = rows;
    let (one, other) = (one.await.unwrap().unwrap(), other.await.unwrap().unwrap());
    assert!(db.is_shared(&one).await.unwrap() && db.is_shared(&other).await.unwrap());
    db.unwant_subscription(first).await.unwrap();
    assert!(db.is_shared(&one).await.unwrap(), "the other one stays");
    assert!(!db.is_shared(&other).await.unwrap(), "one that leaves does not count");
});

contract!(s19_an_address_keeps_the_secret_that_came_first, |t| {
    let (db, address) = (&t.db, FlowId::new(t.db.now()));
    let one = |name: &str, v: &str| (name.to_owned(), Secret::new(v));
    let first = BTreeMap::from([one("hook.secret", "first-secret")]);
    let kept = db.fill_address_secrets(address, &first).await.unwrap();
    assert_eq!(kept["hook.secret"].expose(), "first-secret");
    let second = BTreeMap::from([one("hook.secret", "second-secret"), one("hook.other", "more")]);
    let kept = db.fill_address_secrets(address, &second).await.unwrap();
    assert_eq!(kept["hook.secret"].expose(), "first-secret");
    assert_eq!(kept["hook.other"].expose(), "more");
});

contract!(every_version_of_a_flow_and_its_draft_are_read_page_by_page, |t| {
    let db = &t.db;
    let (two, none) = (flow(db).await, draft_flow(db).await);
    db.save_draft(WS, two, "Flow", r#"{"v":2}"#).await.unwrap();
    db.publish(WS, two).await.unwrap();
    db.save_draft(WS, two, "Flow", r#"{"v":3}"#).await.unwrap();
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let page = db.flow_definitions(after, 2).await.unwrap();
        let Some((last, _)) = page.last() else { break };
        assert!(page.len() <= 2);
        after = Some(*last);
        seen.extend(page);
    }
    let of = |f: FlowId| -> Vec<i64> {
        seen.iter().filter(|((flow, _), _)| *flow == f).map(|((_, version), _)| *version).collect()
    };
    assert_eq!((of(two), of(none)), (vec![-1, 1, 2], vec![-1]));
    assert!(seen.iter().any(|(_, text)| text == r#"{"v":3}"#), "the draft too");
});
