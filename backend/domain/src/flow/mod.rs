//! The flow document: what a user builds. One format in the database, the API, files and tests.
//! These are the types; `read` turns a document into them and names every fault, `write` gives
//! the document back.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::Span;
use crate::retry::Policy;

pub mod catalogue;
pub mod place;
pub mod read;
pub mod schema;
pub mod write;

#[cfg(test)]
mod arbitrary;

/// The format version that documents carry under `zveno`.
pub const FORMAT: i64 = 1;

/// One trigger and a tree of steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    pub name: String,
    pub trigger: Trigger,
    pub steps: Vec<Step>,
    pub settings: Settings,
}

/// `name@version`, or `name.action@version` in steps.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectorRef {
    pub name: String,
    /// Exact, such as `1.0.0`.
    pub version: String,
}

/// Named sources: the input of a trigger or action, the variables of a `set`.
pub type Fields = IndexMap<String, Mapping>;

/// What starts a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Trigger {
    pub connector: ConnectorRef,
    /// The connector's trigger, such as `form_submitted`.
    pub event: String,
    /// A connection's id or, in files, its name.
    pub connection: Option<String>,
    pub input: Fields,
    pub dedupe: Option<Dedupe>,
    pub newest: Option<Newest>,
    pub order_by: Option<OrderBy>,
    pub only_if: Option<Condition>,
    pub respond: Option<TriggerRespond>,
    /// Largest body of a delivery in bytes; the default is `limits::BODY_BYTES`.
    pub max_body: Option<usize>,
    /// What people call fields of the event, by path (`$.trigger.body.Phone`). For the editor only.
    pub labels: IndexMap<String, String>,
}

/// Events of the same key within the window run once (semantics S4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dedupe {
    /// A template; empty means that events are never taken for copies.
    pub key: String,
    pub window: Span,
}

/// Events of one key run one after another, in order of arrival (semantics S7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderBy {
    /// A template.
    pub key: String,
    pub on_park: OnPark,
}

/// What a parked run means for the later events of its order key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnPark {
    /// They go on.
    #[default]
    Continue,
    /// They wait until a person has decided about it.
    Wait,
}

/// An event older than the newest accepted one of its key ends as stale (semantics S7).
#[derive(Clone, Debug, PartialEq)]
pub struct Newest {
    pub key: String,
    pub at: Mapping,
}

/// How the sender is answered (semantics S11).
#[derive(Clone, Debug, PartialEq)]
pub struct TriggerRespond {
    pub mode: RespondMode,
    /// What is answered now, or by default; the connector's answer where absent.
    pub reply: Option<Reply>,
}

#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "there is one per flow")]
pub enum RespondMode {
    Now,
    AfterRun { within: Option<Span>, otherwise: Option<Reply> },
}

/// An HTTP answer made of mappings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    pub status: Option<u16>,
    pub headers: Fields,
    pub body: ReplyBody,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub enum ReplyBody {
    #[default]
    Empty,
    Text(Mapping),
    Xml(Mapping),
    Json(Mapping),
}

/// A node of the flow.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// `[a-z][a-z0-9_]{0,39}`, unique in the flow.
    pub id: String,
    pub kind: StepKind,
    pub name: Option<String>,
    pub note: Option<String>,
    pub disabled: bool,
    pub timeout: Option<Span>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum StepKind {
    Action(Box<Action>),
    /// Arms in order; the first match is taken, or every match with `all`.
    Branch {
        arms: Vec<Arm>,
        all: bool,
    },
    ForEach(Box<ForEach>),
    Delay(Delay),
    /// Variables, later seen under `vars`.
    Set(Fields),
    /// False ends the run, branch or item it stands in.
    Filter(Condition),
    Respond(Box<Reply>),
}

/// A call of a connector.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    pub connector: ConnectorRef,
    pub action: String,
    pub connection: Option<String>,
    pub input: Fields,
    pub retry: Option<Policy>,
    pub on_unknown: Option<OnUnknown>,
    pub on_error: OnError,
}

/// What happens when nobody knows whether a call worked (semantics S1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnUnknown {
    Retry,
    Check,
    Park,
}

/// What happens when a step fails for good.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum OnError {
    #[default]
    Stop,
    /// Later steps see `steps.<id>.error`.
    Continue,
    /// These run instead; then the flow goes on.
    Steps(Vec<Step>),
}

/// One way of a branch; without a condition it is "otherwise".
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    pub name: String,
    pub when: Option<Condition>,
    pub steps: Vec<Step>,
}

/// Repeats steps over a list (semantics S10).
#[derive(Clone, Debug, PartialEq)]
pub struct ForEach {
    pub list: Mapping,
    /// The name of the item in mappings; `item` by default.
    pub item: String,
    pub concurrency: u32,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Delay {
    For(Span),
    /// A mapping that gives a moment.
    Until(Mapping),
}

/// A source with what is done to its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapping {
    pub source: Source,
    pub transforms: Vec<Transform>,
    /// Taken when the result is missing, null or "".
    pub default: Option<Value>,
}

impl Mapping {
    pub fn of(source: Source) -> Self {
        Self { source, transforms: Vec::new(), default: None }
    }
}

/// Where a value comes from. Exactly one of these.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    Literal(Value),
    /// RFC 9535 JSONPath over the context.
    Path(String),
    /// Handlebars over the context.
    Template(String),
    Object(Fields),
    List(Vec<Mapping>),
    /// The name of a secret of the flow (semantics S3).
    Secret(String),
}

/// A call of a transform function.
#[derive(Clone, Debug, PartialEq)]
pub struct Transform {
    pub function: String,
    pub args: Map<String, Value>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Test(Box<Test>),
}

/// One comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    pub left: Mapping,
    pub op: Op,
    pub right: Option<Mapping>,
    /// Compare text as it is: no trimming, case counts.
    pub exact: bool,
}

crate::run::words! {
    /// How two values are compared.
    Op {
        Equals = "equals",
        NotEquals = "not_equals",
        Contains = "contains",
        NotContains = "not_contains",
        StartsWith = "starts_with",
        EndsWith = "ends_with",
        Matches = "matches",
        IsEmpty = "is_empty",
        IsNotEmpty = "is_not_empty",
        Exists = "exists",
        Gt = "gt",
        Gte = "gte",
        Lt = "lt",
        Lte = "lte",
        Between = "between",
        In = "in",
        NotIn = "not_in",
        IsTrue = "is_true",
        IsFalse = "is_false",
        Before = "before",
        After = "after",
    }
}

impl Op {
    /// Whether it compares with a second value.
    pub const fn takes_right(self) -> bool {
        !matches!(self, Op::IsEmpty | Op::IsNotEmpty | Op::Exists | Op::IsTrue | Op::IsFalse)
    }
}

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// IANA name; what dates without a zone mean.
    pub timezone: String,
    /// Runs of this flow at once.
    pub concurrency: u32,
    pub retention_days: u32,
    pub alerts: Alerts,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Alerts {
    #[default]
    Inherit,
    Off,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timezone: "UTC".into(),
            concurrency: 64,
            retention_days: crate::limits::RETENTION_DAYS,
            alerts: Alerts::Inherit,
        }
    }
}

impl Flow {
    /// Every step in document order, nested ones included.
    pub fn walk(&self) -> Vec<&Step> {
        fn go<'a>(steps: &'a [Step], out: &mut Vec<&'a Step>) {
            for s in steps {
                out.push(s);
                match &s.kind {
                    StepKind::Branch { arms, .. } => arms.iter().for_each(|a| go(&a.steps, out)),
                    StepKind::ForEach(f) => go(&f.steps, out),
                    StepKind::Action(a) => {
                        if let OnError::Steps(steps) = &a.on_error {
                            go(steps, out);
                        }
                    }
                    _ => {}
                }
            }
        }
        let mut out = Vec::new();
        go(&self.steps, &mut out);
        out
    }
}
