//! Folders of connectors that are read again while the server runs.

use std::fs;
use std::path::Path;

use domain::{Role, limits};
use engine::connectors::Sources;
use serde_json::{Value, json};
use tests::world::product::Product;
use tests::world::{Hook, Kind, Request, World, until};
use tests::{both, both_products};

use super::{ACME, ICON, SECRET, changed, connected, flow, paid, serving, told};

both! {
    an_author_at_work_sees_each_change_in_running_flows,
}

both_products! {
    sighup_takes_a_changed_folder_and_refuses_a_broken_one,
}

fn write(root: &Path, text: &str) {
    let folder = root.join("acme");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("icon.svg"), ICON).unwrap();
    fs::write(folder.join("connector.yaml"), text).unwrap();
}

/// The title of the connector in the catalogue, and why its folder is refused.
async fn seen(w: &World) -> (String, Option<String>) {
    let api = w.api(Role::Owner).await;
    let title = api.get("/connectors/acme").await.ok()["title"].as_str().unwrap().to_owned();
    let refused = api.get("/connectors/refused").await.ok();
    (title, refused["items"][0]["reason"].as_str().map(str::to_owned))
}

/// Waits for what the next looks at the folders bring.
async fn looked(w: &World, what: &str, found: impl Fn(&(String, Option<String>)) -> bool) {
    until(what, async || {
        w.advance(limits::CONNECTOR_LOOK).await;
        found(&seen(w).await).then_some(())
    })
    .await;
}

async fn orders(w: &World, hook: &Hook, id: &str) -> (usize, usize) {
    let before = w.events(hook).await.len();
    assert_eq!(w.send(paid(&hook.path, id)).await.status, 200);
    w.ended(hook, before + 1).await;
    (told(w, "/orders").len(), told(w, "/bought").len())
}

async fn an_author_at_work_sees_each_change_in_running_flows(w: &World) {
    let root = w.folder().join("connectors");
    write(&root, ACME);
    w.restart_reading(Sources { folders: vec![root.clone()], dev: true }).await;
    connected(w).await;
    serving(w);
    let hook = w.flow(&flow(w)).secret("acme", SECRET).publish().await;
    assert_eq!(orders(w, &hook, "o-1").await, (1, 0));
    let what = [("title: Acme", "title: Acme Shop"), ("url: /orders\n", "url: /bought\n")];
    let other = changed("1.0.0", &what);
    write(&root, &other);
    looked(w, "the change is taken", |s| s.0 == "Acme Shop").await;
    assert_eq!(orders(w, &hook, "o-2").await, (1, 1));
    // What is wrong is shown with its line, and the former content stays in use.
    write(&root, &other.replace("kind: create", "kind: make"));
    let line = 1 + other.lines().position(|l| l.contains("kind: create")).unwrap();
    let place = format!("acme/connector.yaml:{line}:");
    looked(w, "the broken folder is refused", |s| s.1.as_ref().is_some_and(|r| r.contains(&place)))
        .await;
    assert_eq!(seen(w).await.0, "Acme Shop");
    assert_eq!(orders(w, &hook, "o-3").await, (1, 2));
    write(&root, ACME);
    looked(w, "it is mended", |s| s.0 == "Acme" && s.1.is_none()).await;
    assert_eq!(orders(w, &hook, "o-4").await, (2, 2));
}

/// What the catalogue of a server says about a path.
async fn asked(zveno: &Product, key: &str, path: &str) -> Value {
    let get = Request::new("GET", path).header("authorization", &format!("Bearer {key}"));
    let reply = get.send(zveno.addr()).await.unwrap();
    assert_eq!(reply.status, 200, "{}", reply.body);
    serde_json::from_str(&reply.body).unwrap()
}

async fn version(zveno: &Product, key: &str) -> Value {
    asked(zveno, key, "/api/v1/connectors/acme").await["version"].clone()
}

async fn refused(zveno: &Product, key: &str) -> Vec<Value> {
    asked(zveno, key, "/api/v1/connectors/refused").await["items"].as_array().unwrap().clone()
}

async fn sighup_takes_a_changed_folder_and_refuses_a_broken_one(kind: Kind) {
    let mut zveno = Product::new(kind).await;
    let root = zveno.folder().join("connectors");
    write(&root, ACME);
    zveno.set("ZVENO_CONNECTORS", root.to_str().unwrap());
    let serving = zveno.serve().await;
    let key = zveno.json(&["key", "add", "looker", "--role", "owner"]).await;
    let key = key["key"].as_str().unwrap();
    assert_eq!(version(&zveno, key).await, "1.0.0");
    write(&root, &changed("1.1.0", &[]));
    assert_eq!(version(&zveno, key).await, "1.0.0", "nobody has asked to look again");
    serving.hang_up();
    until("the new version is there", async || {
        (version(&zveno, key).await == "1.1.0").then_some(())
    })
    .await;
    assert!(refused(&zveno, key).await.is_empty());
    write(&root, &changed("1.2.0", &[]).replace("hosts:", "host:"));
    serving.hang_up();
    let why = until("the broken folder is refused", async || {
        refused(&zveno, key).await.first().map(|r| r["reason"].as_str().unwrap().to_owned())
    })
    .await;
    assert!(why.contains("acme/connector.yaml:10:") && why.contains("host"), "{why}");
    assert_eq!(version(&zveno, key).await, "1.1.0", "the former version stays");
    assert!(serving.log().contains("a connector is refused"), "{}", serving.log());
    // A version never changes, also not by a signal.
    write(&root, &changed("1.1.0", &[("title: Acme", "title: Other")]));
    serving.hang_up();
    until("another content of the version is refused", async || {
        let all = refused(&zveno, key).await;
        all.first().filter(|r| r["reason"].as_str().unwrap().contains("1.1.0")).map(|_| ())
    })
    .await;
    assert_eq!(asked(&zveno, key, "/api/v1/connectors/acme").await["title"], json!("Acme"));
    assert_eq!(serving.stop().await, 0, "the signal has not ended the server");
    zveno.remove().await;
}
