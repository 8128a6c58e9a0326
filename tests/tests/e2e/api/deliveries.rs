//! The inspector of deliveries.

use domain::ids::WorkspaceId;
use domain::{Clock, Role, Span};
use serde_json::{Value, json};
use tests::both;
use tests::world::{Hook, Request, World, form, text};

use crate::samples::{deliver, id, ids, tilda};

both! {
    every_delivery_is_seen_with_its_verdict,
    s18_what_proves_the_sender_is_masked_and_raw_bytes_are_for_editors,
    s18_a_line_of_the_list_tells_what_came_without_secrets,
    a_large_body_is_cut_and_downloaded,
    a_delivery_is_taken_into_a_flow_again,
    a_delivery_becomes_a_sample_of_another_flow,
    deliveries_of_another_workspace_are_not_there,
    a_person_reads_why_in_words,
}

const KEY: &str = "key-of-the-sender-41d7";

/// A flow that wants a key in the address.
fn closed() -> String {
    "
zveno: 1
name: closed
trigger:
  connector: webhook@1.0.0
  event: request
  input: { check: { literal: query }, name: { literal: key }, secret: { secret: key } }
  dedupe: { key: '{{trigger.body.id}}', window: 7d }
  only_if: { all: [{ left: { path: $.trigger.body.id }, op: not_equals, right: { literal: skip } }] }
steps:
  - { id: v, set: { a: { literal: 1 } } }
"
    .to_owned()
}

async fn listed(w: &World, q: &str) -> Vec<Value> {
    let api = w.api(Role::Viewer).await;
    let page = api.get(&format!("/deliveries?{q}")).await.ok();
    page["items"].as_array().unwrap().clone()
}

async fn every_delivery_is_seen_with_its_verdict(w: &World) {
    let hook = w.flow(&closed()).secret("key", KEY).publish().await;
    let to = |key: &str| format!("{}?key={key}", hook.path);
    let send = async |key: &str, body| w.send(Request::post(&to(key), body)).await.status;
    assert_eq!(send(KEY, id("a")).await, 200);
    w.ended(&hook, 1).await;
    assert_eq!(send(KEY, id("a")).await, 200);
    assert_eq!(send(KEY, id("skip")).await, 200);
    assert_eq!(send("wrong", id("b")).await, 401);
    assert_eq!(w.send(Request::new("OPTIONS", &to(KEY))).await.status / 100, 2);
    w.pause(&hook).await;
    assert_eq!(send(KEY, id("c")).await, 200);
    let all = listed(w, &format!("flow={}", hook.id)).await;
    let verdicts: Vec<&str> = all.iter().map(|d| d["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["held", "probe", "rejected", "filtered", "duplicate", "run"]);
    let status: Vec<i64> = all.iter().map(|d| d["status"].as_i64().unwrap()).collect();
    assert_eq!((status[0], status[2], status[5]), (200, 401, 200));
    assert_eq!(all[4]["copy_of"], all[5]["events"][0]["id"]);
    assert_eq!(all[0]["events"][0]["reason"], "paused");
    for (one, verdict) in all.iter().zip(verdicts) {
        assert_eq!(listed(w, &format!("verdict={verdict}")).await[0]["id"], one["id"]);
    }
    let found = listed(w, &format!("q={}", all[3]["id"].as_str().unwrap())).await;
    assert_eq!(found[0]["id"], all[3]["id"]);
}

async fn only(w: &World, hook: &Hook) -> String {
    let all = listed(w, &format!("flow={}", hook.id)).await;
    assert_eq!(all.len(), 1, "{all:?}");
    all[0]["id"].as_str().unwrap().to_owned()
}

async fn s18_what_proves_the_sender_is_masked_and_raw_bytes_are_for_editors(w: &World) {
    let hook = w.flow(&closed()).secret("key", KEY).publish().await;
    let target = format!("{}?key={KEY}&page=1", hook.path);
    w.send(Request::post(&target, id("a")).header("cookie", "session-7d1e")).await;
    let one = only(w, &hook).await;
    let viewer = w.api(Role::Viewer).await;
    let shown = viewer.get(&format!("/deliveries/{one}")).await.ok();
    assert_eq!(shown["query"]["page"], "1");
    assert_eq!(shown["body"]["parsed"]["id"], "a");
    assert_eq!(shown["body"]["kind"], "form");
    assert_eq!(shown["body"]["text"], Value::Null, "the raw text is not rendered");
    let said = shown.to_string();
    assert!(!said.contains(KEY) && !said.contains("session-7d1e"), "{said}");
    let path = format!("/deliveries/{one}/raw");
    assert_eq!(viewer.get(&path).await.refused(403), "right_missing");
    let editor = w.api(Role::Editor).await;
    let raw = editor.get(&path).await;
    assert_eq!(raw.reply.header("content-type"), Some("application/octet-stream"));
    assert_eq!(raw.reply.header("x-content-type-options"), Some("nosniff"));
    assert!(raw.reply.body.starts_with("id=a&name="), "{}", raw.reply.body);
    let log = w.api(Role::Owner).await.get("/audit").await.ok();
    let line = &log["items"][0];
    assert_eq!((&line["action"], &line["object"]), (&json!("delivery.downloaded"), &json!(one)));
}

async fn s18_a_line_of_the_list_tells_what_came_without_secrets(w: &World) {
    let site = tilda("  - { id: v, set: { a: { literal: 1 } } }\n");
    let hook = w.flow(&site).secret("apikey", KEY).publish().await;
    let fields = [("apikey", KEY), ("tranid", "7"), ("Name", "Анна"), ("city", ""), ("n", "2")];
    w.accepted(&hook, form(&fields)).await;
    w.ended(&hook, 1).await;
    let other = w.flow(&deliver(w, "")).publish().await;
    let large = "y".repeat(domain::limits::SUMMARY_BYTES + 1);
    w.accepted(&other, text(&large)).await;
    w.ended(&other, 1).await;
    let lines = async |hook: &Hook| -> Vec<Value> {
        let all = listed(w, &format!("flow={}", hook.id)).await;
        all.iter().map(|d| d["summary"].clone()).collect()
    };
    assert_eq!(lines(&hook).await, [json!("Name=Анна, n=2")]);
    assert_eq!(lines(&other).await, [Value::Null], "a large body is not read for a list");
    // Without its trigger nobody knows what in it is secret.
    w.flow(&deliver(w, "")).instead_of(&hook).publish().await;
    assert_eq!(lines(&hook).await, [Value::Null]);
}

async fn a_large_body_is_cut_and_downloaded(w: &World) {
    let hook = w.flow(&deliver(w, "")).keep().await;
    let large = "я".repeat(200_000);
    w.accepted(&hook, text(&large)).await;
    let one = only(w, &hook).await;
    let api = w.api(Role::Editor).await;
    let shown = api.get(&format!("/deliveries/{one}")).await.ok();
    let text = shown["body"]["text"].as_str().unwrap();
    assert_eq!(text.len(), domain::limits::PREVIEW_BYTES);
    assert_eq!(
        (&shown["body"]["truncated"], &shown["body"]["parsed"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(shown["size"], 400_000);
    assert!(shown["curl"].as_str().unwrap().ends_with("--data-binary @body"));
    assert_eq!(api.get(&format!("/deliveries/{one}/raw")).await.reply.body, large);
}

async fn a_delivery_is_taken_into_a_flow_again(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    w.ended(&hook, 1).await;
    let one = only(w, &hook).await;
    let api = w.api(Role::Editor).await;
    w.clock.advance(Span::ms(1));
    let path = format!("/deliveries/{one}/replay");
    let made = api.post(&path, &json!({})).await;
    assert_eq!(made.status(), 201);
    let made = made.ok();
    w.ended(&hook, 2).await;
    assert_eq!(ids(w), ["a", "a"], "the dedupe key does not keep it away");
    let new = api.get(&format!("/deliveries/{}", made["delivery"].as_str().unwrap())).await.ok();
    assert_eq!(
        (&new["verdict"], &new["summary"]),
        (&json!("run"), &json!(format!("repeats {one}")))
    );
    assert_eq!(new["events"][0]["run"], made["events"][0]["run"]);
    // Into another flow, which is not published: held there.
    let other = w.flow(&deliver(w, "")).keep().await;
    w.clock.advance(Span::ms(1));
    let into = json!({ "flow": other.id.to_string() });
    let made = api.post(&path, &into).await.ok();
    assert_eq!(
        (&made["events"][0]["state"], &made["events"][0]["run"]),
        (&json!("held"), &Value::Null)
    );
    w.held_for(&other, "unpublished").await;
    // What holds a secret of one flow is not for another.
    let closed = w.flow(&closed()).secret("key", KEY).publish().await;
    w.send(Request::post(&format!("{}?key={KEY}", closed.path), form(&[("id", "s")]))).await;
    let sealed = only(w, &closed).await;
    let path = format!("/deliveries/{sealed}/replay");
    assert_eq!(api.post(&path, &into).await.refused(409), "conflict");
    let versions = json!({ "version": 7 });
    assert_eq!(api.post(&path, &versions).await.refused(404), "not_found");
    w.clock.advance(Span::ms(1));
    assert_eq!(api.post(&path, &json!({ "version": 1 })).await.status(), 201);
    w.ended(&closed, 2).await;
}

async fn a_delivery_becomes_a_sample_of_another_flow(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    let one = only(w, &hook).await;
    let other = w.flow(&deliver(w, "")).keep().await;
    let api = w.api(Role::Editor).await;
    let path = format!("/deliveries/{one}/sample");
    let kept = api.post(&path, &json!({ "flow": other.id.to_string() })).await;
    assert_eq!(kept.status(), 201);
    let kept = kept.ok()["id"].clone();
    let samples = api.get(&format!("/flows/{}/samples", other.id)).await.ok();
    assert!(samples.to_string().contains(kept.as_str().unwrap()), "{samples}");
}

async fn deliveries_of_another_workspace_are_not_there(w: &World) {
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    let one = only(w, &hook).await;
    let other = w.api_in(WorkspaceId::new(w.clock.now()), Role::Owner).await;
    for path in [format!("/deliveries/{one}"), format!("/deliveries/{one}/raw")] {
        assert_eq!(other.get(&path).await.refused(404), "not_found");
    }
    let replay = other.post(&format!("/deliveries/{one}/replay"), &json!({})).await;
    assert_eq!(replay.refused(404), "not_found");
    assert_eq!(other.get("/deliveries").await.ok()["items"], json!([]));
    assert_eq!(other.get(&format!("/deliveries?q={one}")).await.ok()["items"], json!([]));
    let viewer = w.api(Role::Viewer).await;
    let replay = viewer.post(&format!("/deliveries/{one}/replay"), &json!({})).await;
    assert_eq!(replay.refused(403), "right_missing");
    assert_eq!(w.deliveries(&hook).await.len(), 1);
}

async fn a_person_reads_why_in_words(w: &World) {
    let hook = w.flow(&closed()).secret("key", KEY).keep().await;
    let to = |key: &str| format!("{}?key={key}", hook.path);
    w.send(Request::post(&to(KEY), id("a"))).await;
    w.publish(&hook).await;
    w.send(Request::post(&to(KEY), id("skip"))).await;
    w.send(Request::post(&to("wrong"), id("b"))).await;
    w.pause(&hook).await;
    w.send(Request::post(&to(KEY), id("c"))).await;
    let said = async |api: tests::world::Api<'_>| -> Vec<String> {
        let page = api.get(&format!("/deliveries?flow={}", hook.id)).await.ok();
        let items = page["items"].as_array().unwrap();
        items.iter().rev().map(|d| d["summary"].as_str().unwrap().to_owned()).collect()
    };
    let english = said(w.api(Role::Viewer).await).await;
    let russian = said(w.api(Role::Viewer).await.in_russian()).await;
    assert_eq!(english[0], "the flow is not published yet; the event waits");
    assert_eq!(russian[0], "сценарий ещё не опубликован; событие ждёт");
    assert_eq!(russian[1], "условие триггера не выполнено");
    assert_eq!(russian[3], "пришло во время паузы; событие ждёт");
    for (en, ru) in english.iter().zip(&russian) {
        assert!(en.is_ascii() && en.contains(' '), "{en}");
        assert!(ru.chars().any(|c| ('а'..='я').contains(&c)), "{ru}");
    }
    let one = w.deliveries(&hook).await[0].id;
    let shown =
        w.api(Role::Viewer).await.in_russian().get(&format!("/deliveries/{one}")).await.ok();
    let event = &shown["events"][0];
    assert_eq!(
        (&event["reason"], &event["summary"]),
        (&"unpublished".into(), &russian[0].as_str().into())
    );
}
