//! `format_date`: a date for people or for a service.

use super::kit::dates;
use super::kit::prelude::*;
use super::parse_date::TIMEZONE;

pub static FUNCTION: Function = Function {
    name: "format_date",
    title: words("Write a date", "Записать дату"),
    description: words(
        "Writes a date in a strftime format: %d.%m.%Y %H:%M.",
        "Записывает дату в формате strftime: %d.%m.%Y %H:%M.",
    ),
    group: Group::Date,
    params: &[Param::required("format", ParamKind::DateFormat, "Format", "Формат"), TIMEZONE],
    examples: &[
        gives(
            r#""2026-03-05T11:30:00Z""#,
            r#"{"format":"%d.%m.%Y %H:%M"}"#,
            r#""05.03.2026 14:30""#,
        ),
        gives(
            r#""2026-03-05T11:30:00Z""#,
            r#"{"format":"%F %R","timezone":"Asia/Tokyo"}"#,
            r#""2026-03-05 20:30""#,
        ),
        gives("1772710200", r#"{"format":"%Y"}"#, r#""2026""#),
        gives("null", r#"{"format":"%Y"}"#, "null"),
        fails(r#""2026-03-05""#, r#"{"format":"yyyy"}"#, "is not a date format"),
    ],
    call: Call::Date(|date, args, env| {
        let tz = dates::zone(&args.text_or("timezone", env.timezone)?)?;
        dates::written(&date.with_time_zone(tz), &args.need_text("format")?)
    }),
    ..BASE
};
