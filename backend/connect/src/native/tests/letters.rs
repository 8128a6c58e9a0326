//! `email.send` as far as it needs no mail server.

use domain::Code;
use proptest::prelude::*;
use serde_json::{Value, json};

use domain::connection::Connection;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::bench::{Bench, connection};
use crate::http::tests::http2::authority;
use crate::http::tests::server::Server;

fn account() -> Connection {
    // Nothing listens on port 9: a letter that is not refused before it is sent is retried.
    let fields = [
        ("host", "127.0.0.1"),
        ("port", "9"),
        ("security", "none"),
        ("from", "Shop <shop@example.com>"),
    ];
    connection("smtp", &fields, &[])
}

async fn code(input: Value) -> (Code, Option<String>) {
    let got = Bench::new().run("email.send", Some(&account()), input).await;
    let error = got.outcome.error().unwrap().clone();
    assert!(!got.sent);
    (error.code, error.field.map(Into::into))
}

#[tokio::test]
async fn what_would_write_headers_of_its_own_is_refused() {
    for (field, value) in [
        ("subject", "Hi\r\nBcc: evil@example.com"),
        ("subject", "Hi\nX: y"),
        ("to", "a@example.com\r\nRCPT TO:<evil@example.com>"),
        ("to", "\"x\r\ny\" <a@example.com>"),
        ("cc", "a@example.com>\nX: <b@example.com"),
        ("reply_to", "a@example.com\u{0}"),
        ("to", "no address"),
        ("to", "a@"),
        ("to", "<a@example.com"),
    ] {
        let mut input = json!({"to": "a@example.com", "subject": "s", "text": "t"});
        input[field] = json!(value);
        assert_eq!(code(input).await, (Code::FieldInvalid, Some(field.to_owned())), "{value:?}");
    }
}

#[tokio::test]
async fn a_letter_has_recipients_but_not_too_many() {
    assert_eq!(code(json!({"subject": "s"})).await.0, Code::FieldMissing);
    let many = vec!["a@example.com"; 101].join(",");
    assert_eq!(code(json!({"to": many, "subject": "s"})).await.0, Code::LimitExceeded);
    let list = json!({"to": ["a@example.com", "Имя <b@пример.рф>"], "subject": "s"});
    assert_eq!(code(list).await.0, Code::RemoteUnreachable);
}

#[tokio::test]
async fn a_password_does_not_leave_unencrypted() {
    let bench = Bench::opened(&[]);
    let mut con = account();
    con.fields.insert("username".into(), "u".into());
    con.secrets.insert("password".into(), domain::Secret::new("p"));
    con.fields.insert("host".into(), "127.0.0.1".into());
    let got =
        bench.run("email.send", Some(&con), json!({"to": "a@b.example", "subject": "s"})).await;
    assert_eq!(got.outcome.error().unwrap().code, Code::AddressBlocked);
}

fn at(server: &Server, security: &str) -> Connection {
    let mut con = account();
    con.fields.insert("port".into(), server.addr.port().to_string());
    con.fields.insert("security".into(), security.into());
    con
}

#[tokio::test]
async fn what_a_stranger_adds_before_encryption_is_not_believed() {
    let (acceptor, pem) = authority();
    let (tell, mut told) = tokio::sync::mpsc::channel(1);
    let server = Server::start("127.0.0.1", move |mut socket| {
        let (acceptor, tell) = (acceptor.clone(), tell.clone());
        async move {
            socket.write_all(b"220 mail.test\r\n").await.unwrap();
            line(&mut socket).await;
            socket.write_all(b"250-mail.test\r\n250 STARTTLS\r\n").await.unwrap();
            line(&mut socket).await;
            socket.write_all(b"220 go\r\n250 added by a stranger\r\n").await.unwrap();
            let encrypted = acceptor.accept(socket).await.is_ok();
            tell.send(encrypted).await.unwrap();
        }
    })
    .await;
    let bench = Bench::with(&["127.0.0.0/8"], Some(pem));
    let input = json!({"to": "a@example.com", "subject": "s"});
    let got = bench.run("email.send", Some(&at(&server, "starttls")), input).await;
    assert_eq!((got.outcome.word(), got.sent), ("retry", false), "{:?}", got.outcome);
    assert_eq!(told.recv().await, Some(false));
}

#[tokio::test]
async fn a_server_that_never_stops_talking_is_not_listened_to() {
    for endless in ["x", "220-more\r\n"] {
        let server = Server::start("127.0.0.1", move |mut socket| async move {
            let much = endless.repeat(4096);
            while socket.write_all(much.as_bytes()).await.is_ok() {}
        })
        .await;
        let input = json!({"to": "a@example.com", "subject": "s"});
        let got = Bench::new().run("email.send", Some(&at(&server, "none")), input).await;
        assert_eq!(got.outcome.word(), "retry");
        let message = &got.outcome.error().unwrap().message;
        assert!(message.contains("too much"), "{message}");
    }
}

async fn line(socket: &mut tokio::net::TcpStream) -> String {
    let mut got = Vec::new();
    while !got.ends_with(b"\n") {
        match socket.read_u8().await {
            Ok(b) => got.push(b),
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&got).into_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn hostile_text_is_data_or_refused(subject in "\\PC{0,40}|.{0,20}[\r\n].{0,20}", to in ".{0,30}") {
        let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let input = json!({"to": [to.clone(), "ok@example.com"], "subject": subject, "text": subject});
        let (found, _) = rt.block_on(code(input));
        let trimmed = [subject.trim(), to.trim()];
        if trimmed.iter().any(|t| t.chars().any(char::is_control)) {
            prop_assert_eq!(found, Code::FieldInvalid);
        } else {
            prop_assert!(matches!(found, Code::FieldInvalid | Code::RemoteUnreachable));
        }
    }
}
