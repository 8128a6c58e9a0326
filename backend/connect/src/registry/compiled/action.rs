//! Compiled actions.

use http::HeaderName;
use serde_json::Value;

use domain::field::FieldType;
use domain::flow::place;
use domain::{Span, limits};

use super::{Call, Compiler, Cond, Output, Scope};
use crate::manifest::{self, Field};
use crate::template::{Text, Tree};

/// How an action is carried out.
#[derive(Debug)]
pub enum Plan {
    /// Code compiled into the server.
    Native,
    Call(Box<Call>),
    Steps {
        steps: Vec<Step>,
        result: Option<Output>,
    },
}

/// One call of several.
#[derive(Debug)]
pub struct Step {
    pub id: String,
    pub when: Option<Cond>,
    pub for_each: Option<Text>,
    pub call: Call,
    pub until: Option<Until>,
}

/// A call that is repeated until its answer says that a job of the service has ended.
#[derive(Debug)]
pub struct Until {
    pub cond: Cond,
    pub every: Span,
    pub within: Span,
}

/// How to look whether a call worked after all.
#[derive(Debug)]
pub struct Check {
    pub action: String,
    pub input: Tree,
    pub found: Cond,
    pub output: Option<Output>,
}

/// Where the idempotency key is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Idempotency {
    Header(HeaderName),
    Json(String),
}

const ROOTS: [&str; 6] = ["input", "conn", "run", "now", "steps", "item"];

impl Compiler {
    /// Compiles how an action is carried out.
    pub fn plan(
        &mut self,
        at: &str,
        a: &manifest::Action,
        native: bool,
        scope: &Scope<'_>,
    ) -> Plan {
        let scope = Scope { roots: &ROOTS, ..*scope };
        let lists = |key: &str| is_list(a, key);
        match (&a.call, a.steps.is_empty()) {
            (Some(call), true) => {
                Plan::Call(Box::new(self.call(&place::key(at, "call"), call, &scope, &lists)))
            }
            (None, false) => {
                let at_steps = place::key(at, "steps");
                let one = |(i, s)| self.step(&place::item(&at_steps, i), s, &scope);
                let steps = a.steps.iter().enumerate().map(one).collect();
                let result = a.result.as_ref();
                let result = result.map(|r| self.result(&place::key(at, "result"), r, &scope));
                Plan::Steps { steps, result }
            }
            (None, true) if native => Plan::Native,
            _ => {
                self.fault(
                    "action_plan",
                    at,
                    "an action has either call or steps".into(),
                    "у действия либо call, либо steps".into(),
                );
                Plan::Native
            }
        }
    }

    fn step(&mut self, at: &str, s: &manifest::Step, scope: &Scope<'_>) -> Step {
        Step {
            id: s.id.clone(),
            when: s.when.as_ref().map(|c| self.cond(&place::key(at, "when"), c, scope)),
            for_each: self.maybe(&place::key(at, "for_each"), s.for_each.as_deref(), scope),
            call: self.call(&place::key(at, "call"), &s.call, scope, &|_| false),
            until: s.until.as_ref().map(|c| Until {
                cond: self.cond(&place::key(at, "until"), c, scope),
                every: s.every.unwrap_or(limits::STEP_EVERY).max(limits::STEP_EVERY_MIN),
                within: s.within.unwrap_or(limits::STEP_WITHIN).min(limits::STEP_WITHIN_MAX),
            }),
        }
    }

    /// Compiles the look after an unknown outcome.
    pub fn check(&mut self, at: &str, c: &manifest::Check, scope: &Scope<'_>) -> Check {
        let input = Scope { roots: &["input", "run", "conn"], ..*scope };
        Check {
            action: c.action.clone(),
            input: self.tree(&place::key(at, "input"), &Value::Object(c.input.clone()), &input),
            found: self.cond(&place::key(at, "found"), &c.found, &input),
            output: c
                .output
                .as_ref()
                .map(|o| self.output(&place::key(at, "output"), o, &input, &|_| false)),
        }
    }

    /// Reads where the idempotency key is sent.
    pub fn idempotency(&mut self, at: &str, text: &str) -> Option<Idempotency> {
        match text.strip_prefix("json.") {
            Some(name) => Some(Idempotency::Json(name.to_owned())),
            None => self.header(at, text).map(Idempotency::Header),
        }
    }
}

/// Whether the action declares `key` of its output (all of it for "") as a list.
fn is_list(a: &manifest::Action, key: &str) -> bool {
    if key.is_empty() {
        return a.kind == manifest::ActionKind::List;
    }
    let list = |f: &Field| matches!(f.kind, FieldType::List | FieldType::Multiselect);
    a.output.iter().any(|f| f.key == key && list(f))
}
