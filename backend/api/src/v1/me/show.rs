//! Who the caller is.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::ids::{UserId, WorkspaceId};
use domain::{Actor, Code, Role};
use serde::Serialize;
use store::{Membership, User};
use utoipa::ToSchema;

use crate::AppState;
use crate::v1::caller::{self, Caller, WORKSPACE};
use crate::v1::problem::{Body, Problem};

/// The caller.
#[derive(Serialize, ToSchema)]
pub struct Me {
    /// Absent for an API key.
    pub user: Option<Profile>,
    /// The workspace of this request.
    pub workspace: Place,
    /// Every workspace of the caller.
    pub workspaces: Vec<Place>,
    pub server: Server,
}

/// A person's own page.
#[derive(Serialize, ToSchema)]
pub struct Profile {
    pub id: String,
    pub name: String,
    pub email: String,
    /// `ru` or `en`.
    pub language: String,
    /// `system`, `light` or `dark`.
    pub theme: String,
}

/// A workspace and the caller's role in it.
#[derive(Clone, Serialize, ToSchema)]
pub struct Place {
    pub id: String,
    pub name: String,
    #[schema(value_type = String)]
    pub role: Role,
}

/// The server.
#[derive(Serialize, ToSchema)]
pub struct Server {
    pub version: &'static str,
    pub public_url: String,
    /// The path below which the UI and the API are, with a slash at both ends.
    pub ui_base: String,
    /// Whether letters can be sent.
    pub smtp: bool,
}

impl From<&Membership> for Place {
    fn from(m: &Membership) -> Self {
        Self { id: m.workspace.to_string(), name: m.name.clone(), role: m.role }
    }
}

impl From<User> for Profile {
    fn from(u: User) -> Self {
        let User { id, email, name, language, theme, .. } = u;
        Self { id: id.to_string(), name, email, language, theme }
    }
}

async fn server(state: &AppState) -> Result<Server, Problem> {
    let address = &state.access.address;
    let smtp = state.engine.shared.db.setting("mail").await?.is_some();
    Ok(Server {
        version: env!("CARGO_PKG_VERSION"),
        public_url: address.url.clone(),
        ui_base: address.base.clone(),
        smtp,
    })
}

/// A person, in the workspace that is wanted. One that the person is not in (any more) is not an
/// error here: this is how the UI learns of it.
pub async fn of(
    state: &AppState,
    user: UserId,
    wanted: Option<WorkspaceId>,
) -> Result<Me, Problem> {
    let db = &state.engine.shared.db;
    let all = db.memberships(user).await?;
    let here = all.iter().find(|m| Some(m.workspace) == wanted).or(all.first());
    let here = here.ok_or_else(|| Problem::new(Code::RightMissing))?;
    let user = db.user(user).await?.ok_or_else(|| Problem::new(Code::SignInNeeded))?;
    Ok(Me {
        user: Some(user.into()),
        workspace: here.into(),
        workspaces: all.iter().map(Place::from).collect(),
        server: server(state).await?,
    })
}

/// Says who the caller is and what it may.
#[utoipa::path(
    get,
    path = "/me",
    tag = "access",
    operation_id = "show_me",
    responses((status = 200, body = Me), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer")))
)]
pub async fn show(
    State(state): State<AppState>,
    headers: HeaderMap,
    caller: caller::Anyone,
) -> Result<Json<Me>, Problem> {
    let wanted = headers.get(WORKSPACE).and_then(|v| v.to_str().ok()?.parse().ok());
    match caller {
        caller::Anyone::Person(p) => Ok(Json(of(&state, p.user, wanted).await?)),
        caller::Anyone::Key(key) => of_key(&state, *key).await.map(Json),
    }
}

async fn of_key(state: &AppState, key: Caller) -> Result<Me, Problem> {
    debug_assert!(matches!(key.actor, Actor::Key(_)));
    let name = state.engine.shared.db.workspace_name(key.workspace).await?;
    let here = Place {
        id: key.workspace.to_string(),
        name: name.ok_or_else(|| Problem::new(Code::NotFound))?,
        role: key.role,
    };
    let server = server(state).await?;
    Ok(Me { user: None, workspace: here.clone(), workspaces: vec![here], server })
}
