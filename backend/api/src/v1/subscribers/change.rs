//! Subscribers are made, changed and removed.

use axum::Json;
use axum::http::StatusCode;
use domain::ids::SubscriberId;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::v1::input::{At, Sent};
use crate::v1::problem::{Body, Problem};
use crate::v1::subscribers::body::{NewSubscriber, SubscriberBody, SubscriberChange};
use crate::v1::subscribers::refused;
use crate::v1::{Editor, Language};

/// A new subscriber and its secret.
#[derive(Serialize, ToSchema)]
pub struct MadeSubscriber {
    pub subscriber: SubscriberBody,
    /// To be entered at the receiver.
    pub secret: String,
}

/// Adds a subscriber: it is told of what is published from now on.
#[utoipa::path(
    post,
    path = "/subscribers",
    tag = "subscribers",
    operation_id = "create_subscriber",
    request_body = NewSubscriber,
    responses((status = 201, body = MadeSubscriber), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn create(
    caller: Editor,
    Language(lang): Language,
    Sent(new): Sent<NewSubscriber>,
) -> Result<(StatusCode, Json<MadeSubscriber>), Problem> {
    let manage = caller.manage();
    let (settings, secret) = new.split();
    let (made, secret) = manage.add_subscriber(settings, secret).await.map_err(refused)?;
    let detail = json!({ "name": made.name });
    caller.audit("subscriber.created", made.id, detail).await?;
    let subscriber = SubscriberBody::of(&manage, made, lang).await?;
    let made = MadeSubscriber { subscriber, secret: secret.expose().to_owned() };
    Ok((StatusCode::CREATED, Json(made)))
}

/// Changes a subscriber. What waits goes to the new address, with the new headers.
#[utoipa::path(
    patch,
    path = "/subscribers/{subscriber}",
    tag = "subscribers",
    operation_id = "change_subscriber",
    params(("subscriber" = String, Path, description = "Id of the subscriber")),
    request_body = SubscriberChange,
    responses((status = 200, body = SubscriberBody), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn update(
    caller: Editor,
    Language(lang): Language,
    At(id): At<SubscriberId>,
    Sent(change): Sent<SubscriberChange>,
) -> Result<Json<SubscriberBody>, Problem> {
    let manage = caller.manage();
    let before = manage.subscriber(id).await?;
    let headers = manage.subscriber_headers(id).await?;
    let settings = change.on(before, headers);
    let changed = manage.change_subscriber(id, settings).await.map_err(refused)?;
    let detail = json!({ "name": changed.name });
    caller.audit("subscriber.changed", id, detail).await?;
    Ok(Json(SubscriberBody::of(&manage, changed, lang).await?))
}

/// Removes a subscriber. What waits for it is cancelled; its history stays for a while.
#[utoipa::path(
    delete,
    path = "/subscribers/{subscriber}",
    tag = "subscribers",
    operation_id = "delete_subscriber",
    params(("subscriber" = String, Path, description = "Id of the subscriber")),
    responses((status = 204), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn delete(caller: Editor, At(id): At<SubscriberId>) -> Result<StatusCode, Problem> {
    caller.manage().delete_subscriber(id).await?;
    caller.audit("subscriber.deleted", id, json!({})).await?;
    Ok(StatusCode::NO_CONTENT)
}
