//! How a connector is drawn.

use connect::registry::{Connector, Registry};
use domain::Lang;
use serde::Serialize;
use utoipa::ToSchema;

use crate::v1::BASE;

/// The colour of what has none of its own.
const GREY: &str = "#64748b";

/// A connector as it is drawn: its picture, or its letter on its colour.
#[derive(Serialize, ToSchema)]
pub struct App {
    pub connector: String,
    pub title: String,
    /// `#rrggbb`.
    pub color: String,
    /// One or two letters.
    pub mark: String,
    /// Path of its picture.
    pub icon: Option<String>,
}

impl App {
    /// The mark of a connector, also of one that is not installed.
    pub fn of(registry: &Registry, name: &str, lang: Lang) -> Self {
        let known = registry.latest(name);
        let display = known.map(|c| &c.manifest.display);
        let title = display.map_or(name, |d| d.title.get(lang)).to_owned();
        Self {
            connector: name.to_owned(),
            color: color(known.map(|c| &**c)),
            mark: mark(&title),
            icon: icon_of(registry, name),
            title,
        }
    }
}

/// The colour of a connector.
pub fn color(c: Option<&Connector>) -> String {
    c.and_then(|c| c.manifest.display.color.clone()).unwrap_or_else(|| GREY.to_owned())
}

/// The first letter of a name.
pub fn mark(title: &str) -> String {
    let first = title.chars().find(|c| c.is_alphanumeric());
    first.map_or_else(|| "?".to_owned(), |c| c.to_uppercase().collect())
}

/// The path of a connector's picture, if it has one.
pub fn icon_of(registry: &Registry, name: &str) -> Option<String> {
    let c = registry.latest(name)?;
    let file = c.manifest.display.icon.as_deref()?;
    c.asset(file).map(|_| format!("{BASE}/connectors/{name}/icon"))
}
