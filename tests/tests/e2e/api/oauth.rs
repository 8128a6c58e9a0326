//! Connecting through the browser: the way out, the way back, and whose it is.

use domain::run::RunState;
use domain::{Role, Span};
use serde_json::{Value, json};
use tests::receivers::http::Answer;
use tests::receivers::oauth::{APP, LIFE};
use tests::world::browser::Browser;
use tests::world::{Request, World, until};
use tests::{both, several_nodes};

use super::flows::id;
use super::people::invited;
use crate::samples::{flow, id as event};

both! {
    a_service_is_connected_in_the_browser,
    an_application_is_shown_without_its_values,
    without_an_application_nobody_leaves,
    who_says_no_is_told_and_nothing_is_kept,
    a_way_back_is_taken_once_and_in_its_time,
    a_way_back_belongs_to_the_person_who_left,
    a_way_back_leads_into_the_workspace_that_it_left,
    by_https_a_way_back_is_taken_with_the_cookie_of_this_host,
    s14_a_connection_is_connected_again,
    s14_credentials_that_end_soon_are_shown,
    a_renewal_names_where_browsers_come_back_to,
    a_removed_connection_gives_its_tokens_back,
}

several_nodes! {
    s13_a_refresh_token_is_used_once_however_many_nodes_need_it,
}

fn app() -> Value {
    json!({ "fields": { "client_id": APP.0, "client_secret": APP.1 } })
}

/// The owner, with the application of the service set.
async fn owner(w: &World) -> Browser {
    let b = w.owner().await;
    w.api(Role::Owner).await.put("/connectors/cloud/app", &app()).await.done();
    b
}

async fn started(b: &mut Browser, body: &Value) -> (String, String) {
    let left = b.post("/connections/oauth/start", body).await.ok();
    let text = |key: &str| left[key].as_str().unwrap().to_owned();
    (text("authorize_url"), text("state"))
}

fn cloud() -> Value {
    json!({ "connector": "cloud" })
}

/// Goes to the service, which sends it back: where to, path and query.
async fn sent_back(w: &World, authorize_url: &str) -> String {
    let url: url::Url = authorize_url.parse().unwrap();
    assert_eq!(url.host_str(), Some("cloud.test"));
    let target = format!("{}?{}", url.path(), url.query().unwrap());
    let reply = Request::new("GET", &target).send(w.cloud.http().addr()).await.unwrap();
    assert_eq!(reply.status, 302, "{}", reply.body);
    let back: url::Url = reply.header("location").unwrap().parse().unwrap();
    format!("{}?{}", back.path(), back.query().unwrap())
}

async fn connected(w: &World, b: &mut Browser, body: &Value) -> Value {
    let (url, state) = started(b, body).await;
    let page = b.visit(&sent_back(w, &url).await).await;
    assert_eq!(page.status, 200, "{}", page.body);
    b.get(&format!("/connections/oauth/{state}")).await.ok()["connection"].clone()
}

async fn a_service_is_connected_in_the_browser(w: &World) {
    let mut b = owner(w).await;
    let (url, state) = started(&mut b, &cloud()).await;
    let progress = format!("/connections/oauth/{state}");
    assert_eq!(b.get(&progress).await.ok()["state"], "waiting");
    assert_eq!(b.get("/connections").await.ok()["items"], json!([]), "nothing is kept before");
    let page = b.visit(&sent_back(w, &url).await).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("Подключено"), "{}", page.body);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("nonce-"), "{policy}");
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    let done = b.get(&progress).await;
    for text in [&done.reply.body, &page.body] {
        assert!(!text.contains("access-") && !text.contains("refresh-"), "{text}");
    }
    let done = done.ok();
    assert_eq!(done["state"], "done");
    let c = &done["connection"];
    assert_eq!((&c["name"], &c["account"]), (&json!("anna@cloud.test"), &json!("anna@cloud.test")));
    assert_eq!((&c["state"], &c["untested"]), (&json!("ok"), &json!(false)));
    let tested = b.post(&format!("/connections/{}/test", id(c)), &json!({})).await.ok();
    assert_eq!(tested["ok"], true, "{tested}");
    let audit = b.get("/audit").await.ok();
    let line = audit["items"].as_array().unwrap();
    let line = line.iter().find(|l| l["action"] == "connection.created").unwrap();
    assert_eq!(line["object"], c["id"]);
    let second = connected(w, &mut b, &cloud()).await;
    assert_eq!(second["name"], "anna@cloud.test 2", "another connection, another name");
}

async fn by_https_a_way_back_is_taken_with_the_cookie_of_this_host(w: &World) {
    let mut b = w.front("https://zveno.test").await;
    b.origin = Some("https://zveno.test".into());
    b.set_up(w).await.ok();
    w.api(Role::Owner).await.put("/connectors/cloud/app", &app()).await.done();
    assert!(b.cookies.contains_key("__Host-zveno"), "{:?}", b.cookies);
    let (url, state) = started(&mut b, &cloud()).await;
    let asked: url::Url = url.parse().unwrap();
    let redirect = asked.query_pairs().find(|(name, _)| name == "redirect_uri").unwrap().1;
    assert_eq!(redirect, "https://zveno.test/oauth/callback");
    let target = sent_back(w, &url).await;
    // Under the name that a page without encryption could set, the session is not taken.
    let mut plain = b.clone();
    let session = plain.cookies.remove("__Host-zveno").unwrap();
    plain.cookies.insert("zveno".to_owned(), session);
    let page = plain.visit(&target).await;
    assert!(page.status == 400 && page.body.contains("Войдите"), "{}", page.body);
    let page = b.visit(&target).await;
    assert!(page.status == 200 && page.body.contains("Подключено"), "{}", page.body);
    assert_eq!(b.get(&format!("/connections/oauth/{state}")).await.ok()["state"], "done");
}

async fn an_application_is_shown_without_its_values(w: &World) {
    let api = w.api(Role::Owner).await;
    let at = "/connectors/cloud/app";
    let empty = api.get(at).await.ok();
    assert_eq!(empty["fields"], json!(["client_id", "client_secret"]));
    assert_eq!(empty["set"], json!([]));
    let callback = format!("http://{}/oauth/callback", w.addr());
    assert_eq!(empty["redirect_uri"], callback);
    let set = api.put(at, &app()).await;
    let shown = w.api(Role::Viewer).await.get(at).await;
    for answer in [&set, &shown] {
        assert!(!answer.reply.body.contains(APP.1), "{}", answer.reply.body);
        assert_eq!(answer.body["set"], json!(["client_id", "client_secret"]));
    }
    let odd = api.put(at, &json!({ "fields": { "token": "x" } })).await;
    assert_eq!(odd.refused(422), "field_invalid");
    assert_eq!(odd.body["problems"][0]["field"], "token");
    assert_eq!(api.delete(at).await.status(), 204);
    assert_eq!(api.get(at).await.ok()["set"], json!([]));
    assert_eq!(api.get("/connectors/telegram/app").await.ok()["fields"], json!([]));
    assert_eq!(api.get("/connectors/nothing/app").await.refused(404), "not_found");
}

async fn without_an_application_nobody_leaves(w: &World) {
    let mut b = w.owner().await;
    let start = "/connections/oauth/start";
    assert_eq!(b.post(start, &cloud()).await.refused(422), "oauth_app_missing");
    let other = b.post(start, &json!({ "connector": "telegram" })).await;
    assert_eq!(other.refused(422), "field_invalid");
    assert_eq!(b.post(start, &json!({})).await.refused(422), "field_invalid");
    assert_eq!(b.post(start, &json!({ "connector": "nothing" })).await.refused(404), "not_found");
    let program = w.api(Role::Owner).await;
    program.put("/connectors/cloud/app", &app()).await.done();
    assert_eq!(program.post(start, &cloud()).await.refused(403), "right_missing");
}

async fn who_says_no_is_told_and_nothing_is_kept(w: &World) {
    let mut b = owner(w).await;
    w.cloud.deny();
    let (url, state) = started(&mut b, &cloud()).await;
    let page = b.visit(&sent_back(w, &url).await).await;
    assert_eq!(page.status, 400);
    assert!(page.body.contains("Сервис не дал доступ. (the person said no)"), "{}", page.body);
    let told = b.get(&format!("/connections/oauth/{state}")).await.ok();
    assert_eq!((&told["state"], &told["code"]), (&json!("failed"), &json!("oauth_denied")));
    assert_eq!(told["error"], "The service did not give access. (the person said no)");
    assert_eq!(b.get("/connections").await.ok()["items"], json!([]));
}

async fn a_way_back_is_taken_once_and_in_its_time(w: &World) {
    let mut b = owner(w).await;
    let lost = "Этот вход неизвестен";
    for target in ["/oauth/callback", "/oauth/callback?code=x&state=made-up"] {
        let page = b.visit(target).await;
        assert!(page.status == 400 && page.body.contains(lost), "{}", page.body);
    }
    let (url, state) = started(&mut b, &cloud()).await;
    let target = sent_back(w, &url).await;
    assert_eq!(b.visit(&target).await.status, 200);
    let again = b.visit(&target).await;
    assert!(again.status == 400 && again.body.contains(lost), "{}", again.body);
    let told = b.get(&format!("/connections/oauth/{state}")).await.ok();
    assert_eq!(told["state"], "done", "what came first counts");

    let (url, state) = started(&mut b, &cloud()).await;
    let target = sent_back(w, &url).await;
    let given = w.cloud.made();
    w.advance(Span::mins(10)).await;
    let late = b.visit(&target).await;
    assert!(late.status == 400 && late.body.contains(lost), "{}", late.body);
    let progress = format!("/connections/oauth/{state}");
    assert_eq!(b.get(&progress).await.refused(404), "not_found");
    assert_eq!(w.cloud.made(), given, "the code was not exchanged");
    assert_eq!(b.get("/connections").await.ok()["items"].as_array().unwrap().len(), 1);
}

async fn a_way_back_belongs_to_the_person_who_left(w: &World) {
    let mut anna = owner(w).await;
    let mut boris = invited(w, &mut anna, "editor", "boris@example.org").await;
    let (url, state) = started(&mut anna, &cloud()).await;
    let target = sent_back(w, &url).await;
    let progress = format!("/connections/oauth/{state}");
    assert_eq!(boris.get(&progress).await.refused(404), "not_found");
    let page = w.browser().visit(&target).await;
    assert!(page.status == 400 && page.body.contains("Войдите"), "{}", page.body);
    let page = boris.visit(&target).await;
    assert!(page.status == 400 && page.body.contains("Этот вход неизвестен"), "{}", page.body);
    assert_eq!(anna.get(&progress).await.ok()["code"], "oauth_lost");
    assert_eq!(anna.visit(&target).await.status, 400, "it was used up");
    assert_eq!(anna.get("/connections").await.ok()["items"], json!([]));
}

async fn a_way_back_leads_into_the_workspace_that_it_left(w: &World) {
    let mut anna = owner(w).await;
    let second = anna.post("/workspaces", &json!({ "name": "Second" })).await.ok();
    let second = second["id"].as_str().unwrap().to_owned();
    anna.workspace = Some(second.clone());
    let (start, body) = ("/connections/oauth/start", cloud());
    let refused = anna.post(start, &body).await;
    assert_eq!(refused.refused(422), "oauth_app_missing", "each workspace has its own application");
    let there: domain::ids::WorkspaceId = second.parse().unwrap();
    let set = w.api_in(there, Role::Owner).await.put("/connectors/cloud/app", &app()).await;
    set.done();
    let (url, state) = started(&mut anna, &body).await;
    let progress = format!("/connections/oauth/{state}");
    anna.workspace = None;
    assert_eq!(anna.get(&progress).await.refused(404), "not_found", "it began elsewhere");
    // The browser names no workspace when it comes back.
    assert_eq!(anna.visit(&sent_back(w, &url).await).await.status, 200);
    assert_eq!(anna.get("/connections").await.ok()["items"], json!([]));
    anna.workspace = Some(second);
    assert_eq!(anna.get(&progress).await.ok()["state"], "done");
    assert_eq!(anna.get("/connections").await.ok()["items"].as_array().unwrap().len(), 1);

    let mut boris = {
        let mut first = anna.clone();
        first.workspace = None;
        invited(w, &mut first, "editor", "boris@example.org").await
    };
    let (url, _) = started(&mut boris, &cloud()).await;
    let target = sent_back(w, &url).await;
    let me = boris.get("/me").await.ok();
    let member = format!("/members/{}", me["user"]["id"].as_str().unwrap());
    anna.workspace = None;
    anna.patch(&member, &json!({ "role": "viewer" })).await.done();
    assert_eq!(boris.visit(&target).await.status, 400, "he may no longer connect anything");
    assert_eq!(anna.get("/connections").await.ok()["items"], json!([]));
}

async fn s14_a_connection_is_connected_again(w: &World) {
    let mut b = owner(w).await;
    let made = connected(w, &mut b, &json!({ "connector": "cloud", "name": "notes" })).await;
    assert_eq!(made["name"], "notes");
    let same = json!({ "connector": "cloud", "name": "notes" });
    assert_eq!(b.post("/connections/oauth/start", &same).await.refused(422), "field_invalid");
    w.cloud.forget_everything();
    let tested = b.post(&format!("/connections/{}/test", id(&made)), &json!({})).await.ok();
    assert_eq!((&tested["ok"], &tested["connection"]["state"]), (&json!(false), &json!("broken")));
    let again = connected(w, &mut b, &json!({ "connection": made["id"] })).await;
    assert_eq!((&again["id"], &again["name"]), (&made["id"], &json!("notes")));
    assert_eq!((&again["state"], &again["reason"]), (&json!("ok"), &Value::Null));
    assert_eq!(b.get("/connections").await.ok()["items"].as_array().unwrap().len(), 1);
    let lost = json!({ "connection": "con_00000000000000000000000001" });
    assert_eq!(b.post("/connections/oauth/start", &lost).await.refused(404), "not_found");
}

async fn s14_credentials_that_end_soon_are_shown(w: &World) {
    let mut b = owner(w).await;
    let renewed = connected(w, &mut b, &cloud()).await;
    assert_eq!(renewed["state"], "ok", "what renews itself does not end");
    w.cloud.give_no_refresh_tokens();
    let brief = connected(w, &mut b, &cloud()).await;
    assert_eq!(brief["state"], "expiring");
    assert!(brief["expires_at"].as_str().unwrap().starts_with("2026-03-02T10:00"), "{brief}");
    let listed = b.get("/connections").await.ok();
    let states: Vec<&str> =
        listed["items"].as_array().unwrap().iter().map(|c| c["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["ok", "expiring"]);
}

async fn a_renewal_names_where_browsers_come_back_to(w: &World) {
    let mut b = owner(w).await;
    let c = connected(w, &mut b, &cloud()).await;
    w.advance(Span::hours(2)).await;
    let api = w.api(Role::Owner).await;
    let tested = api.post(&format!("/connections/{}/test", id(&c)), &json!({})).await.ok();
    assert_eq!(tested["ok"], true, "{tested}");
    assert_eq!(w.cloud.renewed_for(), [format!("http://{}/oauth/callback", w.addr())]);
}

async fn a_removed_connection_gives_its_tokens_back(w: &World) {
    let mut b = owner(w).await;
    let first = connected(w, &mut b, &cloud()).await;
    let second = connected(w, &mut b, &cloud()).await;
    let api = w.api(Role::Owner).await;
    // The service ends everything of the person with one of the tokens.
    assert_eq!(api.delete(&format!("/connections/{}", id(&first))).await.status(), 204);
    assert_eq!(w.cloud.revoked(), Vec::<String>::new(), "the other one is of the same account");
    let tested = api.post(&format!("/connections/{}/test", id(&second)), &json!({})).await.ok();
    assert_eq!(tested["ok"], true, "{tested}");
    assert_eq!(api.delete(&format!("/connections/{}", id(&second))).await.status(), 204);
    assert_eq!(w.cloud.revoked().len(), 1);
    // A service that does not answer keeps nobody from removing a connection.
    let third = connected(w, &mut b, &cloud()).await;
    w.cloud.http().next(1, &Answer::status(500));
    assert_eq!(api.delete(&format!("/connections/{}", id(&third))).await.status(), 204);
    assert_eq!(api.get("/connections").await.ok()["items"], json!([]));
}

async fn s13_a_refresh_token_is_used_once_however_many_nodes_need_it(w: &World) {
    let mut b = owner(w).await;
    let c = connected(w, &mut b, &cloud()).await;
    let note = format!(
        "{{ id: note, action: cloud.note@1.0.0, connection: {}, \
         input: {{ value: {{ path: $.trigger.body.id }} }} }}",
        c["id"].as_str().unwrap()
    );
    let hook = w.flow(&flow(&[note])).publish().await;
    let there = w.another().await;
    let (rounds, each) = (3, 4);
    for round in 1..=rounds {
        w.advance(Span::secs(LIFE.cast_signed())).await;
        for n in 0..each {
            w.accepted(&hook, event(&format!("here {round} {n}"))).await;
            let reply = there.post(&hook, event(&format!("there {round} {n}"))).await;
            assert_eq!(reply.status, 200);
        }
        until("all have succeeded", async || {
            // Those who wait for the renewal look again when time goes on.
            w.clock.advance(Span::ms(50));
            let runs = w.runs(&hook).await;
            let done = runs.iter().filter(|r| r.state == RunState::Succeeded).count();
            (done == round * each * 2).then_some(())
        })
        .await;
    }
    let brought = w.cloud.brought();
    let mut unique = brought.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), brought.len(), "{brought:?}");
    assert_eq!(brought.len(), rounds, "{brought:?}");
    let notes = w.cloud.http().log().all();
    assert_eq!(notes.iter().filter(|r| r.path == "/notes").count(), rounds * each * 2);
}
