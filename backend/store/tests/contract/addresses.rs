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
        connection: None,
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

contract!(s19_a_shared_address_goes_with_its_connection_and_does_not_come_back, |t| {
    let db = &t.db;
    let con = crate::people::connection(db, "crm").await;
    let made = db.shared_address(WS, "crm", Some(con), "token-of-the-address").await.unwrap();
    let made = made.unwrap();
    let again = db.shared_address(WS, "crm", Some(con), "another-token-of-it").await.unwrap();
    assert_eq!(again, Some(made.clone()), "a connection has one");
    let all = db.shared_address(WS, "crm", None, "token-of-all-of-them").await.unwrap().unwrap();
    let secret = BTreeMap::from([("hook.secret".to_owned(), Secret::new("s"))]);
    for id in [made.id, all.id] {
        db.fill_address_secrets(id, &secret).await.unwrap();
    }
    db.delete_connection(WS, con).await.unwrap();
    assert_eq!(db.shared_address_of(&made.token).await.unwrap(), None);
    assert!(db.secrets(made.id).await.unwrap().is_empty());
    let generation = db.generation().await.unwrap();
    let gone = db.shared_address(WS, "crm", Some(con), "another-token-of-it").await.unwrap();
    assert_eq!(gone, None);
    assert_eq!(db.generation().await.unwrap(), generation, "nothing has changed");
    // That of all connections stays.
    assert_eq!(db.shared_address_of(&all.token).await.unwrap(), Some(all.clone()));
    assert_eq!(db.secrets(all.id).await.unwrap().len(), 1);
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

/// The registration of a flow, taken by a living node.
async fn taken(db: &Db, node: NodeLease, of: FlowId) -> Subscription {
    let row = db.subscription_of(of).await.unwrap().unwrap();
    db.take_subscription(row.id, row.guard, node).await.unwrap().unwrap()
}

fn kept(own: &[(&str, &str)], address: &[(&str, &str)]) -> Kept {
    let map = |all: &[(&str, &str)]| {
        all.iter().map(|(k, v)| ((*k).to_owned(), Secret::new(*v))).collect::<BTreeMap<_, _>>()
    };
    Kept { own: map(own), address: map(address) }
}

contract!(s19_what_a_node_has_done_is_kept_before_what_is_wanted_now_is_done, |t| {
    let (db, f) = (&t.db, flow(&t.db).await);
    let node = db.join().await.unwrap();
    db.want_subscription(wish(f, f, "key", None)).await.unwrap();
    let mut held = taken(db, node, f).await;
    // Something else is wanted while the call is under way: the row stays with its node.
    let other = SubscriptionWish { settings: "{\"b\":1}".into(), ..wish(f, f, "key", None) };
    db.want_subscription(other).await.unwrap();
    assert!(db.due_subscriptions(db.now(), 10).await.unwrap().is_empty());
    held.registered = Some("{}".into());
    let begun = kept(&[("hook.secret", "made")], &[("hook.secret", "made")]);
    assert!(db.begin_registration(&held, &begun).await.unwrap());
    (held.state, held.next_due) = (SubscriptionState::Active, None);
    let came = kept(&[("hook.id", "h-1")], &[("hook.id", "h-1")]);
    assert!(db.put_subscription(&held, &came).await.unwrap());
    assert!(!db.put_subscription(&held, &came).await.unwrap(), "it has let go");
    let now = db.subscription(held.id).await.unwrap().unwrap();
    assert_eq!(
        (now.state, now.registered.as_deref()),
        (SubscriptionState::Subscribing, Some("{}"))
    );
    assert_eq!(now.settings, "{\"b\":1}");
    for id in [held.id, f] {
        let names: Vec<_> = db.secrets(id).await.unwrap().into_keys().collect();
        assert_eq!(names, ["hook.id", "hook.secret"]);
    }
    // A new registration begins without what belonged to the one before.
    let held = taken(db, node, f).await;
    db.begin_registration(&held, &kept(&[("hook.secret", "new")], &[])).await.unwrap();
    let own = db.secrets(held.id).await.unwrap();
    assert_eq!((own.len(), own["hook.secret"].expose()), (1, "new"));
});

contract!(s19_an_address_that_is_taken_back_goes_unless_it_is_wanted_again, |t| {
    let (db, f) = (&t.db, flow(&t.db).await);
    let node = db.join().await.unwrap();
    for again in [false, true] {
        db.want_subscription(wish(f, f, "key", None)).await.unwrap();
        let mut held = taken(db, node, f).await;
        let id = held.id;
        held.registered = Some("{}".into());
        (held.state, held.next_due) = (SubscriptionState::Active, None);
        db.put_subscription(&held, &kept(&[("hook.id", "h-1")], &[])).await.unwrap();
        db.unwant_subscription(f).await.unwrap();
        let due = db.due_subscriptions(db.now(), 10).await.unwrap();
        let held = db.take_subscription(id, due[0].guard, node).await.unwrap().unwrap();
        if again {
            db.want_subscription(wish(f, f, "key", None)).await.unwrap();
        }
        db.drop_subscription(id, held.guard).await.unwrap();
        let now = db.subscription(id).await.unwrap();
        assert_eq!(now.is_some(), again);
        if let Some(now) = now {
            assert_eq!((now.state, now.registered), (SubscriptionState::Subscribing, None));
        }
        assert!(db.secrets(id).await.unwrap().is_empty());
    }
});

contract!(s19_what_is_left_behind_is_only_to_be_taken_back, |t| {
    let (db, f) = (&t.db, flow(&t.db).await);
    db.want_subscription(wish(f, f, "key", None)).await.unwrap();
    let mut row = db.subscription_of(f).await.unwrap().unwrap();
    row.registered = Some("{}".into());
    db.leave_behind(&row, &kept(&[("hook.id", "h-1")], &[("hook.id", "no")])).await.unwrap();
    let due = db.due_subscriptions(db.now(), 10).await.unwrap();
    let left = due.iter().find(|s| s.state == SubscriptionState::Leaving).unwrap();
    assert_eq!((due.len(), left.registered.as_deref()), (2, Some("{}")));
    assert_eq!(db.secrets(left.id).await.unwrap()["hook.id"].expose(), "h-1");
    assert!(db.secrets(f).await.unwrap().is_empty());
    assert!(!db.is_shared(&row).await.unwrap(), "it wants nothing");
});

contract!(s19_an_address_that_is_gone_gets_no_secrets, |t| {
    let (db, f) = (&t.db, flow(&t.db).await);
    let node = db.join().await.unwrap();
    db.want_subscription(wish(f, f, "key", None)).await.unwrap();
    let held = taken(db, node, f).await;
    db.delete_flow(WS, f).await.unwrap();
    db.tidy_subscriptions().await.unwrap();
    let came = kept(&[("hook.id", "h-1")], &[("hook.id", "h-1")]);
    assert!(db.put_subscription(&held, &came).await.unwrap());
    assert!(db.secrets(f).await.unwrap().is_empty());
    assert_eq!(db.secrets(held.id).await.unwrap().len(), 1);
    let due = db.due_subscriptions(db.now(), 10).await.unwrap();
    assert_eq!(due[0].state, SubscriptionState::Leaving);
});

contract!(connectors_are_removed_only_if_no_flow_has_changed_since_the_look, |t| {
    let (db, f) = (&t.db, flow(&t.db).await);
    let version = |version: &str| ConnectorVersion {
        name: "acme".into(),
        version: version.into(),
        sha256: version.into(),
        manifest: "{}".into(),
        icon: None,
    };
    let old = || vec![("acme".to_owned(), "1.0.0".to_owned())];
    for v in ["1.0.0", "1.1.0"] {
        db.put_connector(version(v), false).await.unwrap();
    }
    // A draft of a published flow, and a flow that is published.
    for change in ["draft", "publish"] {
        let seen = db.see_flows().await.unwrap();
        match change {
            "draft" => db.save_draft(WS, f, "Flow", r#"{"v":2}"#).await.unwrap(),
            _ => drop(db.publish(WS, f).await.unwrap()),
        }
        let refused = db.drop_connectors(old(), seen).await;
        assert!(matches!(refused, Err(Error::Changed)), "{change}: {refused:?}");
        assert_eq!(db.connector_versions().await.unwrap().len(), 2);
    }
    let seen = db.see_flows().await.unwrap();
    db.drop_connectors(old(), seen).await.unwrap();
    let left = db.connector_versions().await.unwrap();
    assert_eq!((left.len(), left[0].1.as_str()), (1, "1.1.0"));
    assert!(db.generation().await.unwrap() > 0);
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
