//! Such addresses as the API takes and shows them.

use domain::Span;
use engine::manage::Manage;
use engine::manage::temporary::Temporary;
use mapping::moment::rfc3339;
use serde::{Deserialize, Serialize};
use store::TemporaryAddress;
use utoipa::ToSchema;

use crate::v1::pair::Pair;

/// How an address answers. What is not given stays as it is; at first it is 200 with `ok`.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TemporaryInput {
    pub name: Option<String>,
    /// 200 to 599.
    pub status: Option<u16>,
    /// Pairs of a name and its value, in the order in which they are sent.
    #[schema(value_type = Option<Vec<Pair>>)]
    pub headers: Option<Vec<(String, String)>>,
    pub body: Option<String>,
    /// How long the sender waits for the answer, milliseconds; at most 30,000.
    pub delay_ms: Option<u32>,
}

impl TemporaryInput {
    pub fn over(self, old: Temporary) -> Temporary {
        Temporary {
            name: self.name.unwrap_or(old.name),
            status: self.status.unwrap_or(old.status),
            headers: self.headers.unwrap_or(old.headers),
            body: self.body.unwrap_or(old.body),
            delay: self.delay_ms.map_or(old.delay, |ms| Span::ms(i64::from(ms))),
        }
    }
}

/// An address without a flow.
#[derive(Serialize, ToSchema)]
pub struct TemporaryBody {
    pub id: String,
    /// Where senders reach it.
    pub url: String,
    pub name: String,
    pub status: u16,
    #[schema(value_type = Vec<Pair>)]
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub delay_ms: i64,
    pub created_at: String,
}

impl TemporaryBody {
    pub fn new(manage: &Manage, a: TemporaryAddress) -> Self {
        Self {
            id: a.id.to_string(),
            url: manage.temporary_url(&a),
            name: a.name,
            status: a.status,
            headers: a.headers,
            body: a.body,
            delay_ms: a.delay.micros() / 1_000,
            created_at: rfc3339(a.created_at),
        }
    }
}
