//! Flows, versions, addresses (semantics S12, S22), secrets (S3) and connector versions.

use std::collections::BTreeMap;

use domain::ids::FlowId;
use domain::run::RunState;
use domain::{Secret, Span};
use store::*;

use crate::contract;
use crate::given::*;
use crate::world::soon;

contract!(s12_a_flow_is_a_draft_until_it_is_published, |t| {
    let id = draft_flow(&t.db).await;
    let f = t.db.flow(WS, id).await.unwrap().unwrap();
    assert_eq!((f.state, f.version, f.published), (FlowState::Draft, 0, None));
    let seen = t.db.address(&f.token).await.unwrap().unwrap();
    assert_eq!((seen.flow, seen.expires_at), (id, None), "the address works from creation");
    assert_eq!(t.db.publish(WS, id).await.unwrap(), 1);
    let f = t.db.flow(WS, id).await.unwrap().unwrap();
    assert_eq!((f.state, f.published), (FlowState::Live, Some(f.draft)));
});

contract!(a_published_version_never_changes, |t| {
    let id = flow(&t.db).await;
    let first = t.db.version(id, 1).await.unwrap().unwrap();
    t.db.save_draft(WS, id, "New name", r#"{"v":2}"#).await.unwrap();
    assert_eq!(t.db.version(id, 1).await.unwrap().unwrap(), first);
    t.db.set_flow_state(WS, id, FlowState::Paused).await.unwrap();
    assert_eq!(t.db.publish(WS, id).await.unwrap(), 2);
    let f = t.db.flow(WS, id).await.unwrap().unwrap();
    assert_eq!((f.state, f.name.as_str()), (FlowState::Paused, "New name"), "it stays paused");
    assert_eq!(t.db.version(id, 2).await.unwrap().as_deref(), Some(r#"{"v":2}"#));
    assert_eq!(t.db.version(id, 1).await.unwrap().unwrap(), first);
    assert_eq!(t.db.version(id, 3).await.unwrap(), None);
});

contract!(s22_an_address_that_is_taken_is_refused, |t| {
    let f = t.db.flow(WS, flow(&t.db).await).await.unwrap().unwrap();
    let other = FlowId::new(t.db.now());
    let new = NewFlow {
        id: other,
        workspace: WS,
        name: "Other".into(),
        draft: "{}".into(),
        token: f.token.clone(),
        secrets: BTreeMap::new(),
    };
    assert!(matches!(t.db.create_flow(new).await, Err(Error::Taken("address"))));
    assert!(t.db.flow(WS, other).await.unwrap().is_none());
    let second = flow(&t.db).await;
    let until = t.db.now().plus(Span::hours(48));
    let rotated = t.db.rotate_address(WS, second, &f.token, until).await;
    assert!(matches!(rotated, Err(Error::Taken("address"))));
    let kept = t.db.flow(WS, second).await.unwrap().unwrap().token;
    assert_eq!(t.db.address(&kept).await.unwrap().unwrap().expires_at, None);
});

contract!(s22_a_rotated_address_works_until_its_time_is_over, |t| {
    let id = flow(&t.db).await;
    let old = t.db.flow(WS, id).await.unwrap().unwrap().token;
    let until = t.db.now().plus(Span::hours(48));
    t.db.rotate_address(WS, id, "the-new-address-of-this-flow", until).await.unwrap();
    let f = t.db.flow(WS, id).await.unwrap().unwrap();
    assert_eq!(f.token, "the-new-address-of-this-flow");
    assert_eq!(t.db.flows(WS).await.unwrap()[0].token, f.token);
    assert_eq!(t.db.address(&old).await.unwrap().unwrap().expires_at, Some(until));
    t.clock.advance(Span::hours(48));
    assert!(t.db.address(&old).await.unwrap().is_none());
    assert_eq!(t.db.address(&f.token).await.unwrap().unwrap().flow, id);
    assert!(t.db.address("unknown").await.unwrap().is_none());
});

contract!(a_flow_with_unfinished_runs_is_not_deleted, |t| {
    let id = flow(&t.db).await;
    let token = t.db.flow(WS, id).await.unwrap().unwrap().token;
    let (delivery, _, run) = accepted(&t.db, id).await;
    assert!(matches!(t.db.delete_flow(WS, id).await, Err(Error::Changed)));
    assert_eq!(t.db.cancel(WS, run).await.unwrap(), RunState::Cancelled);
    t.db.delete_flow(WS, id).await.unwrap();
    assert!(t.db.flow(WS, id).await.unwrap().is_none());
    assert!(t.db.address(&token).await.unwrap().is_none());
    assert!(t.db.delivery(WS, delivery).await.unwrap().is_some(), "its history stays");
    assert!(matches!(t.db.delete_flow(WS, id).await, Err(Error::NotFound)));
});

contract!(s3_secrets_of_a_flow_survive_a_restart_and_a_publish, |t| {
    let id = flow(&t.db).await;
    t.db.put_secret(id, "pin", &Secret::new("first")).await.unwrap();
    t.db.put_secret(id, "pin", &Secret::new("second")).await.unwrap();
    t.db.put_secret(id, "other", &Secret::new("")).await.unwrap();
    t.db.publish(WS, id).await.unwrap();
    t.restart().await;
    let secrets = t.db.secrets(id).await.unwrap();
    assert_eq!(secrets.keys().collect::<Vec<_>>(), ["other", "pin"]);
    assert_eq!((secrets["pin"].expose(), secrets["other"].expose()), ("second", ""));
    let nobody = FlowId::new(t.db.now());
    let lost = t.db.put_secret(nobody, "pin", &Secret::new("x")).await;
    assert!(matches!(lost, Err(Error::NotFound)));
});

contract!(every_change_raises_the_generation, |t| {
    let mut changed = t.db.changed();
    changed.mark_unchanged();
    let mut last = t.db.generation().await.unwrap();
    let id = flow(&t.db).await;
    let con = crate::people::connection(&t.db, "crm").await;
    for i in 0..6 {
        match i {
            0 => t.db.save_draft(WS, id, "x", "{}").await.unwrap(),
            1 => t.db.set_flow_state(WS, id, FlowState::Paused).await.unwrap(),
            2 => t.db.put_secret(id, "a", &Secret::new("b")).await.unwrap(),
            3 => t.db.rotate_address(WS, id, "another-one-here", t.db.now()).await.unwrap(),
            4 => t.db.delete_connection(WS, con).await.unwrap(),
            _ => t.db.publish(WS, id).await.map(|_| ()).unwrap(),
        }
        let now = t.db.generation().await.unwrap();
        assert!(now > last, "change {i}");
        last = now;
    }
    soon(changed.wait_for(|g| *g == last)).await.unwrap();
    assert_eq!(t.db.flow(WS, id).await.unwrap().unwrap().generation, last);
    // A refused change raises nothing.
    assert!(t.db.publish(WS, FlowId::new(t.db.now())).await.is_err());
    assert_eq!(t.db.generation().await.unwrap(), last);
});

contract!(a_connector_version_has_one_content, |t| {
    let telegram = |version: &str, sha256: &str| ConnectorVersion {
        name: "telegram".into(),
        version: version.into(),
        sha256: sha256.into(),
        manifest: format!("{{\"is\":\"{sha256}\"}}"),
        icon: Some(b"<svg/>".to_vec()),
    };
    let before = t.db.generation().await.unwrap();
    for new in [true, false] {
        assert_eq!(t.db.put_connector(telegram("1.0.0", "aa"), false).await.unwrap(), new);
    }
    assert_eq!(t.db.generation().await.unwrap(), before + 1, "only what is new is told");
    let other = t.db.put_connector(telegram("1.0.0", "bb"), false).await;
    assert!(matches!(other, Err(Error::Taken("version"))));
    t.db.put_connector(telegram("1.1.0", "bb"), false).await.unwrap();
    let hashes = t.db.connector_versions().await.unwrap();
    let word = |v: &str, h: &str| ("telegram".to_owned(), v.to_owned(), h.to_owned());
    assert_eq!(hashes, [word("1.0.0", "aa"), word("1.1.0", "bb")]);
    let kept = t.db.connector("telegram", "1.0.0").await.unwrap();
    assert_eq!(kept, Some(telegram("1.0.0", "aa")));
    // Authors at work replace what nobody but them uses.
    assert!(t.db.put_connector(telegram("1.0.0", "cc"), true).await.unwrap());
    assert_eq!(t.db.connector("telegram", "1.0.0").await.unwrap().unwrap().sha256, "cc");
});
