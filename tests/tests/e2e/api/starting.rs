//! Flows that a person starts, by HTTP: with data, and with the rows of a table.

use domain::Role;
use domain::run::RunState;
use serde_json::{Value, json};
use tests::both;
use tests::world::{World, until};

use crate::samples::{flow, tell, values};

both! {
    a_flow_is_started_with_data,
    faults_of_data_stand_at_their_fields,
    a_table_is_tried_and_its_faults_have_line_and_column,
    the_rows_of_a_table_start_at_their_rate,
    columns_fill_the_fields_that_a_person_says,
    what_cannot_be_started_says_why,
}

const FIELDS: &str = "{ fields: { literal: [ { key: name, label: Имя, required: true }, \
     { key: phone, type: phone }, { key: sum, type: number } ] } }";

fn by_hand(w: &World, input: &str) -> String {
    let trigger = format!("trigger: {{ connector: manual@1.0.0, event: start, input: {input} }}");
    let plain = "trigger: { connector: webhook@1.0.0, event: request }";
    flow(&[tell(w, "say", "/start", "{ path: $.trigger.body }")]).replace(plain, &trigger)
}

async fn a_flow_is_started_with_data(w: &World) {
    let hook = w.flow(&by_hand(w, "{}")).publish().await;
    let api = w.api(Role::Editor).await.in_russian();
    let at = format!("/flows/{}/start", hook.id);
    let data = json!({ "any": [1, "two"] });
    let started = api.post(&at, &json!({ "data": data })).await.ok();
    assert_eq!((&started["state"], &started["rows"]), (&json!("accepted"), &json!(1)));
    let run = started["run"].as_str().unwrap().parse().unwrap();
    w.run_is(run, RunState::Succeeded).await;
    assert_eq!(values(w, "/start"), [data]);
    api.post(&format!("/flows/{}/pause", hook.id), &json!({})).await.done();
    let held = api.post(&at, &json!({ "data": {} })).await.ok();
    assert_eq!((&held["state"], &held["run"]), (&json!("held"), &Value::Null));
    assert_eq!(held["reason"], "пришло во время паузы; событие ждёт");
    let audit = w.api(Role::Owner).await.get("/audit").await.ok();
    let lines = audit["items"].as_array().unwrap();
    assert_eq!(lines.iter().filter(|l| l["action"] == "flow.started").count(), 2);
}

async fn faults_of_data_stand_at_their_fields(w: &World) {
    let hook = w.flow(&by_hand(w, FIELDS)).publish().await;
    let api = w.api(Role::Editor).await;
    let at = format!("/flows/{}/start", hook.id);
    let refused = api.post(&at, &json!({ "data": { "name": "a", "sum": "many" } })).await;
    assert_eq!(refused.refused(422), "flow_invalid");
    assert_eq!(refused.body["problems"][0]["place"], "data.sum");
    assert_eq!(api.post(&at, &json!({})).await.refused(422), "flow_invalid");
    assert!(w.events(&hook).await.is_empty());
}

const MIXED: &str = "Имя;phone;sum;note\nАнна;+79000000000;1 500;x\n;1;2;\nПётр;;many;\nОля;1\n";

async fn a_table_is_tried_and_its_faults_have_line_and_column(w: &World) {
    let hook = w.flow(&by_hand(w, FIELDS)).publish().await;
    let api = w.api(Role::Editor).await.in_russian();
    let at = format!("/flows/{}/start", hook.id);
    let trial = api.post(&at, &json!({ "csv": MIXED, "dry_run": true })).await.ok();
    assert_eq!((&trial["rows"], &trial["faulty"]), (&json!(1), &json!(3)));
    assert_eq!(trial["unused"], json!(["note"]));
    assert_eq!(trial["sample"][0]["sum"], 1500);
    let places: Vec<(i64, Option<&str>)> = trial["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["line"].as_i64().unwrap(), f["column"].as_str()))
        .collect();
    assert_eq!(places, [(3, Some("Имя")), (4, Some("sum")), (5, None)]);
    assert_eq!(trial["faults"][2]["message"], "ячеек: 2, а в заголовке: 4");
    assert_eq!(trial["import"], Value::Null);
    let refused = api.post(&at, &json!({ "csv": MIXED })).await;
    assert_eq!(refused.refused(400), "bad_request");
    assert!(refused.body["detail"].as_str().unwrap().starts_with("в строках есть ошибки (3)"));
    assert!(w.events(&hook).await.is_empty(), "nothing was started");
    let started = api.post(&at, &json!({ "csv": MIXED, "skip_faulty": true })).await.ok();
    assert_eq!((&started["rows"], &started["import"]["total"]), (&json!(1), &json!(1)));
    w.ended(&hook, 1).await;
}

async fn the_rows_of_a_table_start_at_their_rate(w: &World) {
    let hook = w.flow(&by_hand(w, "{}")).publish().await;
    let api = w.api(Role::Editor).await;
    let at = format!("/flows/{}/start", hook.id);
    let csv = (0..30).fold("name\n".to_owned(), |text, n| format!("{text}row {n}\n"));
    for rate in [0, 1_001] {
        let odd = api.post(&at, &json!({ "csv": csv, "rate": rate })).await;
        assert_eq!(odd.refused(400), "bad_request");
    }
    let started = api.post(&at, &json!({ "csv": csv, "rate": 1 })).await.ok();
    let import = &started["import"];
    assert_eq!((&import["state"], &import["rate"]), (&json!("running"), &json!(1)));
    let imports = format!("/flows/{}/imports", hook.id);
    until("the first rows", async || {
        let all = api.get(&imports).await.ok();
        (all["items"][0]["done"].as_i64()? >= 1).then_some(())
    })
    .await;
    let stop = format!("{imports}/{}/stop", import["id"].as_str().unwrap());
    assert_eq!(w.api(Role::Viewer).await.post(&stop, &json!({})).await.status(), 403);
    let stopped = api.post(&stop, &json!({})).await.ok();
    assert_eq!(stopped["state"], "stopped");
    assert!(stopped["done"].as_i64().unwrap() < 30, "{stopped}");
    assert_eq!(api.post(&stop, &json!({})).await.refused(409), "conflict");
}

async fn columns_fill_the_fields_that_a_person_says(w: &World) {
    let hook = w.flow(&by_hand(w, FIELDS)).publish().await;
    let api = w.api(Role::Editor).await.in_russian();
    let at = format!("/flows/{}/start", hook.id);
    let body = json!({ "csv": "client,x\nAnna,1\n", "map": { "client": "name" }, "dry_run": true });
    let trial = api.post(&at, &body).await.ok();
    assert_eq!((&trial["sample"], &trial["unused"]), (&json!([{ "name": "Anna" }]), &json!(["x"])));
    let body = json!({ "csv": "client\nAnna\n", "map": { "clint": "name" }, "dry_run": true });
    let odd = api.post(&at, &body).await;
    assert_eq!(odd.refused(400), "bad_request");
    assert_eq!(odd.body["detail"], "нет столбца «clint»; может быть, «client»?");
}

async fn what_cannot_be_started_says_why(w: &World) {
    let draft = w.flow(&by_hand(w, "{}")).keep().await;
    let api = w.api(Role::Editor).await.in_russian();
    let refused = api.post(&format!("/flows/{}/start", draft.id), &json!({ "data": {} })).await;
    assert_eq!(refused.refused(409), "conflict");
    assert_eq!(refused.body["detail"], "сценарий ещё не опубликован; сначала опубликуйте его");
    let hook = w.flow(&flow(&[tell(w, "say", "/start", "{ path: $.trigger.body }")]));
    let at = format!("/flows/{}/start", hook.publish().await.id);
    let other = api.post(&at, &json!({ "data": {} })).await;
    assert_eq!(other.refused(409), "conflict");
    let both = json!({ "data": {}, "csv": "name\na\n" });
    assert_eq!(api.post(&at, &both).await.refused(422), "field_invalid");
    assert_eq!(api.post(&at, &json!({ "dry_run": true })).await.refused(422), "field_invalid");
    let lost = api.post("/flows/flw_00000000000000000000000001/start", &json!({})).await;
    assert_eq!(lost.refused(404), "not_found");
}
