//! Data stays data: whatever a form holds arrives as that text, wherever it is put.

use domain::journal::StepState;
use domain::run::RunState;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;
use store::RunDetail;
use tests::both;
use tests::receivers::http::Received;
use tests::world::{BOT_TOKEN, Hook, World, json as json_body};

both! {
    r8_data_reaches_json_form_path_query_header_xml_and_mail_as_data,
    r8_data_that_looks_like_a_template_is_not_one,
}

const CASES: usize = 24;
/// Pieces that mean something somewhere.
const PIECES: [&str; 30] = [
    "{{",
    "}}",
    "{{{",
    "{{conn.token}}",
    "{{flow.id}}",
    "${7*7}",
    "\"",
    "'",
    "\\",
    "\\u0000",
    "\r\n",
    "\n",
    "\r",
    "X-Injected: 1",
    "\r\n.\r\n",
    "../",
    "..",
    "/",
    "?",
    "#",
    "%2e%2e%2f",
    "&a=b",
    "=",
    "\0",
    "😀",
    "Анна",
    "<b>",
    "]]>",
    "&amp;",
    " ",
];

fn value() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES.to_vec()), 1..7)
        .prop_map(|pieces| format!("v{}v", pieces.concat()))
}

fn steps() -> String {
    let own = ["in_json", "in_form", "in_path", "in_query", "in_header", "in_xml"].map(|action| {
        format!(
            "  - {{ id: {action}, action: shop.{action}@1.0.0, connection: shop, on_error: continue, \
             input: {{ value: {{ path: $.trigger.body.value }} }} }}\n"
        )
    });
    format!(
        "
zveno: 1
name: data
trigger: {{ connector: webhook@1.0.0, event: request }}
steps:
{}  - id: subject
    action: email.send@1.0.0
    connection: mail
    on_error: continue
    input: {{ to: {{ literal: a@b.test }}, subject: {{ path: $.trigger.body.value }}, text: {{ literal: subject }} }}
  - id: letter
    action: email.send@1.0.0
    connection: mail
    on_error: continue
    input: {{ to: {{ literal: a@b.test }}, subject: {{ literal: letter }}, text: {{ path: $.trigger.body.value }} }}
",
        own.concat()
    )
}

async fn flow(w: &World) -> Hook {
    w.shop().await;
    w.mailbox().await;
    w.flow(&steps()).publish().await
}

async fn r8_data_reaches_json_form_path_query_header_xml_and_mail_as_data(w: &World) {
    let hook = flow(w).await;
    let mut runner = TestRunner::deterministic();
    let mut cases: Vec<String> = vec![
        "v\r\nX-Injected: 1\r\n\r\nv".to_owned(),
        "v\0v".to_owned(),
        "v\r\n.\r\nMAIL FROM:<x@y>\r\nv".to_owned(),
        "v../../etc/passwd?a=1#bv".to_owned(),
    ];
    while cases.len() < CASES {
        cases.push(value().new_tree(&mut runner).unwrap().current());
    }
    for (n, case) in cases.iter().enumerate() {
        w.sink.log().clear();
        w.mail.log().clear();
        w.accepted(&hook, json_body(&json!({ "value": case }))).await;
        let run = w.ended(&hook, n + 1).await.pop().unwrap();
        assert_eq!(run.run.state, RunState::Succeeded, "{case:?}: {run:#?}");
        arrived(w, case, &run);
        in_mail(w, case, &run);
    }
}

fn done(run: &RunDetail, step: &str) -> bool {
    let row = run.steps.iter().find(|s| s.step == step);
    row.is_some_and(|r| r.state == StepState::Done)
}

fn arrived(w: &World, case: &str, run: &RunDetail) {
    let all = w.sink.log().all();
    let at = |path: &str| all.iter().find(|r| r.path == path);
    let sent = |path: &str| at(path).unwrap_or_else(|| panic!("{path} of {case:?}: {run:#?}"));
    let expected = json!({ "value": case, "in": { "text": format!("<{case}>") } });
    assert_eq!(sent("/json").json().unwrap(), expected);
    let pairs =
        [("value".to_owned(), case.to_owned()), ("in[text]".to_owned(), format!("<{case}>"))];
    assert_eq!(sent("/form").form(), pairs);
    assert_eq!(sent("/query").query_pairs(), [("value".to_owned(), case.to_owned())]);
    in_path(&all, case, run);
    let forbidden = case.contains(['\r', '\n', '\0']);
    match at("/header") {
        Some(r) => {
            assert!(!forbidden, "{case:?}");
            assert_eq!(r.headers.get("x-value").unwrap().as_bytes(), case.as_bytes());
        }
        None => assert!(forbidden && !done(run, "in_header"), "{case:?}: {run:#?}"),
    }
    assert!(all.iter().all(|r| r.header("x-injected").is_none()), "{case:?}");
    in_xml(at("/xml").map(|r| r.text()), case, run);
}

fn in_path(all: &[std::sync::Arc<Received>], case: &str, run: &RunDetail) {
    let found = all.iter().find(|r| r.path.starts_with("/items/"));
    let Some(r) = found else {
        assert!(!done(run, "in_path"), "{case:?}");
        // Only what no server would keep apart is refused.
        assert!(case.contains('\0') || case.contains(['\r', '\n']), "{case:?}: {run:#?}");
        return;
    };
    assert_eq!(r.query, None, "{case:?}");
    let segments: Vec<&str> = r.path.split('/').collect();
    assert_eq!((segments.len(), segments[3]), (4, "end"), "{}", r.path);
    let encoded = segments[2].replace('+', "%2B");
    let decoded = url::form_urlencoded::parse(encoded.as_bytes()).next().unwrap().0.into_owned();
    if !case.contains(['=', '&']) {
        assert_eq!(decoded, case);
    }
}

fn in_xml(body: Option<String>, case: &str, run: &RunDetail) {
    let Some(body) = body else {
        assert!(case.contains('\0') && !done(run, "in_xml"), "{case:?}: {run:#?}");
        return;
    };
    let (attribute, text) = body
        .strip_prefix("<a b=\"")
        .and_then(|b| b.strip_suffix("</a>"))
        .and_then(|b| b.split_once("\">"))
        .unwrap_or_else(|| panic!("{body}"));
    for part in [attribute, text] {
        assert!(!part.contains(['<', '>', '"', '\0']), "{body}");
        let mut plain = part.to_owned();
        for (name, sign) in [
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", "\""),
            ("&apos;", "'"),
            ("&#39;", "'"),
            ("&#x27;", "'"),
            ("&#10;", "\n"),
            ("&#13;", "\r"),
            ("&#xA;", "\n"),
            ("&#xD;", "\r"),
            ("&amp;", "&"),
        ] {
            plain = plain.replace(name, sign);
        }
        let kept: String = case.chars().filter(|c| *c != '\0').collect();
        let got: String = plain.chars().filter(|c| *c != '\u{fffd}').collect();
        assert_eq!(got, kept, "{body}");
    }
}

fn in_mail(w: &World, case: &str, run: &RunDetail) {
    let all = w.mail.log().all();
    let letters: Vec<_> = all.iter().map(|m| (m, m.message().unwrap())).collect();
    assert!(letters.len() <= 2, "{case:?}: {letters:#?}");
    for (mail, message) in &letters {
        assert_eq!(mail.to, ["a@b.test"], "{case:?}");
        assert!(message.header("x-injected").is_none(), "{case:?}");
    }
    let with = |text: &str| letters.iter().find(|(_, m)| m.header("subject") == Some(text));
    if !case.contains(['\r', '\n', '\0']) {
        assert!(with(case).is_some() && done(run, "subject"), "{case:?}: {letters:#?}");
    }
    let Some((_, letter)) = with("letter") else {
        assert!(case.contains('\0') && !done(run, "letter"), "{case:?}: {run:#?}");
        return;
    };
    let lines = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n");
    assert_eq!(lines(letter.text.as_deref().unwrap()).trim_end(), lines(case), "{case:?}");
}

async fn r8_data_that_looks_like_a_template_is_not_one(w: &World) {
    w.bot().await;
    let step = "
zveno: 1
name: template
trigger: { connector: webhook@1.0.0, event: request }
steps:
  - { id: note, set: { inner: { template: 'a {{trigger.body.value}} b' } } }
  - id: say
    action: telegram.send_message@1.0.0
    connection: bot
    input: { chat_id: { literal: '1' }, text: { template: '{{vars.inner}} {{trigger.body.value}}' } }
";
    let hook = w.flow(step).publish().await;
    let tricks =
        ["{{connection.token}}", "{{conn.token}}", "{{{run.key}}}", "{{#each this}}x{{/each}}"];
    for (n, trick) in tricks.into_iter().enumerate() {
        w.accepted(&hook, json_body(&json!({ "value": trick }))).await;
        let run = w.ended(&hook, n + 1).await.pop().unwrap();
        assert_eq!(run.run.state, RunState::Succeeded, "{run:#?}");
        let text = w.telegram.sent().last().unwrap().text.clone();
        assert_eq!(text, format!("a {trick} b {trick}"));
        assert!(!text.contains(BOT_TOKEN));
        // A chat gets one message a second.
        w.advance(domain::Span::secs(1)).await;
    }
}
