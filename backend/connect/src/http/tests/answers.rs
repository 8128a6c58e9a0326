//! How answers are read.

use std::io::Write as _;

use super::server::{Server, get, post, sender, word};
use crate::http::{HOPS_HEADER, SendError, hops_value};

const LOCAL: &str = "127.0.0.0/8";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn zipped(body: &[u8]) -> Vec<u8> {
    let mut answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    answer.extend_from_slice(body);
    answer
}

#[tokio::test]
async fn a_compressed_answer_is_read() {
    let text = "текст ".repeat(1_000);
    let s = Server::answering("127.0.0.1", zipped(&gzip(text.as_bytes()))).await;
    let got = sender(&[LOCAL]).send(&get(&s.url("/"))).await.unwrap();
    assert_eq!(got.body, text.as_bytes());
}

#[tokio::test]
async fn a_compressed_answer_is_measured_after_decompression() {
    let bomb = gzip(&vec![0; 64 << 20]);
    assert!(bomb.len() < 1 << 17);
    let s = Server::answering("127.0.0.1", zipped(&bomb)).await;
    let got = sender(&[LOCAL]).send(&get(&s.url("/"))).await;
    assert!(matches!(got, Err(SendError::TooLarge { status: 200, .. })), "{}", word(&got));
}

#[tokio::test]
async fn an_answer_may_be_as_large_as_allowed_and_no_larger() {
    for (size, fits) in [(1 << 20, true), ((1 << 20) + 1, false)] {
        for head in [String::new(), format!("content-length: {size}\r\n")] {
            let mut answer = format!("HTTP/1.1 200 OK\r\n{head}\r\n").into_bytes();
            answer.resize(answer.len() + size, b'x');
            let s = Server::answering("127.0.0.1", answer).await;
            let got = sender(&[LOCAL]).send(&get(&s.url("/"))).await;
            match got {
                Ok(r) => assert!(fits && r.body.len() == size),
                Err(e) => assert!(!fits && matches!(e, SendError::TooLarge { .. }), "{e}"),
            }
        }
    }
}

#[tokio::test]
async fn damaged_compression_keeps_the_status() {
    let mut damaged = gzip(b"hello");
    damaged[12] ^= 0xff;
    damaged.truncate(14);
    let s = Server::answering("127.0.0.1", zipped(&damaged)).await;
    let got = sender(&[LOCAL]).send(&get(&s.url("/"))).await;
    assert!(matches!(got, Err(SendError::Broken { status: 200, .. })), "{}", word(&got));
}

#[tokio::test]
async fn an_endless_head_is_not_read_on() {
    let mut answer = b"HTTP/1.1 200 OK\r\n".to_vec();
    for i in 0..20_000 {
        answer.extend_from_slice(format!("x-{i}: {}\r\n", "y".repeat(50)).as_bytes());
    }
    let s = Server::answering("127.0.0.1", answer).await;
    assert_eq!(word(&sender(&[LOCAL]).send(&get(&s.url("/"))).await), "unknown");
}

#[tokio::test]
async fn what_belongs_to_the_connection_is_not_the_requests_to_say() {
    let s = Server::replying("127.0.0.1", |request| {
        format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{request}", request.len())
    })
    .await;
    let mut p = post(&s.url("/path"), "body");
    for (name, value) in [
        ("host", "evil.example"),
        ("content-length", "999"),
        ("transfer-encoding", "chunked"),
        ("connection", "upgrade"),
        ("x-mine", "kept"),
    ] {
        p.headers.insert(name, value.parse().unwrap());
    }
    p.headers.insert(HOPS_HEADER, hops_value(2));
    let got = sender(&[LOCAL]).send(&p).await.unwrap();
    let seen = String::from_utf8(got.body.to_vec()).unwrap();
    assert!(seen.starts_with("POST /path HTTP/1.1\r\n") && seen.ends_with("\r\n\r\nbody"));
    for line in [
        format!("host: {}", s.addr),
        "content-length: 4".into(),
        "x-mine: kept".into(),
        "x-zveno-hops: 3".into(),
    ] {
        assert!(seen.contains(&format!("\r\n{line}\r\n")), "{line} is missing in {seen}");
    }
    // The port of the receiver may have any digits.
    for gone in ["evil", ": 999\r", "chunked", "upgrade"] {
        assert!(!seen.contains(gone), "{gone} is in {seen}");
    }
}
