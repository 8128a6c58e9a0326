//! Event types that a workspace publishes, and the subscribers that are told of them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Time;
use crate::ids::{RunId, SubscriberId, WorkspaceId};
use crate::limits::EVENT_TYPE_CHARS;
use crate::outcome::StepError;
use crate::run::words;

/// A kind of event that a workspace publishes.
#[derive(Clone, Debug, PartialEq)]
pub struct EventType {
    pub workspace: WorkspaceId,
    /// Such as `order.created`.
    pub name: String,
    pub title: String,
    pub description: String,
    /// JSON Schema of the payload; anything is allowed without one.
    pub schema: Option<Value>,
    /// A payload for tests and for people to see.
    pub sample: Option<Value>,
    pub created_at: Time,
    pub updated_at: Time,
}

/// Whether `name` can be the name of an event type: words of letters, digits, `_` and `-`, with
/// dots between them.
pub fn is_type_name(name: &str) -> bool {
    let word = |w: &str| {
        !w.is_empty() && w.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
    };
    name.len() <= EVENT_TYPE_CHARS && name.split('.').all(word)
}

words! {
    /// Whether a subscriber is told of events.
    SubscriberState {
        Active = "active",
        /// A person wants it to wait: its events are held.
        Paused = "paused",
        /// It said that it is gone, or failed for days: its events are held.
        Disabled = "disabled",
    }
}

/// A receiver of a workspace's own events. Its secrets and headers are apart, sealed.
#[derive(Clone, Debug, PartialEq)]
pub struct Subscriber {
    pub id: SubscriberId,
    pub workspace: WorkspaceId,
    pub name: String,
    pub url: String,
    /// The types that it wants; none means every type.
    pub types: Vec<String>,
    /// A condition of the flow language over `trigger.data` (the payload) and `trigger.body`.
    pub filter: Option<Value>,
    /// Members added to every message.
    pub properties: Map<String, Value>,
    /// Deliveries in a time, such as `5/1s`.
    pub rate: Option<String>,
    pub state: SubscriberState,
    /// The version of its flow.
    pub version: i64,
    /// Until then the secret before this one signs as well.
    pub previous_until: Option<Time>,
    pub health: Health,
    pub created_at: Time,
    pub updated_at: Time,
}

/// How the deliveries of a subscriber go.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Health {
    pub disabled_at: Option<Time>,
    pub disabled_because: Option<StepError>,
    /// The first failed try since the last delivery that was taken.
    pub failing_since: Option<Time>,
    /// To the hour.
    pub last_success_at: Option<Time>,
    pub last_failure: Option<LastFailure>,
}

/// Where a delivery failed last, to the minute.
#[derive(Clone, Debug, PartialEq)]
pub struct LastFailure {
    pub at: Time,
    pub run: RunId,
    pub error: StepError,
}

/// What became of deliveries of the last day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DeliveryCount {
    pub succeeded: i64,
    pub failed: i64,
    /// Under way, or waiting for the next try.
    pub waiting: i64,
    /// Events that are held; of any age.
    pub held: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_types_are_words_with_dots_between_them() {
        for good in ["order.created", "a", "Order_2.item-added.v2"] {
            assert!(is_type_name(good), "{good}");
        }
        let long = "a".repeat(EVENT_TYPE_CHARS + 1);
        for bad in ["", ".", "order.", "a..b", "order created", "заказ", long.as_str()] {
            assert!(!is_type_name(bad), "{bad}");
        }
    }
}
