//! The trigger: its input, keys, condition and answer.

use domain::flow::{RespondMode, place};
use domain::limits;

use super::scope::Scope;
use super::{Checker, fault};

impl<'f> Checker<'f> {
    pub fn trigger(&mut self) {
        let t = &self.flow.trigger;
        let spec = self.trigger_spec();
        if let Some(spec) = &spec {
            if spec.needs_connection && t.connection.is_none() {
                self.say(fault::connection_missing("trigger.connection", &t.connector.name));
            }
            self.input(&t.input, &spec.input, false, "trigger.input");
            self.source(spec);
        }
        let connected = t.connection.is_some();
        let setup = Scope::setup().with_connection(connected);
        self.fields(&t.input, "trigger.input", &setup);
        let ingest = Scope::ingest().with_connection(connected);
        if let Some(d) = &t.dedupe {
            self.event_key(&d.key, "trigger.dedupe.key", &ingest);
        }
        if let Some(n) = &t.newest {
            self.event_key(&n.key, "trigger.newest.key", &ingest);
            self.mapping(&n.at, "trigger.newest.at", &ingest);
            self.scalar(&n.at, "trigger.newest.at");
        }
        if let Some(o) = &t.order_by {
            self.template(&o.key, "trigger.order_by", &ingest);
        }
        if let Some(c) = &t.only_if {
            self.condition(c, "trigger.only_if", &ingest);
        }
        if t.respond.is_some() && spec.is_some_and(|s| !s.inbound) {
            self.say(fault::not_inbound("trigger.respond"));
        }
    }

    /// How the sender is answered. What is answered after the run sees all of it; what is answered
    /// at once or instead sees the delivery. `end` is what is seen at the end of the run.
    pub fn answer(&mut self, end: Scope<'f>) {
        let Some(r) = &self.flow.trigger.respond else {
            return;
        };
        let at = "trigger.respond";
        let connected = self.flow.trigger.connection.is_some();
        let ingest = Scope::ingest().with_connection(connected);
        let seen = match &r.mode {
            RespondMode::Now => ingest,
            RespondMode::AfterRun { within, otherwise } => {
                if let Some(w) = within.filter(|w| *w > limits::RESPOND_WITHIN) {
                    let (got, max) = (w.to_string(), limits::RESPOND_WITHIN.to_string());
                    self.say(fault::too_long_to_wait(&place::key(at, "within"), &got, &max));
                }
                let place = place::key(at, "otherwise");
                match otherwise {
                    Some(reply) => self.reply(reply, &place, &ingest),
                    None => self.say(fault::otherwise_missing(&place)),
                }
                end
            }
        };
        if let Some(reply) = &r.reply {
            self.reply(reply, at, &seen);
        }
    }
}
