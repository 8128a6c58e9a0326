//! Settings that people change while the server runs.

use domain::ids::WorkspaceId;
use domain::{Clock, Role};
use serde_json::{Value, json};
use tests::both;
use tests::world::{MAIL_USER, SOON, World};

both! {
    letters_of_the_server_go_through_the_mail_server_that_is_set,
    a_password_of_a_mail_server_is_never_sent_to_another,
    the_public_address_is_looked_at_from_outside,
    s27_how_long_things_are_kept_is_set_within_bounds,
    what_belongs_to_the_server_is_changed_in_its_first_workspace_only,
}

/// The mail server of the world as a setting.
pub(super) fn mail(w: &World) -> Value {
    let (user, password) = MAIL_USER;
    json!({
        "host": "127.0.0.1", "port": w.mail.addr().port(), "security": "starttls",
        "user": user, "password": password, "from": user,
    })
}

async fn letters_of_the_server_go_through_the_mail_server_that_is_set(w: &World) {
    let owner = w.api(Role::Owner).await;
    assert_eq!(owner.get("/settings/mail").await.ok(), Value::Null);
    let nowhere = owner.post("/settings/mail/test", &json!({ "to": "anna@example.org" })).await;
    assert_eq!(nowhere.refused(409), "conflict");
    let set = owner.put("/settings/mail", &mail(w)).await.ok();
    assert_eq!((&set["password_set"], &set["password"]), (&json!(true), &Value::Null));
    owner.post("/settings/mail/test", &json!({ "to": "anna@example.org" })).await.ok();
    let letters = w.mail.wait_for(1, SOON).await.unwrap();
    assert_eq!(letters[0].to, ["anna@example.org"]);
    assert_eq!(letters[0].user.as_deref(), Some(MAIL_USER.0));
    let bad = json!({ "host": "", "port": 0, "security": "ssl", "from": "nobody" });
    let bad = owner.put("/settings/mail", &bad).await;
    assert_eq!(bad.clone().refused(422), "field_invalid");
    assert_eq!(bad.body["problems"].as_array().unwrap().len(), 4);
    assert_eq!(owner.delete("/settings/mail").await.status(), 204);
    assert_eq!(owner.get("/settings/mail").await.ok(), Value::Null);
}

async fn a_password_of_a_mail_server_is_never_sent_to_another(w: &World) {
    let owner = w.api(Role::Owner).await;
    owner.put("/settings/mail", &mail(w)).await.ok();
    let mut other = mail(w);
    other.as_object_mut().unwrap().remove("password");
    let same = owner.put("/settings/mail", &other).await.ok();
    assert_eq!(same["password_set"], true, "the same server keeps it");
    other["host"] = json!("localhost");
    let moved = owner.put("/settings/mail", &other).await.ok();
    assert_eq!(moved["password_set"], false);
}

async fn the_public_address_is_looked_at_from_outside(w: &World) {
    let owner = w.api(Role::Owner).await;
    let shown = owner.get("/settings/address").await.ok();
    assert_eq!((&shown["locked"], &shown["after_restart"]), (&json!(false), &Value::Null));
    let own = owner.post("/settings/address/check", &json!({})).await.ok();
    assert_eq!(own, json!({ "ok": true, "reason": null }));
    let other = json!({ "public_url": w.sink.url("") });
    let other = owner.post("/settings/address/check", &other).await.ok();
    assert_eq!(other["ok"], false, "another server answers there");
    let inside = json!({ "public_url": "http://10.1.2.3" });
    let inside = owner.in_russian().post("/settings/address/check", &inside).await.ok();
    assert!(inside["reason"].as_str().unwrap().contains("нельзя"), "{inside}");
}

async fn s27_how_long_things_are_kept_is_set_within_bounds(w: &World) {
    let owner = w.api(Role::Owner).await;
    let shown = owner.get("/settings/retention").await.ok();
    assert_eq!((&shown["retention_days"], &shown["budget_bytes"]), (&json!(30), &Value::Null));
    assert!(shown["disk"]["database_bytes"].as_u64().unwrap() > 0, "{shown}");
    assert!(!shown["disk"]["kinds"].as_array().unwrap().is_empty(), "{shown}");
    let new = json!({
        "retention_days": 7, "payload_days": 3, "failed_days": 14, "budget_bytes": 1_u64 << 30,
    });
    let set = owner.put("/settings/retention", &new).await.ok();
    assert_eq!((&set["payload_days"], &set["held_days"]), (&json!(3), &json!(90)));
    let bad = json!({
        "retention_days": 0, "payload_days": 3, "failed_days": 4_000, "budget_bytes": 5,
        "held_days": 10,
    });
    let bad = owner.put("/settings/retention", &bad).await;
    assert_eq!(bad.clone().refused(422), "field_invalid");
    assert_eq!(bad.body["problems"].as_array().unwrap().len(), 5);
}

async fn what_belongs_to_the_server_is_changed_in_its_first_workspace_only(w: &World) {
    let other = w.api_in(WorkspaceId::new(w.clock.now()), Role::Owner).await;
    for path in ["/settings", "/settings/mail", "/settings/retention", "/settings/address"] {
        assert_eq!(other.get(path).await.refused(403), "right_missing", "{path}");
    }
    assert_eq!(other.put("/settings/mail", &mail(w)).await.refused(403), "right_missing");
    other.get("/settings/alerts").await.ok();
}
