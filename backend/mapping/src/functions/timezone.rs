//! `timezone`: the same moment in another time zone.

use super::kit::dates;
use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "timezone",
    title: words("To another time zone", "В другой часовой пояс"),
    description: words(
        "Writes the same moment in another zone, as RFC 3339; \"from\" is the zone of a time without an offset.",
        "Записывает тот же момент в другом поясе, в RFC 3339; «from» это пояс времени без смещения.",
    ),
    group: Group::Date,
    params: &[
        Param::required("to", ParamKind::TimeZone, "To which", "В какой"),
        Param::optional(
            "from",
            ParamKind::TimeZone,
            "From which; the flow's",
            "Из какого; сценария",
        ),
    ],
    examples: &[
        gives(r#""05.03.2026 14:30""#, r#"{"to":"Asia/Tokyo"}"#, r#""2026-03-05T20:30:00+09:00""#),
        gives(
            r#""2026-03-05 14:30""#,
            r#"{"to":"UTC","from":"Asia/Yekaterinburg"}"#,
            r#""2026-03-05T09:30:00+00:00""#,
        ),
        gives(
            r#""2026-03-05T14:30:00+03:00""#,
            r#"{"to":"+05:30"}"#,
            r#""2026-03-05T17:00:00+05:30""#,
        ),
        gives("", r#"{"to":"UTC"}"#, "null"),
        fails(r#""2026-03-05""#, r#"{"to":"Mars/Base"}"#, "expected a time zone"),
    ],
    call: Call::Any(|input, args, env| {
        let Some(value) = input.filter(|v| !v.is_null() && !read::blank(v)) else {
            return Ok(Value::Null);
        };
        let from = dates::zone(&args.text_or("from", env.timezone)?)?;
        let to = dates::zone(&args.need_text("to")?)?;
        dates::rfc3339(&dates::value(value, None, &from)?.with_time_zone(to))
    }),
    ..BASE
};
