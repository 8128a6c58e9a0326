//! The kinds of events that a workspace publishes to its subscribers.

mod body;
mod change;
mod list;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list::list, change::create)).routes(routes!(
        list::read,
        change::replace,
        change::delete
    ))
}
