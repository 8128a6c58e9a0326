//! `parse_date`: a date in any form as RFC 3339.

use super::kit::dates;
use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "parse_date",
    title: words("Read a date", "Прочитать дату"),
    description: words(
        "Reads ISO and RFC dates, 05.03.2026 14:30, Unix time, or the format given, and writes RFC 3339 in the zone of the flow.",
        "Читает даты ISO и RFC, 05.03.2026 14:30, Unix-время или указанный формат и пишет RFC 3339 в поясе сценария.",
    ),
    group: Group::Date,
    params: &[
        Param::optional(
            "format",
            ParamKind::DateFormat,
            "Its format; by the look",
            "Её формат; по виду",
        ),
        TIMEZONE,
    ],
    examples: &[
        gives(r#""05.03.2026 14:30""#, "", r#""2026-03-05T14:30:00+03:00""#),
        gives(r#""2026-03-05T11:30:00Z""#, "", r#""2026-03-05T14:30:00+03:00""#),
        gives("1772710200", "", r#""2026-03-05T14:30:00+03:00""#),
        gives(r#""03/05/2026""#, r#"{"format":"%m/%d/%Y"}"#, r#""2026-03-05T00:00:00+03:00""#),
        gives(r#""05.03.2026""#, r#"{"timezone":"Asia/Almaty"}"#, r#""2026-03-05T00:00:00+05:00""#),
        gives(r#"" ""#, "", "null"),
        fails(r#""31.02.2026""#, "", "expected a date"),
        fails(r#""x""#, r#"{"format":"dd.mm"}"#, "is not a date format"),
    ],
    call: Call::Any(|input, args, env| {
        let Some(value) = input.filter(|v| !v.is_null() && !read::blank(v)) else {
            return Ok(Value::Null);
        };
        let tz = dates::zone(&args.text_or("timezone", env.timezone)?)?;
        let date = dates::value(value, args.text("format")?.as_deref(), &tz)?;
        dates::rfc3339(&date.with_time_zone(tz))
    }),
    ..BASE
};

/// The zone that a date is read or written in.
pub const TIMEZONE: Param = Param::optional(
    "timezone",
    ParamKind::TimeZone,
    "Time zone; the flow's",
    "Часовой пояс; сценария",
);
