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
mod tests {
    use domain::ids::WorkspaceId;
    use proptest::prelude::*;
    use store::QueueKey;
    use uuid::Uuid;

    use super::*;

    const NOW: Time = Time(1_000);

    fn flow(n: u8) -> FlowId {
        FlowId(Uuid::from_u128(n.into()))
    }

    fn gate(n: u8) -> GateKey {
        GateKey([n; 16])
    }

    /// `due` new jobs of a flow.
    fn queue(ws: u8, f: u8, due: usize) -> Waiting {
        Waiting {
            queue: QueueKey {
                priority: Priority::Normal,
                retry: false,
                flow: flow(f),
                gate: GateKey::NONE,
            },
            workspace: WorkspaceId(Uuid::from_u128(ws.into())),
            first_due: if due > 0 { NOW } else { Time(2_000) },
            due,
            paused: false,
        }
    }

    fn retry(w: Waiting) -> Waiting {
        Waiting { queue: QueueKey { retry: true, ..w.queue }, ..w }
    }

    fn with(w: Waiting, priority: Priority) -> Waiting {
        Waiting { queue: QueueKey { priority, ..w.queue }, ..w }
    }

    fn at(w: Waiting, g: u8) -> Waiting {
        Waiting { queue: QueueKey { gate: gate(g), ..w.queue }, ..w }
    }

    struct Case {
        fair: Fair,
        closed: HashMap<GateKey, Time>,
        room: HashMap<FlowId, usize>,
    }

    impl Case {
        fn new() -> Self {
            Case { fair: Fair::default(), closed: HashMap::new(), room: HashMap::new() }
        }

        fn shares(&mut self, queues: &[Waiting], free: usize) -> Vec<Share> {
            let room = self.room.clone();
            self.fair.shares(Sight { queues, closed: &self.closed, room, free })
        }

        /// How many of each flow.
        fn flows(&mut self, queues: &[Waiting], free: usize) -> BTreeMap<FlowId, usize> {
            let mut out = BTreeMap::new();
            for s in self.shares(queues, free) {
                *out.entry(s.queue.flow).or_default() += s.most;
            }
            out
        }
    }

    #[test]
    fn s15_flows_of_one_workspace_share_alike_however_much_waits() {
        let queues = [queue(1, 1, 64), queue(1, 2, 64), queue(1, 3, 2)];
        let got = Case::new().flows(&queues, 12);
        assert_eq!(got, BTreeMap::from([(flow(1), 5), (flow(2), 5), (flow(3), 2)]));
    }

    #[test]
    fn s15_a_workspace_with_many_flows_has_no_more_than_one_with_one() {
        let queues = [queue(1, 1, 9), queue(1, 2, 9), queue(1, 3, 9), queue(2, 4, 9)];
        let got = Case::new().flows(&queues, 6);
        assert_eq!(got[&flow(4)], 3);
        assert_eq!(got.values().sum::<usize>(), 6);
    }

    #[test]
    fn s15_places_that_become_free_one_by_one_go_round_too() {
        let queues = [queue(1, 1, 64), queue(1, 2, 64), queue(2, 3, 64)];
        let mut case = Case::new();
        let turns = (0..8).map(|_| case.shares(&queues, 1)[0].queue.flow);
        let got: Vec<FlowId> = turns.collect();
        let n = |f| got.iter().filter(|g| **g == flow(f)).count();
        assert_eq!((n(1), n(2), n(3)), (2, 2, 4), "{got:?}");
    }

    #[test]
    fn s15_a_fifth_of_the_places_is_for_retries() {
        let queues = [queue(1, 1, 64), queue(1, 2, 64), queue(1, 3, 64), queue(1, 4, 64)];
        let mut many: Vec<Waiting> = queues.to_vec();
        many.extend((5..30).map(|f| queue(1, f, 64)));
        many.push(retry(queue(1, 1, 64)));
        let mut case = Case::new();
        let retried = |shares: Vec<Share>| -> usize {
            shares.iter().filter(|s| s.queue.retry).map(|s| s.most).sum()
        };
        let got = retried(case.shares(&many, 20));
        assert!(got >= 4, "{got}");
        let one_by_one: usize = (0..50).map(|_| retried(case.shares(&many, 1))).sum();
        assert!(one_by_one >= 10, "{one_by_one}");
        assert_eq!(
            retried(case.shares(&[retry(queue(1, 1, 3))], 20)),
            3,
            "more, if nothing else is"
        );
    }

    #[test]
    fn s15_what_nobody_waits_for_takes_what_is_left() {
        let low = with(queue(2, 2, 64), Priority::Low);
        let mut case = Case::new();
        assert_eq!(case.flows(&[queue(1, 1, 10), low], 10), BTreeMap::from([(flow(1), 10)]));
        let got = case.flows(&[queue(1, 1, 4), low], 10);
        assert_eq!(got, BTreeMap::from([(flow(1), 4), (flow(2), 6)]));
    }

    #[test]
    fn s15_a_flow_has_no_more_runs_than_it_may_have() {
        let mut case = Case::new();
        case.room.insert(flow(1), 2);
        let queues = [queue(1, 1, 64), retry(queue(1, 1, 64)), queue(1, 2, 64)];
        assert_eq!(case.flows(&queues, 20), BTreeMap::from([(flow(1), 2), (flow(2), 18)]));
        case.room.insert(flow(1), 0);
        assert_eq!(case.flows(&queues[..2], 20), BTreeMap::new());
        let cancel = with(queue(1, 1, 3), Priority::Cancel);
        assert_eq!(case.flows(&[cancel], 20), BTreeMap::from([(flow(1), 3)]), "they start nothing");
    }

    #[test]
    fn s15_closed_gates_and_paused_flows_are_passed_over() {
        let mut case = Case::new();
        case.closed.insert(gate(7), Time(5_000));
        let paused = Waiting { paused: true, ..queue(1, 3, 64) };
        let queues = [at(queue(1, 1, 64), 7), at(queue(1, 1, 1), 8), queue(1, 2, 1), paused];
        let got = case.shares(&queues, 64);
        assert_eq!(got.iter().map(|s| s.most).sum::<usize>(), 2);
        assert!(got.iter().all(|s| s.queue.gate != gate(7) && s.queue.flow != flow(3)));
        let cancel = with(paused, Priority::Cancel);
        assert_eq!(
            case.shares(&[cancel], 64).len(),
            1,
            "a pause keeps no run from being cancelled"
        );
        let left = [queues[0], paused, queue(1, 9, 0)];
        assert_eq!(next_due(&left, &case.closed, NOW), Some(Time(2_000)));
        assert_eq!(next_due(&left[..2], &case.closed, NOW), Some(Time(5_000)), "when it opens");
        assert_eq!(next_due(&left[1..2], &case.closed, NOW), None);
        assert_eq!(next_due(&[queue(1, 1, 5)], &case.closed, NOW), None, "its run's end is heard");
    }

    fn any_queue() -> impl Strategy<Value = Waiting> {
        (0..3u8, 0..4u8, 0..3u8, any::<bool>(), 0..9usize, 0..3i64, any::<bool>()).prop_map(
            |(ws, f, g, again, due, priority, paused)| {
                let priority = [Priority::Cancel, Priority::Normal, Priority::Low]
                    [usize::try_from(priority).unwrap()];
                // A flow is of one workspace.
                let w = Waiting { paused, ..at(with(queue(ws, ws * 10 + f, due), priority), g) };
                if again { retry(w) } else { w }
            },
        )
    }

    proptest! {
        /// No place is given twice, none stays empty while somebody may have it, and no bound is
        /// passed.
        #[test]
        fn s15_every_place_is_given_once_and_within_bounds(
            mut queues in prop::collection::vec(any_queue(), 0..20),
            free in 0..40usize,
            room in 0..12usize,
        ) {
            queues.sort_by_key(|w| w.queue);
            queues.dedup_by_key(|w| w.queue);
            let mut case = Case::new();
            case.closed.insert(gate(1), Time(5_000));
            for w in &queues {
                case.room.insert(w.queue.flow, room);
            }
            let shares = case.shares(&queues, free);
            let given: usize = shares.iter().map(|s| s.most).sum();
            prop_assert!(given <= free);
            let mut may: BTreeMap<Option<FlowId>, usize> = BTreeMap::new();
            let mut ran: BTreeMap<FlowId, usize> = BTreeMap::new();
            for w in &queues {
                let cancel = w.queue.priority == Priority::Cancel;
                if cancel || !w.paused && w.queue.gate != gate(1) {
                    *may.entry((!cancel).then_some(w.queue.flow)).or_default() += w.due;
                }
            }
            for s in &shares {
                let w = queues.iter().find(|w| w.queue == s.queue).unwrap();
                prop_assert!(s.most > 0 && s.most <= w.due);
                if s.queue.priority != Priority::Cancel {
                    *ran.entry(s.queue.flow).or_default() += s.most;
                }
            }
            prop_assert!(ran.values().all(|n| *n <= room));
            let all: usize =
                may.iter().map(|(f, n)| if f.is_some() { (*n).min(room) } else { *n }).sum();
            prop_assert_eq!(given, all.min(free));
        }
    }
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
