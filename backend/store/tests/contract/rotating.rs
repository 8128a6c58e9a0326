//! Replacing the key that seals secrets (semantics S3).

use std::collections::BTreeMap;

use domain::ids::{DeliveryId, FlowId};
use domain::{Secret, Span};
use store::*;

use crate::contract;
use crate::given::*;
use crate::people::connection;
use crate::world::World;

const OLD: &str = "1111111111111111111111111111111111111111111111111111111111111111";
const NEW: &str = "2222222222222222222222222222222222222222222222222222222222222222";

/// Something in every sealed place.
struct Sealed {
    flow: FlowId,
    deliveries: Vec<DeliveryId>,
    connection: domain::ids::ConnectionId,
}

impl Sealed {
    async fn plant(t: &World) -> Self {
        let flow = flow(&t.db).await;
        t.db.put_secret(flow, "pin", &Secret::new("hunter2")).await.unwrap();
        let connection = connection(&t.db, "bot").await;
        let mut deliveries = Vec::new();
        for n in 0..250 {
            let (mut d, e) = (delivery(&t.db, flow), event(&t.db));
            (d.sealed, d.query) = (n % 2 == 0, format!("token={n}"));
            deliveries.push(d.id);
            t.db.ingest(one(d, e)).await.unwrap();
            t.clock.advance(Span::ms(1));
        }
        t.db.setup_token().await.unwrap();
        t.db.begin_request("usr", "k", [1; 32], t.now()).await.unwrap();
        t.db.end_request("usr", "k", b"answer").await.unwrap();
        Self { flow, deliveries, connection }
    }

    async fn opens(&self, db: &Db, token: &Secret) {
        let secrets = db.secrets(self.flow).await.unwrap();
        assert_eq!(secrets, BTreeMap::from([("pin".to_owned(), Secret::new("hunter2"))]));
        let c = db.connection(WS, self.connection).await.unwrap().unwrap();
        assert_eq!(c.secrets["token"].expose(), "hunter2-of-the-bot");
        for (n, id) in self.deliveries.iter().enumerate() {
            let d = db.delivery(WS, *id).await.unwrap().unwrap();
            assert_eq!((d.query, d.body.len()), (format!("token={n}"), 15));
        }
        assert_eq!(db.setup_token().await.unwrap().as_ref(), Some(token));
        let kept = db.begin_request("usr", "k", [1; 32], db.now()).await.unwrap();
        assert_eq!(kept, Begun::Done(b"answer".to_vec()));
    }
}

async fn reopened(t: &mut World, key: &KeySource) -> Result<(), OpenError> {
    t.db.close().await;
    t.db = Db::open(OpenOptions { key: key.clone(), ..t.options() }).await?;
    Ok(())
}

fn value(text: &str) -> KeySource {
    KeySource::Value(Secret::new(text))
}

contract!(s3_what_the_old_key_sealed_opens_after_a_rotation, |t| {
    // Keys that the operator gives, as on several nodes.
    t.exec("DELETE FROM settings WHERE name = 'key_check'").await;
    reopened(t, &value(OLD)).await.unwrap();
    let sealed = Sealed::plant(t).await;
    let token = t.db.setup_token().await.unwrap().unwrap();
    assert!(matches!(t.db.rotate_key().await, Err(Error::Seal(_))), "a new key is given first");

    // First every node can open with the new key, then every node seals with it.
    reopened(t, &value(&format!("{OLD},{NEW}"))).await.unwrap();
    sealed.opens(&t.db, &token).await;
    reopened(t, &value(&format!("{NEW},{OLD}"))).await.unwrap();
    sealed.opens(&t.db, &token).await;
    // 125 deliveries with query and body, a secret, a connection, an answer, two settings.
    assert_eq!(t.db.rotate_key().await.unwrap(), Rotated { resealed: 2 * 125 + 5 });
    sealed.opens(&t.db, &token).await;
    assert_eq!(t.db.rotate_key().await.unwrap(), Rotated { resealed: 0 });

    reopened(t, &value(NEW)).await.unwrap();
    sealed.opens(&t.db, &token).await;
    let old = reopened(t, &value(OLD)).await;
    assert!(matches!(old, Err(OpenError::WrongKey)));
    reopened(t, &value(NEW)).await.unwrap();
});

contract!(s3_no_row_is_left_that_only_the_old_key_opens, |t| {
    t.exec("DELETE FROM settings WHERE name = 'key_check'").await;
    reopened(t, &value(OLD)).await.unwrap();
    Sealed::plant(t).await;
    reopened(t, &value(&format!("{NEW},{OLD}"))).await.unwrap();
    t.db.rotate_key().await.unwrap();
    // A sealed value begins with its version and the first byte of the hash of its key.
    let columns = [
        ("connections", "secrets"),
        ("flow_secrets", "value"),
        ("idempotency", "answer"),
        ("deliveries", "body"),
    ];
    for (table, column) in columns {
        let only = if table == "deliveries" { " WHERE sealed = 1" } else { "" };
        let firsts = format!("SELECT count(DISTINCT substr({column}, 1, 2)) FROM {table}{only}");
        assert_eq!(t.int(&firsts).await, 1, "{table}");
    }
});

contract!(s3_an_interrupted_rotation_is_gone_on_with, |t| {
    t.exec("DELETE FROM settings WHERE name = 'key_check'").await;
    reopened(t, &value(OLD)).await.unwrap();
    let sealed = Sealed::plant(t).await;
    let token = t.db.setup_token().await.unwrap().unwrap();
    let both = value(&format!("{NEW},{OLD}"));
    reopened(t, &both).await.unwrap();
    // The process dies in the middle: one row is refused, as if the commit never came.
    let id = sealed.deliveries[220];
    t.exec(
        "UPDATE deliveries SET query = 'zz' || query WHERE query IN
          (SELECT query FROM deliveries WHERE sealed = 1 ORDER BY id LIMIT 1 OFFSET 110)",
    )
    .await;
    assert!(t.db.rotate_key().await.is_err());
    assert!(t.db.delivery(WS, id).await.is_err());
    t.exec("UPDATE deliveries SET query = substr(query, 3) WHERE query LIKE 'zz%'").await;
    reopened(t, &both).await.unwrap();
    sealed.opens(&t.db, &token).await;
    let rest = t.db.rotate_key().await.unwrap().resealed;
    assert!(rest > 0 && rest < 2 * 125, "{rest}");
    reopened(t, &value(NEW)).await.unwrap();
    sealed.opens(&t.db, &token).await;
});

/// The key file of the embedded database gets a new key by itself.
#[tokio::test]
async fn s3_a_key_file_is_replaced_and_holds_both_keys_meanwhile() {
    let mut t = World::sqlite().await;
    let sealed = Sealed::plant(&t).await;
    let token = t.db.setup_token().await.unwrap().unwrap();
    let file = t.folder.path().join("key");
    let before = std::fs::read_to_string(&file).unwrap();
    let done = t.db.rotate_key().await.unwrap();
    assert_eq!(done.resealed, 2 * 125 + 5);
    let after = std::fs::read_to_string(&file).unwrap();
    assert_ne!(before, after);
    assert_eq!(after.lines().count(), 1);
    let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    sealed.opens(&t.db, &token).await;
    t.restart().await;
    sealed.opens(&t.db, &token).await;

    // Killed after the file was written and before anything was sealed anew.
    let next = format!("{NEW}\n{after}");
    std::fs::write(&file, &next).unwrap();
    t.restart().await;
    sealed.opens(&t.db, &token).await;
    assert_eq!(t.db.rotate_key().await.unwrap().resealed, 2 * 125 + 5);
    assert_eq!(std::fs::read_to_string(&file).unwrap().trim(), NEW);
    t.restart().await;
    sealed.opens(&t.db, &token).await;
    t.end().await;
}
