//! The order of keys against a model in memory: whatever is accepted, claimed, ended, parked,
//! decided, cancelled, replayed or crashed, the first unfinished run of a key is the only one that
//! may go on, and none is forgotten (semantics S7). Runs that were under way at several crashes go on
//! one at a time (S5).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use domain::ids::{EventId, FlowId, RunId};
use domain::run::RunState;
use domain::{Span, Time, limits};
use proptest::prelude::*;
use store::*;

use crate::given::*;
use crate::order::order;
use crate::world::World;

#[derive(Clone, Debug)]
enum Act {
    /// An event of each of these keys (0 is none), in one delivery.
    Accept {
        keys: Vec<u8>,
        leased: bool,
    },
    Held {
        key: u8,
    },
    Release,
    Replay {
        at: usize,
    },
    Claim {
        max: usize,
    },
    Wait {
        at: usize,
        secs: i64,
    },
    End {
        at: usize,
        park: bool,
    },
    Cancel {
        at: usize,
    },
    Resolve {
        at: usize,
        queue: bool,
    },
    Crash,
    Advance {
        secs: i64,
    },
    Sweep,
}

fn act() -> impl Strategy<Value = Act> {
    let (at, key) = (0..64usize, 0..4u8);
    let keys = prop::collection::vec(key.clone(), 1..4);
    prop_oneof![
        6 => (keys, any::<bool>()).prop_map(|(keys, leased)| Act::Accept { keys, leased }),
        1 => key.prop_map(|key| Act::Held { key }),
        1 => Just(Act::Release),
        1 => at.clone().prop_map(|at| Act::Replay { at }),
        6 => (1..6usize).prop_map(|max| Act::Claim { max }),
        3 => (at.clone(), 0..30i64).prop_map(|(at, secs)| Act::Wait { at, secs }),
        6 => (at.clone(), any::<bool>()).prop_map(|(at, park)| Act::End { at, park }),
        3 => at.clone().prop_map(|at| Act::Cancel { at }),
        3 => (at, any::<bool>()).prop_map(|(at, queue)| Act::Resolve { at, queue }),
        1 => Just(Act::Crash),
        3 => (1..20i64).prop_map(|secs| Act::Advance { secs }),
        1 => Just(Act::Sweep),
    ]
}

/// Parked runs of key 3 keep the others waiting.
const HOLDS: u8 = 3;

#[derive(Clone, Debug)]
struct Job {
    due: Time,
    lease: Option<Lease>,
    cancel: bool,
    /// How often its node died while it had the job.
    crashes: i64,
}

impl Job {
    fn new(due: Time, lease: Option<Lease>) -> Self {
        Self { due, lease, cancel: false, crashes: 0 }
    }

    /// Whether it may be the cause of the crashes: one such job at a time (semantics S5).
    fn is_suspect(&self) -> bool {
        (limits::CRASHES_ALONE..limits::CRASHES).contains(&self.crashes)
    }
}

struct Model {
    node: NodeLease,
    jobs: BTreeMap<RunId, Job>,
    /// Unfinished runs of a key, in order. A parked one that keeps its key stands first.
    order: BTreeMap<u8, VecDeque<RunId>>,
    parked: Vec<RunId>,
    held: VecDeque<(EventId, u8)>,
    /// Runs that ended, with their events.
    over: Vec<(RunId, EventId)>,
    events: BTreeMap<RunId, EventId>,
}

impl Model {
    fn key(&self, run: RunId) -> Option<u8> {
        self.order.iter().find(|(_, runs)| runs.contains(&run)).map(|(k, _)| *k)
    }

    fn is_next(&self, run: RunId) -> bool {
        self.key(run).is_none_or(|k| self.order[&k].front() == Some(&run))
    }

    fn add(&mut self, run: RunId, event: EventId, key: u8, lease: Option<Lease>, due: Time) {
        if key > 0 {
            self.order.entry(key).or_default().push_back(run);
        }
        let lease = lease.filter(|_| self.is_next(run));
        self.events.insert(run, event);
        self.jobs.insert(run, Job::new(due, lease));
    }

    fn leave(&mut self, run: RunId) {
        for runs in self.order.values_mut() {
            runs.retain(|r| *r != run);
        }
    }

    fn due(&self, now: Time) -> BTreeSet<RunId> {
        let due =
            |(run, j): &(&RunId, &Job)| j.lease.is_none() && j.due <= now && self.is_next(**run);
        self.jobs.iter().filter(due).map(|(r, _)| *r).collect()
    }

    fn leased(&self, at: usize) -> Option<Lease> {
        let all: Vec<Lease> = self.jobs.values().filter_map(|j| j.lease).collect();
        (!all.is_empty()).then(|| all[at % all.len()])
    }
}

fn place(key: u8) -> Option<OrderKey> {
    (key > 0).then(|| order(key, key == HOLDS))
}

async fn accept(t: &World, m: &mut Model, flow: FlowId, keys: &[u8], leased: bool) {
    let mut events = Vec::new();
    let mut expected = Vec::new();
    for (item, key) in (0..).zip(keys) {
        let mut new = NewRun { order: place(*key), ..run(&t.db) };
        if leased && item == 0 {
            let (node, epoch) = (m.node.node, m.node.epoch);
            new.lease = Some(Lease { run: new.id, node, epoch, token: 1 });
        }
        let e = NewEvent { item, run: Some(new.clone()), ..event(&t.db) };
        m.add(new.id, e.id, *key, new.lease, t.now());
        let next = m.is_next(new.id);
        expected.push(if next { EventResult::Stored } else { EventResult::InTurn });
        events.push(e);
    }
    let i = Ingest { delivery: delivery(&t.db, flow), events, after: None };
    assert_eq!(t.db.ingest(i).await.unwrap().events, expected);
}

fn again(t: &World, flow: FlowId, event: EventId, of: Option<RunId>, key: u8) -> NewReplay {
    NewReplay {
        id: RunId::new(t.now()),
        workspace: WS,
        flow,
        version: 1,
        event,
        replay_of: of,
        journal: vec![],
        as_text: false,
        unsafe_next: None,
        created_at: t.now(),
        priority: Priority::Normal,
        gate: domain::gate::GateKey::NONE,
        order: place(key),
        newest: None,
    }
}

async fn claim_some(t: &World, m: &mut Model, max: usize) {
    let due = m.due(t.now());
    let busy = m.jobs.values().any(|j| j.lease.is_some() && j.crashes >= limits::CRASHES_ALONE);
    let got = claim(&t.db, m.node, max).await;
    let mut suspects = usize::from(busy);
    for c in &got {
        assert!(due.contains(&c.lease.run), "it was not its turn");
        let job = m.jobs.get_mut(&c.lease.run).unwrap();
        assert_eq!((c.cancel, c.crashes), (job.cancel, job.crashes));
        job.lease = Some(c.lease);
        suspects += usize::from(job.is_suspect());
    }
    assert!(suspects <= 1, "two suspects are under way");
    let aside = set_aside(t, m, &due).await;
    assert!(aside == 0 || suspects == 1, "a suspect is set aside only for another one");
    let most = due.len().min(max);
    assert!((most.saturating_sub(aside)..=most).contains(&got.len()));
}

/// Due suspects that the claim did not take, at most: those that it gave back are due later.
async fn set_aside(t: &World, m: &mut Model, due: &BTreeSet<RunId>) -> usize {
    let mut aside = 0;
    for run in due {
        let job = m.jobs.get_mut(run).unwrap();
        if job.lease.is_some() || !job.is_suspect() {
            continue;
        }
        let of = run.uuid().simple();
        let at = Time(t.int(&format!("SELECT due_at FROM jobs WHERE run = x'{of}'")).await);
        let turns = (at.0 - t.now().0) / limits::SUSPECT_TURN.micros();
        let turn = t.now().plus(Span::from_micros(turns * limits::SUSPECT_TURN.micros()));
        let some = usize::try_from(turns).is_ok_and(|n| (1..=due.len()).contains(&n));
        let later = some && at == turn;
        assert!(at == job.due || if job.cancel { at == Time(0) } else { later });
        aside += usize::from(at != job.due || job.cancel);
        job.due = at;
    }
    aside
}

async fn finish(t: &World, m: &mut Model, at: usize, park: bool) {
    let Some(lease) = m.leased(at) else { return };
    let run = lease.run;
    let cancel = m.jobs.remove(&run).unwrap().cancel;
    let state = if park { RunState::Parked } else { RunState::Succeeded };
    let got = t.db.apply(end(&t.db, lease, state)).await.unwrap();
    assert_eq!(got, Applied::Applied { cancel });
    if park {
        m.parked.push(run);
    } else {
        m.over.push((run, m.events[&run]));
    }
    if !(park && m.key(run) == Some(HOLDS)) {
        m.leave(run);
    }
}

async fn cancel(t: &World, m: &mut Model, at: usize) {
    let all: Vec<RunId> = m.jobs.keys().chain(&m.parked).copied().collect();
    let Some(run) = (!all.is_empty()).then(|| all[at % all.len()]) else { return };
    let got = t.db.cancel(WS, run).await.unwrap();
    match m.jobs.get_mut(&run) {
        Some(job) if job.lease.is_some() => {
            job.cancel = true;
            assert_eq!(got, RunState::Running);
        }
        _ => {
            m.jobs.remove(&run);
            m.parked.retain(|r| *r != run);
            m.leave(run);
            assert_eq!(got, RunState::Cancelled);
        }
    }
}

async fn resolve(t: &World, m: &mut Model, at: usize, queue: bool) {
    if m.parked.is_empty() {
        return;
    }
    let run = m.parked.remove(at % m.parked.len());
    let to = if queue { ResolveTo::Queue } else { ResolveTo::End(RunState::Failed) };
    t.db.resolve(WS, Resolve { run, step: None, to, at: t.now() }).await.unwrap();
    if queue {
        m.jobs.insert(run, Job::new(t.now(), None));
    } else {
        m.over.push((run, m.events[&run]));
        m.leave(run);
    }
}

async fn crash(t: &World, m: &mut Model) {
    m.node = t.db.join().await.unwrap();
    for j in m.jobs.values_mut() {
        j.crashes += i64::from(j.lease.take().is_some());
    }
}

async fn wait_some(t: &World, m: &mut Model, at: usize, secs: i64) {
    let Some(lease) = m.leased(at) else { return };
    let due = t.now().plus(Span::secs(secs));
    let job = m.jobs.get_mut(&lease.run).unwrap();
    (job.lease, job.due) = (None, if job.cancel { Time(0) } else { due });
    t.db.apply(wait(lease, due)).await.unwrap();
}

async fn release(t: &World, m: &mut Model, flow: FlowId) {
    let mut all = Vec::new();
    for (event, key) in std::mem::take(&mut m.held) {
        let new = again(t, flow, event, None, key);
        m.add(new.id, event, key, None, t.now());
        all.push(new);
    }
    t.db.replay(all).await.unwrap();
}

async fn step_of(t: &World, m: &mut Model, flow: FlowId, act: &Act) {
    match act {
        Act::Accept { keys, leased } => accept(t, m, flow, keys, *leased).await,
        Act::Held { key } => m.held.push_back((held(&t.db, flow).await, *key)),
        Act::Release => release(t, m, flow).await,
        Act::Replay { at } => {
            if !m.over.is_empty() {
                let (of, event) = m.over[at % m.over.len()];
                let new = again(t, flow, event, Some(of), 1);
                m.add(new.id, event, 0, None, t.now());
                t.db.replay(vec![new]).await.unwrap();
            }
        }
        Act::Claim { max } => claim_some(t, m, *max).await,
        Act::Wait { at, secs } => wait_some(t, m, *at, *secs).await,
        Act::End { at, park } => finish(t, m, *at, *park).await,
        Act::Cancel { at } => cancel(t, m, *at).await,
        Act::Resolve { at, queue } => resolve(t, m, *at, *queue).await,
        Act::Crash => crash(t, m).await,
        Act::Advance { secs } => t.clock.advance(Span::secs(*secs)),
        Act::Sweep => {
            let busy = m.order.values().filter(|runs| !runs.is_empty()).count();
            t.db.sweep(t.now()).await.unwrap();
            let keys = t.int("SELECT count(*) FROM order_keys").await;
            assert_eq!(keys, i64::try_from(busy).unwrap());
        }
    }
}

async fn play(acts: Vec<Act>) {
    let t = World::sqlite().await;
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let mut m = Model {
        node,
        jobs: BTreeMap::new(),
        order: BTreeMap::new(),
        parked: Vec::new(),
        held: VecDeque::new(),
        over: Vec::new(),
        events: BTreeMap::new(),
    };
    for act in &acts {
        step_of(&t, &mut m, flow, act).await;
        let free = |(run, j): &(&RunId, &Job)| j.lease.is_none() && m.is_next(**run);
        let next = m.jobs.iter().filter(free).map(|(_, j)| j.due).min();
        assert_eq!(next_due(&t.db).await, next, "after {act:?}");
        let n = t.db.counts().await.unwrap();
        assert_eq!(n.jobs, i64::try_from(m.jobs.len()).unwrap());
    }
    end_all(&t, &mut m).await;
    t.end().await;
}

/// Nobody waits for ever: whatever came before, everything ends.
async fn end_all(t: &World, m: &mut Model) {
    while !m.parked.is_empty() {
        resolve(t, m, 0, false).await;
    }
    while !m.jobs.is_empty() {
        t.clock.advance(Span::mins(1));
        let before = m.jobs.len();
        claim_some(t, m, 64).await;
        while m.leased(0).is_some() {
            finish(t, m, 0, false).await;
        }
        assert!(m.jobs.len() < before, "a run never has its turn: {:?}", m.order);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]
    #[test]
    fn s7_the_order_is_what_its_model_says(acts in prop::collection::vec(act(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(play(acts));
    }
}
