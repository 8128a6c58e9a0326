//! The draft of a flow: seen with its tag, saved against it, put back to what is published.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::ids::FlowId;
use mapping::moment::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Draft, SavedDraft, named};
use crate::v1::input::{At, Sent, if_match};
use crate::v1::problem::{Body, FaultBody, Problem, etag};
use crate::v1::{Editor, Language, Viewer};

/// A document to be saved.
#[derive(Deserialize, ToSchema)]
pub struct NewDraft {
    /// It may be unfinished; its problems come back.
    #[schema(value_type = Object)]
    pub doc: Value,
}

/// What is wrong with a draft.
#[derive(Serialize, ToSchema)]
pub struct Faults {
    pub etag: String,
    pub problems: Vec<FaultBody>,
}

fn tagged<T: Serialize>(body: T, tag: &str) -> Response {
    let mut r = Json(body).into_response();
    if let Ok(tag) = HeaderValue::from_str(tag) {
        r.headers_mut().insert(header::ETAG, tag);
    }
    r
}

/// The draft of a flow.
#[utoipa::path(
    get,
    path = "/flows/{flow}/draft",
    tag = "flows",
    operation_id = "show_draft",
    params(("flow" = String, Path)),
    responses((status = 200, body = Draft), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn show(
    caller: Viewer,
    Language(lang): Language,
    At(flow): At<FlowId>,
) -> Result<Response, Problem> {
    let m = caller.manage();
    let d = m.draft(flow).await?;
    let tag = etag(d.revision);
    let body = Draft {
        doc: d.doc,
        etag: tag.clone(),
        by: m.db.author(m.workspace, &d.by).await?,
        at: rfc3339(d.at),
        problems: d.problems.iter().map(|p| FaultBody::new(p, lang)).collect(),
    };
    Ok(tagged(body, &tag))
}

/// Saves a draft. With `If-Match` only if nobody has changed it since: 412 says who did, and when.
#[utoipa::path(
    patch,
    path = "/flows/{flow}/draft",
    tag = "flows",
    operation_id = "save_draft",
    params(("flow" = String, Path), ("If-Match" = Option<String>, Header)),
    request_body = NewDraft,
    responses((status = 200, body = SavedDraft), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn save(
    caller: Editor,
    Language(lang): Language,
    At(flow): At<FlowId>,
    headers: HeaderMap,
    Sent(new): Sent<NewDraft>,
) -> Result<Response, Problem> {
    let m = caller.manage();
    let seen = if_match(&headers)?;
    let saved = m.edit_draft(flow, new.doc, seen, &caller.actor.to_string()).await;
    let saved = match saved {
        Ok(saved) => saved,
        Err(e) => return Err(named(&m, e).await),
    };
    let tag = etag(saved.revision);
    Ok(tagged(SavedDraft::new(saved, lang), &tag))
}

/// Puts the draft back to the published version.
#[utoipa::path(
    delete,
    path = "/flows/{flow}/draft",
    tag = "flows",
    operation_id = "discard_draft",
    params(("flow" = String, Path)),
    responses((status = 200, body = Draft), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn discard(
    caller: Editor,
    language: Language,
    At(flow): At<FlowId>,
) -> Result<Response, Problem> {
    let m = caller.manage();
    m.discard(flow, &caller.actor.to_string()).await?;
    caller.audit("flow.draft_discarded", flow, json!({})).await?;
    show(Viewer(caller.0), language, At(flow)).await
}

/// What is wrong with the draft.
#[utoipa::path(
    get,
    path = "/flows/{flow}/problems",
    tag = "flows",
    operation_id = "list_problems",
    params(("flow" = String, Path)),
    responses((status = 200, body = Faults), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn problems(
    caller: Viewer,
    Language(lang): Language,
    At(flow): At<FlowId>,
) -> Result<Json<Faults>, Problem> {
    let d = caller.manage().draft(flow).await?;
    let problems = d.problems.iter().map(|p| FaultBody::new(p, lang)).collect();
    Ok(Json(Faults { etag: etag(d.revision), problems }))
}
