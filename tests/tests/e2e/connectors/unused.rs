//! Versions of connectors that nothing needs: which could go, and that only those go.

use std::fs;

use domain::Role;
use serde_json::json;
use tests::world::product::Product;
use tests::world::{Kind, World, until};
use tests::{both, both_products, several_nodes};

use super::{ACME, ICON, SECRET, changed, connected, flow, install, out, paid, serving};

both! {
    versions_that_no_flow_names_could_go,
    versions_that_nothing_needs_are_removed_and_may_come_again,
    a_version_that_a_registration_or_a_connection_needs_stays,
}

several_nodes! {
    a_removed_version_goes_from_every_node,
}

both_products! {
    the_command_removes_only_when_it_is_told_to,
}

async fn unused(w: &World) -> Vec<String> {
    let all = w.ask(|m| async move { m.unused_connectors().await }).await.unwrap();
    all.into_iter().map(|(name, version)| format!("{name}@{version}")).collect()
}

async fn removed(w: &World) -> Vec<String> {
    let all = w.ask(|m| async move { m.remove_unused_connectors().await }).await.unwrap();
    all.into_iter().map(|(name, version)| format!("{name}@{version}")).collect()
}

/// The versions of the invented service that the database has.
async fn kept(w: &World) -> Vec<String> {
    let all = w.ask(|m| async move { m.db.connector_versions().await }).await.unwrap();
    all.into_iter().filter(|(name, ..)| name == "acme").map(|(_, version, _)| version).collect()
}

async fn versions_that_no_flow_names_could_go(w: &World) {
    install(w, ACME).await.unwrap();
    connected(w).await;
    let hook = w.flow(&flow(w)).secret("acme", SECRET).publish().await;
    for version in ["1.1.0", "1.2.0"] {
        install(w, &changed(version, &[])).await.unwrap();
    }
    assert_eq!(
        unused(w).await,
        ["acme@1.1.0"],
        "a published flow names 1.0.0, 1.2.0 is the newest"
    );
    let api = w.api(Role::Editor).await;
    api.post(&format!("/flows/{}/upgrade", hook.id), &json!({})).await.ok();
    w.publish(&hook).await;
    assert_eq!(unused(w).await, ["acme@1.1.0"], "an old version of the flow may be restored");
    let id = hook.id;
    w.ask(move |m| async move { m.db.delete_flow(m.workspace, id).await }).await.unwrap();
    assert_eq!(unused(w).await, ["acme@1.0.0", "acme@1.1.0"]);
    let draft = w.flow(&flow(w)).secret("acme", SECRET).keep().await;
    assert_eq!(unused(w).await, ["acme@1.1.0"], "a draft counts: {}", draft.id);
}

async fn versions_that_nothing_needs_are_removed_and_may_come_again(w: &World) {
    serving(w);
    install(w, ACME).await.unwrap();
    connected(w).await;
    let hook = w.flow(&flow(w)).secret("acme", SECRET).publish().await;
    assert_eq!(w.send(paid(&hook.path, "o-1")).await.status, 200);
    let run = w.outcome(&hook).await.run.id;
    for version in ["1.1.0", "1.2.0"] {
        install(w, &changed(version, &[])).await.unwrap();
    }
    let api = w.api(Role::Editor).await;
    api.post(&format!("/flows/{}/upgrade", hook.id), &json!({})).await.ok();
    w.publish(&hook).await;
    assert_eq!(removed(w).await, ["acme@1.1.0"], "the first version of the flow names 1.0.0");
    assert_eq!(kept(w).await, ["1.0.0", "1.2.0"]);
    assert!(removed(w).await.is_empty());
    assert!(w.ask(|m| async move { m.registry.get("acme", "1.1.0").is_none() }).await);
    let brought = w.ask(|m| async move { m.db.connector("tilda", "1.0.0").await }).await.unwrap();
    assert!(brought.is_some(), "what the server brings stays");
    // A run that is kept is run again with the version that it had.
    w.restart().await;
    w.replay(run, engine::manage::runs::Replay::default()).await;
    w.ended(&hook, 2).await;
    // What is gone may come again, with another content even.
    let again = changed("1.1.0", &[("title: Acme", "title: Acme Shop")]);
    assert!(install(w, &again).await.unwrap().new);
    let title = w.ask(|m| async move {
        m.registry.get("acme", "1.1.0").map(|c| c.manifest.display.title.clone())
    });
    assert!(format!("{:?}", title.await).contains("Acme Shop"));
}

async fn a_version_that_a_registration_or_a_connection_needs_stays(w: &World) {
    w.sink.respond(|r| match (r.method.as_str(), r.path.as_str()) {
        ("POST", "/hooks") => tests::receivers::http::Answer::json(201, &json!({ "id": "h-1" })),
        ("DELETE", _) => tests::receivers::http::Answer::json(503, &json!({})),
        _ => tests::receivers::http::Answer::ok(),
    });
    install(w, ACME).await.unwrap();
    connected(w).await;
    let hooked = format!(
        "
zveno: 1
name: hooked
trigger: {{ connector: acme@1.0.0, event: hooked, connection: acme, input: {{ kind: {{ literal: a }} }} }}
{}",
        out(w, "/out")
    );
    let hook = w.flow(&hooked).publish().await;
    let id = hook.id;
    until("it is registered", async || {
        let row = w.ask(move |m| async move { m.db.subscription_of(id).await }).await.unwrap()?;
        (row.state.as_str() == "active").then_some(())
    })
    .await;
    install(w, &changed("1.1.0", &[])).await.unwrap();
    w.ask(move |m| async move { m.db.delete_flow(m.workspace, id).await }).await.unwrap();
    until("it is being taken back", async || {
        let all = w.sink.log().all();
        all.iter().any(|r| r.method.as_str() == "DELETE").then_some(())
    })
    .await;
    assert!(unused(w).await.is_empty(), "the address is taken back with the version that made it");
    assert!(removed(w).await.is_empty());
    w.sql("DELETE FROM subscriptions").await;
    assert_eq!(unused(w).await, ["acme@1.0.0"]);
    install(w, &changed("1.2.0", &[("id: key", "id: other")])).await.unwrap();
    assert!(unused(w).await.is_empty(), "the newest version cannot use the connection");
    assert_eq!(kept(w).await, ["1.0.0", "1.1.0", "1.2.0"]);
}

async fn a_removed_version_goes_from_every_node(w: &World) {
    let other = w.another().await;
    install(w, ACME).await.unwrap();
    install(w, &changed("1.1.0", &[])).await.unwrap();
    let has = async |version: &'static str| {
        other.ask(move |m| async move { m.registry.get("acme", version).is_some() }).await
    };
    until("the other node has both", async || {
        (has("1.0.0").await && has("1.1.0").await).then_some(())
    })
    .await;
    assert_eq!(removed(w).await, ["acme@1.0.0"]);
    until("the other node lets it go", async || (!has("1.0.0").await).then_some(())).await;
    assert!(has("1.1.0").await);
}

async fn the_command_removes_only_when_it_is_told_to(kind: Kind) {
    let zveno = Product::new(kind).await;
    let server = zveno.serve().await;
    let folder = zveno.folder().join("acme");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("icon.svg"), ICON).unwrap();
    for version in ["1.0.0", "1.1.0"] {
        fs::write(folder.join("connector.yaml"), changed(version, &[])).unwrap();
        let installed = zveno.cli(&["connector", "install", folder.to_str().unwrap()]).await;
        assert_eq!(installed.code, 0, "{installed:?}");
    }
    let old = json!([{ "name": "acme", "version": "1.0.0" }]);
    assert_eq!(zveno.json(&["connector", "gc"]).await, old);
    assert_eq!(zveno.json(&["connector", "gc"]).await, old, "listing removes nothing");
    assert_eq!(zveno.json(&["connector", "gc", "--remove"]).await, old);
    assert_eq!(zveno.json(&["connector", "gc"]).await, json!([]));
    server.stop().await;
    zveno.remove().await;
}
