//! What helps to build a flow: samples of its address, the data that a step may use, previews,
//! fields filled by themselves, tests of single steps.

mod automap;
mod context;
mod coverage;
mod preview;
mod samples;
mod send;
mod step_test;
mod times;

use domain::Lang;
use engine::build::fields::Leaf;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::routes::{Routes, routes};

pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(samples::list, samples::paste))
        .routes(routes!(samples::delete))
        .routes(routes!(send::send))
        .routes(routes!(context::context))
        .routes(routes!(preview::preview))
        .routes(routes!(automap::automap))
        .routes(routes!(coverage::coverage))
        .routes(routes!(step_test::test))
        .routes(routes!(times::times))
}

/// A field that a mapping may take.
#[derive(Serialize, ToSchema)]
pub struct DataField {
    /// As a mapping writes it: `$.trigger.body.Phone`.
    pub path: String,
    pub label: String,
    /// A long text is cut.
    pub value: Value,
    /// `text`, `number`, `bool`, `list`, `object` or `empty`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Of no use to most people.
    pub service: bool,
}

impl DataField {
    fn of(l: Leaf, lang: Lang) -> Self {
        let label = l.label.get(lang).to_owned();
        Self { path: l.path, label, value: l.value, kind: l.kind, service: l.service }
    }
}
