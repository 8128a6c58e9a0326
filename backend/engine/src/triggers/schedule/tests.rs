//! Decisions about ticks, minute by minute.

use super::*;
use domain::Span;

const NOON: Time = Time(1_772_452_800_000_000); // 2026-03-02 12:00 UTC

fn rules(overlap: Overlap, missed: Missed) -> Rules {
    Rules { schedule: Schedule::cron("*/10 * * * *", "UTC").unwrap(), overlap, missed }
}

fn at(minutes: i64) -> Time {
    NOON.plus(Span::mins(minutes))
}

fn cursor(minutes: i64) -> Cursor {
    Cursor { tick: Some(at(minutes)), ..Cursor::default() }
}

/// Minutes and missed ticks of what fires.
fn fired(d: &Decision) -> Vec<(i64, usize)> {
    d.fire.iter().map(|t| (t.at.since(NOON).as_secs() / 60, t.missed)).collect()
}

#[test]
fn a_tick_in_time_fires_and_the_next_one_is_due() {
    let d = rules(Overlap::Skip, Missed::Once).decide(cursor(10), at(10), false);
    assert_eq!((fired(&d), d.next_due), (vec![(10, 0)], Some(at(20))));
    let early = rules(Overlap::Skip, Missed::Once).decide(cursor(10), at(9), false);
    assert_eq!((fired(&early), early.next_due), (vec![], Some(at(10))));
}

#[test]
fn missed_ticks_follow_their_policy() {
    let after = |missed| rules(Overlap::Skip, missed).decide(cursor(10), at(45), false);
    let skip = after(Missed::Skip);
    assert_eq!((fired(&skip), skip.cursor.missed), (vec![], 4));
    assert_eq!(fired(&after(Missed::Once)), [(40, 3)]);
    assert_eq!(fired(&after(Missed::All)), [(10, 0), (20, 0), (30, 0), (40, 0)]);
    // Those that were left out are told with the next one.
    let next = rules(Overlap::Skip, Missed::Skip).decide(skip.cursor, at(50), false);
    assert_eq!(fired(&next), [(50, 4)]);
    // One of them is just in time.
    let in_time = rules(Overlap::Skip, Missed::Skip).decide(cursor(10), at(40), false);
    assert_eq!(fired(&in_time), [(40, 3)]);
}

#[test]
fn all_is_held_at_the_newest_hundred() {
    let d = rules(Overlap::Skip, Missed::All).decide(cursor(0), at(1_500), false);
    assert_eq!(d.fire.len(), limits::SCHEDULE_CATCH_UP);
    assert_eq!(fired(&d)[0], (510, 51));
    assert_eq!(fired(&d)[99], (1_500, 0));
}

#[test]
fn years_of_missed_ticks_are_decided_at_once() {
    let minutely = Rules {
        schedule: Schedule::cron("* * * * *", "UTC").unwrap(),
        ..rules(Overlap::Skip, Missed::Once)
    };
    let d = minutely.decide(cursor(0), at(3 * 365 * 1_440), false);
    assert_eq!(d.fire, [Tick { at: at(3 * 365 * 1_440), missed: d.fire[0].missed }]);
    assert!(d.fire[0].missed >= limits::SCHEDULE_COUNTED);
}

#[test]
fn a_busy_tick_is_left_out_and_told() {
    let d = rules(Overlap::Skip, Missed::Once).decide(cursor(10), at(10), true);
    assert_eq!((d.fire.len(), d.skipped), (0, Some(Tick { at: at(10), missed: 0 })));
    let next = rules(Overlap::Skip, Missed::Once).decide(d.cursor, at(20), false);
    assert_eq!(fired(&next), [(20, 1)]);
}

#[test]
fn queued_ticks_start_one_after_another_and_none_is_missed() {
    let r = rules(Overlap::Queue, Missed::Skip);
    let d = r.decide(cursor(10), at(10), true);
    assert_eq!((fired(&d), d.next_due), (vec![], Some(at(10).plus(limits::SCHEDULE_QUEUE_LOOK))));
    let d = r.decide(d.cursor, at(35), true);
    let d = r.decide(d.cursor, at(36), false);
    assert_eq!(fired(&d), [(10, 0)]);
    let d = r.decide(d.cursor, at(37), false);
    assert_eq!(fired(&d), [(20, 0)]);
    let d = r.decide(d.cursor, at(38), false);
    assert_eq!((fired(&d), d.next_due), (vec![(30, 0)], Some(at(40))));
}

#[test]
fn all_in_a_queue_starts_one_after_another() {
    let r = rules(Overlap::Queue, Missed::All);
    let d = r.decide(cursor(10), at(32), false);
    assert_eq!(fired(&d), [(10, 0)]);
    let d = r.decide(d.cursor, at(33), true);
    assert_eq!(fired(&d), []);
    let d = r.decide(d.cursor, at(34), false);
    assert_eq!(fired(&d), [(20, 0)]);
    let d = r.decide(d.cursor, at(35), false);
    assert_eq!((fired(&d), d.next_due), (vec![(30, 0)], Some(at(40))));
}
