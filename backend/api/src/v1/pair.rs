//! How the document describes a name with its value.

use utoipa::ToSchema;

// A list of two and no tuple of JSON Schema 2020-12 (`prefixItems`), which few of the programs know
// that make requests from a document.
/// A name and its value.
#[derive(ToSchema)]
#[schema(min_items = 2, max_items = 2)]
#[expect(dead_code, reason = "it is described, and never made")]
pub struct Pair(Vec<String>);
