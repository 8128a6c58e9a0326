//! `email.send` as far as it needs no mail server.

use domain::Code;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::bench::{Bench, connection};
use domain::connection::Connection;

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
    (error.code, error.field)
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
