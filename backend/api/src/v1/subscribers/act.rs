//! What people do with a subscriber: pause, resume, replace its secret, try it.

use axum::Json;
use domain::ids::SubscriberId;
use domain::journal::Exchange;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::v1::input::{At, Sent};
use crate::v1::problem::{Body, Problem};
use crate::v1::subscribers::body::{SecretInput, SubscriberBody};
use crate::v1::subscribers::refused;
use crate::v1::{Editor, Language};
use mapping::moment::rfc3339;

/// Holds the events of a subscriber; what waits for it does not go on.
#[utoipa::path(
    post,
    path = "/subscribers/{subscriber}/pause",
    tag = "subscribers",
    operation_id = "pause_subscriber",
    params(("subscriber" = String, Path, description = "Id of the subscriber")),
    responses((status = 200, body = SubscriberBody), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn pause(
    caller: Editor,
    Language(lang): Language,
    At(id): At<SubscriberId>,
) -> Result<Json<SubscriberBody>, Problem> {
    let manage = caller.manage();
    let paused = manage.pause_subscriber(id).await?;
    caller.audit("subscriber.paused", id, json!({})).await?;
    Ok(Json(SubscriberBody::of(&manage, paused, lang).await?))
}

/// A subscriber that goes on.
#[derive(Serialize, ToSchema)]
pub struct ResumedSubscriber {
    pub subscriber: SubscriberBody,
    /// Events that were held and are delivered now.
    pub released: u64,
}

/// Ends a pause, or that a subscriber is disabled; events that were held are delivered.
#[utoipa::path(
    post,
    path = "/subscribers/{subscriber}/resume",
    tag = "subscribers",
    operation_id = "resume_subscriber",
    params(("subscriber" = String, Path, description = "Id of the subscriber")),
    responses((status = 200, body = ResumedSubscriber), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn resume(
    caller: Editor,
    Language(lang): Language,
    At(id): At<SubscriberId>,
) -> Result<Json<ResumedSubscriber>, Problem> {
    let manage = caller.manage();
    let (resumed, released) = manage.resume_subscriber(id).await?;
    caller.audit("subscriber.resumed", id, json!({ "released": released })).await?;
    let subscriber = SubscriberBody::of(&manage, resumed, lang).await?;
    Ok(Json(ResumedSubscriber { subscriber, released }))
}

/// The secret to come.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateInput {
    /// `whsec_` and base64 of 24 to 64 bytes; made up when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub secret: Option<SecretInput>,
}

/// A new secret.
#[derive(Serialize, ToSchema)]
pub struct RotatedSecret {
    /// To be entered at the receiver.
    pub secret: String,
    /// Until then the one before signs as well.
    pub old_secret_until: String,
}

/// Replaces the secret. For 48 hours every message carries a signature of each, so that the
/// receiver can change over without losing one.
#[utoipa::path(
    post,
    path = "/subscribers/{subscriber}/rotate-secret",
    tag = "subscribers",
    operation_id = "rotate_subscriber_secret",
    params(("subscriber" = String, Path, description = "Id of the subscriber")),
    request_body = RotateInput,
    responses((status = 200, body = RotatedSecret), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn rotate(
    caller: Editor,
    At(id): At<SubscriberId>,
    Sent(input): Sent<RotateInput>,
) -> Result<Json<RotatedSecret>, Problem> {
    let secret = input.secret.map(Into::into);
    let (secret, until) = caller.manage().rotate_subscriber(id, secret).await.map_err(refused)?;
    caller.audit("subscriber.secret_rotated", id, json!({})).await?;
    let old_secret_until = rfc3339(until);
    Ok(Json(RotatedSecret { secret: secret.expose().to_owned(), old_secret_until }))
}

/// A message to try a subscriber with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestInput {
    /// The event type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The sample of the type when absent.
    #[serde(default)]
    pub payload: Option<Value>,
}

/// What a test message came to.
#[derive(Serialize, ToSchema)]
pub struct TestedSubscriber {
    /// The `webhook-id`.
    pub id: String,
    /// Whether the receiver took it.
    pub taken: bool,
    pub code: Option<String>,
    pub message: Option<String>,
    pub took_ms: i64,
    /// The request and the answer, without secrets.
    #[schema(value_type = Vec<Object>)]
    pub exchanges: Vec<Exchange>,
}

/// Sends one message at once, also to a subscriber that is paused. It is not repeated and counts
/// for nothing.
#[utoipa::path(
    post,
    path = "/subscribers/{subscriber}/test",
    tag = "subscribers",
    operation_id = "test_subscriber",
    params(("subscriber" = String, Path, description = "Id of the subscriber")),
    request_body = TestInput,
    responses((status = 200, body = TestedSubscriber), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn test(
    caller: Editor,
    Language(lang): Language,
    At(id): At<SubscriberId>,
    Sent(input): Sent<TestInput>,
) -> Result<Json<TestedSubscriber>, Problem> {
    let trial = caller.manage().test_subscriber(id, &input.kind, input.payload).await?;
    caller.audit("subscriber.tested", id, json!({ "type": input.kind })).await?;
    Ok(Json(TestedSubscriber {
        id: trial.id,
        taken: trial.taken,
        code: trial.error.as_ref().map(|e| e.code.as_str().to_owned()),
        message: trial.error.map(|e| e.says(lang).to_owned()),
        took_ms: trial.took.micros() / 1_000,
        exchanges: trial.exchanges,
    }))
}
