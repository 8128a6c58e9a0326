//! Whether an address leads to this server: what it answers when it asks itself.

mod vouch;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(vouch::vouch))
}
