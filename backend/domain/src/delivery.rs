//! Deliveries and events: what arrives.

use std::net::IpAddr;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::Time;
use crate::run::words;

/// One HTTP request to an address, as received.
#[derive(Clone, Debug)]
pub struct RawDelivery {
    /// Upper case.
    pub method: String,
    /// What follows `/in/{token}`, with its leading slash; empty if nothing does.
    pub path: String,
    /// Raw, without the question mark.
    pub query: String,
    /// Names in lower case, values as text (bytes above 127 read as latin-1), in order.
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
    /// The sender, after trusted proxies.
    pub remote_ip: IpAddr,
    pub received_at: Time,
}

impl RawDelivery {
    /// The first header of this lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

words! {
    /// What was decided about a delivery.
    Verdict {
        /// It made events (perhaps held ones).
        Accepted = "accepted",
        /// Every event of it was there already.
        Duplicate = "duplicate",
        /// An exchange that the connector answers by itself, or a method that makes no events.
        Probe = "probe",
        /// Signature, token or address check failed.
        Rejected = "rejected",
        /// It cannot be turned into events (over 1,000 items); kept to be seen.
        Refused = "refused",
        /// It came to an address without a flow: kept to be seen.
        Temporary = "temporary",
    }
}

words! {
    /// Where an event is.
    EventState {
        /// It has a run.
        Accepted = "accepted",
        /// Kept until a person releases it: the flow is paused or was never published, or a loop.
        Held = "held",
        /// Decided at ingest: the trigger's filter or `only_if` said no. No run.
        Filtered = "filtered",
        /// Dropped by a person.
        Dropped = "dropped",
    }
}

/// What the sender got back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub status: u16,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// The sender waits for the run (semantics S11), and this is `otherwise`. Here is what it gets
    /// if the run succeeds without saying anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Box<Answer>>,
}

impl Answer {
    /// Text with a status.
    pub fn text(status: u16, body: impl Into<String>) -> Self {
        Self {
            status,
            headers: vec![
                ("content-type".into(), "text/plain; charset=utf-8".into()),
                ("x-content-type-options".into(), "nosniff".into()),
            ],
            body: body.into(),
            pending: None,
        }
    }
    /// JSON with a status.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self {
            status,
            headers: vec![("content-type".into(), "application/json".into())],
            body: body.to_string(),
            pending: None,
        }
    }
    /// XML with a status.
    pub fn xml(status: u16, body: impl Into<String>) -> Self {
        Self {
            status,
            headers: vec![("content-type".into(), "application/xml; charset=utf-8".into())],
            body: body.into(),
            pending: None,
        }
    }
    /// A status alone.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: String::new(), pending: None }
    }

    /// Adds a header in place of one of the same lower-case name. One that HTTP does not allow, and
    /// the type of plain text, which must not become a page, are left as they are.
    pub fn set_header(&mut self, name: &str, value: String) {
        let plain = self.headers.iter().any(|(n, _)| n == "x-content-type-options");
        let fixed = plain && matches!(name, "content-type" | "x-content-type-options");
        if fixed || value.bytes().any(|b| (b < 32 && b != b'\t') || b == 127) {
            return;
        }
        self.headers.retain(|(n, _)| n != name);
        self.headers.push((name.to_owned(), value));
    }
}
