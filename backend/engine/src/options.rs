//! Reading and writing the settings that people change while the server runs: each is a JSON text
//! under its name, secrets are sealed under a name of their own.

use domain::settings::{Alerts, Mail};
use domain::{Secret, ids::WorkspaceId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::Db;

use crate::letters::MailServer;

/// Names of settings.
pub(crate) const MAIL: &str = "mail";
pub(crate) const MAIL_PASSWORD: &str = "mail.password";

/// The alerts of a workspace.
pub(crate) fn alerts_of(ws: WorkspaceId) -> String {
    format!("alerts:{ws}")
}

/// What signs the alerts that go to an address of a workspace.
pub(crate) fn webhook_secret_of(ws: WorkspaceId) -> String {
    format!("alerts.webhook:{ws}")
}

fn damaged(name: &str, e: &serde_json::Error) -> store::Error {
    store::Error::Damaged(format!("setting {name}: {e}"))
}

/// One setting, if it was made.
pub(crate) async fn read<T: DeserializeOwned>(
    db: &Db,
    name: &str,
) -> Result<Option<T>, store::Error> {
    let found = db.options(&[name]).await?.remove(name);
    found.map(|t| serde_json::from_str(&t).map_err(|e| damaged(name, &e))).transpose()
}

/// A setting and its text.
pub(crate) fn written(
    name: &str,
    v: &impl Serialize,
) -> Result<(String, Option<String>), store::Error> {
    let text = serde_json::to_string(v).map_err(|e| damaged(name, &e))?;
    Ok((name.to_owned(), Some(text)))
}

/// A sealed setting.
pub(crate) async fn secret(db: &Db, name: &str) -> Result<Option<Secret>, store::Error> {
    let found = db.options(&[name]).await?.remove(name);
    found.map(|sealed| db.open_option(name, &sealed)).transpose()
}

/// The mail server, if one is set.
pub(crate) async fn mail_server(db: &Db) -> Result<Option<MailServer>, store::Error> {
    let Some(mail) = read::<Mail>(db, MAIL).await? else { return Ok(None) };
    Ok(Some(MailServer { mail, password: secret(db, MAIL_PASSWORD).await? }))
}

/// What a workspace wants to be told, and where.
pub(crate) async fn alerts(db: &Db, ws: WorkspaceId) -> Result<Alerts, store::Error> {
    Ok(read(db, &alerts_of(ws)).await?.unwrap_or_default())
}
