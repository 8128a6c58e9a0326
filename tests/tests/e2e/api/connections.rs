//! Connections by HTTP: tested before they are kept, changed without their secrets, shown without
//! them.

use domain::Role;
use serde_json::{Value, json};
use tests::both;
use tests::receivers::http::Answer as HttpAnswer;
use tests::world::{BOT_TOKEN, PORTAL_CODE, World};

use super::flows::{forwarding, id, made};

both! {
    a_connection_is_tested_and_then_kept,
    faults_of_the_form_stand_at_their_fields,
    what_the_service_refuses_is_not_kept,
    s14_reconnecting_keeps_what_is_not_typed_again,
    a_connection_says_which_flows_use_it,
    s3_no_answer_has_the_value_of_a_secret,
    options_and_fields_are_asked_of_the_service,
}

fn bot() -> Value {
    json!({ "connector": "telegram", "method": "bot", "fields": { "token": BOT_TOKEN } })
}

fn crm() -> Value {
    let fields = json!({ "host": "firma.bitrix24.ru", "user": 1, "secret": PORTAL_CODE });
    json!({ "connector": "bitrix24", "name": "crm", "fields": fields })
}

async fn a_connection_is_tested_and_then_kept(w: &World) {
    let api = w.api(Role::Editor).await.in_russian();
    let made = api.post("/connections", &bot()).await;
    assert_eq!(made.status(), 201, "{}", made.body);
    let made = made.ok();
    let account = made["account"].as_str().unwrap();
    assert!(account.starts_with('@') && made["name"] == account, "named as the service calls it");
    assert_eq!((&made["state"], &made["secrets"]), (&json!("ok"), &json!(["token"])));
    assert_eq!((&made["title"], &made["mark"]), (&json!("Telegram"), &json!("T")));
    let again = api.post("/connections", &bot()).await.ok();
    assert_eq!(again["name"], format!("{account} 2"), "another name than the first");
    let list = api.get("/connections").await.ok();
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    let tested = api.post(&format!("/connections/{}/test", id(&made)), &json!({})).await.ok();
    assert_eq!((&tested["ok"], &tested["connection"]["state"]), (&json!(true), &json!("ok")));
}

async fn faults_of_the_form_stand_at_their_fields(w: &World) {
    let api = w.api(Role::Editor).await.in_russian();
    let fields = json!({ "host": "not a host", "user": "one" });
    let body = json!({ "connector": "bitrix24", "fields": fields });
    let refused = api.post("/connections", &body).await;
    assert_eq!(refused.refused(422), "field_invalid");
    let faults: Vec<(&str, &str)> = refused.body["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (p["field"].as_str().unwrap(), p["code"].as_str().unwrap()))
        .collect();
    let expected =
        [("host", "field_invalid"), ("user", "field_invalid"), ("secret", "field_missing")];
    assert_eq!(faults, expected);
    assert_eq!(refused.body["problems"][2]["message"], "Заполните поле «Код вебхука»");
    api.post("/connections", &crm()).await.done();
    let taken = api.post("/connections", &crm()).await;
    assert_eq!(
        (taken.refused(422), &taken.body["problems"][0]["field"]),
        ("field_invalid", &json!("name"))
    );
    let unknown = api.post("/connections", &json!({ "connector": "nothing" })).await;
    assert_eq!(unknown.refused(404), "not_found");
    let way = api.post("/connections", &json!({ "connector": "telegram", "method": "odd" })).await;
    assert_eq!(way.refused(404), "not_found");
    assert_eq!(
        api.post("/connections", &json!({ "connector": 1 })).await.refused(400),
        "bad_request"
    );
}

async fn what_the_service_refuses_is_not_kept(w: &World) {
    let api = w.api(Role::Editor).await;
    let wrong =
        json!({ "connector": "telegram", "fields": { "token": format!("{}x", &BOT_TOKEN[..40]) } });
    let refused = api.post("/connections", &wrong).await;
    assert_eq!(refused.status(), 422, "{}", refused.body);
    assert_eq!(refused.body["side"], "access");
    assert_eq!(api.get("/connections").await.ok()["items"], json!([]));
    let mut kept = wrong;
    kept["untested"] = json!(true);
    kept["name"] = json!("later");
    let kept = api.post("/connections", &kept).await.ok();
    assert_eq!((&kept["untested"], &kept["account"]), (&json!(true), &Value::Null));
    let tested = api.post(&format!("/connections/{}/test", id(&kept)), &json!({})).await.ok();
    assert_eq!((&tested["ok"], &tested["connection"]["state"]), (&json!(false), &json!("broken")));
    assert!(!tested["connection"]["reason"].as_str().unwrap().is_empty());
}

async fn s14_reconnecting_keeps_what_is_not_typed_again(w: &World) {
    let api = w.api(Role::Editor).await;
    let made = api.post("/connections", &crm()).await.ok();
    let at = format!("/connections/{}", id(&made));
    let renamed = api.patch(&at, &json!({ "name": "Sales" })).await.ok();
    assert_eq!(
        (&renamed["name"], &renamed["fields"]["host"]),
        (&json!("Sales"), &json!("firma.bitrix24.ru"))
    );
    assert_eq!(renamed["state"], "ok", "its kept secret still works");
    let wrong = json!({ "fields": { "secret": "wrongwrongwrong" } });
    assert_eq!(api.patch(&at, &wrong).await.status(), 422);
    let after = api.get(&at).await.ok();
    assert_eq!(
        (&after["state"], &after["name"]),
        (&json!("ok"), &json!("Sales")),
        "nothing was changed"
    );
    let list = json!({ "fields": { "host": ["x"] } });
    assert_eq!(api.patch(&at, &list).await.refused(422), "field_invalid");
}

async fn a_connection_says_which_flows_use_it(w: &World) {
    let api = w.api(Role::Editor).await;
    let bot = api.post("/connections", &bot()).await.ok();
    let at = format!("/connections/{}", id(&bot));
    let mut doc = forwarding(w, "Told");
    doc["steps"][0] = json!({
        "id": "tell", "action": "telegram.send_message@1.0.0", "connection": bot["id"],
        "input": { "chat_id": { "literal": "1" }, "text": { "literal": "x" } },
    });
    let flow = made(&api, doc).await;
    let used = api.get(&format!("{at}/flows")).await.ok();
    let told = json!({ "id": id(&flow), "name": "Told", "state": "draft", "steps": ["tell"], "published": false });
    assert_eq!(used["items"], json!([told]));
    assert_eq!(api.get(&at).await.ok()["used_in"], 1);
    api.post(&format!("/flows/{}/publish", id(&flow)), &json!({})).await.done();
    assert_eq!(api.delete(&at).await.refused(409), "conflict");
    assert_eq!(api.delete(&format!("{at}?force=true")).await.status(), 204);
    assert_eq!(api.get(&at).await.refused(404), "not_found");
    let faults = api.get(&format!("/flows/{}/problems", id(&flow))).await.ok();
    assert_eq!(
        (&faults["problems"][0]["step"], &faults["problems"][0]["field"]),
        (&json!("tell"), &json!("connection"))
    );
}

async fn s3_no_answer_has_the_value_of_a_secret(w: &World) {
    let api = w.api(Role::Owner).await;
    let created = api.post("/connections", &crm()).await;
    let at = format!("/connections/{}", id(&created.body));
    let refused = api
        .post(
            "/connections",
            &json!({ "connector": "bitrix24", "fields": { "host": "x y", "secret": PORTAL_CODE } }),
        )
        .await;
    let odd =
        api.post("/connections", &json!({ "connector": "bitrix24", "fields": PORTAL_CODE })).await;
    for answer in [
        created,
        refused,
        odd,
        api.get(&at).await,
        api.get("/connections").await,
        api.post(&format!("{at}/test"), &json!({})).await,
        api.patch(&at, &json!({ "name": "x" })).await,
        api.get("/audit").await,
    ] {
        assert!(!answer.reply.body.contains(PORTAL_CODE), "{}", answer.reply.body);
    }
}

async fn options_and_fields_are_asked_of_the_service(w: &World) {
    w.portal.add_user_field("UF_CRM_COLOUR", "string", false);
    let api = w.api(Role::Editor).await;
    let crm = api.post("/connections", &crm()).await.ok();
    let body =
        json!({ "connection": crm["id"], "lookup": "statuses", "params": { "entity": "SOURCE" } });
    let options = api.post("/connectors/bitrix24/options", &body).await.ok();
    let items = options["items"].as_array().unwrap();
    assert!(!items.is_empty() && items[0]["label"].is_string() && !items[0]["value"].is_null());
    let body =
        json!({ "connection": crm["id"], "action": "create_lead", "field": "custom", "input": {} });
    let fields = api.post("/connectors/bitrix24/fields", &body).await.ok();
    let keys: Vec<&str> =
        fields["items"].as_array().unwrap().iter().map(|f| f["key"].as_str().unwrap()).collect();
    assert!(keys.contains(&"UF_CRM_COLOUR"), "{keys:?}");
    let lost = json!({ "connection": crm["id"], "lookup": "nothing" });
    assert_eq!(api.post("/connectors/bitrix24/options", &lost).await.refused(404), "not_found");
    let other = json!({ "connection": crm["id"], "lookup": "x" });
    assert_eq!(api.post("/connectors/telegram/options", &other).await.refused(409), "conflict");
    w.portal.http().next(1, &HttpAnswer::status(503));
    let body = json!({ "connection": crm["id"], "lookup": "statuses" });
    let down = api.post("/connectors/bitrix24/options", &body).await;
    assert_eq!((down.status(), &down.body["side"]), (422, &json!("remote")));
}
