//! The mail server of the server's own letters.

use axum::Json;
use axum::http::StatusCode;
use domain::settings::Mail;
use domain::{Actor, Code, Secret};
use engine::manage::settings::MailView;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::of_server;
use crate::v1::input::Sent;
use crate::v1::problem::{Body, Problem};
use crate::v1::{Language, Owner};

/// The mail server that sends the server's own letters.
#[derive(Serialize, ToSchema)]
pub struct MailShown {
    pub host: String,
    pub port: u16,
    /// `tls`, `starttls` or `none`.
    pub security: String,
    /// Empty where the mail server asks for none.
    pub user: String,
    /// The password never comes back.
    pub password_set: bool,
    /// `Zveno <robot@example.org>` or the address alone.
    pub from: String,
}

/// A mail server to set.
#[derive(Deserialize, ToSchema)]
pub struct MailGiven {
    pub host: String,
    pub port: u16,
    /// `tls`, `starttls` or `none`.
    pub security: String,
    #[serde(default)]
    pub user: String,
    /// Absent: the one that is set stays, as long as host and user do.
    #[schema(value_type = Option<String>, format = Password)]
    pub password: Option<String>,
    pub from: String,
}

/// Where a test goes.
#[derive(Deserialize, ToSchema)]
pub struct MailTest {
    /// Absent: to whoever asks.
    #[serde(default)]
    pub to: Option<String>,
}

/// What came of a test.
#[derive(Serialize, ToSchema)]
pub struct MailTested {
    pub to: String,
}

fn shown(m: MailView) -> MailShown {
    let MailView { mail, password_set } = m;
    let Mail { host, port, security, user, from } = mail;
    MailShown { host, port, security, user, password_set, from }
}

/// Shows the mail server; null if none is set.
#[utoipa::path(
    get,
    path = "/settings/mail",
    tag = "settings",
    operation_id = "show_mail",
    responses((status = 200, body = Option<MailShown>), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner")))
)]
pub async fn show(caller: Owner) -> Result<Json<Option<MailShown>>, Problem> {
    Ok(Json(of_server(&caller)?.manage().mail().await?.map(shown)))
}

/// Sets the mail server.
#[utoipa::path(
    put,
    path = "/settings/mail",
    tag = "settings",
    operation_id = "change_mail",
    request_body = MailGiven,
    responses((status = 200, body = Option<MailShown>), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner")))
)]
pub async fn change(
    caller: Owner,
    Sent(given): Sent<MailGiven>,
) -> Result<Json<Option<MailShown>>, Problem> {
    let caller = of_server(&caller)?;
    let MailGiven { host, port, security, user, password, from } = given;
    let object = host.clone();
    let mail = Mail { host, port, security, user, from };
    caller.manage().set_mail(Some(mail), password.map(Secret::new)).await?;
    caller.audit("settings.mail", object, json!({})).await?;
    Ok(Json(caller.manage().mail().await?.map(shown)))
}

/// Takes the mail server away: no letters are sent any more.
#[utoipa::path(
    delete,
    path = "/settings/mail",
    tag = "settings",
    operation_id = "remove_mail",
    responses((status = 204), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner")))
)]
pub async fn remove(caller: Owner) -> Result<StatusCode, Problem> {
    let caller = of_server(&caller)?;
    caller.manage().set_mail(None, None).await?;
    caller.audit("settings.mail", "none", json!({})).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends a letter to see whether letters arrive.
#[utoipa::path(
    post,
    path = "/settings/mail/test",
    tag = "settings",
    operation_id = "test_mail",
    request_body = MailTest,
    responses((status = 200, body = MailTested), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner")))
)]
pub async fn test(
    caller: Owner,
    language: Language,
    Sent(given): Sent<MailTest>,
) -> Result<Json<MailTested>, Problem> {
    let caller = of_server(&caller)?;
    let manage = caller.manage();
    let own = match (&given.to, caller.actor) {
        (None, Actor::User(id)) => manage.db.address_of(id).await?.map(|(email, _)| email),
        _ => None,
    };
    let Some(to) = given.to.or(own) else {
        let fault =
            domain::Problem::error("field_missing", "to", "an address is needed", "нужен адрес");
        return Err(Problem::new(Code::FieldInvalid).with(vec![fault]));
    };
    manage.test_mail(&to, language.0).await?;
    Ok(Json(MailTested { to }))
}
