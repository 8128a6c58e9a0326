//! `epoch`: a date as a number.

use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "epoch",
    title: words("Unix time", "Unix-время"),
    description: words(
        "The seconds or milliseconds of a date since 1970-01-01 UTC.",
        "Секунды или миллисекунды даты с 1970-01-01 UTC.",
    ),
    group: Group::Date,
    params: &[Param::optional(
        "unit",
        ParamKind::Choice { values: &["s", "ms"] },
        "Seconds or milliseconds; s",
        "Секунды или миллисекунды; s",
    )],
    typed: true,
    examples: &[
        gives(r#""2026-03-05T14:30:00+03:00""#, "", "1772710200"),
        gives(r#""05.03.2026 14:30""#, r#"{"unit":"ms"}"#, "1772710200000"),
        gives("1772710200000", "", "1772710200"),
        gives(r#""""#, "", "null"),
        fails(r#""завтра""#, "", "expected a date, got \"завтра\""),
    ],
    call: Call::Date(|date, args, _| {
        let at = date.timestamp();
        let ms = args.text_or("unit", "s")? == "ms";
        Ok(if ms { at.as_millisecond() } else { at.as_second() }.into())
    }),
    ..BASE
};
