//! Errors as problem details (RFC 9457) with the four parts for a person: what happened, whose
//! side it is on, what to do, and a link. Codes are the table of `domain::code`.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::problem::Severity;
use domain::{Code, Lang, Side, Text};
use engine::manage;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Why a request was not done. Nothing of it was.
#[derive(Clone, Debug)]
pub struct Problem(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    code: Code,
    status: StatusCode,
    detail: Option<Text>,
    action: Option<(Text, String)>,
    problems: Vec<domain::Problem>,
    /// More for programs, beside the members of the standard.
    extra: Value,
}

/// What is sent as `application/problem+json`.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Body {
    /// A page about the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// What happened, for a person.
    pub title: String,
    pub status: u16,
    /// More about this case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The stable code, for programs.
    pub code: String,
    /// Whose side it is on: `yours`, `access`, `remote` or `ours`.
    #[schema(value_type = String)]
    pub side: Side,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<ActionBody>,
    /// Faults of a document or of fields, each with its place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<FaultBody>,
    /// More for programs.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub extra: Value,
}

/// What to do about a problem.
#[derive(Clone, Serialize, ToSchema)]
pub struct ActionBody {
    pub label: String,
    pub href: String,
}

/// One fault of a document or of a field.
#[derive(Serialize, ToSchema)]
pub struct FaultBody {
    /// `error` or `warning`.
    #[schema(value_type = String)]
    pub severity: Severity,
    pub code: String,
    /// Where: `steps[2].input.phone`.
    pub place: String,
    pub message: String,
}

impl FaultBody {
    pub fn new(p: &domain::Problem, lang: Lang) -> Self {
        Self {
            severity: p.severity,
            code: p.code.to_owned(),
            place: p.place.clone(),
            message: p.message.get(lang).to_owned(),
        }
    }
}

impl Problem {
    /// A problem with the status that belongs to its code.
    pub fn new(code: Code) -> Self {
        Self(Box::new(Inner {
            code,
            status: status(code),
            detail: None,
            action: None,
            problems: Vec::new(),
            extra: Value::Null,
        }))
    }

    /// A request that is not understood: what and where.
    pub fn bad(en: impl Into<String>, ru: impl Into<String>) -> Self {
        Self::new(Code::BadRequest).detail(Text::new(en, ru))
    }

    /// One field that cannot be taken.
    pub fn field(place: &str, en: impl Into<String>, ru: impl Into<String>) -> Self {
        let fault = domain::Problem::error("field_invalid", place, en, ru);
        Self::new(Code::FieldInvalid).with(vec![fault])
    }

    #[must_use]
    pub fn detail(mut self, text: Text) -> Self {
        self.0.detail = Some(text);
        self
    }

    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.0.status = status;
        self
    }

    /// What a person can do, and where in the web UI.
    #[must_use]
    pub fn action(mut self, label: Text, href: impl Into<String>) -> Self {
        self.0.action = Some((label, href.into()));
        self
    }

    #[must_use]
    pub fn with(mut self, problems: Vec<domain::Problem>) -> Self {
        self.0.problems = problems;
        self
    }

    #[must_use]
    pub fn extra(mut self, extra: Value) -> Self {
        self.0.extra = extra;
        self
    }

    pub fn code(&self) -> Code {
        self.0.code
    }

    /// As it is sent.
    pub(super) fn render(self, lang: Lang) -> Response {
        let Inner { code, status, detail, action, problems, extra } = *self.0;
        let body = Body {
            kind: format!("urn:zveno:problem:{}", code.as_str()),
            title: code.says(lang).to_owned(),
            status: status.as_u16(),
            detail: detail.map(|t| t.get(lang).to_owned()),
            code: code.as_str().to_owned(),
            side: code.side(),
            action: action.map(|(t, href)| ActionBody { label: t.get(lang).to_owned(), href }),
            problems: problems.iter().map(|p| FaultBody::new(p, lang)).collect(),
            extra,
        };
        let mut r = (status, Json(body)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        r.headers_mut().insert(header::CONTENT_TYPE, kind);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            r.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        r
    }
}

/// The status of a code, where nothing more is known.
fn status(code: Code) -> StatusCode {
    match code {
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::Conflict => StatusCode::CONFLICT,
        Code::Changed => StatusCode::PRECONDITION_FAILED,
        Code::BadRequest => StatusCode::BAD_REQUEST,
        Code::SignInNeeded => StatusCode::UNAUTHORIZED,
        Code::RightMissing | Code::OriginRefused => StatusCode::FORBIDDEN,
        Code::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        Code::Busy | Code::StorageUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

impl IntoResponse for Problem {
    /// Rendered on the way out, when the language is known.
    fn into_response(self) -> Response {
        let mut r = self.0.status.into_response();
        r.extensions_mut().insert(self);
        r
    }
}

impl From<manage::Error> for Problem {
    fn from(e: manage::Error) -> Self {
        let code = e.code();
        if code == Code::Internal {
            tracing::error!(error = %e, "a request failed");
            return Problem::new(code);
        }
        let said = e.to_string();
        match e {
            manage::Error::Problems(all) => Problem::new(code).with(all),
            manage::Error::Store(store::Error::NotFound) | manage::Error::NotFound { .. } => {
                Problem::new(Code::NotFound)
            }
            manage::Error::Store(_) => Problem::new(code),
            _ => Problem::new(code).detail(Text::new(said.clone(), said)),
        }
    }
}

impl From<store::Error> for Problem {
    fn from(e: store::Error) -> Self {
        manage::Error::Store(e).into()
    }
}
