//! Faults of what is given to a field.

use domain::Problem;

use super::meant_or_all;

pub fn unknown_input(place: &str, key: &str, known: &[&str]) -> Problem {
    let (en, ru) = meant_or_all(key, known);
    Problem::error(
        "unknown_input",
        place,
        format!("unknown field \"{key}\"{en}"),
        format!("неизвестное поле «{key}»{ru}"),
    )
}

pub fn field_missing(place: &str, key: &str) -> Problem {
    Problem::error(
        "field_missing",
        place,
        format!("the field \"{key}\" is required"),
        format!("поле «{key}» обязательно"),
    )
}

pub fn secret_needed(place: &str) -> Problem {
    Problem::error(
        "secret_needed",
        place,
        "this field takes only a secret: write {secret: name}",
        "это поле принимает только секрет: напишите {secret: имя}",
    )
}

pub fn secret_here(place: &str) -> Problem {
    Problem::error(
        "secret_here",
        place,
        "a secret may stand only in a field that is declared secret",
        "секрет можно указать только в поле, которое объявлено секретным",
    )
}

pub fn secret_bare(place: &str) -> Problem {
    Problem::error(
        "secret_bare",
        place,
        "a secret takes no transforms and no default",
        "у секрета не бывает преобразований и значения по умолчанию",
    )
}

pub fn not_mappable(place: &str) -> Problem {
    Problem::error(
        "not_mappable",
        place,
        "this field is fixed when the flow is built: write {literal: ...}",
        "это поле задаётся при создании сценария: напишите {literal: ...}",
    )
}

pub fn list_into_scalar(place: &str, what: (&str, &str)) -> Problem {
    Problem::error(
        "list_into_text",
        place,
        format!("this always gives a list, but {} is needed: add first or join", what.0),
        format!(
            "здесь всегда получается список, а нужно одно значение ({}): добавьте first или join",
            what.1
        ),
    )
}

pub fn wrong_shape(place: &str, want: (&str, &str), got: (&str, &str)) -> Problem {
    Problem::error(
        "field_invalid",
        place,
        format!("expected {}, got {}", want.0, got.0),
        format!("нужно: {}, а здесь: {}", want.1, got.1),
    )
}

/// A literal that the field does not take, in the words that a run would fail with.
pub fn unfit(place: &str, why: domain::Text) -> Problem {
    Problem::error("field_invalid", place, why.en, why.ru)
}

pub fn literal_credentials(place: &str, header: &str) -> Problem {
    Problem::warning(
        "literal_credentials",
        place,
        format!(
            "\"{header}\" stands here in clear: move it to a connection, which keeps it sealed"
        ),
        format!(
            "«{header}» записан открыто: перенесите его в подключение, там он хранится скрытым"
        ),
    )
}
