//! What the reader says about a document: one function per kind of fault, so that the same fault
//! always has the same words.

use serde_json::Value;

use crate::flow::place;
use crate::problem::{Problem, nearest};
use crate::{Span, flow::FORMAT};

/// What a place takes, in both languages.
#[derive(Clone, Copy)]
pub(super) struct Expect(pub &'static str, pub &'static str);

pub(super) const MAP: Expect = Expect("a map", "набор полей");
pub(super) const LIST: Expect = Expect("a list", "список");
pub(super) const TEXT: Expect = Expect("text", "текст");
pub(super) const WHOLE: Expect = Expect("a whole number", "целое число");
pub(super) const FLAG: Expect = Expect("true or false", "true или false");
pub(super) const SPAN: Expect =
    Expect("a length of time such as 30s or 7d", "промежуток времени, например 30s или 7d");

fn kind(v: &Value) -> Expect {
    match v {
        Value::Null => Expect("nothing", "пусто"),
        Value::Bool(_) => Expect("true or false", "true или false"),
        Value::Number(_) => Expect("a number", "число"),
        Value::String(_) => TEXT,
        Value::Array(_) => LIST,
        Value::Object(_) => MAP,
    }
}

/// Text of a document inside a message: cut, so that a message stays one line.
fn short(s: &str) -> String {
    let mut out: String =
        s.chars().take(60).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if s.chars().nth(60).is_some() {
        out.push('…');
    }
    out
}

pub(super) fn unknown_key(place: &str, key: &str, known: &[&str]) -> Problem {
    let (en, ru) = if let Some(k) = nearest(key, known.iter().copied()) {
        (format!(", did you mean \"{k}\"?"), format!(", может быть, «{k}»?"))
    } else {
        let known = known.join(", ");
        (format!("; here are known: {known}"), format!("; здесь известны: {known}"))
    };
    let got = short(key);
    Problem::error(
        "unknown_key",
        place::key(place, key),
        format!("unknown key \"{got}\"{en}"),
        format!("неизвестный ключ «{got}»{ru}"),
    )
}

/// A key that exists, but not for this kind of step.
pub(super) fn foreign_key(place: &str, key: &str, kind: &str) -> Problem {
    Problem::error(
        "unknown_key",
        place::key(place, key),
        format!("\"{key}\" has no meaning in a step of kind \"{kind}\""),
        format!("«{key}» не имеет смысла в шаге вида «{kind}»"),
    )
}

pub(super) fn missing_key(place: &str, key: &str) -> Problem {
    Problem::error(
        "missing_key",
        place::key(place, key),
        format!("\"{key}\" is missing"),
        format!("не хватает «{key}»"),
    )
}

pub(super) fn wrong_type(place: &str, want: Expect, got: &Value) -> Problem {
    let got = kind(got);
    Problem::error(
        "wrong_type",
        place,
        format!("expected {}, got {}", want.0, got.0),
        format!("ожидается {}, а здесь {}", want.1, got.1),
    )
}

/// A value where a source is needed; shows how to write it.
pub(super) fn not_a_source(place: &str, got: &Value) -> Problem {
    let hint = match got {
        Value::String(s) if s.contains("{{") => "{template: \"...\"}",
        Value::String(s) if s.starts_with("$.") => "{path: $...}",
        _ => "{literal: ...}",
    };
    let got = kind(got);
    Problem::error(
        "wrong_type",
        place,
        format!("expected a source, got {}; write {hint}", got.0),
        format!("ожидается источник, а здесь {}; напишите {hint}", got.1),
    )
}

/// Not exactly one of the keys that exclude each other.
pub(super) fn one_of(place: &str, words: &[&str], found: &[&str]) -> Problem {
    let all = words.join(", ");
    let got = found.join(", ");
    if found.is_empty() {
        Problem::error(
            "one_of",
            place,
            format!("one of these is needed: {all}"),
            format!("нужно одно из: {all}"),
        )
    } else {
        Problem::error(
            "one_of",
            place,
            format!("only one of these may stand here: {got}"),
            format!("здесь может стоять только одно из: {got}"),
        )
    }
}

pub(super) fn bad_word(place: &str, got: &str, words: &[&str]) -> Problem {
    let all = words.join(", ");
    let hint = nearest(got, words.iter().copied());
    let got = short(got);
    let (en, ru) = match hint {
        Some(w) => (format!(", did you mean \"{w}\"?"), format!(", может быть, «{w}»?")),
        None => (String::new(), String::new()),
    };
    Problem::error(
        "bad_word",
        place,
        format!("\"{got}\" is not one of {all}{en}"),
        format!("«{got}» — не одно из {all}{ru}"),
    )
}

pub(super) fn bad_span(place: &str, got: &str) -> Problem {
    let got = short(got);
    Problem::error(
        "bad_span",
        place,
        format!("expected a length of time such as 500ms, 30s, 5m, 2h or 7d, got \"{got}\""),
        format!(
            "ожидается промежуток времени, например 500ms, 30s, 5m, 2h или 7d, а здесь «{got}»"
        ),
    )
}

pub(super) fn span_too_long(place: &str, got: Span, max: Span) -> Problem {
    Problem::error(
        "out_of_range",
        place,
        format!("{got} is too long, at most {max}"),
        format!("{got} — слишком долго, не больше {max}"),
    )
}

pub(super) fn out_of_range(place: &str, got: &Value, min: u64, max: u64) -> Problem {
    Problem::error(
        "out_of_range",
        place,
        format!("{got} is out of range, from {min} to {max}"),
        format!("{got} вне пределов, от {min} до {max}"),
    )
}

pub(super) fn empty(place: &str) -> Problem {
    Problem::error("empty", place, "this may not be empty", "здесь не должно быть пусто")
}

/// Text with more characters than allowed.
pub(super) fn too_long(place: &str, got: usize, max: usize) -> Problem {
    Problem::error(
        "too_large",
        place,
        format!("{got} characters, at most {max} are allowed"),
        format!("символов: {got}, разрешено не больше {max}"),
    )
}

/// Text or a document of more bytes than allowed.
pub(super) fn too_big(place: &str, got: usize, max: usize) -> Problem {
    Problem::error(
        "too_large",
        place,
        format!("{got} bytes, at most {max} are allowed"),
        format!("байт: {got}, разрешено не больше {max}"),
    )
}

/// A list of more entries than allowed.
pub(super) fn too_many(place: &str, got: usize, max: usize) -> Problem {
    Problem::error(
        "too_large",
        place,
        format!("{got} entries, at most {max} are allowed"),
        format!("элементов: {got}, разрешено не больше {max}"),
    )
}

pub(super) fn too_many_steps(got: usize, max: usize) -> Problem {
    Problem::error(
        "too_large",
        "steps",
        format!("the flow has {got} steps, at most {max} are allowed"),
        format!("в сценарии шагов: {got}, разрешено не больше {max}"),
    )
}

pub(super) fn too_deep(place: &str, max: usize) -> Problem {
    Problem::error(
        "too_deep",
        place,
        format!("nested more than {max} levels deep"),
        format!("вложенность больше {max} уровней"),
    )
}

pub(super) fn bad_id(place: &str, got: &str) -> Problem {
    let got = short(got);
    Problem::error(
        "bad_id",
        place,
        format!(
            "\"{got}\" is not a step id: a small Latin letter, then small letters, digits and _, \
             at most 40 characters"
        ),
        format!(
            "«{got}» не годится как код шага: строчная латинская буква, затем строчные буквы, \
             цифры и _, не больше 40 символов"
        ),
    )
}

pub(super) fn bad_name(place: &str, got: &str) -> Problem {
    let got = short(got);
    Problem::error(
        "bad_name",
        place,
        format!(
            "\"{got}\" is not a name: a letter, then letters, digits and _, at most 40 characters"
        ),
        format!("«{got}» не годится как имя: буква, затем буквы, цифры и _, не больше 40 символов"),
    )
}

pub(super) fn bad_secret_name(place: &str, got: &str) -> Problem {
    let got = short(got);
    Problem::error(
        "bad_name",
        place,
        format!(
            "\"{got}\" is not the name of a secret: Latin letters, digits, _ and -, at most 64"
        ),
        format!("«{got}» не годится как имя секрета: латинские буквы, цифры, _ и -, не больше 64"),
    )
}

pub(super) fn reserved(place: &str, got: &str) -> Problem {
    Problem::error(
        "reserved",
        place,
        format!("\"{got}\" is a reserved word, choose another"),
        format!("«{got}» — занятое слово, выберите другое"),
    )
}

pub(super) fn duplicate_id(place: &str, id: &str, first: &str) -> Problem {
    Problem::error(
        "duplicate_id",
        place,
        format!("the step id \"{id}\" is already taken by {first}"),
        format!("код шага «{id}» уже занят: {first}"),
    )
}

pub(super) fn bad_ref(place: &str, got: &str, example: &str) -> Problem {
    let got = short(got);
    Problem::error(
        "bad_reference",
        place,
        format!("expected a reference such as {example}, got \"{got}\""),
        format!("ожидается ссылка вида {example}, а здесь «{got}»"),
    )
}

pub(super) fn format_version(got: &Value) -> Problem {
    let got = short(&got.to_string());
    Problem::error(
        "format_version",
        "zveno",
        format!("format version {got} is not known, this server reads version {FORMAT}"),
        format!("версия формата {got} неизвестна, этот сервер читает версию {FORMAT}"),
    )
}

pub(super) fn right_missing(place: &str, op: &str) -> Problem {
    Problem::error(
        "missing_key",
        place::key(place, "right"),
        format!("\"{op}\" compares with something: \"right\" is missing"),
        format!("«{op}» сравнивает с чем-то: не хватает «right»"),
    )
}

pub(super) fn right_unused(place: &str, op: &str) -> Problem {
    Problem::error(
        "unknown_key",
        place::key(place, "right"),
        format!("\"{op}\" looks at one value only, take \"right\" away"),
        format!("«{op}» смотрит только на одно значение, уберите «right»"),
    )
}

pub(super) fn right_list(place: &str, op: &str, exactly: Option<usize>) -> Problem {
    let (en, ru) = match exactly {
        Some(n) => (format!("a list of {n} values"), format!("список из значений, ровно {n}")),
        None => ("a list".to_owned(), "список".to_owned()),
    };
    Problem::error(
        "wrong_type",
        place::key(place, "right"),
        format!("\"{op}\" compares with {en}"),
        format!("«{op}» сравнивает со списком: нужен {ru}"),
    )
}

pub(super) fn otherwise_not_last(place: &str) -> Problem {
    Problem::error(
        "unreachable_arm",
        place,
        "an arm without \"when\" is taken when no other was, so it must be the last",
        "ветка без «when» берётся, когда не подошла ни одна другая, поэтому она должна быть последней",
    )
}

pub(super) fn only_after_run(place: &str, key: &str) -> Problem {
    Problem::error(
        "unknown_key",
        place::key(place, key),
        format!("\"{key}\" has a meaning only with mode: after_run"),
        format!("«{key}» имеет смысл только с mode: after_run"),
    )
}
