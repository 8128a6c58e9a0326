//! `shift_date`: a date earlier or later.

use jiff::Span;

use super::kit::dates;
use super::kit::prelude::*;

pub static FUNCTION: Function = Function {
    name: "shift_date",
    title: words("Shift a date", "Сдвинуть дату"),
    description: words(
        "Moves a date by an amount of units; a negative amount goes back. A month from January 31 is the last of February.",
        "Сдвигает дату на число единиц; отрицательное назад. Месяц от 31 января это последний день февраля.",
    ),
    group: Group::Date,
    params: &[
        Param::required(
            "amount",
            ParamKind::Integer { min: -1_000_000, max: 1_000_000 },
            "How many",
            "Сколько",
        ),
        Param::optional(
            "unit",
            ParamKind::Choice { values: &UNITS },
            "Of what; days",
            "Чего; days",
        ),
    ],
    examples: &[
        gives(r#""2026-03-05""#, r#"{"amount":3}"#, r#""2026-03-08T00:00:00+03:00""#),
        gives(
            r#""2026-01-31""#,
            r#"{"amount":1,"unit":"months"}"#,
            r#""2026-02-28T00:00:00+03:00""#,
        ),
        gives(
            r#""05.03.2026 14:30""#,
            r#"{"amount":-90,"unit":"minutes"}"#,
            r#""2026-03-05T13:00:00+03:00""#,
        ),
        gives("", r#"{"amount":1}"#, "null"),
        fails(r#""2026-03-05""#, r#"{"amount":1,"unit":"day"}"#, "it may be: seconds"),
        fails(r#""2026-03-05""#, r#"{"amount":1000000,"unit":"years"}"#, "outside of the years"),
    ],
    call: Call::Date(|date, args, _| {
        let amount = args.int("amount")?.unwrap_or(0);
        let span = Span::new();
        let span = match args.text_or("unit", "days")?.as_ref() {
            "seconds" => span.try_seconds(amount),
            "minutes" => span.try_minutes(amount),
            "hours" => span.try_hours(amount),
            "weeks" => span.try_weeks(amount),
            "months" => span.try_months(amount),
            "years" => span.try_years(amount),
            _ => span.try_days(amount),
        };
        let moved = span.and_then(|s| date.checked_add(s));
        dates::rfc3339(&moved.map_err(|_| dates::out_of_range())?)
    }),
    ..BASE
};

/// Units of time, by the names that the date functions take.
pub const UNITS: [&str; 7] = ["seconds", "minutes", "hours", "days", "weeks", "months", "years"];
