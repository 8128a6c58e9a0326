//! Secrets at rest (semantics S3, S18).

use domain::Secret;
use store::*;

use crate::contract;
use crate::given::*;
use crate::world::World;

const PLANTED: &str = "hunter2-was-planted-here";

contract!(s18_a_sealed_delivery_opens_with_its_bytes, |t| {
    let flow = flow(&t.db).await;
    for size in [0, 20, 50_000] {
        let (mut d, e) = (delivery(&t.db, flow), event(&t.db));
        d.body = "x".repeat(size).into();
        (d.sealed, d.query) = (true, format!("token={PLANTED}"));
        let (id, body, run) = (d.id, d.body.clone(), e.run.as_ref().unwrap().id);
        t.db.ingest(one(d, e)).await.unwrap();
        let back = t.db.delivery(WS, id).await.unwrap().unwrap();
        assert_eq!((back.body, back.query), (body.clone(), format!("token={PLANTED}")));
        assert_eq!(t.db.load(&[run]).await.unwrap()[0].delivery.body, body);
    }
});

contract!(s18_a_sealed_body_that_was_moved_to_another_row_does_not_open, |t| {
    let flow = flow(&t.db).await;
    let mut ids = Vec::new();
    for body in ["one", "two"] {
        let (mut d, e) = (delivery(&t.db, flow), event(&t.db));
        (d.sealed, d.body) = (true, body.into());
        ids.push(d.id);
        t.db.ingest(one(d, e)).await.unwrap();
        t.clock.advance(domain::Span::ms(5));
    }
    t.exec(
        "UPDATE deliveries SET body = (SELECT body FROM deliveries ORDER BY received_at LIMIT 1)",
    )
    .await;
    assert!(t.db.delivery(WS, ids[0]).await.is_ok());
    assert!(matches!(t.db.delivery(WS, ids[1]).await, Err(Error::Seal(_))));
});

contract!(s3_a_secret_that_was_moved_to_another_name_does_not_open, |t| {
    let id = flow(&t.db).await;
    t.db.put_secret(id, "a", &Secret::new("one")).await.unwrap();
    t.db.put_secret(id, "b", &Secret::new("two")).await.unwrap();
    t.exec("UPDATE flow_secrets SET value = (SELECT value FROM flow_secrets WHERE name = 'a')")
        .await;
    assert!(matches!(t.db.secrets(id).await, Err(Error::Seal(_))));
});

/// The files of the database hold none of the secrets that were given to it.
#[tokio::test]
async fn s3_a_planted_secret_is_nowhere_in_the_files() {
    let t = World::sqlite().await;
    let id = flow(&t.db).await;
    t.db.put_secret(id, "pin", &Secret::new(PLANTED)).await.unwrap();
    let mut c = crate::people::new_connection(&t.db, "bot");
    c.secrets.insert("token".into(), Secret::new(PLANTED));
    t.db.create_connection(c).await.unwrap();
    let (mut d, e) = (delivery(&t.db, id), event(&t.db));
    (d.sealed, d.query, d.body) = (true, PLANTED.into(), PLANTED.into());
    t.db.ingest(one(d, e)).await.unwrap();
    // What is not sealed is found, so that the search itself is proved.
    let (mut d, e) = (delivery(&t.db, id), event(&t.db));
    d.body = "planted-in-clear".into();
    t.db.ingest(one(d, e)).await.unwrap();
    let mut clear = false;
    for entry in std::fs::read_dir(t.folder.path().join("data")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let has = |text: &str| bytes.windows(text.len()).any(|w| w == text.as_bytes());
        assert!(!has(PLANTED));
        assert!(!has(&hex::encode(PLANTED)));
        clear |= has("planted-in-clear");
    }
    assert!(clear);
    t.end().await;
}
