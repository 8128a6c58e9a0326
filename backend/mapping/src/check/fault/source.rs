//! Faults of triggers that are not webhooks.

use domain::{Problem, Text};

pub fn bad_schedule(code: &'static str, place: &str, why: Text) -> Problem {
    Problem::error(code, place, why.en, why.ru)
}

pub fn not_a_span(place: &str, got: &str) -> Problem {
    Problem::error(
        "bad_period",
        place,
        format!("expected a length of time such as 5m, 2h or 7d, got \"{got}\""),
        format!("нужна длительность вида 5m, 2h или 7d, а здесь «{got}»"),
    )
}

pub fn span_between(place: &str, got: &str, least: &str, most: &str) -> Problem {
    Problem::error(
        "out_of_range",
        place,
        format!("{got} is not between {least} and {most}"),
        format!("{got}: нужно от {least} до {most}"),
    )
}

pub fn field_twice(place: &str, key: &str) -> Problem {
    Problem::error(
        "field_twice",
        place,
        format!("the field \"{key}\" is there twice"),
        format!("поле «{key}» указано дважды"),
    )
}
