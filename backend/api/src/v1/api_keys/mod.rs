//! Keys for programs. The text of a key is in the answer that makes it and nowhere else.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use domain::Role;
use domain::ids::KeyId;
use mapping::moment::{parse, rfc3339};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::ApiKey;
use utoipa::ToSchema;

use super::input::Sent;
use super::problem::{Body, Problem};
use super::routes::{Routes, routes};
use super::{Owner, Page};

pub(super) fn routes() -> Routes {
    Routes::new().routes(routes!(list, create)).routes(routes!(remove))
}

/// What a key may: `read` as a viewer, `edit` as an editor, `own` as an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    Read,
    Edit,
    Own,
}

impl From<Role> for Scope {
    fn from(r: Role) -> Self {
        match r {
            Role::Viewer => Scope::Read,
            Role::Editor => Scope::Edit,
            Role::Owner => Scope::Own,
        }
    }
}

impl From<Scope> for Role {
    fn from(s: Scope) -> Self {
        match s {
            Scope::Read => Role::Viewer,
            Scope::Edit => Role::Editor,
            Scope::Own => Role::Owner,
        }
    }
}

/// A key without its text.
#[derive(Serialize, ToSchema)]
pub struct Key {
    pub id: String,
    pub name: String,
    pub scope: Scope,
    /// A user, a key or `console`.
    pub created_by: String,
    pub created_at: String,
    /// The newest use, to the minute.
    pub used_at: Option<String>,
    pub expires_at: Option<String>,
}

/// A key that was made just now.
#[derive(Serialize, ToSchema)]
pub struct Made {
    #[serde(flatten)]
    pub about: Key,
    /// The text of the key. It is not shown again.
    pub key: String,
}

/// A key to make.
#[derive(Deserialize, ToSchema)]
pub struct NewKey {
    pub name: String,
    pub scope: Scope,
    /// RFC 3339; without it the key works until it is removed.
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
}

impl From<ApiKey> for Key {
    fn from(k: ApiKey) -> Self {
        Self {
            id: k.id.to_string(),
            name: k.name,
            scope: k.role.into(),
            created_by: k.created_by.to_string(),
            created_at: rfc3339(k.created_at),
            used_at: k.used_at.map(rfc3339),
            expires_at: k.expires_at.map(rfc3339),
        }
    }
}

/// Lists the keys of the workspace.
#[utoipa::path(
    get,
    path = "/api-keys",
    tag = "access",
    operation_id = "list_api_keys",
    responses((status = 200, body = Page<Key>), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner")))
)]
pub async fn list(caller: Owner) -> Result<Json<Page<Key>>, Problem> {
    let items = caller.manage().keys().await?.into_iter().map(Key::from).collect();
    Ok(Json(Page { items, next: None }))
}

/// Makes a key. Only this answer has its text.
#[utoipa::path(
    post,
    path = "/api-keys",
    tag = "access",
    operation_id = "create_api_key",
    request_body = NewKey,
    responses((status = 200, body = Made), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner")))
)]
pub async fn create(caller: Owner, Sent(new): Sent<NewKey>) -> Result<Json<Made>, Problem> {
    let expires_at = match new.expires_at {
        None => None,
        Some(text) => Some(parse(&json!(text), "UTC").ok_or_else(|| {
            Problem::field("expires_at", "write a moment as RFC 3339", "укажите момент по RFC 3339")
        })?),
    };
    let role = new.scope.into();
    let (key, text) = caller.manage().add_key(&new.name, role, expires_at, caller.actor).await?;
    let detail = json!({ "name": key.name, "scope": new.scope });
    caller.audit("api_key.created", key.id, detail).await?;
    Ok(Json(Made { about: key.into(), key: text.expose().to_owned() }))
}

/// Removes a key: it opens nothing from now on.
#[utoipa::path(
    delete,
    path = "/api-keys/{key}",
    tag = "access",
    operation_id = "remove_api_key",
    params(("key" = String, Path)),
    responses((status = 204), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner")))
)]
pub async fn remove(caller: Owner, Path(key): Path<KeyId>) -> Result<StatusCode, Problem> {
    caller.manage().remove_key(key).await?;
    caller.audit("api_key.removed", key, json!({})).await?;
    Ok(StatusCode::NO_CONTENT)
}
