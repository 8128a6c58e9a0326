//! Connecting through the browser: where it goes, and what came of it. It comes back to `callback`.

use axum::Json;
use domain::Code;
use domain::ids::ConnectionId;
use engine::manage::credentials::Form;
use engine::manage::oauth::Outcome;
use mapping::moment::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{ConnectionBody, one, texts};
use crate::v1::input::{At, Sent};
use crate::v1::problem::{Body, Problem};
use crate::v1::{Editor, Language};

/// What is to be connected.
#[derive(Deserialize, ToSchema)]
pub struct OauthStart {
    /// For a new connection.
    #[serde(default)]
    pub connector: Option<String>,
    /// The connection to be connected again, instead of a new one.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub connection: Option<ConnectionId>,
    /// One of the connector's methods; the first by default, or that of the connection.
    #[serde(default)]
    pub method: Option<String>,
    /// Its name at the service by default.
    #[serde(default)]
    pub name: Option<String>,
    /// Values of the fields of the method; what is absent stays where the connection is there.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub fields: Map<String, Value>,
}

/// Where the browser goes.
#[derive(Serialize, ToSchema)]
pub struct OauthStarted {
    pub authorize_url: String,
    /// What to ask for what came of it.
    pub state: String,
    /// Nobody can come back after this.
    pub expires_at: String,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub struct OauthProgress {
    pub state: OauthState,
    /// Absent until it is there.
    pub connection: Option<ConnectionBody>,
    /// Why it failed, for a person.
    pub error: Option<String>,
    /// The stable code of it.
    pub code: Option<String>,
}

/// Where a sign-in at a service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum OauthState {
    /// Nobody has come back yet.
    Waiting,
    Done,
    Failed,
}

/// Begins to sign in at a service: open the address in a browser of the same person within ten
/// minutes. Nothing is kept before the person has come back.
#[utoipa::path(
    post,
    path = "/connections/oauth/start",
    tag = "connections",
    operation_id = "start_oauth",
    request_body = OauthStart,
    responses((status = 200, body = OauthStarted), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("session" = []))
)]
pub async fn start(
    caller: Editor,
    Sent(s): Sent<OauthStart>,
) -> Result<Json<OauthStarted>, Problem> {
    let person = caller.person()?;
    let connector = match (s.connector, s.connection) {
        (Some(connector), None) => connector,
        (None, Some(_)) => String::new(),
        _ => {
            let (en, ru) = ("name a connector or a connection", "укажите сервис или подключение");
            return Err(Problem::field("connector", en, ru));
        }
    };
    let fields = texts(s.fields)?;
    let form = Form { connector, method: s.method, name: s.name, fields, untested: false };
    let departure = caller.manage().oauth_start(person, s.connection, form).await?;
    Ok(Json(OauthStarted {
        authorize_url: departure.url,
        state: departure.state,
        expires_at: rfc3339(departure.expires_at),
    }))
}

/// What came of a sign-in that the same person began: for a page that waits for another window.
#[utoipa::path(
    get,
    path = "/connections/oauth/{state}",
    tag = "connections",
    operation_id = "show_oauth",
    params(("state" = String, Path, description = "As `start` gave it")),
    responses((status = 200, body = OauthProgress), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("session" = []))
)]
pub async fn show(
    caller: Editor,
    Language(lang): Language,
    At(state): At<String>,
) -> Result<Json<OauthProgress>, Problem> {
    let m = caller.manage();
    let outcome = m.oauth_outcome(caller.person()?, &state).await?;
    let progress = |state| OauthProgress { state, connection: None, error: None, code: None };
    Ok(Json(match outcome {
        None => progress(OauthState::Waiting),
        Some(Outcome::Connected(id)) => OauthProgress {
            connection: Some(one(&m, id, lang).await?),
            ..progress(OauthState::Done)
        },
        Some(Outcome::Failed { code, said }) => OauthProgress {
            error: Some(words(code, said.as_ref().map(|t| t.get(lang)), lang)),
            code: Some(code.as_str().to_owned()),
            ..progress(OauthState::Failed)
        },
    }))
}

/// What to say of a sign-in that failed: the words of the code, and the service's own.
pub(super) fn words(code: Code, said: Option<&str>, lang: domain::Lang) -> String {
    let text = code.says(lang);
    match said.filter(|s| !s.is_empty()) {
        Some(said) => format!("{text} ({said})"),
        None => text.to_owned(),
    }
}
