//! One run with all that is known of it.

use axum::Json;
use domain::ids::RunId;
use domain::journal::StepState;
use domain::run::RunState;
use mapping::moment::rfc3339;
use serde::{Deserialize, Serialize};
use store::RunDetail;
use utoipa::{IntoParams, ToSchema};

use super::dto::RunItem;
use super::names::Names;
use super::steps::{Room, StepBody, steps};
use crate::v1::input::{Asked, At};
use crate::v1::problem::{Body, Problem};
use crate::v1::{Language, Viewer};

/// Bodies of requests and answers shown of one run at once, bytes.
const BODIES: usize = 4 << 20;
/// Steps shown of one run at once.
const STEPS: usize = 1_000;

/// How much is shown.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct How {
    /// Outputs and bodies of any size.
    #[serde(default)]
    pub full: bool,
    /// Only this step, as `place` names it.
    pub place: Option<String>,
}

/// A run.
#[derive(Serialize, ToSchema)]
pub struct RunBody {
    #[serde(flatten)]
    pub run: RunItem,
    pub event: EventOfRun,
    /// The body was taken as text.
    pub as_text: bool,
    /// The run that must end before this one may begin, where they share an order key.
    pub waits_for: Option<String>,
    pub steps: Vec<StepBody>,
    /// There are more steps than are shown; ask for one by its place.
    pub more_steps: bool,
    /// Runs that repeat this one.
    pub replays: Vec<String>,
    /// The bulk replay that made it.
    pub bulk: Option<String>,
    pub actions: Actions,
}

/// What the run is about.
#[derive(Serialize, ToSchema)]
pub struct EventOfRun {
    pub id: String,
    pub delivery: String,
    /// Its place in the delivery.
    pub item: i64,
    pub received_at: Option<String>,
}

/// What can be done to the run now.
#[derive(Serialize, ToSchema)]
pub struct Actions {
    pub replay: bool,
    pub cancel: bool,
    /// The parked steps that wait for a person's word, by their places.
    pub resolve: Vec<String>,
}

impl Actions {
    fn of(d: &RunDetail) -> Self {
        let state = d.run.state;
        let parked = d.steps.iter().filter(|s| s.state == StepState::Parked);
        let waits = state == RunState::Parked;
        Self {
            replay: state.is_final(),
            cancel: !state.is_final() || waits,
            resolve: parked.filter(|_| waits).map(domain::journal::StepRow::place).collect(),
        }
    }
}

/// Shows one run.
#[utoipa::path(
    get,
    path = "/runs/{run}",
    tag = "runs",
    operation_id = "show_run",
    params(("run" = String, Path, description = "Id of the run"), How),
    responses((status = 200, body = RunBody), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn show(
    caller: Viewer,
    Language(lang): Language,
    At(id): At<RunId>,
    Asked(how): Asked<How>,
) -> Result<Json<RunBody>, Problem> {
    let manage = caller.manage();
    let mut d = manage.run(id).await?;
    let view = manage.run_view(id).await?;
    let actions = Actions::of(&d);
    if let Some(place) = &how.place {
        d.steps.retain(|s| s.place() == *place);
        d.attempts.retain(|a| domain::journal::place(&a.step, &a.item) == *place);
    }
    let more_steps = d.steps.len() > STEPS;
    d.steps.truncate(STEPS);
    if more_steps {
        let shown =
            |step: &str, item: &str| d.steps.iter().any(|s| s.step == step && s.item == item);
        d.attempts.retain(|a| shown(&a.step, &a.item));
    }
    let document = manage.db.version(d.run.flow, d.run.version).await?;
    let document = document.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default();
    let mut room = Room { full: how.full, left: BODIES };
    let flow = d.run.flow.to_string();
    let names = Names::of(&document);
    let at = names.get(view.run.step.as_deref().unwrap_or_default());
    let event = manage.db.event(caller.workspace, d.run.event).await?;
    let ahead = manage.run_ahead(id).await?;
    Ok(Json(RunBody {
        run: RunItem::new(&view, lang).at(at.title(&manage.registry, lang)),
        event: EventOfRun {
            id: d.run.event.to_string(),
            delivery: d.delivery.to_string(),
            item: d.item,
            received_at: event.map(|e| rfc3339(e.received_at)),
        },
        as_text: d.run.as_text,
        waits_for: ahead.map(|w| w.run.to_string()),
        steps: steps(&d.steps, &d.attempts, &names, &flow, (lang, &mut room)),
        more_steps,
        replays: d.replays.iter().map(ToString::to_string).collect(),
        bulk: d.bulk.map(|id| id.to_string()),
        actions,
    }))
}
