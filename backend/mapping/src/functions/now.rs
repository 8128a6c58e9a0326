//! `now`: the moment of the step.

use super::kit::dates;
use super::kit::prelude::*;
use super::parse_date::TIMEZONE;

pub static FUNCTION: Function = Function {
    name: "now",
    title: words("Current time", "Текущее время"),
    description: words(
        "The time when the step first started, as RFC 3339 or in a format; a repeated try gives the same.",
        "Время первого начала шага в RFC 3339 или в формате; повторная попытка даёт то же.",
    ),
    group: Group::Date,
    params: &[
        Param::optional("format", ParamKind::DateFormat, "Format; RFC 3339", "Формат; RFC 3339"),
        TIMEZONE,
    ],
    input_at: None,
    examples: &[
        gives("", "", r#""2026-03-05T14:30:00+03:00""#),
        gives("", r#"{"format":"%d.%m.%Y"}"#, r#""05.03.2026""#),
        gives(r#""is not used""#, r#"{"timezone":"UTC"}"#, r#""2026-03-05T11:30:00+00:00""#),
        fails("", r#"{"timezone":"Moscow"}"#, "expected a time zone"),
    ],
    call: Call::Any(|_, args, env| {
        let tz = dates::zone(&args.text_or("timezone", env.timezone)?)?;
        let now = dates::moment(env.now, tz)?;
        match args.text("format")? {
            Some(format) => dates::written(&now, &format),
            None => dates::rfc3339(&now),
        }
    }),
    ..BASE
};
