//! Runs by HTTP: found, shown, repeated, cancelled, decided about.

use domain::connection::ConnectionState;
use domain::ids::WorkspaceId;
use domain::run::RunState;
use domain::{Clock, Role, Span};
use serde_json::{Value, json};
use store::ConnectionStateChange;
use tests::both;
use tests::receivers::http::Answer;
use tests::world::{Body, Hook, World, until};

use crate::samples::{deliver, flow, id, ids, lead, order, tell, told};

both! {
    runs_are_found_by_conditions_and_shown_with_what_was_sent,
    a_waiting_run_says_when_it_goes_on_and_why,
    a_person_reads_what_a_step_ran_into_and_what_to_do,
    a_step_whose_connection_is_broken_leads_to_it,
    a_failed_run_is_repeated_and_both_name_each_other,
    a_step_that_must_not_be_done_twice_is_repeated_only_by_name,
    a_parked_run_is_decided_about,
    many_runs_are_counted_and_repeated,
    runs_are_counted_by_hour_and_outcome,
    the_health_of_the_queue_names_what_waits_and_where,
    runs_of_another_workspace_cannot_be_touched,
}

fn items(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|i| i["id"].as_str().unwrap()).collect()
}

async fn runs_are_found_by_conditions_and_shown_with_what_was_sent(w: &World) {
    w.sink.script([Answer::status(400), Answer::status(200)]);
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    let failed = w.outcome(&hook).await.run.id.to_string();
    w.accepted(&hook, id("b")).await;
    w.ended(&hook, 2).await;
    let api = w.api(Role::Viewer).await;
    let all = api.get("/runs?limit=1").await.ok();
    assert_eq!(all["items"][0]["state"], "succeeded");
    let next = all["next"].as_str().unwrap();
    let second = api.get(&format!("/runs?limit=1&cursor={next}")).await.ok();
    assert_eq!(items(&second), [failed.as_str()]);
    for q in [
        "state=failed".to_owned(),
        "error=remote_refused".to_owned(),
        "step=out&state=failed".to_owned(),
        format!("flow={}&state=failed", hook.id),
        format!("q={failed}"),
    ] {
        assert_eq!(items(&api.get(&format!("/runs?{q}")).await.ok()), [failed.as_str()], "{q}");
    }
    let listed = api.get("/runs?state=failed").await.ok();
    assert_eq!(listed["items"][0]["step_name"], "HTTP request: Send a request");
    let shown = api.in_russian().get(&format!("/runs/{failed}")).await.ok();
    assert_eq!(shown["step_name"], "HTTP-запрос: Отправить запрос");
    assert_eq!(shown["error"]["code"], "remote_refused");
    assert_eq!(shown["error"]["title"], "Сервис отклонил запрос.");
    assert_eq!(shown["error"]["side"], "remote");
    assert_eq!(shown["flow_name"], "forward");
    let step = &shown["steps"][0];
    assert_eq!((&step["step"], &step["state"]), (&json!("out"), &json!("failed")));
    assert_eq!(step["connector"], "http.request@1.0.0");
    let exchange = &step["attempts"][0]["exchanges"][0];
    assert_eq!(exchange["request"]["method"], "POST");
    assert!(exchange["request"]["body"].as_str().unwrap().contains("\"a\""), "{exchange}");
    assert_eq!(exchange["response"]["status"], 400);
    assert_eq!(shown["actions"], json!({ "replay": true, "cancel": false, "resolve": [] }));
    let delivery = shown["event"]["delivery"].as_str().unwrap();
    let viewer = w.api(Role::Viewer).await;
    assert_eq!(viewer.get(&format!("/deliveries/{delivery}")).await.ok()["verdict"], "run");
    for bad in ["state=odd", "flow=run_1", "from=soon", "error=odd"] {
        let answer = viewer.get(&format!("/runs?{bad}")).await;
        assert_eq!(answer.refused(422), "field_invalid", "{bad}");
    }
    assert_eq!(viewer.get("/runs?limit=x").await.refused(400), "bad_request");
    assert_eq!(viewer.get("/runs/nonsense").await.refused(404), "not_found");
}

async fn a_waiting_run_says_when_it_goes_on_and_why(w: &World) {
    w.sink.script([Answer::status(503)]);
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    let run = w.only_run(&hook, RunState::Waiting).await.run.id;
    let api = w.api(Role::Editor).await;
    let shown = api.get(&format!("/runs/{run}")).await.ok();
    assert_eq!((&shown["state"], &shown["next_why"]), (&json!("waiting"), &json!("retry")));
    assert_eq!(shown["attempt"], 1);
    let next = shown["next_at"].as_str().unwrap();
    assert_eq!(shown["steps"][0]["due_at"], next);
    let wait = &shown["steps"][0]["waits"][0];
    assert_eq!((&wait["to"], &wait["why"]), (&json!(next), &json!("retry")));
    assert_eq!(items(&api.get("/runs?state=waiting").await.ok()), [run.to_string().as_str()]);
    w.pause(&hook).await;
    let paused = api.get(&format!("/runs/{run}")).await.ok();
    assert_eq!(paused["next_why"], "paused");
    let ended = api.post(&format!("/runs/{run}/cancel"), &json!({})).await.ok();
    assert_eq!(ended["state"], "cancelled");
    let again = api.post(&format!("/runs/{run}/cancel"), &json!({})).await;
    assert_eq!(again.refused(409), "conflict");
}

/// What is said of the only run of a flow in one language: title, detail, what to do and where.
async fn said(w: &World, hook: &Hook, russian: bool) -> [String; 4] {
    let api = w.api(Role::Viewer).await;
    let api = if russian { api.in_russian() } else { api };
    let run = w.runs(hook).await[0].id;
    let shown = api.get(&format!("/runs/{run}")).await.ok();
    let error = [&shown["error"], &shown["steps"][0]["error"]].into_iter().find(|e| e.is_object());
    let error = error.unwrap_or_else(|| panic!("no error: {shown}")).clone();
    let texts =
        [&error["title"], &error["detail"], &error["action"]["label"], &error["action"]["href"]];
    texts.map(|t| t.as_str().unwrap_or_else(|| panic!("{error}")).to_owned())
}

async fn a_person_reads_what_a_step_ran_into_and_what_to_do(w: &World) {
    w.sink.script([Answer::status(503), Answer::status(400)]);
    let later = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&later, id("a")).await;
    w.only_run(&later, RunState::Waiting).await;
    let refused = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&refused, id("b")).await;
    let moment = "{ id: wait, delay: { until: { path: $.trigger.body.id } } }".to_owned();
    let moment = w.flow(&flow(&[moment])).publish().await;
    w.accepted(&moment, id("soon")).await;
    let broken = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&broken, Body::new("application/json", "{\n\"id\": }")).await;
    for hook in [&refused, &moment, &broken] {
        w.outcome(hook).await;
    }
    for (hook, en, ru, at) in [
        (&later, "the service answered 503", "сервис ответил 503", "/runs?flow="),
        (&refused, "the service answered 400", "сервис ответил 400", "?step=out"),
        (&moment, "until: expected a date and time", "until: нужны дата и время", "?step=wait"),
        (&broken, "line 2", "строка 2", "error=body_unparsable"),
    ] {
        let (english, russian) = (said(w, hook, false).await, said(w, hook, true).await);
        assert!(english[1].contains(en) && russian[1].contains(ru), "{english:?} {russian:?}");
        for (en, ru) in english.iter().zip(&russian).take(3) {
            assert!(en.is_ascii(), "{en}");
            assert!(ru.chars().any(|c| ('А'..='я').contains(&c)), "{ru}");
        }
        assert!(english[3].contains(at) && english[3] == russian[3], "{}", english[3]);
    }
}

async fn a_step_whose_connection_is_broken_leads_to_it(w: &World) {
    let crm = w.crm().await;
    let hook = w.flow(&flow(&[lead("")])).publish().await;
    let why = domain::Text::new("the token was revoked", "токен отозван").kept();
    let change =
        ConnectionStateChange { id: crm.id, state: ConnectionState::Broken, note: Some(why) };
    w.ask(|m| async move { m.db.set_connection_state(change).await }).await.unwrap();
    w.accepted(&hook, id("a")).await;
    w.only_run(&hook, RunState::Waiting).await;
    let [title, detail, label, href] = said(w, &hook, true).await;
    assert_eq!(title, "Подключение больше не работает; подключите заново.");
    assert_eq!(detail, "«crm»: токен отозван");
    assert_eq!(label, "Проверить подключение и повторить");
    assert_eq!(href, format!("/connections?edit={}", crm.id));
    assert_eq!(said(w, &hook, false).await[1], "\"crm\": the token was revoked");
    let api = w.api(Role::Viewer).await.in_russian();
    let listed = api.get(&format!("/connections/{}", crm.id)).await.ok();
    assert_eq!(listed["reason"], "токен отозван");
}

async fn a_failed_run_is_repeated_and_both_name_each_other(w: &World) {
    w.sink.script([Answer::status(400)]);
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    let old = w.outcome(&hook).await.run.id;
    w.clock.advance(Span::ms(1));
    let api = w.api(Role::Editor).await;
    let new = api.post(&format!("/runs/{old}/replay"), &json!({})).await;
    assert_eq!(new.status(), 201);
    let new = new.ok()["id"].as_str().unwrap().to_owned();
    w.ended(&hook, 2).await;
    let shown = api.get(&format!("/runs/{new}")).await.ok();
    assert_eq!((&shown["state"], &shown["replay_of"]), (&json!("succeeded"), &json!(old)));
    assert_eq!(api.get(&format!("/runs/{old}")).await.ok()["replays"], json!([new]));
    let bad = api.post(&format!("/runs/{old}/replay"), &json!({ "from": "nowhere" })).await;
    assert_eq!(bad.refused(404), "not_found");
    let bad = api.post(&format!("/runs/{old}/replay"), &json!({ "version": "best" })).await;
    assert_eq!(bad.refused(422), "field_invalid");
    let owner = w.api(Role::Owner).await;
    let log = owner.get("/audit").await.ok();
    assert_eq!(log["items"][0]["action"], "run.replayed");
    assert_eq!(log["items"][0]["object"], old.to_string());
}

async fn a_step_that_must_not_be_done_twice_is_repeated_only_by_name(w: &World) {
    w.shop().await;
    w.sink.respond(|r| match r.path.as_str() {
        "/end" => Answer::status(400),
        _ => Answer::json(200, &json!({ "id": 9 })),
    });
    let steps = [order("create_order", ""), tell(w, "end", "/end", "{ literal: 1 }")];
    let hook = w.flow(&flow(&steps)).publish().await;
    w.accepted(&hook, id("a")).await;
    let old = w.outcome(&hook).await.run.id;
    let api = w.api(Role::Editor).await;
    let orders = || told(w, "/orders").len();
    assert_eq!(orders(), 1);
    for (n, input, expected) in [
        (2, json!({ "from": "start" }), 1),
        (3, json!({ "from": "order" }), 1),
        (4, json!({ "from": "end" }), 1),
        (5, json!({ "from": "order", "repeat_unsafe": ["order"] }), 2),
    ] {
        w.clock.advance(Span::ms(1));
        let _ = api.post(&format!("/runs/{old}/replay"), &input).await.ok();
        w.ended(&hook, n).await;
        assert_eq!((orders(), told(w, "/end").len()), (expected, n), "{input}");
    }
}

async fn a_parked_run_is_decided_about(w: &World) {
    w.shop().await;
    let api = w.api(Role::Editor).await;
    let mut n = 0;
    for (verdict, state, sent, last) in [
        (json!({ "verdict": "again" }), RunState::Succeeded, 2, json!(9)),
        (json!({ "verdict": "done", "output": { "id": 5 } }), RunState::Succeeded, 1, json!(5)),
        (json!({ "verdict": "skip" }), RunState::Succeeded, 1, Value::Null),
        (json!({ "verdict": "fail" }), RunState::Failed, 1, Value::Null),
    ] {
        let before = told(w, "/orders").len();
        w.sink.script([Answer::close_without_answer(), Answer::json(200, &json!({ "id": 9 }))]);
        let tell = tell(w, "end", "/end", "{ path: $.steps.order.output.id }");
        let hook = w.flow(&flow(&[order("create_order", ""), tell])).publish().await;
        w.accepted(&hook, id("a")).await;
        let run = w.only_run(&hook, RunState::Parked).await.run.id;
        let shown = api.get(&format!("/runs/{run}")).await.ok();
        assert_eq!(shown["actions"]["resolve"], json!(["order"]));
        let path = format!("/runs/{run}/resolve");
        let other = json!({ "verdict": "again", "step": "end" });
        assert_eq!(api.post(&path, &other).await.refused(409), "conflict");
        let odd = json!({ "verdict": "perhaps" });
        assert_eq!(api.post(&path, &odd).await.refused(422), "field_invalid");
        let _ = api.post(&path, &verdict).await.ok();
        w.run_is(run, state).await;
        assert_eq!(told(w, "/orders").len() - before, sent, "{verdict}");
        if state == RunState::Succeeded {
            n += 1;
            assert_eq!(told(w, "/end").len(), n);
            assert_eq!(told(w, "/end")[n - 1]["value"], last, "{verdict}");
        }
        w.sink.script([]);
        assert_eq!(api.post(&path, &verdict).await.refused(409), "conflict");
    }
}

async fn many_runs_are_counted_and_repeated(w: &World) {
    w.sink.script(std::iter::repeat_n(Answer::status(400), 3));
    let hook = w.flow(&deliver(w, "")).publish().await;
    for n in 0..3 {
        w.accepted(&hook, id(&n.to_string())).await;
    }
    w.ended(&hook, 3).await;
    let api = w.api(Role::Editor).await;
    let filter = json!({ "flow": hook.id.to_string(), "error": "remote_refused" });
    let dry = api.post("/replays", &json!({ "filter": filter, "dry_run": true })).await;
    assert_eq!(dry.status(), 200);
    assert_eq!(dry.ok()["count"], 3);
    let made = api.post("/replays", &json!({ "filter": filter, "rate": 100 })).await;
    assert_eq!(made.status(), 201);
    let replay = made.ok()["replay"]["id"].as_str().unwrap().to_owned();
    until("it is done", async || {
        w.advance(Span::secs(1)).await;
        let shown = api.get(&format!("/replays/{replay}")).await.ok();
        (shown["state"] == "done").then_some(shown)
    })
    .await;
    w.ended(&hook, 6).await;
    assert_eq!(ids(w).len(), 6);
    let runs = api.get(&format!("/replays/{replay}/runs?limit=2")).await.ok();
    assert_eq!(runs["items"].as_array().unwrap().len(), 2);
    let next = runs["next"].as_str().unwrap();
    let rest = api.get(&format!("/replays/{replay}/runs?limit=2&cursor={next}")).await.ok();
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (1, &Value::Null));
    assert_eq!(api.get("/replays").await.ok()["items"][0]["id"], replay);
    let over = api.post(&format!("/replays/{replay}/cancel"), &json!({})).await;
    assert_eq!(over.refused(409), "conflict");
    let odd = json!({ "filter": { "states": ["running"] } });
    assert_eq!(api.post("/replays", &odd).await.refused(400), "bad_request");
}

async fn runs_are_counted_by_hour_and_outcome(w: &World) {
    w.sink.script([Answer::status(400)]);
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    w.ended(&hook, 1).await;
    w.advance(Span::hours(2)).await;
    w.accepted(&hook, id("b")).await;
    w.ended(&hook, 2).await;
    let api = w.api(Role::Viewer).await;
    let hours = api.get(&format!("/runs/counts?flow={}&hours=3", hook.id)).await.ok();
    let of = |word: &str| -> Vec<i64> {
        hours.as_array().unwrap().iter().map(|h| h[word].as_i64().unwrap()).collect()
    };
    assert_eq!((of("failed"), of("succeeded")), (vec![1, 0, 0], vec![0, 0, 1]));
    assert_eq!(hours[2]["hour"], "2026-03-02T11:00:00Z");
    assert_eq!(api.get("/runs/counts").await.ok().as_array().unwrap().len(), 24);
}

async fn the_health_of_the_queue_names_what_waits_and_where(w: &World) {
    w.sink.script([Answer::status(503), Answer::status(200)]);
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    w.only_run(&hook, RunState::Waiting).await;
    w.accepted(&hook, id("b")).await;
    until("the second has ended", async || {
        let runs = w.runs(&hook).await;
        (runs.len() == 2 && runs[1].state.is_final()).then_some(())
    })
    .await;
    let draft = w.flow(&deliver(w, "")).keep().await;
    w.accepted(&draft, id("c")).await;
    let api = w.api(Role::Viewer).await;
    let health = api.get("/health/queue").await.ok();
    assert_eq!((&health["jobs"], &health["depth"]), (&json!(1), &json!(0)));
    assert_eq!((&health["held"], &health["oldest_waiting_secs"]), (&json!(1), &Value::Null));
    let sink = format!("127.0.0.1:{}", w.sink.addr().port());
    let of = health["by_destination"].as_array().unwrap();
    let one = of.iter().find(|d| d["host"] == sink).unwrap_or_else(|| panic!("{health}"));
    assert_eq!((&one["ok"], &one["failed"], &one["open"]), (&json!(1), &json!(1), &json!(false)));
}

async fn runs_of_another_workspace_cannot_be_touched(w: &World) {
    w.sink.script([Answer::status(503)]);
    let hook = w.flow(&deliver(w, "")).publish().await;
    w.accepted(&hook, id("a")).await;
    let run = w.only_run(&hook, RunState::Waiting).await.run.id;
    let other = w.api_in(WorkspaceId::new(w.clock.now()), Role::Owner).await;
    for what in ["replay", "cancel"] {
        let answer = other.post(&format!("/runs/{run}/{what}"), &json!({})).await;
        assert_eq!(answer.refused(404), "not_found", "{what}");
    }
    let verdict = json!({ "verdict": "fail" });
    let answer = other.post(&format!("/runs/{run}/resolve"), &verdict).await;
    assert_eq!(answer.refused(404), "not_found");
    assert_eq!(other.get("/runs").await.ok()["items"], json!([]));
    assert_eq!(other.get(&format!("/runs?q={run}")).await.ok()["items"], json!([]));
    let counts = other.get(&format!("/runs/counts?flow={}", hook.id)).await;
    assert_eq!(counts.refused(404), "not_found");
    let viewer = w.api(Role::Viewer).await;
    let answer = viewer.post(&format!("/runs/{run}/cancel"), &json!({})).await;
    assert_eq!(answer.refused(403), "right_missing");
    assert_eq!(w.run(run).await.run.state, RunState::Waiting);
}
