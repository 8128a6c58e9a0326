//! Building a flow by HTTP: samples, the data panel, previews, fields that fill themselves, tests
//! of single steps.

use std::time::{Duration, Instant};

use domain::Role;
use serde_json::{Map, Value, json};
use tests::both;
use tests::receivers::http::Answer as HttpAnswer;
use tests::world::api::Api;
use tests::world::{World, form};

use super::flows::{forwarding, hook, id, made};

both! {
    what_comes_to_the_address_is_a_sample_at_once,
    a_pasted_sample_is_kept_and_its_secrets_are_masked,
    a_sample_sent_from_the_editor_goes_through_the_real_intake,
    a_sample_sent_to_a_flow_that_does_not_run_is_only_seen,
    the_data_panel_shows_what_a_step_sees,
    a_preview_shows_what_would_be_sent,
    a_hundred_previews_take_twenty_milliseconds,
    fields_fill_themselves,
    coverage_says_how_often_a_field_is_there,
    a_dry_run_shows_the_masked_request_and_sends_nothing,
    a_tested_step_gives_its_output_to_later_ones,
    a_step_that_is_not_finished_says_what_is_missing,
    steps_of_the_flow_itself_are_tried_too,
    a_schedule_says_its_next_times_while_it_is_typed,
}

/// A Tilda form that becomes a lead and a message.
fn lead(crm: &str) -> Value {
    json!({
        "zveno": 1,
        "name": "Lead",
        "trigger": { "connector": "tilda@1.0.0", "event": "form_submitted",
            "dedupe": { "key": "{{trigger.body.tranid}}" } },
        "steps": [
            { "id": "lead", "action": "bitrix24.create_lead@1.0.0", "connection": crm,
              "input": { "title": { "template": "Заявка: {{trigger.body.Name}}" } } },
            { "id": "tell", "set": { "text": { "template": "Лид {{steps.lead.output.id}}" } } },
        ],
    })
}

const ANNA: [(&str, &str); 4] = [
    ("Name", "Анна"),
    ("Phone", "+7 (900) 000-00-00"),
    ("Email", "anna@example.com"),
    ("tranid", "1:2"),
];

async fn samples(api: &Api<'_>, flow: &Value) -> Vec<Value> {
    let list = api.get(&format!("/flows/{}/samples", id(flow))).await.ok();
    list["items"].as_array().unwrap().clone()
}

async fn what_comes_to_the_address_is_a_sample_at_once(w: &World) {
    let crm = w.crm().await.id.to_string();
    let api = w.api(Role::Editor).await.in_russian();
    let flow = made(&api, lead(&crm)).await;
    assert!(samples(&api, &flow).await.is_empty());
    w.post(&hook(&flow), form(&[("test", "test")])).await;
    w.clock.advance(domain::Span::ms(10));
    w.post(&hook(&flow), form(&ANNA)).await;
    let all = samples(&api, &flow).await;
    let verdicts: Vec<&str> = all.iter().map(|s| s["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["accepted", "probe"]);
    assert_eq!(all[0]["title"], "Name=Анна, Phone=+7 (900) 000-00-00, E-mail=anna@example.com");
    let fields = all[0]["fields"].as_array().unwrap();
    let field = |path: &str| fields.iter().find(|f| f["path"] == path).unwrap();
    assert_eq!(field("$.trigger.body.Phone")["label"], "Телефон");
    assert_eq!(
        (&field("$.trigger.body.tranid")["service"], &field("$.trigger.body.Name")["service"]),
        (&json!(true), &json!(false))
    );
}

async fn a_pasted_sample_is_kept_and_its_secrets_are_masked(w: &World) {
    const CANARY: &str = "canary-7be1c2";
    let api = w.api(Role::Editor).await;
    let crm = w.crm().await.id.to_string();
    let mut doc = lead(&crm);
    doc["trigger"]["input"] = json!({ "apikey": { "secret": "key" } });
    let flow = made(&api, doc).await;
    api.put(&format!("/flows/{}/secrets/key", id(&flow)), &json!({ "value": CANARY })).await;
    let at = format!("/flows/{}/samples", id(&flow));
    let body = json!({ "title": "Mine", "json": { "Name": "Борис", "apikey": CANARY } });
    let kept = api.post(&at, &body).await;
    assert_eq!(kept.status(), 201);
    let all = samples(&api, &flow).await;
    assert_eq!((&all[0]["title"], &all[0]["verdict"]), (&json!("Mine"), &json!("kept")));
    let sample = kept.ok()["id"].as_str().unwrap().to_owned();
    let seen = api.get(&format!("/flows/{}/context?sample={sample}", id(&flow))).await;
    assert!(seen.reply.body.contains("Борис") && !seen.reply.body.contains(CANARY));
    let text = json!({ "text": "Name=%D0%9E%D0%BB%D1%8F", "headers": { "Content-Type": "application/x-www-form-urlencoded" } });
    api.post(&at, &text).await.done();
    assert_eq!(samples(&api, &flow).await.len(), 2);
    let large = json!({ "text": "x".repeat(300 << 10) });
    assert_eq!(api.post(&at, &large).await.refused(400), "bad_request");
    assert_eq!(api.delete(&format!("{at}/{sample}")).await.status(), 204);
    assert_eq!(api.delete(&format!("{at}/{sample}")).await.refused(404), "not_found");
}

async fn a_sample_sent_from_the_editor_goes_through_the_real_intake(w: &World) {
    let api = w.api(Role::Editor).await;
    let mut doc = forwarding(w, "Guarded");
    doc["trigger"]["input"] =
        json!({ "check": { "literal": "header" }, "secret": { "secret": "pin" } });
    doc["trigger"]["dedupe"] = json!({ "key": "{{trigger.body.name}}" });
    let flow = made(&api, doc).await;
    api.post(&format!("/flows/{}/publish", id(&flow)), &json!({})).await.done();
    let send = format!("/flows/{}/samples/send", id(&flow));
    // Nobody has to prove anything, and the second is no copy of the first.
    for _ in 0..2 {
        let answer = api.post(&send, &json!({ "json": { "name": "Анна" } })).await.ok();
        assert_eq!(answer["status"], 200);
    }
    let runs = w.ended(&hook(&flow), 2).await;
    assert!(runs.iter().all(|r| r.run.test), "they are marked as tests");
    assert_eq!(w.sink.log().len(), 2);
    let all = samples(&api, &flow).await;
    assert!(all.iter().all(|s| s["is_test"] == true && s["verdict"] == "test"), "{all:?}");
    // The connector's own example.
    assert_eq!(api.post(&send, &json!({})).await.ok()["status"], 200);
    assert_eq!(w.ended(&hook(&flow), 3).await.len(), 3);
}

async fn a_sample_sent_to_a_flow_that_does_not_run_is_only_seen(w: &World) {
    let api = w.api(Role::Editor).await;
    let flow = made(&api, forwarding(w, "Draft")).await;
    api.post(&format!("/flows/{}/samples/send", id(&flow)), &json!({})).await.done();
    let seen = api.get(&format!("/flows/{}", id(&flow))).await.ok();
    assert_eq!(seen["held"], 0, "it waits for no release");
    assert_eq!(samples(&api, &flow).await.len(), 1);
    api.post(&format!("/flows/{}/publish", id(&flow)), &json!({})).await.done();
    assert_eq!(
        api.post(&format!("/flows/{}/release", id(&flow)), &json!({})).await.ok()["released"],
        0
    );
    assert!(w.sink.log().is_empty());
    let mut doc = forwarding(w, "Clock");
    doc["trigger"] = json!({ "connector": "schedule@1.0.0", "event": "every", "input": { "every": { "literal": "1h" } } });
    let clock = made(&api, doc).await;
    let refused = api.post(&format!("/flows/{}/samples/send", id(&clock)), &json!({})).await;
    assert_eq!(refused.refused(409), "conflict");
}

async fn the_data_panel_shows_what_a_step_sees(w: &World) {
    let crm = w.crm().await.id.to_string();
    let api = w.api(Role::Viewer).await.in_russian();
    let editor = w.api(Role::Editor).await;
    let mut doc = lead(&crm);
    doc["steps"].as_array_mut().unwrap().push(json!({
        "id": "each", "for_each": { "path": "$.trigger.body.payment.products" }, "as": "product",
        "steps": [{ "id": "inner", "set": { "name": { "path": "$.product.name" } } }],
    }));
    let flow = made(&editor, doc).await;
    let groups = async |query: &str| {
        let list = api.get(&format!("/flows/{}/context{query}", id(&flow))).await.ok();
        list["items"].as_array().unwrap().clone()
    };
    let example = groups("?step=lead").await;
    assert_eq!((&example[0]["group"], &example[0]["real"]), (&json!("trigger"), &json!(false)));
    let order =
        json!({ "Name": "Анна", "payment": { "products": [{ "name": "Чай", "price": "10" }] } });
    w.post(&hook(&flow), tests::world::json(&order)).await;
    let first = groups("?step=lead").await;
    assert!(first[0]["real"] == true && !first.iter().any(|g| g["group"] == "steps.lead"));
    let second = groups("?step=tell").await;
    let of = |all: &[Value], key: &str| all.iter().find(|g| g["group"] == key).cloned();
    let output = of(&second, "steps.lead").unwrap();
    assert_eq!(
        (&output["title"], &output["real"]),
        (&json!("Битрикс24: Создать лид"), &json!(false))
    );
    assert_eq!(
        (&output["fields"][0]["path"], &output["fields"][0]["label"]),
        (&json!("$.steps.lead.output.id"), &json!("Номер лида"))
    );
    let inner = groups("?step=inner").await;
    let item = of(&inner, "product").unwrap();
    assert_eq!(
        (&item["fields"][0]["path"], &item["fields"][0]["value"]),
        (&json!("$.product.name"), &json!("Чай"))
    );
    assert!(of(&inner, "vars").is_some() && of(&second, "vars").is_none());
    assert_eq!(
        api.get(&format!("/flows/{}/context?step=nothing", id(&flow))).await.refused(404),
        "not_found"
    );
    let stranger = api
        .get(&format!("/flows/{}/context?sample=dlv_00000000000000000000000000", id(&flow)))
        .await;
    assert_eq!(stranger.refused(404), "not_found");
}

async fn a_preview_shows_what_would_be_sent(w: &World) {
    let crm = w.crm().await.id.to_string();
    let api = w.api(Role::Editor).await.in_russian();
    let flow = made(&api, lead(&crm)).await;
    w.post(&hook(&flow), form(&ANNA)).await;
    let fields = json!({
        "title": { "template": "Заявка с сайта — {{trigger.body.Name}}" },
        "phone": { "path": "$.trigger.body.Phone", "transforms": [{ "fn": "digits" }] },
        "opportunity": { "path": "$.trigger.body.Name" },
        "comments": { "path": "$.trigger.body.Textarea" },
    });
    let body = json!({ "flow_id": id(&flow), "step": "lead", "fields": fields });
    let values = api.post("/preview", &body).await.ok()["values"].clone();
    assert_eq!(values["title"]["value"], "Заявка с сайта — Анна");
    assert_eq!(values["phone"]["value"], "79000000000");
    assert!(values["opportunity"]["error"].as_str().unwrap().contains("число"), "{values}");
    assert_eq!(values["comments"], json!({ "missing": true }));
    let many: Map<String, Value> =
        (0..101).map(|i| (i.to_string(), json!({ "literal": i }))).collect();
    let over = json!({ "flow_id": id(&flow), "fields": many });
    assert_eq!(api.post("/preview", &over).await.refused(400), "bad_request");
    let other = json!({ "flow_id": "flw_00000000000000000000000000", "fields": {} });
    assert_eq!(api.post("/preview", &other).await.refused(404), "not_found");
}

/// The whole call, with HTTP around it: 20 ms of the node's processors in any build, and on a machine
/// that does nothing else so long in all. A build without optimisation, beside other tests, is given
/// five times as long for the latter.
async fn a_hundred_previews_take_twenty_milliseconds(w: &World) {
    const WARM: usize = 5;
    const CALLS: usize = 20;
    let limit = Duration::from_millis(20);
    let slack = if cfg!(debug_assertions) { 5 } else { 1 };
    let crm = w.crm().await.id.to_string();
    let api = w.api(Role::Editor).await;
    let flow = made(&api, lead(&crm)).await;
    w.post(&hook(&flow), form(&ANNA)).await;
    let one = |i: usize| match i % 3 {
        0 => {
            json!({ "template": format!("{i}: {{{{trigger.body.Name}}}} {{{{upper trigger.body.Email}}}}") })
        }
        1 => {
            json!({ "path": "$.trigger.body.Phone", "transforms": [{ "fn": "phone_e164", "country": "RU" }] })
        }
        _ => json!({ "object": { "a": { "path": "$.trigger.body.Name" }, "b": { "literal": i } } }),
    };
    let fields: Map<String, Value> = (0..100).map(|i| (format!("f{i}"), one(i))).collect();
    let sample = samples(&api, &flow).await[0]["id"].clone();
    let body =
        json!({ "flow_id": id(&flow), "step": "tell", "sample_id": sample, "fields": fields });
    let (mut best, mut spent) = (Duration::MAX, Duration::ZERO);
    for call in 0..WARM + CALLS {
        if call == WARM {
            spent = w.cpu();
        }
        let began = now();
        let values = api.post("/preview", &body).await.ok();
        best = best.min(began.elapsed());
        assert_eq!(values["values"].as_object().unwrap().len(), 100);
    }
    let each = w.cpu().checked_sub(spent).unwrap() / u32::try_from(CALLS).unwrap();
    assert!(each < limit, "{each:?} of the processors for one call");
    assert!(best < limit * slack, "{best:?}");
}

#[expect(clippy::disallowed_methods, reason = "a test measures real time")]
fn now() -> Instant {
    Instant::now()
}

async fn fields_fill_themselves(w: &World) {
    let crm = w.crm().await.id.to_string();
    let api = w.api(Role::Editor).await;
    let flow = made(&api, lead(&crm)).await;
    w.post(&hook(&flow), form(&ANNA)).await;
    let body = json!({ "flow_id": id(&flow), "step": "lead" });
    let found = api.post("/automap", &body).await.ok();
    assert_eq!(found["fields"]["phone"], json!({ "path": "$.trigger.body.Phone" }));
    assert_eq!(found["fields"]["name"]["path"], "$.trigger.body.Name");
    assert!(found["fields"].get("title").is_none(), "what is filled stays");
    assert_eq!(found["skipped"], json!([]));
    // What was found is a document that has no faults.
    let mut doc = lead(&crm);
    let input = doc["steps"][0]["input"].as_object_mut().unwrap();
    input.extend(found["fields"].as_object().unwrap().clone());
    let saved =
        api.patch(&format!("/flows/{}/draft", id(&flow)), &json!({ "doc": doc })).await.ok();
    assert_eq!(saved["problems"], json!([]));
    let lost = json!({ "flow_id": id(&flow), "step": "nothing" });
    assert_eq!(api.post("/automap", &lost).await.refused(404), "not_found");
}

async fn coverage_says_how_often_a_field_is_there(w: &World) {
    let crm = w.crm().await.id.to_string();
    let api = w.api(Role::Viewer).await;
    let editor = w.api(Role::Editor).await;
    let flow = made(&editor, lead(&crm)).await;
    for (n, email) in ["a@b.test", "", "c@d.test"].iter().enumerate() {
        let tranid = n.to_string();
        let mut pairs = vec![("Name", "Анна"), ("tranid", tranid.as_str())];
        if n < 2 {
            pairs.push(("Email", email));
        }
        w.post(&hook(&flow), form(&pairs)).await;
    }
    let list = api.get(&format!("/flows/{}/coverage?events=10", id(&flow))).await.ok();
    let of = |path: &str| {
        let all = list["items"].as_array().unwrap();
        all.iter().find(|c| c["path"] == path).cloned().unwrap()
    };
    let email = json!({ "path": "$.trigger.body.Email", "present": 2, "empty": 1, "total": 3 });
    assert_eq!(of("$.trigger.body.Email"), email);
    assert_eq!(of("$.trigger.body.Name")["present"], 3);
}

async fn a_dry_run_shows_the_masked_request_and_sends_nothing(w: &World) {
    let crm = w.crm().await.id.to_string();
    let mail = w.mailbox().await.id.to_string();
    let hooks = w.signed().await.id.to_string();
    let api = w.api(Role::Editor).await;
    let mut doc = lead(&crm);
    let more = json!([
        { "id": "letter", "action": "email.send@1.0.0", "connection": mail, "input": {
            "to": { "path": "$.trigger.body.Email" }, "subject": { "literal": "Hello" }, "text": { "template": "{{trigger.body.Name}}" } } },
        { "id": "hook", "action": "webhook_out.send@1.0.0", "connection": hooks, "input": {
            "type": { "literal": "a.b" }, "payload": { "path": "$.trigger.body" } } },
        { "id": "ask", "action": "http.request@1.0.0", "input": { "url": { "literal": w.sink.url("/ask") } } },
    ]);
    doc["steps"].as_array_mut().unwrap().extend(more.as_array().unwrap().clone());
    let flow = made(&api, doc).await;
    w.post(&hook(&flow), form(&ANNA)).await;
    let before = (w.portal.calls().len(), w.mail.commands().len());
    for (step, part) in [
        ("lead", "Заявка: Анна"),
        ("letter", "anna@example.com"),
        ("hook", "tranid"),
        ("ask", "/ask"),
    ] {
        let at = format!("/flows/{}/steps/{step}/test", id(&flow));
        let shown = api.post(&at, &json!({ "dry_run": true })).await;
        let body = shown.reply.body.clone();
        for secret in
            [tests::world::PORTAL_CODE, tests::world::MAIL_USER.1, tests::world::WEBHOOK_SECRET]
        {
            assert!(!body.contains(secret), "{step}: {body}");
        }
        let shown = shown.ok();
        assert_eq!(
            (&shown["outcome"], &shown["error"]),
            (&json!("shown"), &Value::Null),
            "{step}: {shown:#}"
        );
        assert!(shown["request"].to_string().contains(part), "{step}: {shown:#}");
        assert!(shown["response"].is_null() && shown["output"].is_null());
    }
    assert_eq!((w.portal.calls().len(), w.mail.commands().len()), before);
    assert!(w.hooks.http().log().is_empty() && w.sink.log().is_empty() && w.mail.log().is_empty());
}

async fn a_tested_step_gives_its_output_to_later_ones(w: &World) {
    let crm = w.crm().await.id.to_string();
    let api = w.api(Role::Editor).await;
    let flow = made(&api, lead(&crm)).await;
    w.post(&hook(&flow), form(&ANNA)).await;
    let at = format!("/flows/{}/steps/lead/test", id(&flow));
    let tried = api.post(&at, &json!({})).await.ok();
    let created = w.portal.created().all();
    assert_eq!((tried["outcome"].as_str(), created.len()), (Some("done"), 1));
    let lead = tried["output"]["id"].clone();
    assert!(lead.is_i64() && tried["response"]["status"] == 200);
    let body = json!({ "flow_id": id(&flow), "step": "tell", "fields": { "t": { "template": "{{steps.lead.output.id}}" } } });
    assert_eq!(api.post("/preview", &body).await.ok()["values"]["t"]["value"], lead);
    let groups = api.get(&format!("/flows/{}/context?step=tell", id(&flow))).await.ok();
    let group = groups["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|g| g["group"] == "steps.lead")
        .cloned()
        .unwrap();
    assert_eq!((&group["real"], &group["fields"][0]["value"]), (&json!(true), &lead));
    w.portal
        .http()
        .next(1, &HttpAnswer::json(400, &json!({ "error": "X", "error_description": "no title" })));
    let failed = api.post(&at, &json!({})).await.ok();
    assert_eq!(
        (&failed["outcome"], &failed["error"]["side"]),
        (&json!("failed"), &json!("remote")),
        "{failed:#}"
    );
    assert!(failed["error"]["detail"].as_str().unwrap().contains("no title"));
}

async fn a_step_that_is_not_finished_says_what_is_missing(w: &World) {
    let crm = w.crm().await.id.to_string();
    let api = w.api(Role::Editor).await.in_russian();
    let mut doc = lead(&crm);
    doc["steps"][0]["input"] = json!({ "title": { "template": "{{#if" } });
    let flow = made(&api, doc).await;
    let at = format!("/flows/{}/steps/lead/test", id(&flow));
    let refused = api.post(&at, &json!({ "dry_run": true })).await;
    assert_eq!(refused.refused(422), "flow_invalid");
    let unsaved = json!({ "dry_run": true, "doc": lead(&crm) });
    assert_eq!(
        api.post(&at, &unsaved).await.ok()["outcome"],
        "shown",
        "the document that is not saved yet"
    );
    let mut empty = lead(&crm);
    empty["steps"][0]["input"] = json!({});
    let failed = api.post(&at, &json!({ "doc": empty })).await.ok();
    assert_eq!(
        (&failed["outcome"], &failed["error"]["field"]),
        (&json!("failed"), &json!("title"))
    );
    let lost = api.post(&format!("/flows/{}/steps/nothing/test", id(&flow)), &json!({})).await;
    assert_eq!(lost.refused(404), "not_found");
}

async fn steps_of_the_flow_itself_are_tried_too(w: &World) {
    let api = w.api(Role::Editor).await;
    let mut doc = forwarding(w, "Own");
    let test = json!({ "all": [{ "left": { "path": "$.trigger.body.name" }, "op": "equals", "right": { "literal": "Анна" } }] });
    doc["steps"] = json!([
        { "id": "names", "set": { "upper": { "path": "$.trigger.body.name", "transforms": [{ "fn": "upper" }] } } },
        { "id": "only", "filter": test },
        { "id": "way", "branch": [{ "when": { "not": test }, "steps": [] }, { "steps": [] }] },
        { "id": "each", "for_each": { "path": "$.trigger.body.list" }, "steps": [] },
    ]);
    let flow = made(&api, doc).await;
    w.post(&hook(&flow), tests::world::json(&json!({ "name": "Анна", "list": [1, 2] }))).await;
    for (step, output) in [
        ("names", json!({ "upper": "АННА" })),
        ("only", json!({ "passes": true })),
        ("way", json!({ "taken": [1] })),
        ("each", json!([1, 2])),
    ] {
        let tried =
            api.post(&format!("/flows/{}/steps/{step}/test", id(&flow)), &json!({})).await.ok();
        assert_eq!((&tried["outcome"], &tried["output"]), (&json!("done"), &output), "{step}");
    }
}

async fn a_schedule_says_its_next_times_while_it_is_typed(w: &World) {
    let api = w.api(Role::Viewer).await;
    let typed =
        |input: Value, zone: Value| json!({ "event": "cron", "input": input, "timezone": zone });
    let nine = typed(json!({ "cron": "0 9 * * *" }), json!("Europe/Moscow"));
    let said = api.post("/schedule-times", &nine).await.ok();
    let times = said["times"].as_array().unwrap();
    assert_eq!(times.len(), 5);
    for at in times {
        assert!(at.as_str().unwrap().contains("T06:00:00"), "nine in Moscow is {at}");
    }
    // The zone of the trigger wins over that of the flow, and a half-typed one is told.
    let own = json!({ "cron": "0 9 * * *", "timezone": "UTC" });
    let said = api.post("/schedule-times", &typed(own, json!("Europe/Moscow"))).await.ok();
    assert!(said["times"][0].as_str().unwrap().contains("T09:00:00"));
    let half = typed(json!({ "cron": "0 9 *" }), Value::Null);
    let said = api.in_russian().post("/schedule-times", &half).await.ok();
    assert_eq!((&said["times"], &said["field"]), (&json!([]), &json!("cron")));
    assert!(!said["error"].as_str().unwrap().is_empty());
}
