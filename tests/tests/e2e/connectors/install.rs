//! Adding connectors to a server.

use std::fs;

use domain::{Role, Secret, limits};
use engine::connectors::Sources;
use engine::manage;
use serde_json::json;
use tests::world::{Request, World, json as body, until};
use tests::{both, several_nodes};

use super::{ACME, ICON, SECRET, TOKEN, changed, connected, flow, install, paid, serving, told};

both! {
    an_invented_service_is_installed_and_a_flow_runs_through_it,
    a_version_never_changes_but_for_authors_at_work,
    a_broken_folder_is_refused_with_file_and_line_and_stops_nothing,
}

both! {
    a_replaced_secret_proves_deliveries_for_two_more_days,
}

several_nodes! {
    what_one_node_installs_all_have,
}

async fn an_invented_service_is_installed_and_a_flow_runs_through_it(w: &World) {
    let done = install(w, ACME).await.unwrap();
    assert_eq!((done.name.as_str(), done.version.as_str(), done.new), ("acme", "1.0.0", true));
    assert!(!install(w, ACME).await.unwrap().new);
    let api = w.api(Role::Viewer).await;
    assert_eq!(api.get("/connectors/acme").await.ok()["title"], "Acme");
    let icon = api.get("/connectors/acme/icon").await;
    assert_eq!((icon.reply.body.as_str(), icon.status()), (ICON, 200));
    connected(w).await;
    serving(w);
    let hook = w.flow(&flow(w)).secret("acme", SECRET).publish().await;
    assert_eq!(w.send(paid(&hook.path, "o-1")).await.status, 200);
    w.ended(&hook, 1).await;
    assert_eq!(told(w, "/orders"), [json!({ "name": "Paid o-1", "count": 2 })]);
    assert_eq!(told(w, "/out"), [json!({ "ordered": 7 })]);
    let order = w.sink.log().all().into_iter().find(|r| r.path == "/orders").unwrap();
    assert_eq!(order.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
    assert!(order.header("idempotency-key").is_some());
    let forged = Request::post(&hook.path, body(&json!({ "id": "o-2" })));
    let forged = forged.header("x-acme-token", "other");
    assert_eq!(w.send(forged).await.status, 401);
    // Nothing of it is among the files of the next start: the database has it.
    w.restart().await;
    assert_eq!(w.send(paid(&hook.path, "o-3")).await.status, 200);
    w.ended(&hook, 2).await;
    assert_eq!(told(w, "/orders").len(), 2);
}

async fn a_version_never_changes_but_for_authors_at_work(w: &World) {
    install(w, ACME).await.unwrap();
    let other = changed("1.0.0", &[("title: Acme", "title: Acme Shop")]);
    let refused = install(w, &other).await;
    assert!(matches!(refused, Err(manage::Error::Said(domain::Code::Conflict, _))), "{refused:?}");
    let code =
        ACME.replace("hosts: [api.acme.test]", "hosts: [api.acme.test]\ncode: {runtime: native}");
    assert!(install(w, &code).await.is_err(), "only the server's own connectors have code");
    w.restart_reading(Sources { folders: Vec::new(), dev: true }).await;
    assert!(install(w, &other).await.unwrap().new);
    let api = w.api(Role::Viewer).await;
    assert_eq!(api.get("/connectors/acme").await.ok()["title"], "Acme Shop");
}

async fn a_broken_folder_is_refused_with_file_and_line_and_stops_nothing(w: &World) {
    let root = w.folder().join("connectors");
    let write = |name: &str, text: &str| {
        let folder = root.join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("connector.yaml"), text).unwrap();
        fs::write(folder.join("icon.svg"), ICON).unwrap();
    };
    write("acme", ACME);
    write("broken", &ACME.replace("name: acme", "name: broken").replace("hosts:", "host:"));
    w.restart_reading(Sources { folders: vec![root.clone()], dev: false }).await;
    let api = w.api(Role::Owner).await;
    assert_eq!(api.get("/connectors/acme").await.ok()["version"], "1.0.0");
    assert_eq!(api.get("/connectors/broken").await.refused(404), "not_found");
    let refused = api.get("/connectors/refused").await.ok();
    let reason = refused["items"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("broken/connector.yaml:10:") && reason.contains("host"), "{reason}");
    // A newer one that is wrong leaves the old one as it is; mended, both are there.
    write(
        "acme",
        &ACME.replace("version: 1.0.0", "version: 1.1.0").replace("kind: create", "kind: make"),
    );
    let again = api.post("/connectors/reload", &json!({})).await.ok();
    assert_eq!(again["refused"].as_array().unwrap().len(), 2, "{again}");
    assert_eq!(api.get("/connectors/acme").await.ok()["version"], "1.0.0");
    write("acme", &changed("1.1.0", &[]));
    write("broken", &ACME.replace("name: acme", "name: broken"));
    let again = api.post("/connectors/reload", &json!({})).await.ok();
    assert_eq!(again, json!({ "connectors": ["acme@1.1.0", "broken@1.0.0"], "refused": [] }));
    assert_eq!(api.get("/connectors/acme").await.ok()["version"], "1.1.0");
}

async fn what_one_node_installs_all_have(w: &World) {
    let other = w.another().await;
    install(w, ACME).await.unwrap();
    connected(w).await;
    until("the other node has it", async || {
        other.ask(|m| async move { m.registry.get("acme", "1.0.0").map(|_| ()) }).await
    })
    .await;
    serving(w);
    let hook = w.flow(&flow(w)).secret("acme", SECRET).publish().await;
    w.kill(w.first()).await;
    let reply = paid(&hook.path, "o-1").send(other.addr()).await.unwrap();
    assert_eq!(reply.status, 200);
    until("the other node runs it", async || (told(w, "/out").len() == 1).then_some(())).await;
}

async fn a_replaced_secret_proves_deliveries_for_two_more_days(w: &World) {
    install(w, ACME).await.unwrap();
    connected(w).await;
    serving(w);
    let hook = w.flow(&flow(w)).secret("acme", SECRET).publish().await;
    let id = hook.id;
    let new = Secret::new("acme-secret-0002");
    w.ask(move |m| async move { m.set_secret(id, "acme", &new).await }).await.unwrap();
    let event = |id: &str, secret: &str| {
        let event = json!({ "id": id, "type": "order.paid" });
        Request::post(&hook.path, body(&event)).header("x-acme-token", secret)
    };
    assert_eq!(w.send(event("o-1", "acme-secret-0002")).await.status, 200);
    assert_eq!(w.send(event("o-2", SECRET)).await.status, 200);
    assert_eq!(w.send(event("o-3", "acme-secret-0003")).await.status, 401);
    w.ended(&hook, 2).await;
    w.advance(limits::ROTATED_SECRET).await;
    assert_eq!(w.send(event("o-4", SECRET)).await.status, 401);
    assert_eq!(w.send(event("o-5", "acme-secret-0002")).await.status, 200);
}
