//! Deliveries by conditions.

use axum::Json;
use domain::Lang;
use domain::ids::DeliveryId;
use engine::manage::Manage;
use engine::manage::inspect::Sought;
use serde::Deserialize;
use store::{DeliveryQuery, Inspected, Outcome};
use utoipa::IntoParams;

use super::dto::DeliveryItem;
use crate::v1::input::Asked;
use crate::v1::problem::{Body, Problem};
use crate::v1::words::{id, moment, word};
use crate::v1::{Language, Page, Paging, Viewer};

/// Which deliveries.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// To this flow.
    pub flow: Option<String>,
    /// To this address without a flow.
    pub temporary: Option<String>,
    /// With this verdict.
    pub verdict: Option<String>,
    /// Received at this moment or later (RFC 3339).
    pub from: Option<String>,
    /// Received before this moment.
    pub to: Option<String>,
    /// With this exact value in one of its events (mail, telephone, id), or its id.
    pub q: Option<String>,
    /// How many items at most.
    #[param(minimum = 1, maximum = 1000)]
    #[serde(default, deserialize_with = "crate::v1::words::page_size")]
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// Lists deliveries, newest first: also copies, probes and those that were rejected. A page may
/// have fewer items than asked for, or none, and still be followed by another.
#[utoipa::path(
    get,
    path = "/deliveries",
    tag = "deliveries",
    operation_id = "list_deliveries",
    params(Which),
    responses((status = 200, body = Page<DeliveryItem>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn list(
    caller: Viewer,
    Language(lang): Language,
    Asked(w): Asked<Which>,
) -> Result<Json<Page<DeliveryItem>>, Problem> {
    let paging = Paging { limit: w.limit, cursor: w.cursor };
    let manage = caller.manage();
    let mut q = DeliveryQuery {
        flow: id("flow", w.flow.as_deref())?,
        temporary: id("temporary", w.temporary.as_deref())?,
        outcome: word("verdict", w.verdict.as_deref(), Outcome::parse)?,
        from: moment("from", w.from.as_deref())?,
        to: moment("to", w.to.as_deref())?,
        value: None,
        before: paging.after::<DeliveryId>()?,
        limit: paging.limit(),
    };
    if let Some(text) = w.q.filter(|t| !t.trim().is_empty()) {
        let found = match manage.sought(&text) {
            Sought::Delivery(id) => manage.inspected(id).await.ok(),
            Sought::Run(id) => match manage.run(id).await {
                Ok(run) => manage.inspected(run.delivery).await.ok(),
                Err(_) => None,
            },
            Sought::Nothing => None,
            Sought::Value(hash) => {
                q.value = Some(hash);
                None
            }
        };
        if q.value.is_none() {
            let found: Vec<Inspected> = found.into_iter().collect();
            let items = told(&manage, &found, lang).await?;
            return Ok(Json(Page { items, next: None }));
        }
    }
    let page = manage.find_deliveries(&q).await?;
    let items = told(&manage, &page.items, lang).await?;
    Ok(Json(Page { items, next: page.next.map(|id| id.to_string()) }))
}

/// The lines of a page: where nothing is to be said of what became of one, what came.
async fn told(
    manage: &Manage,
    page: &[Inspected],
    lang: Lang,
) -> Result<Vec<DeliveryItem>, Problem> {
    let mut came = manage.summaries(page).await?;
    let lines = page.iter().map(|d| {
        let mut item = DeliveryItem::new(d, lang);
        item.summary = item.summary.or_else(|| came.remove(&d.view.id));
        item
    });
    Ok(lines.collect())
}
