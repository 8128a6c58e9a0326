//! The log of the server: every line about a run or a delivery names the flow, the run and the
//! step, and what nobody asked for is not written.

use serde_json::Value;
use tests::both_products;
use tests::receivers::http::{Answer, HttpReceiver};
use tests::world::product::{Product, Serving};
use tests::world::{Kind, Request, form, until};

both_products! {
    every_line_about_a_run_names_it_its_flow_and_its_step,
    at_the_usual_level_runs_that_go_well_write_nothing,
}

const ADDRESS: &str = "logs-address-0123456789";

fn flow(sink: &HttpReceiver) -> String {
    let step = |id: &str, more: &str| {
        format!(
            "
  - id: {id}
    action: http.request@1.0.0
    input: {{ method: {{ literal: POST }}, url: {{ literal: '{}' }} }}
    retry: {{ delays: [100ms] }}{more}",
            sink.url(&format!("/{id}"))
        )
    };
    let inner = step("inner", "").replace('\n', "\n    ");
    format!(
        "
zveno: 1
name: logs
trigger: {{ connector: webhook@1.0.0, event: request }}
steps:{}{}
  - id: each
    for_each: {{ literal: [1, 2, 3] }}
    as: one
    concurrency: 3
    steps:{inner}
",
        step("first", ""),
        step("second", "")
    )
}

/// Starts the server, sends one form and waits for the end of its run.
async fn one_run(zveno: &mut Product, sink: &HttpReceiver) -> (String, String, Serving) {
    zveno.set("ZVENO_LOG_JSON", "true");
    let doc = zveno.file("flow.yaml", &flow(sink));
    let made = zveno.json(&["flow", "import", &doc, "--publish", "--address", ADDRESS]).await;
    let serving = zveno.serve().await;
    let sent = Request::post(&format!("/in/{ADDRESS}"), form(&[("n", "1")]));
    assert_eq!(sent.send(zveno.addr()).await.unwrap().status, 200);
    let run = until("the run has succeeded", async || {
        let runs = zveno.json(&["run", "list"]).await;
        (runs[0]["state"] == "succeeded").then(|| runs[0]["id"].as_str().unwrap().to_owned())
    })
    .await;
    (made["id"].as_str().unwrap().to_owned(), run, serving)
}

fn lines(serving: &Serving) -> Vec<Value> {
    let log = serving.log();
    let objects = log.lines().filter(|l| l.starts_with('{'));
    objects.map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {l}"))).collect()
}

fn says(line: &Value, text: &str) -> bool {
    line["fields"]["message"].as_str().is_some_and(|m| m.contains(text))
}

async fn every_line_about_a_run_names_it_its_flow_and_its_step(kind: Kind) {
    let mut zveno = Product::new(kind).await;
    zveno.set("ZVENO_LOG", "trace");
    let sink = HttpReceiver::start().await.unwrap();
    // The first try of the second step is refused, so that it is put off and claimed again.
    sink.script([Answer::ok(), Answer::status(503)]);
    let (flow, run, serving) = one_run(&mut zveno, &sink).await;
    let all = lines(&serving);
    let stored: Vec<_> = all.iter().filter(|l| says(l, "a delivery is stored")).collect();
    assert_eq!(stored.len(), 1, "{stored:?}");
    assert_eq!(
        (&stored[0]["flow.id"], &stored[0]["run.id"]),
        (&Value::from(&*flow), &Value::from(&*run))
    );
    let tries: Vec<_> = all.iter().filter(|l| says(l, "a try ended")).collect();
    let mut steps: Vec<_> = tries.iter().map(|l| l["step"].as_str().unwrap()).collect();
    steps.sort_unstable();
    assert_eq!(steps, ["first", "inner", "inner", "inner", "second", "second"]);
    let named = |l: &&Value| l["run.id"] == run && l["flow.id"] == flow && l["step"].is_string();
    assert!(tries.iter().all(named), "{tries:?}");
    // Libraries too, which know nothing of runs.
    let ours = ["api", "app", "connect", "engine", "store", "zveno"];
    let theirs = |l: &&Value| {
        let target = l["target"].as_str().unwrap();
        !ours.contains(&target.split(':').next().unwrap())
    };
    assert!(all.iter().filter(theirs).any(|l| named(&l)), "the log is as talkative as it can be");
    // Whatever names a step names its run and flow, and no line names those of another.
    for line in all.iter().filter(|l| l.get("step").is_some() || l.get("run.id").is_some()) {
        assert_eq!(
            (&line["flow.id"], &line["run.id"]),
            (&Value::from(&*flow), &Value::from(&*run)),
            "{line}"
        );
    }
    let ended: Vec<_> = all.iter().filter(|l| says(l, "the run ends")).collect();
    assert!(ended.len() == 1 && ended[0].get("step").is_none(), "{ended:?}");
    assert_eq!(serving.stop().await, 0);
    zveno.remove().await;
}

async fn at_the_usual_level_runs_that_go_well_write_nothing(kind: Kind) {
    let mut zveno = Product::new(kind).await;
    let sink = HttpReceiver::start().await.unwrap();
    let (_, _, serving) = one_run(&mut zveno, &sink).await;
    let all = lines(&serving);
    assert!(!all.is_empty(), "the start is told");
    assert!(all.iter().all(|l| l.get("run.id").is_none() && l.get("flow.id").is_none()), "{all:?}");
    assert_eq!(serving.stop().await, 0);
    zveno.remove().await;
}
