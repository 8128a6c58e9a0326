//! Compiled calls of triggers: polls, what is asked per event, and what registers an address.

use domain::Span;
use domain::flow::place;

use super::{Call, Compiler, Cond, Output, Poll, Scope};
use crate::manifest::{self, Verify};
use crate::template::Text;

/// The calls of one trigger.
#[derive(Debug, Default)]
pub struct TriggerCalls {
    pub poll: Option<Poll>,
    /// Asked for each event (semantics S17).
    pub enrich: Option<Call>,
    /// Asks the sender whether it sent a delivery.
    pub callback: Option<(Call, Cond)>,
    pub subscribe: Option<Subscribe>,
    pub unsubscribe: Option<Call>,
    /// Which addresses the service knows.
    pub registered: Option<Call>,
    pub renew: Option<Renew>,
}

/// How an address is registered (semantics S19).
#[derive(Debug)]
pub struct Subscribe {
    pub call: Call,
    pub save: Vec<(String, Output)>,
    /// Secrets made before the call, with their length.
    pub generate: Vec<(String, u32)>,
    pub sample: Option<Call>,
}

/// How a registration is kept alive.
#[derive(Debug)]
pub struct Renew {
    pub every: Option<Span>,
    pub expires: Option<Text>,
    pub call: Option<Call>,
}

/// What the call per event reads.
const ENRICH: [&str; 8] = ["event", "body", "header", "query", "input", "conn", "run", "now"];
/// What the calls that register an address read.
const HOOK: [&str; 4] = ["input", "conn", "hook", "now"];
/// What the question to the sender reads.
const CALLBACK: [&str; 8] = ["body", "header", "query", "input", "hook", "conn", "app", "now"];

impl Compiler {
    /// Compiles the calls of a trigger. `scope` has its settings.
    pub fn trigger_calls(
        &mut self,
        at: &str,
        t: &manifest::Trigger,
        scope: &Scope<'_>,
    ) -> TriggerCalls {
        let key = |k: &str| place::key(at, k);
        let none = &|_: &str| false;
        let hook = Scope { roots: &HOOK, secrets_allowed: true, ..*scope };
        let enrich = Scope { roots: &ENRICH, ..*scope };
        let w = t.webhook.as_ref();
        let below = |k: &str| format!("{at}.webhook.{k}");
        TriggerCalls {
            poll: t.poll.as_ref().map(|p| self.poll(&key("poll"), p, scope)),
            enrich: t.enrich.as_ref().map(|c| self.call(&key("enrich"), c, &enrich, none)),
            callback: w.and_then(|w| self.callback(&below("verify"), &w.verify, scope)),
            subscribe: w
                .and_then(|w| w.subscribe.as_ref())
                .map(|s| self.subscribe(&below("subscribe"), s, &hook)),
            unsubscribe: w
                .and_then(|w| w.unsubscribe.as_ref())
                .map(|c| self.call(&below("unsubscribe"), c, &hook, none)),
            registered: w
                .and_then(|w| w.registered.as_ref())
                .map(|c| self.call(&below("registered"), c, &hook, none)),
            renew: w.and_then(|w| w.renew.as_ref()).map(|r| Renew {
                every: r.every,
                expires: self.maybe(&below("renew.expires"), r.expires.as_deref(), &hook),
                call: r.call.as_ref().map(|c| self.call(&below("renew.call"), c, &hook, none)),
            }),
        }
    }

    fn subscribe(&mut self, at: &str, s: &manifest::Subscribe, scope: &Scope<'_>) -> Subscribe {
        let none = &|_: &str| false;
        let saved = Scope { roots: &["res"], secrets_allowed: false, ..*scope };
        let mut save = Vec::with_capacity(s.save.len());
        for (name, output) in &s.save {
            let at = place::key(&place::key(at, "save"), name);
            save.push((name.clone(), self.output(&at, output, &saved, none)));
        }
        Subscribe {
            call: self.call(&place::key(at, "call"), &s.call, scope, none),
            save,
            generate: s.generate.iter().map(|(n, len)| (n.clone(), *len)).collect(),
            sample: s
                .sample
                .as_ref()
                .map(|c| self.call(&place::key(at, "sample"), c, scope, &|_| true)),
        }
    }

    /// The one question to the sender among the schemes.
    fn callback(&mut self, at: &str, list: &[Verify], scope: &Scope<'_>) -> Option<(Call, Cond)> {
        let mut found = Vec::new();
        callbacks(list, &mut found);
        if found.len() > 1 {
            self.fault(
                "verify_callback",
                at,
                "a trigger asks the sender with at most one callback".into(),
                "у триггера не больше одного callback".into(),
            );
        }
        let c = found.first()?;
        let asked = Scope { roots: &CALLBACK, secrets_allowed: true, ..*scope };
        let heard = Scope { roots: &["res"], ..*scope };
        let call = self.call(&place::key(at, "call"), &c.call, &asked, &|_| false);
        Some((call, self.cond(&place::key(at, "ok"), &c.ok, &heard)))
    }
}

fn callbacks<'v>(list: &'v [Verify], out: &mut Vec<&'v manifest::Callback>) {
    for v in list {
        match v {
            Verify::Callback(c) => out.push(c),
            Verify::All(s) | Verify::Any(s) => callbacks(&s.of, out),
            _ => {}
        }
    }
}
