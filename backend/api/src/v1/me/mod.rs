//! The caller: who, where, and signed in from which browsers.

mod change;
mod sessions;
mod show;

use super::routes::{Routes, routes};

pub(super) use show::{Me, Place, of};

pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(show::show, change::change))
        .routes(routes!(sessions::list, sessions::end_others))
        .routes(routes!(sessions::end))
}
