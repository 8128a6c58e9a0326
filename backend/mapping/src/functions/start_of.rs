//! `start_of`: the beginning of the day, week, month.

use jiff::{RoundMode, Unit, Zoned, ZonedRound};

use super::kit::dates;
use super::kit::prelude::*;
use super::parse_date::TIMEZONE;

pub static FUNCTION: Function = Function {
    name: "start_of",
    title: words("Start of a period", "Начало периода"),
    description: words(
        "The first moment of the hour, day, week (Monday), month, quarter or year of a date.",
        "Первый момент часа, дня, недели (понедельник), месяца, квартала или года даты.",
    ),
    group: Group::Date,
    params: &[
        Param::required(
            "unit",
            ParamKind::Choice {
                values: &["minute", "hour", "day", "week", "month", "quarter", "year"],
            },
            "Of what",
            "Чего",
        ),
        TIMEZONE,
    ],
    examples: &[
        gives(r#""05.03.2026 14:30""#, r#"{"unit":"day"}"#, r#""2026-03-05T00:00:00+03:00""#),
        gives(r#""05.03.2026 14:30""#, r#"{"unit":"week"}"#, r#""2026-03-02T00:00:00+03:00""#),
        gives(r#""2026-05-31""#, r#"{"unit":"quarter"}"#, r#""2026-04-01T00:00:00+03:00""#),
        gives(
            r#""2026-03-05T23:30:00+03:00""#,
            r#"{"unit":"day","timezone":"Asia/Tokyo"}"#,
            r#""2026-03-06T00:00:00+09:00""#,
        ),
        gives(r#""""#, r#"{"unit":"year"}"#, "null"),
        fails(r#""2026-03-05""#, "", "\"unit\" is required"),
    ],
    call: Call::Date(|date, args, env| {
        let tz = dates::zone(&args.text_or("timezone", env.timezone)?)?;
        let start = start(&date.with_time_zone(tz), &args.need_text("unit")?);
        dates::rfc3339(&start.map_err(|_| dates::out_of_range())?)
    }),
    ..BASE
};

fn start(z: &Zoned, unit: &str) -> Result<Zoned, jiff::Error> {
    let whole = |unit| z.round(ZonedRound::new().smallest(unit).mode(RoundMode::Floor));
    let day = z.date();
    let first = match unit {
        "minute" => return whole(Unit::Minute),
        "hour" => return whole(Unit::Hour),
        "week" => day.checked_sub(jiff::Span::new().days(day.weekday().to_monday_zero_offset()))?,
        "month" => day.first_of_month(),
        "quarter" => day.with().month((day.month() - 1) / 3 * 3 + 1).day(1).build()?,
        "year" => day.first_of_year(),
        _ => day,
    };
    first.to_zoned(z.time_zone().clone())
}
