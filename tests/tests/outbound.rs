//! Letters and signed webhooks, from the call of a connector to the server on the other side.
#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use connect::outbound::{Call, Executed, File, Files, Outbound, OutboundConfig, RunInfo};
use connect::registry::Registry;
use domain::clock::ManualClock;
use domain::connection::{Connection, ConnectionState};
use domain::ids::{ConnectionId, FlowId, RunId, WorkspaceId};
use domain::outcome::{Outcome, StepError};
use domain::{Code, Secret, Span, Time};
use futures::future::BoxFuture;
use serde_json::{Value, json};
use tests::receivers::smtp::{Act, Options, SmtpReceiver, Stage, Tls};
use tests::receivers::standard_webhooks::{self, WebhookReceiver};
use tests::receivers::{Gate, Now};

/// Fri, 15 Nov 2024 20:12:01 GMT.
const NOW: Time = Time(1_731_701_521_000_000);
const KEY: &str = "k3yk3yk3yk3yk3yk3yk3yk3yk3";

struct Picture;

impl Files for Picture {
    fn read<'a>(&'a self, _: &'a Value) -> BoxFuture<'a, Result<File, StepError>> {
        let name = "счёт \"1\".png".to_owned();
        let file = File { bytes: vec![0, 13, 10, 46, 255].into(), name, mime: "image/png".into() };
        Box::pin(async move { Ok(file) })
    }
}

/// One process that calls out.
struct Caller {
    out: Outbound,
    registry: Registry,
    clock: Arc<ManualClock>,
}

impl Caller {
    fn new(roots: Option<&str>) -> Caller {
        let clock = ManualClock::at(NOW);
        let out = Outbound::new(OutboundConfig {
            allow_networks: vec!["127.0.0.0/8".parse().unwrap()],
            base_urls: HashMap::new(),
            extra_roots_pem: roots.map(str::to_owned),
            clock: clock.clone(),
        })
        .unwrap();
        Caller { out, registry: Registry::builtin(), clock }
    }

    async fn run(&self, action: &str, con: &Connection, input: Value, timeout: Span) -> Executed {
        let (connector, action) = action.split_once('.').unwrap();
        let connector = self.registry.latest(connector).unwrap();
        let secrets = BTreeMap::new();
        let call = Call {
            connector,
            action: connector.action(action).unwrap(),
            input,
            secrets: &secrets,
            connection: Some(con),
            run: RunInfo {
                key: KEY,
                attempt: 1,
                run: RunId::new(NOW),
                flow: FlowId::new(NOW),
                step: "letter",
                now: NOW,
                timezone: "Europe/Moscow",
                hops: 0,
            },
            done_calls: None,
            files: &Picture,
            timeout: Some(timeout),
        };
        self.out.execute(call).await
    }

    async fn mail(&self, con: &Connection, input: Value) -> Executed {
        self.run("email.send", con, input, Span::secs(20)).await
    }
}

fn connection(method: &str, fields: &[(&str, &str)], secrets: &[(&str, &str)]) -> Connection {
    Connection {
        id: ConnectionId::new(NOW),
        workspace: WorkspaceId::new(NOW),
        name: "mine".to_owned(),
        connector: String::new(),
        method: method.to_owned(),
        fields: fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        secrets: secrets.iter().map(|(k, v)| ((*k).to_owned(), Secret::new(*v))).collect(),
        state: ConnectionState::Working,
        note: None,
        generation: 1,
        tokens: None,
    }
}

fn account(server: &SmtpReceiver, security: &str, login: Option<(&str, &str)>) -> Connection {
    let port = server.addr().port().to_string();
    let mut fields = vec![
        ("host", "localhost"),
        ("port", port.as_str()),
        ("security", security),
        ("from", "Магазин <shop@example.com>"),
    ];
    let mut secrets = Vec::new();
    if let Some((user, password)) = login {
        fields.push(("username", user));
        secrets.push(("password", password));
    }
    connection("smtp", &fields, &secrets)
}

fn letter() -> Value {
    json!({
        "to": "Анна <anna@example.com>, bob@example.com",
        "cc": "carl@example.com",
        "bcc": "hidden@example.com",
        "reply_to": "sales@example.com",
        "subject": "Заявка № 7: очень длинная тема, которая не помещается в одну строку письма целиком",
        "text": "Привет!\n.\n..точка\nпока",
        "html": "<b>Привет</b>",
        "attachments": [{"file": {"id": "f"}}],
    })
}

fn code(executed: &Executed) -> Option<Code> {
    executed.outcome.error().map(|e| e.code)
}

#[tokio::test]
async fn a_letter_arrives_as_it_was_written() {
    for (tls, security) in
        [(Tls::Never, "none"), (Tls::StartTls, "starttls"), (Tls::Implicit, "tls")]
    {
        let user = Some(("robot".to_owned(), "pass-word-1".to_owned()));
        let options = Options { tls, user, auth_in_the_clear: true, ..Options::default() };
        let server = SmtpReceiver::start_with(options).await.unwrap();
        let caller = Caller::new(Some(server.ca().pem()));
        let con = account(&server, security, Some(("robot", "pass-word-1")));
        let done = caller.mail(&con, letter()).await;
        assert_eq!(done.outcome.word(), "done", "{:?}", done.outcome);
        let mail = server.log().all().remove(0);
        assert_eq!((mail.tls, mail.user.as_deref()), (tls != Tls::Never, Some("robot")));
        assert_eq!(mail.from, "shop@example.com");
        assert_eq!(
            mail.to,
            ["anna@example.com", "bob@example.com", "carl@example.com", "hidden@example.com"]
        );
        let message = mail.message().unwrap();
        let id = format!("<{KEY}@example.com>");
        for (name, value) in [
            ("from", "Магазин <shop@example.com>"),
            ("reply-to", "sales@example.com"),
            ("cc", "carl@example.com"),
            ("subject", letter()["subject"].as_str().unwrap()),
            ("message-id", id.as_str()),
            ("date", "Fri, 15 Nov 2024 20:12:01 +0000"),
        ] {
            assert_eq!(message.header(name), Some(value));
        }
        assert_eq!(message.header("bcc"), None);
        let lines = |t: &Option<String>| t.as_ref().unwrap().replace("\r\n", "\n");
        assert_eq!(lines(&message.text).trim_end(), "Привет!\n.\n..точка\nпока");
        assert_eq!(lines(&message.html).trim_end(), "<b>Привет</b>");
        let file = &message.attachments[0];
        assert_eq!(file.name.as_deref(), Some("счёт \"1\".png"));
        assert_eq!((file.mime.as_str(), &file.bytes[..]), ("image/png", &[0, 13, 10, 46, 255][..]));
        assert!(mail.longest_line() <= 998 && mail.raw.is_ascii());
        let logged = format!("{:?}", done.exchanges);
        assert!(logged.contains("anna@example.com") && logged.contains("Привет!"));
        assert!(
            !logged.contains("pass-word-1")
                && !format!("{:?}", done.outcome).contains("pass-word-1")
        );
    }
}

#[tokio::test]
async fn s1_a_greylisted_letter_is_the_same_when_it_comes_back() {
    let options = Options { greylist: true, ..Options::default() };
    let server = SmtpReceiver::start_with(options).await.unwrap();
    let (caller, con) = (Caller::new(None), account(&server, "none", None));
    let input = json!({"to": "a@example.com", "subject": "s", "text": "t", "html": "h"});
    let first = caller.mail(&con, input.clone()).await;
    assert_eq!((first.outcome.word(), first.sent), ("retry", false));
    assert_eq!(first.exchanges[0].response.as_ref().unwrap().status / 10, 45);
    server.script(Stage::End, 1, &Act::Say("451 4.3.0 Try again".to_owned()));
    let second = caller.mail(&con, input.clone()).await;
    assert_eq!((second.outcome.word(), second.sent), ("retry", true));
    caller.clock.advance(Span::hours(1));
    let third = caller.mail(&con, input).await;
    assert_eq!(third.outcome.word(), "done");
    let all = server.log().all();
    assert_eq!(all.len(), 2);
    assert_eq!(all[0].raw, all[1].raw, "a repeated letter is byte-equal");
}

#[tokio::test]
async fn s1_a_broken_connection_is_unknown_only_after_the_letter_began() {
    for (stage, word) in [
        (Stage::Connect, "retry"),
        (Stage::Hello, "retry"),
        (Stage::Mail, "retry"),
        (Stage::Rcpt, "retry"),
        (Stage::Data, "retry"),
        (Stage::End, "unknown"),
    ] {
        for act in [Act::Close, Act::Reset] {
            let server = SmtpReceiver::start().await.unwrap();
            server.script(stage, 1, &act);
            let (caller, con) = (Caller::new(None), account(&server, "none", None));
            let got = caller.mail(&con, json!({"to": "a@example.com", "subject": "s"})).await;
            assert_eq!(
                (got.outcome.word(), got.sent),
                (word, word == "unknown"),
                "{stage:?} {act:?}"
            );
        }
    }
}

#[tokio::test]
async fn s1_a_server_that_keeps_silent_is_unknown_only_after_the_letter_began() {
    for (stage, word) in [(Stage::Rcpt, "retry"), (Stage::End, "unknown")] {
        let server = SmtpReceiver::start().await.unwrap();
        server.script(stage, 1, &Act::Hold(Gate::new()));
        let (caller, con) = (Caller::new(None), account(&server, "none", None));
        let input = json!({"to": "a@example.com", "subject": "s"});
        let got = caller.run("email.send", &con, input, Span::ms(200)).await;
        assert_eq!(got.outcome.word(), word, "{stage:?}");
    }
}

#[tokio::test]
async fn replies_are_judged_by_their_first_digit() {
    for (stage, reply, word, want) in [
        (Stage::Connect, "421 4.3.2 Busy", "retry", Code::RemoteUnavailable),
        (Stage::Connect, "554 5.3.2 No", "failed", Code::RemoteRefused),
        (Stage::Mail, "450 4.7.1 Later", "retry", Code::RemoteUnavailable),
        (Stage::Mail, "530 5.7.0 Authentication required", "auth", Code::AccessDenied),
        (Stage::Rcpt, "550 5.1.1 No such user", "failed", Code::RemoteRefused),
        (Stage::Data, "451 4.3.0 Later", "retry", Code::RemoteUnavailable),
        (Stage::End, "552 5.3.4 Too large", "failed", Code::RemoteRefused),
        (Stage::End, "452 4.3.1 Full", "retry", Code::RemoteUnavailable),
    ] {
        let server = SmtpReceiver::start().await.unwrap();
        server.script(stage, 1, &Act::Say(reply.to_owned()));
        let (caller, con) = (Caller::new(None), account(&server, "none", None));
        let got = caller.mail(&con, json!({"to": "a@example.com", "subject": "s"})).await;
        assert_eq!((got.outcome.word(), code(&got)), (word, Some(want)), "{reply}");
        let error = got.outcome.error().unwrap();
        assert_eq!(error.status.map(|s| s.to_string()).as_deref(), Some(&reply[..3]));
    }
}

#[tokio::test]
async fn nobody_gets_a_letter_that_one_recipient_is_refused_for() {
    let server = SmtpReceiver::start().await.unwrap();
    server.refuse("gone@example.com", "550 5.1.1 No such user");
    let (caller, con) = (Caller::new(None), account(&server, "none", None));
    let input = json!({"to": "a@example.com, gone@example.com", "subject": "s"});
    let got = caller.mail(&con, input).await;
    let Outcome::Fail { error } = &got.outcome else { panic!("{:?}", got.outcome) };
    assert!(error.message.contains("gone@example.com") && error.message.contains("No such user"));
    assert!(server.log().all().is_empty());
}

#[tokio::test]
async fn s14_a_refused_password_is_a_matter_of_the_connection() {
    let user = Some(("robot".to_owned(), "right-password".to_owned()));
    let options = Options { tls: Tls::StartTls, user, ..Options::default() };
    let server = SmtpReceiver::start_with(options).await.unwrap();
    let caller = Caller::new(Some(server.ca().pem()));
    let wrong = account(&server, "starttls", Some(("robot", "wrong-password")));
    let got = caller.mail(&wrong, json!({"to": "a@example.com", "subject": "s"})).await;
    assert_eq!((got.outcome.word(), code(&got)), ("auth", Some(Code::AccessDenied)));
    assert!(!format!("{:?}", got.exchanges).contains("wrong-password"));
    let email = caller.registry.latest("email").unwrap();
    let (error, exchanges) = caller.out.test_connection(email, &wrong).await.unwrap_err();
    assert_eq!((error.code, exchanges.len()), (Code::AccessDenied, 1));
    let right = account(&server, "starttls", Some(("robot", "right-password")));
    let tested = caller.out.test_connection(email, &right).await.unwrap();
    assert_eq!(tested.label, "shop@example.com");
    assert!(server.log().all().is_empty());
}

#[tokio::test]
async fn nothing_is_said_unencrypted_where_encryption_was_asked_for() {
    let user = Some(("robot".to_owned(), "pass-word-1".to_owned()));
    let options = Options { user, auth_in_the_clear: true, ..Options::default() };
    let server = SmtpReceiver::start_with(options).await.unwrap();
    let caller = Caller::new(Some(server.ca().pem()));
    let con = account(&server, "starttls", Some(("robot", "pass-word-1")));
    let got = caller.mail(&con, json!({"to": "a@example.com", "subject": "s"})).await;
    assert_eq!((got.outcome.word(), code(&got)), ("retry", Some(Code::RemoteUnreachable)));
    let commands = server.commands().all();
    assert!(commands.iter().all(|c| !c.starts_with("AUTH") && !c.starts_with("MAIL")));
}

#[tokio::test]
async fn an_untrusted_certificate_ends_the_conversation() {
    for (tls, security) in [(Tls::StartTls, "starttls"), (Tls::Implicit, "tls")] {
        let options = Options { tls, ..Options::default() };
        let server = SmtpReceiver::start_with(options).await.unwrap();
        let (caller, con) = (Caller::new(None), account(&server, security, None));
        let got = caller.mail(&con, json!({"to": "a@example.com", "subject": "s"})).await;
        assert_eq!((got.outcome.word(), code(&got)), ("retry", Some(Code::RemoteUnreachable)));
        assert!(got.outcome.error().unwrap().message.contains("certificate"));
        assert!(server.log().all().is_empty());
    }
}

#[tokio::test]
async fn a_connection_is_used_again_while_it_is_fresh() {
    let server = SmtpReceiver::start().await.unwrap();
    let (caller, con) = (Caller::new(None), account(&server, "none", None));
    let input = || json!({"to": "a@example.com", "subject": "s"});
    for _ in 0..3 {
        assert_eq!(caller.mail(&con, input()).await.outcome.word(), "done");
    }
    assert_eq!(server.connections(), 1);
    caller.clock.advance(domain::limits::MAIL_IDLE_FOR);
    assert_eq!(caller.mail(&con, input()).await.outcome.word(), "done");
    assert_eq!(server.connections(), 2);
    let changed = Connection { generation: 2, ..con };
    assert_eq!(caller.mail(&changed, input()).await.outcome.word(), "done");
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn hostile_text_arrives_as_text() {
    let server = SmtpReceiver::start().await.unwrap();
    let (caller, con) = (Caller::new(None), account(&server, "none", None));
    for hostile in [
        "\r\n.\r\nMAIL FROM:<evil@example.com>\r\nRCPT TO:<x@example.com>\r\nDATA\r\n",
        "\n.\nQUIT\n",
        "\r.\r\n.\r",
        "a\u{2028}b\u{85}c =?utf-8?q?x?= --zveno-0000",
        &"длинная строка без переносов ".repeat(100),
    ] {
        let subject: String = hostile.chars().filter(|c| !c.is_control()).collect();
        let input = json!({"to": "a@example.com", "subject": subject, "text": hostile});
        let got = caller.mail(&con, input).await;
        assert_eq!(got.outcome.word(), "done", "{hostile:?}: {:?}", got.outcome);
        let all = server.log().all();
        let mail = all.last().unwrap();
        assert_eq!(mail.to, ["a@example.com"]);
        let message = mail.message().unwrap();
        let flat = |t: &str| t.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(flat(message.text.as_deref().unwrap()), flat(hostile));
        assert_eq!(flat(message.header("subject").unwrap_or_default()), flat(&subject));
    }
    assert_eq!(server.log().all().len(), 5, "one letter for each, and none beside them");
}

#[tokio::test]
async fn s2_a_signed_event_is_taken_once_however_often_it_is_sent() {
    let secret = "abcdefghijklmnopqrstuvwx0123456789abcdefghijklmn";
    let known = standard_webhooks::Secret::parse(&format!("whsec_{secret}")).unwrap();
    let clock = ManualClock::at(NOW);
    let now = Now::of(clock.clone());
    let receiver = WebhookReceiver::start(vec![known], now).await.unwrap();
    let caller = Caller::new(None);
    let url = receiver.http().url("/in");
    let con = connection("signed", &[("url", &url)], &[("secret", secret)]);
    let input = || json!({"type": "order.paid", "payload": {"id": 7}});
    receiver.fail(2, 503);
    for word in ["retry", "retry", "done"] {
        let got = caller.run("webhook_out.send", &con, input(), Span::secs(20)).await;
        assert_eq!(got.outcome.word(), word, "{:?}", got.outcome);
        clock.advance(Span::hours(1));
        caller.clock.advance(Span::hours(1));
    }
    let all = receiver.log().all();
    assert!(all.iter().all(|j| j.verdict == Ok(format!("msg_{KEY}"))));
    assert!(all.iter().all(|j| j.request.body == all[0].request.body));
    receiver.gone(true);
    let got = caller.run("webhook_out.send", &con, input(), Span::secs(20)).await;
    assert_eq!(code(&got), Some(Code::Gone));
}
