//! Who is told when something needs a person, and how.

use domain::alert::AlertKind;
use domain::connection::ConnectionState;
use domain::ids::WorkspaceId;
use domain::{Role, Span, limits};
use serde_json::{Value, json};
use store::ConnectionStateChange;
use tests::receivers::http::Answer;
use tests::world::{Api, SOON, World, until};
use tests::{both, several_nodes};

use super::server::mail;
use crate::samples::{deliver, id};

both! {
    the_first_failure_of_a_flow_is_told_to_the_owners_and_so_is_its_recovery,
    an_alert_that_comes_again_soon_is_listed_and_not_sent,
    what_is_muted_is_listed_and_not_sent,
    a_flow_that_is_silent_for_its_hours_is_told_of,
    a_broken_connection_is_told_by_every_channel,
    accepted_and_not_begun_for_a_quarter_of_an_hour_is_told_of,
    an_alert_that_does_not_arrive_is_sent_again,
    a_test_says_for_each_receiver_whether_it_arrived,
    a_digest_sums_a_day_up,
}

several_nodes! { each_alert_is_said_by_one_node }

/// The owner, with a mail server, once alerts have begun.
async fn begun(w: &World) -> Api<'_> {
    w.owner().await;
    let owner = w.api(Role::Owner).await;
    owner.put("/settings/mail", &mail(w)).await.ok();
    looked(w).await;
    until("alerts begin", async || {
        let states = w.ask(|m| async move { m.db.alert_states(WorkspaceId::DEFAULT).await }).await;
        states.unwrap().iter().any(|s| s.kind == AlertKind::Test).then_some(())
    })
    .await;
    owner
}

async fn looked(w: &World) {
    w.advance(limits::ALERT_LOOK).await;
}

/// Waits until there are so many alerts; newest first.
async fn listed(w: &World, owner: &Api<'_>, n: usize) -> Vec<Value> {
    until(&format!("{n} alerts"), async || {
        looked(w).await;
        let all = owner.get("/notifications").await.ok()["items"].as_array().unwrap().clone();
        (all.len() >= n).then_some(all)
    })
    .await
}

async fn the_first_failure_of_a_flow_is_told_to_the_owners_and_so_is_its_recovery(w: &World) {
    let owner = begun(w).await;
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.sink.respond(|_| Answer::status(400));
    w.accepted(&hook, id("a")).await;
    w.accepted(&hook, id("b")).await;
    w.ended(&hook, 2).await;
    let all = listed(w, &owner, 1).await;
    assert_eq!((&all[0]["kind"], &all[0]["how"]), (&json!("failure"), &json!("sent")));
    let letters = w.mail.wait_for(1, SOON).await.unwrap();
    assert_eq!(letters[0].to, ["anna@example.org"]);
    let letter = letters[0].message().unwrap();
    assert_eq!(letter.header("subject"), Some("forward: запуск завершился ошибкой"));
    assert!(letter.text.unwrap().contains("/runs/run_"), "a link to the run");
    w.sink.respond(|_| Answer::ok());
    w.accepted(&hook, id("c")).await;
    w.ended(&hook, 3).await;
    let all = listed(w, &owner, 2).await;
    assert_eq!((&all[0]["kind"], &all[0]["how"]), (&json!("recovery"), &json!("sent")));
    let letters = w.mail.wait_for(2, SOON).await.unwrap();
    let subject = letters[1].message().unwrap();
    assert_eq!(subject.header("subject"), Some("forward: снова работает"));
    let notice = &owner.get("/notifications").await.ok()["items"][1]["notices"][0];
    assert_eq!((&notice["channel"], &notice["state"]), (&json!("email"), &json!("sent")));
    assert_eq!(w.mail.log().len(), 2, "each is told once");
}

async fn an_alert_that_comes_again_soon_is_listed_and_not_sent(w: &World) {
    let owner = begun(w).await;
    let hook = w.flow(&deliver(w, "")).publish().await;
    let mut n = 0;
    for wanted in [400, 200, 400, 200] {
        w.sink.respond(move |_| Answer::status(wanted));
        n += 1;
        w.accepted(&hook, id(&n.to_string())).await;
        w.ended(&hook, n).await;
        listed(w, &owner, n).await;
    }
    let all = listed(w, &owner, 4).await;
    let how: Vec<&str> = all.iter().map(|a| a["how"].as_str().unwrap()).collect();
    assert_eq!(how, ["quiet", "quiet", "sent", "sent"], "{all:?}");
    assert_eq!(w.mail.log().len(), 2);
}

async fn what_is_muted_is_listed_and_not_sent(w: &World) {
    let owner = begun(w).await;
    let hook = w.flow(&deliver(w, "")).publish().await;
    let off =
        w.flow(&format!("{}settings: {{ alerts: \"off\" }}\n", deliver(w, ""))).publish().await;
    let muted = json!({ "flows": [{ "flow": hook.id, "muted_until": "2030-01-01T00:00:00Z" }] });
    owner.put("/settings/alerts", &muted).await.ok();
    w.sink.respond(|_| Answer::status(400));
    for hook in [&hook, &off] {
        w.accepted(hook, id("a")).await;
        w.ended(hook, 1).await;
    }
    let all = listed(w, &owner, 1).await;
    assert_eq!(all.len(), 1, "a flow without alerts is not listed: {all:?}");
    assert_eq!((&all[0]["how"], &all[0]["flow"]), (&json!("muted"), &json!(hook.id)));
    looked(w).await;
    assert!(w.mail.log().is_empty());
}

async fn a_flow_that_is_silent_for_its_hours_is_told_of(w: &World) {
    let owner = begun(w).await;
    let hook = w.flow(&deliver(w, "")).publish().await;
    let rare = w.flow(&deliver(w, "")).publish().await;
    let own = json!({ "flows": [{ "flow": hook.id, "silence_hours": 2 }] });
    owner.put("/settings/alerts", &own).await.ok();
    for hook in [&hook, &rare] {
        w.accepted(hook, id("a")).await;
        w.ended(hook, 1).await;
    }
    w.advance(Span::hours(30)).await;
    let all = listed(w, &owner, 1).await;
    assert_eq!(all.len(), 1, "one event a day is not usual: {all:?}");
    assert_eq!((&all[0]["kind"], &all[0]["flow"]), (&json!("silence"), &json!(hook.id)));
    w.accepted(&hook, id("b")).await;
    let all = listed(w, &owner, 2).await;
    assert_eq!(all[0]["kind"], "recovery");
}

async fn a_broken_connection_is_told_by_every_channel(w: &World) {
    let owner = begun(w).await;
    let (crm, bot) = (w.crm().await, w.bot().await);
    let to = json!({
        "emails": ["duty@example.org"], "webhook": w.sink.url("/alert"),
        "telegram": { "connection": bot.id, "chat": "-1005" },
    });
    let set = owner.put("/settings/alerts", &to).await.ok();
    let secret = set["webhook_secret"].as_str().unwrap().to_owned();
    assert_eq!(owner.get("/settings/alerts").await.ok()["webhook_secret"], Value::Null);
    assert!(secret.len() >= 32);
    let note = Some("the token was revoked".to_owned());
    let change = ConnectionStateChange { id: crm.id, state: ConnectionState::Broken, note };
    w.ask(|m| async move { m.db.set_connection_state(change).await }).await.unwrap();
    listed(w, &owner, 1).await;
    let letters = w.mail.wait_for(1, SOON).await.unwrap();
    assert_eq!(letters[0].to, ["duty@example.org"]);
    let said = w.telegram.wait_for(1, SOON).await.unwrap();
    assert_eq!(said[0].chat, "-1005");
    assert!(said[0].text.contains("the token was revoked"), "{:?}", said[0]);
    let posted = w.sink.wait_for(1, SOON).await.unwrap();
    let shown = owner.get("/notifications").await.ok();
    assert_eq!(shown["items"][0]["href"], format!("/connections?edit={}", crm.id));
    assert!(posted[0].header("webhook-signature").is_some());
    let body = posted[0].json().unwrap();
    assert_eq!(
        (&body["type"], &body["data"]["kind"]),
        (&json!("alert.connection"), &json!("connection"))
    );
}

async fn accepted_and_not_begun_for_a_quarter_of_an_hour_is_told_of(w: &World) {
    w.restart_with(0, 0).await;
    let owner = begun(w).await;
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    w.advance(Span::mins(14)).await;
    looked(w).await;
    assert!(owner.get("/notifications").await.ok()["items"].as_array().unwrap().is_empty());
    w.advance(Span::mins(2)).await;
    assert_eq!(listed(w, &owner, 1).await[0]["kind"], "waiting");
}

async fn an_alert_that_does_not_arrive_is_sent_again(w: &World) {
    let owner = begun(w).await;
    owner.put("/settings/alerts", &json!({ "webhook": w.sink.url("/alert") })).await.ok();
    owner.delete("/settings/mail").await;
    w.sink.next(1, &Answer::status(503));
    let crm = w.crm().await;
    let change = ConnectionStateChange { id: crm.id, state: ConnectionState::Broken, note: None };
    w.ask(|m| async move { m.db.set_connection_state(change).await }).await.unwrap();
    listed(w, &owner, 1).await;
    w.sink.wait_for(1, SOON).await.unwrap();
    let notice = async || owner.get("/notifications").await.ok()["items"][0]["notices"][0].clone();
    until("it is to be sent again", async || {
        let n = notice().await;
        (n["state"] == "waiting" && n["error"] != Value::Null).then_some(())
    })
    .await;
    w.advance(limits::ALERT_DELAYS[0]).await;
    until("it has arrived", async || {
        looked(w).await;
        (notice().await["state"] == "sent").then_some(())
    })
    .await;
    let (first, second) = (w.sink.log().all()[0].clone(), w.sink.log().all()[1].clone());
    assert_eq!(first.header("webhook-id"), second.header("webhook-id"), "the same each time");
}

async fn a_test_says_for_each_receiver_whether_it_arrived(w: &World) {
    let owner = begun(w).await;
    let to = json!({ "webhook": w.sink.url("/alert") });
    owner.put("/settings/alerts", &to).await.ok();
    w.sink.next(1, &Answer::status(500));
    let said = owner.post("/settings/alerts/test", &json!({})).await.ok();
    let ok: Vec<_> = said["items"].as_array().unwrap().iter().map(|i| &i["ok"]).collect();
    assert_eq!(ok, [&json!(true), &json!(false)], "{said}");
    assert_eq!(w.mail.log().len(), 1);
    let bad =
        json!({ "emails": ["x"], "webhook": "ftp://a", "rules": { "silence": { "hours": 0 } } });
    let bad = owner.put("/settings/alerts", &bad).await;
    assert_eq!(bad.clone().refused(422), "field_invalid");
    assert_eq!(bad.body["problems"].as_array().unwrap().len(), 3);
}

async fn a_digest_sums_a_day_up(w: &World) {
    let owner = begun(w).await;
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.pause(&hook).await;
    w.accepted(&hook, id("a")).await;
    owner.put("/settings/alerts", &json!({ "digest": "daily" })).await.ok();
    looked(w).await;
    until("digests begin", async || {
        let states = w.ask(|m| async move { m.db.alert_states(WorkspaceId::DEFAULT).await }).await;
        states.unwrap().iter().any(|s| s.kind == AlertKind::Digest).then_some(())
    })
    .await;
    assert!(w.mail.log().is_empty(), "nothing is said of the day before");
    w.advance(Span::hours(24)).await;
    let all = listed(w, &owner, 1).await;
    assert_eq!(all[0]["kind"], "digest");
    assert_eq!(all[0]["text"], "forward: 0 failed, 0 to decide, 1 held");
}

async fn each_alert_is_said_by_one_node(w: &World) {
    let owner = begun(w).await;
    let _other = w.another().await;
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.sink.respond(|_| Answer::status(400));
    w.accepted(&hook, id("a")).await;
    w.ended(&hook, 1).await;
    listed(w, &owner, 1).await;
    w.mail.wait_for(1, SOON).await.unwrap();
    for _ in 0..4 {
        looked(w).await;
    }
    assert_eq!(listed(w, &owner, 1).await.len(), 1);
    assert_eq!(w.mail.log().len(), 1);
}
