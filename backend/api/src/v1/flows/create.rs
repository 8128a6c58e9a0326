//! New flows: empty, from a template, from a document, from another flow.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::StatusCode;
use domain::ids::FlowId;
use engine::manage::create::{Create, From};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Flow, generated, view};
use crate::v1::input::{At, Sent};
use crate::v1::problem::{Body, Problem};
use crate::v1::{Editor, Language};

/// What a new flow is made of: a template, a document, or nothing.
#[derive(Deserialize, ToSchema)]
pub struct NewFlow {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub folder: Option<String>,
    /// The id of a template.
    #[serde(default)]
    pub template: Option<String>,
    /// Answers to the questions of the template.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub answers: BTreeMap<String, Value>,
    /// A document, which may be unfinished.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub doc: Option<Value>,
}

/// Makes a flow; it is a draft with an address that works at once.
#[utoipa::path(
    post,
    path = "/flows",
    tag = "flows",
    operation_id = "create_flow",
    request_body = NewFlow,
    responses((status = 201, body = Flow), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn create(
    caller: Editor,
    Language(lang): Language,
    Sent(new): Sent<NewFlow>,
) -> Result<(StatusCode, Json<Flow>), Problem> {
    let from = match (new.template, new.doc) {
        (Some(_), Some(_)) => {
            return Err(Problem::bad(
                "a flow is made from a template or from a document, not from both",
                "сценарий создают из шаблона или из документа, не из обоих",
            ));
        }
        (Some(id), None) => From::Template { id, answers: new.answers },
        (None, Some(doc)) => From::Document(doc),
        (None, None) => From::Nothing,
    };
    let (name, folder) = (new.name, new.folder.unwrap_or_default());
    let m = caller.manage();
    let by = caller.actor.to_string();
    let made = m.create(Create { name, folder, from, by, lang }).await?;
    caller.audit("flow.created", made.id, json!({})).await?;
    let mut flow = view(&m, made.id, lang).await?;
    flow.generated_secrets = generated(made.generated);
    Ok((StatusCode::CREATED, Json(flow)))
}

/// Makes a flow of the draft of another, with its secrets and a new address.
#[utoipa::path(
    post,
    path = "/flows/{flow}/duplicate",
    tag = "flows",
    operation_id = "duplicate_flow",
    params(("flow" = String, Path)),
    responses((status = 201, body = Flow), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn duplicate(
    caller: Editor,
    Language(lang): Language,
    At(flow): At<FlowId>,
) -> Result<(StatusCode, Json<Flow>), Problem> {
    let m = caller.manage();
    let made = m.duplicate(flow, &caller.actor.to_string(), lang).await?;
    caller.audit("flow.created", made.id, json!({ "copy_of": flow })).await?;
    Ok((StatusCode::CREATED, Json(view(&m, made.id, lang).await?)))
}
