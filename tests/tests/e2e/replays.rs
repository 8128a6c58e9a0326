//! Replays of many runs as a person begins them: by the command line.

use serde_json::{Value, json};
use tests::both_products;
use tests::receivers::http::{Answer, HttpReceiver};
use tests::world::product::Product;
use tests::world::{Kind, Request, form, until};

both_products! {
    many_runs_are_replayed_by_the_command_line,
}

async fn failed_runs(zveno: &Product, sink: &HttpReceiver, n: usize) -> String {
    sink.respond(|_| Answer::status(400));
    let flow = format!(
        "
zveno: 1
name: out
trigger: {{ connector: webhook@1.0.0, event: request }}
steps:
  - id: out
    action: http.request@1.0.0
    input: {{ method: {{ literal: POST }}, url: {{ literal: '{}' }} }}
",
        sink.url("/out")
    );
    let file = zveno.file("flow.yaml", &flow);
    let made = zveno.json(&["flow", "import", &file, "--publish"]).await;
    let path = made["hook_url"].as_str().unwrap().split_once("/in/").unwrap().1.to_owned();
    for i in 0..n {
        let request = Request::post(&format!("/in/{path}"), form(&[("n", &i.to_string())]));
        assert_eq!(request.send(zveno.addr()).await.unwrap().status, 200);
    }
    let flow = made["id"].as_str().unwrap().to_owned();
    until("all have failed", async || {
        let runs = zveno.json(&["run", "list", "--flow", &flow, "--state", "failed"]).await;
        (runs.as_array()?.len() == n).then_some(())
    })
    .await;
    flow
}

/// More than are made at one a second while the command line looks at the first.
const RUNS: usize = 9;

async fn many_runs_are_replayed_by_the_command_line(kind: Kind) {
    let zveno = Product::new(kind).await;
    let sink = HttpReceiver::start().await.unwrap();
    let server = zveno.serve().await;
    let flow = failed_runs(&zveno, &sink, RUNS).await;
    let which = ["run", "replay", "--flow", &flow, "--error", "remote_refused", "--since", "1h"];
    let with = |more: &[&'static str]| [&which[..], more].concat();

    let dry = zveno.json(&with(&["--dry-run"])).await;
    assert_eq!(dry["count"], json!({ "runs": RUNS, "more": false, "unknown": 0 }));
    assert_eq!(dry["sample"].as_array().unwrap().len(), 5, "some of them");
    let said = zveno.cli(&with(&["--dry-run"])).await;
    assert!(said.out.starts_with("9 runs\n"), "{said:?}");
    let asked = zveno.cli(&with(&[])).await;
    assert_eq!(asked.code, 2, "{asked:?}");
    assert!(asked.err.contains("9 runs") && asked.err.contains("--yes"), "{asked:?}");

    let begun = zveno.json(&with(&["--yes", "--rate", "1"])).await;
    let id = begun["id"].as_str().unwrap();
    assert!(id.starts_with("rpl_"));
    until("the first is made", async || {
        let shown = zveno.json(&["replay", "show", id]).await;
        (!shown["items"].as_array()?.is_empty()).then_some(())
    })
    .await;
    let stopped = zveno.json(&["replay", "cancel", id]).await;
    assert_eq!(stopped["state"], "cancelled");
    assert_eq!(zveno.cli(&["replay", "cancel", id]).await.code, 5);

    let rest = zveno.json(&with(&["--yes", "--rate", "100"])).await;
    let rest = rest["id"].as_str().unwrap().to_owned();
    let done = until("the others are made", async || {
        let shown = zveno.json(&["replay", "show", &rest]).await;
        (shown["replay"]["state"] == "done").then_some(shown)
    })
    .await;
    assert_eq!(done["replay"]["by"], "command line");
    links(&zveno, &done).await;
    let list = zveno.json(&["replay", "list"]).await;
    let ids: Vec<&Value> = list.as_array().unwrap().iter().map(|r| &r["id"]).collect();
    assert_eq!(ids, [&json!(rest), &json!(id)]);

    for (args, code) in [
        (&["run", "replay"][..], 2),
        (&["run", "replay", "--state", "succeeded", "--dry-run"], 2),
        (&["run", "replay", "--flow", &flow, "--state", "waiting", "--dry-run"], 2),
        (&["run", "replay", "--flow", &flow, "--yes", "--rate", "0"], 2),
        (&["run", "replay", "--flow", &flow, "--since", "yesterday"], 2),
        (&["replay", "show", "rpl_00000000000000000000000000"], 3),
    ] {
        let said = zveno.cli(args).await;
        assert_eq!(said.code, code, "{args:?}: {said:?}");
    }
    assert_eq!(server.stop().await, 0);
    zveno.remove().await;
}

/// Each run that was made, and its original, name each other.
async fn links(zveno: &Product, shown: &Value) {
    let items = shown["items"].as_array().unwrap();
    assert_eq!(json!(items.len()), shown["replay"]["made"]);
    for item in items {
        let (original, run) = (item["original"].as_str().unwrap(), item["run"].as_str().unwrap());
        let new = zveno.json(&["run", "show", run]).await;
        assert_eq!(
            (&new["run"]["replay_of"], &new["bulk"]),
            (&item["original"], &shown["replay"]["id"])
        );
        assert_eq!(zveno.json(&["run", "show", original]).await["replays"], json!([run]));
        let told = zveno.cli(&["run", "show", run]).await.out;
        assert!(
            told.contains(&format!("bulk: {}", shown["replay"]["id"].as_str().unwrap())),
            "{told}"
        );
    }
}
