//! What an answer means (semantics S1): the rules of the call, of the connector, then the built-in
//! ones. Pure.

use domain::outcome::{Outcome, StepError};
use domain::{Code, Span, Time};
use mapping::{Context, Env};
use serde_json::Value;

use super::decode::Answer;
use super::{pause, test};
use crate::manifest::ErrKind;
use crate::registry::compiled::Rule;
use crate::template::{Look, Text};

/// Characters of a service's own words that are kept.
const WORDS: usize = 500;

/// What an answer means.
#[derive(Debug)]
pub enum Judged {
    /// It worked.
    Done,
    /// The thing is there already, which counts as done.
    Duplicate,
    /// There is nothing to find.
    NotFound(StepError),
    /// It did not work; never `Done`.
    Not(Outcome),
}

/// Judges an answer. `context` is what the rules' templates see; `res` is set in it. `finds` says
/// that 404 means that there is nothing to find.
pub fn classify(
    rules: [&[Rule]; 2],
    answer: &Answer,
    context: &mut Context,
    env: &Env<'_>,
    now: Time,
    finds: bool,
) -> Judged {
    if rules.iter().all(|r| r.is_empty()) {
        return built_in(answer, now, finds);
    }
    context.set("res", answer.view());
    let look = Look { context, env };
    let fits = |r: &&Rule| {
        let silent = r.kind == ErrKind::Invalid && answer.status >= 500 && !r.names_status;
        !silent && test::holds(&r.when, answer, &look)
    };
    match rules.into_iter().flatten().find(fits) {
        Some(rule) => by_rule(rule, answer, &look, now),
        None => built_in(answer, now, finds),
    }
}

fn by_rule(rule: &Rule, answer: &Answer, look: &Look<'_>, now: Time) -> Judged {
    let text = |t: &Option<Text>| {
        t.as_ref()
            .and_then(|t| t.text(look).ok())
            .map(|t| t.trim().to_owned())
            .filter(|t| !t.is_empty())
    };
    let message = text(&rule.message)
        .map_or_else(|| words_or_status(answer), |t| domain::Text::said(short(&t)));
    let said = text(&rule.retry_after).and_then(|t| pause::text(&t, now));
    let error = |code: Code| {
        let mut e = StepError::new(code, message.clone()).status(answer.status);
        e.remote_code = text(&rule.code).map(|c| short(&c).into());
        e.field = text(&rule.field).map(Into::into);
        e
    };
    Judged::Not(match rule.kind {
        ErrKind::Ok => return Judged::Done,
        ErrKind::Duplicate => return Judged::Duplicate,
        ErrKind::NotFound => return Judged::NotFound(error(Code::RemoteRefused)),
        ErrKind::Skip => Outcome::Skipped { message: message.en },
        ErrKind::Auth | ErrKind::Refresh => Outcome::Auth { error: error(Code::AccessDenied) },
        ErrKind::RateLimit | ErrKind::Quota => {
            let after = said.or_else(|| pause::refused(&answer.headers, now));
            Outcome::Limited { error: error(Code::RemoteRateLimited), after }
        }
        ErrKind::Retry => {
            let after = said.or_else(|| pause::header(&answer.headers, now));
            Outcome::Retry { error: error(Code::RemoteUnavailable), after }
        }
        ErrKind::Invalid => Outcome::Fail { error: error(Code::RemoteRefused) },
        ErrKind::Fatal => Outcome::Fail { error: error(fatal(answer.status)) },
    })
}

/// 403 is a matter of rights (semantics S14).
fn fatal(status: u16) -> Code {
    if status == 403 { Code::AccessDenied } else { Code::RemoteRefused }
}

/// The rules that hold without a connector's own.
pub fn built_in(answer: &Answer, now: Time, finds: bool) -> Judged {
    let status = answer.status;
    let error = |code: Code| {
        let mut e = StepError::new(code, words_or_status(answer)).status(status);
        e.remote_code = remote_code(&answer.body).map(Into::into);
        e
    };
    Judged::Not(match status {
        200..=299 => return Judged::Done,
        401 => Outcome::Auth { error: error(Code::AccessDenied) },
        403 => Outcome::Fail { error: error(Code::AccessDenied) },
        404 if finds => return Judged::NotFound(error(Code::RemoteRefused)),
        429 => {
            let after = pause::refused(&answer.headers, now).or_else(|| in_body(&answer.body, now));
            Outcome::Limited { error: error(Code::RemoteRateLimited), after }
        }
        501 | 505 => Outcome::Fail { error: error(Code::RemoteRefused) },
        408 | 425 | 500..=599 => {
            let after = pause::header(&answer.headers, now);
            Outcome::Retry { error: error(Code::RemoteUnavailable), after }
        }
        300..=399 => Outcome::Fail { error: error(Code::RemoteRedirect) },
        _ => Outcome::Fail { error: error(Code::RemoteRefused) },
    })
}

/// The pause that the body of a 429 names where services without a manifest put it: `retry_after`
/// (Discord, seconds with a fraction), `parameters.retry_after` (Telegram).
fn in_body(body: &Value, now: Time) -> Option<Span> {
    let said = body.get("retry_after").or_else(|| body.pointer("/parameters/retry_after"))?;
    match said {
        Value::Number(n) => pause::text(&n.to_string(), now),
        Value::String(s) => pause::text(s, now),
        _ => None,
    }
}

/// The service's own words, or its status where it gave none.
fn words_or_status(answer: &Answer) -> domain::Text {
    // A page is for browsers: its text says nothing about this call.
    let page = answer.body.is_string() && answer.media.contains("html");
    let words = if page { None } else { words(&answer.body) };
    if let Some(words) = words.map(str::trim).filter(|w| !w.is_empty()) {
        return domain::Text::said(short(words));
    }
    let known = http::StatusCode::from_u16(answer.status).ok();
    let reason = known.and_then(|s| s.canonical_reason()).unwrap_or("unknown status");
    let status = answer.status;
    domain::Text::new(
        format!("the service answered {status} {reason}"),
        format!("сервис ответил {status} {reason}"),
    )
}

/// Keys under which services put their words, the most telling first.
const KEYS: [&str; 11] = [
    "error_description",
    "error_message",
    "message",
    "description",
    "detail",
    "error",
    "errors",
    "title",
    "reason",
    "msg",
    "text",
];

fn words(body: &Value) -> Option<&str> {
    match body {
        Value::String(s) if !s.trim().is_empty() => Some(s),
        Value::Array(items) => items.first().and_then(words),
        Value::Object(map) => KEYS.iter().find_map(|k| map.get(*k).and_then(words)),
        _ => None,
    }
}

/// The service's own code, where it stands in a usual place.
fn remote_code(body: &Value) -> Option<String> {
    let code = match body.get("error") {
        Some(Value::Object(e)) => e.get("code").or_else(|| e.get("type")),
        Some(v @ Value::String(_)) => Some(v),
        _ => body.get("code").or_else(|| body.get("error_code")),
    };
    match code? {
        Value::String(s) if !s.is_empty() && s.len() <= 64 => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}

fn short(text: &str) -> String {
    match text.char_indices().nth(WORDS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
