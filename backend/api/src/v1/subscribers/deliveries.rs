//! The deliveries of a subscriber: listed, repeated one by one, or all that failed.

use axum::Json;
use axum::http::StatusCode;
use domain::Lang;
use domain::ids::SubscriberId;
use domain::run::RunState;
use engine::manage::subscribers::Delivery;
use mapping::moment::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::DeliveryFilter;
use utoipa::{IntoParams, ToSchema};

use crate::v1::input::{Asked, At, Sent};
use crate::v1::problem::{Body, Problem};
use crate::v1::words::{id, moment, word};
use crate::v1::{Editor, Language, Page, Paging, Viewer};

/// Which deliveries are wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// `queued`, `waiting`, `succeeded`, `failed`, `cancelled` or `parked`.
    #[serde(default)]
    pub state: Option<String>,
    /// The event type.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    /// How many items at most.
    #[serde(default, deserialize_with = "crate::v1::words::page_size")]
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<u32>,
    /// `next` of the page before; absent for the first.
    #[serde(default)]
    pub cursor: Option<String>,
}

/// One delivery of an event to a subscriber.
#[derive(Serialize, ToSchema)]
pub struct SubscriberDelivery {
    /// The run that carries it; its attempts are in `/runs/{run}`.
    pub run: String,
    pub event: String,
    /// The `webhook-id`: the same for every try and for replays.
    pub webhook_id: String,
    /// The event type.
    #[serde(rename = "type")]
    pub kind: String,
    pub state: String,
    pub created_at: String,
    pub ended_at: Option<String>,
    pub tries: i64,
    /// When it is tried again.
    pub next_at: Option<String>,
    /// Why the last try failed.
    pub code: Option<String>,
    pub message: Option<String>,
    /// HTTP status of the last try that failed.
    pub status: Option<u16>,
    pub replay_of: Option<String>,
}

impl SubscriberDelivery {
    fn new(d: Delivery, lang: Lang) -> Self {
        let of = d.of;
        Self {
            run: of.run.to_string(),
            event: of.event.to_string(),
            webhook_id: d.id,
            kind: of.kind,
            state: of.state.as_str().to_owned(),
            created_at: rfc3339(of.created_at),
            ended_at: of.finished_at.map(rfc3339),
            tries: of.tries,
            next_at: of.due_at.filter(|_| of.state == RunState::Waiting).map(rfc3339),
            code: of.error.as_ref().map(|e| e.code.as_str().to_owned()),
            status: of.error.as_ref().and_then(|e| e.status),
            message: of.error.map(|e| e.says(lang).to_owned()),
            replay_of: of.replay_of.map(|r| r.to_string()),
        }
    }
}

/// Lists the deliveries of a subscriber, newest first.
#[utoipa::path(
    get,
    path = "/subscribers/{subscriber}/deliveries",
    tag = "subscribers",
    operation_id = "list_subscriber_deliveries",
    params(("subscriber" = String, Path, description = "Id of the subscriber"), Wanted),
    responses((status = 200, body = Page<SubscriberDelivery>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn list(
    caller: Viewer,
    Language(lang): Language,
    At(of): At<SubscriberId>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Page<SubscriberDelivery>>, Problem> {
    let paging = Paging { limit: wanted.limit, cursor: wanted.cursor };
    let limit = paging.limit();
    let filter = DeliveryFilter {
        state: word("state", wanted.state.as_deref(), RunState::parse)?,
        kind: wanted.kind,
        before: paging.after()?,
        limit: limit + 1,
    };
    let found = caller.manage().subscriber_deliveries(of, filter).await?;
    let found = found.into_iter().map(|d| SubscriberDelivery::new(d, lang)).collect();
    Ok(Json(Page::of(found, limit, |d: &SubscriberDelivery| d.run.clone())))
}

/// Which delivery is repeated.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedeliverInput {
    /// The run that carried it.
    pub run: String,
}

/// The run of a repeated delivery.
#[derive(Serialize, ToSchema)]
#[schema(as = RedeliveredRun)]
pub struct Redelivered {
    pub run: String,
}

/// Repeats a delivery: the same bytes with the same `webhook-id`.
#[utoipa::path(
    post,
    path = "/subscribers/{subscriber}/redeliver",
    tag = "subscribers",
    operation_id = "redeliver",
    params(("subscriber" = String, Path, description = "Id of the subscriber")),
    request_body = RedeliverInput,
    responses((status = 201, body = Redelivered), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn redeliver(
    caller: Editor,
    At(of): At<SubscriberId>,
    Sent(input): Sent<RedeliverInput>,
) -> Result<(StatusCode, Json<Redelivered>), Problem> {
    let run = id("run", Some(&input.run))?
        .ok_or_else(|| Problem::field("run", "a run is needed", "нужен запуск"))?;
    let new = caller.manage().repeat_delivery(of, run).await?;
    caller.audit("subscriber.redelivered", of, json!({ "run": input.run })).await?;
    Ok((StatusCode::CREATED, Json(Redelivered { run: new.to_string() })))
}

/// Since when failed deliveries are repeated.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoverInput {
    /// RFC 3339.
    pub since: String,
}

/// The replay of all failed deliveries.
#[derive(Serialize, ToSchema)]
pub struct Recovering {
    /// It is worked off in the background: `/replays/{replay}`.
    pub replay: String,
}

/// Repeats every delivery that failed since then and was not repeated yet.
#[utoipa::path(
    post,
    path = "/subscribers/{subscriber}/recover",
    tag = "subscribers",
    operation_id = "recover_subscriber",
    params(("subscriber" = String, Path, description = "Id of the subscriber")),
    request_body = RecoverInput,
    responses((status = 202, body = Recovering), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn recover(
    caller: Editor,
    At(of): At<SubscriberId>,
    Sent(input): Sent<RecoverInput>,
) -> Result<(StatusCode, Json<Recovering>), Problem> {
    let since = moment("since", Some(&input.since))?
        .ok_or_else(|| Problem::field("since", "a moment is needed", "нужен момент"))?;
    let by = caller.actor.to_string();
    let replay = caller.manage().recover_subscriber(of, since, &by).await?;
    caller.audit("subscriber.recovered", of, json!({ "since": input.since })).await?;
    Ok((StatusCode::ACCEPTED, Json(Recovering { replay: replay.to_string() })))
}
