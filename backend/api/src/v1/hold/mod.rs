//! The hold of a server that was restored from a backup.

mod resume;
mod show;

use super::routes::{Routes, routes};

pub(super) fn routes() -> Routes {
    Routes::new().routes(routes!(show::show)).routes(routes!(resume::resume))
}
