//! What happens, as it happens.

mod open;

use super::routes::{Routes, routes};

pub(super) fn routes() -> Routes {
    Routes::new().routes(routes!(open::open))
}
