//! Workspaces, the people in them, invitations and keys.

use domain::ids::{KeyId, WorkspaceId};
use domain::{Clock, Role, Span, Time, limits};
use serde_json::{Value, json};
use tests::both;
use tests::world::World;
use tests::world::browser::{Browser, PASSWORD};
use tests::world::client::{self, Request};

both! {
    somebody_invited_joins_and_may_what_her_role_allows,
    an_invitation_is_used_once_and_ends,
    somebody_with_an_account_joins_with_her_own_password,
    a_workspace_keeps_an_owner,
    who_leaves_the_last_workspace_is_gone,
    each_workspace_has_its_own_things,
    a_key_is_shown_once_works_until_it_ends_and_says_when_it_was_used,
    a_viewer_changes_nothing,
    what_was_done_is_written_down,
    a_request_that_comes_again_is_done_once,
}

pub(super) async fn invited(w: &World, owner: &mut Browser, role: &str, email: &str) -> Browser {
    let made = owner.post("/invitations", &json!({ "role": role })).await.ok();
    let token = token_of(&made);
    let mut b = w.browser();
    let body = json!({ "name": "Boris", "email": email, "password": PASSWORD });
    b.post(&format!("/invitations/by-token/{token}/accept"), &body).await.ok();
    b
}

fn token_of(made: &Value) -> String {
    made["link"].as_str().unwrap().split_once("/invite#token=").unwrap().1.to_owned()
}

async fn somebody_invited_joins_and_may_what_her_role_allows(w: &World) {
    let mut owner = w.owner().await;
    let made = owner
        .post("/invitations", &json!({ "role": "editor", "email": "Boris@example.org" }))
        .await
        .ok();
    let path = format!("/invitations/by-token/{}", token_of(&made));
    let listed = owner.get("/invitations").await.ok();
    assert_eq!(listed["items"][0]["email"], "boris@example.org");
    assert!(listed["items"][0].get("link").is_none(), "a link is shown once");

    let mut b = w.browser();
    let offer = b.get(&path).await.ok();
    assert_eq!((&offer["workspace"], &offer["role"]), (&json!("Bakery"), &json!("editor")));
    let body = |email: &str| json!({ "name": "Boris", "email": email, "password": PASSWORD });
    let other = b.post(&format!("{path}/accept"), &body("eve@example.org")).await;
    assert_eq!(other.refused(410), "invitation_gone");
    let me = b.post(&format!("{path}/accept"), &body("boris@example.org")).await.ok();
    assert_eq!(me["workspace"]["role"], "editor");
    assert_eq!(b.get("/members").await.ok()["items"].as_array().unwrap().len(), 2);
    assert_eq!(b.get("/invitations").await.refused(403), "right_missing");

    let user = me["user"]["id"].as_str().unwrap();
    let path = format!("/members/{user}");
    assert_eq!(b.patch(&path, &json!({ "role": "owner" })).await.refused(403), "right_missing");
    assert_eq!(owner.patch(&path, &json!({ "role": "owner" })).await.status(), 204);
    // The new role counts from the next request on.
    assert_eq!(b.get("/invitations").await.status(), 200);
}

async fn an_invitation_is_used_once_and_ends(w: &World) {
    let mut owner = w.owner().await;
    let made = owner.post("/invitations", &json!({ "role": "viewer" })).await.ok();
    let accept = format!("/invitations/by-token/{}/accept", token_of(&made));
    let body =
        |n: u8| json!({ "name": "X", "email": format!("{n}@example.org"), "password": PASSWORD });
    let (mut here, mut there) = (w.browser(), w.browser());
    let (one, two) = (body(1), body(2));
    let (one, two) = tokio::join!(here.post(&accept, &one), there.post(&accept, &two));
    let mut all = [one.status(), two.status()];
    all.sort_unstable();
    assert_eq!(all, [200, 410]);

    let made = owner.post("/invitations", &json!({ "role": "viewer" })).await.ok();
    let path = format!("/invitations/by-token/{}", token_of(&made));
    w.advance(limits::INVITATION).await;
    assert_eq!(w.browser().get(&path).await.refused(410), "invitation_gone");

    owner.sign_in("anna@example.org", PASSWORD).await.ok();
    let made = owner.post("/invitations", &json!({ "role": "viewer" })).await.ok();
    let path = format!("/invitations/by-token/{}", token_of(&made));
    let id = made["id"].as_str().unwrap();
    assert_eq!(owner.delete(&format!("/invitations/{id}")).await.status(), 204);
    assert_eq!(w.browser().get(&path).await.refused(410), "invitation_gone");
}

async fn somebody_with_an_account_joins_with_her_own_password(w: &World) {
    let mut owner = w.owner().await;
    let mut boris = invited(w, &mut owner, "owner", "boris@example.org").await;
    let second = boris.post("/workspaces", &json!({ "name": "Second" })).await.ok();
    boris.workspace = second["id"].as_str().map(str::to_owned);
    let made = boris.post("/invitations", &json!({ "role": "viewer" })).await.ok();
    let accept = format!("/invitations/by-token/{}/accept", token_of(&made));
    let body = |password: &str| json!({ "email": "anna@example.org", "password": password });
    let wrong = w.browser().post(&accept, &body("not her password")).await;
    assert_eq!(wrong.refused(401), "sign_in_failed");
    let me = w.browser().post(&accept, &body(PASSWORD)).await.ok();
    assert_eq!(me["workspace"]["name"], "Second");
    assert_eq!(me["workspaces"].as_array().unwrap().len(), 2);
}

async fn a_workspace_keeps_an_owner(w: &World) {
    let mut owner = w.owner().await;
    let me = owner.get("/me").await.ok()["user"]["id"].as_str().unwrap().to_owned();
    let path = format!("/members/{me}");
    invited(w, &mut owner, "editor", "boris@example.org").await;
    let viewer = json!({ "role": "viewer" });
    assert_eq!(owner.patch(&path, &viewer).await.refused(409), "last_owner");
    assert_eq!(owner.delete(&path).await.refused(409), "last_owner");
    invited(w, &mut owner, "owner", "vera@example.org").await;
    assert_eq!(owner.patch(&path, &viewer).await.status(), 204);
    assert_eq!(owner.get("/audit").await.refused(403), "right_missing");
}

async fn who_leaves_the_last_workspace_is_gone(w: &World) {
    let mut owner = w.owner().await;
    let mut boris = invited(w, &mut owner, "viewer", "boris@example.org").await;
    let id = boris.get("/me").await.ok()["user"]["id"].as_str().unwrap().to_owned();
    assert_eq!(owner.delete(&format!("/members/{id}")).await.status(), 204);
    assert_eq!(boris.get("/me").await.refused(401), "sign_in_needed");
    assert_eq!(owner.delete(&format!("/members/{id}")).await.refused(404), "not_found");
    let again = w.browser().sign_in("boris@example.org", PASSWORD).await;
    assert_eq!(again.refused(401), "sign_in_failed");
}

async fn each_workspace_has_its_own_things(w: &World) {
    let mut owner = w.owner().await;
    let second = owner.post("/workspaces", &json!({ "name": "Second" })).await.ok();
    let id = second["id"].as_str().unwrap().to_owned();
    let key = owner.post("/api-keys", &json!({ "name": "first", "scope": "own" })).await.ok();
    let (key_id, key) = (key["id"].as_str().unwrap(), key["key"].as_str().unwrap());
    let invitation = owner.post("/invitations", &json!({ "role": "viewer" })).await.ok();
    let invitation = invitation["id"].as_str().unwrap();
    let boris = invited(w, &mut owner, "viewer", "boris@example.org").await.get("/me").await.ok();
    let user = boris["user"]["id"].as_str().unwrap();

    let mut there = owner.clone();
    there.workspace = Some(id.clone());
    assert_eq!(there.get("/api-keys").await.ok()["items"], json!([]));
    assert_eq!(there.delete(&format!("/api-keys/{key_id}")).await.refused(404), "not_found");
    assert_eq!(there.delete(&format!("/invitations/{invitation}")).await.refused(404), "not_found");
    assert_eq!(there.delete(&format!("/members/{user}")).await.refused(404), "not_found");
    let role = json!({ "role": "owner" });
    assert_eq!(there.patch(&format!("/members/{user}"), &role).await.refused(404), "not_found");
    let name = json!({ "name": "Mine now" });
    let first = format!("/workspaces/{}", WorkspaceId::DEFAULT);
    assert_eq!(there.patch(&first, &name).await.refused(404), "not_found");
    assert_eq!(there.patch(&format!("/workspaces/{id}"), &name).await.ok()["name"], "Mine now");

    // A key is of one workspace, whatever it asks for.
    let request = Request::new("GET", "/api/v1/members")
        .header("authorization", &format!("Bearer {key}"))
        .header("zveno-workspace", &id);
    assert_eq!(owner.fresh().send(request).await.refused(404), "not_found");
    // A workspace that somebody is not in.
    let mut boris = w.browser();
    boris.sign_in("boris@example.org", PASSWORD).await.ok();
    boris.workspace = Some(id);
    assert_eq!(boris.get("/members").await.refused(404), "not_found");
    assert_eq!(boris.get("/me").await.ok()["workspace"]["name"], "Bakery");
}

async fn a_key_is_shown_once_works_until_it_ends_and_says_when_it_was_used(w: &World) {
    let mut owner = w.owner().await;
    let ends = w.clock.now().plus(Span::days(1));
    let body = json!({ "name": "CI", "scope": "edit", "expires_at": mapping_text(ends) });
    let made = owner.post("/api-keys", &body).await.ok();
    let key = made["key"].as_str().unwrap().to_owned();
    assert!(key.starts_with("zv_") && key.len() > 50, "{key}");
    let listed = owner.get("/api-keys").await;
    assert!(!listed.reply.body.contains(&key[3..]));
    assert_eq!(listed.ok()["items"][0]["used_at"], Value::Null);

    let call =
        || Request::new("GET", "/api/v1/members").header("authorization", &format!("Bearer {key}"));
    let mut b = w.browser();
    assert_eq!(b.send(call()).await.status(), 200);
    let used = owner.get("/api-keys").await.ok()["items"][0]["used_at"].clone();
    assert!(used.is_string());
    w.clock.advance(Span::secs(30));
    b.send(call()).await.ok();
    assert_eq!(owner.get("/api-keys").await.ok()["items"][0]["used_at"], used, "to the minute");
    w.clock.advance(Span::secs(30));
    b.send(call()).await.ok();
    assert_ne!(owner.get("/api-keys").await.ok()["items"][0]["used_at"], used);
    // An editor's key makes no keys.
    let more = Request { body: client::json(&body), ..Request::new("POST", "/api/v1/api-keys") };
    let more = more.header("authorization", &format!("Bearer {key}"));
    assert_eq!(b.send(more).await.refused(403), "right_missing");
    w.clock.advance(Span::days(1));
    assert_eq!(b.send(call()).await.refused(401), "sign_in_needed");

    let lasting = owner.post("/api-keys", &json!({ "name": "CI 2", "scope": "read" })).await.ok();
    let (id, key) = (lasting["id"].as_str().unwrap(), lasting["key"].as_str().unwrap().to_owned());
    let call =
        || Request::new("GET", "/api/v1/members").header("authorization", &format!("Bearer {key}"));
    assert_eq!(b.send(call()).await.status(), 200);
    assert_eq!(owner.delete(&format!("/api-keys/{id}")).await.status(), 204);
    assert_eq!(b.send(call()).await.refused(401), "sign_in_needed");
    let past = json!({ "name": "CI", "scope": "edit", "expires_at": "2001-01-01T00:00:00Z" });
    assert_eq!(owner.post("/api-keys", &past).await.refused(422), "field_invalid");
}

fn mapping_text(t: Time) -> String {
    jiff::Timestamp::from_microsecond(t.0).unwrap().to_string()
}

/// Every operation of the document that changes something, as a viewer with a key.
async fn a_viewer_changes_nothing(w: &World) {
    let viewer = w.api(Role::Viewer).await;
    let doc = serde_json::to_value(api::v1::document()).unwrap();
    let key = KeyId::new(w.clock.now()).to_string();
    let mut seen = 0;
    for (path, item) in doc["paths"].as_object().unwrap() {
        for (method, op) in item.as_object().unwrap() {
            // Commands have roles of their own, and a viewer may look by POST (a preview).
            let public = op["x-role"] == "public";
            if method == "get" || public || op["x-role"] == "viewer" {
                continue;
            }
            let mut path = path.strip_prefix(api::v1::BASE).unwrap().to_owned();
            while let (Some(a), Some(b)) = (path.find('{'), path.find('}')) {
                path.replace_range(a..=b, &key);
            }
            let request = viewer.request(&method.to_uppercase(), &path);
            let answer = viewer.send(Request { body: client::json(&json!({})), ..request }).await;
            assert_eq!(answer.refused(403), "right_missing", "{method} {path}");
            seen += 1;
        }
    }
    assert!(seen >= 8, "{seen}");
}

async fn what_was_done_is_written_down(w: &World) {
    let mut owner = w.owner().await;
    let made = owner.post("/api-keys", &json!({ "name": "CI", "scope": "edit" })).await.ok();
    let id = made["id"].as_str().unwrap();
    w.clock.advance(Span::secs(5));
    owner.delete(&format!("/api-keys/{id}")).await.ok();
    let all = owner.get("/audit").await.ok();
    let actions: Vec<_> = all["items"].as_array().unwrap().iter().map(|l| &l["action"]).collect();
    assert_eq!(actions, ["api_key.removed", "api_key.created"]);
    let line = &all["items"][1];
    assert_eq!((&line["object"], &line["remote"]), (&json!(id), &json!("127.0.0.1")));
    assert_eq!(line["detail"], json!({ "name": "CI", "scope": "edit" }));
    let me = owner.get("/me").await.ok()["user"]["id"].as_str().unwrap().to_owned();
    assert_eq!(line["actor"], json!(me));
    for (query, n) in [
        (format!("actor={me}"), 2),
        ("actor=console".to_owned(), 0),
        ("action=api_key.".to_owned(), 2),
        ("action=api_key.removed".to_owned(), 1),
        (format!("object={id}"), 2),
        ("object=x".to_owned(), 0),
        (format!("from={}", mapping_text(w.clock.now().minus(Span::secs(1)))), 1),
        (format!("until={}", mapping_text(w.clock.now().minus(Span::secs(1)))), 1),
    ] {
        let found = owner.get(&format!("/audit?{query}")).await.ok();
        assert_eq!(found["items"].as_array().unwrap().len(), n, "{query}");
    }
    assert_eq!(owner.get("/audit?actor=x").await.refused(422), "field_invalid");
    // The text of a key is in no line.
    let key = made["key"].as_str().unwrap();
    assert!(!owner.get("/audit").await.reply.body.contains(&key[3..]));
}

async fn a_request_that_comes_again_is_done_once(w: &World) {
    let mut owner = w.owner().await;
    let body = json!({ "name": "CI", "scope": "read" });
    let request = |b: &Browser, body: &Value, key: &str| Request {
        body: client::json(body),
        ..b.request("POST", "/api-keys").header("idempotency-key", key)
    };
    let first = owner.send(request(&owner, &body, "k-1")).await;
    let again = owner.send(request(&owner, &body, "k-1")).await;
    assert_eq!((first.status(), &first.body), (again.status(), &again.body));
    assert_eq!(again.reply.header("idempotency-replayed"), Some("true"));
    assert_eq!(owner.get("/api-keys").await.ok()["items"].as_array().unwrap().len(), 1);
    // The answer with its key is kept sealed.
    let other =
        owner.send(request(&owner, &json!({ "name": "Other", "scope": "read" }), "k-1")).await;
    assert_eq!(other.refused(422), "idempotency_key_reused");
    // What was refused was not done, and may be tried again.
    let bad = owner.send(request(&owner, &json!({ "name": "", "scope": "read" }), "k-2")).await;
    assert_eq!(bad.refused(422), "field_invalid");
    let good = owner.send(request(&owner, &body, "k-2")).await;
    assert_ne!(good.ok()["id"], first.body["id"]);
    // Keys are each caller's own.
    let mut boris = invited(w, &mut owner, "owner", "boris@example.org").await;
    let his = boris.send(request(&boris, &body, "k-1")).await;
    assert_ne!(his.ok()["id"], first.body["id"]);
    // At once: one is done, the others are told to come again or get its answer.
    let (mut here, mut there) = (owner.clone(), owner.clone());
    let (one, two) = (request(&here, &body, "k-3"), request(&there, &body, "k-3"));
    let (one, two) = tokio::join!(here.send(one), there.send(two));
    assert!([one.status(), two.status()].iter().all(|s| [200, 409].contains(s)));
    assert_eq!(owner.get("/api-keys").await.ok()["items"].as_array().unwrap().len(), 4);
    w.advance(limits::IDEMPOTENCY_KEPT).await;
    let late = owner.send(request(&owner, &body, "k-1")).await;
    assert_ne!(late.ok()["id"], first.body["id"]);
}
