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
    #[schema(schema_with = verdict)]
    pub verdict: Outcome,
    /// What the sender was answered.
    pub status: u16,
    /// Why, for a person, where there is something to say; in lists of one that was taken as it
    /// came the first values of its body.
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

/// The words of [`Outcome`] in the document.
fn verdict() -> utoipa::openapi::Object {
    let words = Outcome::ALL.iter().map(|(_, word)| *word);
    utoipa::openapi::ObjectBuilder::new()
        .schema_type(utoipa::openapi::Type::String)
        .description(Some(
            "What became of it: `run`; `held` until the flow is published, resumed or mended; \
             `duplicate` (a copy of an earlier one); `probe` (a check by the service); `filtered` \
             (a filter or the condition of the trigger said no); `stale` (a newer one was there); \
             `rejected` (the sender proved nothing); `refused` (it gave no events); `test` (of the \
             builder); `temporary` (to an address without a flow); `dropped` by a person.",
        ))
        .enum_values(Some(words))
        .build()
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
            verdict: d.outcome,
            status: d.view.answer.status,
            summary: reason.map(|r| reasons::words(&r, lang)),
            copy_of: d.view.copy_of.map(|id| id.to_string()),
            events: d.events.iter().map(|e| EventItem::new(&d.event(e), lang)).collect(),
        }
    }
}
