//! All gates of this node in memory, and the decisions about one call over all of its gates. Pure:
//! what must be asked of the other nodes is said, not done.

use std::collections::HashMap;

use domain::limits::{GATE_AHEAD, GATE_NAP, GATES, GATES_CLOSED};
use domain::{GateKey, Time};

use super::call::CallGates;
use super::door::{Closed, Door};
use super::meter::{Meter, Room};
use super::reason::Why;
use connect::limits::{Allowed, Rate};

/// The gates of this node.
#[derive(Debug)]
pub struct State {
    doors: HashMap<GateKey, Door>,
    meters: HashMap<GateKey, Meter>,
    /// Rates and calls at once are shared with other nodes.
    shared: bool,
    /// Gates from which on idle ones are forgotten.
    tidy_at: usize,
}

/// Whether a call may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It goes at `at`, which is now or soon; it is counted.
    Go { at: Time, probe: bool },
    /// This shared rate must be asked for so many calls first.
    Ask { key: GateKey, rate: Rate, calls: u32 },
    /// A shared rate may have one very soon: look again then.
    Nap(Time),
    /// Not before then; the gate is the one that is closed longest.
    Closed { key: GateKey, until: Time, why: Why },
}

const TIDY_AT: usize = 1_024;

impl State {
    pub fn new(shared: bool) -> Self {
        Self { doors: HashMap::new(), meters: HashMap::new(), shared, tidy_at: TIDY_AT }
    }

    /// Decides about a call; `waited`: it comes back after waiting for its turn.
    pub fn decide(&mut self, call: &CallGates, waited: bool, now: Time) -> Verdict {
        if let Some((key, closed)) = self.closed_door(call, now) {
            return Verdict::Closed { key, until: closed.until(), why: closed.into() };
        }
        let shared = self.shared;
        let mut at = now;
        let mut worst = None;
        for (i, l) in call.limits.iter().enumerate() {
            let Some(meter) = self.meter(l.key, l.allowed, now) else { continue };
            match meter.room(waited, shared, now) {
                Room::At(t) if t > at => {
                    at = t;
                    worst = Some(i);
                }
                Room::Now | Room::At(_) => {}
                Room::Ask(calls) => {
                    if let Allowed::Rate(rate) = l.allowed {
                        return Verdict::Ask { key: l.key, rate, calls };
                    }
                }
            }
        }
        if let Some(l) = worst.map(|i| call.limits[i]) {
            let rate = matches!(l.allowed, Allowed::Rate(_));
            if !rate || at.since(now) > GATE_NAP {
                return self.appoint(call, l, at, now);
            }
            if self.shared {
                // Nobody can promise it for a moment that is yet to come.
                self.appoint(call, l, at, now);
                return Verdict::Nap(at);
            }
        }
        for l in &call.limits {
            if let Some(meter) = self.meters.get_mut(&l.key) {
                meter.take(self.shared, at);
            }
        }
        let door = self.door(call.door, now);
        let probe = door.is_probe(now);
        if probe {
            door.breaker.probe();
        }
        Verdict::Go { at, probe }
    }

    /// The door that is closed longest, if any is.
    pub fn closed_door(&self, call: &CallGates, now: Time) -> Option<(GateKey, Closed)> {
        let closed = call.doors().filter_map(|k| Some((k, self.doors.get(&k)?.closed(now)?)));
        closed.max_by_key(|(_, c)| c.until())
    }

    fn appoint(
        &mut self,
        call: &CallGates,
        l: super::call::LimitGate,
        at: Time,
        now: Time,
    ) -> Verdict {
        let (mut until, mut last) = (at, at);
        if let Some(meter) = self.meters.get_mut(&l.key) {
            until = meter.appoint(at, now);
            last = meter.last();
        }
        if l.whole {
            self.door(call.door, now).full(last.min(now.plus(GATE_AHEAD)));
        }
        let why = if matches!(l.allowed, Allowed::Rate(_)) { Why::Rate } else { Why::Busy };
        Verdict::Closed { key: l.key, until, why }
    }

    /// The state of a destination.
    pub fn door(&mut self, key: GateKey, now: Time) -> &mut Door {
        self.tidy(now);
        self.doors.entry(key).or_default()
    }

    /// The state of a limit; nothing when there are too many to keep.
    pub fn meter(&mut self, key: GateKey, allowed: Allowed, now: Time) -> Option<&mut Meter> {
        self.tidy(now);
        if self.meters.len() >= GATES && !self.meters.contains_key(&key) {
            return None;
        }
        let meter = self.meters.entry(key).or_insert_with(|| Meter::new(allowed, now));
        meter.set(allowed);
        Some(meter)
    }

    pub fn known_meter(&mut self, key: GateKey) -> Option<&mut Meter> {
        self.meters.get_mut(&key)
    }

    /// Takes back what [`Verdict::Go`] counted: the call is not made.
    pub fn take_back(&mut self, call: &CallGates) {
        for l in &call.limits {
            if let Some(meter) = self.meters.get_mut(&l.key) {
                meter.give_back(self.shared);
            }
        }
    }

    /// Forgets gates that are as good as new, when there are twice as many as last time.
    fn tidy(&mut self, now: Time) {
        if self.doors.len() + self.meters.len() < self.tidy_at {
            return;
        }
        self.doors.retain(|_, d| !d.is_idle(now));
        self.meters.retain(|_, m| !m.is_idle(now));
        self.tidy_at = (2 * (self.doors.len() + self.meters.len())).max(TIDY_AT);
    }

    /// The destinations to which the queue brings no jobs now, and until when.
    pub fn closed(&self, now: Time) -> Vec<(GateKey, Time)> {
        let closed = self.doors.iter().filter_map(|(k, d)| Some((*k, d.skipped_until(now)?)));
        let mut all: Vec<_> = closed.collect();
        if all.len() > GATES_CLOSED {
            // Those that are closed longest: what is left out costs a look at the gate.
            all.sort_unstable_by_key(|(_, until)| std::cmp::Reverse(*until));
            all.truncate(GATES_CLOSED);
        }
        all
    }

    pub fn is_closed(&self, key: GateKey, now: Time) -> bool {
        self.doors.get(&key).is_some_and(|d| d.skipped_until(now).is_some())
    }

    /// Destinations that are open for the one call that tries.
    pub fn half_open(&self, now: Time) -> Vec<GateKey> {
        let half = self.doors.iter().filter(|(_, d)| d.is_probe(now) && d.closed(now).is_none());
        half.map(|(k, _)| *k).collect()
    }

    /// Destinations whose breaker is not shut.
    pub fn open_breakers(&self) -> Vec<GateKey> {
        let open = self.doors.iter().filter(|(_, d)| !d.breaker.is_shut());
        open.map(|(k, _)| *k).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gates::breaker::Proof;
    use crate::gates::call::LimitGate;
    use domain::Span;

    const NOW: Time = Time(1_772_442_000_000_000);
    const DOOR: GateKey = GateKey([1; 16]);
    const PORTAL: GateKey = GateKey([2; 16]);
    const CHAT: GateKey = GateKey([3; 16]);

    fn rate(calls: u32, burst: u32) -> Allowed {
        Allowed::Rate(Rate::new(calls, Span::secs(1), burst).unwrap())
    }

    fn call(limits: &[(GateKey, Allowed, bool)]) -> CallGates {
        let limits = limits.iter().map(|(key, allowed, whole)| LimitGate {
            key: *key,
            allowed: *allowed,
            whole: *whole,
        });
        CallGates { door: DOOR, wide: vec![PORTAL], limits: limits.collect(), host: None }
    }

    #[test]
    fn s15_a_call_passes_all_of_its_gates_or_waits_at_the_one_that_is_closed_longest() {
        let mut s = State::new(false);
        let c = call(&[(PORTAL, rate(5, 1), true), (CHAT, rate(1, 1), false)]);
        assert_eq!(s.decide(&c, false, NOW), Verdict::Go { at: NOW, probe: false });
        let second = NOW.plus(Span::secs(1));
        let want = Verdict::Closed { key: CHAT, until: second, why: Why::Rate };
        assert_eq!(s.decide(&c, false, NOW), want);
        assert_eq!(s.closed(NOW), [], "a limit of one chat does not close the connection");
        let (pause, longer) = (NOW.plus(Span::secs(5)), NOW.plus(Span::secs(9)));
        s.door(DOOR, NOW).pause(pause, false);
        let want = Verdict::Closed { key: DOOR, until: pause, why: Why::Paused };
        assert_eq!(s.decide(&c, false, NOW), want);
        s.door(PORTAL, NOW).pause(longer, true);
        let want = Verdict::Closed { key: PORTAL, until: longer, why: Why::Announced };
        assert_eq!(s.decide(&c, false, NOW), want);
    }

    #[test]
    fn s15_a_call_that_may_go_very_soon_waits_in_its_worker() {
        let mut s = State::new(false);
        let c = call(&[(PORTAL, rate(30, 1), true)]);
        assert_eq!(s.decide(&c, false, NOW), Verdict::Go { at: NOW, probe: false });
        let soon = NOW.plus(Span::from_micros(33_334));
        assert_eq!(s.decide(&c, false, NOW), Verdict::Go { at: soon, probe: false });
        assert!(matches!(s.decide(&c, false, NOW), Verdict::Closed { .. }), "66 ms");
    }

    #[test]
    fn s15_a_destination_with_jobs_far_ahead_takes_no_new_ones_from_the_queue() {
        let mut s = State::new(false);
        let c = call(&[(PORTAL, rate(2, 1), true)]);
        for _ in 0..6 {
            s.decide(&c, false, NOW);
        }
        // One has gone, five have times half a second apart.
        assert_eq!(s.closed(NOW), [(DOOR, NOW.plus(Span::ms(500)))]);
        assert!(s.is_closed(DOOR, NOW) && !s.is_closed(DOOR, NOW.plus(Span::ms(500))));
    }

    #[test]
    fn s15_half_open_lets_exactly_one_call_through() {
        let mut s = State::new(false);
        let c = call(&[]);
        for _ in 0..10 {
            s.door(DOOR, NOW).note(Proof::Failed, false, NOW);
        }
        let until = NOW.plus(Span::secs(30));
        let want = Verdict::Closed { key: DOOR, until, why: Why::Open };
        assert_eq!(s.decide(&c, false, NOW), want);
        assert_eq!(s.closed(NOW), [(DOOR, until)]);
        assert_eq!(s.closed(until), [], "half open: the queue may bring the one that tries");
        assert_eq!((s.half_open(NOW), s.half_open(until)), (vec![], vec![DOOR]));
        assert_eq!(s.decide(&c, false, until), Verdict::Go { at: until, probe: true });
        for _ in 0..5 {
            assert!(matches!(s.decide(&c, false, until), Verdict::Closed { why: Why::Open, .. }));
        }
        assert_eq!(s.closed(until).len(), 1);
        s.door(DOOR, until).note(Proof::Answered, true, until);
        assert_eq!(s.decide(&c, false, until), Verdict::Go { at: until, probe: false });
    }

    #[test]
    fn s15_gates_that_nobody_uses_are_forgotten() {
        let mut s = State::new(false);
        for i in 0..5_000u32 {
            let mut key = [9; 16];
            key[..4].copy_from_slice(&i.to_be_bytes());
            let now = NOW.plus(Span::secs(i64::from(i) * 10));
            s.decide(&call(&[(GateKey(key), rate(1, 1), false)]), false, now);
            assert!(s.meters.len() <= 2 * TIDY_AT);
        }
    }
}
