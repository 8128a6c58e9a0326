//! Deliveries: every request to an address, as it came.

mod act;
mod curl;
pub(in crate::v1) mod dto;
mod list;
mod raw;
mod show;

use super::routes::{Routes, routes};

pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list::list))
        .routes(routes!(show::show))
        .routes(routes!(raw::raw))
        .routes(routes!(act::replay))
        .routes(routes!(act::sample))
}
