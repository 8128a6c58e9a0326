//! The caller: who, where, and signed in from which browsers.

mod change;
mod sessions;
mod show;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(super) use show::{Me, Place, of};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(show::show, change::change))
        .routes(routes!(sessions::list, sessions::end_others))
        .routes(routes!(sessions::end))
}
