//! Newer versions of connectors: which steps use an older one, and whether the new one fits them.

use axum::Json;
use domain::Lang;
use engine::build::upgrade::Conflict;
use engine::manage::upgrades::Upgrade;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::v1::input::At;
use crate::v1::problem::{Body, Problem};
use crate::v1::{Language, Owner, Page, Viewer};

/// A step that uses an older version of a connector.
#[derive(Serialize, ToSchema)]
pub struct UpgradeBody {
    pub flow: String,
    pub flow_name: String,
    /// Its id; `trigger` for the trigger.
    pub step: String,
    pub connector: String,
    /// The trigger or action.
    pub key: String,
    pub from: String,
    pub to: String,
    /// The new version fits as it is: one click.
    pub fits: bool,
    pub conflicts: Vec<ConflictBody>,
    /// What the connector says about the change.
    pub note: Option<String>,
}

/// What keeps a step from a new version.
#[derive(Serialize, ToSchema)]
pub struct ConflictBody {
    /// `gone`, `input_gone`, `input_required`, `input_type`, `method_gone`, `kind_changed` or
    /// `output_gone`.
    pub kind: &'static str,
    /// The field, where it is about one.
    pub field: Option<String>,
    pub message: String,
}

impl UpgradeBody {
    /// In the language of the reader.
    pub fn of(u: Upgrade, lang: Lang) -> Self {
        let conflict = |c: Conflict| ConflictBody {
            kind: c.kind,
            field: Some(c.field).filter(|f| !f.is_empty()),
            message: c.message.get(lang).to_owned(),
        };
        Self {
            flow: u.flow.to_string(),
            flow_name: u.flow_name,
            step: u.step,
            connector: u.connector,
            key: u.key,
            from: u.from,
            to: u.to,
            fits: u.conflicts.is_empty(),
            conflicts: u.conflicts.into_iter().map(conflict).collect(),
            note: u.note.map(|n| n.get(lang).to_owned()),
        }
    }
}

/// The steps of published flows that use an older version of a connector.
#[utoipa::path(
    get,
    path = "/connectors/{connector}/upgrades",
    operation_id = "list_upgrades",
    tag = "catalogue",
    params(("connector" = String, Path)),
    responses((status = 200, body = Page<UpgradeBody>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn list(
    caller: Viewer,
    Language(lang): Language,
    At(connector): At<String>,
) -> Result<Json<Page<UpgradeBody>>, Problem> {
    let found = caller.manage().upgrades(&connector).await?;
    let items = found.into_iter().map(|u| UpgradeBody::of(u, lang)).collect();
    Ok(Json(Page { items, next: None }))
}

/// What reading the folders of connectors gave.
#[derive(Serialize, ToSchema)]
pub struct ReloadedBody {
    /// `name@version` of all that can be used.
    pub connectors: Vec<String>,
    pub refused: Vec<RefusedBody>,
}

/// A folder of a connector that cannot be used.
#[derive(Serialize, ToSchema)]
pub struct RefusedBody {
    pub folder: String,
    /// File, line and reason.
    pub reason: String,
}

fn refused(all: &[engine::connectors::Refused]) -> Vec<RefusedBody> {
    let one = |r: &engine::connectors::Refused| RefusedBody {
        folder: r.folder.display().to_string(),
        reason: r.reason.clone(),
    };
    all.iter().map(one).collect()
}

/// Reads the folders of connectors of this node again. One that is broken is refused; what was
/// installed before stays.
#[utoipa::path(
    post,
    path = "/connectors/reload",
    operation_id = "reload_connectors",
    tag = "catalogue",
    responses((status = 200, body = ReloadedBody), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner"))),
    security(("api_key" = []))
)]
pub async fn reload(caller: Owner) -> Result<Json<ReloadedBody>, Problem> {
    let done = caller.manage().reload_connectors().await?;
    caller.audit("connector.reloaded", "", json!({})).await?;
    let connectors = done.installed.iter().map(|c| format!("{}@{}", c.name, c.version));
    let (connectors, refused) = (connectors.collect(), refused(&done.refused));
    Ok(Json(ReloadedBody { connectors, refused }))
}

/// Folders of connectors that cannot be used, as this node read them last.
#[utoipa::path(
    get,
    path = "/connectors/refused",
    operation_id = "list_refused_connectors",
    tag = "catalogue",
    responses((status = 200, body = Page<RefusedBody>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn broken(caller: Viewer) -> Result<Json<Page<RefusedBody>>, Problem> {
    let items = refused(&caller.manage().shelf.refused());
    Ok(Json(Page { items, next: None }))
}
