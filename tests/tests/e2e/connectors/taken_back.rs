//! Whatever a call registered at a service is taken back when nobody wants it any more: also what was
//! wanted no more, or something else, while the call was under way, and what a node that died had
//! begun.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::{Secret, Span, limits};
use engine::manage::credentials::Form;
use serde_json::{Value, json};
use tests::receivers::Gate;
use tests::receivers::http::Answer;
use tests::world::{Hook, Request, Setup, World, json as body, until};
use tests::{both, several_nodes};

use super::{install, out};

both! {
    s19_a_flow_deleted_while_its_address_is_registered_leaves_nothing_behind,
    s19_a_trigger_changed_while_its_address_is_registered_has_only_the_new_one,
    s19_a_flow_that_is_published_again_while_its_address_is_taken_back_is_registered,
    s19_a_node_that_dies_while_it_registers_leaves_nothing_behind,
    s19_a_lost_answer_leaves_no_second_registration,
    s19_what_cannot_be_found_does_not_keep_an_address_from_being_registered,
    s19_a_changed_secret_of_a_flow_is_registered_anew,
    s19_a_changed_secret_of_a_connection_is_told_to_the_service,
    s19_an_address_moves_from_one_account_to_another,
}

several_nodes! {
    s19_what_a_node_registers_after_it_lost_its_lease_is_taken_back,
}

const HOOKS: &str = include_str!("hooks.yaml");
const SOON: Duration = Duration::from_secs(20);

/// The service: what it has registered, by number.
#[derive(Clone, Default)]
struct Service(Arc<Mutex<Vec<(String, Value)>>>);

impl Service {
    fn on(w: &World) -> Service {
        let service = Service::default();
        let has = service.clone();
        w.sink.respond(move |r| match (r.method.as_str(), r.path.as_str()) {
            ("POST", "/hooks") => Answer::json(201, &json!({ "id": has.add(&r.json().unwrap()) })),
            ("GET", "/hooks") => Answer::json(200, &json!({ "hooks": has.list() })),
            ("DELETE", "/hooks") => {
                let query = r.query.clone().unwrap();
                let gone = url::form_urlencoded::parse(query.as_bytes()).next().unwrap().1;
                has.0.lock().unwrap().retain(|(_, h)| h["url"] != *gone);
                Answer::json(200, &json!({}))
            }
            ("DELETE", path) => {
                let mut all = has.0.lock().unwrap();
                let before = all.len();
                all.retain(|(id, _)| !path.ends_with(id.as_str()));
                Answer::json(if all.len() < before { 200 } else { 404 }, &json!({}))
            }
            ("PUT", path) => {
                let mut all = has.0.lock().unwrap();
                let one = all.iter_mut().find(|(id, _)| path.ends_with(id.as_str()));
                one.unwrap().1["key"] = r.json().unwrap()["key"].clone();
                Answer::json(200, &json!({}))
            }
            _ => Answer::json(200, &json!({})),
        });
        service
    }

    /// Registers one, as the service does when it is asked.
    fn add(&self, hook: &Value) -> String {
        let mut all = self.0.lock().unwrap();
        let id = format!("h-{}", all.iter().map(|(id, _)| number(id)).max().unwrap_or(0) + 1);
        all.push((id.clone(), hook.clone()));
        id
    }

    fn list(&self) -> Vec<Value> {
        let all = self.0.lock().unwrap();
        let one = |(id, hook): &(String, Value)| json!({ "id": id, "config": hook });
        all.iter().map(one).collect()
    }

    fn has(&self) -> Vec<Value> {
        self.0.lock().unwrap().iter().map(|(_, hook)| hook.clone()).collect()
    }
}

fn number(id: &str) -> u32 {
    id.trim_start_matches("h-").parse().unwrap()
}

/// A node whose time the test does not move.
fn frozen(w: &World) -> Setup {
    let clock = domain::clock::ManualClock::at(domain::Clock::now(w.clock.as_ref()));
    Setup { clock: Some(clock), ..Setup::default() }
}

/// Method and path of what the service was asked.
fn calls(w: &World) -> Vec<String> {
    let all = w.sink.log().all();
    let hooks = all.iter().filter(|r| r.path.starts_with("/hooks") && r.method.as_str() != "GET");
    hooks.map(|r| format!("{} {}", r.method, r.path)).collect()
}

async fn ready(w: &World) -> Service {
    let service = Service::on(w);
    install(w, HOOKS).await.unwrap();
    let secrets = [("token", "acme-token-0001"), ("signing", "signing-secret-1")];
    w.connection("acme", "acme", &[], &secrets).await;
    service
}

fn flow(w: &World, event: &str, more: &str) -> String {
    of(w, event, "acme", more)
}

fn of(w: &World, event: &str, connection: &str, more: &str) -> String {
    format!(
        "
zveno: 1
name: hooked
trigger: {{ connector: acme@1.0.0, event: {event}, connection: {connection}{more} }}
{}",
        out(w, "/out")
    )
}

fn kind(of: &str) -> String {
    format!(", input: {{ kind: {{ literal: {of} }} }}")
}

async fn remove(w: &World, hook: &Hook) {
    let id = hook.id;
    // It stays while it has unfinished runs.
    until("its runs have ended, and it is deleted", async || {
        let deleted = w.ask(move |m| async move { m.db.delete_flow(m.workspace, id).await });
        deleted.await.ok()
    })
    .await;
}

/// The words of all registrations that there are.
async fn words(w: &World) -> Vec<&'static str> {
    let all = w.ask(|m| async move { m.db.subscriptions().await });
    all.await.unwrap().into_iter().map(|s| s.state.as_str()).collect()
}

async fn active(w: &World, hook: &Hook) {
    let id = hook.id;
    until("the address is registered", async || {
        let row = w.ask(move |m| async move { m.db.subscription_of(id).await }).await.unwrap()?;
        (row.state.as_str() == "active").then_some(())
    })
    .await;
}

/// Waits until the service has nothing, and nothing is left to be done.
async fn nothing(w: &World, service: &Service) {
    until("nothing is left", async || {
        (service.has().is_empty() && words(w).await.is_empty()).then_some(())
    })
    .await;
}

/// The service does what it is asked at once, and answers when the gate opens.
fn late(w: &World, service: &Service, hook: &Value) -> Gate {
    let gate = Gate::new();
    let id = service.add(hook);
    w.sink.script([Answer::json(201, &json!({ "id": id })).after(&gate)]);
    gate
}

/// The address of a flow as services are told it.
async fn url(w: &World, hook: &Hook) -> String {
    let path = hook.path.clone();
    w.ask(move |m| async move { format!("{}{path}", m.public_url) }).await
}

async fn s19_a_flow_deleted_while_its_address_is_registered_leaves_nothing_behind(w: &World) {
    let service = ready(w).await;
    for event in ["numbered", "unlisted", "named"] {
        let hook = w.flow(&flow(w, event, "")).keep().await;
        let gate = late(w, &service, &json!({ "url": url(w, &hook).await }));
        w.publish(&hook).await;
        gate.wait_for(1, SOON).await.unwrap();
        remove(w, &hook).await;
        until("nobody wants it", async || (words(w).await == ["leaving"]).then_some(())).await;
        assert_eq!(service.has().len(), 1, "{event}: the call is under way");
        gate.open();
        nothing(w, &service).await;
        let id = hook.id;
        let kept = w.ask(move |m| async move { m.db.secrets(id).await }).await.unwrap();
        assert!(kept.is_empty(), "{event}: a deleted flow has no secrets");
    }
}

async fn s19_a_trigger_changed_while_its_address_is_registered_has_only_the_new_one(w: &World) {
    let service = ready(w).await;
    let hook = w.flow(&flow(w, "unlisted", "")).keep().await;
    let gate = late(w, &service, &json!({ "url": url(w, &hook).await }));
    w.publish(&hook).await;
    gate.wait_for(1, SOON).await.unwrap();
    w.flow(&flow(w, "numbered", &kind("b"))).instead_of(&hook).publish().await;
    until("something else is wanted", async || {
        let id = hook.id;
        let row = w.ask(move |m| async move { m.db.subscription_of(id).await }).await.unwrap()?;
        row.settings.contains("numbered").then_some(())
    })
    .await;
    assert_eq!(calls(w), ["POST /hooks"], "one call at a time");
    gate.open();
    active(w, &hook).await;
    until("it is the new one", async || (service.has().first()?["kind"] == "b").then_some(()))
        .await;
    assert_eq!(calls(w), ["POST /hooks", "DELETE /hooks/h-1", "POST /hooks"]);
    assert_eq!(service.has().len(), 1);
}

async fn s19_a_flow_that_is_published_again_while_its_address_is_taken_back_is_registered(
    w: &World,
) {
    let service = ready(w).await;
    let hook = w.flow(&flow(w, "unlisted", "")).publish().await;
    active(w, &hook).await;
    let gate = Gate::new();
    service.0.lock().unwrap().clear();
    w.sink.script([Answer::json(200, &json!({})).after(&gate)]);
    let other = "
zveno: 1
name: hooked
trigger: { connector: webhook@1.0.0, event: request }
steps:
  - { id: keep, set: { id: { path: $.trigger.body.id } } }
";
    w.flow(other).instead_of(&hook).publish().await;
    gate.wait_for(1, SOON).await.unwrap();
    w.flow(&flow(w, "unlisted", "")).instead_of(&hook).publish().await;
    until("it is wanted again", async || (words(w).await == ["subscribing"]).then_some(())).await;
    gate.open();
    active(w, &hook).await;
    assert_eq!(calls(w), ["POST /hooks", "DELETE /hooks/h-1", "POST /hooks"]);
    assert_eq!(service.has().len(), 1);
}

async fn s19_a_node_that_dies_while_it_registers_leaves_nothing_behind(w: &World) {
    let service = ready(w).await;
    for event in ["numbered", "named"] {
        let hook = w.flow(&flow(w, event, "")).keep().await;
        let gate = late(w, &service, &json!({ "url": url(w, &hook).await }));
        w.publish(&hook).await;
        gate.wait_for(1, SOON).await.unwrap();
        w.crash().await;
        gate.open();
        w.start().await;
        // What it had begun is taken back before it is registered again.
        until("it goes on", async || {
            w.advance(limits::TRIGGER_LOOK).await;
            (words(w).await == ["active"]).then_some(())
        })
        .await;
        assert_eq!(service.has().len(), 1, "{event}");
        remove(w, &hook).await;
        nothing(w, &service).await;
    }
}

async fn s19_a_lost_answer_leaves_no_second_registration(w: &World) {
    let service = ready(w).await;
    let hook = w.flow(&flow(w, "numbered", "")).keep().await;
    service.add(&json!({ "url": url(w, &hook).await }));
    service.add(&json!({ "url": "https://elsewhere.test/in/other" }));
    w.sink.script([Answer::close_without_answer()]);
    w.publish(&hook).await;
    until("it has failed", async || (words(w).await == ["failed"]).then_some(())).await;
    until("it is tried again", async || {
        w.advance(Span::mins(1)).await;
        (words(w).await == ["active"]).then_some(())
    })
    .await;
    assert_eq!(calls(w), ["POST /hooks", "DELETE /hooks/h-1", "POST /hooks"]);
    assert_eq!(service.has()[0]["url"], "https://elsewhere.test/in/other");
    remove(w, &hook).await;
    until("the other one stays", async || (service.has().len() == 1).then_some(())).await;
}

async fn s19_what_cannot_be_found_does_not_keep_an_address_from_being_registered(w: &World) {
    let service = ready(w).await;
    w.sink.script([Answer::close_without_answer()]);
    let hook = w.flow(&flow(w, "unlisted", "")).publish().await;
    until("it is tried again", async || {
        w.advance(Span::mins(1)).await;
        (words(w).await == ["active"]).then_some(())
    })
    .await;
    assert_eq!(calls(w), ["POST /hooks", "POST /hooks"], "nobody knows the number of the first");
    remove(w, &hook).await;
    nothing(w, &service).await;
}

async fn s19_a_changed_secret_of_a_flow_is_registered_anew(w: &World) {
    let service = ready(w).await;
    let more = ", input: { key: { secret: chosen } }";
    let hook = w.flow(&flow(w, "chosen", more)).secret("chosen", "chosen-secret-0001");
    let hook = hook.publish().await;
    active(w, &hook).await;
    assert_eq!(service.has()[0]["key"], "chosen-secret-0001");
    let set = async |value: &'static str| {
        let id = hook.id;
        let set =
            w.ask(move |m| async move { m.set_secret(id, "chosen", &Secret::new(value)).await });
        set.await.unwrap();
    };
    set("chosen-secret-0002").await;
    until("it is told", async || {
        let has = service.has();
        (has.len() == 1 && has[0]["key"] == "chosen-secret-0002").then_some(())
    })
    .await;
    active(w, &hook).await;
    assert_eq!(calls(w), ["POST /hooks", "DELETE /hooks/h-1", "POST /hooks"]);
    let taken = w.sink.log().all().iter().find(|r| r.method.as_str() == "DELETE").cloned().unwrap();
    assert_eq!(taken.header("x-key"), Some("chosen-secret-0001"), "with what it was made with");
    let event = Request::post(&hook.path, body(&json!({ "id": 1 })));
    assert_eq!(w.send(event.header("x-acme-token", "chosen-secret-0002")).await.status, 200);
    // The same value is no change.
    set("chosen-secret-0002").await;
    w.advance(Span::mins(1)).await;
    active(w, &hook).await;
    assert_eq!(calls(w).len(), 3);
    // The secrets go with the flow; the address is taken back with what it was made with.
    remove(w, &hook).await;
    nothing(w, &service).await;
}

async fn s19_a_changed_secret_of_a_connection_is_told_to_the_service(w: &World) {
    let service = ready(w).await;
    let hook = w.flow(&flow(w, "signed", "")).publish().await;
    active(w, &hook).await;
    assert_eq!(service.has()[0]["key"], "signing-secret-1");
    let set = async |token: &'static str, signing: &'static str| {
        let fields = [("token", token), ("signing", signing)];
        let fields = fields.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let done = w.ask(move |m| async move {
            let id = m.connection("acme").await?.id;
            let form =
                Form { connector: "acme".into(), method: None, name: None, fields, untested: true };
            m.reconnect(id, form).await
        });
        done.await.unwrap();
        active(w, &hook).await;
    };
    set("acme-token-0001", "signing-secret-2").await;
    until("it is told", async || (service.has()[0]["key"] == "signing-secret-2").then_some(()))
        .await;
    active(w, &hook).await;
    assert_eq!(calls(w), ["POST /hooks", "PUT /hooks/h-1"], "its renewal tells it");
    // What the service was not told changes nothing.
    set("acme-token-0002", "signing-secret-2").await;
    until("nothing is due", async || (words(w).await == ["active"]).then_some(())).await;
    assert_eq!(calls(w).len(), 2);
}

async fn s19_an_address_moves_from_one_account_to_another(w: &World) {
    let service = ready(w).await;
    w.connection("other", "acme", &[], &[("token", "other-token-0001")]).await;
    let hook = w.flow(&flow(w, "unlisted", "")).publish().await;
    active(w, &hook).await;
    // The old account does not answer; the new one is not kept waiting by it.
    w.sink.script([Answer::json(503, &json!({}))]);
    w.flow(&of(w, "unlisted", "other", "")).instead_of(&hook).publish().await;
    until("the new one is registered, the old one taken back", async || {
        w.advance(Span::mins(1)).await;
        (calls(w).len() == 4 && words(w).await == ["active"]).then_some(())
    })
    .await;
    assert_eq!(service.has().len(), 1);
    let all = w.sink.log().all();
    let of = |method: &str, n: usize| {
        let r = all.iter().filter(|r| r.method.as_str() == method).nth(n).unwrap();
        r.header("authorization").unwrap().to_owned()
    };
    assert_eq!(of("POST", 1), "Bearer other-token-0001");
    assert_eq!((of("DELETE", 0), of("DELETE", 1)), (of("POST", 0), of("POST", 0)));
    active(w, &hook).await;
}

async fn s19_what_a_node_registers_after_it_lost_its_lease_is_taken_back(w: &World) {
    let service = ready(w).await;
    let hook = w.flow(&flow(w, "unlisted", "")).keep().await;
    let asleep = w.another_with(frozen(w)).await;
    w.kill(w.first()).await;
    let gate = late(w, &service, &json!({ "url": "https://zveno.test" }));
    let id = hook.id;
    asleep.ask(move |m| async move { m.db.publish(m.workspace, id).await }).await.unwrap();
    gate.wait_for(1, SOON).await.unwrap();
    w.forget(asleep.id()).await;
    let other = w.another().await;
    until("the other node registers it", async || {
        w.advance(limits::LEASE_RENEW).await;
        (service.has().len() == 2).then_some(())
    })
    .await;
    // The answer to the first call arrives now. What the other node registers has its own address.
    gate.open();
    until("the first one is taken back", async || {
        w.advance(limits::LEASE_RENEW).await;
        let has = service.has();
        (has.len() == 1 && has[0]["url"] != "https://zveno.test").then_some(())
    })
    .await;
    assert!(calls(w).contains(&"DELETE /hooks/h-1".to_owned()), "{:?}", calls(w));
    let row = other.ask(move |m| async move { m.db.subscription_of(id).await }).await.unwrap();
    assert!(row.unwrap().registered.is_some());
}
