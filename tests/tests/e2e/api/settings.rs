//! Settings of the server: what may be changed where, and which place wins.

use domain::Role;
use serde_json::json;
use tests::world::client::{self, Request};
use tests::world::product::Product;
use tests::world::{Kind, World};
use tests::{both, both_products};

both! {
    how_long_things_are_kept_can_be_changed,
    settings_of_the_server_are_for_owners_of_the_first_workspace,
}

both_products! {
    the_file_is_below_the_environment_and_above_the_database,
}

async fn how_long_things_are_kept_can_be_changed(w: &World) {
    let owner = w.api(Role::Owner).await;
    let kept = owner.get("/settings/retention").await.ok();
    assert_eq!((&kept["retention_days"], &kept["failed_days"]), (&json!(30), &json!(90)));
    assert!(kept["disk"]["database_bytes"].as_u64().unwrap() > 10_000);
    let kept = owner
        .put("/settings/retention", &json!({ "retention_days": 7, "failed_days": 14 }))
        .await
        .ok();
    assert_eq!(kept["retention_days"], 7);
    let stored = w.ask(|m| async move { m.db.retention().await }).await.unwrap();
    assert_eq!((stored.retention_days, stored.failed_days), (7, 14));
    for (days, failed) in [(0, 10), (10, 5), (10, 100_000)] {
        let bad = json!({ "retention_days": days, "failed_days": failed });
        let answer = owner.put("/settings/retention", &bad).await;
        assert_eq!(answer.refused(422), "field_invalid", "{bad}");
    }
    let log = owner.get("/audit?action=settings.").await.ok();
    assert_eq!(log["items"][0]["action"], "settings.retention_changed");
}

async fn settings_of_the_server_are_for_owners_of_the_first_workspace(w: &World) {
    let mut anna = w.owner().await;
    let second = anna.post("/workspaces", &json!({ "name": "Second" })).await.ok();
    anna.workspace = second["id"].as_str().map(str::to_owned);
    for path in ["/settings", "/settings/address", "/settings/retention"] {
        assert_eq!(anna.get(path).await.refused(403), "right_missing", "{path}");
    }
    let owner = w.api(Role::Owner).await;
    let other = json!({ "public_url": "https://zveno.example.org/" });
    let address = owner.put("/settings/address", &other).await.ok();
    assert_eq!(address["after_restart"], "https://zveno.example.org");
    for bad in
        ["zveno.example.org", "ftp://a.example", "https://a.example/?x", "https://u@a.example"]
    {
        let answer = owner.put("/settings/address", &json!({ "public_url": bad })).await;
        assert_eq!(answer.refused(422), "field_invalid", "{bad}");
    }
}

async fn the_file_is_below_the_environment_and_above_the_database(kind: Kind) {
    let mut product = Product::new(kind).await;
    let serving = product.serve().await;
    let key = product.json(&["key", "add", "test", "--role", "owner"]).await;
    let key = key["key"].as_str().unwrap().to_owned();
    let at = product.addr();
    let call = async |method: &str, path: &str, body: serde_json::Value| {
        let r = Request {
            body: client::json(&body),
            ..Request::new(method, &format!("/api/v1{path}"))
        };
        let r = r.header("authorization", &format!("Bearer {key}"));
        let reply = r.send(at).await.unwrap();
        (reply.status, serde_json::from_str::<serde_json::Value>(&reply.body).unwrap())
    };
    let new = json!({ "public_url": "https://stored.example" });
    assert_eq!(call("PUT", "/settings/address", new.clone()).await.0, 200);
    serving.stop().await;

    let serving = product.serve().await;
    let (_, all) = call("GET", "/settings", json!({})).await;
    let of = |all: &serde_json::Value, key: &str| {
        let rows = all["items"].as_array().unwrap();
        rows.iter().find(|r| r["key"] == key).unwrap().clone()
    };
    let row = of(&all, "public_url");
    assert_eq!(
        (&row["value"], &row["source"]),
        (&json!("https://stored.example"), &json!("database"))
    );
    serving.stop().await;

    let file = product.file("zveno.toml", "public_url = \"https://file.example\"\nworkers = 3\n");
    product.set("ZVENO_CONFIG", &file);
    let serving = product.serve().await;
    let (_, all) = call("GET", "/settings", json!({})).await;
    let row = of(&all, "public_url");
    assert_eq!((&row["value"], &row["source"]), (&json!("https://file.example"), &json!("file")));
    assert_eq!(row["locked"], true);
    let (status, said) = call("PUT", "/settings/address", new).await;
    assert_eq!((status, &said["code"]), (409, &json!("conflict")));
    serving.stop().await;

    product.set("ZVENO_WORKERS", "5");
    let shown = product.json(&["config", "--listen", "127.0.0.1:9999"]).await;
    let row = |key: &str| {
        let rows = shown["settings"].as_array().unwrap();
        rows.iter().find(|r| r["key"] == key).unwrap().clone()
    };
    assert_eq!((&row("workers")["value"], &row("workers")["source"]), (&json!("5"), &json!("env")));
    assert_eq!(row("listen")["source"], "flag");
    assert_eq!(row("public_url")["source"], "file");
    product.file("zveno.toml", "publik_url = \"x\"\n");
    let said = product.cli(&["config"]).await;
    assert!(said.code == 1 && said.err.contains("did you mean public_url?"), "{said:?}");
    product.remove().await;
}
