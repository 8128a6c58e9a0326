//! Receivers of the workspace's own events.

mod act;
mod body;
mod change;
mod deliveries;
mod list;

use domain::Code;
use engine::manage;

use super::problem::Problem;
use super::routes::{Routes, routes};

pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list::list, change::create))
        .routes(routes!(list::read, change::update, change::delete))
        .routes(routes!(list::secret))
        .routes(routes!(act::pause))
        .routes(routes!(act::resume))
        .routes(routes!(act::rotate))
        .routes(routes!(act::test))
        .routes(routes!(deliveries::recover))
        .routes(routes!(deliveries::list))
        .routes(routes!(deliveries::redeliver))
}

/// Faults of what was sent, each at its field.
pub(super) fn refused(e: manage::Error) -> Problem {
    match e {
        manage::Error::Problems(all) => Problem::new(Code::FieldInvalid).with(all),
        other => other.into(),
    }
}
