//! A service that knows one address of an account: flows share the registration, its secret, and
//! its end.

use std::sync::{Arc, Mutex};

use domain::{Span, Time};
use serde_json::{Value, json};
use tests::both;
use tests::receivers::http::Answer;
use tests::world::{Hook, Request, World, json as body, until};

use super::{connected, install, out, told};

both! {
    s19_a_shared_address_has_one_secret_and_stays_while_a_flow_wants_it,
    s19_an_address_is_taken_back_only_while_the_service_has_it,
    s19_secret_settings_of_a_trigger_are_known_to_its_registration,
    s19_the_address_of_an_account_that_is_gone_answers_404,
}

const BOT: &str = include_str!("bot.yaml");

/// What the service has registered.
type Has = Arc<Mutex<Value>>;

fn serving(w: &World) -> Has {
    let has: Has = Arc::default();
    let kept = has.clone();
    w.sink.respond(move |r| {
        let mut has = kept.lock().unwrap();
        match (r.method.as_str(), r.path.as_str()) {
            ("PUT", "/webhook") => *has = r.json().unwrap(),
            ("DELETE", "/webhook") => *has = Value::Null,
            ("GET", "/webhook") => return Answer::json(200, &json!({ "url": has["url"] })),
            ("POST", "/signed") => return Answer::json(201, &json!({ "id": "s-1" })),
            _ => {}
        }
        Answer::json(200, &json!({}))
    });
    has
}

async fn listening(w: &World, name: &str, event: &str) -> Hook {
    let flow = format!(
        "
zveno: 1
name: {name}
trigger: {{ connector: acme@1.0.0, event: {event}, connection: acme }}
{}",
        out(w, &format!("/{name}"))
    );
    w.flow(&flow).publish().await
}

fn asked(w: &World, method: &str, path: &str) -> usize {
    let all = w.sink.log().all();
    all.iter().filter(|r| r.method.as_str() == method && r.path == path).count()
}

/// Waits until it is known here that the service has the address of a flow.
async fn registered(w: &World, hook: &Hook) {
    let id = hook.id;
    until("it is registered", async || {
        let row = w.ask(move |m| async move { m.db.subscription_of(id).await }).await.unwrap()?;
        (row.state.as_str() == "active" && row.registered.is_some()).then_some(())
    })
    .await;
}

/// Waits until nothing is left to be done about addresses.
async fn settled(w: &World) {
    until("nothing is left to be done", async || {
        let due = w.ask(|m| async move { m.db.due_subscriptions(Time(i64::MAX), 100).await });
        let words: Vec<_> = due.await.unwrap().into_iter().map(|s| s.state.as_str()).collect();
        words.iter().all(|s| *s == "active").then_some(())
    })
    .await;
}

async fn remove(w: &World, hook: &Hook) {
    let id = hook.id;
    w.ask(move |m| async move { m.db.delete_flow(m.workspace, id).await }).await.unwrap();
    settled(w).await;
}

async fn send(w: &World, has: &Has, id: i64) -> u16 {
    let (url, secret) = {
        let has = has.lock().unwrap();
        (has["url"].as_str().unwrap().to_owned(), has["secret"].as_str().unwrap().to_owned())
    };
    let path = format!("/in/{}", url.split_once("/in/").unwrap().1);
    let event = Request::post(&path, body(&json!({ "id": id }))).header("x-acme-token", &secret);
    w.send(event).await.status
}

async fn s19_a_shared_address_has_one_secret_and_stays_while_a_flow_wants_it(w: &World) {
    let has = serving(w);
    install(w, BOT).await.unwrap();
    connected(w).await;
    let first = listening(w, "first", "message").await;
    let second = listening(w, "second", "button").await;
    registered(w, &first).await;
    registered(w, &second).await;
    assert_eq!(send(w, &has, 1).await, 200);
    w.ended(&first, 1).await;
    w.ended(&second, 1).await;
    // Every renewal names the same secret: whichever comes last, deliveries are proved.
    until("it is renewed", async || {
        w.advance(Span::mins(5)).await;
        (asked(w, "PUT", "/webhook") >= 4).then_some(())
    })
    .await;
    settled(w).await;
    let told = told(w, "/webhook");
    let made: Vec<&Value> = told.iter().map(|r| &r["secret"]).collect();
    assert!(made.iter().all(|s| *s == made[0] && s.as_str().unwrap().len() == 32), "{made:?}");
    remove(w, &first).await;
    assert_eq!((asked(w, "GET", "/webhook"), asked(w, "DELETE", "/webhook")), (0, 0));
    assert_eq!(send(w, &has, 2).await, 200);
    w.ended(&second, 2).await;
    remove(w, &second).await;
    until("the last one takes it back", async || {
        (asked(w, "DELETE", "/webhook") == 1).then_some(())
    })
    .await;
    assert_eq!(*has.lock().unwrap(), Value::Null);
}

async fn s19_an_address_is_taken_back_only_while_the_service_has_it(w: &World) {
    let has = serving(w);
    install(w, BOT).await.unwrap();
    connected(w).await;
    let hook = listening(w, "first", "message").await;
    registered(w, &hook).await;
    has.lock().unwrap()["url"] = json!("https://elsewhere.test/in/other");
    remove(w, &hook).await;
    until("the service is asked", async || (asked(w, "GET", "/webhook") == 1).then_some(())).await;
    settled(w).await;
    assert_eq!(asked(w, "DELETE", "/webhook"), 0);
    assert_eq!(has.lock().unwrap()["url"], "https://elsewhere.test/in/other");
}

async fn s19_secret_settings_of_a_trigger_are_known_to_its_registration(w: &World) {
    serving(w);
    install(w, BOT).await.unwrap();
    connected(w).await;
    let flow = "
zveno: 1
name: signed
trigger: { connector: acme@1.0.0, event: signed, connection: acme, input: { key: { secret: chosen } } }
steps:
  - { id: out, action: http.request@1.0.0, input: { method: { literal: POST }, url: { literal: 'OUT' } } }
";
    let flow = flow.replace("OUT", &w.sink.url("/out"));
    let hook = w.flow(&flow).secret("chosen", "chosen-secret-0001").publish().await;
    registered(w, &hook).await;
    assert_eq!(told(w, "/signed")[0]["key"], "chosen-secret-0001");
    // The row of the registration names the secret, and does not hold it.
    let id = hook.id;
    let kept = w.ask(move |m| async move { m.db.subscription_of(id).await }).await.unwrap();
    let kept = kept.unwrap();
    assert!(kept.settings.contains("chosen") && !kept.settings.contains("chosen-secret"));
    let event = Request::post(&hook.path, body(&json!({ "id": 1 })));
    assert_eq!(w.send(event.header("x-acme-token", "chosen-secret-0001")).await.status, 200);
}

async fn s19_the_address_of_an_account_that_is_gone_answers_404(w: &World) {
    let has = serving(w);
    install(w, BOT).await.unwrap();
    connected(w).await;
    let hook = listening(w, "first", "message").await;
    registered(w, &hook).await;
    assert_eq!(send(w, &has, 1).await, 200);
    w.ended(&hook, 1).await;
    let account = w.ask(|m| async move { m.db.connections(m.workspace).await }).await.unwrap();
    let account = account.into_iter().find(|c| c.name == "acme").unwrap().id;
    w.ask(move |m| async move { m.disconnect(account, true).await }).await.unwrap();
    let id = hook.id;
    until("the registration is given up", async || {
        let row = w.ask(move |m| async move { m.db.subscription_of(id).await }).await.unwrap();
        row.is_none().then_some(())
    })
    .await;
    // The service was told of this address and goes on sending; nobody is there to take it.
    assert_eq!(late(w, send(w, &has, 2)).await, 404);
}

/// An unknown address is answered as late as a known one, by the test's clock.
async fn late<T>(w: &World, asked: impl Future<Output = T>) -> T {
    let ticking = until("never", async || {
        w.clock.advance(Span::ms(1));
        None::<()>
    });
    tokio::select! { answer = asked => answer, () = ticking => unreachable!("never") }
}
