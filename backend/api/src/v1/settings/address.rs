//! The public address of the server.

use axum::Json;
use axum::extract::State;
use domain::{Code, Text};
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;
use utoipa::ToSchema;

use crate::AppState;
use crate::v1::input::Sent;
use crate::v1::problem::{Body, Problem};
use crate::v1::{Language, Owner};

/// The setting's name.
pub const NAME: &str = "public_url";

/// The public address.
#[derive(Serialize, ToSchema)]
pub struct Address {
    /// The one in use.
    pub public_url: String,
    /// Whether a flag, the environment or the file gives it.
    pub locked: bool,
    /// The one from the next start on, if it is another.
    pub after_restart: Option<String>,
}

/// Another public address.
#[derive(Deserialize, ToSchema)]
pub struct AddressChange {
    pub public_url: String,
}

fn locked(state: &AppState) -> bool {
    state.access.settings.iter().any(|s| s.key == NAME && s.locked)
}

async fn now(state: &AppState) -> Result<Address, Problem> {
    let (locked, used) = (locked(state), state.access.address.url.clone());
    let stored = state.engine.shared.db.setting(NAME).await?;
    let after_restart = stored.filter(|s| !locked && *s != used);
    Ok(Address { public_url: used, locked, after_restart })
}

/// Shows the public address.
#[utoipa::path(
    get,
    path = "/settings/address",
    tag = "settings",
    operation_id = "show_address",
    responses((status = 200, body = Address), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner")))
)]
pub async fn show(State(state): State<AppState>, caller: Owner) -> Result<Json<Address>, Problem> {
    super::of_server(&caller)?;
    now(&state).await.map(Json)
}

/// Changes the public address from the next start on.
#[utoipa::path(
    put,
    path = "/settings/address",
    tag = "settings",
    operation_id = "change_address",
    request_body = AddressChange,
    responses((status = 200, body = Address), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner")))
)]
pub async fn change(
    State(state): State<AppState>,
    caller: Owner,
    Sent(new): Sent<AddressChange>,
) -> Result<Json<Address>, Problem> {
    super::of_server(&caller)?;
    if locked(&state) {
        return Err(Problem::new(Code::Conflict).detail(Text::new(
            "The address is given by a flag, the environment or zveno.toml; change it there.",
            "Адрес задан флагом, окружением или zveno.toml; измените его там.",
        )));
    }
    let url = checked(&new.public_url)?;
    state.engine.shared.db.put_setting(NAME, Some(&url)).await?;
    caller.audit("settings.address_changed", NAME, json!({ "public_url": url })).await?;
    now(&state).await.map(Json)
}

fn checked(text: &str) -> Result<String, Problem> {
    let url = Url::parse(text.trim()).ok().filter(|u| {
        matches!(u.scheme(), "http" | "https")
            && u.has_host()
            && u.query().is_none()
            && u.fragment().is_none()
            && u.username().is_empty()
    });
    let url = url.ok_or_else(|| {
        let (en, ru) = (
            "write an address such as https://zveno.example.org",
            "укажите адрес вида https://zveno.example.org",
        );
        Problem::field(NAME, en, ru)
    })?;
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// An address to be looked at.
#[derive(Deserialize, ToSchema)]
pub struct AddressAsked {
    /// Absent: the one that is in use.
    pub public_url: Option<String>,
}

/// Whether this server answers there.
#[derive(Serialize, ToSchema)]
pub struct AddressChecked {
    pub ok: bool,
    /// Why not, for a person.
    pub reason: Option<String>,
}

/// Asks an address from outside whether this server is there.
#[utoipa::path(
    post,
    path = "/settings/address/check",
    tag = "settings",
    operation_id = "check_address",
    request_body = AddressAsked,
    responses((status = 200, body = AddressChecked), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner")))
)]
pub async fn check(
    caller: Owner,
    language: Language,
    Sent(asked): Sent<AddressAsked>,
) -> Result<Json<AddressChecked>, Problem> {
    let manage = super::of_server(&caller)?.manage();
    let url = asked.public_url.unwrap_or_else(|| manage.public_url.clone());
    let found = manage.check_address(&url).await?;
    let reason = found.reason.map(|t| t.get(language.0).to_owned());
    Ok(Json(AddressChecked { ok: found.ok, reason }))
}
