//! Replays of many runs at once.

mod change;
pub(in crate::v1) mod dto;
mod list;

use super::routes::{Routes, routes};

pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list::list, change::create))
        .routes(routes!(list::show))
        .routes(routes!(list::items))
        .routes(routes!(change::cancel))
}
