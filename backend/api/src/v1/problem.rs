//! Errors as problem details (RFC 9457) with the four parts for a person: what happened, whose
//! side it is on, what to do, and a link. Codes are the table of `domain::code`.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::ids::ConnectionId;
use domain::outcome::StepError;
use domain::problem::Severity;
use domain::{Code, Lang, Side, Span, Text, limits};
use engine::manage;
use engine::manage::problems::Located;
use mapping::moment::rfc3339;
use serde::Serialize;
use serde_json::{Value, json};
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
    problems: Vec<Located>,
    /// More for programs, beside the members of the standard.
    extra: Value,
    /// When to come again.
    retry_after: Option<Span>,
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
    pub action: Option<ProblemAction>,
    /// Faults of a document or of fields, each with its place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<FaultBody>,
    /// Who changed it meanwhile, where somebody did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// And when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// More for programs.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub extra: Value,
}

/// What to do about a problem.
#[derive(Clone, Serialize, ToSchema)]
pub struct ProblemAction {
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
    /// The step of a flow; `trigger` for the trigger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// What a person calls the step: its name, or that of its action.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_title: Option<String>,
    /// The field of a step or of a form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    pub message: String,
}

impl FaultBody {
    pub fn new(l: &Located, lang: Lang) -> Self {
        let p = &l.problem;
        Self {
            severity: p.severity,
            code: p.code.to_owned(),
            place: p.place.clone(),
            step: l.step.clone(),
            step_title: l.title.as_ref().map(|t| t.get(lang).to_owned()),
            field: l.field.clone(),
            message: p.message.get(lang).to_owned(),
        }
    }
}

/// A fault of a form, whose place is the field.
fn of_form(problem: domain::Problem) -> Located {
    let plain = !problem.place.is_empty() && !problem.place.contains('[');
    Located { step: None, title: None, field: plain.then(|| problem.place.clone()), problem }
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
            retry_after: None,
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

    /// What the frame refused before a handler saw it. Its words may quote what was sent, so the
    /// quotes are left out.
    pub(super) fn bare(status: StatusCode, said: &str) -> Self {
        let code = match status {
            StatusCode::NOT_FOUND => Code::NotFound,
            StatusCode::TOO_MANY_REQUESTS => Code::TooManyRequests,
            StatusCode::PAYLOAD_TOO_LARGE => Code::LimitExceeded,
            StatusCode::SERVICE_UNAVAILABLE => Code::Busy,
            s if s.is_server_error() => Code::Internal,
            _ => Code::BadRequest,
        };
        let said: Vec<&str> = said.split('"').step_by(2).collect();
        let said = said.join("\u{2026}");
        let problem = Self::new(code).status(status);
        if said.is_empty() || code == Code::Internal {
            return problem;
        }
        problem.detail(Text::new(said, bare_in_russian(status, code)))
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
    pub fn with(self, problems: Vec<domain::Problem>) -> Self {
        self.located(problems.into_iter().map(of_form).collect())
    }

    /// Faults of a flow document, each with its step and field.
    #[must_use]
    pub fn located(mut self, problems: Vec<Located>) -> Self {
        self.0.problems = problems;
        self
    }

    #[must_use]
    pub fn extra(mut self, extra: Value) -> Self {
        self.0.extra = extra;
        self
    }

    /// Says when to come again.
    #[must_use]
    pub fn retry_after(mut self, wait: Span) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    pub fn code(&self) -> Code {
        self.0.code
    }

    /// As it is sent.
    pub(super) fn render(self, lang: Lang) -> Response {
        let Inner { code, status, detail, action, problems, extra, retry_after } = *self.0;
        let shortly = status == StatusCode::SERVICE_UNAVAILABLE;
        let wait = retry_after.or_else(|| shortly.then_some(limits::RETRY_AFTER));
        let body = Body {
            kind: format!("urn:zveno:problem:{}", code.as_str()),
            title: code.says(lang).to_owned(),
            status: status.as_u16(),
            detail: detail.map(|t| t.get(lang).to_owned()),
            code: code.as_str().to_owned(),
            side: code.side(),
            action: action.map(|(t, href)| ProblemAction { label: t.get(lang).to_owned(), href }),
            problems: problems.iter().map(|p| FaultBody::new(p, lang)).collect(),
            by: extra["by"].as_str().map(str::to_owned),
            at: extra["at"].as_str().map(str::to_owned),
            extra,
        };
        let mut r = (status, Json(body)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        r.headers_mut().insert(header::CONTENT_TYPE, kind);
        if let Some(wait) = wait {
            // Rounded up: sooner would be too soon.
            let secs = wait.plus(Span::from_micros(999_999)).as_secs().max(1);
            r.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(secs));
        }
        r
    }
}

/// What the frame says of a request, for readers of Russian.
fn bare_in_russian(status: StatusCode, code: Code) -> &'static str {
    match status {
        StatusCode::METHOD_NOT_ALLOWED => "у этого адреса нет такого метода",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "тело запроса не того типа",
        StatusCode::PAYLOAD_TOO_LARGE => "тело запроса слишком велико",
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => "тело запроса не читается",
        _ => code.says(Lang::Ru),
    }
}

/// The status of a code, where nothing more is known.
fn status(code: Code) -> StatusCode {
    match code {
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::Changed | Code::DraftConflict => StatusCode::PRECONDITION_FAILED,
        Code::BadRequest => StatusCode::BAD_REQUEST,
        Code::SignInNeeded | Code::SignInFailed => StatusCode::UNAUTHORIZED,
        Code::RightMissing | Code::OriginRefused | Code::SetupRefused => StatusCode::FORBIDDEN,
        Code::Conflict | Code::SetupDone | Code::LastOwner | Code::UnderWay => StatusCode::CONFLICT,
        Code::InvitationGone => StatusCode::GONE,
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
        match e {
            manage::Error::Problems(all) | manage::Error::Fields(all) => {
                Problem::new(code).with(all)
            }
            manage::Error::Located(all) => Problem::new(code).located(all),
            manage::Error::DraftConflict { by, at, revision } => Problem::new(code)
                .extra(json!({ "by": by, "at": rfc3339(at), "etag": etag(revision) })),
            manage::Error::Untested(e) => untested(*e),
            manage::Error::Said(_, text) => Problem::new(code).detail(text),
            manage::Error::Store(_)
            | manage::Error::NotFound { .. }
            | manage::Error::Refused(_) => Problem::new(code),
        }
    }
}

/// What a service said while a person waited.
fn untested(e: StepError) -> Problem {
    let said = e.text();
    let field = |f| domain::Problem::error("field_invalid", f, &*said.en, &*said.ru);
    let fields = e.field.map(field);
    let problem = Problem::new(e.code)
        .status(StatusCode::UNPROCESSABLE_ENTITY)
        .detail(said)
        .with(fields.into_iter().collect());
    match (e.code, e.connection) {
        (Code::ConnectionBroken, _) | (_, Some(_)) => problem
            .action(Text::new("Connect it again", "Подключить заново"), connection(e.connection)),
        _ => problem,
    }
}

/// Where in the web UI a connection is looked at.
pub fn connection(id: Option<ConnectionId>) -> String {
    id.map_or_else(|| "/connections".to_owned(), |id| format!("/connections?edit={id}"))
}

/// The `ETag` of a draft.
pub fn etag(revision: i64) -> String {
    format!("\"{revision}\"")
}

impl From<store::Error> for Problem {
    fn from(e: store::Error) -> Self {
        manage::Error::Store(e).into()
    }
}
