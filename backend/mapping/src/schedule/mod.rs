//! When a schedule is due: the moments of a cron expression in a time zone, or of a fixed period.
//! Pure: the moments follow from the settings alone, so every node and every view sees the same.

mod cron;
#[cfg(test)]
mod tests;

use domain::flow::{Fields, Source};
use domain::{Span, Text, Time, limits};
use jiff::civil::date;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::functions::kit::dates;
use cron::Cron;

/// A schedule that can be asked for its moments.
#[derive(Clone, Debug)]
pub enum Schedule {
    Cron(Box<Cron>),
    Every {
        period: Span,
        /// One of its moments; the others are whole periods away from it, before and after.
        anchor: Time,
    },
}

/// A setting that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// A stable word for programs.
    pub code: &'static str,
    /// The setting.
    pub key: &'static str,
    pub message: Text,
}

impl Fault {
    fn new(
        code: &'static str,
        key: &'static str,
        en: impl Into<String>,
        ru: impl Into<String>,
    ) -> Self {
        Self { code, key, message: Text::new(en, ru) }
    }
}

impl Schedule {
    /// A cron expression of five fields (minute, hour, day of month, month, day of week) in the
    /// zone `timezone` (IANA). Days of month and of week that are both given mean either of them.
    ///
    /// A schedule whose hour field is `*` follows elapsed time: where the clock is put back it is
    /// due in both passes of the repeated hour, and the skipped hour has no moments. Every other
    /// schedule is due once for each local time that it names: a skipped one right after the gap,
    /// a repeated one at its first pass only.
    ///
    /// # Errors
    /// Which field is wrong, or that the zone is unknown.
    pub fn cron(expression: &str, timezone: &str) -> Result<Self, Fault> {
        let zone = zone(timezone)?;
        Ok(Schedule::Cron(Box::new(Cron::parse(expression, zone)?)))
    }

    /// A period of at least [`limits::SCHEDULE_EVERY`]. Without an anchor the periods are counted
    /// from midnight of 2000-01-01 in the zone `timezone`, so that whole hours and days are due at
    /// whole hours and at midnight. Elapsed time counts: 24h are not a day where the clock changes.
    ///
    /// # Errors
    /// The period is too short or too long, the anchor is no moment, or the zone is unknown.
    pub fn every(period: &str, anchor: Option<&str>, timezone: &str) -> Result<Self, Fault> {
        let zone = zone(timezone)?;
        let (least, most) = (limits::SCHEDULE_EVERY, limits::SCHEDULE_EVERY_MAX);
        let span: Span = period.parse().map_err(|_| bad_period(period))?;
        if span < least || span > most {
            return Err(Fault::new(
                "out_of_range",
                "every",
                format!("{span} is not between {least} and {most}"),
                format!("{span}: нужно от {least} до {most}"),
            ));
        }
        let anchor = match anchor {
            None => date(2000, 1, 1).to_zoned(zone).map(|z| z.timestamp()).ok(),
            Some(text) => Some(
                dates::value(&Value::from(text), None, &zone)
                    .map_err(|_| bad_anchor(text))?
                    .timestamp(),
            ),
        };
        let anchor = anchor.map_or(Time(0), |t| Time(t.as_microsecond()));
        Ok(Schedule::Every { period: span, anchor })
    }

    /// The first moment after `after`; none if there is none before the year 5000.
    pub fn next(&self, after: Time) -> Option<Time> {
        match self {
            Schedule::Cron(c) => c.next(after),
            Schedule::Every { period, anchor } => {
                let passed = after.0.checked_sub(anchor.0)?.div_euclid(period.micros());
                let at = passed.checked_add(1)?.checked_mul(period.micros())?;
                anchor.0.checked_add(at).map(Time)
            }
        }
    }

    /// The next `n` moments after `after`.
    pub fn upcoming(&self, after: Time, n: usize) -> Vec<Time> {
        std::iter::successors(self.next(after), |t| self.next(*t)).take(n).collect()
    }
}

/// The schedule of a flow whose trigger is `event` of the connector `schedule`; `timezone` is that
/// of the flow, for a trigger that names none.
///
/// # Errors
/// A setting is missing or cannot be used.
pub fn of_trigger(event: &str, input: &Fields, timezone: &str) -> Result<Schedule, Fault> {
    let text = |key: &str| {
        input.get(key).and_then(|m| match &m.source {
            Source::Literal(Value::String(s)) if !s.trim().is_empty() => Some(s.as_str()),
            Source::Template(s) if !s.contains("{{") && !s.trim().is_empty() => Some(s.as_str()),
            _ => None,
        })
    };
    let timezone = text("timezone").unwrap_or(timezone);
    let missing = |key| Fault::new("field_missing", key, "nothing is given", "ничего не указано");
    if event == "every" {
        let period = text("every").ok_or_else(|| missing("every"))?;
        return Schedule::every(period, text("anchor"), timezone);
    }
    Schedule::cron(text("cron").ok_or_else(|| missing("cron"))?, timezone)
}

fn zone(name: &str) -> Result<TimeZone, Fault> {
    // Names only: an offset has no summer time, which is what people forget.
    TimeZone::get(name).map_err(|_| {
        Fault::new(
            "bad_timezone",
            "timezone",
            format!("unknown time zone \"{name}\""),
            format!("неизвестный часовой пояс «{name}»"),
        )
    })
}

fn bad_period(got: &str) -> Fault {
    Fault::new(
        "bad_period",
        "every",
        format!("expected a length of time such as 5m, 2h or 7d, got \"{got}\""),
        format!("нужна длительность вида 5m, 2h или 7d, а здесь «{got}»"),
    )
}

fn bad_anchor(got: &str) -> Fault {
    Fault::new(
        "bad_anchor",
        "anchor",
        format!("expected a moment such as 2026-01-31T09:00, got \"{got}\""),
        format!("нужен момент вида 2026-01-31T09:00, а здесь «{got}»"),
    )
}
