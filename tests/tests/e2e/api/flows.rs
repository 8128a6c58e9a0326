//! Flows by HTTP: from the first draft to the last version.

use domain::ids::WorkspaceId;
use domain::{Clock, Role, Span};
use serde_json::{Value, json};
use tests::both;
use tests::receivers::http::Answer as HttpAnswer;
use tests::world::api::{Answer, Api};
use tests::world::{Body, Hook, World, form};

both! {
    a_new_flow_has_an_address_that_works_at_once,
    a_flow_is_made_from_a_document_and_from_a_file,
    a_template_with_its_answers_is_published_and_works,
    s12_a_draft_that_another_has_changed_is_not_overwritten,
    a_draft_with_faults_is_kept_and_says_where_they_are,
    only_a_draft_without_errors_is_published,
    problems_of_a_draft_name_steps_as_people_do,
    s12_a_paused_flow_holds_its_events_until_they_are_released,
    versions_are_listed_compared_and_restored,
    the_list_shows_what_each_flow_does,
    folders_names_and_states_filter_the_list,
    s22_a_rotated_address_works_beside_the_new_one,
    s3_secrets_are_set_and_never_come_back,
    a_generated_secret_is_shown_once,
    the_address_of_a_flow_in_another_workspace_works,
    a_copy_has_its_own_address,
    an_export_names_connections_and_is_imported_again,
    a_flow_with_unfinished_runs_is_not_deleted,
    what_is_done_is_in_the_audit_log,
}

/// A flow that posts what comes to the receiver.
pub fn forwarding(w: &World, name: &str) -> Value {
    json!({
        "zveno": 1,
        "name": name,
        "trigger": { "connector": "webhook@1.0.0", "event": "request" },
        "steps": [{
            "id": "out",
            "action": "http.request@1.0.0",
            "input": {
                "method": { "literal": "POST" },
                "url": { "literal": w.sink.url("/in") },
                "json": { "object": { "name": { "path": "$.trigger.body.name" } } },
            },
        }],
    })
}

pub async fn made(api: &Api<'_>, doc: Value) -> Value {
    let made = api.post("/flows", &json!({ "doc": doc })).await;
    assert_eq!(made.status(), 201, "{}", made.body);
    made.ok()
}

pub fn id(flow: &Value) -> String {
    flow["id"].as_str().unwrap().to_owned()
}

pub fn hook(flow: &Value) -> Hook {
    let url: url::Url = flow["hook_url"].as_str().unwrap().parse().unwrap();
    Hook { id: id(flow).parse().unwrap(), path: url.path().to_owned() }
}

async fn save(api: &Api<'_>, flow: &str, doc: &Value, etag: &str) -> Answer {
    let body = tests::world::json(&json!({ "doc": doc }));
    let request = api.request("PATCH", &format!("/flows/{flow}/draft")).header("if-match", etag);
    api.send(tests::world::Request { body, ..request }).await
}

fn name(name: &str) -> Body {
    tests::world::json(&json!({ "name": name }))
}

async fn a_new_flow_has_an_address_that_works_at_once(w: &World) {
    let api = w.api(Role::Editor).await.in_russian();
    let flow = api.post("/flows", &json!({})).await;
    assert_eq!(flow.status(), 201);
    let flow = flow.ok();
    assert_eq!((flow["state"].as_str(), flow["version"].as_i64()), (Some("draft"), None));
    assert_eq!(flow["name"], "Новый сценарий");
    assert_eq!(w.post(&hook(&flow), name("Анна")).await.status, 200);
    w.held_for(&hook(&flow), "unpublished").await;
    let seen = api.get(&format!("/flows/{}", id(&flow))).await.ok();
    assert_eq!((seen["held"].as_i64(), &seen["hook_url"]), (Some(1), &flow["hook_url"]));
}

async fn a_flow_is_made_from_a_document_and_from_a_file(w: &World) {
    let api = w.api(Role::Editor).await;
    let flow = made(&api, forwarding(w, "From a document")).await;
    assert_eq!(
        (flow["draft"]["problems"].clone(), &flow["name"]),
        (json!([]), &json!("From a document"))
    );
    let text = "zveno: 1\nname: From a file\ntrigger: {connector: tilda@1.0.0, event: form_submitted}\nsteps: []\n";
    let imported = api.post("/flows/import", &json!({ "text": text, "folder": "Sales" })).await;
    assert_eq!(imported.status(), 201);
    assert_eq!(
        (&imported.body["name"], &imported.body["folder"]),
        (&json!("From a file"), &json!("Sales"))
    );
    let broken = api.post("/flows/import", &json!({ "text": "a: [" })).await;
    assert_eq!(broken.refused(422), "flow_invalid");
    let both = api.post("/flows", &json!({ "doc": {}, "template": "tilda_telegram" })).await;
    assert_eq!(both.refused(400), "bad_request");
    let unknown = api.post("/flows", &json!({ "template": "nothing" })).await;
    assert_eq!(unknown.refused(404), "not_found");
}

async fn a_template_with_its_answers_is_published_and_works(w: &World) {
    let bot = w.bot().await;
    let api = w.api(Role::Editor).await.in_russian();
    let all = api.get("/templates").await.ok();
    let all = all["items"].as_array().unwrap().clone();
    assert!(all.len() >= 6);
    assert_eq!(all[0]["title"], "Tilda → CRM + письмо + webhook");
    assert_eq!(all[0]["apps"][1]["title"], "Битрикс24");
    assert!(all.iter().all(|t| !t["questions"].as_array().unwrap().is_empty()));
    let open = api.post("/flows", &json!({ "template": "tilda_telegram" })).await.ok();
    let faults = open["draft"]["problems"].as_array().unwrap();
    assert!(
        faults.iter().any(|p| p["step"] == "message" && p["field"] == "connection"),
        "{faults:?}"
    );
    let answers = json!({ "bot": bot.id, "chat": "-100500" });
    let body = json!({ "template": "tilda_telegram", "answers": answers });
    let flow = api.post("/flows", &body).await.ok();
    let published = api.post(&format!("/flows/{}/publish", id(&flow)), &json!({})).await.ok();
    assert_eq!((published["version"].as_i64(), published["state"].as_str()), (Some(1), Some("on")));
    w.post(&hook(&flow), form(&[("Name", "Анна"), ("Phone", "+79000000000"), ("tranid", "1:2")]))
        .await;
    w.outcome(&hook(&flow)).await;
    let sent = w.telegram.sent();
    assert_eq!(sent.len(), 1);
}

async fn s12_a_draft_that_another_has_changed_is_not_overwritten(w: &World) {
    let (anna, boris) = (w.api(Role::Editor).await, w.api(Role::Owner).await);
    let flow = made(&anna, forwarding(w, "One")).await;
    let seen = flow["draft"]["etag"].as_str().unwrap();
    w.clock.advance(Span::secs(3));
    let second = save(&boris, &id(&flow), &forwarding(w, "Two"), seen).await;
    let etag = second.reply.header("etag").unwrap().to_owned();
    assert_eq!(second.ok()["etag"].as_str(), Some(etag.as_str()));
    let lost = save(&anna, &id(&flow), &forwarding(w, "Three"), seen).await;
    assert_eq!(lost.refused(412), "draft_conflict");
    assert_eq!(lost.body["by"], "owner of a test");
    assert!(lost.body["at"].as_str().unwrap().starts_with("20"));
    let draft = anna.get(&format!("/flows/{}/draft", id(&flow))).await;
    assert_eq!(draft.reply.header("etag"), Some(etag.as_str()));
    assert_eq!(
        (&draft.body["doc"]["name"], &draft.body["by"]),
        (&json!("Two"), &json!("owner of a test"))
    );
    assert_eq!(save(&anna, &id(&flow), &forwarding(w, "Three"), &etag).await.status(), 200);
}

async fn a_draft_with_faults_is_kept_and_says_where_they_are(w: &World) {
    let api = w.api(Role::Editor).await.in_russian();
    let flow = made(&api, forwarding(w, "Faulty")).await;
    let mut doc = forwarding(w, "Faulty");
    doc["steps"][0]["input"]["url"] = json!({ "template": "{{#if" });
    doc["steps"][0]["input"]["colour"] = json!({ "literal": 1 });
    doc["steps"].as_array_mut().unwrap().push(json!({ "id": "half" }));
    let saved =
        api.patch(&format!("/flows/{}/draft", id(&flow)), &json!({ "doc": doc })).await.ok();
    let at = |step: &str, field: Value| {
        let all = saved["problems"].as_array().unwrap();
        all.iter().any(|p| p["step"] == step && p["field"] == field && p["severity"] == "error")
    };
    assert!(
        at("out", json!("url")) && at("out", json!("colour")) && at("half", Value::Null),
        "{saved:#}"
    );
    let again = api.get(&format!("/flows/{}/problems", id(&flow))).await.ok();
    assert_eq!(again["problems"], saved["problems"]);
    let kept = api.get(&format!("/flows/{}", id(&flow))).await.ok();
    assert_eq!(kept["draft"]["doc"], doc, "what is unfinished is kept as it is");
    // Its address goes on as before: only the steps are unfinished.
    assert_eq!(w.post(&hook(&flow), name("Анна")).await.status, 200);
    w.held_for(&hook(&flow), "unpublished").await;
    for bad in [json!([]), json!("x")] {
        let refused =
            api.patch(&format!("/flows/{}/draft", id(&flow)), &json!({ "doc": bad })).await;
        assert_eq!(refused.refused(400), "bad_request");
    }
}

async fn only_a_draft_without_errors_is_published(w: &World) {
    let api = w.api(Role::Editor).await;
    let mut doc = forwarding(w, "Later");
    doc["steps"][0]["input"].as_object_mut().unwrap().shift_remove("url");
    let flow = made(&api, doc).await;
    let publish = format!("/flows/{}/publish", id(&flow));
    let refused = api.post(&publish, &json!({})).await;
    assert_eq!(refused.refused(422), "flow_invalid");
    assert_eq!(
        (&refused.body["problems"][0]["step"], &refused.body["problems"][0]["field"]),
        (&json!("out"), &json!("url"))
    );
    let saved =
        save(&api, &id(&flow), &forwarding(w, "Now"), flow["draft"]["etag"].as_str().unwrap())
            .await
            .ok();
    let stale = api.send(api.request("POST", &publish).header("if-match", "\"1\"")).await;
    assert_eq!(stale.refused(412), "draft_conflict");
    let tagged = api.request("POST", &publish).header("if-match", saved["etag"].as_str().unwrap());
    assert_eq!(api.send(tagged).await.ok()["version"], 1);
    w.post(&hook(&flow), name("Анна")).await;
    w.outcome(&hook(&flow)).await;
    assert_eq!(w.sink.log().len(), 1);
}

async fn problems_of_a_draft_name_steps_as_people_do(w: &World) {
    let api = w.api(Role::Editor).await.in_russian();
    let mut doc = forwarding(w, "Later");
    doc["steps"][0].as_object_mut().unwrap().shift_remove("name");
    let early =
        json!({ "id": "first", "name": "Early", "set": { "a": { "path": "$.steps.out.output" } } });
    doc["steps"].as_array_mut().unwrap().insert(0, early);
    let flow = made(&api, doc.clone()).await;
    let problem = |flow: &Value| flow["draft"]["problems"][0].clone();
    let p = problem(&flow);
    assert_eq!((&p["code"], &p["step"]), (&json!("step_later"), &json!("first")));
    assert_eq!(p["step_title"], "Early");
    let said = p["message"].as_str().unwrap();
    assert!(said.starts_with("шаг «HTTP") && !said.contains("«out»"), "{said}");
    doc["steps"][1]["name"] = json!("Отправка");
    let named = made(&api, doc).await;
    assert_eq!(problem(&named)["message"], "шаг «Отправка» выполняется после этого");
}

async fn s12_a_paused_flow_holds_its_events_until_they_are_released(w: &World) {
    let api = w.api(Role::Editor).await;
    let flow = made(&api, forwarding(w, "Paused")).await;
    let at = |verb: &str| format!("/flows/{}/{verb}", id(&flow));
    let early = api.post(&at("release"), &json!({})).await;
    assert_eq!(early.refused(409), "conflict");
    api.post(&at("publish"), &json!({})).await.done();
    assert_eq!(api.post(&at("pause"), &json!({})).await.ok()["state"], "paused");
    for n in ["a", "b", "c"] {
        w.post(&hook(&flow), name(n)).await;
    }
    let seen = api.get(&format!("/flows/{}", id(&flow))).await.ok();
    assert_eq!((seen["state"].as_str(), seen["held"].as_i64()), (Some("paused"), Some(3)));
    let resumed = api.post(&at("resume"), &json!({})).await.ok();
    assert_eq!((resumed["state"].as_str(), resumed["held"].as_i64()), (Some("on"), Some(3)));
    assert_eq!(api.post(&at("release"), &json!({})).await.ok()["released"], 3);
    w.ended(&hook(&flow), 3).await;
    api.post(&at("pause"), &json!({})).await.done();
    w.post(&hook(&flow), name("d")).await;
    assert_eq!(api.delete(&at("held")).await.ok()["dropped"], 1);
}

async fn versions_are_listed_compared_and_restored(w: &World) {
    let api = w.api(Role::Editor).await;
    let flow = made(&api, forwarding(w, "First")).await;
    let at = |rest: &str| format!("/flows/{}{rest}", id(&flow));
    api.post(&at("/publish"), &json!({})).await.done();
    let mut second = forwarding(w, "Second");
    second["steps"][0]["input"]["query"] = json!({ "object": { "a": { "literal": "1" } } });
    api.patch(&at("/draft"), &json!({ "doc": second })).await.done();
    let diff = api.get(&at("/diff")).await.ok();
    let places: Vec<&str> =
        diff["changes"].as_array().unwrap().iter().map(|c| c["place"].as_str().unwrap()).collect();
    assert_eq!(places, ["name", "steps[out].input.query"]);
    assert!(diff["from_text"].as_str().unwrap().contains("name: First"));
    api.post(&at("/publish"), &json!({})).await.done();
    let versions = api.get(&at("/versions")).await.ok();
    let numbers: Vec<i64> = versions["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v["number"].as_i64().unwrap())
        .collect();
    assert_eq!((numbers, &versions["items"][0]["by"]), (vec![2, 1], &json!("editor of a test")));
    assert_eq!(api.get(&at("/versions/1")).await.ok()["doc"]["name"], "First");
    assert_eq!(api.get(&at("/versions/7")).await.refused(404), "not_found");
    let between = api.get(&at("/diff?from=2&to=1")).await.ok();
    let kinds = between["changes"].as_array().unwrap().iter().map(|c| c["kind"].clone());
    assert_eq!(kinds.collect::<Value>(), json!(["changed", "removed"]));
    api.post(&at("/versions/1/restore"), &json!({})).await.done();
    let seen = api.get(&at("")).await.ok();
    assert_eq!(
        (&seen["draft"]["doc"]["name"], seen["version"].as_i64()),
        (&json!("First"), Some(2))
    );
    assert_eq!(seen["published_doc"]["name"], "Second");
    let back = api.delete(&at("/draft")).await.ok();
    assert_eq!(back["doc"]["name"], "Second");
    assert_eq!(api.get(&at("")).await.ok()["unpublished"], false);
}

async fn the_list_shows_what_each_flow_does(w: &World) {
    let crm = w.crm().await;
    let api = w.api(Role::Viewer).await.in_russian();
    let editor = w.api(Role::Editor).await;
    let working = made(&editor, forwarding(w, "Working")).await;
    editor.post(&format!("/flows/{}/publish", id(&working)), &json!({})).await.done();
    w.clock.advance(Span::ms(5));
    let mut doc = forwarding(w, "Unfinished");
    doc["trigger"] = json!({ "connector": "tilda@1.0.0", "event": "form_submitted" });
    doc["steps"][0] =
        json!({ "id": "lead", "action": "bitrix24.create_lead@1.0.0", "connection": crm.id });
    made(&editor, doc).await;
    for n in ["a", "b"] {
        w.post(&hook(&working), name(n)).await;
    }
    w.sink.next(1, &HttpAnswer::status(400));
    w.post(&hook(&working), name("c")).await;
    w.ended(&hook(&working), 3).await;
    let list = api.get("/flows").await.ok();
    let (second, first) = (&list["items"][0], &list["items"][1]);
    assert_eq!(
        (second["name"].as_str(), second["state"].as_str()),
        (Some("Unfinished"), Some("draft"))
    );
    assert_eq!(
        (&second["trigger"]["title"], &second["apps"][0]["title"]),
        (&json!("Заявка с формы"), &json!("Битрикс24"))
    );
    assert!(second["problems"].as_u64().unwrap() > 0 && second["last_event_at"].is_null());
    assert_eq!((first["state"].as_str(), first["problems"].as_u64()), (Some("on"), Some(0)));
    assert_eq!(
        (first["day"]["total"].as_i64(), first["day"]["failed"].as_i64()),
        (Some(3), Some(1))
    );
    assert_eq!(first["day"]["hours"].as_array().unwrap().len(), 24);
    assert!(first["last_event_at"].is_string() && first["unpublished"] == false);
}

async fn folders_names_and_states_filter_the_list(w: &World) {
    let api = w.api(Role::Editor).await;
    for n in ["Заявки", "Заказы", "Отчёты"] {
        made(&api, forwarding(w, n)).await;
        w.clock.advance(Span::ms(5));
    }
    let list = api.get("/flows?limit=2").await.ok();
    let next = list["next"].as_str().unwrap();
    let rest = api.get(&format!("/flows?limit=2&cursor={next}")).await.ok();
    assert_eq!((&rest["items"][0]["name"], rest["next"].is_null()), (&json!("Заявки"), true));
    let moved = api
        .patch(
            &format!("/flows/{}", id(&rest["items"][0])),
            &json!({ "folder": "Продажи", "name": "Лиды" }),
        )
        .await
        .ok();
    assert_eq!((&moved["name"], &moved["draft"]["doc"]["name"]), (&json!("Лиды"), &json!("Лиды")));
    assert_eq!(api.get("/folders").await.ok()["items"], json!(["Продажи"]));
    let names = async |query: &str| {
        let list = api.get(&format!("/flows?{query}")).await.ok();
        let all = list["items"].as_array().unwrap().iter();
        all.map(|f| f["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("folder=%D0%9F%D1%80%D0%BE%D0%B4%D0%B0%D0%B6%D0%B8").await, ["Лиды"]);
    assert_eq!(names("q=%D0%97%D0%90%D0%9A%D0%90%D0%97").await, ["Заказы"], "ЗАКАЗ");
    assert_eq!(names("state=on").await, [""; 0]);
    assert_eq!(api.get("/flows?state=odd").await.refused(400), "bad_request");
    let out = api.patch(&format!("/flows/{}", id(&moved)), &json!({ "folder": null })).await.ok();
    assert!(out["folder"].is_null());
    let empty = api.patch(&format!("/flows/{}", id(&moved)), &json!({ "name": " " })).await;
    assert_eq!(empty.refused(400), "bad_request");
}

async fn s22_a_rotated_address_works_beside_the_new_one(w: &World) {
    let api = w.api(Role::Editor).await;
    let flow = made(&api, forwarding(w, "Rotated")).await;
    let rotated = api.post(&format!("/flows/{}/rotate-address", id(&flow)), &json!({})).await.ok();
    assert_eq!(rotated["old_hook_urls"], json!([flow["hook_url"]]));
    let new = api.get(&format!("/flows/{}", id(&flow))).await.ok();
    assert_eq!(
        (&new["hook_url"], &new["old_hook_urls"]),
        (&rotated["hook_url"], &rotated["old_hook_urls"])
    );
    for at in [hook(&flow), hook(&new)] {
        assert_eq!(w.post(&at, name("Анна")).await.status, 200);
    }
    w.advance(Span::hours(49)).await;
    assert!(leads_nowhere(w, &hook(&flow)).await);
    let later = api.get(&format!("/flows/{}", id(&flow))).await.ok();
    assert_eq!(later["old_hook_urls"], json!([]));
}

fn guarded(w: &World) -> Value {
    let mut doc = forwarding(w, "Guarded");
    doc["trigger"]["input"] = json!({
        "check": { "literal": "header" }, "secret": { "secret": "pin" }, "name": { "literal": "X-Pin" },
    });
    doc
}

async fn s3_secrets_are_set_and_never_come_back(w: &World) {
    const CANARY: &str = "canary-5d1f77c0";
    let api = w.api(Role::Editor).await;
    let mut doc = forwarding(w, "Tilda");
    doc["trigger"] = json!({
        "connector": "tilda@1.0.0", "event": "form_submitted", "input": { "apikey": { "secret": "key" } },
    });
    let flow = made(&api, doc).await;
    let at = |rest: &str| format!("/flows/{}{rest}", id(&flow));
    let faults = &flow["draft"]["problems"];
    assert!(faults.as_array().unwrap().iter().any(|p| p["code"] == "secret_missing"), "{faults}");
    assert_eq!(
        api.get(&at("/secrets")).await.ok()["items"],
        json!([{ "name": "key", "set": false }])
    );
    let set = api.put(&at("/secrets/key"), &json!({ "value": CANARY })).await;
    assert_eq!(set.status(), 204);
    assert_eq!(
        api.get(&at("/secrets")).await.ok()["items"],
        json!([{ "name": "key", "set": true }])
    );
    assert_eq!(
        api.put(&at("/secrets/key"), &json!({ "value": "" })).await.refused(422),
        "field_invalid"
    );
    assert_eq!(
        api.put(&at("/secrets/a%20b"), &json!({ "value": "x" })).await.refused(422),
        "field_invalid"
    );
    api.post(&at("/publish"), &json!({})).await.done();
    for path in
        ["", "/draft", "/secrets", "/versions/1", "/export", "/diff?from=1&to=draft", "/samples"]
    {
        let seen = api.get(&at(path)).await;
        assert!(!seen.reply.body.contains(CANARY), "{path}");
    }
}

async fn a_generated_secret_is_shown_once(w: &World) {
    let api = w.api(Role::Editor).await;
    let flow = made(&api, guarded(w)).await;
    let pin = flow["generated_secrets"][0]["value"].as_str().unwrap().to_owned();
    assert_eq!((&flow["generated_secrets"][0]["name"], pin.len()), (&json!("pin"), 32));
    let seen = api.get(&format!("/flows/{}", id(&flow))).await;
    assert!(!seen.reply.body.contains(&pin));
    let post = async |pin: &str| {
        let request =
            tests::world::Request::post(&hook(&flow).path, name("Анна")).header("x-pin", pin);
        request.send(w.addr()).await.unwrap().status
    };
    assert_eq!((post(&pin).await, post("wrong").await), (200, 401));
    let empty = api.post("/flows", &json!({})).await.ok();
    let saved = api
        .patch(&format!("/flows/{}/draft", id(&empty)), &json!({ "doc": guarded(w) }))
        .await
        .ok();
    assert_eq!(saved["generated_secrets"][0]["name"], "pin");
    let again = api
        .patch(&format!("/flows/{}/draft", id(&empty)), &json!({ "doc": guarded(w) }))
        .await
        .ok();
    assert!(again.get("generated_secrets").is_none());
}

async fn a_copy_has_its_own_address(w: &World) {
    let api = w.api(Role::Editor).await;
    let flow = made(&api, guarded(w)).await;
    let copy = api.post(&format!("/flows/{}/duplicate", id(&flow)), &json!({})).await;
    assert_eq!(copy.status(), 201);
    let copy = copy.ok();
    assert_eq!(copy["name"], "Guarded (copy)");
    assert_ne!(copy["hook_url"], flow["hook_url"]);
    assert_eq!(copy["draft"]["problems"], json!([]), "its secrets come along");
    assert_eq!(copy["draft"]["doc"]["steps"], flow["draft"]["doc"]["steps"]);
}

async fn an_export_names_connections_and_is_imported_again(w: &World) {
    let bot = w.bot().await;
    let api = w.api(Role::Editor).await;
    let mut doc = forwarding(w, "Told");
    doc["steps"][0] = json!({
        "id": "tell", "action": "telegram.send_message@1.0.0", "connection": bot.id,
        "input": { "chat_id": { "literal": "1" }, "text": { "template": "{{trigger.body.name}}" } },
    });
    let flow = made(&api, doc.clone()).await;
    for format in ["yaml", "json"] {
        let file = api.get(&format!("/flows/{}/export?format={format}", id(&flow))).await;
        let kind = file.reply.header("content-type").unwrap().to_owned();
        assert!(kind.contains(format), "{kind}");
        assert!(file.reply.body.contains("bot") && !file.reply.body.contains(&bot.id.to_string()));
        let again = api.post("/flows/import", &json!({ "text": file.reply.body })).await.ok();
        assert_eq!(again["draft"]["doc"], flow["draft"]["doc"]);
    }
    let odd = api.get(&format!("/flows/{}/export?format=xml", id(&flow))).await;
    assert_eq!(odd.refused(400), "bad_request");
}

async fn a_flow_with_unfinished_runs_is_not_deleted(w: &World) {
    let api = w.api(Role::Editor).await;
    let flow = made(&api, forwarding(w, "Busy")).await;
    api.post(&format!("/flows/{}/publish", id(&flow)), &json!({})).await.done();
    w.sink.next(1, &HttpAnswer::status(503));
    w.post(&hook(&flow), name("Анна")).await;
    let run = w.only_run(&hook(&flow), domain::run::RunState::Waiting).await;
    let busy = api.delete(&format!("/flows/{}", id(&flow))).await;
    assert_eq!(busy.refused(409), "conflict");
    w.advance_to_due(&run).await;
    w.outcome(&hook(&flow)).await;
    assert_eq!(api.delete(&format!("/flows/{}", id(&flow))).await.status(), 204);
    assert_eq!(api.get(&format!("/flows/{}", id(&flow))).await.refused(404), "not_found");
    assert!(leads_nowhere(w, &hook(&flow)).await);
}

/// An unknown address is answered as slowly as a known one, by the clock of the world: it is looked
/// up instead.
async fn leads_nowhere(w: &World, hook: &Hook) -> bool {
    let token = hook.path.rsplit('/').next().unwrap_or_default().to_owned();
    w.ask(|m| async move { m.db.address(&token).await }).await.unwrap().is_none()
}

async fn what_is_done_is_in_the_audit_log(w: &World) {
    let api = w.api(Role::Owner).await;
    let flow = made(&api, forwarding(w, "Seen")).await;
    api.post(&format!("/flows/{}/publish", id(&flow)), &json!({})).await.done();
    api.post(&format!("/flows/{}/pause", id(&flow)), &json!({})).await.done();
    api.put(&format!("/flows/{}/secrets/pin", id(&flow)), &json!({ "value": "canary-88aa" })).await;
    let log = api.get("/audit").await;
    assert!(!log.reply.body.contains("canary-88aa"));
    let log = log.ok();
    let mut done: Vec<&str> =
        log["items"].as_array().unwrap().iter().map(|l| l["action"].as_str().unwrap()).collect();
    done.sort_unstable();
    assert_eq!(done, ["flow.created", "flow.paused", "flow.published", "flow.secret_set"]);
}

async fn the_address_of_a_flow_in_another_workspace_works(w: &World) {
    let other = w.api_in(WorkspaceId::new(w.clock.now()), Role::Editor).await;
    let flow = made(&other, forwarding(w, "Elsewhere")).await;
    let path = format!("/flows/{}/publish", id(&flow));
    let _ = other.post(&path, &json!({})).await.ok();
    w.accepted(&hook(&flow), name("Анна")).await;
    let got = w.sink.wait_for(1, tests::world::SOON).await.unwrap();
    assert_eq!(got[0].json().unwrap()["name"], "Анна");
}
