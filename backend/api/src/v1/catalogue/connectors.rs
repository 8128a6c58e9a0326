//! The installed connectors.

use axum::Json;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use connect::manifest::{self, RateLimit, Status, TriggerKind};
use connect::registry::{Action, Connector, Trigger};
use domain::flow::OnUnknown;
use domain::{Code, Lang};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::app::{color, icon_of, mark};
use super::field::{Field, fields};
use crate::v1::input::At;
use crate::v1::problem::{Body, Problem};
use crate::v1::{Language, Page, Viewer};

/// A connector with everything that a flow may use of it.
#[derive(Serialize, ToSchema)]
pub struct ConnectorBody {
    pub id: String,
    pub version: String,
    pub title: String,
    pub description: String,
    pub categories: Vec<Value>,
    pub keywords: Vec<String>,
    pub color: String,
    pub mark: String,
    /// Path of its picture.
    pub icon: Option<String>,
    pub homepage: Option<String>,
    pub docs: Option<String>,
    /// How to connect, in markdown.
    pub guide: Option<String>,
    /// `stable`, `beta` or `deprecated`.
    #[schema(value_type = String)]
    pub status: Status,
    /// Facts of it could not be confirmed in the service's documentation.
    pub unverified: bool,
    pub triggers: Vec<TriggerBody>,
    pub actions: Vec<ActionBody>,
    /// Ways to connect, in order of preference.
    pub methods: Vec<MethodBody>,
    /// Triggers and actions work without a connection too.
    pub connection_optional: bool,
    /// How often the service may be called, in words.
    pub limits: Vec<String>,
}

/// What starts a flow.
#[expect(clippy::struct_excessive_bools, reason = "the keys of a document, each on its own")]
#[derive(Serialize, ToSchema)]
pub struct TriggerBody {
    pub key: String,
    pub title: String,
    pub description: Option<String>,
    /// `webhook`, `poll` or `native`.
    #[schema(value_type = String)]
    pub kind: TriggerKind,
    /// How to set it up, in markdown; `{{hook.url}}` is the address to paste.
    pub guide: Option<String>,
    pub fields: Vec<Field>,
    /// The fields of one event.
    pub output: Vec<Field>,
    /// A sample event.
    pub sample: Option<Value>,
    pub dedupe: Option<DedupeBody>,
    /// Methods that make events.
    pub methods: Vec<String>,
    pub needs_connection: bool,
    /// The server tells the service the address of the flow itself.
    pub subscribes: bool,
    /// Facts of it could not be confirmed in the service's documentation.
    pub unverified: bool,
    pub hidden: bool,
}

/// What makes two events the same, as a flow writes it.
#[derive(Serialize, ToSchema)]
pub struct DedupeBody {
    pub key: String,
    pub window: String,
}

/// What a step can do.
#[expect(clippy::struct_excessive_bools, reason = "the keys of a document, each on its own")]
#[derive(Serialize, ToSchema)]
#[schema(as = ConnectorAction)]
pub struct ActionBody {
    pub key: String,
    pub title: String,
    pub description: Option<String>,
    /// `create`, `update`, `upsert`, `find`, `get`, `list`, `delete`, `send` or `other`.
    #[schema(value_type = String)]
    pub kind: manifest::ActionKind,
    pub group: Option<String>,
    pub fields: Vec<Field>,
    pub output: Vec<Field>,
    pub sample: Option<Value>,
    pub needs_connection: bool,
    pub takes_connection: bool,
    /// `retry`, `check` or `park`.
    pub on_unknown: &'static str,
    pub has_check: bool,
    /// Ask before a test runs it.
    pub dangerous: bool,
    /// Facts of it could not be confirmed in the service's documentation.
    pub unverified: bool,
    pub hidden: bool,
}

/// A way to connect.
#[derive(Serialize, ToSchema)]
pub struct MethodBody {
    pub id: String,
    pub title: String,
    /// `none`, `api_key`, `basic`, `bearer` ...
    #[schema(value_type = String)]
    pub kind: manifest::AuthKind,
    pub fields: Vec<Field>,
}

impl ConnectorBody {
    fn of(m: &engine::manage::Manage, c: &Connector, lang: Lang) -> Self {
        let d = &c.manifest.display;
        let connection = c.manifest.connection.as_ref();
        let title = d.title.get(lang).to_owned();
        Self {
            id: c.name.clone(),
            version: c.version.clone(),
            description: d.description.get(lang).to_owned(),
            categories: d.categories.iter().map(|c| serde_json::json!(c)).collect(),
            keywords: d.keywords.clone(),
            color: color(Some(c)),
            mark: mark(&title),
            icon: icon_of(&m.registry, &c.name),
            homepage: d.homepage.clone(),
            docs: d.docs.clone(),
            guide: d.guide.as_ref().map(|g| g.get(lang).to_owned()),
            status: d.status,
            unverified: d.unverified || d.status == Status::Beta,
            triggers: c.triggers().map(|t| trigger(c, t, lang)).collect(),
            actions: c.actions().map(|a| action(c, a, lang)).collect(),
            methods: c.ways().iter().map(|w| method(c, w, lang)).collect(),
            connection_optional: connection.is_none_or(|c| c.optional || c.methods.is_empty()),
            limits: c.manifest.http.rate_limits.iter().map(|l| limit(l, lang)).collect(),
            title,
        }
    }
}

fn trigger(c: &Connector, t: &Trigger, lang: Lang) -> TriggerBody {
    let (m, types) = (&t.manifest, &c.manifest.types);
    let text = |t: &domain::Text| t.get(lang).to_owned();
    TriggerBody {
        key: t.key.clone(),
        title: text(&m.title),
        description: m.description.as_ref().map(text),
        kind: m.kind,
        guide: m.guide.as_ref().map(text),
        fields: fields(&m.input, types, lang),
        output: fields(&m.output, types, lang),
        sample: m.sample.clone(),
        dedupe: t
            .spec
            .dedupe
            .as_ref()
            .map(|d| DedupeBody { key: d.key.clone(), window: d.window.to_string() }),
        methods: m.webhook.as_ref().map(|w| w.methods.clone()).unwrap_or_default(),
        needs_connection: t.spec.needs_connection,
        subscribes: m.webhook.as_ref().is_some_and(|w| w.subscribe.is_some()),
        unverified: m.unverified,
        hidden: m.hidden,
    }
}

fn action(c: &Connector, a: &Action, lang: Lang) -> ActionBody {
    let (m, types) = (&a.manifest, &c.manifest.types);
    let text = |t: &domain::Text| t.get(lang).to_owned();
    ActionBody {
        key: a.key.clone(),
        title: text(&m.title),
        description: m.description.as_ref().map(text),
        kind: m.kind,
        group: m.group.as_ref().map(text),
        fields: fields(&m.input, types, lang),
        output: fields(&m.output, types, lang),
        sample: m.sample.clone(),
        needs_connection: a.spec.needs_connection,
        takes_connection: a.spec.takes_connection,
        on_unknown: match a.on_unknown() {
            OnUnknown::Retry => "retry",
            OnUnknown::Check => "check",
            OnUnknown::Park => "park",
        },
        has_check: a.spec.has_check,
        dangerous: m.dangerous,
        unverified: m.unverified,
        hidden: m.hidden,
    }
}

fn method(c: &Connector, w: &manifest::AuthMethod, lang: Lang) -> MethodBody {
    MethodBody {
        id: w.id.clone(),
        title: w.title.get(lang).to_owned(),
        kind: w.kind,
        fields: fields(&w.fields, &c.manifest.types, lang),
    }
}

fn limit(l: &RateLimit, lang: Lang) -> String {
    let calls = l.limit;
    match (l.per, lang) {
        (Some(per), Lang::En) => format!("{calls} calls per {per}"),
        (Some(per), Lang::Ru) => format!("вызовов: {calls} за {per}"),
        (None, Lang::En) => format!("{calls} calls at once"),
        (None, Lang::Ru) => format!("одновременно вызовов: {calls}"),
    }
}

/// Lists the newest version of every connector.
#[utoipa::path(
    get,
    path = "/connectors",
    tag = "catalogue",
    operation_id = "list_connectors",
    responses((status = 200, body = Page<ConnectorBody>), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn list(
    caller: Viewer,
    Language(lang): Language,
) -> Result<Json<Page<ConnectorBody>>, Problem> {
    let m = caller.manage();
    let newest = |c: &&std::sync::Arc<Connector>| {
        m.registry.latest(&c.name).is_some_and(|l| l.version == c.version)
    };
    let all = m.registry.all().filter(newest);
    let items = all.map(|c| ConnectorBody::of(&m, c, lang)).collect();
    Ok(Json(Page { items, next: None }))
}

/// The newest version of a connector.
#[utoipa::path(
    get,
    path = "/connectors/{connector}",
    tag = "catalogue",
    operation_id = "show_connector",
    params(("connector" = String, Path)),
    responses((status = 200, body = ConnectorBody), (status = "default", body = Body)),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn show(
    caller: Viewer,
    Language(lang): Language,
    At(connector): At<String>,
) -> Result<Json<ConnectorBody>, Problem> {
    let m = caller.manage();
    // `name@version` asks for a version that flows are pinned to.
    let found = match connector.split_once('@') {
        Some((name, version)) => m.registry.get(name, version),
        None => m.registry.latest(&connector),
    };
    let c = found.ok_or_else(|| Problem::new(Code::NotFound))?;
    Ok(Json(ConnectorBody::of(&m, c, lang)))
}

/// The picture of a connector.
#[utoipa::path(
    get,
    path = "/connectors/{connector}/icon",
    tag = "catalogue",
    operation_id = "show_connector_icon",
    params(("connector" = String, Path)),
    responses(
        (status = 200, content_type = "image/svg+xml", body = String),
        (status = "default", body = Body)
    ),
    extensions(("x-role" = json!("viewer"))),
    security(("api_key" = []))
)]
pub async fn icon(caller: Viewer, At(connector): At<String>) -> Result<Response, Problem> {
    let m = caller.manage();
    let c = m.registry.latest(&connector).ok_or_else(|| Problem::new(Code::NotFound))?;
    let file = c.manifest.display.icon.as_deref().and_then(|f| c.asset(f));
    let asset = file.ok_or_else(|| Problem::new(Code::NotFound))?;
    let mut r = asset.bytes.into_response();
    for (name, value) in [
        (header::CONTENT_TYPE, asset.mime),
        (header::CACHE_CONTROL, "private, max-age=86400"),
        // A picture is drawn, whatever stands in it.
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"),
    ] {
        r.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(r)
}
