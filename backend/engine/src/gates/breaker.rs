//! The breaker of one gate (semantics S15): when most calls of the last minutes got no answer, the
//! gate closes; after a while one call tries, and what comes of it decides. Pure.

use domain::limits::{
    BREAKER_CALLS, BREAKER_OPEN, BREAKER_OPEN_MAX, BREAKER_PERCENT, BREAKER_WINDOW, GATE_LOOK_AGAIN,
};
use domain::{Span, Time};

/// Parts of the window that are forgotten one by one.
const SLOTS: usize = 10;

/// What a call proved of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// It answered, whatever it said.
    Answered,
    /// No connection, no answer in time, or a 5xx.
    Failed,
    /// Nothing: the call was not made.
    Nothing,
}

/// Whether a call may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum May {
    Go,
    /// As the one call that tries.
    Probe,
    /// Not before then.
    No(Time),
}

/// What others must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Opened { until: Time, step: u32 },
    Shut,
}

/// The breaker of one gate.
#[derive(Clone, Debug, Default)]
pub struct Breaker {
    slots: [Slot; SLOTS],
    state: State,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    /// Which part of all time this is.
    no: i64,
    calls: u32,
    failed: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Calls pass and are counted.
    #[default]
    Shut,
    /// For the `step`-th time in a row.
    Open { until: Time, step: u32 },
    /// One call tries.
    Probing { step: u32 },
}

impl Breaker {
    pub fn may(&self, now: Time) -> May {
        match self.state {
            State::Shut => May::Go,
            State::Open { until, .. } if now < until => May::No(until),
            State::Open { .. } => May::Probe,
            State::Probing { .. } => May::No(now.plus(GATE_LOOK_AGAIN)),
        }
    }

    /// The call that [`May::Probe`] allowed is made.
    pub fn probe(&mut self) {
        if let State::Open { step, .. } = self.state {
            self.state = State::Probing { step };
        }
    }

    /// A call has ended. Those that began before the gate closed prove nothing of it now.
    pub fn note(&mut self, proof: Proof, probe: bool, now: Time) -> Option<Change> {
        match (self.state, proof) {
            (State::Shut, Proof::Answered | Proof::Failed) => {
                self.count(proof == Proof::Failed, now)
            }
            (State::Probing { .. }, Proof::Answered) if probe => {
                *self = Breaker::default();
                Some(Change::Shut)
            }
            (State::Probing { step }, Proof::Failed) if probe => Some(self.open(step + 1, now)),
            (State::Probing { step }, Proof::Nothing) if probe => {
                self.state = State::Open { until: now, step };
                None
            }
            _ => None,
        }
    }

    fn count(&mut self, failed: bool, now: Time) -> Option<Change> {
        let no = now.0.div_euclid(BREAKER_WINDOW.micros() / 10);
        let slot = &mut self.slots[usize::try_from(no.rem_euclid(10)).unwrap_or(0)];
        if slot.no != no {
            *slot = Slot { no, ..Slot::default() };
        }
        slot.calls = slot.calls.saturating_add(1);
        slot.failed = slot.failed.saturating_add(u32::from(failed));
        let recent = self.slots.iter().filter(|s| (no - 9..=no).contains(&s.no));
        let (calls, fails) = recent
            .fold((0u64, 0u64), |(c, f), s| (c + u64::from(s.calls), f + u64::from(s.failed)));
        let open = calls >= u64::from(BREAKER_CALLS)
            && fails * 100 >= calls * u64::from(BREAKER_PERCENT)
            && failed;
        open.then(|| self.open(1, now))
    }

    fn open(&mut self, step: u32, now: Time) -> Change {
        let until = now.plus(open_for(step));
        *self = Breaker { slots: Default::default(), state: State::Open { until, step } };
        Change::Opened { until, step }
    }

    /// Another node has opened it.
    pub fn adopt(&mut self, until: Time, step: u32) {
        let newer = match self.state {
            State::Shut => true,
            State::Open { until: mine, .. } => until > mine,
            // This node tries: what comes of it says more.
            State::Probing { .. } => false,
        };
        if newer {
            *self = Breaker { slots: Default::default(), state: State::Open { until, step } };
        }
    }

    /// Another node has closed it.
    pub fn adopt_shut(&mut self) {
        if matches!(self.state, State::Open { .. }) {
            *self = Breaker::default();
        }
    }

    /// The node that has the probe is another one: not before then.
    pub fn leave_to_another(&mut self, until: Time) {
        if let State::Probing { step } | State::Open { step, .. } = self.state {
            self.state = State::Open { until, step };
        }
    }

    /// Until when nobody but a probe passes; nothing when it is shut.
    pub fn closed_until(&self, now: Time) -> Option<Time> {
        match self.may(now) {
            May::No(until) => Some(until),
            May::Go | May::Probe => None,
        }
    }

    pub fn is_shut(&self) -> bool {
        self.state == State::Shut
    }

    /// Whether it can be forgotten: shut, and nothing of the window is left.
    pub fn is_idle(&self, now: Time) -> bool {
        let no = now.0.div_euclid(BREAKER_WINDOW.micros() / 10);
        self.is_shut() && self.slots.iter().all(|s| s.no < no - 9)
    }
}

/// How long it stays open for the `step`-th time in a row.
fn open_for(step: u32) -> Span {
    let doubled = BREAKER_OPEN.micros() << step.saturating_sub(1).min(20);
    Span::from_micros(doubled).min(BREAKER_OPEN_MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Time = Time(1_772_442_000_000_000);

    fn after(span: Span) -> Time {
        NOW.plus(span)
    }

    fn fail(b: &mut Breaker, n: u32, now: Time) -> Option<Change> {
        (0..n).filter_map(|_| b.note(Proof::Failed, false, now)).next_back()
    }

    #[test]
    fn s15_ten_calls_of_which_seven_fail_open_it_for_half_a_minute() {
        let mut b = Breaker::default();
        for _ in 0..3 {
            assert_eq!(b.note(Proof::Answered, false, NOW), None);
        }
        assert_eq!(fail(&mut b, 6, NOW), None, "nine calls are too few");
        let until = after(Span::secs(30));
        assert_eq!(fail(&mut b, 1, NOW), Some(Change::Opened { until, step: 1 }));
        assert_eq!(b.may(NOW), May::No(until));
        assert_eq!(b.may(after(Span::secs(29))), May::No(until));
    }

    #[test]
    fn s15_fewer_failures_or_older_ones_do_not_open_it() {
        let mut b = Breaker::default();
        for _ in 0..4 {
            b.note(Proof::Answered, false, NOW);
        }
        assert_eq!(fail(&mut b, 9, NOW), None, "69 per cent");
        let mut b = Breaker::default();
        assert_eq!(fail(&mut b, 9, NOW), None);
        assert_eq!(fail(&mut b, 9, after(Span::mins(5))), None, "the window has moved");
        for _ in 0..100 {
            b.note(Proof::Nothing, false, after(Span::mins(5)));
        }
        assert_eq!(b.may(after(Span::mins(5))), May::Go);
    }

    #[test]
    fn s15_one_probe_at_a_time_and_each_failure_doubles_up_to_ten_minutes() {
        let mut b = Breaker::default();
        fail(&mut b, 10, NOW);
        let mut now = NOW;
        for (step, secs) in (1..).zip([30, 60, 120, 240, 480, 600, 600]) {
            let May::No(until) = b.may(now) else { panic!("open") };
            assert_eq!(until.since(now), Span::secs(secs), "step {step}");
            now = until;
            assert_eq!(b.may(now), May::Probe);
            b.probe();
            assert!(matches!(b.may(now), May::No(_)), "only one");
            assert_eq!(b.note(Proof::Answered, false, now), None, "an older call proves nothing");
            assert!(matches!(b.note(Proof::Failed, true, now), Some(Change::Opened { .. })));
        }
        let May::No(until) = b.may(now) else { panic!("open") };
        b.probe();
        assert_eq!(b.note(Proof::Nothing, true, until), None);
        assert_eq!(b.may(until), May::Probe, "a probe that was not made is made by another");
        b.probe();
        assert_eq!(b.note(Proof::Answered, true, until), Some(Change::Shut));
        assert_eq!(b.may(until), May::Go);
        assert_eq!(fail(&mut b, 9, until), None, "it counts anew");
    }

    proptest! {
        /// Whatever happens: it never opens on less than seven failures, never stays closed for
        /// longer than ten minutes without a probe, and one probe that answers closes it.
        #[test]
        fn s15_a_breaker_always_comes_back(
            acts in prop::collection::vec((0..3u8, 0..120i64), 0..300),
        ) {
            let mut b = Breaker::default();
            let (mut now, mut failed) = (NOW, 0);
            for (act, secs) in acts {
                now = now.plus(Span::secs(secs));
                let may = b.may(now);
                if may == May::Probe {
                    b.probe();
                }
                let proof = [Proof::Answered, Proof::Failed, Proof::Nothing][usize::from(act)];
                failed += u32::from(proof == Proof::Failed);
                let probe = may == May::Probe;
                let change = b.note(proof, probe, now);
                if let Some(Change::Opened { until, step }) = change {
                    prop_assert!(failed >= 7 || probe);
                    prop_assert!(until.since(now) <= BREAKER_OPEN_MAX && step >= 1);
                    failed = 0;
                }
                if let May::No(until) = b.may(now) {
                    prop_assert!(until > now && until.since(now) <= BREAKER_OPEN_MAX);
                }
            }
            let later = now.plus(BREAKER_OPEN_MAX);
            if b.may(later) == May::Probe {
                b.probe();
                prop_assert_eq!(b.note(Proof::Answered, true, later), Some(Change::Shut));
            }
            prop_assert_eq!(b.may(later), May::Go);
        }
    }
}
