//! Starting a flow by hand: once with data, or for each row of a table, which may be tried first.

use std::collections::BTreeMap;

use axum::Json;
use domain::ids::{FlowId, ImportId};
use domain::{Code, Lang, Text};
use engine::manage::start::{Sheet, Started, Trial};
use engine::reasons;
use mapping::moment::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{ImportRow, ImportState};
use utoipa::ToSchema;

use crate::v1::input::{At, Sent};
use crate::v1::problem::{Body, Problem};
use crate::v1::{Editor, Language, Page, Viewer};

/// What to start with: the data of one event, or a table of which each row is one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartInput {
    /// What the fields of the trigger ask for; anything where it asks for none.
    #[serde(default)]
    pub data: Option<Value>,
    /// A table with a header (RFC 4180), separated by commas, semicolons or tabs.
    #[serde(default)]
    pub csv: Option<String>,
    /// Columns and the fields that they fill; by their names where it is empty.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub map: BTreeMap<String, String>,
    /// Only say what the rows would start.
    #[serde(default)]
    pub dry_run: bool,
    /// Leave rows with faults out; otherwise one is enough to start nothing.
    #[serde(default)]
    pub skip_faulty: bool,
    /// Rows a second; 10 by default.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 1000)]
    pub rate: Option<u32>,
}

/// What was started, or would be.
#[derive(Serialize, ToSchema)]
pub struct StartOutcome {
    /// Rows that can start; 1 for data.
    pub rows: usize,
    /// Rows with faults.
    pub faulty: usize,
    /// The first faults.
    pub faults: Vec<RowFault>,
    /// The first rows as their events would be.
    pub sample: Vec<Value>,
    /// Columns that fill no field.
    pub unused: Vec<String>,
    /// The event that was made of data.
    pub event: Option<String>,
    /// Its run; absent where it is held.
    pub run: Option<String>,
    /// `accepted`, `held` or `filtered`.
    pub state: Option<String>,
    /// Why it has no run, for a person.
    pub reason: Option<String>,
    /// How the rows are started; absent for a dry run.
    pub import: Option<ImportBody>,
}

/// What is wrong with a row.
#[derive(Serialize, ToSchema)]
pub struct RowFault {
    /// The line of the file, from 1.
    pub line: usize,
    /// The column, where it is one.
    pub column: Option<String>,
    pub message: String,
}

/// Rows that are started one after another.
#[derive(Serialize, ToSchema)]
pub struct ImportBody {
    pub id: String,
    pub state: ImportStatus,
    pub total: i64,
    /// Rows that have their event.
    pub done: i64,
    /// Rows a second.
    pub rate: i64,
    /// Why it does not go on.
    pub note: Option<String>,
    pub created_at: String,
    pub finished_at: Option<String>,
}

/// Where an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ImportStatus {
    Running,
    /// Every row has its event.
    Done,
    /// By a person.
    Stopped,
    /// It cannot go on.
    Failed,
}

impl ImportBody {
    fn new(r: ImportRow, lang: Lang) -> Self {
        Self {
            id: r.id.to_string(),
            state: match r.state {
                ImportState::Running => ImportStatus::Running,
                ImportState::Done => ImportStatus::Done,
                ImportState::Stopped => ImportStatus::Stopped,
                ImportState::Failed => ImportStatus::Failed,
            },
            total: r.total,
            done: r.done,
            rate: r.rate,
            note: r.note.map(|n| Text::of_kept(&n).get(lang).to_owned()),
            created_at: rfc3339(r.created_at),
            finished_at: r.finished_at.map(rfc3339),
        }
    }
}

impl StartOutcome {
    fn of_rows(t: Trial, import: Option<ImportRow>, lang: Lang) -> Self {
        let fault = |f: engine::triggers::csv::Fault| RowFault {
            line: f.line,
            message: f.message.get(lang).to_owned(),
            column: f.column,
        };
        Self {
            rows: t.rows,
            faulty: t.faulty,
            faults: t.faults.into_iter().map(fault).collect(),
            sample: t.sample,
            unused: t.unused,
            event: None,
            run: None,
            state: None,
            reason: None,
            import: import.map(|i| ImportBody::new(i, lang)),
        }
    }

    fn of_data(s: &Started, lang: Lang) -> Self {
        Self {
            rows: 1,
            faulty: 0,
            faults: Vec::new(),
            sample: Vec::new(),
            unused: Vec::new(),
            event: Some(s.event.to_string()),
            run: s.run.map(|r| r.to_string()),
            state: Some(s.state.as_str().to_owned()),
            reason: s.reason.map(|r| reasons::words(r, lang)),
            import: None,
        }
    }
}

/// Starts a flow whose trigger is a person. Faults of the data come back with their fields, those
/// of a table with line and column. Rows are started in the background, one after another.
#[utoipa::path(
    post,
    path = "/flows/{flow}/start",
    tag = "flows",
    operation_id = "start_flow",
    params(("flow" = String, Path)),
    request_body = StartInput,
    responses((status = 200, body = StartOutcome), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn start(
    caller: Editor,
    Language(lang): Language,
    At(flow): At<FlowId>,
    Sent(input): Sent<StartInput>,
) -> Result<Json<StartOutcome>, Problem> {
    let m = caller.manage();
    let Some(csv) = input.csv else {
        if input.dry_run {
            let (en, ru) = ("only a table can be tried", "пробовать можно только таблицу");
            return Err(Problem::field("dry_run", en, ru));
        }
        let started = m.start(flow, input.data.unwrap_or_default()).await?;
        caller.audit("flow.started", flow, json!({ "event": started.event.to_string() })).await?;
        return Ok(Json(StartOutcome::of_data(&started, lang)));
    };
    if input.data.is_some() {
        let (en, ru) =
            ("give data or a table, not both", "нужны данные или таблица, не то и другое");
        return Err(Problem::field("data", en, ru));
    }
    let (map, skip_faulty, rate) = (input.map, input.skip_faulty, input.rate);
    let sheet = Sheet { csv, map, skip_faulty, rate };
    if input.dry_run {
        return Ok(Json(StartOutcome::of_rows(m.try_rows(flow, &sheet).await?, None, lang)));
    }
    let (import, trial) = m.start_rows(flow, &sheet).await?;
    let detail = json!({ "import": import.id.to_string(), "rows": import.total });
    caller.audit("flow.started", flow, detail).await?;
    Ok(Json(StartOutcome::of_rows(trial, Some(import), lang)))
}

/// Lists the imports of a flow, newest first, and how far each has come.
#[utoipa::path(
    get,
    path = "/flows/{flow}/imports",
    tag = "flows",
    operation_id = "list_imports",
    params(("flow" = String, Path)),
    responses((status = 200, body = Page<ImportBody>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn imports(
    caller: Viewer,
    Language(lang): Language,
    At(flow): At<FlowId>,
) -> Result<Json<Page<ImportBody>>, Problem> {
    let all = caller.manage().imports(flow).await?;
    Ok(Json(Page {
        items: all.into_iter().map(|i| ImportBody::new(i, lang)).collect(),
        next: None,
    }))
}

/// Ends an import; rows that were not started stay so.
#[utoipa::path(
    post,
    path = "/flows/{flow}/imports/{import}/stop",
    tag = "flows",
    operation_id = "stop_import",
    params(("flow" = String, Path), ("import" = String, Path)),
    responses((status = 200, body = ImportBody), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn stop(
    caller: Editor,
    Language(lang): Language,
    At((flow, import)): At<(FlowId, ImportId)>,
) -> Result<Json<ImportBody>, Problem> {
    let m = caller.manage();
    let here = m.imports(flow).await?;
    if !here.iter().any(|i| i.id == import) {
        return Err(Problem::new(Code::NotFound));
    }
    m.stop_import(import).await?;
    caller.audit("import.stopped", import, json!({ "flow": flow.to_string() })).await?;
    let now = m.imports(flow).await?.into_iter().find(|i| i.id == import);
    now.map(|i| Json(ImportBody::new(i, lang))).ok_or_else(|| Problem::new(Code::NotFound))
}
