//! Addresses without a flow: to see what a sender sends, and to answer it as one likes.

mod change;
mod dto;
mod list;

use super::routes::{Routes, routes};

pub(super) fn routes() -> Routes {
    Routes::new().routes(routes!(list::list, change::add)).routes(routes!(
        list::show,
        change::change,
        change::remove
    ))
}
