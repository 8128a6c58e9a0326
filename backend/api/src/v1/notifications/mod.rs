//! Alerts that were said.

mod list;

use super::routes::{Routes, routes};

pub(super) fn routes() -> Routes {
    Routes::new().routes(routes!(list::list))
}
