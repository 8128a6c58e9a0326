//! Faults against the rules of a flow as a whole.

use domain::Problem;

use super::meant;

pub fn not_inbound(place: &str) -> Problem {
    Problem::error(
        "respond_refused",
        place,
        "this trigger has no sender to answer",
        "у этого триггера нет отправителя, которому можно ответить",
    )
}

pub fn answered_already(place: &str) -> Problem {
    Problem::warning(
        "respond_unused",
        place,
        "the sender is answered at once; for an answer from a step set respond of the trigger to \
         mode: after_run",
        "отправителю отвечают сразу; чтобы отвечать из шага, задайте у триггера respond с \
         mode: after_run",
    )
}

/// A key that is the same for every event.
pub fn constant_key(place: &str) -> Problem {
    Problem::error(
        "constant_key",
        place,
        "this key is the same for every event: take it from the data, such as {{trigger.body.id}}",
        "этот ключ одинаков для всех событий: возьмите его из данных, например {{trigger.body.id}}",
    )
}

pub fn otherwise_missing(place: &str) -> Problem {
    Problem::error(
        "otherwise_missing",
        place,
        "say what is answered when the run fails or takes too long: otherwise",
        "укажите, что ответить, если запуск не удался или не успел: otherwise",
    )
}

pub fn too_long_to_wait(place: &str, got: &str, max: &str) -> Problem {
    Problem::error(
        "out_of_range",
        place,
        format!("{got} is too long, at most {max}"),
        format!("{got} — слишком долго, не больше {max}"),
    )
}

pub fn in_parallel_loop(place: &str, kind: &str, of: &str) -> Problem {
    Problem::error(
        "parallel_loop",
        place,
        format!("{kind} cannot stand in the loop \"{of}\", which runs several items at once"),
        format!("{kind} не может стоять в цикле «{of}»: он обрабатывает несколько элементов сразу"),
    )
}

pub fn bad_timezone<'a>(
    place: &str,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Problem {
    let (en, ru) = meant(name, known);
    Problem::error(
        "bad_timezone",
        place,
        format!("unknown time zone \"{name}\"{en}"),
        format!("неизвестный часовой пояс «{name}»{ru}"),
    )
}

pub fn bad_pattern(place: &str, why: &str) -> Problem {
    Problem::error(
        "bad_pattern",
        place,
        format!("not a regular expression: {why}"),
        format!("не регулярное выражение: {why}"),
    )
}
