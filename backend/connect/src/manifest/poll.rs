//! How a service is asked for new records; for triggers of `kind: poll`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Call, Template};
use domain::Span;

/// How new records are found.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Poll {
    /// Shortest period; `5m` by default. The user may choose a longer one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Span>,
    /// Gives the list; context `cursor`, `input`, `conn`, `now`. Without `paginate` its `output`
    /// is the list.
    pub call: Call,
    /// Unique per record; context `item`, `input`, `conn`. A record whose id is empty is known by
    /// its content.
    pub id: Template,
    /// How far the service has been read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
    /// What of the records that exist already becomes events.
    #[serde(default)]
    pub first_run: FirstRun,
    /// Ids remembered; 2,000 by default, never fewer than one poll reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remember: Option<u32>,
}

/// How far a service has been read.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// The value of an `item`; the largest is kept.
    pub from: Template,
    #[serde(default, rename = "type")]
    pub kind: CursorType,
    /// The value before the first poll; the present moment by default for `datetime`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial: Option<Template>,
    /// Asked again this far back, for records that arrive late; only for `datetime`, there `60s`
    /// by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlap: Option<Span>,
    /// The order of the list.
    #[serde(default)]
    pub order: Order,
}

/// What a cursor is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CursorType {
    #[default]
    Datetime,
    Number,
    String,
}

/// The order of the list by its cursor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// Oldest first.
    Asc,
    /// Newest first: paging stops at the cursor.
    Desc,
    #[default]
    None,
}

/// What becomes of the records that exist at the first poll: `skip` (default), `all`, or a number
/// of the newest ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FirstRun {
    /// Remembered, no events.
    #[default]
    Skip,
    All,
    Newest(u32),
}

impl Serialize for FirstRun {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            FirstRun::Skip => s.serialize_str("skip"),
            FirstRun::All => s.serialize_str("all"),
            FirstRun::Newest(n) => s.serialize_u32(*n),
        }
    }
}

struct Runs;

impl Visitor<'_> for Runs {
    type Value = FirstRun;
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("skip, all or a number of records")
    }
    fn visit_str<E: Error>(self, v: &str) -> Result<FirstRun, E> {
        match v {
            "skip" => Ok(FirstRun::Skip),
            "all" => Ok(FirstRun::All),
            _ => Err(E::unknown_variant(v, &["skip", "all"])),
        }
    }
    fn visit_u64<E: Error>(self, v: u64) -> Result<FirstRun, E> {
        u32::try_from(v).map(FirstRun::Newest).map_err(E::custom)
    }
    fn visit_i64<E: Error>(self, v: i64) -> Result<FirstRun, E> {
        u32::try_from(v).map(FirstRun::Newest).map_err(E::custom)
    }
}

impl<'de> Deserialize<'de> for FirstRun {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(Runs)
    }
}

impl JsonSchema for FirstRun {
    fn schema_name() -> Cow<'static, str> {
        "FirstRun".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "enum": ["skip", "all"] },
                { "type": "integer", "minimum": 0 },
            ],
        })
    }
}
