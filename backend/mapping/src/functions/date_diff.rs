//! `date_diff`: how long from one date to another.

use jiff::{Unit, ZonedDifference};

use super::kit::prelude::*;
use super::kit::{check, dates};
use super::shift_date::UNITS;

pub static FUNCTION: Function = Function {
    name: "date_diff",
    title: words("Time between dates", "Сколько между датами"),
    description: words(
        "Whole units from this date to another, or to now; negative if the other is earlier.",
        "Целых единиц от этой даты до другой или до текущего момента; отрицательно, если другая раньше.",
    ),
    group: Group::Date,
    params: &[
        Param::optional("to", ParamKind::Any, "The other date; now", "Другая дата; сейчас"),
        Param::optional(
            "unit",
            ParamKind::Choice { values: &UNITS },
            "In what; days",
            "В чём; days",
        ),
    ],
    typed: true,
    examples: &[
        gives(r#""2026-03-01""#, r#"{"to":"2026-03-05"}"#, "4"),
        gives(r#""05.03.2026 12:00""#, r#"{"unit":"minutes"}"#, "150"),
        gives(r#""2000-03-06""#, r#"{"unit":"years"}"#, "25"),
        gives(r#""2026-03-05""#, r#"{"to":"2026-03-01"}"#, "-4"),
        gives("null", "", "null"),
        fails(r#""2026-03-05""#, r#"{"to":"x"}"#, "parameter \"to\": expected a date"),
    ],
    call: Call::Date(|date, args, env| {
        let tz = date.time_zone().clone();
        let to = match args.any("to") {
            Some(v) => dates::value(v, None, &tz).map_err(|e| check::argument("to", &e))?,
            None => dates::moment(env.now, tz.clone())?,
        };
        let (unit, of): (Unit, fn(&jiff::Span) -> i64) =
            match args.text_or("unit", "days")?.as_ref() {
                "seconds" => (Unit::Second, jiff::Span::get_seconds),
                "minutes" => (Unit::Minute, jiff::Span::get_minutes),
                "hours" => (Unit::Hour, |s| s.get_hours().into()),
                "weeks" => (Unit::Week, |s| s.get_weeks().into()),
                "months" => (Unit::Month, |s| s.get_months().into()),
                "years" => (Unit::Year, |s| s.get_years().into()),
                _ => (Unit::Day, |s| s.get_days().into()),
            };
        let other = to.with_time_zone(tz);
        let span = date.until(ZonedDifference::new(&other).largest(unit));
        Ok(of(&span.map_err(|_| dates::out_of_range())?).into())
    }),
    ..BASE
};
