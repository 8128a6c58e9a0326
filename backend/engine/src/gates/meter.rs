//! What one limit has let through: a bucket of calls (generic cell rate algorithm) or the calls
//! under way, and the times that waiting jobs were given. Pure.
//!
//! A job that must wait is given a time of its own, one behind the other, so that jobs come back
//! at the pace of the limit. A time is no reservation: a job that never comes back costs nothing.
//! Jobs that are new stand behind those that wait.

use connect::limits::{Allowed, Rate};
use domain::limits::{GATE_AHEAD, RATE_SLICE};
use domain::{Span, Time};

/// The state of one limit.
#[derive(Clone, Debug)]
pub struct Meter {
    allowed: Allowed,
    /// A full bucket is free from here on; it has room for a call once less than `burst` intervals
    /// are left until then.
    free_at: Time,
    /// The last time that was given to a waiting job.
    last: Time,
    /// Calls under way.
    held: u32,
    /// How long a call usually takes.
    usual: Span,
    slice: Slice,
}

/// Calls taken ahead from a rate that nodes share.
#[derive(Clone, Copy, Debug, Default)]
struct Slice {
    calls: u32,
    until: Time,
    /// The shared bucket has nothing before then.
    empty_until: Time,
    /// Calls asked for in this part of time, and in the one before it.
    asked: u32,
    before: u32,
    part: i64,
}

/// Whether a call may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    Now,
    /// At that time.
    At(Time),
    /// The shared bucket must be asked for so many calls.
    Ask(u32),
}

impl Meter {
    pub fn new(allowed: Allowed, now: Time) -> Self {
        let usual = Span::ms(200);
        Self { allowed, free_at: now, last: Time(0), held: 0, usual, slice: Slice::default() }
    }

    /// The limit as it is now: a connection or connector may have another than before.
    pub fn set(&mut self, allowed: Allowed) {
        self.allowed = allowed;
    }

    /// When a call may go that is new, or that comes back after waiting here.
    pub fn room(&self, waited: bool, shared: bool, now: Time) -> Room {
        let free = match self.allowed {
            Allowed::Rate(rate) if shared => match self.shared_room(rate, now) {
                Room::Ask(n) => return self.behind(waited, now).map_or(Room::Ask(n), Room::At),
                Room::Now => now,
                Room::At(at) => at,
            },
            Allowed::Rate(rate) => self.next(rate, now),
            Allowed::Concurrent(most) if self.held < most => now,
            Allowed::Concurrent(_) => now.plus(self.spacing()),
        };
        let at = self.behind(waited, now).map_or(free, |b| free.max(b));
        if at <= now { Room::Now } else { Room::At(at) }
    }

    /// New calls go behind those that were given a time.
    fn behind(&self, waited: bool, now: Time) -> Option<Time> {
        (!waited && self.last > now).then(|| self.last.plus(self.spacing()))
    }

    fn shared_room(&self, rate: Rate, now: Time) -> Room {
        if self.slice.calls > 0 && self.slice.until > now {
            Room::Now
        } else if self.slice.empty_until > now {
            Room::At(self.slice.empty_until)
        } else {
            let interval = rate.interval.micros().max(1);
            let most = (RATE_SLICE.micros() + interval - 1) / interval;
            let most = u32::try_from(most).unwrap_or(u32::MAX).min(rate.burst);
            Room::Ask(self.slice.asked.max(self.slice.before).clamp(1, most))
        }
    }

    /// The earliest time at which the bucket has a call.
    fn next(&self, rate: Rate, now: Time) -> Time {
        let room = rate.interval.micros().saturating_mul(i64::from(rate.burst) - 1);
        now.max(self.free_at.minus(Span::from_micros(room)))
    }

    /// Time between two calls when all is used.
    fn spacing(&self) -> Span {
        match self.allowed {
            Allowed::Rate(rate) => rate.interval,
            Allowed::Concurrent(most) => {
                Span::from_micros((self.usual.micros() / i64::from(most.max(1))).max(1_000))
            }
        }
    }

    /// A call goes at `at`.
    pub fn take(&mut self, shared: bool, at: Time) {
        match self.allowed {
            Allowed::Rate(_) if shared => {
                self.slice.calls = self.slice.calls.saturating_sub(1);
                self.ask(at);
            }
            Allowed::Rate(rate) => self.free_at = self.free_at.max(at).plus(rate.interval),
            Allowed::Concurrent(_) => self.held = self.held.saturating_add(1),
        }
    }

    /// The call that was taken is not made after all.
    pub fn give_back(&mut self, shared: bool) {
        match self.allowed {
            Allowed::Rate(_) if shared => self.slice.calls = self.slice.calls.saturating_add(1),
            Allowed::Rate(rate) => {
                self.free_at = self.free_at.minus(rate.interval);
            }
            Allowed::Concurrent(_) => self.held = self.held.saturating_sub(1),
        }
    }

    /// A call that was under way for `took` has ended.
    pub fn end(&mut self, took: Span) {
        if let Allowed::Concurrent(_) = self.allowed {
            self.held = self.held.saturating_sub(1);
            self.usual = Span::from_micros((self.usual.micros() * 7 + took.micros()) / 8);
        }
    }

    /// Counts what is asked for, so that a slice is as large as what is used.
    fn ask(&mut self, now: Time) {
        let part = now.0.div_euclid(RATE_SLICE.micros());
        let s = &mut self.slice;
        if s.part != part {
            s.before = if s.part == part - 1 { s.asked } else { 0 };
            (s.part, s.asked) = (part, 0);
        }
        s.asked = s.asked.saturating_add(1);
    }

    /// What the shared bucket gave.
    pub fn granted(&mut self, calls: u32, next: Time, now: Time) {
        self.slice.calls = calls;
        self.slice.until = now.plus(RATE_SLICE);
        self.slice.empty_until = if calls == 0 { next } else { Time(0) };
    }

    /// Gives a waiting job its time, which is `at` unless that is too far.
    pub fn appoint(&mut self, at: Time, now: Time) -> Time {
        let at = at.min(now.plus(GATE_AHEAD));
        self.last = self.last.max(at);
        at
    }

    /// The last time that was given to a waiting job.
    pub fn last(&self) -> Time {
        self.last
    }

    /// Whether it can be forgotten: as good as new.
    pub fn is_idle(&self, now: Time) -> bool {
        self.held == 0
            && self.free_at <= now
            && self.last <= now
            && self.slice.until <= now
            && self.slice.empty_until <= now
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Time = Time(1_772_442_000_000_000);

    fn rate(calls: u32, per: Span, burst: u32) -> Allowed {
        Allowed::Rate(Rate::new(calls, per, burst).unwrap())
    }

    #[test]
    fn s15_a_burst_goes_at_once_and_then_one_per_interval() {
        let mut m = Meter::new(rate(2, Span::secs(1), 50), NOW);
        for _ in 0..50 {
            assert_eq!(m.room(false, false, NOW), Room::Now);
            m.take(false, NOW);
        }
        let half = NOW.plus(Span::ms(500));
        assert_eq!(m.room(false, false, NOW), Room::At(half));
        assert_eq!(m.appoint(half, NOW), half);
        assert_eq!(m.room(false, false, NOW), Room::At(NOW.plus(Span::secs(1))), "behind it");
        assert_eq!(m.room(false, false, half), Room::Now);
        assert_eq!(m.room(true, false, half), Room::Now);
        m.take(false, half);
        assert_eq!(m.room(true, false, half), Room::At(NOW.plus(Span::secs(1))));
    }

    #[test]
    fn s15_new_calls_stand_behind_those_that_wait() {
        let mut m = Meter::new(rate(1, Span::secs(1), 1), NOW);
        m.take(false, NOW);
        for n in 1..=3 {
            let Room::At(at) = m.room(false, false, NOW) else { panic!() };
            assert_eq!(at, NOW.plus(Span::secs(n)));
            m.appoint(at, NOW);
        }
        let one = NOW.plus(Span::secs(1));
        assert_eq!(m.room(true, false, one), Room::Now, "its time has come");
        assert_eq!(m.room(false, false, one), Room::At(NOW.plus(Span::secs(4))));
        let Room::At(far) = m.room(false, false, one) else { panic!() };
        assert_eq!(m.appoint(far.plus(Span::days(3)), one), one.plus(GATE_AHEAD));
    }

    #[test]
    fn s15_calls_at_once_are_counted_and_given_back() {
        let mut m = Meter::new(Allowed::Concurrent(2), NOW);
        m.take(false, NOW);
        m.take(false, NOW);
        assert!(matches!(m.room(false, false, NOW), Room::At(_)));
        m.end(Span::secs(1));
        assert_eq!(m.room(false, false, NOW), Room::Now);
        m.take(false, NOW);
        m.give_back(false);
        assert_eq!(m.room(false, false, NOW), Room::Now);
    }

    #[test]
    fn s15_a_shared_rate_is_taken_in_slices_as_large_as_what_is_used() {
        let mut m = Meter::new(rate(30, Span::secs(1), 30), NOW);
        assert_eq!(m.room(false, true, NOW), Room::Ask(1));
        for _ in 0..40 {
            m.granted(1, NOW, NOW);
            assert_eq!(m.room(false, true, NOW), Room::Now);
            m.take(true, NOW);
        }
        assert_eq!(m.room(false, true, NOW), Room::Ask(15), "half a second of it at most");
        m.granted(3, NOW, NOW);
        let late = NOW.plus(RATE_SLICE);
        assert!(matches!(m.room(false, true, late), Room::Ask(_)), "what is left over is not kept");
        m.granted(0, late.plus(Span::ms(40)), late);
        assert_eq!(m.room(false, true, late), Room::At(late.plus(Span::ms(40))));
    }

    proptest! {
        /// In every stretch of time at most the burst and what the rate gives in it go through,
        /// whoever comes when; and whoever waits for its time gets through at the rate.
        #[test]
        fn s15_a_rate_is_never_exceeded(
            calls in 1..40u32,
            burst in 1..60u32,
            gaps in prop::collection::vec(0..400_000i64, 1..300),
        ) {
            let allowed = rate(calls, Span::secs(1), burst);
            let Allowed::Rate(r) = allowed else { unreachable!() };
            let mut m = Meter::new(allowed, NOW);
            let (mut now, mut sent, mut due) = (NOW, Vec::new(), Vec::new());
            for gap in gaps {
                now = now.plus(Span::from_micros(gap));
                due.sort_unstable();
                let back: Vec<Time> = due.extract_if(.., |t| *t <= now).collect();
                for waited in back.iter().map(|_| true).chain([false]) {
                    match m.room(waited, false, now) {
                        Room::Now => { m.take(false, now); sent.push(now); }
                        Room::At(at) => {
                            prop_assert!(at > now);
                            due.push(m.appoint(at, now));
                        }
                        Room::Ask(_) => unreachable!(),
                    }
                }
            }
            for (i, from) in sent.iter().enumerate() {
                for (j, to) in sent.iter().enumerate().skip(i) {
                    let n = i64::try_from(j - i + 1).unwrap();
                    let most = i64::from(burst) + to.since(*from).micros() / r.interval.micros();
                    prop_assert!(n <= most, "{n} calls where {most} are allowed");
                }
            }
        }
    }
}
