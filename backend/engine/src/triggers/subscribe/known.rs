//! What a service knows of an address, as the row of its registration keeps it.

use std::collections::BTreeMap;

use domain::ids::{ConnectionId, FlowId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What is to be known at the service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Registration {
    pub connector: String,
    pub event: String,
    pub connection: Option<ConnectionId>,
    pub input: Map<String, Value>,
    pub url: String,
    /// Settings that are secret, with the names of the flow's secrets that they are.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub secrets: BTreeMap<String, String>,
    /// Whose secrets those are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<FlowId>,
}

impl Registration {
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
    /// Whether the same account of the same service is meant, as far as that can be told.
    pub fn is_beside(&self, other: &Registration) -> bool {
        self.connector == other.connector && self.connection == other.connection
    }
}

/// What the service knows, or may know.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Known {
    pub what: Registration,
    /// That of the connector that told it; empty where nobody wrote it down.
    pub version: String,
    /// A call was begun and nobody knows what came of it.
    pub unsure: bool,
}

/// What stands beside a registration in its row.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Beside {
    version: String,
    unsure: bool,
}

impl Known {
    pub fn read(text: &str) -> Option<Self> {
        let what = Registration::read(text)?;
        let Beside { version, unsure } = serde_json::from_str(text).unwrap_or_default();
        Some(Self { what, version, unsure })
    }
    pub fn text(&self) -> String {
        let mut all = serde_json::to_value(&self.what).unwrap_or_default();
        all["version"] = self.version.as_str().into();
        all["unsure"] = self.unsure.into();
        all.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_service_knows_is_read_as_it_was_written() {
        let text = r#"{"connector":"acme","event":"hooked","connection":null,"input":{"kind":"a"},
          "url":"https://z.test/in/abc"}"#;
        let what = Registration::read(text).unwrap();
        let plain = Known::read(text).unwrap();
        assert_eq!(plain, Known { what: what.clone(), version: String::new(), unsure: false });
        let begun = Known { what: what.clone(), version: "1.0.0".into(), unsure: true };
        assert_eq!(Known::read(&begun.text()).unwrap(), begun);
        // What is wanted does not depend on how it was told.
        assert_eq!(Registration::read(&begun.text()).unwrap(), what);
    }
}
