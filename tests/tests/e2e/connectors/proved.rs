//! Deliveries whose proof needs more than the delivery: the published keys of the sender, and the
//! sender's own word.

use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::limits;
use rcgen::{KeyPair, PKCS_ED25519, PublicKeyData, SigningKey};
use serde_json::{Value, json};
use tests::both;
use tests::receivers::http::Answer;
use tests::world::{Hook, Reply, Request, World, json as body};

use super::{TOKEN, connected, install, out};

both! {
    a_signed_token_is_checked_with_the_published_keys_of_its_sender,
    s16_a_delivery_whose_key_cannot_be_had_is_to_come_again,
    a_delivery_counts_when_the_sender_confirms_it,
}

const PROVED: &str = include_str!("proved.yaml");

/// Keys of the sender: name and pair.
struct Key(&'static str, KeyPair);

impl Key {
    fn new(name: &'static str) -> Key {
        Key(name, KeyPair::generate_for(&PKCS_ED25519).unwrap())
    }

    fn published(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.1.der_bytes());
        json!({ "kty": "OKP", "crv": "Ed25519", "kid": self.0, "x": x })
    }

    fn token(&self, claims: &Value) -> String {
        let part = |v: &Value| URL_SAFE_NO_PAD.encode(v.to_string());
        let head = json!({ "alg": "EdDSA", "kid": self.0 });
        let signed = format!("{}.{}", part(&head), part(claims));
        let signature = self.1.sign(signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// What the sender publishes; nothing: its server is broken.
type Published = Arc<Mutex<Option<Value>>>;

fn publishing(w: &World, keys: &[&Key]) -> Published {
    let set = json!({ "keys": keys.iter().map(|k| k.published()).collect::<Vec<_>>() });
    let published: Published = Arc::new(Mutex::new(Some(set)));
    let kept = published.clone();
    w.sink.respond(move |r| match (r.path.as_str(), &*kept.lock().unwrap()) {
        ("/keys", Some(set)) => Answer::json(200, set),
        ("/keys", None) => Answer::json(500, &json!({})),
        _ => Answer::json(200, &json!({})),
    });
    published
}

fn asked(w: &World, path: &str) -> usize {
    w.sink.log().all().iter().filter(|r| r.path == path).count()
}

async fn listening(w: &World, event: &str) -> Hook {
    install(w, &PROVED.replace("KEYS", &w.sink.url("/keys"))).await.unwrap();
    connected(w).await;
    let flow = format!(
        "
zveno: 1
name: proved
trigger: {{ connector: acme@1.0.0, event: {event}, connection: acme }}
{}",
        out(w, "/out")
    );
    w.flow(&flow).publish().await
}

async fn send(w: &World, hook: &Hook, id: &str, token: &str) -> Reply {
    let event = Request::post(&hook.path, body(&json!({ "id": id })));
    w.send(event.header("authorization", &format!("Bearer {token}"))).await
}

/// The address of a flow as its token names it.
async fn meant(w: &World, hook: &Hook) -> Value {
    let public = w.ask(|m| async move { m.public_url.clone() }).await;
    json!({ "aud": format!("{public}{}", hook.path) })
}

async fn a_signed_token_is_checked_with_the_published_keys_of_its_sender(w: &World) {
    let (old, new, stranger) = (Key::new("old"), Key::new("new"), Key::new("old"));
    let published = publishing(w, &[&old]);
    let hook = listening(w, "signed").await;
    let claims = meant(w, &hook).await;
    assert_eq!(send(w, &hook, "e-1", &old.token(&claims)).await.status, 200);
    w.ended(&hook, 1).await;
    for (id, token) in [
        ("e-2", stranger.token(&claims)),
        ("e-3", old.token(&json!({ "aud": "https://other.test/in/x" }))),
        ("e-4", old.token(&json!({}))),
        ("e-5", String::new()),
    ] {
        assert_eq!(send(w, &hook, id, &token).await.status, 401, "{id}");
    }
    assert_eq!(asked(w, "/keys"), 1, "the set is kept");
    // The sender has changed its keys; what fits none of those that are kept fetches them anew,
    // though not for every delivery that anybody sends.
    *published.lock().unwrap() = Some(json!({ "keys": [new.published()] }));
    assert_eq!(send(w, &hook, "e-6", &new.token(&claims)).await.status, 401);
    assert_eq!(asked(w, "/keys"), 1);
    w.advance(limits::KEY_CACHE_MISS).await;
    assert_eq!(send(w, &hook, "e-6", &new.token(&claims)).await.status, 200);
    assert_eq!(send(w, &hook, "e-7", &old.token(&claims)).await.status, 401);
    assert_eq!(asked(w, "/keys"), 2);
    w.ended(&hook, 2).await;
}

async fn s16_a_delivery_whose_key_cannot_be_had_is_to_come_again(w: &World) {
    let key = Key::new("only");
    let published = publishing(w, &[&key]);
    let set = published.lock().unwrap().take();
    let hook = listening(w, "signed").await;
    let token = key.token(&meant(w, &hook).await);
    assert_eq!(send(w, &hook, "e-1", &token).await.status, 503);
    *published.lock().unwrap() = set;
    assert_eq!(send(w, &hook, "e-1", &token).await.status, 200);
    w.ended(&hook, 1).await;
}

async fn a_delivery_counts_when_the_sender_confirms_it(w: &World) {
    w.sink.respond(|r| match r.path.as_str() {
        "/payments/p-1" => Answer::json(200, &json!({ "status": "paid" })),
        "/payments/p-2" => Answer::json(200, &json!({ "status": "open" })),
        "/payments/p-4" => Answer::json(500, &json!({})),
        "/out" => Answer::json(200, &json!({})),
        _ => Answer::json(404, &json!({})),
    });
    let hook = listening(w, "confirmed").await;
    for (id, status) in [("p-1", 200), ("p-2", 401), ("p-3", 401), ("p-4", 503)] {
        assert_eq!(send(w, &hook, id, "").await.status, status, "{id}");
        assert_eq!(asked(w, &format!("/payments/{id}")), 1, "{id}");
    }
    let all = w.sink.log().all();
    let question = all.iter().find(|r| r.path == "/payments/p-1").unwrap();
    assert_eq!(question.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
    // An id cannot lead the question elsewhere.
    assert_ne!(send(w, &hook, "../out", "").await.status, 200);
    w.ended(&hook, 1).await;
    assert_eq!(asked(w, "/out"), 1);
}
