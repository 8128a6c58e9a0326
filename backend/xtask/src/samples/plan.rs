//! Which flow takes a sample: the service's own trigger where `services.json` names one, otherwise
//! the generic webhook trigger with the check that the sample's scheme describes.

use serde_json::{Map, Value, json};

/// A flow for one sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub connector: String,
    pub event: String,
    /// Settings that are no secret.
    pub input: Map<String, Value>,
    /// The secret setting and its value.
    pub secret: Option<(String, String)>,
}

const SERVICES: &str = include_str!("services.json");

/// The plan for a sample; none if no trigger here can check its scheme. `services.json` names
/// triggers by service, or by `service/sample` where one of its samples needs another.
pub fn of(service: &str, name: &str, sidecar: &Value) -> Option<Plan> {
    let services: Value = serde_json::from_str(SERVICES).unwrap_or_default();
    let scheme = sidecar["scheme"].as_str().unwrap_or("none");
    let secret = sidecar["secret"].as_str().filter(|s| !s.is_empty());
    if let Some(named) = services.get(name).or_else(|| services.get(service)) {
        return Some(own(named, secret));
    }
    generic(scheme, secret)
}

/// The service's own trigger. `secret` in `services.json` is the setting that takes the sample's
/// secret, `key` the one that takes it where it is no secret (a public key), and `otherwise` is the
/// value for samples that come without one though the setting has to be filled.
fn own(named: &Value, secret: Option<&str>) -> Plan {
    let text = |key: &str| named[key].as_str().unwrap_or_default().to_owned();
    let secret = secret.or(named["otherwise"].as_str());
    let field = named["secret"].as_str().map(str::to_owned);
    let mut input = named["input"].as_object().cloned().unwrap_or_default();
    // A name and a password come as one, as in the header (RFC 7617).
    let pair = named["user"].as_str().zip(secret.and_then(|s| s.split_once(':')));
    if let Some((key, (user, _))) = pair {
        input.insert(key.to_owned(), user.into());
    }
    if let Some((key, value)) = named["key"].as_str().zip(secret) {
        input.insert(key.to_owned(), value.into());
    }
    let secret = pair.map_or(secret, |(_, (_, password))| Some(password));
    Plan {
        connector: text("connector"),
        event: text("event"),
        input,
        secret: field.zip(secret.map(str::to_owned)),
    }
}

/// The generic trigger, set up for a scheme.
fn generic(scheme: &str, secret: Option<&str>) -> Option<Plan> {
    let (kind, rest) = scheme.split_once(':').unwrap_or((scheme, ""));
    let plan = |input: Value, secret: Option<&str>| Plan {
        connector: "webhook".into(),
        event: "request".into(),
        input: input.as_object().cloned().unwrap_or_default(),
        secret: secret.map(|s| ("secret".to_owned(), s.to_owned())),
    };
    let signed = |algorithm: &str, encoding: &str, name: &str, prefix: &str| {
        let input = json!({
            "check": "signature", "algorithm": algorithm, "encoding": encoding, "name": name,
            "prefix": prefix,
        });
        Some(plan(input, secret))
    };
    match kind {
        "none" => Some(plan(json!({}), None)),
        "header-token" => Some(plan(json!({ "check": "header", "name": rest }), secret)),
        "query-secret" => Some(plan(json!({ "check": "query", "name": rest }), secret)),
        "basic-auth" => {
            let (user, password) = secret?.split_once(':')?;
            Some(plan(json!({ "check": "basic", "user": user }), Some(password)))
        }
        "github-sha256" => signed("hmac_sha256", "hex", "X-Hub-Signature-256", "sha256="),
        "bitbucket-sha256" => signed("hmac_sha256", "hex", "X-Hub-Signature", "sha256="),
        "github-sha1" => signed("hmac_sha1", "hex", "X-Hub-Signature", "sha1="),
        "hex-sha256" => signed("hmac_sha256", "hex", rest, ""),
        "hex-sha1" => signed("hmac_sha1", "hex", rest, ""),
        "b64-sha256" => signed("hmac_sha256", "base64", rest, ""),
        "prefixed-b64-sha256" => {
            let (name, prefix) = rest.split_once(':')?;
            signed("hmac_sha256", "base64", name, prefix)
        }
        _ => None,
    }
}

impl Plan {
    /// The flow document; `version` is that of the connector.
    pub fn document(&self, name: &str, version: &str) -> Value {
        let mut input = Map::new();
        for (key, value) in &self.input {
            input.insert(key.clone(), json!({ "literal": value }));
        }
        if let Some((field, _)) = &self.secret {
            input.insert(field.clone(), json!({ "secret": field }));
        }
        json!({
            "zveno": 1,
            "name": name,
            "trigger": {
                "connector": format!("{}@{version}", self.connector),
                "event": self.event,
                "input": input,
            },
            "steps": [],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_becomes_the_settings_of_the_generic_trigger() {
        let signed = json!({ "scheme": "github-sha256", "secret": "s" });
        let plan = of("shop", "shop/order", &signed).unwrap();
        assert_eq!(plan.input["name"], "X-Hub-Signature-256");
        assert_eq!(plan.secret, Some(("secret".into(), "s".into())));
        let plan = of("x", "x/y", &json!({ "scheme": "basic-auth", "secret": "u:p" })).unwrap();
        assert_eq!(
            (&plan.input["user"], plan.secret),
            (&json!("u"), Some(("secret".into(), "p".into())))
        );
        assert_eq!(of("x", "x/y", &json!({ "scheme": "salesforce-orgid" })), None);
    }

    #[test]
    fn a_service_with_a_connector_of_its_own_uses_it() {
        let open = json!({ "scheme": "none", "secret": null });
        let plan = of("tilda", "tilda/form", &open).unwrap();
        assert_eq!((plan.connector.as_str(), plan.secret), ("tilda", None));
        let plan = of("telphin", "telphin/hangup", &open).unwrap();
        assert_eq!(plan.input["networks"], "any", "a sample may have its own");
        let plan = of("dropbox", "dropbox/challenge", &open).unwrap();
        assert!(plan.secret.is_some(), "the trigger cannot be published without one");
        let key = json!({ "scheme": "ed25519", "secret": "ab" });
        let plan = of("discord", "discord/ping", &key).unwrap();
        assert_eq!((&plan.input["public_key"], plan.secret), (&json!("ab"), None));
        let plan = of("cisco-dnac", "cisco-dnac/x", &json!({ "secret": "u:p" })).unwrap();
        assert_eq!(plan.input["user"], "u");
        assert_eq!(plan.secret, Some(("secret".into(), "p".into())));
    }
}
