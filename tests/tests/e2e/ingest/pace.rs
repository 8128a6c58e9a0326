//! Whether the time of an answer tells which addresses exist. On the binary, with the real clock.

use std::time::Duration;

use tests::both_products;
use tests::receivers::Now;
use tests::world::product::Product;
use tests::world::{Kind, Request, json};

both_products! { an_unknown_address_takes_as_long_as_a_known_one }

const ADDRESS: &str = "pace-address-0123456789ab";
const NOBODY: &str = "pace-address-nobody-01234";
/// Requests per address. Their medians differ by chance far less than by a missing write.
const REQUESTS: usize = 200;

const FLOW: &str = "
zveno: 1
name: pace
trigger: { connector: webhook@1.0.0, event: request }
steps:
  - { id: note, set: { at: { path: $.trigger.received_at } } }
";

async fn took(zveno: &Product, address: &str, status: u16) -> Duration {
    let body = json(&serde_json::json!({ "name": "Анна" }));
    let request = Request::post(&format!("/in/{address}"), body);
    let began = Now::wall().get();
    let reply = request.send(zveno.addr()).await.expect("an answer");
    assert_eq!(reply.status, status);
    Now::wall().get().since(began).std()
}

fn median(mut all: Vec<Duration>) -> Duration {
    all.sort_unstable();
    all[all.len() / 2]
}

async fn an_unknown_address_takes_as_long_as_a_known_one(kind: Kind) {
    let zveno = Product::new(kind).await;
    let doc = zveno.file("flow.yaml", FLOW);
    zveno.json(&["flow", "import", &doc, "--publish", "--address", ADDRESS]).await;
    let serving = zveno.serve().await;
    for _ in 0..50 {
        took(&zveno, ADDRESS, 200).await;
    }
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    // In turn, so that whatever else the machine does slows both.
    for _ in 0..REQUESTS {
        known.push(took(&zveno, ADDRESS, 200).await);
        unknown.push(took(&zveno, NOBODY, 404).await);
    }
    let (known, unknown) = (median(known), median(unknown));
    let apart = known.abs_diff(unknown);
    assert!(apart < known.max(unknown) / 2, "known {known:?}, unknown {unknown:?}");
    assert_eq!(serving.stop().await, 0);
    zveno.remove().await;
}
