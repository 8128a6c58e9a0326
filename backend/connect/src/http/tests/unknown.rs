//! Semantics S1: not sent, unknown or answered.

use domain::Span;
use rcgen::{CertificateParams, KeyPair};
use std::sync::Arc;
use tokio::io::AsyncWriteExt;

use super::server::{Names, Server, get, post, request, sender, with, word};
use crate::http::{Body, Prepared, SendError};

const LOCAL: &str = "127.0.0.0/8";

/// A GET, a POST with and a POST without a body.
fn each(url: &str) -> [Prepared; 3] {
    let empty = Prepared { body: Body::Empty, ..post(url, "") };
    [get(url), post(url, "{\"a\":1}"), empty]
}

#[tokio::test]
async fn s1_a_refused_connection_is_not_sent() {
    let url = Server::answering("127.0.0.1", "").await.url("/");
    for p in each(&url) {
        let got = sender(&[LOCAL]).send(&p).await;
        assert_eq!(word(&got), "not sent");
    }
}

#[tokio::test]
async fn s1_an_unknown_name_is_not_sent() {
    for p in each("https://nowhere.example/") {
        let got = with(&[], None, Some(Names::new(&[]))).send(&p).await;
        assert_eq!(word(&got), "not sent");
        assert!(got.err().unwrap().to_string().contains("nowhere.example was not found"));
    }
}

#[tokio::test]
async fn s1_a_handshake_that_never_ends_is_not_sent() {
    let s = Server::start("127.0.0.1", |socket| async move {
        let _held = socket;
        std::future::pending::<()>().await;
    })
    .await;
    for mut p in each(&format!("https://{}/", s.addr)) {
        p.timeout = Span::ms(150);
        assert_eq!(word(&sender(&[LOCAL]).send(&p).await), "not sent");
    }
}

#[tokio::test]
async fn s1_an_untrusted_certificate_is_not_sent() {
    let key = KeyPair::generate().unwrap();
    let cert = CertificateParams::new(vec!["127.0.0.1".into()]).unwrap().self_signed(&key).unwrap();
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der()).into();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let s = Server::start("127.0.0.1", move |socket| {
        let acceptor = acceptor.clone();
        async move {
            let _ = acceptor.accept(socket).await;
        }
    })
    .await;
    for p in each(&format!("https://{}/", s.addr)) {
        let got = sender(&[LOCAL]).send(&p).await;
        assert_eq!(word(&got), "not sent");
        assert!(got.err().unwrap().to_string().contains("certificate"));
    }
}

#[tokio::test]
async fn s1_a_connection_closed_before_the_status_line_is_unknown() {
    for answer in ["", "HTT", "HTTP/1.1 20"] {
        let s = Server::answering("127.0.0.1", answer).await;
        for p in each(&s.url("/")) {
            assert_eq!(word(&sender(&[LOCAL]).send(&p).await), "unknown", "{answer:?}");
        }
    }
}

#[tokio::test]
async fn s1_a_reset_before_the_status_line_is_unknown() {
    let s = Server::start("127.0.0.1", |mut socket| async move {
        request(&mut socket).await;
        socket.set_zero_linger().unwrap();
    })
    .await;
    for p in each(&s.url("/")) {
        assert_eq!(word(&sender(&[LOCAL]).send(&p).await), "unknown");
    }
}

#[tokio::test]
async fn s1_silence_after_the_request_is_unknown() {
    let s = Server::start("127.0.0.1", |mut socket| async move {
        request(&mut socket).await;
        std::future::pending::<()>().await;
    })
    .await;
    for mut p in each(&s.url("/")) {
        p.timeout = Span::ms(150);
        assert_eq!(word(&sender(&[LOCAL]).send(&p).await), "unknown");
    }
}

#[tokio::test]
async fn s1_what_is_no_http_is_unknown() {
    for answer in ["220 mail.example ESMTP\r\n", "\0\0\0\0\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n"] {
        let s = Server::answering("127.0.0.1", answer).await;
        assert_eq!(word(&sender(&[LOCAL]).send(&post(&s.url("/"), "a")).await), "unknown");
    }
}

#[tokio::test]
async fn s1_every_complete_answer_is_an_answer() {
    for status in [200, 201, 204, 302, 400, 404, 408, 425, 429, 500, 501, 503, 599] {
        let s = Server::answering(
            "127.0.0.1",
            format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n"),
        )
        .await;
        for p in each(&s.url("/")) {
            let got = sender(&[LOCAL]).send(&p).await.unwrap();
            assert_eq!(got.status, status);
        }
    }
}

#[tokio::test]
async fn s1_an_answer_that_breaks_off_after_its_head_keeps_its_status() {
    for (status, body) in [(200, "half"), (503, ""), (201, "")] {
        let head = format!("HTTP/1.1 {status} X\r\ncontent-length: 100\r\n\r\n{body}");
        let s = Server::answering("127.0.0.1", head).await;
        let got = sender(&[LOCAL]).send(&post(&s.url("/"), "a")).await;
        assert!(matches!(got, Err(SendError::Broken { status: s, .. }) if s == status));
    }
}

#[tokio::test]
async fn s1_an_answer_reset_after_its_head_keeps_its_status() {
    let (tell, told) = tokio::sync::watch::channel(false);
    let s = Server::start("127.0.0.1", move |mut socket| {
        let mut told = told.clone();
        async move {
            request(&mut socket).await;
            let _ = socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab").await;
            // The client has read the head once it has asked for the second answer.
            let _ = told.wait_for(|t| *t).await;
            socket.set_zero_linger().unwrap();
        }
    })
    .await;
    let sender = sender(&[LOCAL]);
    let mut p = post(&s.url("/"), "a");
    p.timeout = Span::ms(150);
    let late = sender.send(&p).await;
    assert!(matches!(late, Err(SendError::Broken { status: 200, .. })), "{}", word(&late));
    tell.send(true).unwrap();
}

#[tokio::test]
async fn s1_an_endless_slow_answer_ends_with_its_status() {
    let s = Server::start("127.0.0.1", |mut socket| async move {
        request(&mut socket).await;
        let _ = socket.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        let mut tick = tokio::time::interval(std::time::Duration::from_millis(10));
        while socket.write_all(b".").await.is_ok() {
            tick.tick().await;
        }
    })
    .await;
    let mut p = get(&s.url("/"));
    p.timeout = Span::ms(200);
    let got = sender(&[LOCAL]).send(&p).await;
    assert!(matches!(got, Err(SendError::Broken { status: 200, .. })), "{}", word(&got));
}
