//! Connectors that are added to the server: installed, read from folders, upgraded; and what their
//! triggers do besides taking deliveries.

mod enrich;
mod imported;
mod install;
mod one_address;
mod proved;
mod record;
mod reload;
mod routes;
mod subscribe;
mod taken_back;
mod unused;
mod upgrade;

use connect::registry::Connector;
use engine::connectors::Installed;
use engine::manage;
use serde_json::{Value, json};
use tests::receivers::http::Answer;
use tests::world::{Request, World, json as body};

/// The manifest of the invented service.
const ACME: &str = include_str!("acme.yaml");
/// Its picture.
const ICON: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"/>";
/// What proves its deliveries.
const SECRET: &str = "acme-secret-0001";
/// What its calls are made with.
const TOKEN: &str = "acme-token-0001";

/// Installs a manifest.
async fn install(w: &World, manifest: &str) -> Result<Installed, manage::Error> {
    let manifest = manifest.to_owned();
    let icon = Some(ICON.as_bytes().to_vec());
    w.ask(|m| async move { m.install_connector("acme", &manifest, icon).await }).await
}

/// The steps of a flow that tells the sink at this path which delivery came.
fn out(w: &World, path: &str) -> String {
    format!(
        "steps:
  - id: out
    action: http.request@1.0.0
    input:
      method: {{ literal: POST }}
      url: {{ literal: '{}' }}
      json: {{ object: {{ id: {{ path: $.trigger.body.id }} }} }}
",
        w.sink.url(path)
    )
}

/// The same in another version, with something else in it.
fn changed(version: &str, what: &[(&str, &str)]) -> String {
    let mut text = ACME.replace("version: 1.0.0", &format!("version: {version}"));
    for (old, new) in what {
        assert!(text.contains(old), "{old}");
        text = text.replace(old, new);
    }
    Connector::read("acme", &text).unwrap_or_else(|e| panic!("{e}"));
    text
}

/// The connection `acme`.
async fn connected(w: &World) {
    w.connection("acme", "acme", &[], &[("token", TOKEN)]).await;
}

/// A flow that orders at the service what was paid.
const FLOW: &str = "
zveno: 1
name: paid
trigger: { connector: acme@1.0.0, event: order_paid, input: { secret: { secret: acme } } }
steps:
  - id: order
    action: acme.create_order@1.0.0
    connection: acme
    input: { name: { template: 'Paid {{trigger.data.id}}' }, count: { literal: 2 } }
  - id: out
    action: http.request@1.0.0
    input:
      method: { literal: POST }
      url: { literal: 'OUT' }
      json: { object: { ordered: { path: $.steps.order.output.id } } }
";

fn flow(w: &World) -> String {
    FLOW.replace("OUT", &w.sink.url("/out"))
}

fn paid(path: &str, id: &str) -> Request {
    let event = json!({ "id": id, "type": "order.paid", "total": 5 });
    Request::post(path, body(&event)).header("x-acme-token", SECRET)
}

/// The service answers: orders get the number 7.
fn serving(w: &World) {
    w.sink.respond(|r| match r.path.as_str() {
        "/orders" => Answer::json(201, &json!({ "id": 7 })),
        _ => Answer::json(200, &json!({})),
    });
}

/// Bodies of requests to a path.
fn told(w: &World, path: &str) -> Vec<Value> {
    let all = w.sink.log().all();
    all.iter().filter(|r| r.path == path).map(|r| r.json().unwrap()).collect()
}
