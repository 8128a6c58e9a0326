//! The words that describe a function: texts, shelves, parameters and examples.

use serde::Serialize;

/// One text in both languages.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Words {
    pub en: &'static str,
    pub ru: &'static str,
}

/// Both texts of one thing.
pub const fn words(en: &'static str, ru: &'static str) -> Words {
    Words { en, ru }
}

/// The shelf of the picker on which a function stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    Text,
    Name,
    Contact,
    Number,
    Date,
    List,
    Data,
    Logic,
}

/// What an argument may be.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ParamKind {
    Text,
    Number,
    /// A whole number within these bounds, both included.
    Integer {
        min: i64,
        max: i64,
    },
    Bool,
    List,
    Map,
    Any,
    /// One of these words.
    Choice {
        values: &'static [&'static str],
    },
    /// A regular expression of the `regex` crate.
    Regex,
    /// An IANA time zone name, such as `Europe/Moscow`.
    TimeZone,
    /// A strftime format, such as `%d.%m.%Y`.
    DateFormat,
}

/// One parameter of a function.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Param {
    pub name: &'static str,
    #[serde(flatten)]
    pub kind: ParamKind,
    pub required: bool,
    /// Takes every further positional argument of a helper; a list where it is given by name.
    pub rest: bool,
    pub title: Words,
}

impl Param {
    pub const fn optional(
        name: &'static str,
        kind: ParamKind,
        en: &'static str,
        ru: &'static str,
    ) -> Param {
        Param { name, kind, required: false, rest: false, title: words(en, ru) }
    }
    pub const fn required(
        name: &'static str,
        kind: ParamKind,
        en: &'static str,
        ru: &'static str,
    ) -> Param {
        Param { name, kind, required: true, rest: false, title: words(en, ru) }
    }
    pub const fn rest(name: &'static str, en: &'static str, ru: &'static str) -> Param {
        Param { name, kind: ParamKind::List, required: true, rest: true, title: words(en, ru) }
    }
}

/// A call with its result, shown in the picker and run as a test.
///
/// The time is 2026-03-05 14:30:00 in Moscow, which is also the zone of the flow.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Example {
    /// JSON; empty for a missing input.
    pub input: &'static str,
    /// A JSON object; empty for no arguments.
    pub args: &'static str,
    /// JSON, or a part of the English error.
    pub output: Result<&'static str, &'static str>,
}

/// An example that gives `output`.
pub const fn gives(input: &'static str, args: &'static str, output: &'static str) -> Example {
    Example { input, args, output: Ok(output) }
}

/// An example that fails with an error that has `part` in its English text.
pub const fn fails(input: &'static str, args: &'static str, part: &'static str) -> Example {
    Example { input, args, output: Err(part) }
}
