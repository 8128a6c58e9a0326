//! Replays of many runs at once.

mod change;
pub(in crate::v1) mod dto;
mod list;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, change::create))
        .routes(routes!(list::show))
        .routes(routes!(list::items))
        .routes(routes!(change::cancel))
}
