//! Samples of a flow's address: what came last, and what a person pasted.

use axum::Json;
use axum::http::StatusCode;
use domain::ids::{FlowId, SampleId};
use engine::build::samples::{Paste, TEST};
use mapping::moment::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::DataField;
use crate::v1::input::{At, Sent};
use crate::v1::problem::{Body, Problem};
use crate::v1::{Editor, Language, Page, Viewer};

/// A sample.
#[derive(Serialize, ToSchema)]
pub struct SampleBody {
    /// Of the delivery, or of what was pasted.
    pub id: String,
    pub received_at: String,
    pub method: String,
    /// Its first values, or what the person called it.
    pub title: String,
    /// `accepted`, `duplicate`, `probe`, `rejected`, `refused`, `test` or `kept`.
    pub verdict: &'static str,
    /// Why it made no run, for a person.
    pub reason: Option<String>,
    pub fields: Vec<DataField>,
    /// The body is too large to be shown here.
    pub cut: bool,
    /// It was sent from the editor.
    pub is_test: bool,
}

/// What is pasted: one of `json`, `text` and `form`.
#[derive(Deserialize, ToSchema)]
pub struct NewSample {
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub json: Option<Value>,
    /// A body as it is; its type is in `headers`.
    #[serde(default)]
    pub text: Option<String>,
    #[serde(default)]
    pub method: Option<String>,
    #[serde(default)]
    pub query: Option<String>,
    #[serde(default)]
    #[schema(value_type = Object)]
    pub headers: std::collections::BTreeMap<String, String>,
}

/// A sample that is kept.
#[derive(Serialize, ToSchema)]
pub struct KeptSample {
    pub id: String,
}

/// The last samples of a flow's address, newest first.
#[utoipa::path(
    get,
    path = "/flows/{flow}/samples",
    tag = "building",
    operation_id = "list_samples",
    params(("flow" = String, Path)),
    responses((status = 200, body = Page<SampleBody>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn list(
    caller: Viewer,
    Language(lang): Language,
    At(flow): At<FlowId>,
) -> Result<Json<Page<SampleBody>>, Problem> {
    let all = caller.manage().samples(flow).await?;
    let items = all.into_iter().map(|s| SampleBody {
        id: s.id,
        received_at: rfc3339(s.at),
        method: s.method,
        title: s.title,
        verdict: s.verdict,
        reason: s.reason.map(|r| engine::reasons::words(&r, lang)),
        fields: s.fields.into_iter().map(|l| DataField::of(l, lang)).collect(),
        cut: s.cut,
        is_test: s.verdict == TEST,
    });
    Ok(Json(Page { items: items.collect(), next: None }))
}

/// Keeps a sample that a person pasted. What a check of the sender names is masked in it.
#[utoipa::path(
    post,
    path = "/flows/{flow}/samples",
    tag = "building",
    operation_id = "create_sample",
    params(("flow" = String, Path)),
    request_body = NewSample,
    responses((status = 201, body = KeptSample), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn paste(
    caller: Editor,
    At(flow): At<FlowId>,
    Sent(new): Sent<NewSample>,
) -> Result<(StatusCode, Json<KeptSample>), Problem> {
    let mut headers: Vec<(String, String)> = new.headers.into_iter().collect();
    let typed = headers.iter().any(|(n, _)| n.eq_ignore_ascii_case("content-type"));
    let body = match (new.json, new.text) {
        (Some(json), None) => {
            if !typed {
                headers.push(("content-type".into(), "application/json".into()));
            }
            json.to_string()
        }
        (None, Some(text)) => text,
        (None, None) => String::new(),
        (Some(_), Some(_)) => {
            return Err(Problem::bad(
                "a sample has json or text, not both",
                "у образца либо json, либо text",
            ));
        }
    };
    let (title, method) = (new.title, new.method);
    let query = new.query.unwrap_or_default();
    let id = caller.manage().paste(flow, Paste { title, method, query, headers, body }).await?;
    Ok((StatusCode::CREATED, Json(KeptSample { id: id.to_string() })))
}

/// Forgets a sample that was pasted.
#[utoipa::path(
    delete,
    path = "/flows/{flow}/samples/{sample}",
    tag = "building",
    operation_id = "delete_sample",
    params(("flow" = String, Path), ("sample" = String, Path)),
    responses((status = 204), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn delete(
    caller: Editor,
    At((flow, sample)): At<(FlowId, SampleId)>,
) -> Result<StatusCode, Problem> {
    caller.manage().forget_sample(flow, sample).await?;
    Ok(StatusCode::NO_CONTENT)
}
