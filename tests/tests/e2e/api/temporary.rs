//! Addresses without a flow.

use domain::ids::WorkspaceId;
use domain::{Clock, Role, Span};
use serde_json::json;
use tests::both;
use tests::world::{Request, World, text, until};

both! {
    an_address_without_a_flow_answers_as_chosen_and_keeps_what_came,
    the_answer_of_such_an_address_may_take_its_time,
    such_addresses_have_limits_and_belong_to_a_workspace,
}

fn path(made: &serde_json::Value) -> String {
    let url: url::Url = made["url"].as_str().unwrap().parse().unwrap();
    url.path().to_owned()
}

async fn an_address_without_a_flow_answers_as_chosen_and_keeps_what_came(w: &World) {
    let api = w.api(Role::Editor).await;
    let input = json!({
        "name": "try", "status": 418, "headers": [["X-Mine", "yes"]], "body": "{\"tea\":true}",
    });
    let made = api.post("/temporary-addresses", &input).await;
    assert_eq!(made.status(), 201);
    let made = made.ok();
    let (id, path) = (made["id"].as_str().unwrap().to_owned(), path(&made));
    let request = Request::post(&format!("{path}/below?q=1"), text("it's a test"))
        .header("authorization", "Bearer hidden-9f2c")
        .header("x-other", "kept");
    let reply = w.send(request).await;
    assert_eq!((reply.status, reply.header("x-mine")), (418, Some("yes")));
    assert_eq!(reply.body, "{\"tea\":true}");
    let page = api.get(&format!("/deliveries?temporary={id}")).await.ok();
    let item = &page["items"][0];
    assert_eq!((&item["verdict"], &item["temporary"]), (&json!("temporary"), &json!(id)));
    assert_eq!((&item["flow"], &item["flow_name"]), (&json!(null), &json!("try")));
    let shown = api.get(&format!("/deliveries/{}", item["id"].as_str().unwrap())).await.ok();
    assert_eq!((&shown["path"], &shown["query"]), (&json!("/below"), &json!({ "q": "1" })));
    assert_eq!(
        (&shown["body"]["kind"], &shown["body"]["text"]),
        (&json!("text"), &json!("it's a test"))
    );
    assert_eq!((&shown["answer"]["status"], &shown["status"]), (&json!(418), &json!(418)));
    let curl = shown["curl"].as_str().unwrap();
    assert!(curl.starts_with("curl -X 'POST' 'http://"), "{curl}");
    assert!(curl.contains(r"--data-binary 'it'\''s a test'"), "{curl}");
    assert!(!shown.to_string().contains("hidden-9f2c"), "{shown}");
    // It goes on answering, as it is told to now.
    let _ = api
        .patch(&format!("/temporary-addresses/{id}"), &json!({ "status": 204, "body": "" }))
        .await
        .ok();
    assert_eq!(w.send(Request::new("GET", &path)).await.status, 204);
    assert_eq!(api.get(&format!("/temporary-addresses/{id}")).await.ok()["status"], 204);
    assert_eq!(api.delete(&format!("/temporary-addresses/{id}")).await.status(), 204);
    let gone = {
        let request = Request::new("GET", &path);
        let task = request.send(w.addr());
        let wait = async {
            loop {
                w.clock.advance(Span::ms(10));
                tokio::task::yield_now().await;
            }
        };
        tokio::select! { reply = task => reply.unwrap(), () = wait => unreachable!() }
    };
    assert_eq!(gone.status, 404);
    let kept = api.get(&format!("/deliveries?temporary={id}")).await.ok();
    assert_eq!(kept["items"].as_array().unwrap().len(), 2, "what came stays");
}

async fn the_answer_of_such_an_address_may_take_its_time(w: &World) {
    let api = w.api(Role::Editor).await;
    let made = api.post("/temporary-addresses", &json!({ "delay_ms": 30_000 })).await.ok();
    let (id, path) = (made["id"].as_str().unwrap().to_owned(), path(&made));
    let sender = tokio::spawn({
        let to = w.addr();
        async move { Request::post(&path, text("x")).send(to).await }
    });
    until("it is kept before it is answered", async || {
        let page = api.get(&format!("/deliveries?temporary={id}")).await.ok();
        (page["items"].as_array()?.len() == 1).then_some(())
    })
    .await;
    w.clock.advance(Span::secs(29));
    assert!(!sender.is_finished());
    let reply = until("the answer", async || {
        w.clock.advance(Span::ms(100));
        sender.is_finished().then_some(())
    });
    reply.await;
    assert_eq!(sender.await.unwrap().unwrap().body, "ok");
}

async fn such_addresses_have_limits_and_belong_to_a_workspace(w: &World) {
    let api = w.api(Role::Editor).await;
    for bad in [
        json!({ "status": 99 }),
        json!({ "status": 600 }),
        json!({ "delay_ms": 30_001 }),
        json!({ "headers": [["bad name", "x"]] }),
        json!({ "headers": [["Content-Length", "5"]] }),
        json!({ "body": "x".repeat(100_000) }),
        json!({ "nothing": 1 }),
    ] {
        let answer = api.post("/temporary-addresses", &bad).await;
        assert_eq!(answer.refused(400), "bad_request", "{bad}");
    }
    let made = api.post("/temporary-addresses", &json!({})).await.ok();
    let one = format!("/temporary-addresses/{}", made["id"].as_str().unwrap());
    let other = w.api_in(WorkspaceId::new(w.clock.now()), Role::Owner).await;
    assert_eq!(other.patch(&one, &json!({ "status": 500 })).await.refused(404), "not_found");
    assert_eq!(other.delete(&one).await.refused(404), "not_found");
    assert_eq!(other.get("/temporary-addresses").await.ok()["items"], json!([]));
    let viewer = w.api(Role::Viewer).await;
    assert_eq!(viewer.delete(&one).await.refused(403), "right_missing");
    assert_eq!(viewer.get(&one).await.ok()["status"], 200);
    for _ in 1..domain::limits::TEMPORARY_ADDRESSES {
        let _ = api.post("/temporary-addresses", &json!({})).await.ok();
    }
    assert_eq!(api.post("/temporary-addresses", &json!({})).await.refused(409), "conflict");
}
