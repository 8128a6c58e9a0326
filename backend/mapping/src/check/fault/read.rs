//! Faults of what a mapping reads and of what is done to it.

use domain::Problem;

use super::{meant, meant_or_all};
use crate::check::tree::{Around, Hidden};

pub fn unknown_root(place: &str, got: &str, known: &[&str]) -> Problem {
    let (en, ru) = meant_or_all(got, known);
    Problem::error(
        "unknown_root",
        place,
        format!("\"{got}\" is not known here{en}"),
        format!("«{got}» здесь неизвестно{ru}"),
    )
}

pub fn no_root(place: &str, known: &[&str]) -> Problem {
    let all = known.join(", ");
    Problem::error(
        "unknown_root",
        place,
        format!("a path starts with one of {all}"),
        format!("путь начинается с одного из: {all}"),
    )
}

pub fn only_in_loop(place: &str, name: &str) -> Problem {
    Problem::error(
        "unknown_root",
        place,
        format!("\"{name}\" exists only inside for_each"),
        format!("«{name}» есть только внутри for_each"),
    )
}

pub fn unknown_part(place: &str, root: &str, got: &str, known: &[&str]) -> Problem {
    let (en, ru) = meant_or_all(got, known);
    Problem::error(
        "unknown_part",
        place,
        format!("\"{root}\" has no \"{got}\"{en}"),
        format!("у «{root}» нет «{got}»{ru}"),
    )
}

/// Inside `each` of a template a name is looked for in the item.
pub fn below_item(place: &str, name: &str) -> Problem {
    Problem::warning(
        "below_item",
        place,
        format!("inside each or with, \"{name}\" is looked for in the item: write @root.{name}"),
        format!("внутри each или with «{name}» ищется в элементе: напишите @root.{name}"),
    )
}

pub fn raw_html(place: &str) -> Problem {
    Problem::warning(
        "raw_html",
        place,
        "{{{...}}} puts data into HTML as it is: anyone who fills the form can add markup",
        "{{{...}}} вставляет данные в HTML как есть: разметку сможет добавить любой, кто заполняет форму",
    )
}

pub fn step_unnamed(place: &str) -> Problem {
    Problem::error(
        "unknown_step",
        place,
        "name the step, such as steps.lead.output",
        "назовите шаг, например steps.lead.output",
    )
}

/// The step `id` is not seen; `seen` are those that are.
pub fn step_hidden(place: &str, id: &str, why: Hidden<'_>, seen: &[&str]) -> Problem {
    let (code, en, ru) = match why {
        Hidden::Unknown => {
            let (en, ru) = meant(id, seen.iter().copied());
            return Problem::error(
                "unknown_step",
                place,
                format!("unknown step \"{id}\"{en}"),
                format!("неизвестный шаг «{id}»{ru}"),
            );
        }
        Hidden::Itself => ("step_later", "is this step itself".into(), "— это сам этот шаг".into()),
        Hidden::Holds => (
            "step_later",
            "holds this one and has no result yet".into(),
            "содержит этот шаг, и результата у него ещё нет".into(),
        ),
        Hidden::Later => {
            ("step_later", "runs after this one".into(), "выполняется после этого".into())
        }
        Hidden::OtherArm(of) => (
            "step_inside",
            format!("stands in another arm of \"{of}\""),
            format!("стоит в другой ветке шага «{of}»"),
        ),
        Hidden::Inside(of, Around::Loop) => (
            "step_inside",
            format!(
                "stands inside the loop \"{of}\" and is not seen here; \
                 steps.{of}.output is the list of its results"
            ),
            format!(
                "стоит внутри цикла «{of}» и здесь не виден; \
                 список его результатов — steps.{of}.output"
            ),
        ),
        Hidden::Inside(of, Around::Arm(_)) => (
            "step_inside",
            format!(
                "stands inside the branch \"{of}\" and is not seen here; \
                 keep what you need in a variable (set)"
            ),
            format!(
                "стоит внутри ветвления «{of}» и здесь не виден; \
                 сохраните нужное в переменной (set)"
            ),
        ),
        Hidden::Inside(of, Around::Instead) => (
            "step_inside",
            format!("runs only when \"{of}\" fails and is not seen here"),
            format!("выполняется только при ошибке шага «{of}» и здесь не виден"),
        ),
    };
    Problem::error(code, place, format!("step \"{id}\" {en}"), format!("шаг «{id}» {ru}"))
}

pub fn step_disabled(place: &str, id: &str) -> Problem {
    Problem::warning(
        "step_disabled",
        place,
        format!("step \"{id}\" is switched off, so this is empty"),
        format!("шаг «{id}» выключен, поэтому здесь будет пусто"),
    )
}

pub fn unknown_variable<'a>(
    place: &str,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Problem {
    let (en, ru) = meant(name, known);
    Problem::error(
        "unknown_variable",
        place,
        format!("the variable \"{name}\" is not set before this{en}"),
        format!("переменная «{name}» до этого места не задана{ru}"),
    )
}

pub fn variable_disabled(place: &str, name: &str) -> Problem {
    Problem::warning(
        "step_disabled",
        place,
        format!("the variable \"{name}\" is set only by steps that are switched off"),
        format!("переменную «{name}» задают только выключенные шаги"),
    )
}

pub fn unknown_transform<'a>(
    place: &str,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Problem {
    let (en, ru) = meant(name, known);
    Problem::error(
        "unknown_function",
        place,
        format!("unknown transform \"{name}\"{en}"),
        format!("неизвестное преобразование «{name}»{ru}"),
    )
}

pub fn list_into_transform(place: &str, name: &str) -> Problem {
    Problem::error(
        "list_into_text",
        place,
        format!(
            "\"{name}\" takes one value, but here is always a list: put first or join before it"
        ),
        format!(
            "«{name}» берёт одно значение, а здесь всегда список: поставьте перед ним first или join"
        ),
    )
}

pub fn bad_arguments(place: &str, text: domain::Text) -> Problem {
    Problem::error("function_arguments", place, text.en, text.ru)
}
