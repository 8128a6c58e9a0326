//! Options and fields that a service is asked for while a step is filled.

use axum::Json;
use domain::ids::ConnectionId;
use engine::manage::lookups::Asking;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::field::{Field, FieldOption, of_spec};
use crate::v1::input::{At, Sent};
use crate::v1::problem::{Body, Problem};
use crate::v1::{Editor, Language, Page};

/// Which options are wanted.
#[derive(Deserialize, ToSchema)]
pub struct OptionsOf {
    #[schema(value_type = String)]
    pub connection: ConnectionId,
    /// A lookup of the connector.
    pub lookup: String,
    #[serde(default)]
    #[schema(value_type = Object)]
    pub params: Map<String, Value>,
    /// What the person typed.
    #[serde(default)]
    pub search: Option<String>,
    #[serde(default)]
    pub version: Option<String>,
}

/// Which fields are wanted.
#[derive(Deserialize, ToSchema)]
pub struct FieldsOf {
    #[schema(value_type = String)]
    pub connection: ConnectionId,
    /// An action or trigger of the connector.
    pub action: String,
    /// The field whose own fields they are; all of them without it.
    #[serde(default)]
    pub field: Option<String>,
    /// What is filled in so far.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub input: Map<String, Value>,
    #[serde(default)]
    pub version: Option<String>,
}

/// The options of a field, asked of the service.
#[utoipa::path(
    post,
    path = "/connectors/{connector}/options",
    tag = "catalogue",
    operation_id = "list_options",
    params(("connector" = String, Path)),
    request_body = OptionsOf,
    responses((status = 200, body = Page<FieldOption>), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn options(
    caller: Editor,
    At(connector): At<String>,
    Sent(o): Sent<OptionsOf>,
) -> Result<Json<Page<FieldOption>>, Problem> {
    let of = Asking { connector, version: o.version, connection: o.connection };
    let search = o.search.unwrap_or_default();
    let found = caller.manage().options(&of, &o.lookup, &o.params, &search).await?;
    let items = found.into_iter().map(|c| FieldOption { value: c.value, label: c.label });
    Ok(Json(Page { items: items.collect(), next: None }))
}

/// The fields that the service adds to an action, such as a CRM's own ones.
#[utoipa::path(
    post,
    path = "/connectors/{connector}/fields",
    tag = "catalogue",
    operation_id = "list_dynamic_fields",
    params(("connector" = String, Path)),
    request_body = FieldsOf,
    responses((status = 200, body = Page<Field>), (status = "default", body = Body)),
    extensions(("x-role" = json!("editor"))),
    security(("api_key" = []))
)]
pub async fn fields(
    caller: Editor,
    Language(lang): Language,
    At(connector): At<String>,
    Sent(f): Sent<FieldsOf>,
) -> Result<Json<Page<Field>>, Problem> {
    let of = Asking { connector, version: f.version, connection: f.connection };
    let found = caller.manage().dynamic_fields(&of, &f.action, &f.input).await?;
    let wanted = |key: &str| f.field.as_deref().is_none_or(|w| w == key);
    let specs = found.iter().filter(|(key, _)| wanted(key)).flat_map(|(_, specs)| specs);
    Ok(Json(Page { items: specs.map(|s| of_spec(s, lang)).collect(), next: None }))
}
