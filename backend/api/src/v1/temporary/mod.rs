//! Addresses without a flow: to see what a sender sends, and to answer it as one likes.

mod change;
mod dto;
mod list;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list::list, change::add)).routes(routes!(
        list::show,
        change::change,
        change::remove
    ))
}
