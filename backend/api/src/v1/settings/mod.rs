//! Settings of the server. What a flag, the environment or the file says is locked here; the owners
//! of the first workspace may change the rest.

mod address;
mod alerts;
mod list;
mod mail;
mod retention;

use domain::ids::WorkspaceId;
use domain::{Code, Text};

use super::problem::Problem;
use super::routes::{Routes, routes};
use super::{Caller, Owner};

pub use list::Setting;

pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list::list))
        .routes(routes!(address::show, address::change))
        .routes(routes!(address::check))
        .routes(routes!(alerts::show, alerts::change))
        .routes(routes!(alerts::test))
        .routes(routes!(mail::show, mail::change, mail::remove))
        .routes(routes!(mail::test))
        .routes(routes!(retention::show, retention::change))
}

/// Who decides about the whole server: owners of the workspace that was there first.
fn of_server(caller: &Owner) -> Result<&Caller, Problem> {
    if caller.workspace == WorkspaceId::DEFAULT {
        return Ok(caller);
    }
    Err(Problem::new(Code::RightMissing).detail(Text::new(
        "Only owners of the first workspace change settings of the server.",
        "Настройки сервера меняют только владельцы первого пространства.",
    )))
}
