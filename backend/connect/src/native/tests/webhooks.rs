//! `webhook_out.send`.

use domain::outcome::Outcome;
use domain::retry::{Policy, Preset};
use domain::{Code, Span};
use serde_json::json;

use super::bench::{Bench, KEY, connection, echo, seen};
use crate::http::tests::server::Server;
use crate::registry::Registry;

const SECRET: &str = "whsec_plJ3nmyCDGBKInavdOK15jsl";

fn parts(request: &str) -> (Vec<(String, String)>, String) {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let lines = head.lines().skip(1).filter_map(|l| l.split_once(": "));
    (lines.map(|(n, v)| (n.to_owned(), v.to_owned())).collect(), body.to_owned())
}

fn header(headers: &[(String, String)], name: &str) -> String {
    headers.iter().find(|(n, _)| n == name).unwrap().1.clone()
}

#[tokio::test]
async fn s2_every_try_sends_the_same_id_and_bytes_with_a_new_timestamp() {
    let (bench, server) = (Bench::new(), echo().await);
    let con = connection("signed", &[("url", &server.url("/in"))], &[("secret", SECRET)]);
    let input = || json!({"type": "order.paid", "payload": {"id": 7, "имя": "Анна"}});
    let first = parts(&seen(&bench.run("webhook_out.send", Some(&con), input()).await));
    bench.clock.advance(Span::hours(3));
    let second = parts(&seen(&bench.run("webhook_out.send", Some(&con), input()).await));
    assert_eq!(first.1, second.1);
    assert_eq!(
        first.1,
        r#"{"type":"order.paid","timestamp":"2024-11-15T20:12:01.5Z","data":{"id":7,"имя":"Анна"}}"#
    );
    assert_eq!(header(&first.0, "webhook-id"), format!("msg_{KEY}"));
    assert_eq!(header(&first.0, "webhook-id"), header(&second.0, "webhook-id"));
    assert_eq!(header(&first.0, "webhook-timestamp"), "1731701521");
    assert_eq!(header(&second.0, "webhook-timestamp"), "1731712321");
    assert_ne!(header(&first.0, "webhook-signature"), header(&second.0, "webhook-signature"));
    assert_eq!(header(&first.0, "x-zveno-hops"), "5");
}

#[tokio::test]
async fn s25_it_is_repeated_by_the_table_for_webhooks() {
    let registry = Registry::builtin();
    let action = registry.latest("webhook_out").unwrap().action("send").unwrap();
    assert_eq!(action.retry(), Policy::Preset(Preset::Webhook));
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_told_apart() {
    let bench = Bench::new();
    for (status, want) in [(410, Some(Code::Gone)), (404, Some(Code::RemoteRefused)), (204, None)] {
        let head = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n");
        let server = Server::answering("127.0.0.1", head).await;
        let con = connection("signed", &[("url", &server.url("/"))], &[("secret", SECRET)]);
        let got = bench.run("webhook_out.send", Some(&con), json!({"type": "a"})).await;
        assert_eq!(got.outcome.error().map(|e| e.code), want);
        assert!(want.is_none() || matches!(got.outcome, Outcome::Fail { .. }));
    }
}

#[tokio::test]
async fn signature_headers_cannot_be_replaced() {
    let bench = Bench::new();
    let con = connection("signed", &[("url", "http://127.0.0.1:9/")], &[("secret", SECRET)]);
    for name in ["Webhook-Id", "webhook-signature", "X-Zveno-Hops"] {
        let input = json!({"type": "a", "headers": {name: "x"}});
        let got = bench.run("webhook_out.send", Some(&con), input).await;
        assert_eq!(got.outcome.error().unwrap().code, Code::FieldInvalid, "{name}");
    }
}
