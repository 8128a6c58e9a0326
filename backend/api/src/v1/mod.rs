//! The API of version 1, for the web UI and for programs: one folder per resource, one file per
//! operation. The OpenAPI document is what the handlers say of themselves.
//!
//! Each operation names the least role it needs twice, in its extractor (`Viewer`, `Editor`,
//! `Owner`) and as `x-role` in its description; a test holds one against the other.

mod audit;
pub mod caller;
mod deliveries;
mod extract;
mod health;
mod language;
mod page;
pub mod problem;
mod replays;
mod runs;
mod stream;
mod temporary;

use axum::Router;
use axum::middleware::from_fn;
use domain::Code;
use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;

use crate::AppState;
use problem::Problem;

pub use caller::{Caller, Editor, Owner, Viewer};
pub use language::Language;
pub use page::{Page, Paging};

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
        doc.components.get_or_insert_default().add_security_scheme("api_key", key);
    }
}

/// Every resource adds its routes here.
fn resources() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Document::openapi())
        .nest(
            BASE,
            OpenApiRouter::new()
                .merge(audit::routes())
                .merge(runs::routes())
                .merge(replays::routes())
                .merge(deliveries::routes())
                .merge(temporary::routes())
                .merge(health::routes())
                .merge(stream::routes()),
        )
}

/// The routes.
pub fn routes() -> Router<AppState> {
    let (router, _) = resources().split_for_parts();
    router
        .route(&format!("{BASE}/{{*rest}}"), axum::routing::any(nothing))
        .layer(from_fn(language::speak))
}

/// The OpenAPI 3.1 document of the API.
pub fn document() -> utoipa::openapi::OpenApi {
    resources().split_for_parts().1
}

async fn nothing() -> Problem {
    Problem::new(Code::NotFound)
}
