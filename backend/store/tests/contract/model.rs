//! The queue against a model in memory: any order of claims, commits, crashes and waiting gives
//! what the model says.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{FlowId, RunId};
use domain::run::RunState;
use domain::{Span, Time, limits};
use proptest::prelude::*;
use store::*;

use crate::given::*;
use crate::world::World;

#[derive(Clone, Debug)]
enum Act {
    Accept {
        leased: bool,
    },
    Claim {
        max: usize,
    },
    Keep {
        at: usize,
    },
    Wait {
        at: usize,
        secs: i64,
    },
    End {
        at: usize,
    },
    /// A commit with the lease of some earlier claim.
    Stale {
        at: usize,
    },
    Cancel {
        at: usize,
    },
    Crash,
    Leave,
    Advance {
        secs: i64,
    },
    Pause(bool),
}

fn act() -> impl Strategy<Value = Act> {
    let at = 0..64usize;
    prop_oneof![
        4 => any::<bool>().prop_map(|leased| Act::Accept { leased }),
        4 => (1..6usize).prop_map(|max| Act::Claim { max }),
        2 => at.clone().prop_map(|at| Act::Keep { at }),
        3 => (at.clone(), 0..30i64).prop_map(|(at, secs)| Act::Wait { at, secs }),
        2 => at.clone().prop_map(|at| Act::End { at }),
        2 => at.clone().prop_map(|at| Act::Stale { at }),
        1 => at.prop_map(|at| Act::Cancel { at }),
        1 => Just(Act::Crash),
        1 => Just(Act::Leave),
        3 => (1..20i64).prop_map(|secs| Act::Advance { secs }),
        1 => any::<bool>().prop_map(Act::Pause),
    ]
}

#[derive(Clone, Debug)]
struct Job {
    due: Time,
    lease: Option<Lease>,
    crashes: i64,
    cancel: bool,
}

struct Model {
    jobs: BTreeMap<RunId, Job>,
    ended: BTreeMap<RunId, RunState>,
    old: Vec<Lease>,
    paused: bool,
    node: NodeLease,
}

impl Model {
    fn leased(&self, at: usize) -> Option<Lease> {
        let all: Vec<Lease> = self.jobs.values().filter_map(|j| j.lease).collect();
        (!all.is_empty()).then(|| all[at % all.len()])
    }

    fn due(&self, now: Time) -> BTreeSet<RunId> {
        let free = |j: &Job| j.lease.is_none() && j.due <= now && (j.cancel || !self.paused);
        self.jobs.iter().filter(|(_, j)| free(j)).map(|(r, _)| *r).collect()
    }

    fn most_crashes(&self) -> i64 {
        self.jobs.values().map(|j| j.crashes).max().unwrap_or(0)
    }

    fn free_all(&mut self, crashed: bool) {
        for j in self.jobs.values_mut().filter(|j| j.lease.is_some()) {
            self.old.extend(j.lease.take());
            j.crashes += i64::from(crashed);
        }
    }
}

async fn accept(t: &World, m: &mut Model, flow: FlowId, leased: bool) {
    let (d, mut e) = (delivery(&t.db, flow), event(&t.db));
    let mut new = run(&t.db);
    if leased {
        new.lease = Some(Lease { run: new.id, node: m.node.node, epoch: m.node.epoch, token: 1 });
    }
    let job = Job { due: t.now(), lease: new.lease, crashes: 0, cancel: false };
    m.jobs.insert(new.id, job);
    e.run = Some(new);
    t.db.ingest(one(d, e)).await.unwrap();
}

async fn claim(t: &World, m: &mut Model, max: usize) {
    let due = m.due(t.now());
    let got = crate::given::claim(&t.db, m.node, max).await;
    assert_eq!(got.len(), due.len().min(max));
    for c in got {
        assert!(due.contains(&c.lease.run));
        let j = m.jobs.get_mut(&c.lease.run).unwrap();
        assert_eq!((c.crashes, c.cancel), (j.crashes, j.cancel));
        assert!(!m.old.contains(&c.lease), "a lease is never given twice");
        j.lease = Some(c.lease);
    }
}

async fn commit(t: &World, m: &mut Model, act: &Act) {
    let (Act::Keep { at } | Act::Wait { at, .. } | Act::End { at }) = act else { return };
    let Some(lease) = m.leased(*at) else { return };
    let job = m.jobs.get_mut(&lease.run).unwrap();
    let expected = Applied::Applied { cancel: job.cancel };
    let p = match act {
        Act::Wait { secs, .. } => {
            let due = t.now().plus(Span::secs(*secs));
            m.old.extend(job.lease.take());
            job.due = if job.cancel { Time(0) } else { due };
            wait(lease, due)
        }
        Act::End { .. } => {
            m.old.push(lease);
            m.jobs.remove(&lease.run);
            m.ended.insert(lease.run, RunState::Succeeded);
            end(&t.db, lease, RunState::Succeeded)
        }
        _ => keep(lease),
    };
    assert_eq!(t.db.apply(p).await.unwrap(), expected);
}

async fn cancel(t: &World, m: &mut Model, at: usize) {
    let all: Vec<RunId> = m.jobs.keys().copied().collect();
    if all.is_empty() {
        return;
    }
    let run = all[at % all.len()];
    let job = m.jobs.get_mut(&run).unwrap();
    let got = t.db.cancel(WS, run).await.unwrap();
    if job.lease.is_some() {
        job.cancel = true;
        assert_eq!(got, RunState::Running);
    } else {
        m.jobs.remove(&run);
        m.ended.insert(run, RunState::Cancelled);
        assert_eq!(got, RunState::Cancelled);
    }
}

async fn play(acts: Vec<Act>) {
    let t = World::sqlite().await;
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let (jobs, ended) = (BTreeMap::new(), BTreeMap::new());
    let mut m = Model { jobs, ended, old: Vec::new(), paused: false, node };
    for act in &acts {
        match act {
            Act::Accept { leased } => accept(&t, &mut m, flow, *leased).await,
            Act::Claim { max } => claim(&t, &mut m, *max).await,
            Act::Keep { .. } | Act::Wait { .. } | Act::End { .. } => commit(&t, &mut m, act).await,
            Act::Stale { at } => {
                if !m.old.is_empty() {
                    let p = end(&t.db, m.old[at % m.old.len()], RunState::Failed);
                    assert_eq!(t.db.apply(p).await.unwrap(), Applied::Superseded);
                }
            }
            Act::Cancel { at } => cancel(&t, &mut m, *at).await,
            // Runs that may be the cause of crashes have a test of their own.
            Act::Crash if m.most_crashes() + 1 >= limits::CRASHES_ALONE => {}
            Act::Crash => {
                m.node = t.db.join().await.unwrap();
                m.free_all(true);
            }
            Act::Leave => {
                t.db.leave(m.node).await.unwrap();
                m.free_all(false);
                m.node = t.db.join().await.unwrap();
            }
            Act::Advance { secs } => t.clock.advance(Span::secs(*secs)),
            Act::Pause(on) => {
                m.paused = *on;
                let state = if *on { FlowState::Paused } else { FlowState::Live };
                t.db.set_flow_state(WS, flow, state).await.unwrap();
            }
        }
        check(&t, &m).await;
    }
    t.end().await;
}

/// The database says what the model says.
async fn check(t: &World, m: &Model) {
    let n = t.db.counts().await.unwrap();
    let leased = m.jobs.values().filter(|j| j.lease.is_some()).count();
    assert_eq!(n.jobs, i64::try_from(m.jobs.len()).unwrap());
    assert_eq!(n.running, i64::try_from(leased).unwrap());
    assert_eq!(n.succeeded + n.cancelled, i64::try_from(m.ended.len()).unwrap());
    assert_eq!(n.failed, 0);
    assert_eq!(t.db.backlog(), n.jobs);
    let free = |j: &&Job| j.lease.is_none() && (j.cancel || !m.paused);
    let free = m.jobs.values().filter(free).map(|j| j.due).min();
    assert_eq!(next_due(&t.db).await, free);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn s5_the_queue_does_what_its_model_says(acts in prop::collection::vec(act(), 1..50)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(play(acts));
    }
}
