//! Event types, subscribers, and what a run publishes to them.

use std::collections::BTreeMap;

use domain::ids::SubscriberId;
use domain::outcome::StepError;
use domain::run::RunState;
use domain::subscriber::{EventType, Health, Subscriber, SubscriberState};
use domain::{Code, Secret, Span, Time, limits};
use serde_json::{Map, json};
use store::*;

use crate::contract;
use crate::given::*;

fn subscriber(db: &Db, name: &str) -> Subscriber {
    let now = db.now();
    Subscriber {
        id: SubscriberId::new(now),
        workspace: WS,
        name: name.into(),
        url: "https://partner.example.com/hook".into(),
        types: vec!["order.created".into()],
        filter: Some(json!({ "left": { "path": "$.trigger.data.id" }, "op": "exists" })),
        properties: Map::from_iter([("tenant".to_owned(), json!(7))]),
        rate: Some("5/1s".into()),
        state: SubscriberState::Active,
        version: 1,
        previous_until: None,
        health: Health::default(),
        created_at: now,
        updated_at: now,
    }
}

fn secret(name: &str, value: &str) -> BTreeMap<String, Secret> {
    BTreeMap::from([(name.to_owned(), Secret::new(value))])
}

async fn made(db: &Db, name: &str) -> SubscriberId {
    let row = subscriber(db, name);
    let id = row.id;
    let document = r#"{"name":"x"}"#.to_owned();
    let secrets = secret("secret", "one");
    db.create_subscriber(NewSubscriber { row, document, secrets }).await.unwrap();
    id
}

async fn found(db: &Db, id: SubscriberId) -> Subscriber {
    db.subscriber(WS, id).await.unwrap().expect("the subscriber")
}

/// An event for a subscriber, with a run.
fn message(db: &Db, to: SubscriberId) -> Ingest {
    one(delivery(db, to.flow()), event(db))
}

contract!(a_subscriber_reads_back_and_is_no_flow_of_the_list, |t| {
    let wanted = subscriber(&t.db, "one");
    let (id, secrets) = (wanted.id, secret("secret", "one"));
    let new = NewSubscriber { row: wanted.clone(), document: "{}".into(), secrets };
    t.db.create_subscriber(new).await.unwrap();
    t.restart().await;
    assert_eq!(found(&t.db, id).await, wanted);
    assert_eq!(t.db.secrets(id.flow()).await.unwrap()["secret"].expose(), "one");
    let flow = flow(&t.db).await;
    let listed = t.db.flows(WS).await.unwrap();
    assert_eq!(listed.iter().map(|f| f.id).collect::<Vec<_>>(), [flow]);

    let mut other = found(&t.db, id).await;
    (other.name, other.filter, other.rate) = ("two".into(), None, None);
    t.db.update_subscriber(other.clone(), secret("headers", "{}")).await.unwrap();
    let now = found(&t.db, id).await;
    assert_eq!((now.name.as_str(), now.filter, now.rate), ("two", None, None));
    let kept = t.db.secrets(id.flow()).await.unwrap();
    assert_eq!((kept["secret"].expose(), kept["headers"].expose()), ("one", "{}"));

    t.db.set_subscriber(WS, id, false).await.unwrap();
    assert_eq!(found(&t.db, id).await.state, SubscriberState::Paused);
    t.db.set_subscriber(WS, id, true).await.unwrap();
    assert_eq!(found(&t.db, id).await.state, SubscriberState::Active);
    let nobody = SubscriberId::new(t.db.now());
    assert!(matches!(t.db.set_subscriber(WS, nobody, true).await, Err(Error::NotFound)));
});

contract!(a_secret_that_was_replaced_meanwhile_is_not_replaced_again, |t| {
    let id = made(&t.db, "one").await;
    let until = t.db.now().plus(limits::ROTATED_SECRET);
    let rotate = |value: &str, seen: Option<Time>| {
        t.db.rotate_subscriber(WS, id, secret("secret", value), (seen, until))
    };
    rotate("two", None).await.unwrap();
    assert!(matches!(rotate("three", None).await, Err(Error::Changed)));
    assert_eq!(t.db.secrets(id.flow()).await.unwrap()["secret"].expose(), "two");
    let seen = found(&t.db, id).await.previous_until;
    assert_eq!(seen, Some(until));
    rotate("three", seen).await.unwrap();
});

contract!(what_a_run_publishes_is_stored_with_its_progress_or_not_at_all, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let to = [made(&t.db, "one").await, made(&t.db, "two").await];
    let (_, _, run) = accepted(&t.db, flow).await;
    let c = claimed(&t.db, node).await;
    let lost = Lease { token: c.lease.token + 1, ..c.lease };
    let publish = |lease| {
        let p = Progress { steps: vec![step(&t.db, "publish")], ..keep(lease) };
        t.db.publishing(p, None, to.map(|id| message(&t.db, id)).into()).unwrap()
    };
    assert_eq!(t.db.apply_ready(&publish(lost)).await.unwrap(), Applied::Superseded);
    assert_eq!((t.db.counts().await.unwrap().events, t.db.backlog()), (1, 1));

    t.db.apply_ready(&publish(c.lease)).await.unwrap();
    assert_eq!((t.db.counts().await.unwrap().events, t.db.backlog()), (3, 3));
    assert_eq!(seen(&t.db, run).await.steps.len(), 1);
    t.db.apply(end(&t.db, c.lease, RunState::Succeeded)).await.unwrap();
    let claims = claim(&t.db, node, 64).await;
    let mut flows: Vec<_> = claims.iter().map(|c| c.flow).collect();
    flows.sort_unstable();
    // Ids of one moment have no order of their own.
    let mut expected = to.map(SubscriberId::flow);
    expected.sort_unstable();
    assert_eq!(flows, expected);
});

contract!(a_subscriber_that_fails_is_written_down_and_disabled_in_the_end, |t| {
    let id = made(&t.db, "one").await;
    let node = t.db.join().await.unwrap();
    t.db.ingest(message(&t.db, id)).await.unwrap();
    let run = claimed(&t.db, node).await.lease.run;
    let error = failure(Code::RemoteUnavailable);
    let start = t.db.now();
    let fails = |error: StepError, at: Time| {
        let db = t.db.clone();
        async move { db.subscriber_fails(id, run, &error, at).await.unwrap() }
    };
    assert_eq!(fails(error.clone(), start).await, Noted::Failing);
    let almost = start.plus(limits::SUBSCRIBER_FAILING).minus(Span::secs(1));
    assert_eq!(fails(error.clone(), almost).await, Noted::Failing);
    let health = found(&t.db, id).await.health;
    assert_eq!(health.failing_since, Some(start));
    let last = health.last_failure.unwrap();
    assert_eq!((last.at, last.run, last.error), (almost, run, error.clone()));

    t.db.subscriber_works(id, almost).await.unwrap();
    let later = almost.plus(Span::days(1));
    assert_eq!(fails(error.clone(), later).await, Noted::Failing, "the time begins anew");
    let over = later.plus(limits::SUBSCRIBER_FAILING);
    assert_eq!(fails(error.clone(), over).await, Noted::Disabled);
    let s = found(&t.db, id).await;
    assert_eq!((s.state, s.health.disabled_at), (SubscriberState::Disabled, Some(over)));
    assert_eq!(s.health.disabled_because, Some(error));
    t.db.set_subscriber(WS, id, true).await.unwrap();
    let s = found(&t.db, id).await;
    assert_eq!((s.state, s.health.failing_since), (SubscriberState::Active, None));
    let gone = StepError::new(Code::Gone, ("gone", "адреса нет"));
    assert_eq!(fails(gone, over).await, Noted::Disabled, "at once");
});

contract!(a_deleted_subscriber_goes_with_its_last_delivery, |t| {
    let id = made(&t.db, "one").await;
    let node = t.db.join().await.unwrap();
    t.db.ingest(message(&t.db, id)).await.unwrap();
    let under_way = claimed(&t.db, node).await;
    t.db.ingest(message(&t.db, id)).await.unwrap();
    held(&t.db, id.flow()).await;
    t.db.delete_subscriber(WS, id).await.unwrap();
    assert!(t.db.subscriber(WS, id).await.unwrap().is_none());
    assert!(t.db.subscribers(WS, None, 10).await.unwrap().is_empty());
    assert!(matches!(t.db.delete_subscriber(WS, id).await, Err(Error::NotFound)));
    let counts = t.db.counts().await.unwrap();
    assert_eq!((counts.cancelled, counts.held, counts.jobs), (1, 0, 1));
    assert!(t.db.flow(WS, id.flow()).await.unwrap().is_some(), "its delivery is under way");

    let kept = t.db.apply(keep(under_way.lease)).await.unwrap();
    assert_eq!(kept, Applied::Applied { cancel: true });
    t.db.apply(end(&t.db, under_way.lease, RunState::Cancelled)).await.unwrap();
    t.db.sweep(t.db.now()).await.unwrap();
    assert!(t.db.flow(WS, id.flow()).await.unwrap().is_none());
    assert_eq!(seen(&t.db, under_way.lease.run).await.run.state, RunState::Cancelled);
});

contract!(deliveries_are_listed_and_counted_for_each_subscriber, |t| {
    let (one, two) = (made(&t.db, "one").await, made(&t.db, "two").await);
    let node = t.db.join().await.unwrap();
    for to in [one, one, two] {
        t.db.ingest(message(&t.db, to)).await.unwrap();
    }
    held(&t.db, two.flow()).await;
    let claims = claim(&t.db, node, 64).await;
    let of_one: Vec<_> = claims.iter().filter(|c| c.flow == one.flow()).collect();
    t.db.apply(end(&t.db, of_one[0].lease, RunState::Succeeded)).await.unwrap();
    t.db.apply(end(&t.db, of_one[1].lease, RunState::Failed)).await.unwrap();
    let counts = t.db.delivery_counts(&[one, two]).await.unwrap();
    let (a, b) = (counts[&one], counts[&two]);
    assert_eq!((a.succeeded, a.failed, a.waiting, a.held), (1, 1, 0, 0));
    assert_eq!((b.succeeded, b.failed, b.waiting, b.held), (0, 0, 1, 1));

    let all = t.db.deliveries_to(WS, one, DeliveryFilter::default()).await.unwrap();
    assert_eq!(all.len(), 2);
    assert!(all[0].run > all[1].run, "newest first");
    let failed = DeliveryFilter { state: Some(RunState::Failed), ..DeliveryFilter::default() };
    let failed = t.db.deliveries_to(WS, one, failed).await.unwrap();
    assert_eq!(failed.iter().map(|d| d.run).collect::<Vec<_>>(), [of_one[1].lease.run]);
    let kind = DeliveryFilter { kind: Some("/none".into()), ..DeliveryFilter::default() };
    assert!(t.db.deliveries_to(WS, one, kind).await.unwrap().is_empty());
});

contract!(event_types_are_declared_once_each, |t| {
    let kind = |name: &str| EventType {
        workspace: WS,
        name: name.into(),
        title: "An order".into(),
        description: String::new(),
        schema: Some(json!({ "type": "object" })),
        sample: None,
        created_at: Time::default(),
        updated_at: Time::default(),
    };
    t.db.create_event_type(kind("order.paid")).await.unwrap();
    t.db.create_event_type(kind("order.created")).await.unwrap();
    assert!(matches!(t.db.create_event_type(kind("order.paid")).await, Err(Error::Taken(_))));
    let sample = Some(json!({ "id": 1 }));
    let changed = EventType { schema: None, sample: sample.clone(), ..kind("order.paid") };
    t.db.update_event_type(changed).await.unwrap();
    assert!(matches!(t.db.update_event_type(kind("none")).await, Err(Error::NotFound)));
    let all = t.db.event_types(WS, None, 10).await.unwrap();
    assert_eq!(
        all.iter().map(|e| e.name.as_str()).collect::<Vec<_>>(),
        ["order.created", "order.paid"]
    );
    let rest = t.db.event_types(WS, Some("order.created"), 10).await.unwrap();
    assert_eq!((rest.len(), &rest[0].schema, &rest[0].sample), (1, &None, &sample));
    t.db.delete_event_type(WS, "order.paid").await.unwrap();
    assert!(t.db.event_type(WS, "order.paid").await.unwrap().is_none());
    assert!(matches!(t.db.delete_event_type(WS, "order.paid").await, Err(Error::NotFound)));
});
