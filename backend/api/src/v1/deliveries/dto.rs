//! Deliveries as the API shows them.

use mapping::moment::rfc3339;
use serde::Serialize;
use store::{EventView, Inspected, ItsEvent, Outcome};
use utoipa::ToSchema;

/// A delivery as a list shows it.
#[derive(Clone, Serialize, ToSchema)]
pub struct DeliveryItem {
    pub id: String,
    /// Absent for an address without a flow, and where none of those that share it takes it.
    pub flow: Option<String>,
    /// The address without a flow that it came to.
    pub temporary: Option<String>,
    /// The name of the flow or address; absent if it was deleted.
    pub flow_name: Option<String>,
    pub at: String,
    pub method: String,
    /// What follows the address.
    pub path: String,
    pub ip: String,
    /// Bytes of the body.
    pub size: i64,
    /// `run`, `held`, `duplicate`, `probe`, `filtered`, `stale`, `rejected`, `refused`, `test`,
    /// `temporary` or `dropped`.
    pub verdict: String,
    /// What the sender was answered.
    pub status: u16,
    /// Why, where there is something to say.
    pub summary: Option<String>,
    /// The event of which it is a copy.
    pub copy_of: Option<String>,
    pub events: Vec<EventItem>,
}

/// An event of a delivery.
#[derive(Clone, Serialize, ToSchema)]
pub struct EventItem {
    pub id: String,
    pub flow: String,
    pub delivery: String,
    /// Its place in the delivery.
    pub item: i64,
    /// `accepted`, `held`, `filtered` or `dropped`.
    pub state: String,
    /// Why it has no run.
    pub reason: Option<String>,
    pub run: Option<String>,
    pub run_state: Option<String>,
}

impl EventItem {
    pub fn new(e: &EventView) -> Self {
        Self {
            id: e.id.to_string(),
            flow: e.flow.to_string(),
            delivery: e.delivery.to_string(),
            item: e.item,
            state: e.state.as_str().to_owned(),
            reason: e.reason.clone(),
            run: e.run.map(|id| id.to_string()),
            run_state: e.run_state.map(|s| s.as_str().to_owned()),
        }
    }
}

/// The word of an outcome.
pub fn verdict(outcome: Outcome) -> String {
    let found = Outcome::ALL.iter().find(|(o, _)| *o == outcome);
    found.map_or_else(String::new, |(_, word)| (*word).to_owned())
}

impl DeliveryItem {
    pub fn new(d: &Inspected) -> Self {
        let reason = |e: &ItsEvent| e.reason.clone();
        Self {
            id: d.view.id.to_string(),
            flow: (d.temporary.is_none() && !d.shared).then(|| d.view.flow.to_string()),
            temporary: d.temporary.map(|id| id.to_string()),
            flow_name: d.name.clone(),
            at: rfc3339(d.view.received_at),
            method: d.view.method.clone(),
            path: d.view.path.clone(),
            ip: d.view.remote_ip.clone(),
            size: d.view.body_bytes,
            verdict: verdict(d.outcome),
            status: d.view.answer.status,
            summary: d.view.reason.clone().or_else(|| d.events.iter().find_map(reason)),
            copy_of: d.view.copy_of.map(|id| id.to_string()),
            events: d.events.iter().map(|e| EventItem::new(&d.event(e))).collect(),
        }
    }
}
