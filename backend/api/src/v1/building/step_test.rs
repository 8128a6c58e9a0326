//! One step tried alone.

use std::collections::BTreeMap;

use axum::Json;
use domain::ids::FlowId;
use domain::journal::{Exchange, LoggedRequest, LoggedResponse};
use domain::outcome::StepError;
use domain::{Lang, Side};
use engine::build::step_test::Trial;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::v1::input::{At, Sent};
use crate::v1::problem::{Body, Problem};
use crate::v1::{Editor, Language};

/// How a step is tried.
#[derive(Deserialize, ToSchema)]
pub struct StepTrial {
    /// In place of the draft.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub doc: Option<Value>,
    /// The newest by default.
    #[serde(default)]
    pub sample_id: Option<String>,
    /// Only show what would be sent; nothing is.
    #[serde(default)]
    pub dry_run: bool,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub struct StepTried {
    /// `done`, `skipped`, `failed`, `retry`, `limited`, `auth`, `unknown`, or `shown` for a dry run.
    pub outcome: &'static str,
    /// The fields as they were filled, without secrets.
    #[schema(value_type = Option<Object>)]
    pub input: Option<Value>,
    /// The last request, masked; the first one of a dry run.
    pub request: Option<SentRequest>,
    pub response: Option<GotResponse>,
    /// Every call of the step.
    pub exchanges: Vec<TestExchange>,
    /// What later steps see.
    pub output: Option<Value>,
    pub error: Option<StepFault>,
    pub took_ms: i64,
}

/// A request, masked.
#[derive(Clone, Serialize, ToSchema)]
pub struct SentRequest {
    pub method: String,
    pub url: String,
    #[schema(value_type = Object)]
    pub headers: BTreeMap<String, String>,
    /// Parsed where it is JSON.
    pub body: Value,
    /// Bytes of the whole body, where it was cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut_from: Option<u64>,
}

/// An answer, masked.
#[derive(Clone, Serialize, ToSchema)]
pub struct GotResponse {
    pub status: u16,
    #[schema(value_type = Object)]
    pub headers: BTreeMap<String, String>,
    pub body: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut_from: Option<u64>,
}

/// One call.
#[derive(Serialize, ToSchema)]
pub struct TestExchange {
    pub request: SentRequest,
    pub response: Option<GotResponse>,
    pub took_ms: i64,
}

/// Why a step did not work.
#[derive(Serialize, ToSchema)]
pub struct StepFault {
    pub code: String,
    /// What happened, for a person.
    pub title: String,
    /// `yours`, `access`, `remote` or `ours`.
    #[schema(value_type = String)]
    pub side: Side,
    /// With the service's own words.
    pub detail: String,
    /// The field at fault.
    pub field: Option<String>,
    pub status: Option<u16>,
}

fn body(text: String) -> Value {
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

fn request(r: LoggedRequest) -> SentRequest {
    let headers = r.headers.into_iter().collect();
    let (method, url) = (r.method, r.url);
    SentRequest { method, url, headers, body: body(r.body), cut_from: r.cut_from }
}

fn response(r: LoggedResponse) -> GotResponse {
    let headers = r.headers.into_iter().collect();
    GotResponse { status: r.status, headers, body: body(r.body), cut_from: r.cut_from }
}

fn exchange(e: Exchange) -> TestExchange {
    TestExchange {
        request: request(e.request),
        response: e.response.map(response),
        took_ms: e.took_us / 1_000,
    }
}

fn fault(e: StepError, lang: Lang) -> StepFault {
    StepFault {
        code: e.code.as_str().to_owned(),
        title: e.code.says(lang).to_owned(),
        side: e.side,
        detail: e.says(lang).to_owned(),
        field: e.field.map(Into::into),
        status: e.status,
    }
}

/// Tries one step with the data of a sample. Without `dry_run` it is really sent.
#[utoipa::path(
    post,
    path = "/flows/{flow}/steps/{step}/test",
    tag = "building",
    operation_id = "test_step",
    params(("flow" = String, Path), ("step" = String, Path)),
    request_body = StepTrial,
    responses((status = 200, body = StepTried), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn test(
    caller: Editor,
    Language(lang): Language,
    At((flow, step)): At<(FlowId, String)>,
    Sent(t): Sent<StepTrial>,
) -> Result<Json<StepTried>, Problem> {
    let m = caller.manage();
    let dry_run = t.dry_run;
    let trial = Trial { doc: t.doc, sample: t.sample_id, dry_run };
    let tried = m.test_step(flow, &step, trial).await?;
    if !dry_run {
        let detail = json!({ "step": step, "outcome": tried.outcome });
        caller.audit("flow.step_tested", flow, detail).await?;
    }
    let exchanges: Vec<TestExchange> = tried.exchanges.into_iter().map(exchange).collect();
    let told = if dry_run { exchanges.first() } else { exchanges.last() };
    Ok(Json(StepTried {
        outcome: tried.outcome,
        input: tried.input,
        request: told.map(|e| e.request.clone()),
        response: told.and_then(|e| e.response.clone()),
        took_ms: exchanges.iter().map(|e| e.took_ms).sum(),
        output: tried.output,
        error: tried.error.map(|e| fault(e, lang)),
        exchanges,
    }))
}
