//! Runs as the API shows them.

use domain::outcome::StepError;
use domain::run::RunState;
use domain::{Code, Lang, Side, Text};
use mapping::moment::rfc3339;
use serde::Serialize;
use store::{RunView, Waits};
use utoipa::ToSchema;

use crate::v1::problem::{ProblemAction, connection};

/// Why something did not go well, for a person.
#[derive(Clone, Serialize, ToSchema)]
pub struct ErrorBody {
    /// The stable code.
    pub code: String,
    /// What happened.
    pub title: String,
    /// Whose side it is on: `yours`, `access`, `remote` or `ours`.
    pub side: String,
    /// More about this case, with the service's own words.
    pub detail: String,
    /// The field at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// HTTP or SMTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<ProblemAction>,
}

impl ErrorBody {
    pub fn new(e: &StepError, flow: &str, step: Option<&str>, lang: Lang) -> Self {
        let action = advice(e, flow, step);
        Self {
            code: e.code.as_str().to_owned(),
            title: e.code.says(lang).to_owned(),
            side: side(e),
            detail: e.says(lang).to_owned(),
            field: e.field.as_deref().map(str::to_owned),
            status: e.status,
            action: action.map(|(t, href)| ProblemAction { label: t.get(lang).to_owned(), href }),
        }
    }
}

fn side(e: &StepError) -> String {
    let word = serde_json::to_value(e.side).unwrap_or_default();
    word.as_str().unwrap_or_default().to_owned()
}

/// What a person can do, and where in the web UI.
fn advice(e: &StepError, flow: &str, step: Option<&str>) -> Option<(Text, String)> {
    let step = step.and_then(|s| s.split('#').next()).filter(|s| !s.is_empty());
    let at_step = || match step {
        Some(step) => format!("/flows/{flow}?step={step}"),
        None => format!("/flows/{flow}"),
    };
    Some(match (e.code, e.side) {
        // It goes on by itself, or is as a person wanted it.
        (Code::Stale | Code::Cancelled, _) => return None,
        (Code::LimitExceeded | Code::Loop, _) => {
            (Text::new("See what the step is given", "Посмотреть, что приходит в шаг"), at_step())
        }
        (Code::BodyUnparsable, _) => (
            Text::new(
                "See what came, or replay it as text",
                "Посмотреть тело или повторить как текст",
            ),
            format!("/runs?flow={flow}&error={}", e.code.as_str()),
        ),
        (_, Side::Access) => (
            Text::new("Check the connection and repeat", "Проверить подключение и повторить"),
            connection(e.connection),
        ),
        (Code::RemoteRefused | Code::RemoteRedirect, _) | (_, Side::Yours) => {
            (Text::new("Mend the step and repeat", "Исправить шаг и повторить"), at_step())
        }
        (code, Side::Remote | Side::Ours) => (
            Text::new(
                "See the runs that met this, and repeat them",
                "Посмотреть такие запуски и повторить их",
            ),
            format!("/runs?flow={flow}&error={}", code.as_str()),
        ),
    })
}

/// A run as a list shows it.
#[derive(Clone, Serialize, ToSchema)]
pub struct RunItem {
    pub id: String,
    pub flow: String,
    /// Absent if the flow was deleted.
    pub flow_name: Option<String>,
    pub version: i64,
    /// `queued`, `running`, `waiting`, `succeeded`, `filtered`, `stale`, `failed`, `cancelled` or
    /// `parked`.
    pub state: String,
    /// A test of the builder.
    pub test: bool,
    pub started_at: String,
    pub ended_at: Option<String>,
    /// Milliseconds from the beginning to the end.
    pub took_ms: Option<i64>,
    /// The step at which it failed, parked or waits.
    pub step: Option<String>,
    /// What that step is called, or what it does.
    pub step_name: Option<String>,
    pub error: Option<ErrorBody>,
    /// Tries of that step.
    pub attempt: u32,
    /// When it goes on.
    pub next_at: Option<String>,
    /// Why it does nothing now.
    pub next_why: Option<NextWhy>,
    /// The run that it repeats.
    pub replay_of: Option<String>,
}

impl RunItem {
    pub fn new(v: &RunView, lang: Lang) -> Self {
        let r = &v.run;
        let flow = r.flow.to_string();
        let took = r.finished_at.map(|t| t.since(r.created_at).micros() / 1_000);
        let error = r.error.as_ref().map(|e| ErrorBody::new(e, &flow, r.step.as_deref(), lang));
        Self {
            id: r.id.to_string(),
            flow_name: v.flow_name.clone(),
            version: r.version,
            state: r.state.as_str().to_owned(),
            test: r.test,
            started_at: rfc3339(r.created_at),
            ended_at: r.finished_at.map(rfc3339),
            took_ms: took,
            step: r.step.clone(),
            step_name: None,
            error: error.filter(|_| r.state != RunState::Succeeded),
            attempt: v.tries,
            next_at: v.due_at.map(rfc3339),
            next_why: v.waits.map(NextWhy::from),
            replay_of: r.replay_of.map(|id| id.to_string()),
            flow,
        }
    }

    /// The same with what the step is called that it stands at.
    #[must_use]
    pub fn at(self, title: Option<String>) -> Self {
        Self { step_name: title, ..self }
    }
}

/// Why a run that has not ended does nothing now. The words are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NextWhy {
    /// It is due; a free worker will take it.
    Worker,
    /// An earlier run of the same order key has not ended.
    Turn,
    /// Its flow is paused.
    Paused,
    /// Its connection is broken.
    Connection,
    /// Its last try failed; the next one has a time.
    Retry,
    /// The service, or a limit of calls to it, makes it wait.
    Limit,
    /// A delay step runs.
    Delay,
}

impl From<Waits> for NextWhy {
    fn from(w: Waits) -> Self {
        match w {
            Waits::Worker => Self::Worker,
            Waits::Turn => Self::Turn,
            Waits::Paused => Self::Paused,
            Waits::Connection => Self::Connection,
            Waits::Retry => Self::Retry,
            Waits::Limit => Self::Limit,
            Waits::Delay => Self::Delay,
        }
    }
}
