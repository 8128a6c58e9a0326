//! Flows as files: out as YAML or JSON, in as either.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::ids::FlowId;
use domain::{Code, Text};
use engine::manage::create::{Create, From};
use engine::manage::drafts::Which;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::{Flow, generated, view};
use crate::v1::input::{Asked, At, Sent};
use crate::v1::problem::{Body, Problem};
use crate::v1::{Editor, Language, Viewer};

/// How a flow is written.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Format {
    /// `yaml` or `json`.
    #[serde(default)]
    pub format: Option<String>,
    /// The draft by default.
    #[serde(default)]
    pub version: Option<i64>,
}

/// A file.
#[derive(Deserialize, ToSchema)]
pub struct Import {
    /// YAML or JSON.
    pub text: String,
    #[serde(default)]
    pub folder: Option<String>,
}

/// The document as YAML.
pub(super) fn yaml(doc: &Value) -> Result<String, Problem> {
    serde_saphyr::to_string(doc).map_err(|e| {
        tracing::error!(error = %e, "a flow cannot be written as YAML");
        Problem::new(Code::Internal)
    })
}

/// The document of a flow as a file. Connections are named, secrets are not in it.
#[utoipa::path(
    get,
    path = "/flows/{flow}/export",
    tag = "flows",
    operation_id = "export_flow",
    params(
        ("flow" = String, Path),
        Format,
        ("workspace" = Option<String>, Query,
            description = "The workspace, for readers that cannot send the header Zveno-Workspace"),
    ),
    responses(
        (status = 200, content((Value = "application/yaml"), (Value = "application/json"))),
        (status = "default", body = Body)
    ),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn export(
    caller: Viewer,
    At(flow): At<FlowId>,
    Asked(asked): Asked<Format>,
) -> Result<Response, Problem> {
    let m = caller.manage();
    let which = asked.version.map_or(Which::Draft, Which::Version);
    let doc = m.portable(flow, which).await?;
    let (kind, end, text) = match asked.format.as_deref() {
        None | Some("yaml") => ("application/yaml; charset=utf-8", "yaml", yaml(&doc)?),
        Some("json") => {
            let text = serde_json::to_string_pretty(&doc).unwrap_or_else(|_| doc.to_string());
            ("application/json", "json", text)
        }
        Some(_) => return Err(Problem::bad("format is yaml or json", "format: yaml или json")),
    };
    let mut r = text.into_response();
    let headers = r.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{flow}.{end}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(r)
}

/// Makes a flow of a file. What is unfinished or missing here is among its problems.
#[utoipa::path(
    post,
    path = "/flows/import",
    tag = "flows",
    operation_id = "import_flow",
    request_body = Import,
    responses((status = 201, body = Flow), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn import(
    caller: Editor,
    Language(lang): Language,
    Sent(file): Sent<Import>,
) -> Result<(StatusCode, Json<Flow>), Problem> {
    let doc: Value = serde_saphyr::from_str(&file.text).map_err(|e| {
        let said = e.to_string();
        let first = said.lines().next().unwrap_or_default().to_owned();
        Problem::new(Code::FlowInvalid).detail(Text::new(
            format!("The file is neither YAML nor JSON: {first}"),
            format!("Файл не читается как YAML или JSON: {first}"),
        ))
    })?;
    let m = caller.manage();
    let by = caller.actor.to_string();
    let (folder, from) = (file.folder.unwrap_or_default(), From::Document(doc));
    let made = m.create(Create { name: None, folder, from, by, lang }).await?;
    caller.audit("flow.created", made.id, json!({ "import": true })).await?;
    let mut flow = view(&m, made.id, lang).await?;
    flow.generated_secrets = generated(made.generated);
    Ok((StatusCode::CREATED, Json(flow)))
}
