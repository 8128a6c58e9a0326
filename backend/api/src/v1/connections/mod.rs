//! Connections: credentials of users. Values of secrets never come back.

mod create;
mod edit;
mod list;
mod test;

use std::collections::BTreeMap;

use domain::Lang;
use domain::connection::ConnectionState;
use engine::manage::Manage;
use engine::manage::credentials::ListedConnection;
use mapping::moment::rfc3339;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::catalogue::app::App;
use super::problem::Problem;
use crate::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(list::show, edit::edit, edit::delete))
        .routes(routes!(test::test))
        .routes(routes!(list::flows))
}

/// A connection.
#[derive(Serialize, ToSchema)]
pub struct ConnectionBody {
    pub id: String,
    pub name: String,
    pub connector: String,
    /// Name, letter and colour of the connector.
    pub title: String,
    pub mark: String,
    pub color: String,
    pub icon: Option<String>,
    pub method: String,
    /// Its name at the service, as its last good test said.
    pub account: Option<String>,
    /// `ok` or `broken`.
    pub state: &'static str,
    /// Its credentials were never tried.
    pub untested: bool,
    /// Why it is broken.
    pub reason: Option<String>,
    /// Values that are not secret.
    #[schema(value_type = Object)]
    pub fields: BTreeMap<String, String>,
    /// Names of the secrets that are set.
    pub secrets: Vec<String>,
    /// Flows that name it.
    pub used_in: usize,
    /// The address that its flows share, for services that take one per account or application;
    /// only where one connection is asked for.
    pub hook_url: Option<String>,
    pub updated_at: String,
}

impl ConnectionBody {
    fn of(m: &Manage, l: ListedConnection, lang: Lang) -> Self {
        let c = l.connection;
        let app = App::of(&m.registry, &c.connector, lang);
        let broken = c.state == ConnectionState::Broken;
        Self {
            id: c.id.to_string(),
            name: c.name,
            connector: c.connector,
            title: app.title,
            mark: app.mark,
            color: app.color,
            icon: app.icon,
            method: c.method,
            account: l.note.account,
            state: if broken { "broken" } else { "ok" },
            untested: c.state == ConnectionState::New,
            reason: c.note.filter(|_| broken),
            fields: c.fields,
            secrets: c.secrets.into_keys().collect(),
            used_in: l.used_in,
            hook_url: None,
            updated_at: rfc3339(l.note.updated_at),
        }
    }
}

/// Values of a form as texts: a number or a yes is written as people do.
fn texts(fields: Map<String, Value>) -> Result<BTreeMap<String, String>, Problem> {
    let one = |(key, v): (String, Value)| match v {
        Value::String(s) => Ok((key, s)),
        Value::Null => Ok((key, String::new())),
        Value::Bool(_) | Value::Number(_) => Ok((key, v.to_string())),
        Value::Array(_) | Value::Object(_) => {
            Err(Problem::field(&key, "a text is expected here", "здесь нужен текст"))
        }
    };
    fields.into_iter().map(one).collect()
}

async fn one(
    m: &Manage,
    id: domain::ids::ConnectionId,
    lang: Lang,
) -> Result<ConnectionBody, Problem> {
    let all = m.list_connections().await?;
    let found = all.into_iter().find(|l| l.connection.id == id);
    let found = found.ok_or_else(|| Problem::new(domain::Code::NotFound))?;
    let hook_url = m.shared_url(&found.connection).await?;
    Ok(ConnectionBody { hook_url, ..ConnectionBody::of(m, found, lang) })
}
