//! The `trigger` of mappings: body, data, raw, form, query, headers, method, path, received_at,
//! event_id. Only what a flow reads is made.

use domain::delivery::RawDelivery;
use domain::secret::MASK;
use serde_json::{Map, Value};

use super::Inbound;
use super::parse::{self, BodyText, Parsed};
use super::seen::headers;

/// What of the trigger the mappings of a flow read. Method, path, time and id are always there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a set of names, each with its word")]
pub struct Needs {
    pub body: bool,
    pub data: bool,
    pub raw: bool,
    pub form: bool,
    pub query: bool,
    pub headers: bool,
}

impl Needs {
    pub const ALL: Needs =
        Needs { body: true, data: true, raw: true, form: true, query: true, headers: true };

    /// Notes a name below `trigger`; the whole trigger for "".
    pub fn add(&mut self, name: &str) {
        match name {
            "body" => self.body = true,
            "data" => self.data = true,
            "raw" => self.raw = true,
            "form" => self.form = true,
            "query" => self.query = true,
            "headers" => self.headers = true,
            "" => *self = Self::ALL,
            _ => {}
        }
    }
}

impl Inbound {
    /// Makes the `trigger` of one event. `data` is [`super::Item::data`]: without it the data is
    /// the body. The body is moved, and copied only where a flow reads it under both names.
    pub fn trigger_context(
        &self,
        raw: &RawDelivery,
        parsed: Parsed,
        data: Option<Value>,
        event_id: &str,
        needs: Needs,
    ) -> Value {
        let mut t = Map::new();
        let mut put = |name: &str, value: Value| {
            t.insert(name.to_owned(), value);
        };
        let mut body = parsed.body.unwrap_or_default();
        let mut query = parsed.query;
        // What proves the sender is no data of the event: no mapping may pass it on (S3, S18).
        let tokens = self.keep.take_tokens(&mut body, &mut query, parsed.body_is_query);
        if needs.raw && !tokens.is_empty() {
            put("raw", MASK.into());
        } else if needs.raw {
            let text = parsed.text.as_ref().map(|t| t.as_str().to_owned());
            // A body that could not be read is shown as the text that came.
            let text = text.or_else(|| Some(BodyText::of(raw).as_str().to_owned()));
            put("raw", text.into());
        }
        if needs.form {
            let mut form = parse::flat(raw, &self.options);
            if let Value::Object(fields) = &mut form {
                fields.values_mut().filter(|v| tokens.contains(v)).for_each(|v| *v = MASK.into());
            }
            put("form", form);
        }
        if needs.headers {
            put("headers", headers(raw, &self.keep.drop_headers));
        }
        if needs.query {
            put("query", query);
        }
        match (needs.body, needs.data, data) {
            (true, true, None) => {
                put("data", body.clone());
                put("body", body);
            }
            (false, true, None) => put("data", body),
            (need_body, need_data, data) => {
                if need_body {
                    put("body", body);
                }
                if let Some(data) = data.filter(|_| need_data) {
                    put("data", data);
                }
            }
        }
        put("method", raw.method.clone().into());
        put("path", raw.path.clone().into());
        put("received_at", crate::template::rfc3339(raw.received_at).into());
        put("event_id", event_id.into());
        Value::Object(t)
    }
}
