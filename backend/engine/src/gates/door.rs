//! What closes one destination for everybody: a service that asks to slow down, and its breaker.
//! Pure.

use domain::limits::{GATE_FULL, RETRY_AFTER_MAX, SLOW_DOWN_FIRST, SLOW_DOWN_LEAST, SLOW_DOWN_MAX};
use domain::{Span, Time};

use super::breaker::{Breaker, Change, May, Proof};

/// The state of one destination.
#[derive(Clone, Debug, Default)]
pub struct Door {
    paused_until: Time,
    /// The pause is that of an allowance used up, as the service's answers announced it.
    announced: bool,
    /// Refusals in a row.
    refusals: u32,
    pub breaker: Breaker,
    /// Waiting jobs have times up to here at one of its limits.
    full_until: Time,
}

/// Why and until when a destination is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    Paused(Time),
    Announced(Time),
    Open(Time),
}

impl Closed {
    pub fn until(self) -> Time {
        match self {
            Closed::Paused(t) | Closed::Announced(t) | Closed::Open(t) => t,
        }
    }
}

impl Door {
    /// Whether and until when it is closed; [`May::Probe`] counts as open.
    pub fn closed(&self, now: Time) -> Option<Closed> {
        let paused = (self.paused_until > now).then_some(if self.announced {
            Closed::Announced(self.paused_until)
        } else {
            Closed::Paused(self.paused_until)
        });
        let open = self.breaker.closed_until(now).map(Closed::Open);
        paused.into_iter().chain(open).max_by_key(|c| c.until())
    }

    /// The same for the queue, which brings no new jobs either while those that wait at a limit
    /// have times far ahead.
    pub fn skipped_until(&self, now: Time) -> Option<Time> {
        let full = self.full_until.minus(GATE_FULL);
        let closed = self.closed(now).map(Closed::until);
        closed.into_iter().chain((full > now).then_some(full)).max()
    }

    pub fn is_probe(&self, now: Time) -> bool {
        self.breaker.may(now) == May::Probe
    }

    /// The service asked to slow down: the end of the pause. Refusals in a row make it longer than
    /// the service says; those of calls that were under way when it closed are one with the first.
    pub fn refused(&mut self, after: Option<Span>, now: Time) -> Time {
        let first = self.paused_until <= now;
        let n = if first { self.refusals } else { self.refusals.saturating_sub(1) };
        let pause = match after {
            Some(a) => a.max(doubled(SLOW_DOWN_LEAST, n)),
            None => doubled(SLOW_DOWN_FIRST, n),
        };
        self.refusals += u32::from(first);
        self.pause(now.plus(pause.min(RETRY_AFTER_MAX)), false)
    }

    /// Nothing more is sent before `until`; the end of the pause, which may be later already.
    pub fn pause(&mut self, until: Time, announced: bool) -> Time {
        if until > self.paused_until {
            (self.paused_until, self.announced) = (until, announced);
        }
        self.paused_until
    }

    /// A call has ended.
    pub fn note(&mut self, proof: Proof, probe: bool, now: Time) -> Option<Change> {
        self.breaker.note(proof, probe, now)
    }

    /// The service took a call: the next refusal is the first again.
    pub fn welcomed(&mut self) {
        self.refusals = 0;
    }

    /// Waiting jobs have times up to `until`.
    pub fn full(&mut self, until: Time) {
        self.full_until = self.full_until.max(until);
    }

    pub fn is_idle(&self, now: Time) -> bool {
        self.paused_until <= now
            && self.refusals == 0
            && self.full_until <= now
            && self.breaker.is_idle(now)
    }
}

fn doubled(first: Span, times: u32) -> Span {
    Span::from_micros(first.micros() << times.min(20)).min(SLOW_DOWN_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time(1_772_442_000_000_000);

    #[test]
    fn s15_slow_down_closes_it_as_long_as_the_service_says_up_to_a_day() {
        for (said, want) in [
            (Span::secs(30), Span::secs(30)),
            (Span::ms(350), Span::ms(350)),
            (Span::ZERO, SLOW_DOWN_LEAST),
            (Span::days(400), RETRY_AFTER_MAX),
        ] {
            let mut d = Door::default();
            assert_eq!(d.refused(Some(said), NOW), NOW.plus(want));
            assert_eq!(d.closed(NOW), Some(Closed::Paused(NOW.plus(want))));
            assert_eq!(d.closed(NOW.plus(want)), None);
        }
    }

    #[test]
    fn s15_slow_down_without_a_time_doubles_until_a_call_is_taken() {
        let mut d = Door::default();
        let mut now = NOW;
        for secs in [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600] {
            let until = d.refused(None, now);
            assert_eq!(until.since(now), Span::secs(secs));
            now = until;
        }
        d.welcomed();
        assert_eq!(d.refused(None, now).since(now), Span::secs(2));
    }

    #[test]
    fn s15_refusals_of_calls_under_way_together_count_once() {
        let mut d = Door::default();
        for _ in 0..64 {
            assert_eq!(d.refused(None, NOW), NOW.plus(Span::secs(2)));
        }
        let later = NOW.plus(Span::secs(2));
        assert_eq!(d.refused(None, later), later.plus(Span::secs(4)));
        assert_eq!(d.refused(Some(Span::secs(1)), later), later.plus(Span::secs(4)), "not shorter");
    }

    #[test]
    fn s15_the_longest_of_pause_and_breaker_counts() {
        let mut d = Door::default();
        for _ in 0..10 {
            d.note(Proof::Failed, false, NOW);
        }
        assert_eq!(d.closed(NOW), Some(Closed::Open(NOW.plus(Span::secs(30)))));
        d.refused(Some(Span::mins(1)), NOW);
        assert_eq!(d.closed(NOW), Some(Closed::Paused(NOW.plus(Span::mins(1)))));
        let later = NOW.plus(Span::mins(1));
        assert!(d.closed(later).is_none() && d.is_probe(later));
        d.full(later.plus(Span::secs(10)));
        assert_eq!(d.skipped_until(later), Some(later.plus(Span::secs(8))));
    }
}
