//! Search by exact value (semantics S23).

use domain::ids::WorkspaceId;
use domain::{Clock, Role, Span, limits};
use serde_json::Value;
use tests::world::{World, form, json, until};
use tests::{both, several_nodes};

use crate::samples::deliver;

both! {
    s23_runs_and_deliveries_are_found_by_a_value_of_their_event,
    s23_a_value_that_proves_the_sender_is_not_found,
    s23_the_index_goes_on_after_a_crash,
}

several_nodes! {
    s23_another_node_goes_on_with_the_index_of_a_dead_one,
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

async fn found(w: &World, what: &str, q: &str) -> Vec<Value> {
    let api = w.api(Role::Viewer).await;
    let page = api.get(&format!("/{what}?q={}", encoded(q))).await.ok();
    page["items"].as_array().unwrap().clone()
}

/// Waits until a value is found.
async fn indexed(w: &World, q: &str) -> Vec<Value> {
    until(q, async || {
        w.advance(limits::SEARCH_LOOK).await;
        let found = found(w, "runs", q).await;
        (!found.is_empty()).then_some(found)
    })
    .await
}

async fn s23_runs_and_deliveries_are_found_by_a_value_of_their_event(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    let fields = [("id", "ORD-17"), ("phone", "8 (900) 123-45-67"), ("mail", "Ivan@Example.ru")];
    w.accepted(&hook, form(&fields)).await;
    let body = serde_json::json!({ "id": "ORD-18", "deep": [{ "n": 4_815_162_342_i64 }] });
    w.accepted(&hook, json(&body)).await;
    w.ended(&hook, 2).await;
    let first = indexed(w, "ord-17").await;
    for q in ["+7 900 123 45 67", " ivan@example.RU", "ORD-17"] {
        assert_eq!(found(w, "runs", q).await, first, "{q}");
        let deliveries = found(w, "deliveries", q).await;
        assert_eq!(deliveries.len(), 1, "{q}");
        assert_eq!(deliveries[0]["events"][0]["run"], first[0]["id"]);
        // The ids of the event and its delivery lead there, too.
        for id in [&deliveries[0]["id"], &deliveries[0]["events"][0]["id"]] {
            assert_eq!(found(w, "runs", id.as_str().unwrap()).await, first);
        }
    }
    assert_eq!(indexed(w, "4815162342").await.len(), 1);
    assert!(found(w, "runs", "ORD-1").await.is_empty(), "exact values only");
    let other = w.api_in(WorkspaceId::new(w.clock.now()), Role::Owner).await;
    let page = other.get("/runs?q=ord-17").await.ok();
    assert_eq!(page["items"], serde_json::json!([]));
}

async fn s23_a_value_that_proves_the_sender_is_not_found(w: &World) {
    let yaml = "
zveno: 1
name: closed
trigger:
  connector: webhook@1.0.0
  event: request
  input: { check: { literal: query }, name: { literal: key }, secret: { secret: key } }
steps:
  - { id: v, set: { a: { literal: 1 } } }
";
    let secret = "a-secret-of-the-address";
    let hook = w.flow(yaml).secret("key", secret).publish().await;
    let target = format!("{}?key={secret}&mail=a@b.test", hook.path);
    let reply = w.send(tests::world::Request::new("GET", &target)).await;
    assert_eq!(reply.status, 200);
    w.ended(&hook, 1).await;
    assert_eq!(indexed(w, "a@b.test").await.len(), 1);
    assert!(found(w, "runs", secret).await.is_empty());
}

async fn s23_the_index_goes_on_after_a_crash(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, form(&[("id", "before")])).await;
    indexed(w, "before").await;
    w.accepted(&hook, form(&[("id", "between")])).await;
    w.restart().await;
    w.accepted(&hook, form(&[("id", "after")])).await;
    indexed(w, "between").await;
    indexed(w, "after").await;
    // Much later everything is looked at once more, and is there once.
    w.advance(limits::SEARCH_LATE.plus(Span::hours(1))).await;
    w.accepted(&hook, form(&[("id", "late")])).await;
    assert_eq!(indexed(w, "late").await.len(), 1);
    assert_eq!(indexed(w, "before").await.len(), 1);
}

async fn s23_another_node_goes_on_with_the_index_of_a_dead_one(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, form(&[("id", "before")])).await;
    indexed(w, "before").await;
    let other = w.another().await;
    let dead = w.kill(w.first()).await;
    w.forget(dead).await;
    other.post(&hook, form(&[("id", "after")])).await;
    let api = w.api_at(&other, Role::Viewer).await;
    until("the other node indexes", async || {
        w.advance(limits::LEASE_RENEW).await;
        let page = api.get("/runs?q=after").await.ok();
        (page["items"].as_array()?.len() == 1).then_some(())
    })
    .await;
}
