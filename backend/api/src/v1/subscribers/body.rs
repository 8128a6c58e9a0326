//! A subscriber as it is sent and read.

use std::collections::BTreeMap;

use connect::native::looks_secret;
use domain::Lang;
use domain::secret::MASK;
use domain::subscriber::{DeliveryCount, Subscriber};
use engine::manage::Manage;
use engine::manage::subscribers::Settings;
use mapping::moment::rfc3339;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::v1::problem::Problem;

/// A receiver of the workspace's own events.
#[derive(Serialize, ToSchema)]
pub struct SubscriberBody {
    pub id: String,
    pub name: String,
    /// Where its messages are sent.
    pub url: String,
    /// The types that it wants; empty: every type.
    pub types: Vec<String>,
    /// A condition of the flow language: `$.trigger.data` is the payload.
    pub filter: Option<Value>,
    /// Headers of every message; values that look like credentials are masked.
    pub headers: BTreeMap<String, String>,
    /// Members added to every message.
    #[schema(value_type = Object)]
    pub properties: Map<String, Value>,
    /// Messages in a time: `5/1s`.
    pub rate: Option<String>,
    /// `active`, `paused` (by a person) or `disabled` (it is gone, or failed for days).
    pub state: String,
    pub disabled: Option<DisabledBody>,
    /// Since when nothing was taken, while messages fail.
    pub failing_since: Option<String>,
    /// To the hour.
    pub last_success_at: Option<String>,
    pub last_failure: Option<FailureBody>,
    /// Until then the secret before the present one signs as well.
    pub old_secret_until: Option<String>,
    pub day: CountBody,
    pub created_at: String,
    pub updated_at: String,
}

/// Why a subscriber is told of nothing.
#[derive(Serialize, ToSchema)]
pub struct DisabledBody {
    pub at: String,
    pub code: String,
    pub message: String,
}

/// Where a message failed last.
#[derive(Serialize, ToSchema)]
pub struct FailureBody {
    pub at: String,
    /// The run of the delivery.
    pub run: String,
    pub code: String,
    pub message: String,
    /// HTTP status.
    pub status: Option<u16>,
}

/// Deliveries of the last day, of the newest ten thousand.
#[derive(Serialize, ToSchema)]
pub struct CountBody {
    pub succeeded: i64,
    pub failed: i64,
    /// Under way, or waiting for the next try.
    pub waiting: i64,
    /// Events that wait for the subscriber to be resumed; of any age.
    pub held: i64,
}

impl From<DeliveryCount> for CountBody {
    fn from(c: DeliveryCount) -> Self {
        let DeliveryCount { succeeded, failed, waiting, held } = c;
        Self { succeeded, failed, waiting, held }
    }
}

impl SubscriberBody {
    fn new(s: Subscriber, headers: Map<String, Value>, day: DeliveryCount, lang: Lang) -> Self {
        let shown = |(name, v): (String, Value)| {
            let value = v.as_str().unwrap_or_default();
            let value = if looks_secret(&name) { MASK } else { value };
            (name, value.to_owned())
        };
        let h = s.health;
        let why = h.disabled_because;
        Self {
            id: s.id.to_string(),
            name: s.name,
            url: s.url,
            types: s.types,
            filter: s.filter,
            headers: headers.into_iter().map(shown).collect(),
            properties: s.properties,
            rate: s.rate,
            state: s.state.as_str().to_owned(),
            disabled: h.disabled_at.map(|at| DisabledBody {
                at: rfc3339(at),
                code: why.as_ref().map(|e| e.code.as_str().to_owned()).unwrap_or_default(),
                message: why.map(|e| e.says(lang).to_owned()).unwrap_or_default(),
            }),
            failing_since: h.failing_since.map(rfc3339),
            last_success_at: h.last_success_at.map(rfc3339),
            last_failure: h.last_failure.map(|f| FailureBody {
                at: rfc3339(f.at),
                run: f.run.to_string(),
                code: f.error.code.as_str().to_owned(),
                message: f.error.says(lang).to_owned(),
                status: f.error.status,
            }),
            old_secret_until: s.previous_until.map(rfc3339),
            day: day.into(),
            created_at: rfc3339(s.created_at),
            updated_at: rfc3339(s.updated_at),
        }
    }

    /// With headers and figures.
    pub async fn of(manage: &Manage, s: Subscriber, lang: Lang) -> Result<Self, Problem> {
        let counts = manage.delivery_counts(&[s.id]).await?;
        Self::counted(manage, s, counts.into_values().next().unwrap_or_default(), lang).await
    }

    /// With headers, and figures that were read before.
    pub async fn counted(
        manage: &Manage,
        s: Subscriber,
        day: DeliveryCount,
        lang: Lang,
    ) -> Result<Self, Problem> {
        let headers = manage.subscriber_headers(s.id).await?;
        Ok(Self::new(s, headers, day, lang))
    }
}

/// A subscriber to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSubscriber {
    pub name: String,
    pub url: String,
    /// The types that it wants; empty: every type.
    #[serde(default)]
    pub types: Vec<String>,
    /// A condition of the flow language: `$.trigger.data` is the payload.
    #[serde(default)]
    pub filter: Option<Value>,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Members added to every message.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub properties: Map<String, Value>,
    /// Messages in a time: `5/1s`.
    #[serde(default)]
    pub rate: Option<String>,
    /// `whsec_` and base64 of 24 to 64 bytes; made up when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub secret: Option<SecretInput>,
}

/// A secret on its way in: never printed.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct SecretInput(String);

impl std::fmt::Debug for SecretInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(MASK)
    }
}

impl From<SecretInput> for domain::Secret {
    fn from(s: SecretInput) -> Self {
        domain::Secret::new(s.0)
    }
}

impl NewSubscriber {
    /// What it is to be, and its secret.
    pub fn split(self) -> (Settings, Option<domain::Secret>) {
        let headers = self.headers.into_iter().map(|(k, v)| (k, Some(v))).collect();
        let settings = Settings {
            name: self.name,
            url: self.url,
            types: self.types,
            filter: self.filter,
            properties: self.properties,
            rate: self.rate,
            headers,
        };
        (settings, self.secret.map(Into::into))
    }
}

/// What of a subscriber is changed; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubscriberChange {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub types: Option<Vec<String>>,
    /// Null takes the condition away.
    #[serde(default)]
    #[schema(value_type = Option<Value>)]
    pub filter: Change<Value>,
    /// All headers; a header that is null keeps the value that it has.
    #[serde(default)]
    pub headers: Option<BTreeMap<String, Option<String>>>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub properties: Option<Map<String, Value>>,
    /// Null takes the limit away.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub rate: Change<String>,
}

/// A member that may be absent, null or given.
#[derive(Debug, Default)]
pub enum Change<T> {
    #[default]
    Absent,
    To(Option<T>),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Option::<T>::deserialize(d).map(Change::To)
    }
}

impl<T> Change<T> {
    fn of(self, before: Option<T>) -> Option<T> {
        match self {
            Change::Absent => before,
            Change::To(now) => now,
        }
    }
}

impl SubscriberChange {
    /// The settings after the change.
    pub fn on(self, s: Subscriber, headers: Map<String, Value>) -> Settings {
        let kept = || headers.into_iter().map(|(name, _)| (name, None)).collect();
        Settings {
            name: self.name.unwrap_or(s.name),
            url: self.url.unwrap_or(s.url),
            types: self.types.unwrap_or(s.types),
            filter: self.filter.of(s.filter),
            properties: self.properties.unwrap_or(s.properties),
            rate: self.rate.of(s.rate),
            headers: self.headers.unwrap_or_else(kept),
        }
    }
}
