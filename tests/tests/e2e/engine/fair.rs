//! Places shared among flows (semantics S15).

use domain::run::RunState;
use serde_json::json;
use tests::both;
use tests::receivers::Gate;
use tests::receivers::http::Answer;
use tests::world::{Body, SOON, World, json as body, until};

use crate::samples::told;

both! {
    s15_a_flow_has_no_more_runs_at_once_than_its_settings_say,
    s15_a_flow_with_thousands_of_due_runs_does_not_delay_another,
}

/// A flow that makes a run of each item and sends it to `path`.
fn flow(w: &World, path: &str, settings: &str) -> String {
    format!(
        "
zveno: 1
name: orders
trigger: {{ connector: shop@1.0.0, event: orders, dedupe: none }}
steps:
  - id: out
    action: http.request@1.0.0
    input:
      method: {{ literal: POST }}
      url: {{ literal: '{}' }}
      json: {{ object: {{ id: {{ path: $.trigger.data.id }} }} }}
{settings}",
        w.sink.url(path)
    )
}

fn items(ids: std::ops::Range<usize>) -> Body {
    let orders: Vec<_> = ids.map(|id| json!({ "id": id, "kind": "order" })).collect();
    body(&json!({ "orders": orders }))
}

async fn s15_a_flow_has_no_more_runs_at_once_than_its_settings_say(w: &World) {
    let gate = Gate::new();
    w.sink.respond({
        let gate = gate.clone();
        move |r| if r.path == "/slow" { Answer::ok().after(&gate) } else { Answer::ok() }
    });
    let slow = w.flow(&flow(w, "/slow", "settings: { concurrency: 3 }\n")).publish().await;
    let other = w.flow(&flow(w, "/other", "")).publish().await;
    // One by one, as they are handed over at the commit, and many at once, as they are claimed.
    for i in 0..6 {
        w.accepted(&slow, items(i..i + 1)).await;
    }
    w.accepted(&slow, items(6..12)).await;
    gate.wait_for(3, SOON).await.unwrap();
    w.accepted(&other, items(0..5)).await;
    w.ended(&other, 5).await;
    assert_eq!((gate.waiting(), told(w, "/slow").len()), (3, 3));
    // As one ends another begins, and never more.
    for done in 1..=9 {
        gate.release(1);
        let n = 3 + done;
        until("the next request", async || (told(w, "/slow").len() >= n).then_some(())).await;
        gate.wait_for(3, SOON).await.unwrap();
        assert_eq!((gate.waiting(), told(w, "/slow").len()), (3, n));
    }
    gate.open();
    let runs = w.ended(&slow, 12).await;
    assert!(runs.iter().all(|r| r.run.state == RunState::Succeeded));
}

async fn s15_a_flow_with_thousands_of_due_runs_does_not_delay_another(w: &World) {
    let gate = Gate::new();
    w.sink.respond({
        let gate = gate.clone();
        move |r| if r.path == "/crowd" { Answer::ok().after(&gate) } else { Answer::ok() }
    });
    let crowd = w.flow(&flow(w, "/crowd", "")).publish().await;
    let quiet = w.flow(&flow(w, "/quiet", "")).publish().await;
    for i in 0..5 {
        w.accepted(&crowd, items(i * 1_000..(i + 1) * 1_000)).await;
    }
    // All places are taken, and thousands wait for the next one.
    gate.wait_for(domain::limits::WORKERS, SOON).await.unwrap();
    w.accepted(&quiet, items(0..10)).await;
    assert!(told(w, "/quiet").is_empty());
    // Of the places that become free the other flow has every second one.
    gate.release(20);
    until("the quiet flow's requests", async || (told(w, "/quiet").len() == 10).then_some(()))
        .await;
    w.ended(&quiet, 10).await;
    assert!(w.counts().await.queued > 4_000);
}
