//! Subscribers to look at.

use axum::Json;
use domain::ids::SubscriberId;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::v1::input::{Asked, At};
use crate::v1::problem::{Body, Problem};
use crate::v1::subscribers::body::SubscriberBody;
use crate::v1::{Editor, Language, Page, Paging, Viewer};

/// Lists the subscribers of the workspace, oldest first.
#[utoipa::path(
    get,
    path = "/subscribers",
    tag = "subscribers",
    operation_id = "list_subscribers",
    params(Paging),
    responses((status = 200, body = Page<SubscriberBody>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn list(
    caller: Viewer,
    Language(lang): Language,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<SubscriberBody>>, Problem> {
    let (limit, manage) = (paging.limit(), caller.manage());
    let found = manage.subscribers(paging.after()?, limit + 1).await?;
    let page = Page::of(found, limit, |s| s.id);
    let ids: Vec<SubscriberId> = page.items.iter().map(|s| s.id).collect();
    let mut counts = manage.delivery_counts(&ids).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for s in page.items {
        let day = counts.remove(&s.id).unwrap_or_default();
        items.push(SubscriberBody::counted(&manage, s, day, lang).await?);
    }
    Ok(Json(Page { items, next: page.next }))
}

/// One subscriber.
#[utoipa::path(
    get,
    path = "/subscribers/{subscriber}",
    tag = "subscribers",
    operation_id = "show_subscriber",
    params(("subscriber" = String, Path, description = "Id of the subscriber")),
    responses((status = 200, body = SubscriberBody), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn read(
    caller: Viewer,
    Language(lang): Language,
    At(id): At<SubscriberId>,
) -> Result<Json<SubscriberBody>, Problem> {
    let manage = caller.manage();
    let found = manage.subscriber(id).await?;
    Ok(Json(SubscriberBody::of(&manage, found, lang).await?))
}

/// The secret that messages are signed with.
#[derive(Serialize, ToSchema)]
pub struct SecretBody {
    /// To be entered at the receiver.
    pub secret: String,
}

/// Shows the secret of a subscriber, for the person who enters it at the receiver. The audit log
/// says who has seen it.
#[utoipa::path(
    get,
    path = "/subscribers/{subscriber}/secret",
    tag = "subscribers",
    operation_id = "show_subscriber_secret",
    params(("subscriber" = String, Path, description = "Id of the subscriber")),
    responses((status = 200, body = SecretBody), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn secret(caller: Editor, At(id): At<SubscriberId>) -> Result<Json<SecretBody>, Problem> {
    let secret = caller.manage().subscriber_secret(id).await?;
    caller.audit("subscriber.secret_shown", id, json!({})).await?;
    Ok(Json(SecretBody { secret: secret.expose().to_owned() }))
}
