//! Events that say only what happened: the details are asked for before the first step.

use domain::run::RunState;
use serde_json::{Value, json};
use tests::both;
use tests::receivers::http::Answer;
use tests::world::{Hook, World, json as body};

use super::{ACME, TOKEN, connected, install, told};

both! {
    s17_details_are_the_first_journaled_step_of_a_run,
    s17_a_service_that_fails_is_asked_again_and_steps_wait,
    s17_a_record_that_has_gone_ends_the_run_as_filtered,
}

async fn published(w: &World) -> Hook {
    install(w, ACME).await.unwrap();
    connected(w).await;
    let flow = "
zveno: 1
name: changed
trigger: { connector: acme@1.0.0, event: order_changed, connection: acme }
steps:
  - id: out
    action: http.request@1.0.0
    input:
      method: { literal: POST }
      url: { literal: 'OUT' }
      json: { object: { id: { path: $.trigger.data.id }, total: { path: $.trigger.details.total } } }
";
    w.flow(&flow.replace("OUT", &w.sink.url("/out"))).publish().await
}

fn details(w: &World) {
    w.sink.respond(|r| match r.path.as_str() {
        "/orders/o-1" => Answer::json(200, &json!({ "order": { "total": 12 } })),
        "/orders/gone" => Answer::json(404, &json!({})),
        _ => Answer::json(200, &json!({})),
    });
}

fn asked(w: &World) -> usize {
    w.sink.log().all().iter().filter(|r| r.path.starts_with("/orders/")).count()
}

fn event(id: &str) -> Value {
    json!({ "id": id })
}

async fn s17_details_are_the_first_journaled_step_of_a_run(w: &World) {
    let hook = published(w).await;
    details(w);
    w.accepted(&hook, body(&event("o-1"))).await;
    let run = w.only_run(&hook, RunState::Succeeded).await;
    assert_eq!(told(w, "/out"), [json!({ "id": "o-1", "total": 12 })]);
    let details = run.steps.iter().find(|s| s.step == "trigger.details").unwrap();
    assert_eq!((details.output.clone(), run.steps.len()), (Some(json!({ "total": 12 })), 2));
    assert_eq!(run.attempts[0].step, "trigger.details", "before everything else");
    let call = w.sink.log().all().into_iter().find(|r| r.path == "/orders/o-1").unwrap();
    assert_eq!(call.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
    let shown = serde_json::to_string(&run.attempts).unwrap();
    assert!(!shown.contains(TOKEN), "{shown}");
    // A restart between the two does not ask again: the journal has it.
    let again = w.replay(run.run.id, domain::replay::Replay::default()).await;
    w.run_is(again, RunState::Succeeded).await;
}

async fn s17_a_service_that_fails_is_asked_again_and_steps_wait(w: &World) {
    let hook = published(w).await;
    details(w);
    w.sink.next(1, &Answer::status(503));
    w.accepted(&hook, body(&event("o-1"))).await;
    let run = w.only_run(&hook, RunState::Waiting).await;
    assert_eq!((asked(w), told(w, "/out").len()), (1, 0));
    w.advance_to_due(&run).await;
    w.only_run(&hook, RunState::Succeeded).await;
    assert_eq!((asked(w), told(w, "/out").len()), (2, 1));
}

async fn s17_a_record_that_has_gone_ends_the_run_as_filtered(w: &World) {
    let hook = published(w).await;
    details(w);
    w.accepted(&hook, body(&event("gone"))).await;
    let run = w.only_run(&hook, RunState::Filtered).await;
    assert_eq!(run.run.step.as_deref(), Some("trigger.details"));
    assert_eq!(run.steps[0].output, Some(json!({ "reason": "gone" })));
    assert!(told(w, "/out").is_empty());
}
