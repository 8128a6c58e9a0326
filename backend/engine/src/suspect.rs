//! A dedupe key that stays the same while the bodies differ is a wrongly chosen key: it would throw
//! events away (semantics S4). Watched over the last events of each flow, in memory.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use domain::ids::FlowId;

/// Events looked back at.
const LOOK_BACK: usize = 100;
/// Flows watched at once; beyond it the watch starts anew.
const FLOWS: usize = 10_000;

/// The last keys and bodies of the flows, as hashes.
#[derive(Default)]
pub(crate) struct Suspects {
    flows: Mutex<HashMap<FlowId, VecDeque<(u64, u64)>>>,
}

impl Suspects {
    /// Takes one event into account. True when its key has just become equal in more than half of
    /// the last 100 events although the bodies differ.
    pub(crate) fn note(&self, flow: FlowId, key: u64, body: u64) -> bool {
        let mut flows = self.flows.lock().unwrap_or_else(PoisonError::into_inner);
        if flows.len() >= FLOWS && !flows.contains_key(&flow) {
            flows.clear();
        }
        let last = flows.entry(flow).or_default();
        // Copies of one delivery are what the key is for.
        if last.contains(&(key, body)) {
            return false;
        }
        if last.len() == LOOK_BACK {
            last.pop_front();
        }
        last.push_back((key, body));
        last.iter().filter(|(k, _)| *k == key).count() == LOOK_BACK / 2 + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Time;

    #[test]
    fn s4_a_key_that_stays_while_the_bodies_differ_is_noticed_once() {
        let s = Suspects::default();
        let flow = FlowId::new(Time(0));
        let noticed = (0..60).filter(|i| s.note(flow, 7, *i)).count();
        assert_eq!(noticed, 1);
    }

    #[test]
    fn s4_copies_and_keys_of_their_own_are_no_cause_for_doubt() {
        let s = Suspects::default();
        let flow = FlowId::new(Time(0));
        assert!(!(0..200).any(|_| s.note(flow, 7, 7)));
        assert!(!(0..200).any(|i| s.note(flow, i, i)));
    }
}
