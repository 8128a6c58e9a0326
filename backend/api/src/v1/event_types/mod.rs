//! The kinds of events that a workspace publishes to its subscribers.

mod body;
mod change;
mod list;

use super::routes::{Routes, routes};

pub(super) fn routes() -> Routes {
    Routes::new().routes(routes!(list::list, change::create)).routes(routes!(
        list::read,
        change::replace,
        change::delete
    ))
}
