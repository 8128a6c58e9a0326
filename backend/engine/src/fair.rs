//! Which due jobs are taken next (semantics S15): places go round the workspaces, and in each
//! round its flows; a part of them is for runs whose last try failed, and work that nobody waits
//! for takes what is left. Pure: it is told what waits and says how many of each queue to take.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use domain::gate::GateKey;
use domain::ids::{FlowId, WorkspaceId};
use domain::{Time, limits};
use store::{Priority, Share, Waiting};

/// What is known when places are given.
pub struct Sight<'a> {
    pub queues: &'a [Waiting],
    /// Gates that let nothing pass, and until when.
    pub closed: &'a HashMap<GateKey, Time>,
    /// How many more runs of a flow may begin; one that is not named has no bound.
    pub room: HashMap<FlowId, usize>,
    /// Free places.
    pub free: usize,
}

/// Where the rounds stand. It is kept from one time to the next, or places that become free one
/// by one would always go to the same flow.
#[derive(Debug, Default)]
pub struct Fair {
    /// Places given since a retry was last preferred.
    credit: usize,
    workspace: Option<WorkspaceId>,
    flows: HashMap<WorkspaceId, FlowId>,
}

/// Jobs still to be given places.
struct Round<'a> {
    /// Queues, how many of each are due, and how many of each are taken.
    queues: Vec<(&'a Waiting, usize, usize)>,
    room: HashMap<FlowId, usize>,
    free: usize,
}

/// The queues of one flow, the oldest first.
type Ring = VecDeque<(FlowId, VecDeque<usize>)>;

impl Fair {
    /// How many jobs of which queue to take; at most `free` in all.
    pub fn shares(&mut self, sight: Sight<'_>) -> Vec<Share> {
        let open = |w: &&Waiting| {
            let cancel = w.queue.priority == Priority::Cancel;
            w.due > 0 && (cancel || !w.paused && !sight.closed.contains_key(&w.queue.gate))
        };
        let queues = sight.queues.iter().filter(open).map(|w| (w, w.due, 0)).collect();
        let mut round = Round { queues, room: sight.room, free: sight.free };
        round.cancelled();
        self.retries(&mut round);
        let all = round.free;
        self.go(&mut round, all, |w| w.queue.priority == Priority::Normal);
        let left = round.free;
        self.go(&mut round, left, |w| w.queue.priority == Priority::Low);
        let taken = round.queues.into_iter().filter(|(_, _, n)| *n > 0);
        taken.map(|(w, _, most)| Share { queue: w.queue, most, cap: None }).collect()
    }

    /// Of every [`limits::RETRY_PLACES`] places one is for a retry, if any is due.
    fn retries(&mut self, round: &mut Round<'_>) {
        let due = |w: &Waiting| w.queue.priority == Priority::Normal && w.queue.retry;
        if !round.queues.iter().any(|(w, _, _)| due(w)) {
            self.credit = 0;
            return;
        }
        self.credit += round.free;
        let reserved = self.credit / limits::RETRY_PLACES;
        self.credit %= limits::RETRY_PLACES;
        self.go(round, reserved, due);
    }

    /// Gives at most `places` to queues that `of` names, one after the other.
    fn go(&mut self, round: &mut Round<'_>, places: usize, of: impl Fn(&Waiting) -> bool) {
        let mut places = places.min(round.free);
        if places == 0 {
            return;
        }
        let mut rings = self.rings(round, of);
        while places > 0 {
            let Some((ws, mut flows)) = rings.pop_front() else { return };
            let Some((flow, mut queues)) = flows.pop_front() else { continue };
            if let Some(at) = round.take(flow, &mut queues) {
                places -= 1;
                self.workspace = Some(ws);
                self.flows.insert(ws, flow);
                // The next queue of the flow has its turn when the flow has.
                queues.push_back(at);
                flows.push_back((flow, queues));
                rings.push_back((ws, flows));
            } else {
                // This flow has nothing left; its workspace still has its turn.
                rings.push_front((ws, flows));
            }
        }
    }

    /// The workspaces with their flows, beginning after those that had the last place.
    fn rings(
        &mut self,
        round: &Round<'_>,
        of: impl Fn(&Waiting) -> bool,
    ) -> VecDeque<(WorkspaceId, Ring)> {
        let mut all: BTreeMap<WorkspaceId, BTreeMap<FlowId, Vec<usize>>> = BTreeMap::new();
        for (at, (w, due, taken)) in round.queues.iter().enumerate() {
            if of(w) && due > taken {
                all.entry(w.workspace).or_default().entry(w.queue.flow).or_default().push(at);
            }
        }
        // No more is remembered than what has work.
        self.flows.retain(|ws, _| all.contains_key(ws));
        let mut rings = VecDeque::with_capacity(all.len());
        for (ws, flows) in all {
            let last = self.flows.get(&ws).copied();
            let mut ring: Ring = VecDeque::with_capacity(flows.len());
            for (flow, mut queues) in flows {
                queues.sort_by_key(|at| round.queues[*at].0.first_due);
                ring.push_back((flow, queues.into()));
            }
            after(&mut ring, |(flow, _)| last.is_some_and(|l| *flow <= l));
            rings.push_back((ws, ring));
        }
        let last = self.workspace;
        after(&mut rings, |(ws, _)| last.is_some_and(|l| *ws <= l));
        rings
    }
}

/// Turns a sorted ring so that it begins after what had its turn.
fn after<T>(ring: &mut VecDeque<T>, had: impl Fn(&T) -> bool) {
    let by = ring.iter().take_while(|t| had(t)).count();
    if by < ring.len() {
        ring.rotate_left(by);
    }
}

/// The queues as they are to be shared out: of all jobs that wait for a destination in `one_only`
/// a single one is due, because only one call may try whether it answers again.
pub fn in_single_file<'q>(queues: &'q [Waiting], one_only: &[GateKey]) -> Cow<'q, [Waiting]> {
    if one_only.is_empty() {
        return Cow::Borrowed(queues);
    }
    let mut left: HashSet<GateKey> = one_only.iter().copied().collect();
    let one = |w: &Waiting| {
        let free = w.queue.priority == Priority::Cancel || !one_only.contains(&w.queue.gate);
        let due = if free || w.due == 0 {
            w.due
        } else {
            usize::from(!w.paused && left.remove(&w.queue.gate))
        };
        Waiting { due, ..*w }
    };
    Cow::Owned(queues.iter().map(one).collect())
}

impl Round<'_> {
    /// Runs to be cancelled take but a moment, and nothing keeps them waiting.
    fn cancelled(&mut self) {
        for (w, due, taken) in &mut self.queues {
            if w.queue.priority == Priority::Cancel {
                *taken = (*due).min(self.free);
                self.free -= *taken;
            }
        }
    }

    /// Takes one job of the flow's queues; which queue, if any has one.
    fn take(&mut self, flow: FlowId, queues: &mut VecDeque<usize>) -> Option<usize> {
        let room = self.room.get_mut(&flow);
        if room.as_ref().is_some_and(|r| **r == 0) {
            return None;
        }
        while let Some(at) = queues.pop_front() {
            let (_, due, taken) = &mut self.queues[at];
            if *taken < *due {
                *taken += 1;
                self.free -= 1;
                if let Some(r) = room {
                    *r -= 1;
                }
                return Some(at);
            }
        }
        None
    }
}

/// When to look again if nothing could be taken: the first job that will be due, or the first gate
/// to open. Jobs that wait for a run of their flow to end are not counted: its end is heard.
pub fn next_due(queues: &[Waiting], closed: &HashMap<GateKey, Time>, now: Time) -> Option<Time> {
    let at = |w: &Waiting| {
        let open = closed.get(&w.queue.gate).copied();
        let at = open.map_or(w.first_due, |open| w.first_due.max(open));
        (!w.paused && at > now).then_some(at)
    };
    queues.iter().filter_map(at).min()
}

#[cfg(test)]
mod single_file {
    use super::*;
    use domain::ids::FlowId;
    use store::QueueKey;

    const NOW: Time = Time(1_772_442_000_000_000);

    fn waiting(priority: Priority, gate: u8, due: usize, paused: bool) -> Waiting {
        let queue =
            QueueKey { priority, retry: false, flow: FlowId::new(NOW), gate: GateKey([gate; 16]) };
        Waiting { queue, workspace: WorkspaceId::DEFAULT, first_due: NOW, due, paused }
    }

    #[test]
    fn s15_one_job_goes_to_a_destination_that_wants_one_call_to_try() {
        let queues = [
            waiting(Priority::Normal, 1, 9, true),
            waiting(Priority::Normal, 1, 0, false),
            waiting(Priority::Normal, 1, 9, false),
            waiting(Priority::Normal, 1, 9, false),
            waiting(Priority::Normal, 2, 9, false),
            waiting(Priority::Cancel, 1, 9, false),
        ];
        let due = |one_only: &[GateKey]| {
            in_single_file(&queues, one_only).iter().map(|w| w.due).collect::<Vec<_>>()
        };
        assert_eq!(due(&[GateKey([1; 16])]), [0, 0, 1, 0, 9, 9]);
        assert_eq!(due(&[]), [9, 0, 9, 9, 9, 9]);
    }
}
