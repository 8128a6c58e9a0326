//! Why a body could not be read, and where in it.

use std::fmt;

use domain::Text;
use domain::text::Lang;

/// Where a fault stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The body as a whole.
    Whole,
    /// Bytes from the start of the body, from 0.
    Byte(usize),
    /// Both from 1; columns count characters.
    Line { line: usize, column: usize },
}

/// A body that is not what its type says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.full(Lang::En))]
pub struct ParseError(Box<Fault>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Fault {
    field: Option<String>,
    place: Place,
    message: Text,
}

impl ParseError {
    pub(super) fn new(place: Place, en: impl Into<String>, ru: impl Into<String>) -> Self {
        ParseError(Box::new(Fault { field: None, place, message: Text::new(en, ru) }))
    }

    /// The same fault inside the text of a form field.
    #[must_use]
    pub(super) fn in_field(mut self, name: &str) -> Self {
        self.0.field = Some(name.to_string());
        self
    }

    /// Where the fault stands, in the field where [`ParseError::field`] names one.
    pub fn place(&self) -> Place {
        self.0.place
    }

    /// The form field whose text is at fault.
    pub fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    /// The fault with its place, for a person.
    pub fn text(&self) -> Text {
        Text::new(self.0.full(Lang::En), self.0.full(Lang::Ru))
    }
}

impl Fault {
    fn full(&self, lang: Lang) -> String {
        let field = self.field.as_ref().map(|name| match lang {
            Lang::En => format!("field \"{name}\""),
            Lang::Ru => format!("поле \"{name}\""),
        });
        let place = match (self.place, lang) {
            (Place::Whole, _) => None,
            (place, Lang::En) => Some(place.to_string()),
            (Place::Byte(n), Lang::Ru) => Some(format!("байт {n}")),
            (Place::Line { line, column }, Lang::Ru) => {
                Some(format!("строка {line}, столбец {column}"))
            }
        };
        let at: Vec<String> = field.into_iter().chain(place).collect();
        let message = self.message.get(lang);
        if at.is_empty() { message.into() } else { format!("{}: {message}", at.join(", ")) }
    }
}

/// The line and column of a byte of `text`.
pub(super) fn line_of(text: &str, byte: usize) -> Place {
    let mut end = byte.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = &text[..end];
    let start = before.rfind('\n').map_or(0, |i| i + 1);
    Place::Line {
        line: before.matches('\n').count() + 1,
        column: before[start..].chars().count() + 1,
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Whole => f.write_str("whole body"),
            Place::Byte(n) => write!(f, "byte {n}"),
            Place::Line { line, column } => write!(f, "line {line}, column {column}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_names_its_field_and_place_in_both_languages() {
        let e = ParseError::new(Place::Line { line: 2, column: 5 }, "bad", "плохо").in_field("q");
        assert_eq!(e.to_string(), "field \"q\", line 2, column 5: bad");
        assert_eq!(e.text().ru, "поле \"q\", строка 2, столбец 5: плохо");
        assert_eq!(ParseError::new(Place::Whole, "bad", "плохо").to_string(), "bad");
        assert_eq!(ParseError::new(Place::Byte(7), "bad", "плохо").to_string(), "byte 7: bad");
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(line_of("аб\nвгд!", 9), Place::Line { line: 2, column: 3 });
        assert_eq!(line_of("", 5), Place::Line { line: 1, column: 1 });
    }
}
