//! What goes wrong: a [`Fault`] when a document is saved, a [`MapError`] when a value is made.

use std::fmt;

use domain::{Code, Problem, Text};
use serde_json::Value;

/// Why a path, template, mapping or condition cannot be used. Found when the document is saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// A stable word for programs, such as `path_syntax`.
    pub code: &'static str,
    pub message: Text,
}

impl Fault {
    pub fn new(code: &'static str, en: impl Into<String>, ru: impl Into<String>) -> Self {
        Self { code, message: Text::new(en, ru) }
    }
    /// The fault as an error of a document at `place`.
    pub fn at(self, place: impl Into<String>) -> Problem {
        Problem::error(self.code, place, self.message.en, self.message.ru)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message.en)
    }
}

impl std::error::Error for Fault {}

/// A fault and where it is below the thing that was compiled: `.transforms[0]`, empty for the
/// thing itself.
pub type Placed = (String, Fault);

/// Why a value could not be made from the data of an event. Permanent: the same data fails again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct MapError {
    pub code: Code,
    /// The field of the step, such as `phone` or `address.city`; empty where none is known yet.
    pub field: String,
    /// The path that the value came from, empty for other sources.
    pub path: String,
    /// What is wrong, without field and path.
    pub message: Text,
}

impl MapError {
    pub fn new(code: Code, en: impl Into<String>, ru: impl Into<String>) -> Self {
        let message = Text::new(en, ru);
        Self { code, field: String::new(), path: String::new(), message }
    }
    /// A value made here would be larger than its limit.
    pub fn limit(en: impl Into<String>, ru: impl Into<String>) -> Self {
        Self::new(Code::LimitExceeded, en, ru)
    }
    /// A value has another type than the field takes.
    pub(crate) fn expected(en: &str, ru: &str, got: &Value) -> Self {
        let (got_en, got_ru) = type_words(got);
        Self::new(
            Code::CoercionFailed,
            format!("expected {en}, got {got_en}"),
            format!("нужно: {ru}, пришло: {got_ru}"),
        )
    }
    /// The same error inside the field `name`: the names of nested fields grow to the left.
    #[must_use]
    pub fn in_field(mut self, name: &str) -> Self {
        match self.field.chars().next() {
            None => name.clone_into(&mut self.field),
            Some('[') => self.field.insert_str(0, name),
            Some(_) => self.field.insert_str(0, &format!("{name}.")),
        }
        self
    }
    /// The same error inside item `index` of a list.
    #[must_use]
    pub fn in_item(self, index: usize) -> Self {
        self.in_field(&format!("[{index}]"))
    }
    /// The same error about a value from `path`, unless a path is known already.
    #[must_use]
    pub fn from_path(mut self, path: &str) -> Self {
        if self.path.is_empty() {
            path.clone_into(&mut self.path);
        }
        self
    }
    /// The whole sentence in both languages: field, what is wrong, path.
    pub fn text(&self) -> Text {
        let one = |message: &str, from: &str| {
            let mut out = String::new();
            if !self.field.is_empty() {
                out.push_str(&self.field);
                out.push_str(": ");
            }
            out.push_str(message);
            if !self.path.is_empty() {
                out.push_str(from);
                out.push_str(&self.path);
            }
            out
        };
        Text::new(one(&self.message.en, " from "), one(&self.message.ru, " из "))
    }
}

impl fmt::Display for MapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text().en)
    }
}

/// The product's word for the type of a value, in both languages.
pub fn type_words(v: &Value) -> (&'static str, &'static str) {
    match v {
        Value::Null => ("null", "null"),
        Value::Bool(_) => ("yes/no", "да/нет"),
        Value::Number(_) => ("number", "число"),
        Value::String(_) => ("text", "текст"),
        Value::Array(_) => ("list", "список"),
        Value::Object(_) => ("object", "объект"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_field_type_and_path() {
        let e = MapError::expected("text", "текст", &serde_json::json!([1]))
            .from_path("$.trigger.body.Phone")
            .in_field("phone");
        assert_eq!(e.to_string(), "phone: expected text, got list from $.trigger.body.Phone");
        assert_eq!(e.text().ru, "phone: нужно: текст, пришло: список из $.trigger.body.Phone");
    }

    #[test]
    fn names_of_nested_fields_grow_to_the_left() {
        let e = MapError::limit("x", "x").in_field("sku").in_item(3).in_field("goods");
        assert_eq!(e.field, "goods[3].sku");
    }
}
