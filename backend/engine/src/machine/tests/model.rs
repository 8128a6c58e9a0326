//! Random flows with random outcomes, taken over at random moments, against a simple interpreter
//! that takes one step after the other.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, LazyLock};

use connect::registry::{Connector, Registry};
use domain::flow::OnUnknown;
use domain::retry::{Policy, Preset};
use mapping::Inputs;
use proptest::prelude::*;

use super::*;
use crate::program::{ActionNode, Does, OnErrorNode};

/// What a step is; its outcome depends on its name, its item and the seed alone.
#[derive(Clone, Debug)]
enum Tree {
    Act(OnError),
    Filter,
    Branch(Vec<Vec<Tree>>),
    Each(usize, Vec<Tree>),
}

#[derive(Clone, Debug)]
enum OnError {
    Stop,
    Continue,
    Steps(Vec<Tree>),
}

fn trees() -> impl Strategy<Value = Vec<Tree>> {
    let leaf = prop_oneof![
        2 => Just(Tree::Act(OnError::Stop)),
        3 => Just(Tree::Act(OnError::Continue)),
        1 => Just(Tree::Filter),
    ];
    let tree = leaf.prop_recursive(4, 24, 4, |inner| {
        let list = || prop::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            1 => list().prop_map(|steps| Tree::Act(OnError::Steps(steps))),
            1 => prop::collection::vec(list(), 1..3).prop_map(Tree::Branch),
            3 => (1usize..4, list()).prop_map(|(c, steps)| Tree::Each(c, steps)),
        ]
    });
    prop::collection::vec(tree, 1..4)
}

static HTTP: LazyLock<Arc<Connector>> =
    LazyLock::new(|| Registry::builtin().get("http", "1.0.0").unwrap().clone());

fn nodes(trees: &[Tree], no: &mut usize) -> Vec<Node> {
    let mut out = Vec::new();
    for tree in trees {
        let n = *no;
        *no += 1;
        let id = format!("s{n}");
        out.push(match tree {
            Tree::Filter => step(&id, n),
            Tree::Branch(arms) => {
                let arms = arms.iter().map(|steps| nodes(steps, no)).collect();
                branch(&id, n, arms)
            }
            Tree::Each(c, steps) => {
                let steps = nodes(steps, no);
                each(&id, n, *c, steps)
            }
            Tree::Act(on_error) => {
                let on_error = match on_error {
                    OnError::Stop => OnErrorNode::Stop,
                    OnError::Continue => OnErrorNode::Continue,
                    OnError::Steps(steps) => OnErrorNode::Steps(nodes(steps, no)),
                };
                let action = ActionNode {
                    connector: HTTP.clone(),
                    key: "request".into(),
                    inputs: Inputs::compile(&flow::Fields::default(), &[]).unwrap(),
                    secrets: Vec::new(),
                    connection: None,
                    retry: Policy::Preset(Preset::None),
                    on_unknown: OnUnknown::Retry,
                    on_error,
                    does: Does::Call,
                    enrich: None,
                };
                Node { kind: Kind::Action(Box::new(action)), ..step(&id, n) }
            }
        });
    }
    out
}

/// What becomes of a step at last, and how often it waits before.
fn fate(seed: u64, node: &Node, item: &str) -> (StepRow, u32) {
    let mut h = DefaultHasher::new();
    (seed, &node.id, item).hash(&mut h);
    let dice = h.finish();
    let place = domain::journal::place(&node.id, item);
    let done = |output| StepRow { output, ..row(&place, StepState::Done) };
    match &node.kind {
        Kind::Action(_) if dice % 100 < 12 => (row(&place, StepState::Failed), 0),
        Kind::Action(_) => (done(Some(json!(place))), u32::try_from(dice / 100 % 3).unwrap()),
        Kind::Branch(b) => {
            let taken: Vec<usize> = (0..b.arms.len()).filter(|i| dice >> i & 1 == 1).collect();
            (done(Some(json!({ "taken": taken }))), 0)
        }
        Kind::ForEach(_) => {
            let items: Vec<String> = (0..dice % 5).map(|i| format!("{place}/{i}")).collect();
            let list = Some(json!({ "list": items }));
            (StepRow { pinned: list, ..row(&place, StepState::Entered) }, 0)
        }
        _ if dice.is_multiple_of(4) => (row(&place, StepState::Filtered), 0),
        _ => (done(None), 0),
    }
}

/// State and output of each place.
type Settled = BTreeMap<String, (StepState, Option<Value>)>;

/// One step after the other.
struct Oracle {
    seed: u64,
    settled: Settled,
}

/// How a list of steps ends.
enum Ends {
    Through(Value),
    Filtered,
    Failed,
}

impl Oracle {
    fn list(&mut self, steps: &[Node], item: &str) -> Ends {
        let mut last = Value::Null;
        for node in steps {
            let (mut row, _) = fate(self.seed, node, item);
            if let (StepState::Entered, Kind::ForEach(l)) = (row.state, &node.kind) {
                let mut outputs = Vec::new();
                for i in 0..row.pinned.as_ref().unwrap()["list"].as_array().unwrap().len() {
                    let inner = format!("{item}.{i}").trim_start_matches('.').to_owned();
                    outputs.push(match self.list(&l.steps, &inner) {
                        Ends::Through(v) => v,
                        Ends::Filtered => Value::Null,
                        Ends::Failed => return Ends::Failed,
                    });
                }
                (row.state, row.output) = (StepState::Done, Some(outputs.into()));
            }
            self.settled.insert(row.place(), (row.state, row.output.clone()));
            let mut inner: Vec<&[Node]> = Vec::new();
            match (row.state, &node.kind) {
                (StepState::Filtered, _) => return Ends::Filtered,
                (StepState::Done, Kind::Branch(b)) => {
                    let taken = taken_arms(row.output.as_ref());
                    inner.extend(taken.into_iter().map(|t| &b.arms[t].steps[..]));
                }
                (StepState::Failed, Kind::Action(a)) => match &a.on_error {
                    OnErrorNode::Stop => return Ends::Failed,
                    OnErrorNode::Continue => {}
                    OnErrorNode::Steps(steps) => inner.push(steps),
                },
                _ => {}
            }
            for steps in inner {
                if let Ends::Failed = self.list(steps, item) {
                    return Ends::Failed;
                }
            }
            last = match row.state {
                StepState::Failed => Value::Null,
                _ => row.output.unwrap_or_default(),
            };
        }
        Ends::Through(last)
    }
}

/// A worker with its store, both of which may be interrupted at any moment.
struct Driver<'p> {
    seed: u64,
    program: &'p Program,
    machine: Machine<'p>,
    /// What is committed, and what only the worker knows.
    stored: HashMap<String, StepRow>,
    pending: Vec<StepRow>,
    flying: Vec<At>,
    now: Time,
    chance: Chance,
    /// Concurrency of the loop around each step, and the items of each loop that were started.
    loops: HashMap<String, (String, usize)>,
    around: HashMap<&'p str, Vec<&'p str>>,
    started: HashMap<String, Vec<usize>>,
    expected: Settled,
}

/// Dice for what a driver does.
struct Chance(u64);

impl Chance {
    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
    fn below(&mut self, n: u64) -> u64 {
        // Numerical Recipes' generator: any will do.
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

impl<'p> Driver<'p> {
    fn new(program: &'p Program, seed: u64, expected: Settled) -> Self {
        let mut loops = HashMap::new();
        let around = program.loops();
        program.each(&mut |node| {
            if let Kind::ForEach(l) = &node.kind {
                for (step, of) in &around {
                    if of.last() == Some(&node.id.as_str()) {
                        loops.insert((*step).to_owned(), (node.id.clone(), l.concurrency));
                    }
                }
            }
        });
        let machine = Machine::new(program, Vec::new(), context(), NOW, NOW);
        Self {
            seed,
            program,
            machine,
            stored: HashMap::new(),
            pending: Vec::new(),
            flying: Vec::new(),
            now: NOW,
            chance: Chance(seed),
            loops,
            around,
            started: HashMap::new(),
            expected,
        }
    }

    fn commit(&mut self) {
        for row in self.pending.drain(..) {
            let old = self.stored.insert(row.place(), row);
            assert!(old.is_none_or(|o| !o.state.is_settled()), "a settled row was written again");
        }
    }

    /// Another worker has the run: what was not committed is lost, requests as well.
    fn take_over(&mut self) {
        self.pending.clear();
        self.flying.clear();
        let rows = self.stored.values().cloned().collect();
        self.machine = Machine::new(self.program, rows, context(), NOW, self.now);
    }

    fn known(&self, place: &str) -> Option<&StepRow> {
        self.pending.iter().rev().find(|r| r.place() == place).or_else(|| self.stored.get(place))
    }

    /// Carries a step out.
    fn carry_out(&mut self, at: At) {
        let before = self.machine.row(at);
        let node = self.machine.node(at).unwrap();
        let (mut row, waits) = fate(self.seed, node, &before.item);
        row.tries = before.tries + 1;
        self.now = self.now.plus(Span::ms(7));
        if before.tries < waits {
            (row.state, row.output) = (StepState::Waiting, None);
            row.due_at = Some(self.now.plus(Span::secs(i64::from(row.tries))));
        } else if row.state.is_settled() {
            row.finished_at = Some(self.now);
        }
        self.pending.push(row.clone());
        self.machine.put(at, row);
    }

    fn start(&mut self, at: At) {
        let row = self.machine.row(at);
        let place = row.place();
        assert!(self.known(&place).is_none_or(|r| !r.state.is_settled()), "{place} runs again");
        self.in_order(&row);
        self.sees_its_own(at, &row);
        let sends = matches!(self.machine.node(at).unwrap().kind, Kind::Action(_));
        if sends && self.chance.one_in(2) {
            self.commit();
        }
        if sends && self.machine.is_parallel(at) {
            self.flying.push(at);
        } else {
            self.carry_out(at);
        }
    }

    /// Items start in order, and at most as many as the loop allows are under way.
    fn in_order(&mut self, row: &StepRow) {
        let Some((id, most)) = self.loops.get(&row.step) else { return };
        let (around, index) = row.item.rsplit_once('.').unwrap_or(("", &row.item));
        let index: usize = index.parse().unwrap();
        let which = domain::journal::place(id, around);
        let started = self.started.entry(which).or_default();
        if started.contains(&index) {
            return;
        }
        assert_eq!(started.len(), index, "items start in order");
        started.push(index);
        let earlier = started[..index].to_vec();
        let prefix = |i: usize| format!("{around}.{i}").trim_start_matches('.').to_owned();
        let open = earlier.into_iter().filter(|i| {
            let mine = |place: &str| {
                let (step, item) = place.split_once('#').unwrap_or((place, ""));
                let inside = self.around.get(step).is_some_and(|l| l.contains(&id.as_str()));
                inside && (item == prefix(*i) || item.starts_with(&format!("{}.", prefix(*i))))
            };
            let of_item = self.expected.keys().filter(|p| mine(p));
            of_item.clone().any(|p| self.known(p).is_none_or(|r| !r.state.is_settled()))
        });
        assert!(open.count() < *most, "more than {most} items of {id} are under way");
    }

    /// What mappings see are the results of the step's own item and of what is around it.
    fn sees_its_own(&mut self, at: At, row: &StepRow) {
        let data = self.machine.context(at).data().clone();
        let index = row.item.rsplit('.').next().and_then(|i| i.parse::<usize>().ok());
        assert_eq!(data.get("index"), index.map(|i| json!(i)).as_ref());
        if let Some((id, _)) = self.loops.get(&row.step) {
            let around = row.item.rsplit_once('.').map_or("", |(around, _)| around);
            let place = domain::journal::place(id, around);
            assert_eq!(data["item"], json!(format!("{place}/{}", index.unwrap())));
        }
        for (step, seen) in data["steps"].as_object().into_iter().flatten() {
            let mut item = row.item.as_str();
            let known = loop {
                match self.known(&domain::journal::place(step, item)) {
                    Some(r) => break r,
                    None => item = item.rsplit_once('.').map_or("", |(around, _)| around),
                }
            };
            assert_eq!(
                (seen.get("output"), seen["status"].as_str()),
                (known.output.as_ref(), Some(known.state.as_str()))
            );
        }
    }

    fn run(mut self) -> (End, HashMap<String, StepRow>) {
        for _ in 0..20_000 {
            if self.chance.one_in(25) {
                self.take_over();
            }
            match self.machine.next(self.now, self.flying.len()) {
                Next::Step(at) => self.start(at),
                Next::Close(at) => {
                    let (row, outputs) = self.machine.close(at).unwrap();
                    let row = StepRow {
                        state: StepState::Done,
                        output: Some(outputs),
                        finished_at: Some(self.now),
                        ..row
                    };
                    self.pending.push(row.clone());
                    self.machine.put(at, row);
                }
                Next::Busy { until: Some(until) } if self.chance.one_in(2) => self.now = until,
                Next::Busy { .. } => {
                    let n = self.chance.below(self.flying.len() as u64);
                    let at = self.flying.swap_remove(usize::try_from(n).unwrap());
                    self.carry_out(at);
                }
                Next::Wait { until, .. } => {
                    self.commit();
                    self.now = self.now.max(until);
                    self.take_over();
                }
                Next::End(end) => {
                    self.commit();
                    return (end, self.stored);
                }
            }
        }
        panic!("the run does not end");
    }
}

fn context() -> Context {
    Context::new(json!({ "trigger": {}, "steps": {} }))
}

proptest! {
    /// However outcomes fall and whenever the run is taken over: no settled step runs again, items
    /// start in order and not too many at once, and the end is that of one step after the other.
    #[test]
    fn s10_a_run_ends_as_if_one_step_followed_the_other(trees in trees(), seed: u64) {
        let program = Program::of(nodes(&trees, &mut 0));
        let mut oracle = Oracle { seed, settled: Settled::new() };
        let expected = match oracle.list(&program.steps, "") {
            Ends::Through(_) => RunState::Succeeded,
            Ends::Filtered => RunState::Filtered,
            Ends::Failed => RunState::Failed,
        };
        let settled = oracle.settled;
        let failed = expected == RunState::Failed;
        // Of a run that fails, items may have come further than one after the other.
        let all = if failed { Settled::new() } else { settled.clone() };
        let (end, rows) = Driver::new(&program, seed, all).run();
        prop_assert_eq!(end.state, expected);
        let got: Settled = rows
            .into_iter()
            .filter(|(_, r)| r.state.is_settled())
            .map(|(place, r)| (place, (r.state, r.output)))
            .collect();
        if failed {
            for (place, (state, _)) in &settled {
                prop_assert!(got.get(place).is_none_or(|(s, _)| s == state), "{}", place);
            }
        } else {
            prop_assert_eq!(got, settled);
        }
    }
}
