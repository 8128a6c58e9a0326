//! The API of version 1, for the web UI and for programs: one folder per resource, one file per
//! operation. The OpenAPI document is what the handlers say of themselves.
//!
//! Each operation names the least role it needs twice, in its extractor (`Viewer`, `Editor`,
//! `Owner`) and as `x-role` in its description; a test holds one against the other.

mod address;
mod api_keys;
mod audit;
mod bounds;
mod building;
pub mod caller;
mod catalogue;
mod commands;
mod connections;
mod deliveries;
mod event_types;
mod flows;
mod health;
mod hold;
mod idempotency;
mod input;
mod invitations;
mod language;
mod me;
mod members;
mod notifications;
mod origin;
mod page;
mod pair;
pub mod problem;
mod replays;
mod routes;
mod runs;
pub mod session;
mod settings;
mod setup;
mod stream;
mod subscribers;
mod temporary;
mod unread;
mod words;
mod workspaces;

use std::collections::BTreeSet;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use domain::Code;
use utoipa::OpenApi;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{RefOr, Schema};

use crate::AppState;
use problem::Problem;
use routes::Routes;

pub use caller::{Caller, Editor, Owner, Viewer};
pub use commands::{Asked, Commands, Done};
pub use language::Language;
pub use page::{Page, Paging};
pub use session::Throttle;
pub use settings::Setting;

/// Where this version of the API begins.
pub const BASE: &str = "/api/v1";

#[derive(OpenApi)]
#[openapi(
    info(title = "Zveno", description = "Everything that Zveno can do, by HTTP."),
    components(schemas(problem::Body)),
    modifiers(&Security),
)]
struct Document;

struct Security;

impl utoipa::Modify for Security {
    fn modify(&self, doc: &mut utoipa::openapi::OpenApi) {
        let key = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        let cookie = ApiKeyValue::with_description(
            session::cookie_name(true),
            "The session of a person who signed in; `zveno` where the public address is http. \
             Methods that change something need an `Origin` of the server.",
        );
        let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(cookie));
        let components = doc.components.get_or_insert_default();
        components.add_security_scheme("api_key", key);
        components.add_security_scheme("session", cookie);
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [get, put, post, delete, patch].into_iter().filter_map(Option::as_mut)
}

/// Whatever is not done is told as problem details, which have a type of their own.
fn problems(op: &mut Operation) {
    let other = op.responses.responses.get_mut("default");
    if let Some(utoipa::openapi::RefOr::T(response)) = other
        && let Some(body) = response.content.shift_remove("application/json")
    {
        response.content.insert("application/problem+json".to_owned(), body);
    }
}

/// Whoever may call an operation shows a key or a session, unless it is public.
fn secured(mut doc: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    bounds::write(&mut doc);
    let schemas = doc.components.iter().flat_map(|c| &c.schemas);
    let free: BTreeSet<String> = schemas
        .filter(|(_, s)| matches!(s, RefOr::T(Schema::Object(o)) if o.required.is_empty()))
        .map(|(name, _)| name.clone())
        .collect();
    for op in doc.paths.paths.values_mut().flat_map(operations) {
        let role = op.extensions.as_ref().and_then(|e| e.get("x-role"));
        let public = role.and_then(serde_json::Value::as_str) == Some("public");
        let any = ["api_key", "session"]
            .map(|name| SecurityRequirement::new::<_, [&str; 0], &str>(name, []));
        op.security = Some(if public { Vec::new() } else { any.to_vec() });
        problems(op);
        bounds::operation(op, &|schema| free.contains(schema));
    }
    doc
}

/// Every resource adds its routes here.
fn resources() -> Routes {
    Routes::new()
        .merge(setup::routes())
        .merge(session::routes())
        .merge(me::routes())
        .merge(workspaces::routes())
        .merge(members::routes())
        .merge(invitations::routes())
        .merge(api_keys::routes())
        .merge(audit::routes())
        .merge(settings::routes())
        .merge(commands::routes())
        .merge(flows::routes())
        .merge(building::routes())
        .merge(catalogue::routes())
        .merge(connections::routes())
        .merge(runs::routes())
        .merge(replays::routes())
        .merge(deliveries::routes())
        .merge(temporary::routes())
        .merge(health::routes())
        .merge(stream::routes())
        .merge(event_types::routes())
        .merge(subscribers::routes())
        .merge(notifications::routes())
        .merge(address::routes())
        .merge(hold::routes())
}

/// The routes. A request passes the layers from the last to the first.
pub fn routes(state: &AppState) -> Router<AppState> {
    Router::new()
        .nest(BASE, resources().router())
        .route(&format!("{BASE}/{{*rest}}"), axum::routing::any(nothing))
        .route(engine::manage::oauth::REDIRECT, axum::routing::get(connections::callback::arrive))
        .layer(from_fn_with_state(state.clone(), idempotency::once))
        .layer(session::layer(state))
        .layer(from_fn_with_state(state.clone(), origin::checked))
        .layer(from_fn(language::speak))
        .layer(from_fn_with_state(state.clone(), crate::headers::on_api))
}

/// The OpenAPI 3.1 document of the API.
pub fn document() -> utoipa::openapi::OpenApi {
    secured(resources().described(BASE, Document::openapi()))
}

async fn nothing() -> Problem {
    Problem::new(Code::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bound_is_of_a_value_of_the_document() {
        let mut doc = resources().described(BASE, Document::openapi());
        assert_eq!(bounds::write(&mut doc), Vec::<String>::new());
    }
}
