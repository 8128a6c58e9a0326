//! What is kept of a delivery and what of it may be shown (semantics S18).

use std::collections::HashSet;
use std::ptr::from_ref;

use domain::secret::MASK;
use mapping::Path;
use serde_json::{Value, json};

use super::parse::Parsed;
use super::source::Source;

/// Rules for storing and showing the deliveries of one flow.
#[derive(Clone, Debug)]
pub struct Keep {
    /// Lower-case names of headers that are dropped after verification.
    pub drop_headers: Vec<String>,
    /// The raw bytes (and the query) hold a secret and are stored sealed.
    pub sealed: bool,
    /// Paths of the body that are masked in every view.
    pub masked_paths: Vec<Path>,
    /// Names of query parameters that are masked in every view.
    pub masked_query: Vec<String>,
}

impl Default for Keep {
    fn default() -> Self {
        Self {
            drop_headers: vec!["authorization".into(), "cookie".into()],
            sealed: false,
            masked_paths: Vec::new(),
            masked_query: Vec::new(),
        }
    }
}

impl Keep {
    /// Notes that a secret stands at `source`.
    pub(super) fn hide(&mut self, source: &Source) {
        match source {
            Source::Header(name) if !self.drop_headers.contains(name) => {
                self.drop_headers.push(name.clone());
            }
            Source::Query(name) => {
                self.sealed = true;
                self.masked_query.push(name.clone());
            }
            Source::Body(path) => {
                self.sealed = true;
                self.masked_paths.push(path.clone());
            }
            Source::Header(_) | Source::Cookie(_) => {}
        }
    }

    /// Whether a header of this lower-case name is kept.
    pub fn keeps_header(&self, name: &str) -> bool {
        !self.drop_headers.iter().any(|d| d == name)
    }

    /// The parsed tree for logs and lists, `{body, query}` with secrets masked. `error` has the
    /// parser's words where there is no body; its text is not shown.
    pub fn mask_view(&self, parsed: &Parsed) -> Value {
        let mut body = parsed.body.clone().unwrap_or_default();
        self.mask_body(&mut body);
        let mut query = parsed.query.clone();
        self.mask_names(&mut query);
        if parsed.body_is_query {
            self.mask_names(&mut body);
        }
        match &parsed.error {
            Some(e) => json!({"body": null, "query": query, "error": e.text()}),
            None => json!({"body": body, "query": query}),
        }
    }

    /// Masks the secrets of a body and its query in place; the values that were masked in the
    /// body.
    pub(super) fn take_tokens(
        &self,
        body: &mut Value,
        query: &mut Value,
        body_is_query: bool,
    ) -> Vec<Value> {
        let mut tokens = Vec::new();
        for path in &self.masked_paths {
            match path.get(body) {
                Ok(mapping::Found::List(hits)) => tokens.extend(hits.into_iter().cloned()),
                Ok(other) => tokens.extend(other.first().cloned()),
                Err(_) => {}
            }
        }
        self.mask_body(body);
        self.mask_names(query);
        if body_is_query {
            self.mask_names(body);
        }
        tokens
    }

    /// What proves the sender in a body and its query: the texts that are masked in views.
    pub fn proofs(&self, parsed: &Parsed) -> Vec<String> {
        let (mut body, mut query) = (parsed.body.clone().unwrap_or_default(), parsed.query.clone());
        let named = [Some(&parsed.query), parsed.body.as_ref().filter(|_| parsed.body_is_query)];
        let named = named.into_iter().flatten().filter_map(Value::as_object);
        let values = named.flat_map(|map| {
            self.masked_query.iter().flat_map(move |name| {
                let head = name.split('[').next().unwrap_or(name);
                [map.get(name), map.get(head)]
            })
        });
        let mut found: Vec<Value> = values.flatten().cloned().collect();
        found.extend(self.take_tokens(&mut body, &mut query, parsed.body_is_query));
        let mut out = Vec::new();
        for v in &found {
            texts(v, &mut out);
        }
        out
    }

    /// Masks the secrets of a body in place.
    pub fn mask_body(&self, body: &mut Value) {
        for path in &self.masked_paths {
            // More hits than a path may have: nothing of the body is shown.
            let Ok(found) = path.get(body) else {
                *body = Value::String(MASK.into());
                return;
            };
            // Every hit, not only the first one, which is what was compared.
            let hits: HashSet<*const Value> = match found {
                mapping::Found::List(hits) => hits.into_iter().map(from_ref).collect(),
                other => other.first().map(from_ref).into_iter().collect(),
            };
            mask(body, &hits);
        }
    }

    fn mask_names(&self, query: &mut Value) {
        let Value::Object(map) = query else { return };
        for name in &self.masked_query {
            // `a[b]` was nested: its whole first key is masked.
            let head = name.split('[').next().unwrap_or(name);
            for key in [name.as_str(), head] {
                if let Some(v) = map.get_mut(key) {
                    *v = Value::String(MASK.into());
                }
            }
        }
    }
}

/// The texts and numbers of a tree.
fn texts(v: &Value, out: &mut Vec<String>) {
    match v {
        Value::String(s) => out.push(s.clone()),
        Value::Number(n) => out.push(n.to_string()),
        Value::Array(all) => all.iter().for_each(|v| texts(v, out)),
        Value::Object(map) => map.values().for_each(|v| texts(v, out)),
        Value::Null | Value::Bool(_) => {}
    }
}

fn mask(v: &mut Value, hits: &HashSet<*const Value>) {
    if hits.contains(&from_ref(v)) {
        *v = Value::String(MASK.into());
        return;
    }
    match v {
        Value::Array(items) => items.iter_mut().for_each(|i| mask(i, hits)),
        Value::Object(map) => map.values_mut().for_each(|i| mask(i, hits)),
        _ => {}
    }
}
