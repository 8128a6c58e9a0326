//! A server that was restored from a backup (semantics S26).

use domain::run::RunState;
use domain::{Clock, Role, Span};
use serde_json::{Value, json};
use store::RunFilter;
use tests::both;
use tests::receivers::http::Answer;
use tests::world::{World, until};

use crate::samples::{deliver, id};

both! {
    s26_on_hold_deliveries_are_stored_and_nothing_is_sent_until_somebody_says_so,
    a_server_that_is_not_on_hold_cannot_be_resumed,
}

async fn s26_on_hold_deliveries_are_stored_and_nothing_is_sent_until_somebody_says_so(w: &World) {
    let hook = w.flow(&deliver(w, "    retry: { delays: [1h] }\n")).publish().await;
    // It waits for its second try: unfinished.
    w.sink.next(1, &Answer::status(503));
    w.accepted(&hook, id("before")).await;
    w.only_run(&hook, RunState::Waiting).await;
    w.crash().await;
    let at = w.clock.now();
    let hold = json!({ "since": at, "made_at": at });
    w.sql(&format!("INSERT INTO settings (name, value) VALUES ('hold', '{hold}')")).await;
    w.clock.advance(Span::hours(2));
    w.start().await;
    let owner = w.api(Role::Owner).await;
    assert_eq!(owner.get("/hold").await.ok()["unfinished"], 1);
    w.accepted(&hook, id("after")).await;
    w.advance(Span::mins(5)).await;
    assert_eq!(w.sink.log().len(), 1, "nothing was sent on hold");
    let undecided = owner.post("/hold/resume", &json!({})).await;
    assert_eq!(undecided.refused(400), "bad_request");
    let ended = owner.post("/hold/resume", &json!({ "unfinished": "park" })).await.ok();
    assert_eq!(ended["ended"], 1);
    assert_eq!(owner.get("/hold").await.ok(), Value::Null);
    // What came on hold goes on; what was unfinished waits for a person.
    let state = async |wanted: RunState| {
        let filter = RunFilter { state: Some(wanted), limit: 10, ..RunFilter::default() };
        w.ask(|m| async move { m.runs(filter).await }).await.unwrap()
    };
    until("the new one is done", async || state(RunState::Succeeded).await.pop()).await;
    let parked = state(RunState::Parked).await;
    assert_eq!(parked.len(), 1);
    assert_eq!(parked[0].error.as_ref().unwrap().code, domain::Code::Restored);
}

async fn a_server_that_is_not_on_hold_cannot_be_resumed(w: &World) {
    let owner = w.api(Role::Owner).await;
    assert_eq!(owner.get("/hold").await.ok(), Value::Null);
    assert_eq!(owner.post("/hold/resume", &json!({})).await.refused(409), "conflict");
}
