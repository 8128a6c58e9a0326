//! What flows are built of, by HTTP; and that nothing of a workspace is there for another.

use domain::ids::WorkspaceId;
use domain::{Clock, Role};
use serde_json::{Value, json};
use tests::both;
use tests::world::World;
use tests::world::api::Api;

use super::flows::{forwarding, id, made};

both! {
    every_connector_is_described_in_the_language_of_the_reader,
    what_could_not_be_confirmed_is_marked,
    functions_and_the_form_of_a_document_are_served,
    nothing_of_a_workspace_is_there_for_another,
}

async fn every_connector_is_described_in_the_language_of_the_reader(w: &World) {
    let api = w.api(Role::Viewer).await;
    let list = api.get("/connectors").await.ok();
    let of = |list: &Value, name: &str| {
        list["items"].as_array().unwrap().iter().find(|c| c["id"] == name).cloned().unwrap()
    };
    let crm = of(&list, "bitrix24");
    let lead =
        crm["actions"].as_array().unwrap().iter().find(|a| a["key"] == "create_lead").unwrap();
    assert_eq!(
        (&lead["title"], &lead["on_unknown"], &lead["has_check"]),
        (&json!("Create lead"), &json!("check"), &json!(true))
    );
    let field =
        |key: &str| lead["fields"].as_array().unwrap().iter().find(|f| f["key"] == key).unwrap();
    assert_eq!(
        (&field("title")["required"], &field("status")["lookup"]["name"]),
        (&json!(true), &json!("statuses"))
    );
    assert_eq!(field("utm")["fields"].as_array().unwrap().len(), 5);
    let tilda = of(&list, "tilda");
    let form = &tilda["triggers"][0];
    assert_eq!(
        (&form["dedupe"]["key"], &tilda["connection_optional"]),
        (&json!("{{trigger.data.tranid}}"), &json!(true))
    );
    let api = api.in_russian();
    let one = api.get("/connectors/bitrix24").await.ok();
    assert_eq!(
        (&one["title"], &one["methods"][0]["fields"][0]["label"]),
        (&json!("Битрикс24"), &json!("Портал"))
    );
    let pinned = format!("/connectors/bitrix24@{}", one["version"].as_str().unwrap());
    assert_eq!(api.get(&pinned).await.ok()["version"], one["version"]);
    assert_eq!(api.get("/connectors/nothing").await.refused(404), "not_found");
    let icon = api.get("/connectors/bitrix24/icon").await;
    assert_eq!(icon.reply.header("content-type"), Some("image/svg+xml"));
    assert!(icon.reply.header("content-security-policy").unwrap().contains("default-src 'none'"));
}

async fn what_could_not_be_confirmed_is_marked(w: &World) {
    let list = w.api(Role::Viewer).await.get("/connectors").await.ok();
    let all = list["items"].as_array().unwrap();
    let of = |name: &str| all.iter().find(|c| c["id"] == name).unwrap();
    for card in ["bloxy", "chatra", "enquiz", "landingi", "nethouse"] {
        assert_eq!(of(card)["unverified"], true, "{card}");
    }
    assert_eq!(of("bitrix24")["unverified"], false);
    // Of a connector that is known, only what is not: a trigger, an action.
    let dreamkas = of("dreamkas");
    let marks = |what: &str| -> Vec<bool> {
        let all = dreamkas[what].as_array().unwrap().iter();
        all.map(|t| t["unverified"].as_bool().unwrap()).collect()
    };
    assert_eq!(dreamkas["unverified"], false);
    for what in ["triggers", "actions"] {
        let marks = marks(what);
        assert!(marks.contains(&true) && marks.contains(&false), "{what}: {marks:?}");
    }
}

async fn functions_and_the_form_of_a_document_are_served(w: &World) {
    let api = w.api(Role::Viewer).await.in_russian();
    let list = api.get("/transforms").await.ok();
    let all = list["items"].as_array().unwrap();
    let phone = all.iter().find(|t| t["name"] == "phone_e164").unwrap();
    assert!(phone["params"].as_array().unwrap().iter().any(|p| p["name"] == "country"));
    assert!(!phone["examples"].as_array().unwrap().is_empty());
    assert!(all.len() > 60 && all.iter().all(|t| !t["title"].as_str().unwrap().is_empty()));
    let schema = api.get("/schemas/flow.json").await.ok();
    assert_eq!(schema["required"], json!(["zveno", "name", "trigger", "steps"]));
}

async fn nothing_of_a_workspace_is_there_for_another(w: &World) {
    let mine = w.api(Role::Owner).await;
    let bot = w.bot().await;
    let flow = made(&mine, forwarding(w, "Mine")).await;
    let sample =
        mine.post(&format!("/flows/{}/samples", id(&flow)), &json!({ "json": {} })).await.ok();
    let other = w.api_in(WorkspaceId::new(w.clock.now()), Role::Owner).await;
    let (f, c, s) = (id(&flow), bot.id, id(&sample));
    let doc = json!({ "doc": forwarding(w, "Theirs") });
    let lookup = json!({ "connection": c, "lookup": "x", "action": "send_message" });
    let asked: Vec<(&str, String, Value)> = vec![
        ("PATCH", format!("/flows/{f}"), json!({ "name": "x" })),
        ("DELETE", format!("/flows/{f}"), json!({})),
        ("PATCH", format!("/flows/{f}/draft"), doc),
        ("DELETE", format!("/flows/{f}/draft"), json!({})),
        ("POST", format!("/flows/{f}/publish"), json!({})),
        ("POST", format!("/flows/{f}/pause"), json!({})),
        ("POST", format!("/flows/{f}/resume"), json!({})),
        ("POST", format!("/flows/{f}/release"), json!({})),
        ("DELETE", format!("/flows/{f}/held"), json!({})),
        ("POST", format!("/flows/{f}/versions/1/restore"), json!({})),
        ("POST", format!("/flows/{f}/duplicate"), json!({})),
        ("POST", format!("/flows/{f}/rotate-address"), json!({})),
        ("PUT", format!("/flows/{f}/secrets/pin"), json!({ "value": "x" })),
        ("POST", format!("/flows/{f}/samples"), json!({ "json": {} })),
        ("POST", format!("/flows/{f}/samples/send"), json!({})),
        ("DELETE", format!("/flows/{f}/samples/{s}"), json!({})),
        ("POST", format!("/flows/{f}/steps/out/test"), json!({ "dry_run": true })),
        ("POST", "/preview".into(), json!({ "flow_id": f, "fields": {} })),
        ("POST", "/automap".into(), json!({ "flow_id": f, "step": "out" })),
        ("PATCH", format!("/connections/{c}"), json!({ "name": "x" })),
        ("DELETE", format!("/connections/{c}"), json!({})),
        ("POST", format!("/connections/{c}/test"), json!({})),
        ("POST", "/connectors/telegram/options".into(), lookup.clone()),
        ("POST", "/connectors/telegram/fields".into(), lookup),
    ];
    for (method, path, body) in asked {
        let request = tests::world::Request {
            body: tests::world::json(&body),
            ..other.request(method, &path)
        };
        assert_eq!(other.send(request).await.refused(404), "not_found", "{method} {path}");
    }
    sees_nothing(&other, &f, &c.to_string()).await;
    let seen = mine.get(&format!("/flows/{f}")).await.ok();
    assert_eq!((&seen["name"], &seen["hook_url"]), (&flow["name"], &flow["hook_url"]));
}

async fn sees_nothing(other: &Api<'_>, f: &str, c: &str) {
    for part in [
        "",
        "/draft",
        "/problems",
        "/versions",
        "/versions/1",
        "/diff",
        "/export",
        "/secrets",
        "/samples",
        "/context",
        "/coverage",
    ] {
        assert_eq!(
            other.get(&format!("/flows/{f}{part}")).await.refused(404),
            "not_found",
            "{part}"
        );
    }
    for part in ["", "/flows"] {
        assert_eq!(other.get(&format!("/connections/{c}{part}")).await.refused(404), "not_found");
    }
    for list in ["/flows", "/connections", "/folders"] {
        assert_eq!(other.get(list).await.ok()["items"], json!([]), "{list}");
    }
}
