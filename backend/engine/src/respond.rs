//! Answers to senders that a flow makes (semantics S11): compiled, rendered, and given by a run.

use connect::inbound::{Inbound, Needs, OWN_HEADERS};
use domain::delivery::Answer;
use domain::field::Escape;
use domain::flow::{self, RespondMode, TriggerRespond};
use domain::journal::{StepRow, StepState};
use domain::outcome::StepError;
use domain::run::RunState;
use domain::{Problem, Span, limits};
use mapping::functions::Env;
use mapping::mapping::Compiled as Mapping;
use mapping::{Context, MapError, Placed};
use serde_json::{Map, Value, json};

use crate::execute::Runner;
use crate::keys;
use crate::machine::{At, Next};
use crate::needs;
use crate::settle::{EnvSource, map_error};

/// A compiled answer.
#[derive(Debug)]
pub struct Reply {
    status: u16,
    /// Lower-case names.
    headers: Vec<(String, Mapping)>,
    body: Body,
}

#[derive(Debug)]
enum Body {
    Empty,
    Text(Mapping),
    Json(Mapping),
    Xml(Mapping),
}

/// How the trigger of a flow answers.
#[derive(Debug)]
pub enum Respond {
    /// At once, in place of the connector's answer.
    Now(Reply),
    /// When the run says so, at most `within` after the delivery came.
    AfterRun { within: Span, otherwise: Reply },
}

/// What is left of the answer of a delivery whose sender waits for the run.
#[derive(Clone, Debug)]
pub struct Pending {
    otherwise: Answer,
    /// Where the run succeeds without saying anything.
    done: Answer,
}

impl Reply {
    /// Compiles an answer. Faults come with their place below it.
    ///
    /// # Errors
    /// The faults of its mappings.
    pub fn compile(reply: &flow::Reply) -> Result<Self, Vec<Placed>> {
        let mut faults = Vec::new();
        let mut one = |m: &flow::Mapping, at: &str, escape| {
            let below = |(p, f)| (format!("{at}{p}"), f);
            let compiled = Mapping::compile(m, escape);
            compiled.map_err(|list| faults.extend(list.into_iter().map(below))).ok()
        };
        let headers = reply.headers.iter().filter_map(|(name, m)| {
            let at = format!(".headers.{name}");
            Some((name.to_ascii_lowercase(), one(m, &at, Escape::None)?))
        });
        let headers = headers.collect();
        let body = match &reply.body {
            flow::ReplyBody::Empty => None,
            flow::ReplyBody::Text(m) => one(m, ".text", Escape::None).map(Body::Text),
            flow::ReplyBody::Json(m) => one(m, ".json", Escape::None).map(Body::Json),
            flow::ReplyBody::Xml(m) => one(m, ".xml", Escape::Xml).map(Body::Xml),
        };
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self { status: reply.status.unwrap_or(200), headers, body: body.unwrap_or(Body::Empty) })
    }

    /// The answer to a delivery.
    ///
    /// # Errors
    /// A mapping that fails, with its field.
    pub fn answer(&self, context: &Context, env: &Env<'_>) -> Result<Answer, MapError> {
        let text = |m: &Mapping, field: &str| {
            m.eval(context, env).map(plain).map_err(|e| e.in_field(field))
        };
        let mut answer = match &self.body {
            Body::Empty => Answer::empty(self.status),
            Body::Text(m) => Answer::text(self.status, text(m, "text")?),
            Body::Xml(m) => Answer::xml(self.status, text(m, "xml")?),
            Body::Json(m) => {
                let value = m.eval(context, env).map_err(|e| e.in_field("json"))?;
                Answer::json(self.status, &value.unwrap_or(Value::Null))
            }
        };
        for (name, m) in &self.headers {
            let value = text(m, name).map_err(|e| e.in_field("headers"))?;
            if !OWN_HEADERS.contains(&name.as_str()) {
                answer.set_header(name, value);
            }
        }
        Ok(answer)
    }

    /// What it reads of a delivery.
    pub(crate) fn note(&self, needs: &mut Needs) {
        self.headers.iter().for_each(|(_, m)| needs::note(needs, &m.references()));
        match &self.body {
            Body::Empty => {}
            Body::Text(m) | Body::Json(m) | Body::Xml(m) => needs::note(needs, &m.references()),
        }
    }
}

/// A value as the text of a body or header.
fn plain(value: Option<Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(s)) => s,
        Some(v) => v.to_string(),
    }
}

impl Respond {
    /// Compiles what the trigger says; nothing where the connector's answer is given at once.
    ///
    /// # Errors
    /// The problems of its mappings.
    pub(crate) fn compile(
        r: Option<&TriggerRespond>,
        inbound: Option<&Inbound>,
    ) -> Result<Option<Self>, Vec<Problem>> {
        let Some(r) = r else { return Ok(None) };
        let at = |place: &str, reply: &flow::Reply| {
            Reply::compile(reply).map_err(|f| problems(f, place))
        };
        match &r.mode {
            RespondMode::Now => {
                let reply =
                    r.reply.as_ref().map(|reply| at("trigger.respond", reply)).transpose()?;
                Ok(reply.map(Respond::Now))
            }
            RespondMode::AfterRun { within, otherwise } => {
                let none = flow::Reply { status: Some(503), ..flow::Reply::default() };
                let otherwise = otherwise.as_ref().unwrap_or(&none);
                Ok(Some(Respond::AfterRun {
                    within: wait(*within, inbound.and_then(Inbound::deadline)),
                    otherwise: at("trigger.respond.otherwise", otherwise)?,
                }))
            }
        }
    }

    /// What it reads of a delivery.
    pub(crate) fn note(&self, needs: &mut Needs) {
        match self {
            Respond::Now(reply) | Respond::AfterRun { otherwise: reply, .. } => reply.note(needs),
        }
    }

    /// What is answered from the delivery alone. `usual` is the connector's answer. One that
    /// cannot be made must not lose the event: the sender is asked to come again, and its copy is
    /// known by its key.
    pub(crate) fn now(&self, context: &Context, env: &Env<'_>, usual: &Answer) -> Answer {
        let (Respond::Now(reply) | Respond::AfterRun { otherwise: reply, .. }) = self;
        let mut answer = reply.answer(context, env).unwrap_or_else(|e| {
            tracing::warn!(error = %e, "the flow's answer could not be made");
            Answer::text(503, "the answer could not be made")
        });
        allow_origin(&mut answer, usual);
        answer
    }
}

/// How long a sender waits: as long as the flow says, or a little less than the sender is known to
/// wait.
fn wait(within: Option<Span>, deadline: Option<Span>) -> Span {
    let margin = limits::RESPOND_MARGIN.micros();
    let known = deadline.map(|d| Span::from_micros((d.micros() - margin).max(0)));
    within.or(known).unwrap_or(limits::RESPOND_WITHIN_DEFAULT).min(limits::RESPOND_WITHIN)
}

/// What a browser needs to read the answer, where it needed it of the connector's.
fn allow_origin(answer: &mut Answer, usual: &Answer) {
    const ALLOW: &str = "access-control-allow-origin";
    let allowed = usual.headers.iter().find(|(n, _)| n == ALLOW);
    if let Some((_, value)) = allowed
        && !answer.headers.iter().any(|(n, _)| n == ALLOW)
    {
        answer.headers.push((ALLOW.to_owned(), value.clone()));
    }
}

impl Pending {
    /// The answer as it is stored while the run is under way, and what is left of it.
    pub(crate) fn begin(otherwise: &Answer, usual: Answer) -> (Answer, Self) {
        let stored = Answer { pending: Some(Box::new(usual.clone())), ..otherwise.clone() };
        (stored, Self { otherwise: otherwise.clone(), done: usual })
    }

    /// What is left of a stored answer; nothing if the sender has its answer.
    pub(crate) fn of(mut stored: Answer) -> Option<Self> {
        let done = *stored.pending.take()?;
        Some(Self { otherwise: stored, done })
    }

    /// The answer that a step made.
    pub(crate) fn said(self, mut answer: Answer) -> Answer {
        allow_origin(&mut answer, &self.done);
        answer
    }

    /// The answer of a run that ended without saying anything. `reply` is what its trigger says
    /// for that.
    pub(crate) fn end(
        self,
        state: RunState,
        reply: Option<&Reply>,
        context: &Context,
        env: &Env<'_>,
    ) -> Answer {
        if state != RunState::Succeeded {
            return self.otherwise;
        }
        match reply.map(|r| r.answer(context, env)) {
            None => self.done,
            Some(Ok(answer)) => self.said(answer),
            Some(Err(e)) => {
                tracing::warn!(error = %e, "the flow's answer could not be made");
                self.otherwise
            }
        }
    }
}

impl Runner<'_> {
    /// A step that answers the sender, if it waits; otherwise the answer is only to be seen.
    pub(crate) fn respond(&mut self, at: At, reply: &Reply, row: StepRow) {
        match self.say(at, reply, &row) {
            Ok(output) => self.settle(at, row, StepState::Done, Some(output), None),
            Err(e) => self.settle(at, row, StepState::Failed, None, Some(e)),
        }
    }

    /// Makes the answer of a step; answers its row's output. It is the sender's if that one still
    /// waits.
    fn say(&mut self, at: At, reply: &Reply, row: &StepRow) -> Result<Value, StepError> {
        let key = self.key(row);
        let env = EnvSource::new(row.started_at, &self.program.timezone, &key);
        let uuid = || env.uuid();
        let context = self.machine.context(at);
        let answer = reply.answer(context, &env.env(&uuid)).map_err(map_error)?;
        let pending = self.pending.take();
        let output = journaled(&answer, pending.is_some());
        if let Some(p) = pending {
            self.answer = Some(p.said(answer));
        }
        Ok(output)
    }

    /// Commits an answer before the run goes on, so that the sender has it at once; what ends or
    /// releases the run commits it anyway. Nothing is left of `next` if the run must stop.
    pub(crate) async fn told(&mut self, next: Next) -> Option<Next> {
        if self.answer.is_none() || matches!(next, Next::End(_) | Next::Wait { .. }) {
            return Some(next);
        }
        self.keep().await;
        if self.halt.is_none() {
            return Some(next);
        }
        if let Next::Step(at) | Next::Close(at) = next {
            self.machine.give_back(at);
        }
        None
    }

    /// Answers a sender to whom no step has said anything.
    pub(crate) fn say_at_end(&mut self, state: RunState) {
        let Some(pending) = self.pending.take() else { return };
        let key = keys::run_key(self.run.id, "", "", "");
        let env = EnvSource::new(self.run.created_at, &self.program.timezone, &key);
        let uuid = || env.uuid();
        let env = env.env(&uuid);
        let reply = self.program.reply.as_ref();
        self.answer = Some(pending.end(state, reply, self.machine.context_of_run(), &env));
    }
}

/// An answer as the journal has it; `taken` if the sender gets it.
pub(crate) fn journaled(answer: &Answer, taken: bool) -> Value {
    let headers: Map<String, Value> =
        answer.headers.iter().map(|(n, v)| (n.clone(), v.clone().into())).collect();
    json!({ "status": answer.status, "headers": headers, "body": answer.body, "taken": taken })
}

/// Faults at a place of the document.
pub(crate) fn problems(faults: Vec<Placed>, place: &str) -> Vec<Problem> {
    faults.into_iter().map(|(at, f)| f.at(format!("{place}{at}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Time;
    use mapping::functions::Env;

    const NO_UUID: &dyn Fn() -> uuid::Uuid = &uuid::Uuid::nil;

    fn env() -> Env<'static> {
        Env { now: Time(0), timezone: "UTC", uuid: NO_UUID }
    }

    fn trigger(yaml: &Value) -> TriggerRespond {
        let doc = json!({
            "zveno": 1,
            "name": "n",
            "trigger": { "connector": "webhook@1.0.0", "event": "request", "respond": yaml },
            "steps": [],
        });
        flow::read::read(&doc).unwrap().trigger.respond.unwrap()
    }

    fn compiled(yaml: &Value) -> Respond {
        Respond::compile(Some(&trigger(yaml)), None).unwrap().unwrap()
    }

    fn open(state: RunState, reply: Option<&Reply>) -> Answer {
        let mut usual = Answer::json(200, &json!({ "ok": true }));
        usual.headers.push(("access-control-allow-origin".into(), "*".into()));
        let (stored, pending) = Pending::begin(&Answer::text(402, "no"), usual);
        assert_eq!(stored.body, "no", "who looks meanwhile sees otherwise");
        let again = Pending::of(stored).expect("it is open");
        let here = pending.end(state, reply, &Context::default(), &env());
        assert_eq!(again.end(state, reply, &Context::default(), &env()), here, "read back, too");
        assert!(Pending::of(here.clone()).is_none(), "an answer that was given is not open");
        here
    }

    #[test]
    fn s11_only_a_run_that_succeeded_gives_the_usual_answer() {
        for state in RunState::ALL {
            let said = open(*state, None).body;
            let usual = if *state == RunState::Succeeded { r#"{"ok":true}"# } else { "no" };
            assert_eq!(said, usual, "{}", state.as_str());
        }
    }

    #[test]
    fn s11_the_triggers_reply_comes_before_the_connectors_answer() {
        let doc = json!({ "mode": "after_run", "text": { "literal": "done" },
            "otherwise": { "empty": true } });
        let reply = Reply::compile(trigger(&doc).reply.as_ref().unwrap()).unwrap();
        let said = open(RunState::Succeeded, Some(&reply));
        assert_eq!(said.body, "done");
        let allowed = ("access-control-allow-origin".to_owned(), "*".to_owned());
        assert!(said.headers.contains(&allowed), "a browser may read it: {said:?}");
        assert_eq!(open(RunState::Failed, Some(&reply)).body, "no");
    }

    #[test]
    fn s11_a_sender_waits_as_long_as_the_flow_says_or_a_default() {
        let within = |doc: Value| match compiled(&doc) {
            Respond::AfterRun { within, .. } => within,
            Respond::Now(_) => panic!("it waits"),
        };
        let otherwise = json!({ "empty": true });
        let short = json!({ "mode": "after_run", "within": "3s", "otherwise": otherwise });
        assert_eq!(within(short), Span::secs(3));
        let silent = json!({ "mode": "after_run", "otherwise": otherwise });
        assert_eq!(within(silent), limits::RESPOND_WITHIN_DEFAULT);
        assert_eq!(
            wait(None, Some(Span::secs(5))),
            Span::secs(4),
            "what the sender is known to wait"
        );
        assert_eq!(wait(Some(Span::secs(9)), Some(Span::secs(5))), Span::secs(9));
        assert_eq!(wait(None, Some(Span::mins(1))), limits::RESPOND_WITHIN);
    }

    #[test]
    fn s11_an_answer_that_cannot_be_made_asks_the_sender_to_come_again() {
        let xml = json!({ "mode": "now", "xml": { "template": "<a>{{trigger.body.x}}</a>" } });
        let context = Context::new(json!({ "trigger": { "body": { "x": "\u{0}" } } }));
        let said = compiled(&xml).now(&context, &env(), &Answer::empty(200));
        assert_eq!(said.status, 503);
    }

    #[test]
    fn s11_without_a_reply_of_its_own_the_flow_leaves_it_to_the_connector() {
        let none = Respond::compile(Some(&trigger(&json!({ "mode": "now" }))), None).unwrap();
        assert!(none.is_none());
    }
}
