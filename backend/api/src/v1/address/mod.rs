//! Whether an address leads to this server: what it answers when it asks itself.

mod vouch;

use super::routes::{Routes, routes};

pub(super) fn routes() -> Routes {
    Routes::new().routes(routes!(vouch::vouch))
}
