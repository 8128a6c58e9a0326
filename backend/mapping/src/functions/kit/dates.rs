//! Reading and writing of dates.

use std::cell::RefCell;

use domain::Time;
use domain::limits::ZONES_KEPT;
use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::fmt::{rfc2822, temporal};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};
use serde_json::Value;

use super::error::{Fault, FnError};
use super::function::{Done, Env};
use super::{out, read};

thread_local! {
    static ZONES: RefCell<Vec<(String, TimeZone)>> = const { RefCell::new(Vec::new()) };
}

/// The zone of an IANA name or of an offset such as `+03:00`.
pub fn zone(name: &str) -> Result<TimeZone, FnError> {
    let kept =
        ZONES.with_borrow(|z| z.iter().find(|(n, _)| n == name).map(|(_, zone)| zone.clone()));
    if let Some(zone) = kept {
        return Ok(zone);
    }
    let zone = TimeZone::get(name).ok().or_else(|| offset(name).map(TimeZone::fixed));
    let zone = zone.ok_or_else(|| {
        FnError::value("a time zone such as Europe/Moscow", "часовой пояс вида Europe/Moscow", name)
    })?;
    ZONES.with_borrow_mut(|zones| {
        if zones.len() == ZONES_KEPT {
            zones.remove(0);
        }
        zones.push((name.to_owned(), zone.clone()));
    });
    Ok(zone)
}

/// The offset written as `Z`, `+03`, `+0300` or `+03:00`.
fn offset(text: &str) -> Option<Offset> {
    if matches!(text, "Z" | "z" | "UTC" | "GMT") {
        return Some(Offset::UTC);
    }
    let (sign, digits) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let digits = digits.replace(':', "");
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let hours: i32 = digits[..2].parse().ok()?;
    let minutes: i32 = digits.get(2..).filter(|m| !m.is_empty()).map_or(Ok(0), str::parse).ok()?;
    Offset::from_seconds(sign * (hours * 3_600 + minutes * 60)).ok()
}

/// The moment of the step in the zone `tz`.
pub fn moment(at: Time, tz: TimeZone) -> Result<Zoned, FnError> {
    Timestamp::from_microsecond(at.micros()).map(|t| t.to_zoned(tz)).map_err(|_| out_of_range())
}

/// The result lies outside of the years that can be written.
pub fn out_of_range() -> FnError {
    FnError::new(
        Fault::InputValue,
        "the date is outside of the years 0 to 9999",
        "дата вне годов от 0 до 9999",
    )
}

/// The date that `v` is, in the zone of the flow.
pub fn of(v: &Value, env: &Env<'_>) -> Result<Zoned, FnError> {
    let tz = zone(env.timezone)?;
    Ok(value(v, None, &tz)?.with_time_zone(tz))
}

/// The date that `v` is: a number or digits are seconds, milliseconds or microseconds since 1970,
/// a text is read by `format` or by one of the formats that need no saying. A time without an
/// offset is one of the zone `tz`.
pub fn value(v: &Value, format: Option<&str>, tz: &TimeZone) -> Result<Zoned, FnError> {
    let text = match v {
        Value::Number(n) => n.to_string(),
        Value::String(s) => s.trim().to_owned(),
        _ => return Err(read::wrong_type("a date", "дата", v)),
    };
    let read = match format {
        Some(f) => by_format(&text, f, tz),
        None => epoch(&text, tz).or_else(|| known(&text, tz)),
    };
    read.ok_or_else(|| match format {
        Some(_) => FnError::value("a date of this format", "дата в этом формате", &text),
        None => FnError::value("a date", "дата", &text),
    })
}

/// Seconds, milliseconds or microseconds by the number of digits.
fn epoch(text: &str, tz: &TimeZone) -> Option<Zoned> {
    let whole = text.split_once('.').map_or(text, |(w, _)| w);
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let number = super::decimal::Decimal::plain(text).filter(|_| plain)?;
    let unit = match digits.len() {
        // A year alone, or a date without separators, is not a number of seconds.
        4 => return None,
        8 if by_format(text, "%Y%m%d", tz).is_some() => return None,
        ..=11 => 1_000_000,
        12..=14 => 1_000,
        _ => 1,
    };
    let micros = number.multiply(super::decimal::Decimal::int(unit)).ok()?.round(0).ok()?;
    let micros = micros.to_string().parse().ok()?;
    Some(Timestamp::from_microsecond(micros).ok()?.to_zoned(tz.clone()))
}

fn by_format(text: &str, format: &str, tz: &TimeZone) -> Option<Zoned> {
    let parts = BrokenDownTime::parse(format, text).ok()?;
    if let Ok(t) = parts.to_timestamp() {
        return Some(t.to_zoned(tz.clone()));
    }
    let date = parts.to_date().ok()?;
    let time = parts.to_time().unwrap_or_default();
    date.to_datetime(time).to_zoned(tz.clone()).ok()
}

/// RFC 3339, RFC 9557, ISO 8601 with a space or without an offset, RFC 2822, and the Russian way.
fn known(text: &str, tz: &TimeZone) -> Option<Zoned> {
    const LOCAL: [&str; 19] = [
        "%d.%m.%y",
        "%d.%m.%y %H:%M",
        "%d.%m.%y %H:%M:%S",
        "%d.%m.%Y %H:%M:%S",
        "%d.%m.%Y, %H:%M:%S",
        "%d.%m.%Y %H:%M",
        "%d.%m.%Y, %H:%M",
        "%d.%m.%Y в %H:%M",
        "%d.%m.%Y",
        "%H:%M %d.%m.%Y",
        "%d-%m-%Y",
        "%d-%m-%Y %H:%M",
        "%Y-%m-%d",
        "%Y.%m.%d",
        "%Y.%m.%d %H:%M:%S",
        "%Y/%m/%d",
        "%Y/%m/%d %H:%M:%S",
        "%Y%m%d",
        "%Y%m%dT%H%M%SZ",
    ];
    if text.contains('[')
        && let Ok(z) = temporal::DateTimeParser::new().parse_zoned(text)
    {
        return Some(z);
    }
    iso(text, tz)
        .or_else(|| LOCAL.iter().find_map(|f| by_format(text, f, tz)).filter(|z| z.year() > 999))
        .or_else(|| rfc2822::parse(text).ok())
}

/// A date, or a date and a time, and possibly an offset in any of its forms.
fn iso(text: &str, tz: &TimeZone) -> Option<Zoned> {
    if text.len() <= 10 {
        return text.parse::<Date>().ok()?.to_zoned(tz.clone()).ok();
    }
    let at = text.get(11..)?.find(['Z', 'z', '+', '-']).map(|i| i + 11);
    let (local, tail) = at.map_or((text, ""), |i| text.split_at(i));
    let local: DateTime = local.trim_end().parse().ok()?;
    if tail.is_empty() {
        return local.to_zoned(tz.clone()).ok();
    }
    let moment = offset(tail)?.to_timestamp(local).ok()?;
    Some(moment.to_zoned(tz.clone()))
}

/// RFC 3339 with the offset of the zone, and a fraction of a second only where there is one.
pub fn rfc3339(z: &Zoned) -> Done {
    // An offset has whole minutes there (section 5.6); some zones of before 1930 had seconds.
    if z.offset().seconds() % 60 != 0 {
        return rfc3339(&z.with_time_zone(TimeZone::UTC));
    }
    let format = if z.subsec_nanosecond() == 0 { "%FT%T%:z" } else { "%FT%T%.6f%:z" };
    written(z, format)
}

/// The date in a strftime format.
pub fn written(z: &Zoned, format: &str) -> Done {
    // RFC 3339 section 1 and every service we write to: years 0 to 9999.
    if z.year() < 0 {
        return Err(out_of_range());
    }
    let text = strtime::format(format, z).map_err(|e| bad_format(format, &e.to_string()))?;
    out::text(text)
}

fn bad_format(format: &str, why: &str) -> FnError {
    let tail =
        if format.contains('%') { why.to_owned() } else { "such as %d.%m.%Y %H:%M".to_owned() };
    FnError::new(
        Fault::ArgumentValue,
        format!("\"{format}\" is not a date format: {tail}"),
        format!("«{format}» не формат даты: {tail}"),
    )
}

/// Whether the format has directives, and only ones that there are.
pub fn check_format(format: &str) -> Result<(), FnError> {
    if !format.contains('%') {
        return Err(bad_format(format, ""));
    }
    written(&Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC), format).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_before_the_year_zero_is_an_error() {
        let old = value(&Value::from(-62_167_219_200_000_001_i64), None, &TimeZone::UTC).unwrap();
        assert!(rfc3339(&old).is_err() && written(&old, "%Y").is_err());
    }

    #[test]
    fn an_offset_with_seconds_is_written_in_utc() {
        let tz = zone("Europe/Moscow").unwrap();
        let old = value(&Value::from(-1_593_820_800_000_001_i64), None, &tz).unwrap();
        let text = rfc3339(&old.with_time_zone(tz.clone())).unwrap();
        assert!(text.as_str().unwrap().ends_with("+00:00"), "{text}");
        assert!(value(&text, None, &tz).is_ok());
    }

    #[test]
    fn a_date_is_read_in_every_common_form() {
        let tz = zone("Europe/Moscow").unwrap();
        for text in [
            "2026-03-05T14:30:00+03:00",
            "2026-03-05T11:30:00Z",
            "2026-03-05T11:30:00.000Z",
            "2026-03-05 14:30:00",
            "2026-03-05 14:30:00 +0300",
            "2026-03-05T14:30",
            "2026-03-05T14:30:00+03",
            "2026-03-05T14:30:00+03:00[Europe/Moscow]",
            "05.03.2026 14:30:00",
            "05.03.2026 14:30",
            "05.03.2026, 14:30:00",
            "Thu, 05 Mar 2026 14:30:00 +0300",
            "1772710200",
            "1772710200000",
            "1772710200000000",
            "20260305T113000Z",
            "05-03-2026 14:30",
            "2026/03/05 14:30:00",
        ] {
            let got = value(&Value::from(text), None, &tz)
                .map(|z| rfc3339(&z.with_time_zone(tz.clone())));
            assert_eq!(got, Ok(Ok(Value::from("2026-03-05T14:30:00+03:00"))), "{text}");
        }
        for text in [
            "2026-03-05",
            "05.03.2026",
            "05.03.26",
            "20260305",
            "5.3.2026",
            "2026-3-5",
            "05-03-2026",
            "2026.03.05",
        ] {
            let got = value(&Value::from(text), None, &tz).map(|z| rfc3339(&z));
            assert_eq!(got, Ok(Ok(Value::from("2026-03-05T00:00:00+03:00"))), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        let tz = TimeZone::UTC;
        for text in [
            "",
            "завтра",
            "2026",
            "31.02.2026",
            "05/03/2026",
            "2026-13-01",
            "12:30",
            "+7 916 123-45-67",
        ] {
            assert!(value(&Value::from(text), None, &tz).is_err(), "{text}");
        }
    }

    #[test]
    fn formats_without_or_with_unknown_directives_are_refused() {
        assert!(check_format("%d.%m.%Y %H:%M").is_ok());
        assert!(check_format("dd.mm.yyyy").is_err());
        assert!(check_format("%d.%!").is_err());
        assert!(zone("Europe/Moskow").is_err());
    }
}
