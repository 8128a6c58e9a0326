//! The call that completes an event (semantics S17): the first journaled step of its run.

use domain::connection::Connection;
use domain::outcome::Outcome;
use mapping::Context;
use serde_json::{Map, Value, json};

use super::driver::{Gave, Turn};
use super::view::{self, Conn};
use super::{Executed, Outbound, RunInfo};
use crate::registry::{Connector, Trigger};
use crate::template::rfc3339;

/// An event to be completed.
pub struct Enriching<'a> {
    pub connector: &'a Connector,
    pub trigger: &'a Trigger,
    pub connection: Option<&'a Connection>,
    /// The literals of the trigger's settings.
    pub input: &'a Map<String, Value>,
    /// The `trigger` of mappings: `data`, `body`, `headers`, `query`.
    pub event: &'a Value,
    pub run: RunInfo<'a>,
}

impl Trigger {
    /// Whether its events are completed by a call.
    pub fn enriches(&self) -> bool {
        self.calls.enrich.is_some()
    }
}

impl Outbound {
    /// Asks for the details of an event. `Skipped`: the record has gone.
    pub async fn enrich(&self, e: Enriching<'_>) -> Executed {
        let Some(call) = &e.trigger.calls.enrich else {
            return Executed::unsent(Outcome::Done { output: Value::Null });
        };
        let run = view::run(&e.run);
        let conn = Conn::new(e.connection, &run, e.run.now);
        let mut driver = self.asking(e.connector, e.connection, &conn, &e.run);
        driver.base.hops = e.run.hops;
        let part = |name: &str| e.event.get(name).cloned().unwrap_or_default();
        let data = match part("data") {
            Value::Null => part("body"),
            data => data,
        };
        let mut context = Context::new(json!({
            "event": data,
            "body": part("body"),
            "header": part("headers"),
            "query": part("query"),
            "input": e.input,
            "conn": conn.open,
            "run": run,
            "now": rfc3339(e.run.now),
        }));
        let turn = Turn {
            call,
            context: &mut context,
            masked: None,
            key: e.run.key,
            idempotency: None,
            finds: true,
        };
        let outcome = match driver.run(turn).await {
            Ok(Gave::Output(output)) => Outcome::Done { output },
            Ok(Gave::Nothing(e)) => Outcome::Skipped { message: e.message },
            Err(outcome) => outcome,
        };
        Executed { outcome, exchanges: driver.exchanges, sent: driver.sent, done_calls: None }
    }
}
