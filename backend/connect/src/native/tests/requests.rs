//! `http.request`.

use domain::Code;
use domain::outcome::Outcome;
use serde_json::json;

use super::bench::{Bench, KEY, connection, echo, seen};
use crate::http::tests::server::Server;

fn failed(outcome: &Outcome) -> (Code, String) {
    match outcome {
        Outcome::Fail { error } => (error.code, error.field.clone().unwrap_or_default().into()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_kind_of_body_arrives_with_its_type() {
    let (bench, server) = (Bench::new(), echo().await);
    for (input, media, body) in [
        (json!({"json": {"a": [1, "ж"]}}), "application/json", "{\"a\":[1,\"ж\"]}"),
        (
            json!({"form": {"a b": "&=", "l": [1]}}),
            "application/x-www-form-urlencoded",
            "a+b=%26%3D&l%5B0%5D=1",
        ),
        (json!({"text": "x\ny"}), "text/plain; charset=utf-8", "x\ny"),
        (json!({"xml": "<a/>"}), "application/xml; charset=utf-8", "<a/>"),
        (json!({"file": {"id": "f"}}), "application/pdf", "содержимое"),
    ] {
        let mut input = input;
        input["url"] = json!(server.url("/x"));
        input["query"] = json!({"q": "1&2", "r": ["a", "b"]});
        let got = seen(&bench.run("http.request", None, input).await);
        assert!(got.starts_with("POST /x?q=1%262&r=a&r=b HTTP/1.1\r\n"), "{got}");
        assert!(got.contains(&format!("\r\ncontent-type: {media}\r\n")), "{got}");
        assert!(got.ends_with(&format!("\r\n\r\n{body}")), "{got}");
        assert!(got.contains("\r\nx-zveno-hops: 5\r\n"));
    }
}

#[tokio::test]
async fn parts_and_files_arrive() {
    let (bench, server) = (Bench::new(), echo().await);
    let parts = json!([
        {"name": "a", "value": "1\r\n--x"},
        {"name": "f", "file": {"id": "f"}},
        {"name": "g", "file": {"id": "f"}, "filename": "other.pdf"},
    ]);
    let input = json!({"url": server.url("/"), "multipart": parts});
    let got = seen(&bench.run("http.request", None, input).await);
    for line in [
        "name=\"a\"\r\n\r\n1\r\n--x\r\n",
        "name=\"f\"; filename=\"счёт.pdf\"\r\nContent-Type: application/pdf\r\n\r\nсодержимое\r\n",
        "name=\"g\"; filename=\"other.pdf\"",
    ] {
        assert!(got.contains(line), "{line} is missing in {got}");
    }
}

#[tokio::test]
async fn s1_a_post_carries_the_same_key_every_time() {
    let (bench, server) = (Bench::new(), echo().await);
    let line = format!("\r\nidempotency-key: {KEY}\r\n");
    for (method, has) in [("POST", true), ("PATCH", true), ("PUT", false), ("GET", false)] {
        let input = json!({"url": server.url("/"), "method": method});
        let got = seen(&bench.run("http.request", None, input).await);
        assert_eq!(got.contains(&line), has, "{got}");
    }
    let own =
        json!({"url": server.url("/"), "method": "POST", "headers": {"Idempotency-Key": "mine"}});
    let got = seen(&bench.run("http.request", None, own).await);
    assert!(got.contains("idempotency-key: mine") && !got.contains(KEY));
}

#[tokio::test]
async fn credentials_are_sent_and_never_logged() {
    let (bench, server) = (Bench::new(), echo().await);
    let base = ("base_url", server.url(""));
    for (method, fields, secrets, line) in [
        ("bearer", vec![], vec![("token", "s3cr3t-token")], "authorization: Bearer s3cr3t-token"),
        (
            "basic",
            vec![("username", "u")],
            vec![("password", "s3cr3t-token")],
            "authorization: Basic dTpzM2NyM3QtdG9rZW4=",
        ),
        (
            "header",
            vec![("header", "X-Key")],
            vec![("value", "s3cr3t-token")],
            "x-key: s3cr3t-token",
        ),
    ] {
        let mut all = vec![(base.0, base.1.as_str())];
        all.extend(fields);
        let con = connection(method, &all, &secrets);
        let input = json!({"url": "/v1?api_key=typed-in", "headers": {"Cookie": "typed-cookie"}});
        let executed = bench.run("http.request", Some(&con), input).await;
        let shown = format!("{:?}", executed.exchanges);
        for secret in ["s3cr3t", "dTpzM2NyM3Q", "typed-in", "typed-cookie"] {
            let logged = &executed.exchanges[0].request;
            assert!(!format!("{logged:?}").contains(secret), "{secret} in {shown}");
        }
        assert!(!shown.contains("s3cr3t") && !shown.contains("dTpzM2NyM3Q"), "{shown}");
        // The echo is masked as well, so look at what is left of the line.
        let got = seen(&executed);
        let name = line.split(' ').next().unwrap();
        assert!(got.contains(name) && got.contains("•••"), "{got}");
    }
}

#[tokio::test]
async fn credentials_go_to_the_host_of_their_connection_only() {
    let (bench, server) = (Bench::new(), echo().await);
    let base = server.url("/api");
    let con = connection("bearer", &[("base_url", &base)], &[("token", "s3cr3t-token")]);
    for url in ["https://evil.example/", "http://127.0.0.2/", "http://127.0.0.1:1/"] {
        let got = bench.run("http.request", Some(&con), json!({"url": url})).await;
        assert_eq!(failed(&got.outcome), (Code::FieldInvalid, "url".to_owned()), "{url}");
        assert!(!got.sent);
    }
    for (url, path) in
        [("/v1", "/api/v1"), ("v1?a=1", "/api/v1?a=1"), ("//evil.example/x", "/api/evil.example/x")]
    {
        let got = seen(&bench.run("http.request", Some(&con), json!({"url": url})).await);
        assert!(got.starts_with(&format!("GET {path} ")), "{url}: {got}");
    }
}

#[tokio::test]
async fn hostile_input_is_refused_with_its_field() {
    let bench = Bench::new();
    let at = "http://127.0.0.1:9/";
    for (input, field) in [
        (json!({"url": "http://user:pw@127.0.0.1/"}), "url"),
        (json!({"url": "file:///etc/passwd"}), "url"),
        (json!({"url": "not an address"}), "url"),
        (json!({"url": at, "method": "CONNECT"}), "method"),
        (json!({"url": at, "method": "GET / HTTP/1.1\r\nX: y"}), "method"),
        (json!({"url": at, "headers": {"A": "x\r\nB: y"}}), "headers"),
        (json!({"url": at, "headers": {"A\r\nB": "x"}}), "headers"),
        (json!({"url": at, "headers": {"A": "x\u{0}"}}), "headers"),
        (json!({"url": at, "headers": {"Host": "evil.example"}}), "headers"),
        (json!({"url": at, "headers": {"Transfer-Encoding": "chunked"}}), "headers"),
        (json!({"url": at, "text": "a", "json": {"a": 1}}), "text"),
    ] {
        let got = bench.run("http.request", None, input.clone()).await;
        assert_eq!(failed(&got.outcome), (Code::FieldInvalid, field.to_owned()), "{input}");
        assert!(!got.sent && got.exchanges.is_empty());
    }
}

#[tokio::test]
async fn a_closed_address_is_never_reached() {
    let (bench, server) = (Bench::opened(&[]), echo().await);
    for url in [server.url("/"), server.url("/").replace("127.0.0.1", "localhost")] {
        let got = bench.run("http.request", None, json!({"url": url})).await;
        let error = got.outcome.error().unwrap();
        assert_eq!(error.code, Code::AddressBlocked, "{:?}", got.outcome);
        assert!(!got.sent);
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn s1_answers_are_judged_by_their_status() {
    let bench = Bench::new();
    for (status, word) in [
        (200, "done"),
        (204, "done"),
        (302, "failed"),
        (400, "failed"),
        (401, "auth"),
        (403, "failed"),
        (404, "failed"),
        (408, "retry"),
        (425, "retry"),
        (429, "limited"),
        (500, "retry"),
        (501, "failed"),
        (503, "retry"),
        (505, "failed"),
    ] {
        let head = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n");
        let server = Server::answering("127.0.0.1", head).await;
        let input = json!({"url": server.url("/"), "method": "POST"});
        let got = bench.run("http.request", None, input).await;
        assert_eq!(got.outcome.word(), word, "{status}");
        assert!(got.sent && got.exchanges[0].response.as_ref().unwrap().status == status);
    }
}

#[tokio::test]
async fn s1_a_success_with_an_unreadable_body_is_done_and_not_repeated() {
    let bench = Bench::new();
    let head = "HTTP/1.1 201 Created\r\ncontent-length: 99\r\n\r\nhalf";
    let server = Server::answering("127.0.0.1", head).await;
    let got =
        bench.run("http.request", None, json!({"url": server.url("/"), "method": "POST"})).await;
    let Outcome::Done { output } = &got.outcome else { panic!("{:?}", got.outcome) };
    assert_eq!((&output["status"], &output["body"]), (&json!(201), &json!(null)));
    assert!(got.exchanges[0].response.as_ref().unwrap().body.len() > 5);
    let none = Server::answering("127.0.0.1", "").await;
    let got =
        bench.run("http.request", None, json!({"url": none.url("/"), "method": "POST"})).await;
    assert!(got.outcome.word() == "unknown" && got.sent);
}
