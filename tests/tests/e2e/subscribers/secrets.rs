//! Signatures while a secret is replaced, and where secrets are seen.

use domain::{Role, Span};
use serde_json::json;
use tests::both;
use tests::receivers::standard_webhooks::Secret;
use tests::world::{WEBHOOK_SECRET, World};

use super::Shop;

both! {
    either_secret_is_enough_while_one_replaces_the_other,
    secrets_and_headers_are_shown_to_nobody_but_on_demand,
}

fn secret(text: &str) -> Secret {
    Secret::parse(text).unwrap()
}

async fn either_secret_is_enough_while_one_replaces_the_other(w: &World) {
    let shop = Shop::open(w).await;
    let one = shop.subscriber("one", json!({})).await;
    let rotated = shop.api.post(&one.path("/rotate-secret"), &json!({})).await.ok();
    let new = rotated["secret"].as_str().unwrap().to_owned();
    assert_eq!(rotated["old_secret_until"], "2026-03-04T09:00:00Z");

    shop.order(json!({ "id": 1 })).await;
    shop.taken(1).await;
    w.hooks.trust(vec![secret(&new)]);
    shop.order(json!({ "id": 2 })).await;
    shop.taken(2).await;

    w.advance(Span::hours(48)).await;
    shop.order(json!({ "id": 3 })).await;
    shop.taken(3).await;
    w.hooks.trust(vec![secret(WEBHOOK_SECRET)]);
    shop.order(json!({ "id": 4 })).await;
    w.hooks.log().wait_for(4, tests::world::SOON).await.unwrap();
    let last = w.hooks.log().all().pop().unwrap();
    assert!(last.verdict.is_err(), "the old secret counts no more");
}

async fn secrets_and_headers_are_shown_to_nobody_but_on_demand(w: &World) {
    let shop = Shop::open(w).await;
    let headers = json!({ "headers": { "authorization": "Bearer partner-key-9d1f", "x-a": "b" } });
    let one = shop.subscriber("one", headers).await;
    let seen = shop.see(&one).await;
    assert_eq!(seen["headers"]["x-a"], "b");
    assert!(!seen.to_string().contains("partner-key-9d1f"));
    assert!(!seen.to_string().contains(WEBHOOK_SECRET));
    let viewer = w.api(Role::Viewer).await;
    assert_eq!(viewer.get(&one.path("/secret")).await.refused(403), "right_missing");
    assert_eq!(shop.api.get(&one.path("/secret")).await.ok()["secret"], WEBHOOK_SECRET);

    // A header without a value keeps the one that is stored.
    let change = json!({ "headers": { "authorization": null, "x-c": "d" } });
    let changed = shop.api.patch(&one.path(""), &change).await.ok();
    assert_eq!(changed["headers"].as_object().unwrap().len(), 2);
    shop.order(json!({ "id": 1 })).await;
    shop.taken(1).await;
    let came = shop.came("one").remove(0);
    assert_eq!(super::header(&came, "authorization"), "Bearer partner-key-9d1f");
    assert_eq!(super::header(&came, "x-c"), "d");
    let run = w.runs(&one.runs).await.remove(0).id;
    let run = w.run(run).await;
    let logged = format!("{:?}", run.attempts);
    assert!(!logged.contains("partner-key-9d1f") && !logged.contains("v1,"), "{logged}");
}
