//! How the product does, for people.

mod queue;

use super::routes::{Routes, routes};

pub(super) fn routes() -> Routes {
    Routes::new().routes(routes!(queue::queue))
}
