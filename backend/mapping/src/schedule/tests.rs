//! Moments of schedules, most of all where the clock is changed.

use super::*;
use crate::moment::{parse, rfc3339};

fn at(text: &str) -> Time {
    parse(&Value::from(text), "UTC").unwrap()
}

/// The next moments of a cron expression, as local times with their offset.
fn moments(expression: &str, zone: &str, after: &str, n: usize) -> Vec<String> {
    let schedule = Schedule::cron(expression, zone).unwrap();
    let tz = jiff::tz::TimeZone::get(zone).unwrap();
    let local = |t: Time| {
        let t = jiff::Timestamp::from_microsecond(t.0).unwrap().to_zoned(tz.clone());
        t.strftime("%m-%d %H:%M%z").to_string()
    };
    schedule.upcoming(at(after), n).into_iter().map(local).collect()
}

#[test]
fn moments_are_those_of_the_local_clock() {
    for (expression, after, want) in [
        ("0 9 * * 1-5", "2026-03-06T07:00:00Z", vec!["03-09 09:00+0300", "03-10 09:00+0300"]),
        ("*/20 8-9 * * *", "2026-03-06T05:30:00Z", vec!["03-06 08:40+0300", "03-06 09:00+0300"]),
        ("0 0 1 * *", "2026-03-06T00:00:00Z", vec!["04-01 00:00+0300", "05-01 00:00+0300"]),
        ("0 12 13 * FRI", "2026-03-07T00:00:00Z", vec!["03-13 12:00+0300", "03-20 12:00+0300"]),
        ("0 6 29 2 *", "2026-03-07T00:00:00Z", vec!["02-29 06:00+0300"]),
    ] {
        assert_eq!(moments(expression, "Europe/Moscow", after, want.len()), want, "{expression}");
    }
}

#[test]
fn a_skipped_local_time_is_due_once_right_after_the_gap() {
    // 2026-03-29: 02:00 +01:00 becomes 03:00 +02:00 in Berlin.
    let day = |e| moments(e, "Europe/Berlin", "2026-03-28T12:00:00Z", 3);
    assert_eq!(day("30 2 * * *"), ["03-29 03:00+0200", "03-30 02:30+0200", "03-31 02:30+0200"]);
    // All that was skipped is one moment, also together with one that is due then anyway.
    assert_eq!(day("*/15 2 * * *"), ["03-29 03:00+0200", "03-30 02:00+0200", "03-30 02:15+0200"]);
    assert_eq!(day("0 2,3 * * *"), ["03-29 03:00+0200", "03-30 02:00+0200", "03-30 03:00+0200"]);
    assert_eq!(day("0 */2 * * *")[..2], ["03-28 14:00+0100", "03-28 16:00+0100"]);
    let night = moments("0 */2 * * *", "Europe/Berlin", "2026-03-28T23:30:00Z", 3);
    assert_eq!(night, ["03-29 03:00+0200", "03-29 04:00+0200", "03-29 06:00+0200"]);
    // Half an hour, and midnight itself.
    assert_eq!(
        moments("10 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", 2),
        ["10-04 02:30+1100", "10-05 02:10+1100"]
    );
    assert_eq!(
        moments("0 0 * * *", "America/Santiago", "2026-09-05T12:00:00Z", 2),
        ["09-06 01:00-0300", "09-07 00:00-0300"]
    );
}

#[test]
fn a_repeated_local_time_is_due_once() {
    // 2026-10-25: 03:00 +02:00 becomes 02:00 +01:00 in Berlin.
    let day = |e, n| moments(e, "Europe/Berlin", "2026-10-24T22:30:00Z", n);
    assert_eq!(day("30 2 * * *", 2), ["10-25 02:30+0200", "10-26 02:30+0100"]);
    assert_eq!(
        day("*/30 2 * * *", 3),
        ["10-25 02:00+0200", "10-25 02:30+0200", "10-26 02:00+0100"]
    );
    // Asked between the two passes and in the second one.
    for after in ["2026-10-25T00:30:00Z", "2026-10-25T01:10:00Z", "2026-10-25T01:30:00Z"] {
        assert_eq!(moments("30 2 * * *", "Europe/Berlin", after, 1), ["10-26 02:30+0100"]);
    }
}

#[test]
fn every_hour_follows_elapsed_time() {
    assert_eq!(
        moments("30 * * * *", "Europe/Berlin", "2026-10-24T23:45:00Z", 3),
        ["10-25 02:30+0200", "10-25 02:30+0100", "10-25 03:30+0100"]
    );
    assert_eq!(
        moments("30 * * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", 2),
        ["03-29 01:30+0100", "03-29 03:30+0200"]
    );
}

#[test]
fn a_period_is_counted_from_its_anchor() {
    let next = |period: &str, anchor: Option<&str>, after: &str| {
        let s = Schedule::every(period, anchor, "Europe/Moscow").unwrap();
        s.upcoming(at(after), 2).into_iter().map(rfc3339).collect::<Vec<_>>()
    };
    assert_eq!(
        next("24h", None, "2026-03-02T09:00:00Z"),
        ["2026-03-02T21:00:00Z", "2026-03-03T21:00:00Z"]
    );
    assert_eq!(
        next("90m", Some("2026-03-02T12:10"), "2026-03-02T09:10:00Z"),
        ["2026-03-02T10:40:00Z", "2026-03-02T12:10:00Z"]
    );
    // An anchor in the future has moments before it as well.
    assert_eq!(
        next("1h", Some("2027-01-01T00:15+03:00"), "2026-03-02T09:00:00Z")[0],
        "2026-03-02T09:15:00Z"
    );
}

#[test]
fn faults_name_the_setting_and_the_field() {
    let cron = |e: &str| {
        let f = Schedule::cron(e, "UTC").unwrap_err();
        assert_ne!(f.message.en, f.message.ru);
        (f.code, f.key, f.message.en)
    };
    let five = "expected five fields (minute, hour, day of month, month, day of week)";
    for (given, want) in [
        ("", format!("{five}, got \"\"")),
        ("@daily", format!("{five}, got \"@daily\"")),
        ("0 0 9 * * 1", format!("{five}, got \"0 0 9 * * 1\"; seconds are not supported")),
        (
            "60 9 * * *",
            "the field \"minute\" takes 0-59, lists, ranges and steps, got \"60\"".into(),
        ),
        ("0 24 * * *", "the field \"hour\" takes 0-23, lists, ranges and steps, got \"24\"".into()),
        (
            "0 9 * 13 *",
            "the field \"month\" takes 1-12, lists, ranges and steps, got \"13\"".into(),
        ),
        (
            "0 9 * * MO",
            "the field \"day of week\" takes 0-7, lists, ranges and steps, got \"MO\"".into(),
        ),
        ("0 9 30 2 *", "\"0 9 30 2 *\" is never due".into()),
    ] {
        assert_eq!(cron(given), ("bad_cron", "cron", want), "{given}");
    }
    let every = |p: &str, a: Option<&str>| {
        let f = Schedule::every(p, a, "UTC").unwrap_err();
        (f.code, f.key, f.message.en)
    };
    assert_eq!(
        every("30s", None),
        ("out_of_range", "every", "30s is not between 1m and 366d".into())
    );
    assert_eq!(every("1 hour", None).0, "bad_period");
    assert_eq!(every("1h", Some("soon")).0, "bad_anchor");
    let zone = Schedule::cron("0 9 * * *", "Europe/Mosow").unwrap_err();
    assert_eq!((zone.code, zone.key), ("bad_timezone", "timezone"));
}

proptest::proptest! {
    #[test]
    fn moments_go_forward_and_match_in_every_zone(
        minute in 0u8..60, hour in 0u8..24, every_hour: bool,
        after in 1_700_000_000i64..1_900_000_000,
        zone in proptest::sample::select(vec![
            "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago",
            "Asia/Kolkata", "UTC", "Pacific/Chatham",
        ]),
    ) {
        let e = if every_hour { format!("{minute} * * * *") } else { format!("{minute} {hour} * * *") };
        let s = Schedule::cron(&e, zone).unwrap();
        let mut last = Time(after * 1_000_000);
        for next in s.upcoming(last, 5) {
            proptest::prop_assert!(next > last);
            let apart = next.since(last).as_secs();
            // A day of 25 hours, or one hour that is skipped.
            let most = if every_hour { 2 * 3_600 } else { 26 * 3_600 };
            proptest::prop_assert!(apart <= most, "{} s", apart);
            last = next;
        }
    }
}
