//! Deliveries: every request to an address, as it came.

mod act;
mod curl;
pub(in crate::v1) mod dto;
mod list;
mod raw;
mod show;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(show::show))
        .routes(routes!(raw::raw))
        .routes(routes!(act::replay))
        .routes(routes!(act::sample))
}
