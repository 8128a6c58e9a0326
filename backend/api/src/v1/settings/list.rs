//! Every setting of the server and where it comes from.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::AppState;
use crate::v1::problem::{Body, Problem};
use crate::v1::{Owner, Page};

/// A setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Setting {
    pub key: String,
    /// Masked where it is a secret.
    pub value: Option<String>,
    /// `flag`, `env`, `file`, `database` or `default`.
    pub source: String,
    /// Whether it can only be changed where it comes from.
    pub locked: bool,
}

/// Lists the settings of the server.
#[utoipa::path(
    get,
    path = "/settings",
    tag = "settings",
    operation_id = "list_settings",
    responses((status = 200, body = Page<Setting>), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner")))
)]
pub async fn list(
    State(state): State<AppState>,
    caller: Owner,
) -> Result<Json<Page<Setting>>, Problem> {
    super::of_server(&caller)?;
    let mut items = state.access.settings.clone();
    let stored = state.engine.shared.db.setting(super::address::NAME).await?;
    let free = items.iter_mut().find(|s| s.key == super::address::NAME && !s.locked);
    if let (Some(setting), Some(value)) = (free, stored) {
        (setting.value, setting.source) = (Some(value), "database".to_owned());
    }
    let mail = caller.manage().mail().await?.map(|m| m.mail.host);
    let source = if mail.is_some() { "database" } else { "default" };
    items.push(Setting { key: "mail".into(), value: mail, source: source.into(), locked: false });
    Ok(Json(Page { items, next: None }))
}
