//! Published versions of a flow: their list, one of them, what differs, back to the draft.

use axum::Json;
use domain::Code;
use domain::ids::FlowId;
use engine::manage::diff::{Kind, diff as compare};
use engine::manage::drafts::Which;
use mapping::moment::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::SavedDraft;
use super::transfer::yaml;
use crate::v1::input::{Asked, At};
use crate::v1::problem::{Body, Problem};
use crate::v1::{Editor, Language, Page, Viewer};

/// A published version.
#[derive(Serialize, ToSchema)]
pub struct Version {
    pub number: i64,
    pub at: String,
    /// Who published it.
    pub by: String,
    /// New events run it.
    pub current: bool,
}

/// A version with its document.
#[derive(Serialize, ToSchema)]
pub struct VersionDoc {
    pub number: i64,
    #[schema(value_type = Object)]
    pub doc: Value,
}

/// What differs between two documents of a flow.
#[derive(Serialize, ToSchema)]
pub struct Difference {
    /// Both as YAML.
    pub from_text: String,
    pub to_text: String,
    pub changes: Vec<DocumentChange>,
}

/// One difference.
#[derive(Serialize, ToSchema)]
pub struct DocumentChange {
    /// With the ids of steps: `steps[lead].input.phone`.
    pub place: String,
    /// `added`, `removed`, `changed` or `moved`.
    pub kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Value>,
}

/// Which documents are compared.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Compared {
    /// A version's number or `draft`; the published version by default.
    #[serde(default)]
    pub from: Option<String>,
    /// The same; the draft by default.
    #[serde(default)]
    pub to: Option<String>,
}

/// Lists the published versions, newest first.
#[utoipa::path(
    get,
    path = "/flows/{flow}/versions",
    tag = "flows",
    operation_id = "list_versions",
    params(("flow" = String, Path)),
    responses((status = 200, body = Page<Version>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn list(caller: Viewer, At(flow): At<FlowId>) -> Result<Json<Page<Version>>, Problem> {
    let m = caller.manage();
    let all = m.versions(flow).await?;
    let newest = all.first().map(|v| v.version);
    let mut items = Vec::with_capacity(all.len());
    for v in all {
        items.push(Version {
            number: v.version,
            at: rfc3339(v.created_at),
            by: m.db.author(m.workspace, &v.author).await?,
            current: Some(v.version) == newest,
        });
    }
    Ok(Json(Page { items, next: None }))
}

/// The document of a version.
#[utoipa::path(
    get,
    path = "/flows/{flow}/versions/{version}",
    tag = "flows",
    operation_id = "show_version",
    params(("flow" = String, Path), ("version" = i64, Path)),
    responses((status = 200, body = VersionDoc), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn show(
    caller: Viewer,
    At((flow, number)): At<(FlowId, i64)>,
) -> Result<Json<VersionDoc>, Problem> {
    let doc = caller.manage().document(flow, Which::Version(number)).await?;
    Ok(Json(VersionDoc { number, doc }))
}

/// Makes a version the draft. It runs when the draft is published.
#[utoipa::path(
    post,
    path = "/flows/{flow}/versions/{version}/restore",
    tag = "flows",
    operation_id = "restore_version",
    params(("flow" = String, Path), ("version" = i64, Path)),
    responses((status = 200, body = SavedDraft), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn restore(
    caller: Editor,
    Language(lang): Language,
    At((flow, number)): At<(FlowId, i64)>,
) -> Result<Json<SavedDraft>, Problem> {
    let m = caller.manage();
    let saved = m.restore(flow, number, &caller.actor.to_string()).await?;
    caller.audit("flow.restored", flow, json!({ "version": number })).await?;
    Ok(Json(SavedDraft::new(saved, lang)))
}

/// Compares two documents of a flow.
#[utoipa::path(
    get,
    path = "/flows/{flow}/diff",
    tag = "flows",
    operation_id = "diff_versions",
    params(("flow" = String, Path), Compared),
    responses((status = 200, body = Difference), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn diff(
    caller: Viewer,
    At(flow): At<FlowId>,
    Asked(asked): Asked<Compared>,
) -> Result<Json<Difference>, Problem> {
    let m = caller.manage();
    let published = m.flow_view(flow).await?.row.version;
    let default = if published > 0 { Which::Version(published) } else { Which::Draft };
    let from = m.portable(flow, which(asked.from.as_deref(), default)?).await?;
    let to = m.portable(flow, which(asked.to.as_deref(), Which::Draft)?).await?;
    let changes = compare(&from, &to).into_iter().map(|c| DocumentChange {
        place: c.place,
        kind: match c.kind {
            Kind::Added => "added",
            Kind::Removed => "removed",
            Kind::Changed => "changed",
            Kind::Moved => "moved",
        },
        from: c.from,
        to: c.to,
    });
    let changes = changes.collect();
    Ok(Json(Difference { from_text: yaml(&from)?, to_text: yaml(&to)?, changes }))
}

fn which(given: Option<&str>, default: Which) -> Result<Which, Problem> {
    match given {
        None | Some("") => Ok(default),
        Some("draft") => Ok(Which::Draft),
        Some(n) => n.parse().map(Which::Version).map_err(|_| Problem::new(Code::NotFound)),
    }
}
