//! What flows are built of: connectors with their fields, functions, templates, the form of a
//! document.

pub mod app;
mod connectors;
mod field;
mod lookups;
mod schema;
mod templates;
mod transforms;
pub mod upgrades;

use super::routes::{Routes, routes};

pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(connectors::list))
        .routes(routes!(connectors::show))
        .routes(routes!(connectors::icon))
        .routes(routes!(upgrades::list))
        .routes(routes!(upgrades::reload))
        .routes(routes!(upgrades::broken))
        .routes(routes!(lookups::options))
        .routes(routes!(lookups::fields))
        .routes(routes!(transforms::list))
        .routes(routes!(templates::list))
        .routes(routes!(schema::flow))
}
