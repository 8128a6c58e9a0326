//! What was said, to whom, and whether it arrived.

use axum::Json;
use domain::Text;
use domain::alert::Detail;
use mapping::moment::rfc3339;
use serde::Serialize;
use store::Notification;
use utoipa::ToSchema;

use crate::v1::input::Asked;
use crate::v1::problem::{Body, Problem};
use crate::v1::{Language, Page, Paging, Viewer};

/// An alert.
#[derive(Serialize, ToSchema)]
pub struct NotificationBody {
    pub id: String,
    pub at: String,
    /// `failure`, `recovery`, `silence`, `connection`, `parked`, `waiting`, `disk` or `digest`.
    pub kind: String,
    /// `sent`, `quiet` (the same was said shortly before) or `muted`.
    pub how: String,
    pub title: String,
    pub text: String,
    /// Where in the web UI a person looks further.
    pub href: String,
    pub flow: Option<String>,
    pub run: Option<String>,
    pub connection: Option<String>,
    pub notices: Vec<NoticeBody>,
}

/// What became of it at one receiver.
#[derive(Serialize, ToSchema)]
pub struct NoticeBody {
    /// `email`, `telegram` or `webhook`.
    pub channel: String,
    pub receiver: String,
    /// `waiting`, `sent` or `failed`.
    pub state: String,
    pub tries: i64,
    pub error: Option<String>,
}

fn shown(n: Notification, language: Language) -> NotificationBody {
    let Detail { flow, run, connection, .. } = &n.detail;
    // Ids hold their millisecond.
    let at = domain::Time(i64::try_from((n.id.uuid().as_u128() >> 80) * 1_000).unwrap_or(0));
    NotificationBody {
        id: n.id.to_string(),
        at: rfc3339(at),
        kind: n.kind.as_str().to_owned(),
        how: n.how,
        title: n.detail.title(n.kind, language.0),
        text: n.detail.body(n.kind, language.0),
        href: n.detail.path(n.kind),
        flow: flow.map(|f| f.to_string()),
        run: run.map(|r| r.to_string()),
        connection: connection.map(|c| c.to_string()),
        notices: n
            .notices
            .into_iter()
            .map(|(channel, receiver, state, tries, error)| NoticeBody {
                channel: channel.as_str().to_owned(),
                receiver,
                state: state.as_str().to_owned(),
                tries,
                error: error.map(|e| Text::of_kept(&e).get(language.0).to_owned()),
            })
            .collect(),
    }
}

/// Lists alerts, newest first, also those that were not sent because they are muted or were said
/// shortly before.
#[utoipa::path(
    get,
    path = "/notifications",
    tag = "settings",
    operation_id = "list_notifications",
    params(Paging),
    responses((status = 200, body = Page<NotificationBody>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer")))
)]
pub async fn list(
    caller: Viewer,
    language: Language,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<NotificationBody>>, Problem> {
    let limit = paging.limit();
    let all = caller.manage().notifications(paging.after()?, limit + 1).await?;
    let all = all.into_iter().map(|n| shown(n, language)).collect();
    Ok(Json(Page::of(all, limit, |n| n.id.clone())))
}
