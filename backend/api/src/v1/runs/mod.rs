//! Runs: what became of events.

pub(in crate::v1) mod act;
mod counts;
pub(in crate::v1) mod dto;
mod list;
pub(in crate::v1) mod names;
mod show;
mod steps;

use super::routes::{Routes, routes};

pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list::list))
        .routes(routes!(counts::counts))
        .routes(routes!(show::show))
        .routes(routes!(act::replay))
        .routes(routes!(act::cancel))
        .routes(routes!(act::resolve))
}
