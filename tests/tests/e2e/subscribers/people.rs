//! What people do with event types and subscribers.

use domain::Role;
use domain::run::RunState;
use serde_json::{Value, json};
use tests::both;
use tests::world::{World, until};

use super::{Shop, header, next_try};

both! {
    faults_of_a_subscriber_are_named_at_their_fields,
    an_event_type_has_a_schema_and_a_sample_that_fits,
    a_test_delivery_is_sent_at_once_and_leaves_no_run,
    a_deleted_subscriber_is_told_nothing_more,
    subscribers_are_not_among_the_flows,
    the_flow_inside_a_subscriber_is_no_flow_for_people,
}

fn places(answer: &Value) -> Vec<&str> {
    answer["problems"].as_array().unwrap().iter().map(|p| p["place"].as_str().unwrap()).collect()
}

async fn faults_of_a_subscriber_are_named_at_their_fields(w: &World) {
    let shop = Shop::open(w).await;
    let bad = json!({
        "name": " ",
        "url": "ftp://files.example.com",
        "types": ["order.created", "order.lost"],
        "rate": "often",
        "headers": { "webhook-id": "mine" },
        "properties": { "data": 1 },
        "filter": { "left": { "path": "$.steps.x.output" }, "op": "exists" },
    });
    let answer = shop.api.post("/subscribers", &bad).await;
    assert_eq!(answer.refused(422), "field_invalid");
    let mut at = places(&answer.body);
    at.sort_unstable();
    let wanted = [
        "filter.left.path",
        "headers.webhook-id",
        "name",
        "properties.data",
        "rate",
        "types[1]",
        "url",
    ];
    assert_eq!(at, wanted);
    let short = json!({ "name": "a", "url": "https://example.com", "secret": "short" });
    let answer = shop.api.post("/subscribers", &short).await;
    assert_eq!(answer.refused(422), "field_invalid");
    assert_eq!(places(&answer.body), ["secret"]);
    assert!(!answer.reply.body.contains("\"short\""));
}

async fn an_event_type_has_a_schema_and_a_sample_that_fits(w: &World) {
    let api = w.api(Role::Editor).await;
    let bad = json!({ "name": "a b", "schema": { "typo": 1 }, "sample": {} });
    let answer = api.post("/event-types", &bad).await;
    assert_eq!(answer.refused(422), "field_invalid");
    let mut at = places(&answer.body);
    at.sort_unstable();
    assert_eq!(at, ["name", "schema/typo"]);
    let good = json!({ "name": "a.b", "schema": { "required": ["id"] }, "sample": { "id": 1 } });
    let _ = api.post("/event-types", &good).await.ok();
    assert_eq!(api.post("/event-types", &good).await.refused(409), "conflict");
    let misfit = json!({ "schema": { "required": ["id"] }, "sample": {} });
    let answer = api.put("/event-types/a.b", &misfit).await;
    assert_eq!(answer.refused(422), "field_invalid");
    assert_eq!(places(&answer.body), ["sample.id"]);
    let list = api.get("/event-types").await.ok();
    assert_eq!(list["items"][0]["name"], "a.b");
    assert_eq!(list["items"][0]["sample"], json!({ "id": 1 }));
    assert_eq!(api.delete("/event-types/a.b").await.status(), 204);
    assert_eq!(api.get("/event-types/a.b").await.refused(404), "not_found");
}

async fn a_test_delivery_is_sent_at_once_and_leaves_no_run(w: &World) {
    let shop = Shop::open(w).await;
    let one = shop.subscriber("one", json!({})).await;
    let _ = shop.api.post(&one.path("/pause"), &json!({})).await.ok();
    let asked = json!({ "type": "order.created" });
    let tested = shop.api.post(&one.path("/test"), &asked).await.ok();
    assert_eq!(tested["taken"], true);
    let came = shop.came("one").remove(0);
    assert_eq!(header(&came, "webhook-id"), tested["id"].as_str().unwrap());
    assert_eq!(super::message(&came)["data"], json!({ "id": "A-1", "total": 10 }));
    assert_eq!(tested["exchanges"][0]["response"]["status"], 204);
    w.hooks.fail(1, 500);
    let tested = shop.api.post(&one.path("/test"), &asked).await.ok();
    assert_eq!(tested["taken"], false);
    assert_eq!(tested["exchanges"][0]["response"]["status"], 500);
    assert!(w.runs(&one.runs).await.is_empty());
    let unknown = json!({ "type": "order.lost" });
    assert_eq!(shop.api.post(&one.path("/test"), &unknown).await.refused(404), "not_found");
}

async fn a_deleted_subscriber_is_told_nothing_more(w: &World) {
    let shop = Shop::open(w).await;
    let one = shop.subscriber("one", json!({})).await;
    let stays = shop.subscriber("stays", json!({})).await;
    w.hooks.fail(2, 503);
    shop.order(json!({ "id": 1 })).await;
    let run = w.only_run(&one.runs, RunState::Waiting).await.run.id;
    assert_eq!(shop.api.delete(&one.path("")).await.status(), 204);
    assert_eq!(shop.api.get(&one.path("")).await.refused(404), "not_found");
    assert_eq!(w.run(run).await.run.state, RunState::Cancelled);
    next_try(&shop, &stays).await;
    shop.taken(1).await;
    shop.order(json!({ "id": 2 })).await;
    assert_eq!(shop.published(2).await["subscribers"], 1);
    shop.taken(2).await;
    assert_eq!(shop.came("one").len(), 1);
}

async fn subscribers_are_not_among_the_flows(w: &World) {
    let shop = Shop::open(w).await;
    let one = shop.subscriber("one", json!({})).await;
    let flows = w.ask(|m| async move { m.flows().await }).await.unwrap();
    assert_eq!(flows.iter().map(|f| f.id).collect::<Vec<_>>(), [shop.hook.id]);
    shop.order(json!({ "id": 1 })).await;
    until("a delivery", async || w.runs(&one.runs).await.first().cloned()).await;
    let list = shop.api.get("/subscribers?limit=1").await.ok();
    assert_eq!(list["items"][0]["name"], "one");
    assert!(list["next"].is_null());
}

/// Its runs are, like all others.
async fn the_flow_inside_a_subscriber_is_no_flow_for_people(w: &World) {
    let shop = Shop::open(w).await;
    let erp = shop.subscriber("erp", json!({})).await;
    shop.order(json!({ "id": "A-1" })).await;
    w.ended(&erp.runs, 1).await;
    let owner = w.api(Role::Owner).await;
    let doc = serde_json::to_value(api::v1::document()).unwrap();
    let mut asked = 0;
    for (path, item) in doc["paths"].as_object().unwrap() {
        let Some(below) = path.strip_prefix("/api/v1/flows/{flow}") else { continue };
        let below =
            below.replace("{version}", "1").replace("{import}", "imp_00000000000000000000000001");
        let below =
            below.replace("{step}", "deliver").replace("{name}", "x").replace("{sample}", "s");
        let target = format!("/flows/{}{below}", erp.runs.id);
        for method in item.as_object().unwrap().keys().map(|m| m.to_uppercase()) {
            let bodies = [json!({}), json!({ "doc": {} }), json!({ "value": "x" })];
            for sent in &bodies {
                let request = owner.request(&method, &target);
                let request = tests::world::Request { body: super::body(sent), ..request };
                let answer = owner.send(request).await;
                let status = answer.status();
                assert!(
                    [400, 404].contains(&status),
                    "{method} {target}: {status} {}",
                    answer.body
                );
                asked += usize::from(status == 404);
            }
        }
    }
    assert!(asked > 60, "{asked}");
    let listed = owner.get("/flows").await.ok();
    assert!(!listed.to_string().contains(&erp.runs.id.to_string()));
    let stream = owner.get(&format!("/stream?topics=flow:{}", erp.runs.id)).await;
    assert_eq!(stream.refused(404), "not_found");
    let runs = owner.get(&format!("/runs?flow={}", erp.runs.id)).await.ok();
    let run = runs["items"][0]["id"].as_str().unwrap();
    assert_eq!(owner.get(&format!("/runs/{run}")).await.ok()["state"], "succeeded");
    let again = owner.post(&format!("/runs/{run}/replay"), &json!({ "from": "start" })).await;
    again.done();
}
