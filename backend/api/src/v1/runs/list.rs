//! Runs by conditions.

use axum::Json;
use domain::Code;
use domain::ids::RunId;
use domain::run::RunState;
use engine::manage::inspect::Sought;
use serde::Deserialize;
use store::RunQuery;
use utoipa::IntoParams;

use super::dto::RunItem;
use super::names::Versions;
use crate::v1::input::Asked;
use crate::v1::problem::{Body, Problem};
use crate::v1::words::{id, moment, word};
use crate::v1::{Language, Page, Paging, Viewer};

/// Which runs.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Of this flow.
    pub flow: Option<String>,
    /// In this state.
    pub state: Option<String>,
    /// Begun at this moment or later (RFC 3339).
    pub from: Option<String>,
    /// Begun before this moment.
    pub to: Option<String>,
    /// With this error code.
    pub error: Option<String>,
    /// Standing at this step.
    pub step: Option<String>,
    /// With this exact value in their event (mail, telephone, id), or the id of a run, event or
    /// delivery.
    pub q: Option<String>,
    /// How many items at most.
    #[param(minimum = 1, maximum = 1000)]
    #[serde(default, deserialize_with = "crate::v1::words::page_size")]
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// Lists runs, newest first. A page may have fewer items than asked for, or none, and still be
/// followed by another: conditions are looked for a bounded number of runs at a time.
#[utoipa::path(
    get,
    path = "/runs",
    tag = "runs",
    operation_id = "list_runs",
    params(Which),
    responses((status = 200, body = Page<RunItem>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn list(
    caller: Viewer,
    Language(lang): Language,
    Asked(w): Asked<Which>,
) -> Result<Json<Page<RunItem>>, Problem> {
    let paging = Paging { limit: w.limit, cursor: w.cursor };
    let manage = caller.manage();
    let mut names = Versions::new(manage.clone(), lang);
    let mut q = RunQuery {
        flow: id("flow", w.flow.as_deref())?,
        state: word("state", w.state.as_deref(), RunState::parse)?,
        from: moment("from", w.from.as_deref())?,
        to: moment("to", w.to.as_deref())?,
        error: word("error", w.error.as_deref(), Code::parse)?,
        step: w.step.filter(|s| !s.is_empty()),
        value: None,
        before: paging.after::<RunId>()?,
        limit: paging.limit(),
    };
    if let Some(text) = w.q.filter(|t| !t.trim().is_empty()) {
        match manage.sought(&text) {
            Sought::Run(id) => {
                let one = manage.run_view(id).await.ok();
                let items = names.items(one.as_slice()).await?;
                return Ok(Json(Page { items, next: None }));
            }
            Sought::Delivery(_) | Sought::Nothing => {
                // The ids of an event and of its delivery are among its values.
                let Some(hash) = manage.hash_of(&text) else {
                    return Ok(Json(Page { items: Vec::new(), next: None }));
                };
                q.value = Some(hash);
            }
            Sought::Value(hash) => q.value = Some(hash),
        }
    }
    let page = manage.find_runs(&q).await?;
    let items = names.items(&page.items).await?;
    Ok(Json(Page { items, next: page.next.map(|id| id.to_string()) }))
}
