//! Flows: their list, drafts, versions, addresses and secrets.

mod create;
mod draft;
mod edit;
mod list;
mod listen;
mod publish;
mod secrets;
mod show;
mod start;
mod transfer;
mod upgrade;
mod versions;

use domain::flow::ConnectorRef;
use domain::ids::FlowId;
use domain::{Lang, limits};
use engine::manage::Manage;
use engine::manage::drafts::{FlowView, Saved};
use mapping::moment::rfc3339;
use serde::Serialize;
use serde_json::Value;
use store::FlowState;
use utoipa::ToSchema;

use super::catalogue::app::App;
use super::problem::{FaultBody, Problem, etag};
use super::routes::{Routes, routes};

pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(list::folders))
        .routes(routes!(transfer::import))
        .routes(routes!(show::show, edit::edit, edit::delete))
        .routes(routes!(draft::show, draft::save, draft::discard))
        .routes(routes!(draft::problems))
        .routes(routes!(publish::publish))
        .routes(routes!(publish::pause))
        .routes(routes!(publish::resume))
        .routes(routes!(publish::release))
        .routes(routes!(publish::drop_held))
        .routes(routes!(listen::listen))
        .routes(routes!(upgrade::upgrade))
        .routes(routes!(versions::list))
        .routes(routes!(versions::show))
        .routes(routes!(versions::restore))
        .routes(routes!(versions::diff))
        .routes(routes!(create::duplicate))
        .routes(routes!(transfer::export))
        .routes(routes!(secrets::rotate))
        .routes(routes!(secrets::list))
        .routes(routes!(secrets::put))
        .routes(routes!(start::imports))
        .routes(routes!(start::stop))
        .merge(starting())
}

/// A table in JSON is larger than other bodies.
fn starting() -> Routes {
    Routes::new().routes(routes!(start::start)).body_limit(limits::COMMAND_BYTES)
}

/// The word of a flow's state.
pub(super) const fn state(s: FlowState) -> &'static str {
    match s {
        FlowState::Draft => "draft",
        FlowState::Live => "on",
        FlowState::Paused => "paused",
    }
}

/// A flow with its draft.
#[derive(Serialize, ToSchema)]
pub struct Flow {
    pub id: String,
    pub name: String,
    pub folder: Option<String>,
    /// `draft`, `on` or `paused`.
    pub state: &'static str,
    /// The address to give to senders.
    pub hook_url: String,
    /// Rotated addresses that still work.
    pub old_hook_urls: Vec<String>,
    /// The published version.
    pub version: Option<i64>,
    /// The draft is not the published version.
    pub unpublished: bool,
    pub draft: Draft,
    #[schema(value_type = Option<Object>)]
    pub published_doc: Option<Value>,
    /// Events waiting for a release.
    pub held: i64,
    /// How the registration of the address at the service does; absent where a person pastes it.
    pub subscription: Option<SubscriptionBody>,
    pub created_at: String,
    /// Secrets that were made for the flow just now. They are never shown again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub generated_secrets: Vec<GeneratedSecret>,
}

/// The registration of an address at a service.
#[derive(Serialize, ToSchema)]
pub struct SubscriptionBody {
    /// `subscribing`, `active`, `failed` or `leaving`.
    pub state: &'static str,
    /// Why it failed.
    pub reason: Option<String>,
    /// When it ends unless it is renewed.
    pub expires_at: Option<String>,
    /// When the address of a draft is taken back that an editor listens with, RFC 3339; null for a
    /// published flow, whose address stays.
    pub until: Option<String>,
}

/// The draft of a flow.
#[derive(Serialize, ToSchema)]
pub struct Draft {
    #[schema(value_type = Object)]
    pub doc: Value,
    pub etag: String,
    /// Who changed it last.
    pub by: String,
    pub at: String,
    pub problems: Vec<FaultBody>,
}

/// A secret that was made for a field; shown once.
#[derive(Serialize, ToSchema)]
pub struct GeneratedSecret {
    pub name: String,
    pub value: String,
}

/// What saving a draft gave.
#[derive(Serialize, ToSchema)]
pub struct SavedDraft {
    pub etag: String,
    pub problems: Vec<FaultBody>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub generated_secrets: Vec<GeneratedSecret>,
}

impl SavedDraft {
    fn new(saved: Saved, lang: Lang) -> Self {
        Self {
            etag: etag(saved.revision),
            problems: saved.problems.iter().map(|p| FaultBody::new(p, lang)).collect(),
            generated_secrets: generated(saved.generated),
        }
    }
}

fn generated(made: std::collections::BTreeMap<String, domain::Secret>) -> Vec<GeneratedSecret> {
    made.into_iter()
        .map(|(name, s)| GeneratedSecret { name, value: s.expose().to_owned() })
        .collect()
}

/// The whole flow, as its editor needs it.
async fn view(m: &Manage, id: FlowId, lang: Lang) -> Result<Flow, Problem> {
    let FlowView { row, draft, published, held, old_addresses, subscription, listens_until } =
        m.flow_view(id).await?;
    let by = m.db.author(m.workspace, &draft.by).await?;
    Ok(Flow {
        id: row.id.to_string(),
        name: row.name.clone(),
        folder: folder(&row.folder),
        state: state(row.state),
        hook_url: m.hook_url(&row.token),
        old_hook_urls: old_addresses.iter().map(|(token, _)| m.hook_url(token)).collect(),
        version: version(row.version),
        unpublished: row.revision != row.published_revision,
        draft: Draft {
            doc: draft.doc,
            etag: etag(draft.revision),
            by,
            at: rfc3339(draft.at),
            problems: draft.problems.iter().map(|p| FaultBody::new(p, lang)).collect(),
        },
        published_doc: published,
        held,
        subscription: subscription.map(|s| SubscriptionBody {
            state: s.state.as_str(),
            reason: s.note.map(|n| domain::Text::of_kept(&n).get(lang).to_owned()),
            expires_at: s.expires_at.map(rfc3339),
            until: listens_until.map(rfc3339),
        }),
        created_at: rfc3339(row.created_at),
        generated_secrets: Vec::new(),
    })
}

fn folder(name: &str) -> Option<String> {
    (!name.is_empty()).then(|| name.to_owned())
}

fn version(n: i64) -> Option<i64> {
    (n > 0).then_some(n)
}

/// Marks of the services that a flow speaks to.
fn apps(m: &Manage, connectors: &[ConnectorRef], lang: Lang) -> Vec<App> {
    connectors.iter().map(|c| App::of(&m.registry, &c.name, lang)).collect()
}

/// Who changed the draft, by name, in a conflict.
async fn named(m: &Manage, e: engine::manage::Error) -> Problem {
    match e {
        engine::manage::Error::DraftConflict { by, at, revision } => {
            let by = m.db.author(m.workspace, &by).await.unwrap_or(by);
            engine::manage::Error::DraftConflict { by, at, revision }.into()
        }
        other => other.into(),
    }
}
