//! Deliveries and flows for the tests of this module.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use bytes::Bytes;
use domain::delivery::{Answer, RawDelivery};
use domain::flow::catalogue::TriggerSpec;
use domain::{Problem, Secret, Text, Time};
use serde_json::{Value, json};

use super::{Accepted, Inbound, Judgement};
use crate::manifest;
use crate::registry::{Trigger, TriggerCalls};

/// When every delivery here comes: 2023-11-14T22:13:20Z.
pub const NOW: Time = Time(1_700_000_000_000_000);
pub const ADDRESS: &str = "https://flows.example.com/in/abc";

/// A POST of JSON.
pub fn post(body: impl Into<Bytes>) -> RawDelivery {
    RawDelivery {
        method: "POST".into(),
        path: String::new(),
        query: String::new(),
        headers: vec![("content-type".into(), "application/json".into())],
        body: body.into(),
        remote_ip: IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7)),
        received_at: NOW,
    }
}

pub fn form(body: impl Into<Bytes>) -> RawDelivery {
    let raw = post(body);
    raw.header_set("content-type", "application/x-www-form-urlencoded")
}

pub trait With: Sized {
    fn header_set(self, name: &str, value: impl Into<String>) -> Self;
    fn method(self, method: &str) -> Self;
    fn query(self, query: &str) -> Self;
}

impl With for RawDelivery {
    fn header_set(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.retain(|(n, _)| n != name);
        self.headers.push((name.into(), value.into()));
        self
    }
    fn method(mut self, method: &str) -> Self {
        self.method = method.into();
        self
    }
    fn query(mut self, query: &str) -> Self {
        self.query = query.into();
        self
    }
}

/// A flow with this `webhook` part of a trigger.
pub fn webhook(webhook: Value, secrets: &[(&str, &str)]) -> Inbound {
    let mut trigger = json!({});
    trigger["webhook"] = webhook;
    flow(trigger, json!({}), secrets).unwrap_or_else(|p| panic!("{p:?}"))
}

/// A flow with this trigger, these settings and secrets.
pub fn flow(
    mut trigger: Value,
    input: Value,
    secrets: &[(&str, &str)],
) -> Result<Inbound, Vec<Problem>> {
    trigger["title"] = json!("Test");
    trigger["kind"] = json!("webhook");
    let manifest: manifest::Trigger = serde_json::from_value(trigger).unwrap();
    let fields = manifest.input.iter().map(|f| f.spec(&indexmap::IndexMap::new())).collect();
    let spec = TriggerSpec { input: fields, inbound: true, ..TriggerSpec::default() };
    let trigger = Trigger { key: "test".into(), spec, manifest, calls: TriggerCalls::default() };
    let secrets: BTreeMap<String, Secret> =
        secrets.iter().map(|(k, v)| ((*k).to_owned(), Secret::new(*v))).collect();
    let Value::Object(input) = input else { panic!("settings are a map") };
    Inbound::new(&trigger, &input, &secrets, ADDRESS)
}

/// The word for a judgement.
pub fn word(j: &Judgement) -> &'static str {
    match j {
        Judgement::Probe { .. } => "probe",
        Judgement::Rejected { .. } => "rejected",
        Judgement::Refused { .. } => "refused",
        Judgement::Ask(_) => "asks",
        Judgement::Accepted(_) => "accepted",
    }
}

pub fn accepted(j: Judgement) -> Accepted {
    match j {
        Judgement::Accepted(a) => *a,
        other => panic!("not accepted: {other:?}"),
    }
}

pub fn answered(j: Judgement) -> (&'static str, Answer) {
    let word = word(&j);
    match j {
        Judgement::Accepted(a) => (word, a.answer),
        Judgement::Ask(_) => (word, Answer::empty(503)),
        Judgement::Probe { answer, .. }
        | Judgement::Rejected { answer, .. }
        | Judgement::Refused { answer, .. } => (word, answer),
    }
}

pub fn reason(j: &Judgement) -> Text {
    match j {
        Judgement::Accepted(_) | Judgement::Ask(_) => Text::default(),
        Judgement::Probe { reason, .. }
        | Judgement::Rejected { reason, .. }
        | Judgement::Refused { reason, .. } => reason.clone(),
    }
}
