//! Values of request headers: templates whose result is one line (rule R7 of manifests).

use domain::Code;
use domain::field::Escape;

use crate::context::Context;
use crate::error::{Fault, MapError};
use crate::functions::Env;
use crate::template::Template;

/// A compiled header value.
#[derive(Debug)]
pub struct Header(Template);

impl Header {
    /// Compiles the value of a header.
    pub fn parse(source: &str) -> Result<Self, Fault> {
        let template = Template::parse(source, Escape::None)?;
        if let Some(serde_json::Value::String(s)) = template.constant() {
            check(s).map_err(|e| Fault::new("header_value", e.message.en, e.message.ru))?;
        }
        Ok(Self(template))
    }
    /// The template, for checks of what it reads.
    pub fn template(&self) -> &Template {
        &self.0
    }
    /// The value; an error if data in it holds CR, LF or NUL, which would begin another header.
    pub fn render(&self, context: &Context, env: &Env<'_>) -> Result<String, MapError> {
        let text = self.0.render_text(context, env)?;
        check(&text)?;
        Ok(text)
    }
}

/// Refuses CR, LF and NUL.
pub fn check(value: &str) -> Result<(), MapError> {
    if value.contains(['\r', '\n', '\0']) {
        return Err(MapError::new(
            Code::FieldInvalid,
            "a header cannot have line breaks or NUL in it",
            "в заголовке не может быть переводов строки и NUL",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::testing::{env, hostile_text};

    proptest! {
        #[test]
        fn r7_data_never_begins_another_header(text in hostile_text()) {
            let header = Header::parse("Bearer {{conn.token}}").unwrap();
            let context = Context::new(json!({"conn": {"token": text.clone()}}));
            let breaks = text.contains(['\r', '\n', '\0']);
            match header.render(&context, &env()) {
                Ok(value) => {
                    prop_assert!(!breaks);
                    prop_assert_eq!(value.strip_prefix("Bearer "), Some(&*text));
                }
                Err(e) => prop_assert!(breaks && e.code == Code::FieldInvalid),
            }
        }
    }

    #[test]
    fn r7_a_written_line_break_is_found_when_saving() {
        assert_eq!(Header::parse("a\r\nb").unwrap_err().code, "header_value");
    }
}
