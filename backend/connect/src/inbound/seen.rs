//! One delivery while it is judged: read at most once, and only if something asks for it.

use std::borrow::Cow;

use domain::delivery::RawDelivery;
use mapping::Context;
use serde_json::{Map, Value};

use super::Inbound;
use super::parse::{self, Parsed};

pub(super) struct Seen<'a> {
    pub raw: &'a RawDelivery,
    inbound: &'a Inbound,
    /// Its body is in `context` while there is one.
    parsed: Option<Parsed>,
    context: Option<Context>,
    /// Whether the context has the secrets.
    full: bool,
}

impl<'a> Seen<'a> {
    pub fn new(inbound: &'a Inbound, raw: &'a RawDelivery) -> Self {
        Self { raw, inbound, parsed: None, context: None, full: false }
    }

    pub fn inbound(&self) -> &'a Inbound {
        self.inbound
    }

    fn read(&mut self) -> &mut Parsed {
        self.parsed.get_or_insert_with(|| parse::parse(self.raw, &self.inbound.options))
    }

    /// Whether the body could be read.
    pub fn readable(&mut self) -> bool {
        self.read().error.is_none()
    }

    /// The body; null where it could not be read.
    pub fn body(&mut self) -> &Value {
        const NOTHING: &Value = &Value::Null;
        self.read();
        match (&self.context, &self.parsed) {
            (Some(c), _) => c.get("body").unwrap_or(NOTHING),
            (None, Some(p)) => p.body.as_ref().unwrap_or(NOTHING),
            (None, None) => NOTHING,
        }
    }

    /// What templates see.
    pub fn context(&mut self, full: bool) -> &Context {
        self.make(full)
    }

    /// Sets a name of the context.
    pub fn set(&mut self, root: &str, value: Value) {
        self.make(false).set(root, value);
    }

    fn make(&mut self, full: bool) -> &mut Context {
        let inbound = self.inbound;
        let base = if full { &inbound.full } else { &inbound.open };
        if self.context.is_none() {
            let raw = self.raw;
            let parsed = self.read();
            let mut c = base.clone();
            c.set("body", parsed.body.take().unwrap_or_default());
            c.set("query", parsed.query.clone());
            c.set("header", headers(raw, &inbound.keep.drop_headers));
            c.set("method", Value::String(raw.method.clone()));
            self.context = Some(c);
            self.full = full;
        }
        let context = self.context.get_or_insert_default();
        if self.full != full {
            for root in ["input", "hook", "conn", "app"] {
                context.set(root, base.get(root).cloned().unwrap_or_default());
            }
            self.full = full;
        }
        context
    }

    /// The reading, with its body put back.
    pub fn into_parsed(mut self) -> Parsed {
        self.read();
        let body = self.context.as_mut().and_then(|c| c.remove("body"));
        let mut parsed =
            self.parsed.unwrap_or_else(|| parse::parse(self.raw, &self.inbound.options));
        if body.is_some() && parsed.error.is_none() {
            parsed.body = body;
        }
        parsed
    }
}

/// Headers by lower-case name, those of one name joined as HTTP allows (RFC 9110 section 5.3).
/// Dropped ones are left out also while they are still there, so that a stored delivery gives the
/// same.
pub(super) fn headers(raw: &RawDelivery, dropped: &[String]) -> Value {
    let mut map = Map::new();
    for (name, value) in raw.headers.iter().filter(|(n, _)| !dropped.contains(n)) {
        match map.get_mut(name) {
            Some(Value::String(have)) => {
                have.push_str(", ");
                have.push_str(&header_text(value));
            }
            _ => {
                map.insert(name.clone(), Value::String(header_text(value).into_owned()));
            }
        }
    }
    Value::Object(map)
}

/// The bytes of a header value, which is stored with one character for each byte.
pub(super) fn header_bytes(value: &str) -> Cow<'_, [u8]> {
    if value.is_ascii() {
        return Cow::Borrowed(value.as_bytes());
    }
    Cow::Owned(value.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect())
}

/// The text of a header value: UTF-8 where it is UTF-8, otherwise the characters as they are.
pub(super) fn header_text(value: &str) -> Cow<'_, str> {
    match header_bytes(value) {
        Cow::Borrowed(_) => Cow::Borrowed(value),
        Cow::Owned(bytes) => String::from_utf8(bytes).map_or(Cow::Borrowed(value), Cow::Owned),
    }
}
