//! The life of a server process: its role, and how it ends.

use serde_json::Value;
use tests::both_products;
use tests::receivers::Gate;
use tests::receivers::http::{Answer, HttpReceiver};
use tests::world::product::Product;
use tests::world::{Kind, Request, SOON, form, until};

both_products! {
    a_server_that_is_asked_to_stop_says_so_before_it_closes,
    a_server_that_is_asked_twice_stops_at_once,
    a_server_shows_its_nodes,
}

/// A flow that tells the receiver; its path.
async fn flow(zveno: &Product, sink: &HttpReceiver) -> String {
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
    format!("/in/{}", made["hook_url"].as_str().unwrap().split_once("/in/").unwrap().1)
}

async fn post(zveno: &Product, path: &str) -> u16 {
    let request = Request::post(path, form(&[("n", "1")]));
    request.send(zveno.addr()).await.map_or(0, |r| r.status)
}

async fn ready(zveno: &Product) -> Option<u16> {
    Request::new("GET", "/readyz").send(zveno.addr()).await.ok().map(|r| r.status)
}

async fn succeeded(zveno: &Product, n: usize) {
    until("all have succeeded", async || {
        let runs = zveno.json(&["run", "list", "--state", "succeeded"]).await;
        (runs.as_array()?.len() == n).then_some(())
    })
    .await;
}

async fn a_server_that_is_asked_to_stop_says_so_before_it_closes(kind: Kind) {
    let mut zveno = Product::new(kind).await;
    let sink = HttpReceiver::start().await.unwrap();
    zveno.set("ZVENO_DRAIN", "4s");
    let server = zveno.serve().await;
    let path = flow(&zveno, &sink).await;
    let gate = Gate::new();
    sink.script([Answer::ok().after(&gate)]);
    assert_eq!(post(&zveno, &path).await, 200);
    gate.wait_for(1, SOON).await.unwrap();
    server.ask_to_stop();
    until("it says so", async || (ready(&zveno).await == Some(503)).then_some(())).await;
    assert_eq!(post(&zveno, &path).await, 200, "a load balancer has not noticed yet");
    until("it closes", async || ready(&zveno).await.is_none().then_some(())).await;
    gate.open();
    assert_eq!(server.ended().await, 0);
    assert_eq!(sink.log().len(), 1, "it took no more work");
    let server = zveno.serve().await;
    succeeded(&zveno, 2).await;
    assert_eq!(sink.log().len(), 2, "what ran had finished");
    server.kill().await;
    zveno.remove().await;
}

async fn a_server_that_is_asked_twice_stops_at_once(kind: Kind) {
    let zveno = Product::new(kind).await;
    let sink = HttpReceiver::start().await.unwrap();
    let server = zveno.serve().await;
    let path = flow(&zveno, &sink).await;
    let gate = Gate::new();
    sink.script([Answer::ok().after(&gate)]);
    assert_eq!(post(&zveno, &path).await, 200);
    gate.wait_for(1, SOON).await.unwrap();
    server.ask_to_stop();
    until("it hears", async || (ready(&zveno).await != Some(200)).then_some(())).await;
    server.ask_to_stop();
    // The request under way is never answered, so that waiting for it would end in a panic here.
    assert_eq!(server.ended().await, 0);
    let server = zveno.serve().await;
    succeeded(&zveno, 1).await;
    let all = sink.log().all();
    assert_eq!(all[0].header("idempotency-key"), all[1].header("idempotency-key"));
    server.kill().await;
    zveno.remove().await;
}

async fn a_server_shows_its_nodes(kind: Kind) {
    let mut zveno = Product::new(kind).await;
    if kind == Kind::Sqlite {
        let said = zveno.cli(&["serve", "--role", "worker"]).await;
        assert_eq!(said.code, 1, "{said:?}");
        assert!(said.err.contains("needs PostgreSQL"), "{said:?}");
        let server = zveno.serve().await;
        let metrics = Request::new("GET", "/metrics").send(zveno.addr()).await.unwrap().body;
        assert!(metrics.contains("role=\"all\"} +Inf"), "{metrics}");
        server.kill().await;
        return zveno.remove().await;
    }
    zveno.set("ZVENO_ROLE", "ingest");
    let server = zveno.serve().await;
    let metrics = Request::new("GET", "/metrics").send(zveno.addr()).await.unwrap().body;
    assert!(metrics.contains("zveno_node_alive_until_seconds{node=\"nod_"), "{metrics}");
    assert!(metrics.contains("role=\"ingest\""), "{metrics}");
    let found = async || -> Value {
        let said = zveno.cli(&["doctor", "--json"]).await;
        let v: Value = serde_json::from_str(&said.out).unwrap();
        let all = v["findings"].as_array().unwrap();
        all.iter().find(|f| f["check"] == "nodes").unwrap().clone()
    };
    let lone = found().await;
    assert_eq!(lone["ok"], false, "nobody executes: {lone}");
    assert!(lone["says"].as_str().unwrap().contains("(ingest) alive until"), "{lone}");
    assert_eq!(server.stop().await, 0);
    let none = found().await;
    assert_eq!((&none["ok"], &none["says"]), (&true.into(), &"no server runs".into()));
    zveno.remove().await;
}
