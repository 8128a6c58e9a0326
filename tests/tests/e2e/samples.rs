//! Flows and bodies that several tests use.

use serde_json::{Value, json};
use tests::world::{Body, World, form, forward, post_step};

/// A flow that sends `id` of what came to the receiver, and repeats it as `more` says.
pub fn deliver(w: &World, more: &str) -> String {
    forward(&w.sink.url("/out"), more)
}

/// A flow that sends the whole body as it was understood.
pub fn echo(w: &World) -> String {
    let seen = "body: { path: $.trigger.body }, query: { path: $.trigger.query }, \
        method: { path: $.trigger.method }";
    format!(
        "
zveno: 1
name: echo
trigger: {{ connector: webhook@1.0.0, event: request }}
steps:
{}
",
        post_step(&w.sink.url("/echo"), seen)
    )
}

/// A flow with the trigger of Tilda, its key in the secret `apikey`, and these steps.
pub fn tilda(steps: &str) -> String {
    format!(
        "
zveno: 1
name: tilda
trigger:
  connector: tilda@1.0.0
  event: form_submitted
  input: {{ apikey: {{ secret: apikey }} }}
  dedupe: {{ key: '{{{{trigger.body.tranid}}}}', window: 7d }}
steps:
{steps}"
    )
}

/// A step that sends `what` (a mapping) to `path` of the receiver.
pub fn tell(w: &World, id: &str, path: &str, what: &str) -> String {
    format!(
        "{{ id: {id}, action: http.request@1.0.0, input: {{ method: {{ literal: POST }}, \
         url: {{ literal: '{}' }}, json: {{ object: {{ value: {what} }} }} }} }}",
        w.sink.url(path)
    )
}

/// A flow with the generic trigger and these steps.
pub fn flow(steps: &[String]) -> String {
    let steps = steps.join("\n  - ");
    format!(
        "
zveno: 1
name: flow
trigger: {{ connector: webhook@1.0.0, event: request }}
steps:
  - {steps}
"
    )
}

/// A lead in the portal, with `more` of the step.
pub fn lead(more: &str) -> String {
    format!(
        "{{ id: lead, action: bitrix24.create_lead@1.0.0, connection: crm, input: {{ \
         title: {{ template: 'Заявка {{{{trigger.body.id}}}}' }}, \
         name: {{ path: $.trigger.body.name }} }}{more} }}"
    )
}

/// A step of the tests' own connector.
pub fn order(action: &str, more: &str) -> String {
    format!(
        "{{ id: order, action: shop.{action}@1.0.0, connection: shop, \
         input: {{ title: {{ path: $.trigger.body.id }} }}{more} }}"
    )
}

/// A body with an id.
pub fn id(id: &str) -> Body {
    form(&[("id", id), ("name", "Анна")])
}

/// What the receiver got at `path`, in order.
pub fn told(w: &World, path: &str) -> Vec<Value> {
    let all = w.sink.log().all();
    all.iter().filter(|r| r.path == path).map(|r| r.json().unwrap_or(json!(r.text()))).collect()
}

/// The values that [`tell`] sent to `path`, in order.
pub fn values(w: &World, path: &str) -> Vec<Value> {
    told(w, path).into_iter().map(|v| v["value"].clone()).collect()
}

/// The ids that [`deliver`] sent, in order.
pub fn ids(w: &World) -> Vec<String> {
    told(w, "/out").iter().filter_map(|v| v["id"].as_str().map(str::to_owned)).collect()
}
