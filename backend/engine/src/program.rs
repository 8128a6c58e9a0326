//! A flow version compiled for execution: templates, paths, conditions and connectors resolved
//! once, then shared by all runs of the version.

use std::collections::HashMap;
use std::sync::Arc;

use connect::inbound::Needs;
use connect::registry::{Action, Connector, Registry};
use domain::flow::{self, Flow, OnError, OnUnknown, StepKind};
use domain::ids::ConnectionId;
use domain::retry::{Policy, Preset};
use domain::{Problem, Span};
use mapping::condition::Compiled as Condition;
use mapping::fields::Inputs;
use mapping::mapping::Compiled as Mapping;
use serde_json::{Map, Value};

use crate::order::EventKeys;
use crate::respond::Reply;

/// A compiled flow version.
pub struct Program {
    pub name: String,
    pub timezone: String,
    pub concurrency: u32,
    pub steps: Vec<Node>,
    /// Order and newest (semantics S7).
    pub keys: EventKeys,
    /// What a sender that waits for the run is answered where no step says it.
    pub reply: Option<Reply>,
    /// What of a delivery the steps and the keys read.
    pub needs: Needs,
    numbers: HashMap<String, usize>,
    /// By number of a step: the loop that it stands in, the innermost.
    homes: Vec<Option<usize>>,
}

/// A compiled step.
pub struct Node {
    pub id: String,
    /// Its place in document order.
    pub no: usize,
    pub disabled: bool,
    pub timeout: Option<Span>,
    pub kind: Kind,
}

impl std::fmt::Debug for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Node({})", self.id)
    }
}

pub enum Kind {
    Action(Box<ActionNode>),
    Branch(BranchNode),
    Delay(DelayNode),
    Set(Vec<(String, Mapping)>),
    Filter(Box<Condition>),
    ForEach(Box<LoopNode>),
    Respond(Box<Reply>),
    /// Valid, but this engine does not run it yet; the run fails there and says so.
    Unsupported(&'static str),
}

/// A call of a connector.
pub struct ActionNode {
    pub connector: Arc<Connector>,
    pub key: String,
    pub inputs: Inputs,
    /// Secret input fields and the flow's secrets that fill them (semantics S3).
    pub secrets: Vec<(String, String)>,
    pub connection: Option<ConnectionId>,
    pub retry: Policy,
    pub on_unknown: OnUnknown,
    pub on_error: OnErrorNode,
    pub does: Does,
    /// It asks for the details of the event, before all steps of the flow (semantics S17).
    pub enrich: Option<Box<Enrich>>,
}

/// The call that completes an event.
pub struct Enrich {
    pub trigger: String,
    /// The literals of the trigger's settings.
    pub input: Map<String, Value>,
}

/// The name of that call in the journal: no step of a flow can have it.
pub const DETAILS: &str = "trigger.details";

/// What an action is to the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// A call of a service.
    Call,
    /// Events for all subscribers; nothing is sent by the step itself.
    Publish,
    /// An event to the subscriber whose flow this is.
    Deliver,
}

impl Does {
    fn of(connector: &str, action: &str) -> Self {
        match (connector, action) {
            ("webhook_out", "publish") => Does::Publish,
            ("webhook_out", "deliver") => Does::Deliver,
            _ => Does::Call,
        }
    }
}

impl ActionNode {
    pub fn action(&self) -> Option<&Action> {
        self.connector.action(&self.key)
    }
    /// Whether a try must be recorded before it is sent (semantics S1).
    pub fn records_begin(&self) -> bool {
        self.on_unknown != OnUnknown::Retry
    }
}

pub enum OnErrorNode {
    Stop,
    Continue,
    Steps(Vec<Node>),
}

pub struct BranchNode {
    pub arms: Vec<ArmNode>,
    pub all: bool,
}

pub struct ArmNode {
    pub name: String,
    pub when: Option<Condition>,
    pub steps: Vec<Node>,
}

/// Steps for each item of a list (semantics S10).
pub struct LoopNode {
    pub list: Mapping,
    /// What mappings call the item.
    pub item: String,
    /// Items at once, at least one.
    pub concurrency: usize,
    pub steps: Vec<Node>,
}

pub enum DelayNode {
    For(Span),
    Until(Box<Mapping>),
}

impl Program {
    /// Compiles a flow whose document was validated before; what cannot be compiled all the same
    /// (a connector that has gone) is named with its place.
    ///
    /// # Errors
    /// The problems, at least one.
    pub fn compile(flow: &Flow, registry: &Registry) -> Result<Self, Vec<Problem>> {
        let mut c = Compiler { registry, no: 0, numbers: HashMap::new(), problems: Vec::new() };
        let mut steps: Vec<Node> = c.enrich(&flow.trigger).into_iter().collect();
        steps.extend(c.steps(&flow.steps, "steps"));
        let reply = c.reply(flow.trigger.respond.as_ref());
        if !c.problems.is_empty() {
            return Err(c.problems);
        }
        let mut program = Self {
            name: flow.name.clone(),
            timezone: flow.settings.timezone.clone(),
            concurrency: flow.settings.concurrency,
            keys: EventKeys::compile(&flow.trigger)?,
            reply,
            needs: Needs::default(),
            numbers: c.numbers,
            homes: homes(&steps),
            steps,
        };
        program.needs = crate::needs::of(&program);
        crate::needs::note(&mut program.needs, &program.keys.references());
        Ok(program)
    }

    /// A program of steps made by hand, numbered already.
    #[cfg(test)]
    pub(crate) fn of(steps: Vec<Node>) -> Self {
        let mut p = Self {
            name: String::new(),
            timezone: "UTC".into(),
            concurrency: 1,
            keys: EventKeys::default(),
            reply: None,
            needs: Needs::default(),
            numbers: HashMap::new(),
            homes: homes(&steps),
            steps,
        };
        let mut numbers = HashMap::new();
        p.each(&mut |n| {
            numbers.insert(n.id.clone(), n.no);
        });
        p.numbers = numbers;
        p
    }

    /// Steps of all levels.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }
    /// The number of a step.
    pub fn number(&self, id: &str) -> Option<usize> {
        self.numbers.get(id).copied()
    }

    /// The number of the innermost loop around a step.
    pub fn home(&self, no: usize) -> Option<usize> {
        self.homes.get(no).copied().flatten()
    }

    /// Calls `f` for every step of all levels, in document order.
    pub fn each<'p>(&'p self, f: &mut dyn FnMut(&'p Node)) {
        fn go<'p>(steps: &'p [Node], f: &mut dyn FnMut(&'p Node)) {
            for n in steps {
                f(n);
                match &n.kind {
                    Kind::Branch(b) => b.arms.iter().for_each(|a| go(&a.steps, f)),
                    Kind::ForEach(l) => go(&l.steps, f),
                    Kind::Action(a) => {
                        if let OnErrorNode::Steps(steps) = &a.on_error {
                            go(steps, f);
                        }
                    }
                    _ => {}
                }
            }
        }
        go(&self.steps, f);
    }

    /// The loops around each step that stands in one, from the outside in.
    pub fn loops(&self) -> HashMap<&str, Vec<&str>> {
        fn go<'p>(
            steps: &'p [Node],
            around: &mut Vec<&'p str>,
            out: &mut HashMap<&'p str, Vec<&'p str>>,
        ) {
            for n in steps {
                if !around.is_empty() {
                    out.insert(&n.id, around.clone());
                }
                match &n.kind {
                    Kind::Branch(b) => b.arms.iter().for_each(|a| go(&a.steps, around, out)),
                    Kind::ForEach(l) => {
                        around.push(&n.id);
                        go(&l.steps, around, out);
                        around.pop();
                    }
                    Kind::Action(a) => {
                        if let OnErrorNode::Steps(steps) = &a.on_error {
                            go(steps, around, out);
                        }
                    }
                    _ => {}
                }
            }
        }
        let mut out = HashMap::new();
        go(&self.steps, &mut Vec::new(), &mut out);
        out
    }

    /// The action that is reached first from a fresh start if that is certain without data and
    /// its try must be recorded before it is sent: recorded then in the ingest commit.
    pub fn begins_with(&self) -> Option<&str> {
        let first = self.steps.iter().find(|n| !n.disabled)?;
        match &first.kind {
            Kind::Action(a) if a.records_begin() => Some(&first.id),
            _ => None,
        }
    }
}

/// The loop around each step, in document order.
fn homes(steps: &[Node]) -> Vec<Option<usize>> {
    fn go(steps: &[Node], home: Option<usize>, out: &mut Vec<Option<usize>>) {
        for n in steps {
            out.push(home);
            match &n.kind {
                Kind::Branch(b) => b.arms.iter().for_each(|a| go(&a.steps, home, out)),
                Kind::ForEach(l) => go(&l.steps, Some(n.no), out),
                Kind::Action(a) => {
                    if let OnErrorNode::Steps(steps) = &a.on_error {
                        go(steps, home, out);
                    }
                }
                _ => {}
            }
        }
    }
    let mut out = Vec::new();
    go(steps, None, &mut out);
    out
}

struct Compiler<'a> {
    registry: &'a Registry,
    no: usize,
    numbers: HashMap<String, usize>,
    problems: Vec<Problem>,
}

impl Compiler<'_> {
    fn steps(&mut self, steps: &[flow::Step], place: &str) -> Vec<Node> {
        steps.iter().enumerate().map(|(i, s)| self.step(s, &format!("{place}[{i}]"))).collect()
    }

    fn step(&mut self, s: &flow::Step, place: &str) -> Node {
        let no = self.no;
        self.no += 1;
        self.numbers.insert(s.id.clone(), no);
        let kind = match &s.kind {
            StepKind::Action(a) => self.action(a, place),
            StepKind::Branch { arms, all } => Kind::Branch(BranchNode {
                all: *all,
                arms: arms
                    .iter()
                    .enumerate()
                    .map(|(i, a)| {
                        let place = format!("{place}.branch[{i}]");
                        ArmNode {
                            name: a.name.clone(),
                            when: a.when.as_ref().and_then(|c| self.condition(c, &place)),
                            steps: self.steps(&a.steps, &format!("{place}.steps")),
                        }
                    })
                    .collect(),
            }),
            StepKind::Delay(flow::Delay::For(span)) => Kind::Delay(DelayNode::For(*span)),
            StepKind::Delay(flow::Delay::Until(m)) => match self.mapping(m, place) {
                Some(m) => Kind::Delay(DelayNode::Until(Box::new(m))),
                None => Kind::Unsupported("delay"),
            },
            StepKind::Set(fields) => Kind::Set(
                fields
                    .iter()
                    .filter_map(|(k, m)| {
                        Some((k.clone(), self.mapping(m, &format!("{place}.set.{k}"))?))
                    })
                    .collect(),
            ),
            StepKind::Filter(c) => match self.condition(c, &format!("{place}.filter")) {
                Some(c) => Kind::Filter(Box::new(c)),
                None => Kind::Unsupported("filter"),
            },
            StepKind::ForEach(f) => {
                let steps = self.steps(&f.steps, &format!("{place}.steps"));
                match self.mapping(&f.list, &format!("{place}.for_each")) {
                    Some(list) => Kind::ForEach(Box::new(LoopNode {
                        list,
                        item: f.item.clone(),
                        concurrency: usize::try_from(f.concurrency).unwrap_or(1).max(1),
                        steps,
                    })),
                    None => Kind::Unsupported("for_each"),
                }
            }
            StepKind::Respond(r) => match Reply::compile(r) {
                Ok(reply) => Kind::Respond(Box::new(reply)),
                Err(faults) => {
                    self.faults(faults, &format!("{place}.respond"));
                    Kind::Unsupported("respond")
                }
            },
        };
        Node { id: s.id.clone(), no, disabled: s.disabled, timeout: s.timeout, kind }
    }

    fn action(&mut self, a: &flow::Action, place: &str) -> Kind {
        let missing = |en: String, ru: String| Problem::error("connector_missing", place, en, ru);
        let Some(connector) = self.registry.get(&a.connector.name, &a.connector.version) else {
            let wanted = format!("{}@{}", a.connector.name, a.connector.version);
            self.problems.push(missing(
                format!("the connector {wanted} is not installed"),
                format!("коннектор {wanted} не установлен"),
            ));
            return Kind::Unsupported("action");
        };
        let Some(action) = connector.action(&a.action) else {
            let (n, k) = (&a.connector.name, &a.action);
            self.problems.push(missing(
                format!("the connector {n} has no action \"{k}\""),
                format!("у коннектора {n} нет действия \"{k}\""),
            ));
            return Kind::Unsupported("action");
        };
        let inputs = match Inputs::compile(&a.input, &action.spec.input) {
            Ok(i) => i,
            Err(faults) => {
                self.faults(faults, &format!("{place}.input"));
                return Kind::Unsupported("action");
            }
        };
        let on_error = match &a.on_error {
            OnError::Stop => OnErrorNode::Stop,
            OnError::Continue => OnErrorNode::Continue,
            OnError::Steps(steps) => {
                OnErrorNode::Steps(self.steps(steps, &format!("{place}.on_error.steps")))
            }
        };
        Kind::Action(Box::new(ActionNode {
            inputs,
            secrets: secrets_of(&a.input),
            connection: a.connection.as_ref().and_then(|c| c.parse().ok()),
            retry: a.retry.clone().unwrap_or_else(|| action.retry()),
            on_unknown: a.on_unknown.unwrap_or_else(|| action.on_unknown()),
            on_error,
            does: Does::of(&connector.name, &a.action),
            enrich: None,
            key: a.action.clone(),
            connector: connector.clone(),
        }))
    }

    /// The call before all steps that completes the event, where the trigger has one.
    fn enrich(&mut self, t: &flow::Trigger) -> Option<Node> {
        let connector = self.registry.get(&t.connector.name, &t.connector.version)?;
        connector.trigger(&t.event).filter(|found| found.enriches())?;
        let literal = |(key, m): (&String, &flow::Mapping)| match &m.source {
            flow::Source::Literal(v) => Some((key.clone(), v.clone())),
            _ => None,
        };
        let input = t.input.iter().filter_map(literal).collect();
        let no = self.no;
        self.no += 1;
        self.numbers.insert(DETAILS.to_owned(), no);
        let kind = Kind::Action(Box::new(ActionNode {
            connector: connector.clone(),
            key: String::new(),
            inputs: Inputs::default(),
            secrets: Vec::new(),
            connection: t.connection.as_ref().and_then(|c| c.parse().ok()),
            retry: Policy::Preset(Preset::Api),
            // It only reads.
            on_unknown: OnUnknown::Retry,
            on_error: OnErrorNode::Stop,
            does: Does::Call,
            enrich: Some(Box::new(Enrich { trigger: t.event.clone(), input })),
        }));
        Some(Node { id: DETAILS.to_owned(), no, disabled: false, timeout: None, kind })
    }

    /// The answer at the end of the run.
    fn reply(&mut self, r: Option<&flow::TriggerRespond>) -> Option<Reply> {
        let r = r.filter(|r| matches!(r.mode, flow::RespondMode::AfterRun { .. }))?;
        match Reply::compile(r.reply.as_ref()?) {
            Ok(reply) => Some(reply),
            Err(faults) => {
                self.faults(faults, "trigger.respond");
                None
            }
        }
    }

    fn condition(&mut self, c: &flow::Condition, place: &str) -> Option<Condition> {
        match Condition::compile(c) {
            Ok(c) => Some(c),
            Err(faults) => {
                self.faults(faults, place);
                None
            }
        }
    }

    fn mapping(&mut self, m: &flow::Mapping, place: &str) -> Option<Mapping> {
        match Mapping::compile(m, domain::field::Escape::None) {
            Ok(m) => Some(m),
            Err(faults) => {
                self.faults(faults, place);
                None
            }
        }
    }

    fn faults(&mut self, faults: Vec<mapping::Placed>, place: &str) {
        self.problems.extend(faults.into_iter().map(|(at, f)| f.at(format!("{place}{at}"))));
    }
}

/// The secret fields of an input: field and name of the flow's secret.
pub fn secrets_of(fields: &flow::Fields) -> Vec<(String, String)> {
    fields
        .iter()
        .filter_map(|(k, m)| match &m.source {
            flow::Source::Secret(name) => Some((k.clone(), name.clone())),
            _ => None,
        })
        .collect()
}
