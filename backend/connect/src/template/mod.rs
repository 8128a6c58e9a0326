//! Templates of manifests: `mapping` does the rendering, here are the errors of a step and the
//! trees whose leaves are templates (rules R1 to R4).

mod tree;

use std::sync::atomic::{AtomicU64, Ordering};

use domain::Time;
use domain::field::Escape;
use domain::outcome::StepError;
use mapping::{Context, Env, Fault, MapError, Template};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub use tree::Tree;

/// What templates see, and what functions may know besides.
pub struct Look<'a> {
    pub context: &'a Context,
    pub env: &'a Env<'a>,
}

/// A compiled template.
#[derive(Debug, Default)]
pub struct Text(Option<Template>);

impl Text {
    /// Compiles a template whose data is inserted as it is.
    pub fn compile(source: &str) -> Result<Self, Fault> {
        Self::escaped(source, Escape::None)
    }
    /// Compiles the template of an address (rule R5) or of XML.
    pub fn escaped(source: &str, escape: Escape) -> Result<Self, Fault> {
        Template::parse(source, escape).map(|t| Self(Some(t)))
    }

    /// The template as it was written.
    pub fn source(&self) -> &str {
        self.0.as_ref().map_or("", Template::source)
    }

    /// The first two names of each path that it reads.
    pub fn names(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let used = self.0.iter().flat_map(Template::references);
        used.map(|u| (u.root().unwrap_or_default(), u.name(1)))
    }

    /// The text.
    pub fn text(&self, look: &Look<'_>) -> Result<String, StepError> {
        match &self.0 {
            Some(t) => t.render_text(look.context, look.env).map_err(step_error),
            None => Ok(String::new()),
        }
    }

    /// The value: of its JSON type for a lone path or typed call (rule R2), otherwise text.
    pub fn value(&self, look: &Look<'_>) -> Result<Value, StepError> {
        match &self.0 {
            Some(t) => t.render(look.context, look.env).map_err(step_error),
            None => Ok(Value::Null),
        }
    }
}

/// A mapping error as the error of a step.
pub fn step_error(e: MapError) -> StepError {
    let mut error = StepError::new(e.code, e.text());
    error.field = (!e.field.is_empty()).then(|| e.field.into());
    error
}

/// Uuids that follow from a key and a counter, so that a repeated try sends the same ones
/// (semantics S2).
#[derive(Debug)]
pub struct Uuids {
    key: String,
    next: AtomicU64,
}

impl Uuids {
    pub fn new(key: &str) -> Self {
        Self { key: key.to_owned(), next: AtomicU64::new(0) }
    }
    /// Runs `f` with the environment of templates.
    pub fn env<R>(&self, now: Time, timezone: &str, f: impl FnOnce(&Env<'_>) -> R) -> R {
        let next = || self.next();
        f(&Env { now, timezone, uuid: &next })
    }
    /// The next one, version 4 in form (RFC 9562 section 5.4).
    pub fn next(&self) -> Uuid {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        let hash = Sha256::digest(format!("connect:{}:{n}", self.key));
        let mut bytes = [0u8; 16];
        bytes.copy_from_slice(&hash[..16]);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

/// A moment as templates see it: RFC 3339 in UTC.
pub fn rfc3339(at: Time) -> String {
    jiff::Timestamp::from_microsecond(at.micros()).map(|t| t.to_string()).unwrap_or_default()
}
