//! Invitations: a link that lets somebody into a workspace, once.

mod by_token;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::ids::{InvitationId, random_text};
use domain::{Code, Role, limits};
use engine::manage::keys;
use engine::manage::people::plain_email;
use mapping::moment::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::NewInvitation;
use utoipa::ToSchema;

use super::input::Sent;
use super::problem::{Body, Problem};
use super::routes::{Routes, routes};
use super::{Owner, Page};
use crate::AppState;

pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list, create))
        .routes(routes!(remove))
        .routes(routes!(by_token::show))
        .routes(routes!(by_token::accept))
}

/// Characters of a token: 160 random bits.
const TOKEN: usize = 32;

/// An open invitation.
#[derive(Serialize, ToSchema)]
pub struct Invitation {
    pub id: String,
    /// Whom it is for; anyone with the link when absent.
    pub email: Option<String>,
    #[schema(value_type = String)]
    pub role: Role,
    /// The link to hand over; only in the answer that makes the invitation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Who made it.
    pub by: String,
    pub created_at: String,
    pub expires_at: String,
}

/// An invitation to make.
#[derive(Deserialize, ToSchema)]
pub struct NewInvite {
    /// Whom it is for; anyone with the link when absent.
    pub email: Option<String>,
    /// `viewer`, `editor` or `owner`.
    #[schema(value_type = String)]
    pub role: Role,
}

impl From<store::Invitation> for Invitation {
    fn from(i: store::Invitation) -> Self {
        Self {
            id: i.id.to_string(),
            email: i.email,
            role: i.role,
            link: None,
            by: i.created_by.to_string(),
            created_at: rfc3339(i.created_at),
            expires_at: rfc3339(i.expires_at),
        }
    }
}

/// Lists the open invitations.
#[utoipa::path(
    get,
    path = "/invitations",
    tag = "access",
    operation_id = "list_invitations",
    responses((status = 200, body = Page<Invitation>), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner")))
)]
pub async fn list(caller: Owner) -> Result<Json<Page<Invitation>>, Problem> {
    let db = caller.manage().db;
    let all = db.invitations(caller.workspace, db.now()).await?;
    Ok(Json(Page { items: all.into_iter().map(Invitation::from).collect(), next: None }))
}

/// Makes an invitation. Only this answer has its link.
#[utoipa::path(
    post,
    path = "/invitations",
    tag = "access",
    operation_id = "create_invitation",
    request_body = NewInvite,
    responses((status = 200, body = Invitation), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner")))
)]
pub async fn create(
    State(state): State<AppState>,
    caller: Owner,
    Sent(new): Sent<NewInvite>,
) -> Result<Json<Invitation>, Problem> {
    let db = caller.manage().db;
    let now = db.now();
    if db.invitations(caller.workspace, now).await?.len() >= limits::INVITATIONS {
        return Err(Problem::new(Code::LimitExceeded));
    }
    let email = new.email.map(|e| plain_email(&e)).filter(|e| !e.is_empty());
    if email.as_ref().is_some_and(|e| !e.contains('@') || e.len() > limits::EMAIL_CHARS) {
        let (en, ru) = ("write an e-mail address", "введите адрес электронной почты");
        return Err(Problem::field("email", en, ru));
    }
    let token = random_text(TOKEN);
    let (id, expires_at) = (InvitationId::new(now), now.plus(limits::INVITATION));
    db.add_invitation(NewInvitation {
        id,
        workspace: caller.workspace,
        email: email.clone(),
        role: new.role,
        hash: keys::hash(&token),
        created_by: caller.actor,
        created_at: now,
        expires_at,
    })
    .await?;
    let detail = json!({ "email": email, "role": new.role });
    caller.audit("invitation.created", id, detail).await?;
    Ok(Json(Invitation {
        id: id.to_string(),
        email,
        role: new.role,
        // The token stands behind #, which browsers send to nobody.
        link: Some(format!("{}/invite#token={token}", state.access.address.url)),
        by: caller.actor.to_string(),
        created_at: rfc3339(now),
        expires_at: rfc3339(expires_at),
    }))
}

/// Takes an invitation back.
#[utoipa::path(
    delete,
    path = "/invitations/{invitation}",
    tag = "access",
    operation_id = "remove_invitation",
    params(("invitation" = String, Path)),
    responses((status = 204), (status = "default", body = Body)),
    extensions(("x-role" = json!("owner")))
)]
pub async fn remove(
    caller: Owner,
    Path(invitation): Path<InvitationId>,
) -> Result<StatusCode, Problem> {
    caller.manage().db.remove_invitation(caller.workspace, invitation).await?;
    caller.audit("invitation.removed", invitation, json!({})).await?;
    Ok(StatusCode::NO_CONTENT)
}
