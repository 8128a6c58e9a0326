//! The audit log of a workspace.

mod list;

use super::routes::{Routes, routes};

pub(super) fn routes() -> Routes {
    Routes::new().routes(routes!(list::list))
}
