//! The tree of steps, in document order: each with what it sees.

use domain::flow::{Action, Delay, Fields, Mapping, RespondMode, Source, Step, StepKind, place};
use serde_json::Value;

use super::scope::Scope;
use super::shape::{self, Shape};
use super::tree::{self, Around};
use super::{Checker, fault};

/// Headers that carry credentials.
const CREDENTIALS: [&str; 5] =
    ["authorization", "cookie", "x-api-key", "x-auth-token", "proxy-authorization"];

impl<'f> Checker<'f> {
    /// Checks all steps; gives what is seen at the end of the run.
    pub fn steps(&mut self) -> Scope<'f> {
        self.list(&self.flow.steps, "steps", Scope::run())
    }

    /// Checks a list of steps; gives what is seen after it.
    fn list(&mut self, steps: &'f [Step], at: &str, mut scope: Scope<'f>) -> Scope<'f> {
        for (i, step) in steps.iter().enumerate() {
            self.step(step, &place::item(at, i), &mut scope);
        }
        scope
    }

    fn step(&mut self, step: &'f Step, at: &str, scope: &mut Scope<'f>) {
        let here = Scope { step: Some(&step.id), ..scope.clone() };
        let disabled = self.tree.get(&step.id).is_some_and(|i| i.disabled);
        match &step.kind {
            StepKind::Action(a) => self.action(a, at, here),
            StepKind::Branch { arms, .. } => {
                for (i, arm) in arms.iter().enumerate() {
                    if let Some(c) = &arm.when {
                        let at = place::item(&place::key(at, "branch"), i);
                        self.condition(c, &place::key(&at, "when"), &here);
                    }
                }
            }
            StepKind::ForEach(f) => {
                let at = place::key(at, "for_each");
                self.mapping(&f.list, &at, &here);
                self.anything(&f.list, &at);
                if shape::of(&f.list) == Shape::Map {
                    let (list, map) = (("a list", "список"), ("a map", "набор полей"));
                    self.say(fault::wrong_shape(&at, list, map));
                }
            }
            StepKind::Delay(d) => self.delay(d, at, &here),
            StepKind::Set(vars) => self.set(vars, at, &here),
            StepKind::Filter(c) => self.condition(c, &place::key(at, "filter"), &here),
            StepKind::Respond(r) => {
                let at = place::key(at, "respond");
                self.respond_allowed(&at, &here);
                self.reply(r, &at, &here);
            }
        }
        self.inside(step, at, scope, disabled);
        if let StepKind::Set(vars) = &step.kind {
            vars.keys().for_each(|name| scope.set(name, disabled));
        }
        scope.seen.push(&step.id);
    }

    /// The steps that a step holds. What they set in variables is seen after it, unless they
    /// belong to one item of a loop.
    fn inside(&mut self, step: &'f Step, at: &str, scope: &mut Scope<'f>, disabled: bool) {
        for (around, steps) in tree::inner(step) {
            let (at, inner) = match (around, &step.kind) {
                (Around::Arm(i), _) => {
                    let arm = place::item(&place::key(at, "branch"), i);
                    (place::key(&arm, "steps"), scope.clone())
                }
                (Around::Loop, StepKind::ForEach(f)) => {
                    let inner = scope.clone().in_loop(&step.id, &f.item, f.concurrency);
                    (place::key(at, "steps"), inner)
                }
                _ => {
                    let mut inner = scope.clone();
                    inner.seen.push(&step.id);
                    (place::key(&place::key(at, "on_error"), "steps"), inner)
                }
            };
            let after = self.list(steps, &at, inner);
            if around != Around::Loop {
                after.vars.into_iter().for_each(|(name, off)| scope.set(name, off || disabled));
            }
        }
    }

    fn action(&mut self, a: &'f Action, at: &str, here: Scope<'f>) {
        let input = place::key(at, "input");
        if let Some(spec) = self.action_spec(a, &place::key(at, "action")) {
            let place = place::key(at, "connection");
            if spec.needs_connection && a.connection.is_none() {
                self.say(fault::connection_missing(&place, &a.connector.name));
            }
            if a.connection.is_some() && !spec.takes_connection && !spec.needs_connection {
                self.say(fault::connection_unused(&place, &a.connector.name));
            }
            if a.on_unknown == Some(domain::flow::OnUnknown::Check) && !spec.has_check {
                self.say(fault::no_check(&place::key(at, "on_unknown")));
            }
            self.input(&a.input, &spec.input, false, &input);
        }
        if let Some(headers) = a.input.get("headers") {
            self.credentials(headers, &place::key(&input, "headers"));
        }
        self.fields(&a.input, &input, &here.with_connection(a.connection.is_some()));
    }

    /// Credentials in clear in the headers of a request (semantics S3).
    fn credentials(&mut self, headers: &Mapping, at: &str) {
        let named = |name: &str| CREDENTIALS.contains(&name.trim().to_lowercase().as_str());
        match &headers.source {
            Source::Object(f) => {
                let at = place::key(at, "object");
                for (name, _) in f.iter().filter(|(n, m)| named(n) && in_clear(m)) {
                    self.say(fault::literal_credentials(&place::key(&at, name), name));
                }
            }
            Source::Literal(Value::Object(f)) => {
                let at = place::key(at, "literal");
                for (name, _) in f.iter().filter(|(n, _)| named(n)) {
                    self.say(fault::literal_credentials(&place::key(&at, name), name));
                }
            }
            _ => {}
        }
    }

    fn delay(&mut self, d: &'f Delay, at: &str, here: &Scope<'f>) {
        let at = place::key(at, "delay");
        if let Some(of) = here.parallel {
            self.say(fault::in_parallel_loop(&at, "delay", of));
        }
        if let Delay::Until(m) = d {
            let at = place::key(&at, "until");
            self.mapping(m, &at, here);
            self.scalar(m, &at);
        }
    }

    fn set(&mut self, vars: &'f Fields, at: &str, here: &Scope<'f>) {
        let at = place::key(at, "set");
        self.fields(vars, &at, here);
        for (name, m) in vars {
            self.anything(m, &place::key(&at, name));
        }
    }

    /// Whether an answer may be given here (semantics S10, S11).
    fn respond_allowed(&mut self, at: &str, here: &Scope<'f>) {
        if let Some(of) = here.parallel {
            self.say(fault::in_parallel_loop(at, "respond", of));
        }
        let t = &self.flow.trigger;
        let version = &t.connector.version;
        let spec = self.catalogue.trigger(&t.connector.name, version, &t.event);
        let waits =
            |r: &domain::flow::TriggerRespond| matches!(r.mode, RespondMode::AfterRun { .. });
        if spec.is_some_and(|s| !s.inbound) {
            self.say(fault::not_inbound(at));
        } else if !t.respond.as_ref().is_some_and(waits) {
            self.say(fault::answered_already(at));
        }
    }
}

/// Whether a value is written out in the flow.
fn in_clear(m: &Mapping) -> bool {
    match &m.source {
        Source::Literal(v) => !v.is_null(),
        Source::Template(t) => !t.contains("{{"),
        _ => false,
    }
}
