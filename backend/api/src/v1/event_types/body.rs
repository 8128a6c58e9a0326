//! An event type as it is sent and read.

use domain::subscriber::EventType;
use engine::manage::event_types::Declared;
use mapping::moment::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A kind of event that the workspace publishes.
#[derive(Serialize, ToSchema)]
pub struct EventTypeBody {
    /// Such as `order.created`.
    pub name: String,
    pub title: String,
    pub description: String,
    /// JSON Schema of the payload; null: anything is allowed.
    pub schema: Option<Value>,
    /// A payload for tests and for people to see.
    pub sample: Option<Value>,
    pub created_at: String,
    pub updated_at: String,
}

impl From<EventType> for EventTypeBody {
    fn from(t: EventType) -> Self {
        Self {
            name: t.name,
            title: t.title,
            description: t.description,
            schema: t.schema,
            sample: t.sample,
            created_at: rfc3339(t.created_at),
            updated_at: rfc3339(t.updated_at),
        }
    }
}

/// What is declared of an event type.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventTypeInput {
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub description: String,
    /// JSON Schema (2020-12) of the payload. A keyword that would not be checked is refused.
    #[serde(default)]
    pub schema: Option<Value>,
    /// A payload that fits the schema.
    #[serde(default)]
    pub sample: Option<Value>,
}

impl From<EventTypeInput> for Declared {
    fn from(i: EventTypeInput) -> Self {
        let EventTypeInput { title, description, schema, sample } = i;
        Declared { title, description, schema, sample }
    }
}

/// An event type to declare.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEventType {
    /// Words of letters, digits, `_` and `-` with dots between them: `order.created`.
    pub name: String,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub description: String,
    /// JSON Schema (2020-12) of the payload. A keyword that would not be checked is refused.
    #[serde(default)]
    pub schema: Option<Value>,
    /// A payload that fits the schema.
    #[serde(default)]
    pub sample: Option<Value>,
}

impl NewEventType {
    /// Its name, and what is declared of it.
    pub fn split(self) -> (String, Declared) {
        let Self { name, title, description, schema, sample } = self;
        (name, Declared { title, description, schema, sample })
    }
}
