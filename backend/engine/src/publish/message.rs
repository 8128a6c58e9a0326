//! A published event: what it says, and what is stored of it for one subscriber.

use connect::http::HOPS_HEADER;
use domain::Time;
use domain::delivery::{Answer, EventState, Verdict};
use domain::ids::{DeliveryId, EventId, RunId};
use domain::subscriber::{Subscriber, SubscriberState};
use mapping::Context;
use mapping::moment::rfc3339;
use serde_json::{Map, Value, json};
use store::{Ingest, NewDelivery, NewEvent, NewRun};

use crate::gates::key::of_connection;

/// The header that holds the id, in the stored event as on the wire.
pub(crate) const ID_HEADER: &str = "webhook-id";

/// Members of every message; a subscriber's own may not have these names.
pub(crate) const MEMBERS: [&str; 3] = ["type", "timestamp", "data"];

/// One published event.
pub(crate) struct Message<'a> {
    /// The same for every subscriber, try and replay of a delivery.
    pub(crate) id: String,
    pub(crate) kind: &'a str,
    pub(crate) at: Time,
    pub(crate) data: &'a Value,
}

impl<'a> Message<'a> {
    /// The event of a publishing step; `key` is the same for every try of it (semantics S2).
    pub(crate) fn new(key: &str, input: &'a Value, at: Time) -> Self {
        let kind = input.get("type").and_then(Value::as_str).unwrap_or_default().trim();
        let data = input.get("payload").unwrap_or(&Value::Null);
        Self { id: format!("msg_{key}"), kind, at, data }
    }

    /// What conditions of subscribers see: the same as the trigger of their flow.
    pub(crate) fn context(&self) -> Context {
        let body = Value::Object(self.members());
        Context::new(json!({ "trigger": { "body": body, "data": self.data } }))
    }

    fn members(&self) -> Map<String, Value> {
        let mut m = Map::with_capacity(3);
        let values = [self.kind.into(), rfc3339(self.at).into(), self.data.clone()];
        m.extend(MEMBERS.iter().map(|n| (*n).to_owned()).zip(values));
        m
    }

    /// What a subscriber is sent: the payload that the specification recommends, and the
    /// subscriber's own members.
    pub(crate) fn body(&self, to: &Subscriber) -> String {
        let mut m = self.members();
        m.extend(to.properties.iter().map(|(k, v)| (k.clone(), v.clone())));
        Value::Object(m).to_string()
    }

    /// The event of one subscriber, as if a delivery had brought it.
    pub(crate) fn to(&self, to: &Subscriber, hops: u32, now: Time) -> Ingest {
        let (state, reason) = match to.state {
            SubscriberState::Active => (EventState::Accepted, None),
            SubscriberState::Paused => (EventState::Held, Some("paused")),
            SubscriberState::Disabled => (EventState::Held, Some("disabled")),
        };
        let hops = hops.to_string();
        let headers =
            [("content-type", "application/json"), (ID_HEADER, &self.id), (HOPS_HEADER, &hops)];
        let delivery = NewDelivery {
            id: DeliveryId::new(now),
            workspace: to.workspace,
            flow: to.id.flow(),
            received_at: now,
            method: "PUBLISH".into(),
            path: self.kind.to_owned(),
            query: String::new(),
            headers: json!(headers).to_string(),
            body: self.body(to).into(),
            sealed: false,
            remote_ip: std::net::Ipv4Addr::UNSPECIFIED.to_string(),
            verdict: Verdict::Accepted,
            reason: None,
            answer: Answer::empty(200),
        };
        let run = (state == EventState::Accepted).then(|| NewRun {
            id: RunId::new(now),
            version: to.version,
            lease: None,
            unsafe_next: None,
            test: false,
            gate: of_connection(to.workspace, to.id.connection()),
            order: None,
            newest: None,
        });
        let event = NewEvent {
            id: EventId::new(now),
            item: 0,
            dedupe: None,
            state,
            reason,
            keyless: false,
            run,
        };
        Ingest { delivery, events: vec![event], after: None }
    }
}
