//! Deliveries as the API shows them.

use domain::Lang;
use engine::reasons;
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
    pub verdict: DeliveryVerdict,
    /// What the sender was answered.
    pub status: u16,
    /// Why, for a person, where there is something to say.
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
    /// Why it has no run: a stable word, such as `unpublished`, `paused` or `only_if`.
    pub reason: Option<String>,
    /// The same for a person.
    pub summary: Option<String>,
    pub run: Option<String>,
    pub run_state: Option<String>,
}

impl EventItem {
    pub fn new(e: &EventView, lang: Lang) -> Self {
        Self {
            id: e.id.to_string(),
            flow: e.flow.to_string(),
            delivery: e.delivery.to_string(),
            item: e.item,
            state: e.state.as_str().to_owned(),
            reason: e.reason.clone(),
            summary: e.reason.as_deref().map(|r| reasons::words(r, lang)),
            run: e.run.map(|id| id.to_string()),
            run_state: e.run_state.map(|s| s.as_str().to_owned()),
        }
    }
}

/// What became of a delivery. The words are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryVerdict {
    Run,
    /// Its events wait until the flow is published, resumed or mended.
    Held,
    /// A copy of an earlier one.
    Duplicate,
    /// A check by the service.
    Probe,
    /// A filter or the condition of the trigger said no.
    Filtered,
    /// A newer one was there already.
    Stale,
    /// The signature, the token or the address of the sender was wrong.
    Rejected,
    /// It could not be turned into events.
    Refused,
    /// A test of the builder.
    Test,
    /// It came to an address without a flow.
    Temporary,
    /// A person dropped its events.
    Dropped,
}

impl From<Outcome> for DeliveryVerdict {
    fn from(o: Outcome) -> Self {
        match o {
            Outcome::Run => Self::Run,
            Outcome::Held => Self::Held,
            Outcome::Duplicate => Self::Duplicate,
            Outcome::Probe => Self::Probe,
            Outcome::Filtered => Self::Filtered,
            Outcome::Stale => Self::Stale,
            Outcome::Rejected => Self::Rejected,
            Outcome::Refused => Self::Refused,
            Outcome::Test => Self::Test,
            Outcome::Temporary => Self::Temporary,
            Outcome::Dropped => Self::Dropped,
        }
    }
}

impl DeliveryItem {
    pub fn new(d: &Inspected, lang: Lang) -> Self {
        let reason = |e: &ItsEvent| e.reason.clone();
        let reason = d.view.reason.clone().or_else(|| d.events.iter().find_map(reason));
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
            verdict: d.outcome.into(),
            status: d.view.answer.status,
            summary: reason.map(|r| reasons::words(&r, lang)),
            copy_of: d.view.copy_of.map(|id| id.to_string()),
            events: d.events.iter().map(|e| EventItem::new(&d.event(e), lang)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_answer_are_those_of_the_filter() {
        for (outcome, word) in Outcome::ALL {
            let said = serde_json::to_value(DeliveryVerdict::from(*outcome)).unwrap();
            assert_eq!(said, *word);
        }
    }
}
