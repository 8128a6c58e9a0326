//! `date`: a date from one form into another, in one call.

use super::kit::dates;
use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "date",
    title: words("Convert a date", "Преобразовать дату"),
    description: words(
        "Reads a date by the format \"from\", or by its look, and writes it in \"format\" (RFC 3339 without one) in the zone \"tz\".",
        "Читает дату по формату «from» или по виду и пишет в «format» (без него RFC 3339) в поясе «tz».",
    ),
    group: Group::Date,
    params: &[
        Param::optional(
            "format",
            ParamKind::DateFormat,
            "Format to write; RFC 3339",
            "Формат записи; RFC 3339",
        ),
        Param::optional(
            "tz",
            ParamKind::TimeZone,
            "Time zone; the flow's",
            "Часовой пояс; сценария",
        ),
        Param::optional(
            "from",
            ParamKind::DateFormat,
            "Format to read; by the look",
            "Формат чтения; по виду",
        ),
    ],
    examples: &[
        gives(r#""05.03.2026""#, r#"{"format":"%Y-%m-%d"}"#, r#""2026-03-05""#),
        gives(r#""03/05/26""#, r#"{"from":"%m/%d/%y","format":"%d.%m.%Y"}"#, r#""05.03.2026""#),
        gives(
            r#""2026-03-05T14:30:00+03:00""#,
            r#"{"tz":"UTC"}"#,
            r#""2026-03-05T11:30:00+00:00""#,
        ),
        gives(r#""""#, r#"{"format":"%Y"}"#, "null"),
        fails(r#""x""#, "", "expected a date"),
    ],
    call: Call::Any(|input, args, env| {
        let Some(value) = input.filter(|v| !v.is_null() && !read::blank(v)) else {
            return Ok(Value::Null);
        };
        let here = dates::zone(env.timezone)?;
        let tz = match args.text("tz")? {
            Some(name) => dates::zone(&name)?,
            None => here.clone(),
        };
        let date = dates::value(value, args.text("from")?.as_deref(), &here)?.with_time_zone(tz);
        match args.text("format")? {
            Some(format) => dates::written(&date, &format),
            None => dates::rfc3339(&date),
        }
    }),
    ..BASE
};
