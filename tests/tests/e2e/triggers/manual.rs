//! Flows that a person starts, once or for each row of a file.

use domain::Span;
use domain::delivery::EventState;
use domain::run::RunState;
use engine::manage::start::Sheet;
use serde_json::{Value, json};
use store::ImportState;
use tests::both;
use tests::world::{Hook, World, until};

use super::flow;
use crate::samples::{tell, values};

both! {
    a_person_starts_a_run_with_data,
    declared_fields_are_fitted_and_their_faults_named,
    s12_a_draft_is_refused_and_a_paused_flow_holds,
    a_flow_with_another_trigger_is_not_started_by_hand,
    a_trial_shows_the_first_rows_and_every_fault_with_its_line,
    faulty_rows_start_nothing_unless_they_are_left_out,
    rows_start_at_their_rate,
    an_import_goes_on_after_a_restart_and_starts_each_row_once,
    a_stopped_import_starts_no_more_rows,
    rows_of_a_paused_flow_are_held_in_order,
}

const FIELDS: &str = "{ fields: { literal: [ { key: name, label: Имя, required: true }, \
     { key: phone, type: phone }, { key: sum, type: number } ] } }";

fn by_hand(w: &World, input: &str) -> String {
    let trigger = format!("{{ connector: manual@1.0.0, event: start, input: {input} }}");
    flow(&trigger, &[tell(w, "say", "/start", "{ path: $.trigger.body }")])
}

fn sheet(csv: &str) -> Sheet {
    Sheet { csv: csv.to_owned(), ..Sheet::default() }
}

/// Names of the rows that were started.
fn names(w: &World) -> Vec<String> {
    let mut names: Vec<String> =
        values(w, "/start").iter().filter_map(|v| v["name"].as_str().map(str::to_owned)).collect();
    names.sort();
    names
}

fn numbered(n: usize) -> String {
    (0..n).fold("name\n".to_owned(), |text, i| format!("{text}row {i:03}\n"))
}

async fn a_person_starts_a_run_with_data(w: &World) {
    let hook = w.flow(&by_hand(w, "{}")).publish().await;
    let data = json!({ "any": [1, "two", { "three": null }] });
    let started = w.start_with(&hook, data.clone()).await.unwrap();
    let run = w.run_is(started.run.unwrap(), RunState::Succeeded).await;
    assert_eq!((run.run.event, values(w, "/start")), (started.event, vec![data]));
    assert_eq!(w.deliveries(&hook).await[0].method, "MANUAL");
    // Twice the same is twice: a person meant it.
    w.start_with(&hook, Value::Null).await.unwrap();
    w.start_with(&hook, Value::Null).await.unwrap();
    w.ended(&hook, 3).await;
}

async fn declared_fields_are_fitted_and_their_faults_named(w: &World) {
    let hook = w.flow(&by_hand(w, FIELDS)).publish().await;
    let start = async |data: Value| w.start_with(&hook, data).await;
    assert!(start(json!({ "phone": "1" })).await.unwrap_err().contains("required"));
    let unknown = start(json!({ "name": "a", "fone": "1" })).await.unwrap_err();
    assert_eq!(unknown, r#"data.fone: unknown field "fone", did you mean "phone"?"#);
    let wrong = start(json!({ "name": "a", "sum": "many" })).await.unwrap_err();
    assert_eq!(wrong, r#"data.sum: expected a number, got text "many""#);
    start(json!({ "name": "Анна", "sum": "1 500,50" })).await.unwrap();
    w.outcome(&hook).await;
    assert_eq!(values(w, "/start"), [json!({ "name": "Анна", "sum": 1500.5 })]);
}

async fn s12_a_draft_is_refused_and_a_paused_flow_holds(w: &World) {
    let hook = w.flow(&by_hand(w, "{}")).keep().await;
    let refused = w.start_with(&hook, json!({})).await.unwrap_err();
    assert_eq!(refused, "the flow was never published; publish it before starting it");
    assert!(w.events(&hook).await.is_empty());
    w.publish(&hook).await;
    w.pause(&hook).await;
    let held = w.start_with(&hook, json!({ "name": "a" })).await.unwrap();
    assert_eq!((held.state, held.reason, held.run), (EventState::Held, Some("paused"), None));
    w.held_for(&hook, "paused").await;
    w.resume(&hook).await;
    assert_eq!(w.release(&hook).await, 1);
    w.outcome(&hook).await;
    assert_eq!(names(w), ["a"]);
}

async fn a_flow_with_another_trigger_is_not_started_by_hand(w: &World) {
    let say = tell(w, "say", "/start", "{ path: $.trigger.body }");
    let hook =
        w.flow(&flow("{ connector: webhook@1.0.0, event: request }", &[say])).publish().await;
    let refused = w.start_with(&hook, json!({})).await.unwrap_err();
    assert_eq!(refused, "the flow is not started by hand: its trigger is a webhook");
}

const MIXED: &str =
    "Имя;phone;sum;note\nАнна;+79000000000;1 500;x\n;1;2;\n\"Иван\nмл.\";;;\nПётр;;many;\nОля;1\n";

async fn a_trial_shows_the_first_rows_and_every_fault_with_its_line(w: &World) {
    let hook = w.flow(&by_hand(w, FIELDS)).publish().await;
    let trial = w.try_rows(&hook, sheet(MIXED)).await;
    assert_eq!((trial.rows, trial.faulty, trial.unused), (2, 3, vec!["note".to_owned()]));
    assert_eq!(trial.sample[0], json!({ "name": "Анна", "phone": "+79000000000", "sum": 1500 }));
    assert_eq!(trial.sample[1], json!({ "name": "Иван\nмл." }));
    let said: Vec<(usize, String)> =
        trial.faults.into_iter().map(|f| (f.line, f.message.en)).collect();
    assert_eq!(said[0].0, 3);
    assert!(said[0].1.contains("required"), "{said:?}");
    assert_eq!(said[1], (6, r#"sum: expected a number, got text "many""#.to_owned()));
    assert_eq!(said[2], (7, "2 cells, but the header has 4".to_owned()));
    assert!(w.events(&hook).await.is_empty());
    let map = [("note".to_owned(), "name".to_owned())].into();
    let by_note = w.try_rows(&hook, Sheet { map, ..sheet("note,x\nAnna,1\n") }).await;
    assert_eq!(by_note.sample, [json!({ "name": "Anna" })]);
}

async fn faulty_rows_start_nothing_unless_they_are_left_out(w: &World) {
    let hook = w.flow(&by_hand(w, FIELDS)).publish().await;
    let refused = w.start_rows(&hook, sheet(MIXED)).await.unwrap_err();
    assert!(
        refused.starts_with("3 row(s) have faults, so nothing was started; line 3"),
        "{refused}"
    );
    assert!(w.events(&hook).await.is_empty());
    w.start_rows(&hook, Sheet { skip_faulty: true, ..sheet(MIXED) }).await.unwrap();
    w.ended(&hook, 2).await;
    assert_eq!(names(w), ["Анна", "Иван\nмл."]);
}

/// Waits until so many rows have been started.
async fn started(w: &World, hook: &Hook, n: i64) {
    until("rows", async || (w.import(hook).await.done >= n).then_some(())).await;
    assert_eq!(w.import(hook).await.done, n);
}

async fn rows_start_at_their_rate(w: &World) {
    let hook = w.flow(&by_hand(w, FIELDS)).publish().await;
    let rows = Sheet { rate: Some(2), ..sheet(&numbered(5)) };
    let import = w.start_rows(&hook, rows).await.unwrap();
    assert_eq!((import.total, import.rate), (5, 2));
    started(w, &hook, 2).await;
    w.advance(Span::secs(1)).await;
    started(w, &hook, 4).await;
    w.advance(Span::secs(1)).await;
    started(w, &hook, 5).await;
    let done = w.import(&hook).await;
    assert_eq!((done.state, done.finished_at.is_some()), (ImportState::Done, true));
    w.ended(&hook, 5).await;
}

async fn an_import_goes_on_after_a_restart_and_starts_each_row_once(w: &World) {
    let hook = w.flow(&by_hand(w, FIELDS)).publish().await;
    let rows = Sheet { rate: Some(40), ..sheet(&numbered(110)) };
    w.start_rows(&hook, rows).await.unwrap();
    until("the first rows", async || (w.import(&hook).await.done > 0).then_some(())).await;
    w.restart().await;
    w.advance(Span::secs(1)).await;
    until("more rows", async || (w.import(&hook).await.done > 40).then_some(())).await;
    w.restart().await;
    // Runs that were cut off are tried again after a pause.
    until("its end", async || {
        w.clock.advance(Span::secs(1));
        (w.import(&hook).await.state == ImportState::Done).then_some(())
    })
    .await;
    assert_eq!(w.counts().await.events, 110);
    until("the runs", async || {
        w.clock.advance(Span::secs(10));
        (w.counts().await.succeeded == 110).then_some(())
    })
    .await;
    let mut names = names(w);
    names.dedup();
    assert_eq!(names.len(), 110);
}

async fn a_stopped_import_starts_no_more_rows(w: &World) {
    let hook = w.flow(&by_hand(w, FIELDS)).publish().await;
    let rows = Sheet { rate: Some(1), ..sheet(&numbered(3)) };
    let import = w.start_rows(&hook, rows).await.unwrap().id;
    started(w, &hook, 1).await;
    w.ask(move |m| async move { m.stop_import(import).await }).await.unwrap();
    w.advance(Span::secs(10)).await;
    let row = w.import(&hook).await;
    assert_eq!((row.state, row.done), (ImportState::Stopped, 1));
    let again = w.ask(move |m| async move { m.stop_import(import).await }).await;
    assert_eq!(again.unwrap_err().to_string(), "the import has ended");
    w.ended(&hook, 1).await;
}

async fn rows_of_a_paused_flow_are_held_in_order(w: &World) {
    let hook = w.flow(&by_hand(w, FIELDS)).publish().await;
    w.pause(&hook).await;
    w.start_rows(&hook, sheet(&numbered(7))).await.unwrap();
    until("its end", async || (w.import(&hook).await.done == 7).then_some(())).await;
    let events = w.events(&hook).await;
    assert!(events.len() == 7 && events.iter().all(|e| e.state == EventState::Held));
    let mut held = Vec::new();
    for d in w.deliveries(&hook).await {
        let body: Value = serde_json::from_slice(&w.delivery(&d).await.body).unwrap();
        held.push((events.iter().position(|e| e.delivery == d.id), body["name"].clone()));
    }
    held.sort_by_key(|(at, _)| *at);
    let names: Vec<Value> = held.into_iter().map(|(_, n)| n).collect();
    assert_eq!(names, (0..7).map(|i| json!(format!("row {i:03}"))).collect::<Vec<_>>());
}
