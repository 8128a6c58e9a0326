//! Security schemes of a document as ways to connect.

use serde_json::{Map, Value, json};

use super::action::Operation;
use super::schema::{Document, snake, words};

/// The ways to connect.
#[derive(Default)]
pub struct Auth {
    pub connection: Option<Value>,
    /// The connection of fixtures.
    pub sample: Option<Value>,
    /// Hosts of token requests.
    pub hosts: Vec<String>,
    /// Credentials stand in the query.
    pub in_query: bool,
}

/// The schemes that the document has, as methods; those that are asked for first.
pub fn methods(
    d: &Document<'_>,
    host: &str,
    all: &[Operation<'_>],
    notes: &mut Vec<String>,
) -> Auth {
    let mut out = Auth::default();
    let schemes = d.root["components"]["securitySchemes"].as_object();
    let mut methods = Vec::new();
    for (name, scheme) in schemes.into_iter().flatten() {
        let scheme = d.resolve(scheme);
        let id = snake(name);
        match method(&id, name, scheme, &mut out.hosts) {
            Some((made, sample)) => {
                out.in_query |= made["apply"]["query"].is_object();
                out.sample.get_or_insert(sample);
                methods.push(made);
            }
            None => notes.push(format!("the security scheme {name} is not taken over")),
        }
    }
    if methods.is_empty() {
        let asked =
            d.root["security"].is_array() || all.iter().any(|o| o.op["security"].is_array());
        if asked {
            notes.push("credentials are asked for but not described: add connection".into());
        }
        return out;
    }
    // A harmless call without required input proves the credentials.
    let harmless =
        all.iter().find(|o| o.method == "get" && !o.path.contains('{') && !needs_input(d, o));
    match harmless {
        Some(op) => methods.iter_mut().for_each(|m| m["test"] = json!({ "url": op.path })),
        None => notes.push("no call proves the credentials: add connection.methods[].test".into()),
    }
    let open = all.iter().all(|o| o.op["security"].as_array().is_some_and(Vec::is_empty));
    out.connection = Some(json!({ "optional": open, "methods": methods }));
    notes.push(format!("requests with credentials go to {host} only"));
    out
}

fn needs_input(d: &Document<'_>, op: &Operation<'_>) -> bool {
    let all = op.op["parameters"].as_array().into_iter().flatten();
    all.map(|p| d.resolve(p)).any(|p| p["required"] == true)
}

fn secret(key: &str, label: &str) -> Value {
    json!({ "key": key, "label": label, "required": true, "secret": true })
}

/// One method with a connection for fixtures.
fn method(id: &str, name: &str, s: &Value, hosts: &mut Vec<String>) -> Option<(Value, Value)> {
    let title = words(name);
    let sample = |key: &str| json!({ "method": id, key: "test-secret-000" });
    match (s["type"].as_str()?, s["scheme"].as_str().unwrap_or_default().to_lowercase().as_str()) {
        ("http", "bearer") => Some((
            json!({ "id": id, "title": title, "kind": "bearer", "fields": [secret("token", "Token")] }),
            sample("token"),
        )),
        ("http", "basic") => Some((
            json!({
                "id": id, "title": title, "kind": "basic",
                "fields": [
                    { "key": "username", "label": "User", "required": true },
                    { "key": "password", "label": "Password", "secret": true },
                ],
                "apply": { "basic": ["{{conn.username}}", "{{conn.password}}"] },
            }),
            json!({ "method": id, "username": "shop", "password": "test-secret-000" }),
        )),
        ("apiKey", _) => {
            let place = match s["in"].as_str()? {
                "header" => "headers",
                "query" => "query",
                _ => return None,
            };
            let mut apply = Map::new();
            apply.insert(s["name"].as_str()?.to_owned(), json!("{{conn.key}}"));
            Some((
                json!({
                    "id": id, "title": title, "kind": "api_key",
                    "fields": [secret("key", "API key")], "apply": { place: apply },
                }),
                sample("key"),
            ))
        }
        ("oauth2", _) => oauth2(id, &title, &s["flows"], hosts),
        _ => None,
    }
}

fn oauth2(id: &str, title: &str, flows: &Value, hosts: &mut Vec<String>) -> Option<(Value, Value)> {
    let code = &flows["authorizationCode"];
    let own = &flows["clientCredentials"];
    let flow = if code.is_object() { code } else { own };
    let token_url = flow["tokenUrl"].as_str().filter(|u| u.starts_with("https://"))?;
    let host = token_url.parse::<url::Url>().ok()?.host_str()?.to_owned();
    if !hosts.contains(&host) {
        hosts.push(host);
    }
    let scopes: Vec<&String> =
        flow["scopes"].as_object().into_iter().flat_map(|s| s.keys()).collect();
    let mut oauth2 = json!({ "token_url": token_url, "scopes": scopes });
    if code.is_object() {
        oauth2["authorize_url"] = code["authorizationUrl"].clone();
    } else {
        oauth2["grant"] = json!("client_credentials");
    }
    Some((
        json!({ "id": id, "title": title, "kind": "oauth2", "oauth2": oauth2 }),
        json!({ "method": id, "access_token": "test-secret-000" }),
    ))
}
