//! Moments of a cron expression. The search for a local time is `croner`'s; what happens where the
//! clock is changed is decided here.

use croner::parser::{CronParser, Seconds, Year};
use domain::Time;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, Zoned};

use super::Fault;

/// The fields in order, with what they take.
const FIELDS: [(&str, &str, &str); 5] = [
    ("minute", "минута", "0-59"),
    ("hour", "час", "0-23"),
    ("day of month", "день месяца", "1-31"),
    ("month", "месяц", "1-12"),
    ("day of week", "день недели", "0-7"),
];

/// Local times looked at in one search; a repeated or skipped stretch is hours, not days.
const LOOKED_AT: usize = 10_000;

/// A cron expression in a time zone.
#[derive(Clone, Debug)]
pub struct Cron {
    local: croner::Cron,
    zone: TimeZone,
    /// The hour field is `*`: elapsed time counts, not the local time.
    elapsed: bool,
}

impl Cron {
    pub fn parse(expression: &str, zone: TimeZone) -> Result<Self, Fault> {
        let fields: Vec<&str> = expression.split_whitespace().collect();
        if fields.len() != FIELDS.len() {
            return Err(count(expression, fields.len()));
        }
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed);
        let parser = parser.build();
        for (i, field) in fields.iter().enumerate() {
            let mut alone = ["*"; 5];
            alone[i] = field;
            if field.contains('@') || parser.parse(&alone.join(" ")).is_err() {
                return Err(wrong(i, field));
            }
        }
        let local = parser.parse(&fields.join(" ")).map_err(|_| wrong(0, expression))?;
        let cron = Self { local, zone, elapsed: fields[1] == "*" };
        // A day such as 30 February; leap years come within eight.
        let some = Time(1_767_225_600_000_000);
        if cron.next(some).is_none() { Err(never(expression)) } else { Ok(cron) }
    }

    /// The first moment after `after`.
    pub fn next(&self, after: Time) -> Option<Time> {
        let now = Timestamp::from_microsecond(after.0).ok()?.to_zoned(self.zone.clone());
        if self.elapsed {
            let next: Zoned = self.local.find_next_occurrence(&now, false).ok()?;
            return Some(Time(next.timestamp().as_microsecond()));
        }
        let mut local: DateTime = now.datetime();
        for _ in 0..LOOKED_AT {
            local = self.local.find_next_occurrence(&local, false).ok()?;
            let at = self.moment(local)?;
            if at > after {
                return Some(at);
            }
        }
        None
    }

    /// The moment of a local time: its first pass where it is repeated, the end of the gap where
    /// it is skipped.
    fn moment(&self, local: DateTime) -> Option<Time> {
        let zoned = self.zone.to_ambiguous_zoned(local);
        let at = match zoned.offset() {
            AmbiguousOffset::Gap { before, .. } => {
                // The offset changes between the local time read with the old offset and the
                // moment as long before it as the gap is.
                let late = before.to_timestamp(local).ok()?;
                let early = zoned.earlier().ok()?.timestamp();
                let from = early.min(late);
                self.zone.following(from).next().map(|t| t.timestamp())?
            }
            _ => zoned.earlier().ok()?.timestamp(),
        };
        Some(Time(at.as_microsecond()))
    }
}

fn count(got: &str, n: usize) -> Fault {
    let seconds = n == 6;
    let (en, ru) = if seconds {
        ("; seconds are not supported", "; секунды не поддерживаются")
    } else {
        ("", "")
    };
    Fault::new(
        "bad_cron",
        "cron",
        format!(
            "expected five fields (minute, hour, day of month, month, day of week), got \"{got}\"{en}"
        ),
        format!(
            "нужно пять полей (минута, час, день месяца, месяц, день недели), а здесь «{got}»{ru}"
        ),
    )
}

fn wrong(field: usize, got: &str) -> Fault {
    let (en, ru, range) = FIELDS[field];
    Fault::new(
        "bad_cron",
        "cron",
        format!("the field \"{en}\" takes {range}, lists, ranges and steps, got \"{got}\""),
        format!("поле «{ru}» принимает {range}, списки, диапазоны и шаги, а здесь «{got}»"),
    )
}

fn never(got: &str) -> Fault {
    Fault::new(
        "bad_cron",
        "cron",
        format!("\"{got}\" is never due"),
        format!("«{got}» никогда не наступает"),
    )
}
