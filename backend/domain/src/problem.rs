//! A fault of a document, with its place and what to do about it.

use serde::Serialize;

use crate::{Lang, Text};

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The document cannot be published.
    Error,
    /// It can, but the author should look.
    Warning,
}

/// One fault: what, where and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub severity: Severity,
    /// A stable word for programs, such as `unknown_step`.
    pub code: &'static str,
    /// Where, as a path of the document: `steps[2].input.phone`. Empty for the whole document.
    pub place: String,
    pub message: Text,
}

impl Problem {
    pub fn error(
        code: &'static str,
        place: impl Into<String>,
        en: impl Into<String>,
        ru: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Error, code, place: place.into(), message: Text::new(en, ru) }
    }
    pub fn warning(
        code: &'static str,
        place: impl Into<String>,
        en: impl Into<String>,
        ru: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, place, en, ru) }
    }
    /// The message with its place before it.
    pub fn says(&self, lang: Lang) -> String {
        let message = self.message.get(lang);
        match self.place.as_str() {
            "" => message.to_owned(),
            place => format!("{place}: {message}"),
        }
    }
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.says(Lang::En))
    }
}

/// The known word nearest to `got`, if one is near enough to be meant.
pub fn nearest<'a>(got: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|k| (strsim::damerau_levenshtein(&got.to_lowercase(), &k.to_lowercase()), k))
        .filter(|(d, k)| *d <= 1 + k.chars().count() / 4)
        .min()
        .map(|(_, k)| k)
}
