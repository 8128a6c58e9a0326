//! What somebody with the link of an invitation can do.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::{Actor, Code, Lang, Role, Secret, Text};
use engine::manage::keys;
use engine::manage::people::{SignUp, plain_email};
use mapping::moment::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{NewAudit, User};
use utoipa::ToSchema;

use crate::AppState;
use crate::v1::input::Sent;
use crate::v1::me::Me;
use crate::v1::problem::{Body, Problem};
use crate::v1::session::{Credentials, checked};

/// What an invitation is for.
#[derive(Serialize, ToSchema)]
pub struct Offer {
    /// The name of the workspace.
    pub workspace: String,
    pub email: Option<String>,
    #[schema(value_type = String)]
    pub role: Role,
    pub expires_at: String,
}

/// Who comes in. Somebody who has an account gives its e-mail and password.
#[derive(Deserialize, ToSchema)]
pub struct Accept {
    #[serde(default)]
    pub name: String,
    pub email: String,
    #[schema(value_type = String, format = Password)]
    pub password: String,
    #[serde(default)]
    #[schema(value_type = String)]
    pub language: Lang,
}

async fn open(state: &AppState, token: &str) -> Result<store::Invitation, Problem> {
    let shared = &state.engine.shared;
    let found = shared.db.invitation(keys::hash(token), shared.clock.now()).await?;
    found.ok_or_else(|| Problem::new(Code::InvitationGone))
}

/// Shows what an invitation is for.
#[utoipa::path(
    get,
    path = "/invitations/by-token/{token}",
    tag = "access",
    operation_id = "show_invitation",
    params(("token" = String, Path)),
    responses((status = 200, body = Offer), (status = "default", body = Body)),
    extensions(("x-role" = json!("public")))
)]
pub async fn show(
    State(state): State<AppState>,
    Path(token): Path<String>,
) -> Result<Json<Offer>, Problem> {
    let i = open(&state, &token).await?;
    Ok(Json(Offer {
        workspace: i.workspace_name,
        email: i.email,
        role: i.role,
        expires_at: rfc3339(i.expires_at),
    }))
}

/// Uses an invitation and signs in.
#[utoipa::path(
    post,
    path = "/invitations/by-token/{token}/accept",
    tag = "access",
    operation_id = "accept_invitation",
    params(("token" = String, Path)),
    request_body = Accept,
    responses((status = 200, body = Me), (status = "default", body = Body)),
    extensions(("x-role" = json!("public")))
)]
pub async fn accept(
    State(state): State<AppState>,
    credentials: Credentials,
    Path(token): Path<String>,
    Sent(given): Sent<Accept>,
) -> Result<Response, Problem> {
    let i = open(&state, &token).await?;
    let email = plain_email(&given.email);
    if i.email.as_ref().is_some_and(|e| *e != email) {
        return Err(Problem::new(Code::InvitationGone).detail(Text::new(
            "The invitation is for another e-mail address.",
            "Приглашение выдано на другой адрес почты.",
        )));
    }
    let password = Secret::new(given.password);
    let user = if state.engine.shared.db.user_by_email(&email).await?.is_some() {
        let known = checked(&state, &credentials, &email, &password).await?;
        state.manage.accept_as(&i, known.id).await?
    } else {
        let who = SignUp { email, name: given.name, password, language: given.language };
        state.manage.accept_as_new(&i, &who).await?
    };
    note(&state, &i, &user, &credentials).await?;
    credentials.enter(&state, &user, Some(i.workspace)).await
}

async fn note(
    state: &AppState,
    i: &store::Invitation,
    user: &User,
    from: &Credentials,
) -> Result<(), Problem> {
    let shared = &state.engine.shared;
    let line = NewAudit {
        workspace: i.workspace,
        at: shared.clock.now(),
        actor: Actor::User(user.id),
        action: "member.joined",
        object: user.id.to_string(),
        detail: json!({ "role": i.role, "invitation": i.id }),
        remote: from.remote,
    };
    Ok(shared.db.audit(line).await?)
}
