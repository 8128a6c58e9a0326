//! A connector made of an OpenAPI 3 document: ways to connect, actions with their inputs, outputs
//! and paging. What the document does not say is guessed, and every guess is noted.

mod action;
mod auth;
mod paging;
mod schema;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use action::Operation;
use schema::Document;

/// Operations of one connector at most: a menu that nobody can read helps nobody.
const OPERATIONS: usize = 120;

/// What was made of a document.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// The manifest.
    pub manifest: Value,
    /// File names and contents of fixtures.
    pub fixtures: Vec<(String, Value)>,
    /// What the author has to decide or look at.
    pub notes: Vec<String>,
}

/// The document cannot be made into a connector.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    #[error("this is no OpenAPI 3 document (openapi: {0})")]
    Version(String),
    #[error("no operation is left; --only names those to take: {0}")]
    Empty(String),
}

/// Makes a connector named `name`. `only` has the operations to take; all of them if it is empty.
///
/// # Errors
/// It is no OpenAPI 3 document, or nothing in it can become an action.
pub fn import(doc: &Value, name: &str, only: &[String]) -> Result<Imported, ImportError> {
    let version = doc["openapi"].as_str().unwrap_or_default();
    if !version.starts_with("3.") {
        return Err(ImportError::Version(version.to_owned()));
    }
    let document = Document::new(doc);
    let mut notes = Vec::new();
    let all = operations(&document, only, &mut notes);
    if all.is_empty() {
        return Err(ImportError::Empty(only.join(", ")));
    }
    let base = base_url(doc, &mut notes);
    let host = base.parse::<url::Url>().ok().and_then(|u| u.host_str().map(str::to_owned));
    let host = host.unwrap_or_else(|| "api.example.com".into());
    let auth = auth::methods(&document, &host, &all, &mut notes);
    let mut actions = Map::new();
    let mut fixtures = Vec::new();
    for op in &all {
        let made = op.action(&document, &mut notes);
        let good = fixture(op, &made, &base, &auth);
        fixtures.push((format!("{}.refused.yaml", op.key), refused(op, &good)));
        fixtures.push((format!("{}.ok.yaml", op.key), good));
        actions.insert(op.key.clone(), made.manifest);
    }
    let mut hosts = vec![json!(host)];
    hosts.extend(auth.hosts.iter().filter(|h| **h != host).map(|h| json!(h)));
    let mut manifest = json!({
        "sdk": 1,
        "name": name,
        "version": "0.1.0",
        "display": display(doc, name),
        "hosts": hosts,
    });
    if let Some(connection) = auth.connection {
        manifest["connection"] = connection;
    }
    manifest["http"] = json!({ "base_url": base });
    manifest["actions"] = Value::Object(actions);
    notes.push("texts are in the language of the document: add the other one".into());
    Ok(Imported { manifest, fixtures, notes })
}

fn operations<'d>(
    d: &Document<'d>,
    only: &[String],
    notes: &mut Vec<String>,
) -> Vec<Operation<'d>> {
    let mut out: Vec<Operation<'d>> = Vec::new();
    let mut keys = BTreeSet::new();
    let mut left = 0usize;
    for (path, item) in d.root["paths"].as_object().into_iter().flatten() {
        let item = d.resolve(item);
        for method in ["get", "post", "put", "patch", "delete"] {
            let op = &item[method];
            if !op.is_object() || op["deprecated"] == true {
                continue;
            }
            let mut operation = Operation::new(path, method, item, op);
            let named =
                |o: &String| *o == operation.key || Some(o.as_str()) == op["operationId"].as_str();
            if !only.is_empty() && !only.iter().any(named) {
                continue;
            }
            if out.len() >= OPERATIONS {
                left += 1;
                continue;
            }
            while !keys.insert(operation.key.clone()) {
                operation.key.push_str("_2");
            }
            out.push(operation);
        }
    }
    if left > 0 {
        notes.push(format!("{left} operations were left out; choose with --only"));
    }
    out
}

fn display(doc: &Value, name: &str) -> Value {
    let title = doc["info"]["title"].as_str().filter(|t| !t.trim().is_empty()).unwrap_or(name);
    let about = doc["info"]["description"].as_str().unwrap_or(title);
    let about = schema::sentence(about).unwrap_or_else(|| title.to_owned());
    let mut display = json!({
        "title": title, "description": about, "icon": "icon.svg", "categories": ["other"],
        "unverified": true,
    });
    if let Some(docs) = doc["externalDocs"]["url"].as_str() {
        display["docs"] = json!(docs);
    }
    display
}

fn base_url(doc: &Value, notes: &mut Vec<String>) -> String {
    let server = &doc["servers"][0];
    let mut url = server["url"].as_str().unwrap_or_default().trim_end_matches('/').to_owned();
    for (name, variable) in server["variables"].as_object().into_iter().flatten() {
        let value = variable["default"].as_str().unwrap_or_default();
        url = url.replace(&format!("{{{name}}}"), value);
        notes.push(format!("the server's {{{name}}} is fixed to {value:?}; make it a field if it differs by account"));
    }
    if !url.contains("://") {
        notes.push(format!(
            "the document has no whole server address ({url:?}): set http.base_url and hosts"
        ));
        url = format!("https://api.example.com{url}");
    }
    url.replace("http://", "https://")
}

/// The same call, which the service does not take.
fn refused(op: &Operation<'_>, good: &Value) -> Value {
    let mut out = good.clone();
    out["about"] = json!(format!("{} {} is refused", op.method.to_uppercase(), op.path));
    let response = json!({ "status": 422, "json": { "message": "refused" } });
    out["exchanges"] = json!([{ "response": response }]);
    out["expect"] = json!({ "error": { "kind": "invalid", "status": 422 } });
    out
}

fn fixture(op: &Operation<'_>, made: &action::Made, base: &str, auth: &auth::Auth) -> Value {
    let mut out =
        json!({ "about": format!("{} {}", op.method.to_uppercase(), op.path), "action": op.key });
    if let Some(connection) = &auth.sample {
        out["connection"] = connection.clone();
    }
    if made.input.as_object().is_some_and(|i| !i.is_empty()) {
        out["input"] = made.input.clone();
    }
    let mut request = json!({ "method": op.method.to_uppercase() });
    // What paging and credentials put into the query is theirs to say.
    if !made.query.is_null() && !auth.in_query {
        request["url"] = json!(format!("{base}{}", made.path));
        request["query"] = made.query.clone();
    }
    let response = json!({ "status": made.status, "json": made.response });
    let mut exchanges = vec![json!({ "request": request, "response": response })];
    if let Some(empty) = &made.empty_page {
        exchanges.push(json!({ "response": { "json": empty } }));
    }
    out["exchanges"] = Value::Array(exchanges);
    out
}
