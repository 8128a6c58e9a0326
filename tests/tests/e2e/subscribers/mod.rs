//! A workspace publishes its own events to subscribers.

mod fan_out;
mod health;
mod people;
mod secrets;

use domain::ids::{FlowId, SubscriberId};
use domain::run::RunState;
use domain::{Role, Span};
use serde_json::{Value, json};
use tests::receivers::http::Received;
use tests::world::{Api, Hook, SOON, WEBHOOK_SECRET, World, json as body, until};

/// A flow that publishes what it is sent as `order.created`.
const PUBLISHER: &str = "
zveno: 1
name: shop
trigger: { connector: webhook@1.0.0, event: request }
steps:
  - id: publish
    action: webhook_out.publish@1.0.0
    input:
      type: { literal: order.created }
      payload: { path: $.trigger.body }
";

struct Shop<'w> {
    w: &'w World,
    api: Api<'w>,
    hook: Hook,
}

impl<'w> Shop<'w> {
    /// A workspace that publishes orders.
    async fn open(w: &'w World) -> Shop<'w> {
        let api = w.api(Role::Editor).await;
        let declared = json!({
            "name": "order.created",
            "title": "An order",
            "schema": {
                "type": "object",
                "required": ["id"],
                "properties": { "total": { "type": "number" } },
            },
            "sample": { "id": "A-1", "total": 10 },
        });
        let _ = api.post("/event-types", &declared).await.ok();
        let hook = w.flow(PUBLISHER).publish().await;
        Shop { w, api, hook }
    }

    /// A subscriber whose path at the receiver is its name.
    async fn subscriber(&self, name: &str, more: Value) -> Listener {
        let url = self.w.hooks.http().url(&format!("/{name}"));
        let mut new = json!({ "name": name, "url": url, "secret": WEBHOOK_SECRET });
        new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = self.api.post("/subscribers", &new).await.ok();
        Listener::of(made["subscriber"]["id"].as_str().unwrap())
    }

    async fn order(&self, order: Value) {
        self.w.accepted(&self.hook, body(&order)).await;
    }

    /// The output of the publishing step of the n-th order.
    async fn published(&self, n: usize) -> Value {
        let runs = self.w.ended(&self.hook, n).await;
        let last = runs.last().unwrap();
        assert_eq!(last.run.state, RunState::Succeeded, "{:?}", last.run.error);
        last.steps[0].output.clone().unwrap()
    }

    async fn see(&self, l: &Listener) -> Value {
        self.api.get(&l.path("")).await.ok()
    }

    /// What came to this path of the receiver, whatever it was answered.
    fn came(&self, name: &str) -> Vec<Received> {
        let path = format!("/{name}");
        let all = self.w.hooks.log().all();
        all.iter().filter(|j| j.request.path == path).map(|j| j.request.clone()).collect()
    }

    /// Waits until so many signed messages were taken in all.
    async fn taken(&self, n: usize) {
        self.w.hooks.wait_for_taken(n, SOON).await.unwrap();
    }
}

struct Listener {
    id: String,
    /// The flow of its deliveries.
    runs: Hook,
}

impl Listener {
    fn of(id: &str) -> Listener {
        let uuid = id.parse::<SubscriberId>().unwrap().uuid();
        Listener { id: id.to_owned(), runs: Hook { id: FlowId(uuid), path: String::new() } }
    }

    fn path(&self, below: &str) -> String {
        format!("/subscribers/{}{below}", self.id)
    }
}

fn header(r: &Received, name: &str) -> String {
    r.headers.get(name).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default()
}

fn message(r: &Received) -> Value {
    serde_json::from_slice(&r.body).unwrap()
}

/// Waits until a subscriber is in this state, as the API says.
async fn state_is(shop: &Shop<'_>, l: &Listener, state: &str) -> Value {
    until(state, async || Some(shop.see(l).await).filter(|s| s["state"] == state)).await
}

/// Moves time to the next try of the only waiting delivery.
async fn next_try(shop: &Shop<'_>, l: &Listener) -> Span {
    let run = until("a waiting delivery", async || {
        let runs = shop.w.runs(&l.runs).await;
        runs.into_iter().find(|r| r.state == RunState::Waiting)
    })
    .await;
    let run = shop.w.run(run.id).await;
    shop.w.advance_to_due(&run).await
}
