//! The list of flows, and the folders that they are in.

use axum::Json;
use domain::ids::FlowId;
use domain::limits;
use engine::manage::list::{FlowQuery, Listed};
use mapping::moment::rfc3339;
use serde::{Deserialize, Serialize};
use store::FlowState;
use utoipa::{IntoParams, ToSchema};

use super::{apps, folder, state, version};
use crate::v1::catalogue::app::{App, icon_of};
use crate::v1::input::Asked;
use crate::v1::problem::{Body, Problem};
use crate::v1::{Language, Page, Viewer};

/// A flow in the list.
#[derive(Serialize, ToSchema)]
pub struct FlowRow {
    pub id: String,
    pub name: String,
    pub folder: Option<String>,
    /// `draft`, `on` or `paused`.
    pub state: &'static str,
    pub trigger: TriggerMark,
    /// Services that its steps speak to.
    pub apps: Vec<App>,
    pub version: Option<i64>,
    /// The draft is not the published version.
    pub unpublished: bool,
    /// Errors of the draft.
    pub problems: usize,
    pub day: Day,
    /// Events waiting for a release.
    pub held: i64,
    pub last_event_at: Option<String>,
    pub updated_at: String,
}

/// What starts a flow.
#[derive(Serialize, ToSchema)]
pub struct TriggerMark {
    pub connector: String,
    pub event: String,
    pub title: String,
    /// Path of its picture.
    pub icon: Option<String>,
}

/// Runs of the last 24 hours.
#[derive(Serialize, ToSchema)]
pub struct Day {
    pub total: i64,
    /// Failed ones and those that wait for a person.
    pub failed: i64,
    /// Runs begun in each hour, the oldest first; the last one is the present hour.
    pub hours: Vec<i64>,
}

/// What is looked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// A part of the name.
    #[serde(default)]
    pub q: Option<String>,
    /// Exactly this folder.
    #[serde(default)]
    pub folder: Option<String>,
    /// `draft`, `on` or `paused`.
    #[serde(default)]
    pub state: Option<String>,
    /// How many items at most.
    #[param(minimum = 1, maximum = 1000)]
    #[serde(default, deserialize_with = "crate::v1::words::page_size")]
    pub limit: Option<u32>,
    /// `next` of the page before; absent for the first.
    #[serde(default)]
    pub cursor: Option<String>,
}

/// Lists the flows, newest first.
#[utoipa::path(
    get,
    path = "/flows",
    tag = "flows",
    operation_id = "list_flows",
    params(Wanted),
    responses((status = 200, body = Page<FlowRow>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn list(
    caller: Viewer,
    Language(lang): Language,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Page<FlowRow>>, Problem> {
    let m = caller.manage();
    let wrong = |what: &str| {
        Problem::bad(format!("{what} is not understood"), format!("непонятно: {what}"))
    };
    let after = wanted.cursor.map(|c| c.parse::<FlowId>()).transpose();
    let state_of = |word: String| match word.as_str() {
        "draft" => Ok(FlowState::Draft),
        "on" => Ok(FlowState::Live),
        "paused" => Ok(FlowState::Paused),
        _ => Err(wrong("state")),
    };
    let limit = wanted.limit.unwrap_or(limits::PAGE).clamp(1, limits::PAGE_MAX);
    let query = FlowQuery {
        text: wanted.q,
        folder: wanted.folder,
        state: wanted.state.map(state_of).transpose()?,
        after: after.map_err(|_| wrong("cursor"))?,
        limit: usize::try_from(limit).unwrap_or(usize::MAX),
    };
    let (flows, more) = m.list(&query).await?;
    let next = flows.last().filter(|_| more).map(|f| f.card.id.to_string());
    let items = flows.into_iter().map(|f| row(&m, f, lang)).collect();
    Ok(Json(Page { items, next }))
}

fn row(m: &engine::manage::Manage, f: Listed, lang: domain::Lang) -> FlowRow {
    let connector = m.registry.get(&f.trigger.name, &f.trigger.version);
    let title = connector.and_then(|c| c.trigger(&f.event)).map(|t| t.manifest.title.get(lang));
    FlowRow {
        id: f.card.id.to_string(),
        folder: folder(&f.card.folder),
        state: state(f.card.state),
        trigger: TriggerMark {
            title: title.unwrap_or(&f.trigger.name).to_owned(),
            icon: icon_of(&m.registry, &f.trigger.name),
            connector: f.trigger.name,
            event: f.event,
        },
        apps: apps(m, &f.apps, lang),
        version: version(f.card.version),
        unpublished: f.card.unpublished,
        problems: f.problems,
        day: Day { total: f.hours.iter().sum(), failed: f.failed, hours: f.hours.to_vec() },
        held: f.card.held,
        last_event_at: f.last_event_at.map(rfc3339),
        updated_at: rfc3339(f.card.updated_at),
        name: f.card.name,
    }
}

/// The folders in use.
#[utoipa::path(
    get,
    path = "/folders",
    tag = "flows",
    operation_id = "list_folders",
    responses((status = 200, body = Page<String>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn folders(caller: Viewer) -> Result<Json<Page<String>>, Problem> {
    let items = caller.manage().folders().await?.into_iter().collect();
    Ok(Json(Page { items, next: None }))
}
