//! What came of one try of a step (semantics S1), and the errors that people see.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::ConnectionId;
use crate::{Code, Lang, Side, Span, Text};

/// Why a step did not end well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepError {
    pub code: Code,
    pub side: Side,
    /// What happened, with the service's own words where it gave some. Never holds a secret.
    pub message: String,
    /// The same in Russian; absent where they are the service's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ru: Option<Box<str>>,
    /// The input field at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Box<str>>,
    /// The connection that is to be looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// HTTP or SMTP status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The service's own error code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote_code: Option<Box<str>>,
}

impl StepError {
    /// An error with words in both languages, or with a service's own.
    pub fn new(code: Code, says: impl Into<Text>) -> Self {
        let Text { en, ru } = says.into();
        Self {
            code,
            side: code.side(),
            message: en,
            ru: (!ru.is_empty()).then(|| ru.into()),
            field: None,
            connection: None,
            status: None,
            remote_code: None,
        }
    }
    /// What happened, for a reader of this language.
    pub fn says(&self, lang: Lang) -> &str {
        match (lang, &self.ru) {
            (Lang::Ru, Some(ru)) => ru,
            _ => &self.message,
        }
    }
    /// The same in both languages.
    pub fn text(&self) -> Text {
        Text::new(self.says(Lang::En), self.says(Lang::Ru))
    }
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }
    /// Names the connection that is to be looked at.
    #[must_use]
    pub fn of(mut self, connection: ConnectionId) -> Self {
        self.connection = Some(connection);
        self
    }
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into().into());
        self
    }
}

/// What came of one try.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It worked; `output` is what later steps see.
    Done { output: Value },
    /// The service says that there is nothing to do: the step counts as done without output.
    Skipped { message: String },
    /// It did not happen, or may be repeated without harm. Uses up one try.
    Retry { error: StepError, after: Option<Span> },
    /// The service asked to wait. Uses up no try; nothing else of the same gate should be sent.
    Limited { error: StepError, after: Option<Span> },
    /// A job of the service has not ended yet: looked at again after this time. Uses up no try and
    /// keeps nothing else waiting.
    Wait { error: StepError, after: Span },
    /// Refused for good.
    Fail { error: StepError },
    /// 401: refresh or log in again, then the same call; if that fails too, see semantics S14.
    Auth { error: StepError },
    /// The request left, but no complete status line came back.
    Unknown { error: StepError },
}

impl Outcome {
    /// The word kept in the attempt.
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Done { .. } => "done",
            Outcome::Skipped { .. } => "skipped",
            Outcome::Retry { .. } => "retry",
            Outcome::Limited { .. } => "limited",
            Outcome::Wait { .. } => "waiting",
            Outcome::Fail { .. } => "failed",
            Outcome::Auth { .. } => "auth",
            Outcome::Unknown { .. } => "unknown",
        }
    }
    pub fn error(&self) -> Option<&StepError> {
        match self {
            Outcome::Done { .. } | Outcome::Skipped { .. } => None,
            Outcome::Retry { error, .. }
            | Outcome::Limited { error, .. }
            | Outcome::Wait { error, .. }
            | Outcome::Fail { error }
            | Outcome::Auth { error }
            | Outcome::Unknown { error } => Some(error),
        }
    }
}
