//! Addresses that flows share: one for a connection, one for all connections of a connector.

use std::collections::BTreeMap;

use domain::delivery::Verdict;
use domain::ids::WorkspaceId;
use domain::{Role, Secret};
use serde_json::{Value, json};
use tests::both;
use tests::world::{Hook, Reply, Request, World, json as body};

use super::{ACME, TOKEN, install, out, told};

both! {
    an_address_of_a_connection_serves_all_of_its_flows,
    an_address_of_a_connector_finds_the_flows_by_what_a_delivery_names,
    what_no_flow_takes_is_answered_and_can_be_seen,
}

async fn listening(w: &World, name: &str, event: &str, connection: &str, more: &str) -> Hook {
    let flow = format!(
        "
zveno: 1
name: {name}
trigger:
  {{ connector: acme@1.0.0, event: {event}, connection: {connection},
     dedupe: {{ key: '{{{{trigger.body.id}}}}' }}{more} }}
{}",
        out(w, &format!("/{name}"))
    );
    w.flow(&flow).publish().await
}

/// A connection; the path of the address that its flows share.
async fn account(w: &World, name: &str, team: &str) -> String {
    let made = w.connection(name, "acme", &[("team", team)], &[("token", TOKEN)]).await;
    path(w, &made.id.to_string()).await
}

async fn path(w: &World, connection: &str) -> String {
    let api = w.api(Role::Viewer).await;
    let seen = api.get(&format!("/connections/{connection}")).await.ok();
    let url = seen["hook_url"].as_str().unwrap_or_else(|| panic!("{seen}"));
    format!("/in/{}", url.split_once("/in/").unwrap().1)
}

async fn send(w: &World, path: &str, event: &Value, proof: (&str, &str)) -> Reply {
    w.send(Request::post(path, body(event)).header(proof.0, proof.1)).await
}

fn only(manifest: &str, trigger: &str) -> String {
    // The first trigger with a shared address says whose it is.
    let (start, end) = (
        manifest.find("  # One address for all flows").unwrap(),
        manifest.find("actions:").unwrap(),
    );
    let shared = &manifest[start..end];
    let split = shared.find("  # One address for the application").unwrap();
    let kept = if trigger == "message" { &shared[..split] } else { &shared[split..] };
    format!("{}{kept}{}", &manifest[..start], &manifest[end..])
}

async fn an_address_of_a_connection_serves_all_of_its_flows(w: &World) {
    install(w, &only(ACME, "message")).await.unwrap();
    let address = account(w, "one", "a").await;
    let other = account(w, "two", "a").await;
    assert_ne!(address, other);
    let all = listening(w, "all", "message", "one", "").await;
    let some =
        ", only_if: { left: { path: $.trigger.body.kind }, op: equals, right: { literal: big } }";
    let big = listening(w, "big", "message", "one", some).await;
    let elsewhere = listening(w, "elsewhere", "message", "two", "").await;
    let proof = ("x-acme-token", TOKEN);
    assert_eq!(send(w, &address, &json!({ "id": 1, "kind": "big" }), proof).await.status, 200);
    assert_eq!(send(w, &address, &json!({ "id": 2, "kind": "small" }), proof).await.status, 200);
    w.ended(&all, 2).await;
    w.ended(&big, 1).await;
    // Each has its own copies: the service repeats itself.
    assert_eq!(send(w, &address, &json!({ "id": 1, "kind": "big" }), proof).await.status, 200);
    assert_eq!((told(w, "/all").len(), told(w, "/big").len()), (2, 1));
    assert!(w.deliveries(&elsewhere).await.is_empty());
    let forged = send(w, &address, &json!({ "id": 3 }), ("x-acme-token", "other")).await;
    assert_eq!(forged.status, 401);
    for hook in [&all, &big] {
        let verdicts: Vec<_> = w.deliveries(hook).await.iter().map(|d| d.verdict).collect();
        let forged = verdicts.iter().filter(|v| **v == Verdict::Rejected).count();
        assert_eq!(forged, 1, "{verdicts:?}");
    }
    w.pause(&all).await;
    assert_eq!(send(w, &address, &json!({ "id": 4, "kind": "small" }), proof).await.status, 200);
    let held = w.events(&all).await;
    let held = held.iter().filter(|e| e.reason.as_deref() == Some("paused")).count();
    assert_eq!(held, 1);
}

async fn an_address_of_a_connector_finds_the_flows_by_what_a_delivery_names(w: &World) {
    install(w, &only(ACME, "mention")).await.unwrap();
    let app = BTreeMap::from([("signing_secret".to_owned(), Secret::new("app-secret-0001"))]);
    let set =
        w.ask(|m| async move { m.db.put_oauth_app(WorkspaceId::DEFAULT, "acme", &app).await });
    set.await.unwrap();
    let address = account(w, "red", "T-red").await;
    assert_eq!(account(w, "blue", "T-blue").await, address, "one for all of them");
    let proof = ("x-acme-app", "app-secret-0001");
    // The service checks the address before anybody has a flow.
    let asked = json!({ "type": "challenge", "challenge": "c-1" });
    assert_eq!(send(w, &address, &asked, proof).await.body, "c-1");
    let red = listening(w, "red", "mention", "red", "").await;
    let also = listening(w, "also", "mention", "red", "").await;
    let blue = listening(w, "blue", "mention", "blue", "").await;
    assert_eq!(send(w, &address, &json!({ "id": 1, "team": "T-red" }), proof).await.status, 200);
    w.ended(&red, 1).await;
    w.ended(&also, 1).await;
    assert_eq!(send(w, &address, &json!({ "id": 2, "team": "T-blue" }), proof).await.status, 200);
    w.ended(&blue, 1).await;
    assert_eq!((told(w, "/red").len(), told(w, "/also").len(), told(w, "/blue").len()), (1, 1, 1));
    let forged =
        send(w, &address, &json!({ "id": 3, "team": "T-red" }), ("x-acme-app", "no")).await;
    assert_eq!(forged.status, 401);
    assert_eq!(w.deliveries(&blue).await.len(), 1);
}

async fn what_no_flow_takes_is_answered_and_can_be_seen(w: &World) {
    install(w, &only(ACME, "mention")).await.unwrap();
    let app = BTreeMap::from([("signing_secret".to_owned(), Secret::new("app-secret-0001"))]);
    let set =
        w.ask(|m| async move { m.db.put_oauth_app(WorkspaceId::DEFAULT, "acme", &app).await });
    set.await.unwrap();
    let address = account(w, "red", "T-red").await;
    let proof = ("x-acme-app", "app-secret-0001");
    assert_eq!(send(w, &address, &json!({ "id": 1, "team": "T-gone" }), proof).await.status, 200);
    let forged =
        send(w, &address, &json!({ "id": 2, "team": "T-gone" }), ("x-acme-app", "no")).await;
    assert_eq!(forged.status, 401);
    let api = w.api(Role::Viewer).await;
    let seen = api.get("/deliveries").await.ok();
    let rows = seen["items"].as_array().unwrap();
    let words: Vec<_> =
        rows.iter().map(|r| (r["verdict"].clone(), r["flow_name"].clone())).collect();
    let is = |verdict: &str| (json!(verdict), json!("acme"));
    assert_eq!(words, [is("rejected"), is("refused")], "{seen}");
    let shown = api.get(&format!("/deliveries/{}", rows[1]["id"].as_str().unwrap())).await.ok();
    assert_eq!(
        (&shown["flow"], rows[1]["summary"].as_str()),
        (&Value::Null, Some("no flow takes this delivery"))
    );
}
