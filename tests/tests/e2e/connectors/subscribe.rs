//! Addresses that the server registers at services by itself.

use domain::{Clock, Role, Span};
use serde_json::{Value, json};
use tests::receivers::http::Answer;
use tests::world::{Hook, Request, World, json as body, until};
use tests::{both, several_nodes};

use super::{ACME, connected, install, out, told};

both! {
    s19_a_published_address_is_registered_once_and_taken_back_with_its_flow,
    s19_a_registration_is_renewed_before_it_ends,
    s19_a_failure_is_shown_and_repaired,
    s19_another_question_is_registered_anew,
    s19_an_editor_listens_with_a_draft_for_an_hour,
    s19_who_listens_and_publishes_stays_registered,
}

several_nodes! {
    s19_several_nodes_register_an_address_once,
}

/// The service: each registration has a number and lives for four days.
fn serving(w: &World) {
    let at = w.clock.clone();
    let count = std::sync::atomic::AtomicUsize::new(0);
    w.sink.respond(move |r| {
        let ends = mapping::moment::rfc3339(at.now().plus(Span::days(4)));
        match (r.method.as_str(), r.path.as_str()) {
            ("POST", "/hooks") => {
                let n = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
                Answer::json(201, &json!({ "id": format!("h-{n}"), "expires": ends }))
            }
            ("PUT", _) => Answer::json(200, &json!({ "expires": ends })),
            _ => Answer::json(200, &json!({})),
        }
    });
}

fn flow(w: &World, kind: &str) -> String {
    format!(
        "
zveno: 1
name: hooked
trigger: {{ connector: acme@1.0.0, event: hooked, connection: acme, input: {{ kind: {{ literal: {kind} }} }} }}
{}",
        out(w, "/out")
    )
}

/// Requests of this method to the addresses at the service, by path.
fn calls(w: &World, method: &str) -> Vec<String> {
    let all = w.sink.log().all();
    let hooks = all.iter().filter(|r| r.method.as_str() == method && r.path.starts_with("/hooks"));
    hooks.map(|r| r.path.clone()).collect()
}

async fn state(w: &World, hook: &Hook) -> Value {
    let api = w.api(Role::Viewer).await;
    api.get(&format!("/flows/{}", hook.id)).await.ok()
}

async fn active(w: &World, hook: &Hook) {
    until("the address is registered", async || {
        (state(w, hook).await["subscription"]["state"] == "active").then_some(())
    })
    .await;
}

async fn published(w: &World) -> Hook {
    install(w, ACME).await.unwrap();
    connected(w).await;
    w.flow(&flow(w, "a")).publish().await
}

async fn s19_a_published_address_is_registered_once_and_taken_back_with_its_flow(w: &World) {
    serving(w);
    install(w, ACME).await.unwrap();
    connected(w).await;
    let hook = w.flow(&flow(w, "a")).keep().await;
    assert_eq!(state(w, &hook).await["subscription"], Value::Null, "a draft is nobody's business");
    w.publish(&hook).await;
    active(w, &hook).await;
    let made = told(w, "/hooks");
    assert_eq!((made.len(), &made[0]["kind"]), (1, &json!("a")));
    assert!(made[0]["url"].as_str().unwrap().ends_with(&hook.path), "{made:?}");
    let secret = made[0]["secret"].as_str().unwrap().to_owned();
    assert_eq!(secret.len(), 24);
    let event = || Request::post(&hook.path, body(&json!({ "id": 1 })));
    assert_eq!(w.send(event().header("x-acme-token", "other")).await.status, 401);
    assert_eq!(w.send(event().header("x-acme-token", &secret)).await.status, 200);
    w.ended(&hook, 1).await;
    // A pause holds events; the service is not told of it.
    w.pause(&hook).await;
    w.resume(&hook).await;
    w.publish(&hook).await;
    active(w, &hook).await;
    assert_eq!((told(w, "/hooks").len(), calls(w, "DELETE").len()), (1, 0));
    let id = hook.id;
    w.ask(move |m| async move { m.db.delete_flow(m.workspace, id).await }).await.unwrap();
    until("it is taken back", async || (calls(w, "DELETE") == ["/hooks/h-1"]).then_some(())).await;
}

async fn s19_a_registration_is_renewed_before_it_ends(w: &World) {
    serving(w);
    let hook = published(w).await;
    active(w, &hook).await;
    for _ in 0..2 {
        w.advance(Span::days(1)).await;
    }
    assert!(calls(w, "PUT").is_empty());
    until("it is renewed a quarter of its life before the end", async || {
        w.advance(Span::hours(6)).await;
        (!calls(w, "PUT").is_empty()).then_some(())
    })
    .await;
    assert_eq!((calls(w, "PUT"), told(w, "/hooks").len()), (vec!["/hooks/h-1".to_owned()], 1));
    active(w, &hook).await;
}

async fn s19_a_failure_is_shown_and_repaired(w: &World) {
    serving(w);
    w.sink.next(1, &Answer::json(422, &json!({ "error": "no" })));
    let hook = published(w).await;
    until("it has failed", async || {
        let seen = state(w, &hook).await;
        let problems = seen["draft"]["problems"].as_array()?.clone();
        let found = problems.iter().any(|p| p["code"] == "subscription_failed");
        (seen["subscription"]["state"] == "failed" && found).then_some(())
    })
    .await;
    until("it is tried again", async || {
        w.advance(Span::mins(1)).await;
        (state(w, &hook).await["subscription"]["state"] == "active").then_some(())
    })
    .await;
    assert_eq!(told(w, "/hooks").len(), 2);
}

async fn s19_another_question_is_registered_anew(w: &World) {
    serving(w);
    let hook = published(w).await;
    active(w, &hook).await;
    w.flow(&flow(w, "b")).instead_of(&hook).publish().await;
    until("it is registered anew", async || (told(w, "/hooks").len() == 2).then_some(())).await;
    active(w, &hook).await;
    assert_eq!(
        (calls(w, "DELETE"), &told(w, "/hooks")[1]["kind"]),
        (vec!["/hooks/h-1".to_owned()], &json!("b"))
    );
}

/// A draft whose editor listens.
async fn heard(w: &World) -> Hook {
    serving(w);
    install(w, ACME).await.unwrap();
    connected(w).await;
    let hook = w.flow(&flow(w, "a")).keep().await;
    let viewer = w.api(Role::Viewer).await;
    let path = format!("/flows/{}/listen", hook.id);
    assert_eq!(viewer.post(&path, &json!({})).await.status(), 403);
    let listening = w.api(Role::Editor).await.post(&path, &json!({})).await.ok();
    assert_eq!(listening["state"], "subscribing");
    assert!(listening["until"].is_string(), "{listening}");
    active(w, &hook).await;
    // Whoever opens the flow later is told as well when it ends.
    assert_eq!(state(w, &hook).await["subscription"]["until"], listening["until"]);
    hook
}

async fn s19_an_editor_listens_with_a_draft_for_an_hour(w: &World) {
    let hook = heard(w).await;
    let secret = told(w, "/hooks")[0]["secret"].as_str().unwrap().to_owned();
    let event = Request::post(&hook.path, body(&json!({ "id": 1 })));
    assert_eq!(w.send(event.header("x-acme-token", &secret)).await.status, 200);
    assert_eq!(w.only_event(&hook).await.reason.as_deref(), Some("unpublished"));
    w.advance(Span::mins(54)).await;
    assert_eq!(state(w, &hook).await["subscription"]["state"], "active");
    // Asked again, the hour begins anew.
    let api = w.api(Role::Editor).await;
    api.post(&format!("/flows/{}/listen", hook.id), &json!({})).await.ok();
    w.advance(Span::mins(54)).await;
    assert_eq!((told(w, "/hooks").len(), calls(w, "DELETE").len()), (1, 0));
    until("it is taken back", async || {
        w.advance(Span::mins(5)).await;
        (calls(w, "DELETE") == ["/hooks/h-1"]).then_some(())
    })
    .await;
    until("nothing is registered", async || {
        (state(w, &hook).await["subscription"] == Value::Null).then_some(())
    })
    .await;
}

async fn s19_who_listens_and_publishes_stays_registered(w: &World) {
    let hook = heard(w).await;
    w.publish(&hook).await;
    active(w, &hook).await;
    for _ in 0..4 {
        w.advance(Span::mins(30)).await;
    }
    active(w, &hook).await;
    assert_eq!((told(w, "/hooks").len(), calls(w, "DELETE").len()), (1, 0));
    assert_eq!(state(w, &hook).await["subscription"]["until"], Value::Null);
    let again = w.api(Role::Editor).await;
    let again = again.post(&format!("/flows/{}/listen", hook.id), &json!({})).await.ok();
    assert_eq!(again, json!({ "state": "active", "until": null }));
}

async fn s19_several_nodes_register_an_address_once(w: &World) {
    serving(w);
    let other = w.another().await;
    let hook = published(w).await;
    active(w, &hook).await;
    w.kill(w.first()).await;
    let id = hook.id;
    let known = other.ask(move |m| async move { m.db.subscription_of(id).await }).await.unwrap();
    assert!(known.unwrap().registered.is_some());
    for _ in 0..3 {
        w.advance(Span::mins(5)).await;
    }
    assert_eq!(told(w, "/hooks").len(), 1);
}
