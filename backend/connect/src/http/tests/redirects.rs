//! Redirects followed by hand.

use http::Method;

use super::server::{Server, get, post, sender, word};
use crate::http::{HostRule, SendError};

const LOCAL: &str = "127.0.0.0/8";

fn to(status: u16, location: &str) -> String {
    format!("HTTP/1.1 {status} X\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n")
}

fn echo(request: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{request}", request.len())
}

async fn echoing(ip: &str) -> Server {
    Server::replying(ip, echo).await
}

#[tokio::test]
async fn a_redirect_to_a_closed_address_is_not_followed_there() {
    let inside = Server::answering("127.0.0.3", "HTTP/1.1 200 OK\r\n\r\n").await;
    let port = inside.addr.port();
    for target in [
        format!("http://127.0.0.3:{port}/"),
        format!("http://2130706435:{port}/"),
        format!("//[::ffff:127.0.0.3]:{port}/"),
        format!("http://x@127.0.0.2:{port}/"),
        "ftp://127.0.0.2/".into(),
        "file:///etc/passwd".into(),
    ] {
        let s = Server::answering("127.0.0.2", to(302, &target)).await;
        let got = sender(&["127.0.0.2/32"]).send(&get(&s.url("/"))).await;
        let refused = match &got {
            Ok(r) => r.status == 302,
            Err(e) => matches!(e, SendError::Blocked { .. }),
        };
        assert!(refused, "{target}: {}", word(&got));
    }
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn credentials_stay_with_their_host() {
    let other = echoing("127.0.0.2").await;
    let s = Server::answering("127.0.0.1", to(302, &other.url("/there"))).await;
    let mut p = get(&s.url("/"));
    for name in ["authorization", "cookie", "x-api-key"] {
        p.headers.insert(name, "secret".parse().unwrap());
    }
    p.headers.insert("accept", "text/x-mine".parse().unwrap());
    let seen = sender(&[LOCAL]).send(&p).await.unwrap().body;
    let seen = String::from_utf8(seen.to_vec()).unwrap();
    assert!(seen.starts_with("GET /there HTTP/1.1\r\n") && seen.contains("accept: text/x-mine"));
    assert!(!seen.contains("secret"), "{seen}");
}

#[tokio::test]
async fn credentials_go_on_on_the_same_host() {
    let s = Server::replying("127.0.0.1", |request| {
        if request.starts_with("GET /a ") { to(307, "/b?c=1") } else { echo(request) }
    })
    .await;
    let mut p = get(&s.url("/a"));
    p.headers.insert("authorization", "secret".parse().unwrap());
    let seen = sender(&[LOCAL]).send(&p).await.unwrap().body;
    let seen = String::from_utf8(seen.to_vec()).unwrap();
    assert!(seen.starts_with("GET /b?c=1 ") && seen.contains("authorization: secret"), "{seen}");
}

#[tokio::test]
async fn methods_change_as_in_browsers() {
    for (status, method, then, body) in [
        (301, Method::POST, "GET", false),
        (302, Method::POST, "GET", false),
        (303, Method::PUT, "GET", false),
        (301, Method::PUT, "PUT", true),
        (307, Method::POST, "POST", true),
        (308, Method::PATCH, "PATCH", true),
    ] {
        let s = Server::replying("127.0.0.1", move |request| {
            if request.contains(" /a ") { to(status, "/b") } else { echo(request) }
        })
        .await;
        let mut p = post(&s.url("/a"), "the-body");
        p.method = method;
        let seen = sender(&[LOCAL]).send(&p).await.unwrap().body;
        let seen = String::from_utf8(seen.to_vec()).unwrap();
        assert!(seen.starts_with(&format!("{then} /b ")), "{status}: {seen}");
        assert_eq!(seen.contains("the-body"), body, "{status}: {seen}");
    }
}

#[tokio::test]
async fn a_body_does_not_go_to_another_host() {
    let other = echoing("127.0.0.2").await;
    let s = Server::answering("127.0.0.1", to(307, &other.url("/"))).await;
    let got = sender(&[LOCAL]).send(&post(&s.url("/"), "secret")).await.unwrap();
    assert_eq!((got.status, other.connections()), (307, 0));
}

#[tokio::test]
async fn a_redirect_to_a_host_outside_the_rule_is_the_answer() {
    let other = echoing("127.0.0.2").await;
    let s = Server::answering("127.0.0.1", to(302, &other.url("/"))).await;
    let mut p = get(&s.url("/"));
    p.host_rule = HostRule::Only(vec!["127.0.0.1".to_owned()]);
    let got = sender(&[LOCAL]).send(&p).await.unwrap();
    assert_eq!((got.status, other.connections()), (302, 0));
}

#[tokio::test]
async fn redirects_come_to_an_end() {
    let s = Server::answering("127.0.0.1", to(302, "/again")).await;
    assert_eq!(sender(&[LOCAL]).send(&get(&s.url("/"))).await.unwrap().status, 302);
    assert_eq!(s.connections(), domain::limits::REDIRECTS + 1);
    let mut p = get(&s.url("/"));
    p.follow = false;
    assert_eq!(sender(&[LOCAL]).send(&p).await.unwrap().status, 302);
    assert_eq!(s.connections(), domain::limits::REDIRECTS + 2);
}

#[tokio::test]
async fn s1_a_post_that_was_answered_with_a_redirect_is_never_not_sent() {
    let closed = Server::answering("127.0.0.1", "").await.url("/");
    let silent = Server::answering("127.0.0.1", "").await;
    for target in [closed, silent.url("/"), "http://10.0.0.1/".into()] {
        let s = Server::answering("127.0.0.1", to(303, &target)).await;
        let got = sender(&[LOCAL]).send(&post(&s.url("/"), "a")).await;
        assert!(matches!(got, Err(SendError::Broken { status: 303, .. })), "{}", word(&got));
    }
}

#[tokio::test]
async fn s1_after_a_redirect_of_the_same_request_its_own_fate_counts() {
    let closed = Server::answering("127.0.0.1", "").await.url("/");
    let silent = Server::answering("127.0.0.1", "").await;
    for (target, want) in [(closed, "not sent"), (silent.url("/"), "unknown")] {
        let s = Server::answering("127.0.0.1", to(307, &target)).await;
        assert_eq!(word(&sender(&[LOCAL]).send(&get(&s.url("/"))).await), want);
    }
}
