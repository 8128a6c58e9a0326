//! Flows stay on the version that they were built with, until a person lifts them.

use domain::Role;
use serde_json::json;
use tests::both;
use tests::world::World;

use super::{ACME, SECRET, changed, connected, flow, install, paid, serving, told};

both! {
    a_flow_stays_on_its_version_until_one_click_lifts_its_draft,
    what_a_new_version_breaks_is_listed_step_by_step,
}

async fn a_flow_stays_on_its_version_until_one_click_lifts_its_draft(w: &World) {
    install(w, ACME).await.unwrap();
    connected(w).await;
    serving(w);
    let hook = w.flow(&flow(w)).secret("acme", SECRET).publish().await;
    let api = w.api(Role::Editor).await;
    let none = api.get("/connectors/acme/upgrades").await.ok();
    assert_eq!(none["items"], json!([]));
    let new = changed("1.1.0", &[("json: {name:", "json: {v: 2, name:")]);
    install(w, &new).await.unwrap();
    let found = api.get("/connectors/acme/upgrades").await.ok();
    let steps: Vec<_> = found["items"].as_array().unwrap().iter().collect();
    assert_eq!(steps.len(), 2, "{found}");
    assert!(steps.iter().all(|s| s["fits"] == true && s["from"] == "1.0.0" && s["to"] == "1.1.0"));
    assert_eq!((&steps[0]["step"], &steps[1]["step"]), (&json!("trigger"), &json!("order")));
    // The upgraded server still runs the old one.
    w.restart().await;
    w.send(paid(&hook.path, "o-1")).await;
    w.ended(&hook, 1).await;
    assert_eq!(told(w, "/orders")[0].get("v"), None);
    let path = format!("/flows/{}/upgrade", hook.id);
    let api = w.api(Role::Editor).await;
    let done = api.post(&path, &json!({ "steps": ["order"] })).await.ok();
    assert_eq!(
        (&done["steps"][0]["fits"], done["steps"].as_array().unwrap().len()),
        (&json!(true), 1)
    );
    let problems = done["draft"]["problems"].as_array().unwrap();
    assert!(problems.iter().all(|p| p["severity"] != "error"), "{done}");
    let doc = api.get(&format!("/flows/{}/draft", hook.id)).await.ok()["doc"].clone();
    assert_eq!(doc["steps"][0]["action"], "acme.create_order@1.1.0");
    assert_eq!(doc["trigger"]["connector"], "acme@1.0.0");
    // Only the draft: what is published goes on as it was, until it is published anew.
    w.send(paid(&hook.path, "o-2")).await;
    w.ended(&hook, 2).await;
    assert_eq!(told(w, "/orders")[1].get("v"), None);
    w.publish(&hook).await;
    w.send(paid(&hook.path, "o-3")).await;
    w.ended(&hook, 3).await;
    assert_eq!(told(w, "/orders")[2]["v"], 2);
}

async fn what_a_new_version_breaks_is_listed_step_by_step(w: &World) {
    install(w, ACME).await.unwrap();
    connected(w).await;
    let hook = w.flow(&flow(w)).secret("acme", SECRET).publish().await;
    let new = changed(
        "2.0.0",
        &[
            (
                "- {key: count, type: integer, label: {en: Count, ru: Количество}}",
                "- {key: region, label: {en: Region, ru: Регион}, required: true}",
            ),
            ("count: \"{{input.count}}\"", "region: \"{{input.region}}\""),
            ("output: {id: $.id}", "output: {number: $.id}"),
            ("output: [{key: id, type: integer,", "output: [{key: number, type: integer,"),
            ("sample: {id: 1}", "sample: {number: 1}"),
        ],
    );
    install(w, &new).await.unwrap();
    let api = w.api(Role::Editor).await;
    let found = api.get("/connectors/acme/upgrades").await.ok();
    let order = found["items"].as_array().unwrap().iter().find(|s| s["step"] == "order").unwrap();
    let kinds: Vec<_> = order["conflicts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| (c["kind"].clone(), c["field"].clone()))
        .collect();
    let is = |kind: &str, field: &str| (json!(kind), json!(field));
    assert_eq!(
        kinds,
        [is("output_gone", "id"), is("input_gone", "count"), is("input_required", "region")]
    );
    assert_eq!(order["fits"], false);
    let path = format!("/flows/{}/upgrade", hook.id);
    let done = api.post(&path, &json!({ "steps": ["order"] })).await.ok();
    assert!(!done["draft"]["problems"].as_array().unwrap().is_empty(), "{done}");
    assert_eq!(
        w.api(Role::Viewer).await.post(&path, &json!({})).await.refused(403),
        "right_missing"
    );
}
