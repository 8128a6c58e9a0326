//! What answers mean (semantics S1), status by status and rule by rule.

use super::*;
use crate::outbound::classify::{Judged, classify};
use crate::outbound::decode::Answer;
use domain::Span;

fn answer(status: u16, headers: &[(&'static str, &str)], body: Value) -> Answer {
    let mut a = Answer::bare(status);
    a.body = body;
    for (k, v) in headers {
        a.headers.insert(*k, v.parse().unwrap());
    }
    a
}

/// The outcome's word by the rules of a connector.
fn judge(c: &Connector, a: &Answer, finds: bool) -> (&'static str, Option<Outcome>) {
    let Plan::Call(call) = &c.action("do").unwrap().plan else { panic!("one call") };
    let mut context = Context::new(json!({}));
    let judged = Uuids::new("k").env(NOW, "UTC", |env| {
        classify([&call.errors, &c.http.errors], a, &mut context, env, NOW, finds)
    });
    match judged {
        Judged::Done => ("done", None),
        Judged::Duplicate => ("duplicate", None),
        Judged::NotFound(_) => ("not_found", None),
        Judged::Not(o) => (o.word(), Some(o)),
    }
}

#[test]
fn s1_the_built_in_meaning_of_every_status() {
    let c = with_call("{url: /a}");
    for status in 200..600u16 {
        let want = match status {
            200..=299 => "done",
            401 => "auth",
            429 => "limited",
            501 | 505 => "failed",
            408 | 425 | 500..=599 => "retry",
            _ => "failed",
        };
        assert_eq!(judge(&c, &answer(status, &[], Value::Null), false).0, want, "{status}");
    }
    assert_eq!(judge(&c, &answer(404, &[], Value::Null), true).0, "not_found");
}

#[test]
fn s14_403_is_permanent_and_a_matter_of_access() {
    let (_, o) = judge(&with_call("{url: /a}"), &answer(403, &[], json!({"message": "no"})), false);
    let Some(Outcome::Fail { error }) = o else { panic!() };
    assert_eq!(
        (error.code, error.side, error.message.as_str()),
        (Code::AccessDenied, domain::Side::Access, "no")
    );
}

#[test]
fn s1_every_kind_of_rule_over_every_class_of_status() {
    for (kind, want) in [
        ("ok", "done"),
        ("auth", "auth"),
        ("refresh", "auth"),
        ("rate_limit", "limited"),
        ("quota", "limited"),
        ("retry", "retry"),
        ("not_found", "not_found"),
        ("duplicate", "duplicate"),
        ("fatal", "failed"),
        ("skip", "skipped"),
        ("invalid", "failed"),
    ] {
        let c = with_call(&format!(
            "{{url: /a, errors: [{{when: {{path: $.e, equals: X}}, kind: {kind}}}]}}"
        ));
        for status in [200, 302, 400, 404, 409, 429, 500, 503] {
            let silent = kind == "invalid" && status >= 500;
            let got = judge(&c, &answer(status, &[], json!({"e": "X"})), false).0;
            assert_eq!(got, if silent { "retry" } else { want }, "{kind} {status}");
        }
        let other = judge(&c, &answer(200, &[], json!({"e": "Y"})), false).0;
        assert_eq!(other, "done", "{kind} must not hold");
    }
}

#[test]
fn s1_invalid_holds_for_5xx_only_when_it_names_the_status() {
    let c = with_call(
        "{url: /a, errors: [{when: {status: 500, path: $.e, exists: true}, kind: invalid}]}",
    );
    assert_eq!(judge(&c, &answer(500, &[], json!({"e": 1})), false).0, "failed");
    assert_eq!(judge(&c, &answer(503, &[], json!({"e": 1})), false).0, "retry");
}

#[test]
fn pauses_come_from_the_head_or_the_body() {
    let after = |o: Option<Outcome>| match o {
        Some(Outcome::Limited { after, .. } | Outcome::Retry { after, .. }) => after,
        other => panic!("{other:?}"),
    };
    let c = with_call("{url: /a}");
    let o = judge(&c, &answer(503, &[("retry-after", "7")], Value::Null), false).1;
    assert_eq!(after(o), Some(Span::secs(7)));
    let o = judge(
        &c,
        &answer(429, &[("retry-after", "Tue, 14 Nov 2023 22:13:50 GMT")], Value::Null),
        false,
    )
    .1;
    assert_eq!(after(o), Some(Span::secs(30)));
    let c = with_call(
        r#"{url: /a, errors: [{when: {status: 429}, kind: rate_limit, retry_after: "{{res.body.p.s}}"}]}"#,
    );
    let o = judge(&c, &answer(429, &[("retry-after", "7")], json!({"p": {"s": 0.5}})), false).1;
    assert_eq!(after(o), Some(Span::ms(500)));
    let o = judge(&c, &answer(429, &[("retry-after", "7")], Value::Null), false).1;
    assert_eq!(after(o), Some(Span::secs(7)), "the head counts where the body says nothing");
}

#[test]
fn a_page_for_browsers_is_no_message() {
    let mut a = answer(502, &[], json!("<html>secret page</html>"));
    a.media = "text/html".into();
    let Some(Outcome::Retry { error, .. }) = judge(&with_call("{url: /a}"), &a, false).1 else {
        panic!()
    };
    assert_eq!(error.message, "the service answered 502 Bad Gateway");
}

#[test]
fn the_message_is_in_the_words_of_the_service() {
    let c = with_call("{url: /a}");
    for (body, want) in [
        (json!({"error": "E1", "error_description": "Phone is wrong"}), "Phone is wrong"),
        (json!({"error": {"message": "No such price", "code": "missing"}}), "No such price"),
        (json!({"errors": [{"detail": "Too long"}]}), "Too long"),
        (json!({"message": ""}), "the service answered 400 Bad Request"),
        (json!("plain words"), "plain words"),
        (Value::Null, "the service answered 400 Bad Request"),
    ] {
        let Some(Outcome::Fail { error }) = judge(&c, &answer(400, &[], body.clone()), false).1
        else {
            panic!("{body}")
        };
        assert_eq!((error.message.as_str(), error.status), (want, Some(400)), "{body}");
    }
}
