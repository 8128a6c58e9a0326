//! What proves who a flow deals with: its address and its secrets. No value of a secret is ever
//! given out here.

use std::collections::BTreeSet;

use axum::Json;
use axum::http::StatusCode;
use domain::Secret;
use domain::ids::FlowId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::v1::input::{At, Sent};
use crate::v1::problem::{Body, Problem};
use crate::v1::{Editor, Page, Viewer};

/// A new address.
#[derive(Serialize, ToSchema)]
pub struct RotatedAddress {
    pub hook_url: String,
    /// Addresses that still work for two days.
    pub old_hook_urls: Vec<String>,
}

/// A secret that the draft names.
#[derive(Serialize, ToSchema)]
pub struct FlowSecret {
    pub name: String,
    /// It has a value.
    pub set: bool,
}

/// The value of a secret.
#[derive(Deserialize, ToSchema)]
pub struct SecretValue {
    #[schema(format = Password)]
    pub value: String,
}

/// Gives the flow a new address; the old one works for two more days.
#[utoipa::path(
    post,
    path = "/flows/{flow}/rotate-address",
    tag = "flows",
    operation_id = "rotate_address",
    params(("flow" = String, Path)),
    responses((status = 200, body = RotatedAddress), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn rotate(caller: Editor, At(flow): At<FlowId>) -> Result<Json<RotatedAddress>, Problem> {
    let m = caller.manage();
    let hook_url = m.rotate(flow, None).await?;
    caller.audit("flow.address_rotated", flow, json!({})).await?;
    let old = m.db.old_addresses(flow).await?;
    let old_hook_urls = old.iter().map(|(token, _)| m.hook_url(token)).collect();
    Ok(Json(RotatedAddress { hook_url, old_hook_urls }))
}

/// Lists the secrets that the draft names, and others that were set. Never their values.
#[utoipa::path(
    get,
    path = "/flows/{flow}/secrets",
    tag = "flows",
    operation_id = "list_secrets",
    params(("flow" = String, Path)),
    responses((status = 200, body = Page<FlowSecret>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn list(caller: Viewer, At(flow): At<FlowId>) -> Result<Json<Page<FlowSecret>>, Problem> {
    let (named, set) = caller.manage().secret_names(flow).await?;
    let all: BTreeSet<&String> = named.iter().chain(&set).collect();
    let items = all.into_iter().map(|n| FlowSecret { name: n.clone(), set: set.contains(n) });
    Ok(Json(Page { items: items.collect(), next: None }))
}

/// Sets a secret of a flow.
#[utoipa::path(
    put,
    path = "/flows/{flow}/secrets/{name}",
    tag = "flows",
    operation_id = "set_secret",
    params(("flow" = String, Path), ("name" = String, Path)),
    request_body = SecretValue,
    responses((status = 204), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn put(
    caller: Editor,
    At((flow, name)): At<(FlowId, String)>,
    Sent(given): Sent<SecretValue>,
) -> Result<StatusCode, Problem> {
    let fits = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        && (1..=domain::limits::SECRET_NAME_CHARS).contains(&name.len());
    if !fits {
        return Err(Problem::field(
            "name",
            "a name of a secret has letters, digits and _",
            "в имени секрета — латинские буквы, цифры и _",
        ));
    }
    if given.value.is_empty() {
        return Err(Problem::field("value", "it must be filled", "заполните значение"));
    }
    caller.manage().set_secret(flow, &name, &Secret::new(given.value)).await?;
    caller.audit("flow.secret_set", flow, json!({ "name": name })).await?;
    Ok(StatusCode::NO_CONTENT)
}
