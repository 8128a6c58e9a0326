//! What the templates of a call see. Secrets stand only in the views of credentials, and there is
//! a second one with a mask in their place, from which the log is rendered.

use std::collections::BTreeMap;

use domain::connection::Connection;
use domain::secret::MASK;
use domain::{Secret, Time};
use mapping::Context;
use serde_json::{Map, Value, json};

use super::RunInfo;
use crate::template::rfc3339;

/// What the credentials and addresses see: with secrets, and with a mask in their place.
pub struct Conn {
    pub real: Context,
    pub masked: Context,
    /// Without secrets: what everything else sees as `conn`.
    pub open: Value,
}

impl Conn {
    /// The views of a connection; empty ones without a connection.
    pub fn new(connection: Option<&Connection>, run: &Value, now: Time) -> Self {
        let mut open = Map::new();
        let mut real = Map::new();
        let mut masked = Map::new();
        if let Some(c) = connection {
            for (k, v) in &c.fields {
                open.insert(k.clone(), Value::from(v.as_str()));
            }
            real.clone_from(&open);
            masked.clone_from(&open);
            for (k, v) in &c.secrets {
                real.insert(k.clone(), Value::from(v.expose()));
                masked.insert(k.clone(), Value::from(MASK));
            }
        }
        let context = |conn: Map<String, Value>| {
            Context::new(json!({ "conn": conn, "run": run, "now": rfc3339(now) }))
        };
        Self { real: context(real), masked: context(masked), open: Value::Object(open) }
    }
}

/// What templates see as `run`.
pub fn run(info: &RunInfo<'_>) -> Value {
    json!({ "key": info.key, "attempt": info.attempt, "flow_id": info.flow.to_string() })
}

/// The secrets of a connection and of an input.
pub fn secrets<'s>(
    connection: Option<&'s Connection>,
    input: &'s BTreeMap<String, Secret>,
) -> impl Iterator<Item = &'s Secret> {
    connection.into_iter().flat_map(|c| c.secrets.values()).chain(input.values())
}
