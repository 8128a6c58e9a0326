//! Results under the size limit.

use std::fmt;

use domain::limits::{LOOP_ITEMS, RENDERED_BYTES};
use serde_json::Value;

use super::error::{Fault, FnError};
use super::function::Done;

/// The result is larger than the limit.
pub fn too_large() -> FnError {
    FnError::new(
        Fault::TooLarge,
        format!("the result is larger than {RENDERED_BYTES} bytes"),
        format!("результат больше {RENDERED_BYTES} байт"),
    )
}

/// A text result, refused over the limit.
pub fn text(s: impl Into<String>) -> Done {
    let s = s.into();
    if s.len() > RENDERED_BYTES { Err(too_large()) } else { Ok(Value::String(s)) }
}

/// Text that grows up to the limit and no further.
#[derive(Default)]
pub struct Capped(String);

impl Capped {
    pub fn push(&mut self, part: &str) -> Result<(), FnError> {
        if self.0.len() + part.len() > RENDERED_BYTES {
            return Err(too_large());
        }
        self.0.push_str(part);
        Ok(())
    }
    pub fn push_char(&mut self, c: char) -> Result<(), FnError> {
        self.push(c.encode_utf8(&mut [0; 4]))
    }
    pub fn done(self) -> Value {
        Value::String(self.0)
    }
}

impl fmt::Write for Capped {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        self.push(s).map_err(|_| fmt::Error)
    }
}

/// `input` with every character that `entry` knows replaced by its text.
pub fn escape(input: &str, entry: impl Fn(char) -> Option<&'static str>) -> Done {
    let mut out = Capped::default();
    for c in input.chars() {
        match entry(c) {
            Some(text) => out.push(text)?,
            None => out.push_char(c)?,
        }
    }
    Ok(out.done())
}

/// The list is longer than the limit.
pub fn too_many() -> FnError {
    FnError::new(
        Fault::TooLarge,
        format!("the list is longer than {LOOP_ITEMS} items"),
        format!("в списке больше {LOOP_ITEMS} элементов"),
    )
}

/// About how many bytes a value takes as JSON.
pub fn weight(v: &Value) -> usize {
    match v {
        Value::String(s) => s.len() + 2,
        Value::Array(items) => items.iter().map(|v| weight(v) + 1).sum::<usize>() + 2,
        Value::Object(m) => m.iter().map(|(k, v)| k.len() + weight(v) + 4).sum::<usize>() + 2,
        _ => 5,
    }
}
