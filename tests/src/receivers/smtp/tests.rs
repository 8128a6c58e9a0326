use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Attachment, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{self, Certificate, TlsParameters};
use lettre::transport::smtp::{AsyncSmtpTransport, Error};
use lettre::{AsyncTransport, Tokio1Executor};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::super::Gate;
use super::super::client::SOON;
use super::*;

type Transport = AsyncSmtpTransport<Tokio1Executor>;

fn letter() -> lettre::Message {
    let (text, html) = ("Да, 1\n.\n..точка".to_owned(), "<b>Да</b>".to_owned());
    let alternative = MultiPart::alternative_plain_html(text, html);
    let pdf = Attachment::new("счёт.pdf".into())
        .body(vec![0, 13, 10, 46], "application/pdf".parse().unwrap());
    let logo = SinglePart::builder()
        .header(ContentType::parse("image/png").unwrap())
        .header(ContentTransferEncoding::Base64)
        .header(lettre::message::header::ContentDisposition::inline())
        .header(lettre::message::header::ContentId::from("<logo>".to_owned()))
        .body(vec![1_u8, 2, 3]);
    lettre::Message::builder()
        .from("Звено <robot@example.com>".parse().unwrap())
        .to("Иван <ivan@example.com>".parse().unwrap())
        .bcc("hidden@example.com".parse().unwrap())
        .message_id(Some("<run-1@example.com>".into()))
        .subject("Новая заявка с очень длинной темой, которая не помещается в одну строку письма")
        .multipart(MultiPart::mixed().multipart(alternative).singlepart(pdf).singlepart(logo))
        .unwrap()
}

fn builder(to: &SmtpReceiver) -> lettre::transport::smtp::AsyncSmtpTransportBuilder {
    Transport::builder_dangerous("127.0.0.1").port(to.addr().port()).timeout(Some(SOON))
}

fn plain(to: &SmtpReceiver) -> Transport {
    builder(to).build()
}

fn trusting(to: &SmtpReceiver) -> TlsParameters {
    let root = Certificate::from_pem(to.ca().pem().as_bytes()).unwrap();
    let tls = TlsParameters::builder("127.0.0.1".to_owned()).add_root_certificate(root);
    tls.build_rustls().unwrap()
}

fn known(mechanism: Mechanism, password: &str) -> (Credentials, Vec<Mechanism>) {
    (Credentials::new("robot".into(), password.into()), vec![mechanism])
}

fn with_user() -> Options {
    Options { user: Some(("robot".into(), "secret".into())), ..Options::default() }
}

fn code(error: &Error) -> String {
    error.status().map(|c| c.to_string()).unwrap_or_default()
}

#[tokio::test]
async fn a_letter_arrives_whole_and_is_taken_apart() {
    let to = SmtpReceiver::start().await.unwrap();
    plain(&to).send(letter()).await.unwrap();
    let mail = to.wait_for(1, SOON).await.unwrap().remove(0);
    assert_eq!(mail.from, "robot@example.com");
    assert_eq!(mail.to, ["ivan@example.com", "hidden@example.com"]);
    let letter = mail.message().unwrap();
    let subject = "Новая заявка с очень длинной темой, которая не помещается в одну строку письма";
    assert_eq!(letter.header("Subject"), Some(subject));
    assert_eq!(letter.header("From"), Some("Звено <robot@example.com>"));
    assert_eq!(letter.header("Bcc"), None);
    assert_eq!(letter.message_id(), Some("<run-1@example.com>"));
    assert_eq!(letter.text.as_deref(), Some("Да, 1\r\n.\r\n..точка"));
    assert_eq!(letter.html.as_deref(), Some("<b>Да</b>"));
    let [pdf, logo] = &letter.attachments[..] else { panic!("{:?}", letter.attachments) };
    assert_eq!((pdf.name.as_deref(), &pdf.bytes[..]), (Some("счёт.pdf"), &[0, 13, 10, 46][..]));
    assert_eq!((logo.content_id.as_deref(), logo.inline), (Some("logo"), true));
    assert!(mail.longest_line() <= 998);
    assert_eq!(to.message_ids().times("<run-1@example.com>"), 1);
}

#[tokio::test]
async fn starttls_is_trusted_only_through_the_authority() {
    let options = Options { tls: Tls::StartTls, ..with_user() };
    let to = SmtpReceiver::start_with(options).await.unwrap();
    let (credentials, how) = known(Mechanism::Plain, "secret");
    let transport = builder(&to).tls(client::Tls::Required(trusting(&to)));
    let transport: Transport = transport.credentials(credentials).authentication(how).build();
    transport.send(letter()).await.unwrap();
    let mail = to.wait_for(1, SOON).await.unwrap().remove(0);
    assert_eq!((mail.tls, mail.user.as_deref()), (true, Some("robot")));
    let stranger = TlsParameters::new("127.0.0.1".to_owned()).unwrap();
    let transport: Transport = builder(&to).tls(client::Tls::Required(stranger)).build();
    transport.send(letter()).await.unwrap_err();
    assert_eq!(to.log().len(), 1);
}

#[tokio::test]
async fn implicit_tls_and_auth_login_work() {
    let options = Options { tls: Tls::Implicit, ..with_user() };
    let to = SmtpReceiver::start_with(options).await.unwrap();
    for (password, expected) in [("wrong", Some("535")), ("secret", None)] {
        let (credentials, how) = known(Mechanism::Login, password);
        let transport = builder(&to).tls(client::Tls::Wrapper(trusting(&to)));
        let transport: Transport = transport.credentials(credentials).authentication(how).build();
        let error = transport.send(letter()).await.err();
        assert_eq!(error.as_ref().map(code).as_deref(), expected);
    }
    assert_eq!(to.wait_for(1, SOON).await.unwrap().len(), 1);
}

#[tokio::test]
async fn greylisting_puts_a_pair_off_once() {
    let options = Options { greylist: true, ..Options::default() };
    let to = SmtpReceiver::start_with(options).await.unwrap();
    let pair = ["robot@example.com", "ivan@example.com"].map(|a| a.parse().unwrap());
    let [from, ivan] = pair;
    let envelope = lettre::address::Envelope::new(Some(from), vec![ivan]).unwrap();
    let raw = letter().formatted();
    let first = plain(&to).send_raw(&envelope, &raw).await.unwrap_err();
    assert_eq!((code(&first).as_str(), first.is_transient()), ("450", true));
    plain(&to).send_raw(&envelope, &raw).await.unwrap();
    assert_eq!(to.wait_for(1, SOON).await.unwrap().len(), 1);
}

#[tokio::test]
async fn each_stage_can_be_refused() {
    let to = SmtpReceiver::start().await.unwrap();
    for (stage, reply) in [
        (Stage::Connect, "554 5.3.2 No service here"),
        (Stage::Mail, "451 4.3.0 Later"),
        (Stage::Rcpt, "550 5.1.1 No such user"),
        (Stage::Data, "554 5.7.1 No"),
        (Stage::End, "554 5.7.1 Spam"),
        (Stage::Mail, "421 4.3.2 Shutting down"),
    ] {
        to.script(stage, 1, &Act::Say(reply.into()));
        let error = plain(&to).send(letter()).await.unwrap_err();
        assert_eq!(code(&error), reply[..3], "{stage:?}");
    }
    let verdicts: Vec<Verdict> = to.log().all().iter().map(|m| m.verdict.clone()).collect();
    assert_eq!(verdicts, [Verdict::Refused("554 5.7.1 Spam".into())]);
    assert_eq!(to.message_ids().total(), 0);
    to.refuse("hidden@example.com", "550 5.1.1 No such user");
    let error = plain(&to).send(letter()).await.unwrap_err();
    assert!(error.is_permanent());
}

#[tokio::test]
async fn closing_after_the_final_dot_leaves_the_outcome_unknown() {
    let to = SmtpReceiver::start().await.unwrap();
    for act in [Act::Close, Act::Reset] {
        to.script(Stage::End, 1, &act);
        let error = plain(&to).send(letter()).await.unwrap_err();
        assert_eq!((code(&error).as_str(), error.is_permanent()), ("", false));
    }
    let all = to.log().all();
    assert_eq!(all.len(), 2);
    assert!(all.iter().all(|m| m.verdict == Verdict::Unanswered));
    assert_eq!(to.message_ids().times("<run-1@example.com>"), 2);
}

#[tokio::test]
async fn a_gate_holds_the_reply_to_a_message() {
    let to = SmtpReceiver::start().await.unwrap();
    let gate = Gate::new();
    to.script(Stage::End, 1, &Act::Hold(gate.clone()));
    let transport = plain(&to);
    let sent = tokio::spawn(async move { transport.send(letter()).await });
    gate.wait_for(1, SOON).await.unwrap();
    assert!(!sent.is_finished());
    gate.release(1);
    sent.await.unwrap().unwrap();
}

/// Says `lines` one by one and returns the last line of each reply.
async fn talk(to: &SmtpReceiver, lines: &[&str]) -> Vec<String> {
    let mut wire = BufReader::new(TcpStream::connect(to.addr()).await.unwrap());
    let mut replies = Vec::new();
    for line in [""].iter().chain(lines) {
        wire.write_all(line.as_bytes()).await.unwrap();
        let mut reply = String::new();
        loop {
            let mut next = String::new();
            if wire.read_line(&mut next).await.unwrap() == 0 {
                return replies;
            }
            reply.push_str(&next);
            if next.as_bytes().get(3) != Some(&b'-') {
                break;
            }
        }
        replies.push(reply.trim_end().to_owned());
    }
    replies
}

#[tokio::test]
async fn the_rules_of_the_conversation_are_kept() {
    let options = Options { size_max: 100, ..Options::default() };
    let to = SmtpReceiver::start_with(options).await.unwrap();
    let replies = talk(
        &to,
        &[
            "MAIL FROM:<a@example.com>\r\n",
            "EHLO me.test\r\n",
            "DATA\r\n",
            "MAIL FROM:<a@example.com> SIZE=101\r\n",
            "MAIL FROM:<a@example.com> RET=HDRS\r\n",
            "mail from:<a@example.com> SIZE=99 BODY=8BITMIME\r\n",
            "RCPT TO:<почта@example.com>\r\n",
            "RCPT TO:<b@example.com>\r\n",
            "DATA\r\n",
            "A: b\r\n\r\n..dot\r\n.\r\n",
            "AUTH PLAIN AA==\r\n",
            "HELO me.test\r\n",
            "QUIT\r\n",
        ],
    )
    .await;
    let codes: Vec<&str> = replies.iter().map(|r| &r[..3]).collect();
    let expected =
        "220 503 250 503 552 555 250 553 250 354 250 502 250 221".split(' ').collect::<Vec<_>>();
    assert_eq!(codes, expected, "{replies:?}");
    assert_eq!(
        replies[2],
        "250-mail.test\r\n250-SIZE 100\r\n250-8BITMIME\r\n250-PIPELINING\r\n250 ENHANCEDSTATUSCODES"
    );
    assert_eq!(to.log().last().unwrap().raw, b"A: b\r\n\r\n.dot\r\n");
    assert_eq!(to.commands().all()[1].as_str(), "EHLO me.test");
}

#[tokio::test]
async fn a_bare_line_feed_is_no_line_break() {
    let to = SmtpReceiver::start().await.unwrap();
    let smuggled = "A: b\r\n\r\nx\n.\nMAIL FROM:<evil@example.com>\r\n.\r\n";
    let start = ["EHLO me\r\n", "MAIL FROM:<a@b.c>\r\n", "RCPT TO:<d@b.c>\r\n", "DATA\r\n"];
    let replies = talk(&to, &[&start[..], &[smuggled]].concat()).await;
    assert!(replies[5].starts_with("521"), "{replies:?}");
    let all = to.log().all();
    assert_eq!((all.len(), all[0].from.as_str()), (1, "a@b.c"));
    assert!(matches!(all[0].verdict, Verdict::Refused(_)));
}

#[tokio::test]
async fn auth_is_refused_in_the_clear_and_text_before_tls_is_cut() {
    let options = Options { tls: Tls::StartTls, ..with_user() };
    let to = SmtpReceiver::start_with(options).await.unwrap();
    let plain = "AUTH PLAIN AHJvYm90AHNlY3JldA==\r\n";
    let replies = talk(&to, &["EHLO me\r\n", plain, "MAIL FROM:<a@b.c>\r\n"]).await;
    assert!(!replies[1].contains("AUTH") && replies[1].ends_with("STARTTLS"), "{replies:?}");
    assert_eq!((&replies[2][..3], &replies[3][..3]), ("538", "530"));
    let mut wire = TcpStream::connect(to.addr()).await.unwrap();
    wire.write_all(b"EHLO me\r\nSTARTTLS\r\nMAIL FROM:<evil@b.c>\r\n").await.unwrap();
    let mut all = Vec::new();
    // The cut may come as an end or as a reset.
    let _ = wire.read_to_end(&mut all).await;
    assert!(String::from_utf8_lossy(&all).ends_with("220 2.0.0 Ready to start TLS\r\n"));
}
