//! Name and folder of a flow, and its end.

use axum::Json;
use axum::http::StatusCode;
use domain::Code;
use domain::ids::FlowId;
use engine::manage;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{Flow, view};
use crate::v1::input::{At, Sent};
use crate::v1::problem::{Body, Problem};
use crate::v1::{Editor, Language};

/// What to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
pub struct FlowChange {
    #[serde(default)]
    pub name: Option<String>,
    /// `null` or empty: out of every folder.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub folder: Move,
}

/// Where a flow goes.
#[derive(Default)]
pub enum Move {
    /// Nothing was said.
    #[default]
    Stay,
    /// To this folder; an empty name is none.
    To(String),
}

impl<'de> Deserialize<'de> for Move {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Option::<String>::deserialize(d).map(|name| Move::To(name.unwrap_or_default()))
    }
}

/// Renames a flow or moves it to a folder.
#[utoipa::path(
    patch,
    path = "/flows/{flow}",
    tag = "flows",
    operation_id = "change_flow",
    params(("flow" = String, Path)),
    request_body = FlowChange,
    responses((status = 200, body = Flow), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn edit(
    caller: Editor,
    Language(lang): Language,
    At(flow): At<FlowId>,
    Sent(change): Sent<FlowChange>,
) -> Result<Json<Flow>, Problem> {
    let m = caller.manage();
    if let Some(name) = &change.name {
        m.rename(flow, name, &caller.actor.to_string()).await?;
    }
    if let Move::To(folder) = &change.folder {
        m.move_to(flow, folder).await?;
    }
    Ok(Json(view(&m, flow, lang).await?))
}

/// Removes a flow with its versions, secrets and address. Its history stays until retention takes
/// it. Refused while it has unfinished runs.
#[utoipa::path(
    delete,
    path = "/flows/{flow}",
    tag = "flows",
    operation_id = "delete_flow",
    params(("flow" = String, Path)),
    responses((status = 204), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn delete(caller: Editor, At(flow): At<FlowId>) -> Result<StatusCode, Problem> {
    let m = caller.manage();
    let name = m.flow_view(flow).await?.row.name;
    match m.db.delete_flow(m.workspace, flow).await {
        Err(store::Error::Changed) => {
            return Err(Problem::new(Code::Conflict).detail(domain::Text::new(
                "The flow has unfinished runs; pause it and wait for them, or cancel them.",
                "У сценария есть незавершённые запуски; приостановите его и дождитесь их или отмените.",
            )));
        }
        other => other.map_err(manage::Error::from)?,
    }
    caller.audit("flow.deleted", flow, json!({ "name": name })).await?;
    Ok(StatusCode::NO_CONTENT)
}
