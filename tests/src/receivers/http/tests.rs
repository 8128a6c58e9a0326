use std::error::Error as _;
use std::io::ErrorKind;

use serde_json::json;

use super::super::client::{SOON, ask, bytes, client, send, trusting};
use super::super::{Gate, TestCa};
use super::*;

async fn post(to: &HttpReceiver) -> reqwest::Result<reqwest::Response> {
    send(client().post(to.url("/in")).body("lead")).await
}

/// The operating system's word for why a request failed.
fn cause(error: &reqwest::Error) -> Option<ErrorKind> {
    let mut source = error.source();
    let mut found = None;
    while let Some(error) = source {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            found = Some(io.kind());
        }
        source = error.source();
    }
    found
}

#[tokio::test]
async fn a_request_is_remembered_as_it_was_sent() {
    let to = HttpReceiver::start().await.unwrap();
    let url = to.url("/a%20b?x=1&x=%D0%B4%D0%B0");
    let request = client().put(url).header("X-Odd", "one").header("X-Odd", "two").body("\0raw");
    assert_eq!(send(request).await.unwrap().status(), 200);
    let got = to.wait_for(1, SOON).await.unwrap().remove(0);
    assert_eq!((got.method.as_str(), got.path.as_str()), ("PUT", "/a%20b"));
    assert_eq!(got.query_pairs(), [("x".into(), "1".into()), ("x".into(), "да".into())]);
    assert_eq!(got.headers.get_all("x-odd").iter().count(), 2);
    assert_eq!((&got.body[..], got.whole), (&b"\0raw"[..], true));
}

#[tokio::test]
async fn a_chunked_body_is_put_together() {
    let to = HttpReceiver::start().await.unwrap();
    let pieces = futures::stream::iter(["one ", "two"].map(io::Result::Ok));
    let body = reqwest::Body::wrap_stream(pieces);
    send(client().post(to.url("/")).body(body)).await.unwrap();
    assert_eq!(to.log().last().unwrap().text(), "one two");
}

#[tokio::test]
async fn the_script_comes_first_and_then_the_responder() {
    let to = HttpReceiver::start().await.unwrap();
    to.next(2, &Answer::status(503)).script([Answer::too_many(7)]);
    to.respond(|r| Answer::json(200, &json!({"got": r.body.len()})));
    for expected in [503, 503, 429] {
        assert_eq!(post(&to).await.unwrap().status(), expected);
    }
    let (status, body) = ask(client().post(to.url("/")).body("lead")).await;
    assert_eq!((status.as_u16(), body), (200, json!({"got": 4})));
}

#[tokio::test]
async fn too_many_requests_and_redirects_carry_their_headers() {
    let to = HttpReceiver::start().await.unwrap();
    to.script([Answer::too_many(7), Answer::redirect(307, "http://169.254.169.254/")]);
    assert_eq!(post(&to).await.unwrap().headers()["retry-after"], "7");
    assert_eq!(post(&to).await.unwrap().headers()["location"], "http://169.254.169.254/");
}

#[tokio::test]
async fn a_gate_holds_the_answer_until_it_is_released() {
    let to = HttpReceiver::start().await.unwrap();
    let gate = Gate::new();
    to.script([Answer::status(201).after(&gate)]);
    let url = to.url("/");
    let asked = tokio::spawn(async move { send(client().get(url)).await });
    gate.wait_for(1, SOON).await.unwrap();
    assert_eq!((to.log().len(), asked.is_finished()), (1, false));
    gate.release(1);
    assert_eq!(asked.await.unwrap().unwrap().status(), 201);
}

#[tokio::test]
async fn a_connection_is_used_again_unless_closed() {
    let to = HttpReceiver::start().await.unwrap();
    to.script([Answer::ok(), Answer::ok().with("connection", "close"), Answer::ok()]);
    let client = client();
    for _ in 0..3 {
        bytes(send(client.get(to.url("/"))).await.unwrap()).await.unwrap();
    }
    let by: Vec<u64> = to.log().all().iter().map(|r| r.connection).collect();
    assert_eq!(by, [1, 1, 2]);
}

#[tokio::test]
async fn closing_without_an_answer_leaves_the_outcome_unknown() {
    let to = HttpReceiver::start().await.unwrap();
    to.script([Answer::close_without_answer()]);
    let error = post(&to).await.unwrap_err();
    assert!(!error.is_connect(), "{error:?}");
    assert_ne!(cause(&error), Some(ErrorKind::ConnectionReset));
    assert!(to.log().last().unwrap().whole);
}

#[tokio::test]
async fn a_reset_before_the_headers_is_a_reset() {
    let to = HttpReceiver::start().await.unwrap();
    to.script([Answer::reset()]);
    let error = post(&to).await.unwrap_err();
    assert_eq!(cause(&error), Some(ErrorKind::ConnectionReset));
}

#[tokio::test]
async fn a_reset_in_the_body_comes_after_the_headers() {
    let to = HttpReceiver::start().await.unwrap();
    to.script([Answer::ok().body("half").reset_mid_body(8)]);
    let error = match post(&to).await {
        // The reset may overtake the bytes already sent.
        Err(error) => error,
        Ok(response) => bytes(response).await.unwrap_err(),
    };
    assert_eq!(cause(&error), Some(ErrorKind::ConnectionReset));
}

#[tokio::test]
async fn a_body_cut_short_is_an_error_of_the_body() {
    let to = HttpReceiver::start().await.unwrap();
    to.script([Answer::ok().body("half").close_mid_body(8)]);
    let response = post(&to).await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(bytes(response).await.is_err());
}

#[tokio::test]
async fn closing_before_the_body_leaves_the_body_unread() {
    let to = HttpReceiver::start().await.unwrap();
    to.script([Answer::close_before_body()]);
    let large = vec![b'x'; 8 * 1024 * 1024];
    assert!(send(client().post(to.url("/")).body(large)).await.is_err());
    let got = to.log().last().unwrap();
    assert_eq!((got.whole, got.body.len()), (false, 0));
}

#[tokio::test]
async fn an_endless_body_goes_on_for_as_long_as_it_is_read() {
    let to = HttpReceiver::start().await.unwrap();
    to.script([Answer::ok().body("drop").endless(Duration::from_millis(1))]);
    let mut response = post(&to).await.unwrap();
    let mut got = 0;
    while got < 400 {
        got += response.chunk().await.unwrap().expect("it does not end").len();
    }
}

#[tokio::test]
async fn a_gzip_bomb_unpacks_to_zeros() {
    let to = HttpReceiver::start().await.unwrap();
    for zeros in [0, 1, 258, 20_000_000] {
        to.script([Answer::gzip_bomb(zeros)]);
        let body = bytes(post(&to).await.unwrap()).await.unwrap();
        assert_eq!(body.len() as u64, zeros);
        assert!(body.iter().all(|b| *b == 0));
    }
    let packed: usize = bomb::Bomb::of(20_000_000).map(|piece| piece.len()).sum();
    assert!(packed < 130_000, "{packed}");
}

#[tokio::test]
async fn tls_is_trusted_only_through_the_authority() {
    let ca = TestCa::new().unwrap();
    let tls = Some(ca.acceptor(&["127.0.0.1"]).unwrap());
    let to = HttpReceiver::start_with(Options { tls, ..Options::default() }).await.unwrap();
    assert_eq!(send(trusting(&ca).get(to.url("/"))).await.unwrap().status(), 200);
    assert!(send(client().get(to.url("/"))).await.unwrap_err().is_connect());
    to.script([Answer::reset()]);
    let error = send(trusting(&ca).get(to.url("/"))).await.unwrap_err();
    assert_eq!(cause(&error), Some(ErrorKind::ConnectionReset));
}

#[tokio::test]
async fn a_stopped_receiver_refuses_and_comes_back_at_its_port() {
    let to = HttpReceiver::start().await.unwrap();
    let (url, port) = (to.url("/"), to.addr().port());
    to.stop().await;
    assert!(send(client().get(&url)).await.unwrap_err().is_connect());
    let _back = HttpReceiver::start_with(Options { port, ..Options::default() }).await.unwrap();
    assert_eq!(send(client().get(&url)).await.unwrap().status(), 200);
}

#[tokio::test]
async fn ids_are_counted_over_all_requests() {
    let to = HttpReceiver::start().await.unwrap();
    for id in ["a", "b", "a"] {
        send(client().post(to.url("/")).header("webhook-id", id)).await.unwrap();
    }
    let ledger = to.ledger(|r| r.header("webhook-id").map(str::to_owned));
    assert_eq!((ledger.unique(), ledger.times("a")), (2, 2));
}
