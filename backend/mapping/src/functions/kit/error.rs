//! Why a function gave no value.

use domain::Text;

/// The kinds of failure, as programs see them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The input is of a type that the function does not take.
    InputType,
    /// The input has the right type, and a value that cannot be read.
    InputValue,
    /// A required argument is not there.
    ArgumentMissing,
    /// There is no such argument, or there are too many.
    ArgumentUnknown,
    /// An argument is of the wrong type.
    ArgumentType,
    /// An argument has a value that is not allowed.
    ArgumentValue,
    /// The result would be larger than the limit.
    TooLarge,
}

impl Fault {
    /// The stable code of this kind.
    pub const fn as_str(self) -> &'static str {
        match self {
            Fault::InputType => "input_type",
            Fault::InputValue => "input_value",
            Fault::ArgumentMissing => "argument_missing",
            Fault::ArgumentUnknown => "argument_unknown",
            Fault::ArgumentType => "argument_type",
            Fault::ArgumentValue => "argument_value",
            Fault::TooLarge => "too_large",
        }
    }
}

/// A function refused its input or an argument; trying again cannot help.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}", text.en)]
pub struct FnError {
    pub code: Fault,
    /// What was expected and what came, with the name of the function in front.
    pub text: Text,
}

impl FnError {
    pub fn new(code: Fault, en: impl Into<String>, ru: impl Into<String>) -> Self {
        Self { code, text: Text::new(en, ru) }
    }

    /// The input cannot be read as what the function takes.
    pub fn value(expected: &'static str, expected_ru: &'static str, got: &str) -> Self {
        let got = excerpt(got);
        Self::new(
            Fault::InputValue,
            format!("expected {expected}, got \"{got}\""),
            format!("нужно {expected_ru}, а пришло «{got}»"),
        )
    }

    /// The same error, said of the function `name`.
    #[must_use]
    pub fn of(mut self, name: &str) -> Self {
        self.text.en.insert_str(0, &format!("{name}: "));
        self.text.ru.insert_str(0, &format!("{name}: "));
        self
    }
}

/// At most 40 characters of `text`, for messages.
pub fn excerpt(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
