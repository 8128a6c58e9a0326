//! How calls fail: statuses, codes and texts of `_includes/system-errors.md` and of the methods'
//! own pages.

use serde_json::json;

use crate::receivers::http::Answer;

/// A scripted failure.
#[derive(Debug, Clone)]
pub enum Failure {
    /// 503 `QUERY_LIMIT_EXCEEDED`: more calls than the leaky bucket lets through.
    QueryLimit,
    /// 429 `OPERATION_TIME_LIMIT`: the method used up its 480 s of 10 min.
    OperationTimeLimit,
    /// 503 `OVERLOAD_LIMIT`.
    Overload,
    /// 401 `NO_AUTH_FOUND`: what the documentation names for a wrong webhook code.
    NoAuth,
    /// 401 `INVALID_CREDENTIALS`. The documentation has this code with 403, for a user without
    /// rights; senders must take both for a broken connection.
    InvalidCredentials,
    /// 401 `expired_token`.
    ExpiredToken,
    /// 403 `insufficient_scope`.
    InsufficientScope,
    /// 400 with an empty code, "Access denied.".
    AccessDenied,
    /// 500 `INTERNAL_SERVER_ERROR`.
    Internal,
    /// Any status, also 200, with any code and text.
    Error { status: u16, error: String, description: String },
    /// The method is carried out, and the connection closed without an answer.
    LostAnswer,
    /// Whatever the answer is; the method is not carried out.
    Raw(Answer),
}

impl Failure {
    pub(super) fn answer(self) -> Answer {
        let (status, code, text) = match self {
            Failure::QueryLimit => (503, "QUERY_LIMIT_EXCEEDED", "Too many requests"),
            Failure::OperationTimeLimit => {
                (429, "OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit")
            }
            Failure::Overload => (503, "OVERLOAD_LIMIT", "REST API is blocked due to overload"),
            Failure::NoAuth => (401, "NO_AUTH_FOUND", "Wrong authorization data"),
            Failure::InvalidCredentials => {
                (401, "INVALID_CREDENTIALS", "Invalid request credentials")
            }
            Failure::ExpiredToken => {
                (401, "expired_token", "The access token provided has expired")
            }
            Failure::InsufficientScope => (
                403,
                "insufficient_scope",
                "The request requires higher privileges than provided by the webhook token",
            ),
            Failure::AccessDenied => (400, "", "Access denied."),
            Failure::Internal => (500, "INTERNAL_SERVER_ERROR", "Internal server error"),
            Failure::Error { status, error, description } => {
                return refusal(status, &error, &description).answer();
            }
            Failure::LostAnswer => return Answer::close_without_answer(),
            Failure::Raw(answer) => return answer,
        };
        refusal(status, code, text).answer()
    }
}

/// An error as every method answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    status: u16,
    error: String,
    description: String,
}

impl Refusal {
    pub(super) fn answer(&self) -> Answer {
        let body = json!({"error": self.error, "error_description": self.description});
        Answer::json(self.status, &body)
    }
}

pub(super) fn refusal(status: u16, error: &str, description: &str) -> Refusal {
    Refusal { status, error: error.to_owned(), description: description.to_owned() }
}
