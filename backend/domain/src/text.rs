//! A text that people read, in English and Russian.

use serde::{Deserialize, Serialize};

/// One text in both languages. In documents it may be a plain string, which serves for both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Text {
    pub en: String,
    pub ru: String,
}

/// The languages of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    #[default]
    En,
    Ru,
}

impl Text {
    pub fn new(en: impl Into<String>, ru: impl Into<String>) -> Self {
        Self { en: en.into(), ru: ru.into() }
    }
    /// The words of others, in whatever language they are.
    pub fn said(words: impl Into<String>) -> Self {
        Self { en: words.into(), ru: String::new() }
    }
    /// The text in `lang`; the other language where that one is missing.
    pub fn get(&self, lang: Lang) -> &str {
        let (a, b) = match lang {
            Lang::En => (&self.en, &self.ru),
            Lang::Ru => (&self.ru, &self.en),
        };
        if a.is_empty() { b } else { a }
    }
    /// Both texts changed alike.
    #[must_use]
    pub fn map(self, change: impl Fn(String) -> String) -> Self {
        Self { en: change(self.en), ru: change(self.ru) }
    }
    pub fn is_empty(&self) -> bool {
        self.en.is_empty() && self.ru.is_empty()
    }
}

/// Between the two languages of one stored text: the unit separator of ASCII, which no text has.
const BETWEEN: char = '\u{1f}';

impl Text {
    /// Both languages as one text, for the database; the same words once.
    pub fn kept(&self) -> String {
        if self.ru.is_empty() || self.ru == self.en {
            return self.en.clone();
        }
        format!("{}{BETWEEN}{}", self.en, self.ru)
    }
    /// What [`Text::kept`] gave; the words of others serve for both languages.
    pub fn of_kept(text: &str) -> Self {
        match text.split_once(BETWEEN) {
            Some((en, ru)) => Self::new(en, ru),
            None => Self::new(text, text),
        }
    }
}

/// The English words of a text that [`Text::kept`] gave, for programs.
///
/// # Errors
/// Those of the serializer.
pub fn english<S: serde::Serializer>(kept: &Option<String>, s: S) -> Result<S::Ok, S::Error> {
    kept.as_deref().map(|t| Text::of_kept(t).en).serialize(s)
}

/// English and Russian. There is no way from one text: what the product says, it says in both.
impl<E: Into<String>, R: Into<String>> From<(E, R)> for Text {
    fn from((en, ru): (E, R)) -> Self {
        Self::new(en, ru)
    }
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a text, or {en: ..., ru: ...}")]
enum Raw {
    Same(String),
    Both(Both),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Both {
    #[serde(default)]
    en: String,
    #[serde(default)]
    ru: String,
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Ok(match Raw::deserialize(d)? {
            Raw::Same(s) => Text { en: s.clone(), ru: s },
            Raw::Both(b) => Text { en: b.en, ru: b.ru },
        })
    }
}

impl schemars::JsonSchema for Text {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Text".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A text for people: one string, or {en: ..., ru: ...}.",
            "anyOf": [
                { "type": "string" },
                {
                    "type": "object",
                    "properties": { "en": { "type": "string" }, "ru": { "type": "string" } },
                    "additionalProperties": false,
                },
            ],
        })
    }
}
