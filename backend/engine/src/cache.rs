//! Flows in use, compiled: from an address to its flow, and from a version to its program.
//! Emptied whenever anything about flows, addresses, secrets or connections changes.

use std::collections::{BTreeMap, HashMap};
use std::mem::take;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use connect::inbound::{Inbound, Needs};
use connect::outbound::Outbound;
use connect::registry::{Connector, Registry};
use domain::flow::catalogue::{Catalogue, Source as TriggerSource};
use domain::flow::{Flow, Source, place};
use domain::ids::{ConnectionId, FlowId, WorkspaceId};
use domain::{GateKey, Lang, Problem, Secret, Text, Time};
use mapping::condition::Compiled as Condition;
use mapping::template::Template;
use serde_json::{Map, Value};
use store::{Db, FlowRow, FlowState};
use tokio::sync::{Notify, watch};

use crate::connectors::{self, Shelf};
use crate::gates::first_gate;
use crate::needs;
use crate::places::FlowLoad;
use crate::program::Program;
use crate::respond::Respond;
use crate::routes::SharedLive;

/// A flow as deliveries meet it.
pub struct LiveFlow {
    pub id: FlowId,
    pub workspace: WorkspaceId,
    pub state: FlowState,
    /// The published version, 0 while there is none.
    pub version: i64,
    pub name: String,
    /// What starts its runs.
    pub source: TriggerSource,
    /// Absent if the trigger cannot be compiled: then everything is held.
    pub inbound: Option<Inbound>,
    /// The same with secrets that were changed a short while ago, and until when they count.
    pub before: Option<(Time, Inbound)>,
    pub dedupe: Option<(Template, domain::Span)>,
    pub only_if: Option<Condition>,
    /// Where its trigger comes from; absent if it cannot be compiled.
    pub origin: Option<Origin>,
    /// What the flow answers in place of the connector.
    pub respond: Option<Respond>,
    pub max_body: usize,
    /// The published version compiled; absent for a draft, or if a connector has gone.
    pub program: Option<Arc<Program>>,
    /// The gate that its runs meet first, as far as that is certain.
    pub gate: GateKey,
    pub timezone: String,
    /// Runs of the flow at once.
    pub concurrency: usize,
    /// What it has of this node; the same for all versions.
    pub load: Arc<FlowLoad>,
    /// What of the delivery the trigger's own keys and conditions and the steps read.
    pub needs: Needs,
}

/// The trigger of a flow with what its own calls need.
pub struct Origin {
    pub connector: Arc<Connector>,
    pub trigger: String,
    /// The literals of its settings.
    pub input: Map<String, Value>,
    /// Its secret settings, and `hook.NAME` for those of the address.
    pub secrets: BTreeMap<String, Secret>,
    pub connection: Option<ConnectionId>,
}

impl LiveFlow {
    /// Whether its senders wait for the end of their runs.
    pub fn waits(&self) -> bool {
        matches!(self.respond, Some(Respond::AfterRun { .. }))
    }

    /// A flow whose trigger cannot be compiled: its address accepts and holds what comes, so that
    /// nothing is lost while a person mends it.
    fn holding(row: &FlowRow, load: Arc<FlowLoad>, why: &CacheError) -> Self {
        tracing::error!(flow.id = %row.id, error = %why, "the trigger does not compile; its events are held");
        LiveFlow {
            id: row.id,
            workspace: row.workspace,
            state: row.state,
            version: row.version,
            name: row.name.clone(),
            source: TriggerSource::Webhook,
            inbound: None,
            before: None,
            dedupe: None,
            only_if: None,
            origin: None,
            respond: None,
            max_body: domain::limits::BODY_BYTES,
            program: None,
            gate: GateKey::NONE,
            timezone: "UTC".into(),
            concurrency: domain::limits::FLOW_CONCURRENCY,
            load,
            needs: Needs::default(),
        }
    }
}

/// Why a flow cannot be compiled.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("the flow document does not compile: {}", .0.first().map(ToString::to_string).unwrap_or_default())]
    Invalid(Vec<Problem>),
}

impl CacheError {
    /// Why, for a person.
    pub fn text(&self) -> Text {
        match self {
            CacheError::Store(e) => {
                Text::new(e.to_string(), format!("база данных не ответила: {e}"))
            }
            CacheError::Invalid(problems) => {
                let first = |lang| problems.first().map(|p| p.says(lang)).unwrap_or_default();
                Text::new(
                    format!("the flow document does not compile: {}", first(Lang::En)),
                    format!("описание сценария неисправно: {}", first(Lang::Ru)),
                )
            }
        }
    }
}

/// Compiled flows.
pub struct FlowCache {
    pub(crate) db: Db,
    /// This node's connectors, and others that flows have named.
    pub(crate) shelf: Arc<Shelf>,
    pub(crate) outbound: Arc<Outbound>,
    pub(crate) public_url: String,
    changed: watch::Receiver<i64>,
    /// Rung when a run ends while others of its flow wait.
    ended: Arc<Notify>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    generation: i64,
    by_token: HashMap<String, Arc<LiveFlow>>,
    by_id: HashMap<FlowId, Arc<LiveFlow>>,
    shared: HashMap<String, Arc<SharedLive>>,
    programs: HashMap<(FlowId, i64), Arc<Program>>,
    loads: HashMap<FlowId, Arc<FlowLoad>>,
}

impl FlowCache {
    pub fn new(db: Db, shelf: Arc<Shelf>, outbound: Arc<Outbound>, public_url: &str) -> Self {
        let changed = db.changed();
        let (ended, kept) = (Arc::default(), Mutex::default());
        Self { db, shelf, outbound, public_url: public_url.to_owned(), changed, ended, kept }
    }

    /// Ends when a run has ended of whose flow others wait.
    pub(crate) async fn run_ended(&self) {
        self.ended.notified().await;
    }

    /// What a flow has of this node.
    pub(crate) fn load(&self, flow: FlowId) -> Arc<FlowLoad> {
        let mut k = self.kept();
        let new = || Arc::new(FlowLoad::new(self.ended.clone()));
        k.loads.entry(flow).or_insert_with(new).clone()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        let generation = *self.changed.borrow();
        let mut k = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if k.generation != generation {
            // Programs stay: a published version never changes. So do loads, while anybody counts
            // on them.
            let (programs, mut loads) = (take(&mut k.programs), take(&mut k.loads));
            *k = Kept { generation, programs, ..Kept::default() };
            loads.retain(|_, load| Arc::strong_count(load) > 1);
            k.loads = loads;
        }
        k
    }

    /// The flow behind an address.
    pub async fn by_token(&self, token: &str) -> Result<Option<Arc<LiveFlow>>, CacheError> {
        let generation = {
            let k = self.kept();
            if let Some(f) = k.by_token.get(token) {
                return Ok(Some(f.clone()));
            }
            k.generation
        };
        let Some(address) = self.db.address(token).await? else {
            return Ok(None);
        };
        if address.expires_at.is_some_and(|at| at <= self.db.now()) {
            return Ok(None);
        }
        let Some(row) = self.db.flow_of_address(address.flow).await? else {
            return Ok(None);
        };
        let live = self.compile(row, token).await?;
        let mut k = self.kept();
        // A rotated address ends by the clock, so it is looked up anew each time.
        if k.generation == generation && address.expires_at.is_none() {
            k.by_token.insert(token.to_owned(), live.clone());
            k.by_id.insert(live.id, live.clone());
        }
        Ok(Some(live))
    }

    /// A flow by its id.
    pub async fn by_id(
        &self,
        ws: WorkspaceId,
        id: FlowId,
    ) -> Result<Option<Arc<LiveFlow>>, CacheError> {
        let generation = {
            let k = self.kept();
            if let Some(f) = k.by_id.get(&id) {
                return Ok((f.workspace == ws).then(|| f.clone()));
            }
            k.generation
        };
        let Some(row) = self.db.flow(ws, id).await? else {
            return Ok(None);
        };
        let token = row.token.clone();
        let live = self.compile(row, &token).await?;
        let mut k = self.kept();
        if k.generation == generation {
            k.by_id.insert(id, live.clone());
        }
        Ok(Some(live))
    }

    /// The shared address with this token, with the flows that may take its deliveries.
    pub async fn shared(&self, token: &str) -> Result<Option<Arc<SharedLive>>, CacheError> {
        let generation = {
            let k = self.kept();
            if let Some(a) = k.shared.get(token) {
                return Ok(Some(a.clone()));
            }
            k.generation
        };
        let Some(address) = self.db.shared_address_of(token).await? else { return Ok(None) };
        let live = Arc::new(self.open_shared(address).await?);
        let mut k = self.kept();
        if k.generation == generation {
            k.shared.insert(token.to_owned(), live.clone());
        }
        Ok(Some(live))
    }

    /// The connectors that are known by now, also from newer nodes.
    pub(crate) fn registry(&self) -> Arc<Registry> {
        self.shelf.registry()
    }

    /// A connector has another content than before, which only authors at work may do.
    pub(crate) fn forget_programs(&self) {
        let mut k = self.kept();
        k.programs.clear();
        k.by_token.clear();
        k.by_id.clear();
        k.shared.clear();
    }

    /// The program of a version.
    pub async fn program(
        &self,
        flow: FlowId,
        version: i64,
    ) -> Result<Option<Arc<Program>>, CacheError> {
        if let Some(p) = self.kept().programs.get(&(flow, version)) {
            return Ok(Some(p.clone()));
        }
        let Some(text) = self.db.version(flow, version).await? else {
            return Ok(None);
        };
        let document = read(&text)?;
        let registry = self.registry_of(&document).await?;
        let program =
            Arc::new(Program::compile(&document, &registry).map_err(CacheError::Invalid)?);
        self.kept().programs.insert((flow, version), program.clone());
        Ok(Some(program))
    }

    /// The connectors, with those that the flow names and only the database has.
    pub(crate) async fn registry_of(&self, flow: &Flow) -> Result<Arc<Registry>, CacheError> {
        let had = self.shelf.registry();
        let has = connectors::complete(&self.db, &had, flow).await?;
        if !Arc::ptr_eq(&had, &has) {
            self.shelf.merge(&has);
        }
        Ok(has)
    }

    /// The program of the published version; none if there is none that compiles.
    async fn program_of(&self, row: &FlowRow) -> Result<Option<Arc<Program>>, CacheError> {
        if row.version == 0 {
            return Ok(None);
        }
        match self.program(row.id, row.version).await {
            Err(CacheError::Invalid(problems)) => {
                for p in &problems {
                    tracing::error!(flow.id = %row.id, problem = %p, "a published flow does not compile");
                }
                Ok(None)
            }
            other => other,
        }
    }

    async fn compile(&self, row: FlowRow, token: &str) -> Result<Arc<LiveFlow>, CacheError> {
        let text = row.published.as_ref().unwrap_or(&row.draft);
        let read = if row.version > 0 { read(text) } else { read_draft(text) };
        let flow = match read {
            Ok(f) => f,
            Err(e) => return Ok(Arc::new(LiveFlow::holding(&row, self.load(row.id), &e))),
        };
        let mut secrets = self.db.secrets(row.id).await?;
        let program = self.program_of(&row).await?;
        let registry = self.registry_of(&flow).await?;
        let url = self.around(&flow, &registry, (row.workspace, token), &mut secrets).await?;
        let compiled = inbound(&flow, &registry, &secrets, &url).map_err(CacheError::Invalid);
        let (inbound, origin, (dedupe, only_if)) =
            match compiled.and_then(|(i, o)| Ok((i, o, keys(&flow)?))) {
                Ok((i, o, k)) => (Some(i), Some(o), k),
                Err(e) => return Ok(Arc::new(LiveFlow::holding(&row, self.load(row.id), &e))),
            };
        let before = previous(&flow, &registry, &secrets, &url, self.db.now());
        let respond = match Respond::compile(flow.trigger.respond.as_ref(), inbound.as_ref()) {
            Ok(r) => r,
            Err(e) => {
                let load = self.load(row.id);
                return Ok(Arc::new(LiveFlow::holding(&row, load, &CacheError::Invalid(e))));
            }
        };
        let max_body = flow.trigger.max_body.or_else(|| inbound.as_ref().map(Inbound::max_body));
        let mut needs = program.as_ref().map_or(Needs::default(), |p| p.needs);
        if let Some((t, _)) = &dedupe {
            needs::note(&mut needs, t.references());
        }
        if let Some(c) = &only_if {
            needs::note(&mut needs, &c.references());
        }
        if let Some(r) = &respond {
            r.note(&mut needs);
        }
        let max_body = max_body.unwrap_or(domain::limits::BODY_BYTES);
        Ok(Arc::new(LiveFlow {
            id: row.id,
            workspace: row.workspace,
            state: row.state,
            version: row.version,
            name: row.name,
            source: source(&flow, &registry).unwrap_or(TriggerSource::Webhook),
            inbound,
            before,
            dedupe,
            only_if,
            origin,
            respond,
            max_body,
            timezone: flow.settings.timezone.clone(),
            concurrency: usize::try_from(flow.settings.concurrency).unwrap_or(usize::MAX),
            load: self.load(row.id),
            needs,
            gate: program.as_ref().map_or(GateKey::NONE, |p| first_gate(row.workspace, p)),
            program,
        }))
    }
}

/// Reads a stored document.
///
/// # Errors
/// Its problems; a stored document has none unless it was written by another version.
pub fn read(text: &str) -> Result<Flow, CacheError> {
    let broken = |e: serde_json::Error| {
        CacheError::Invalid(vec![Problem::error("not_json", "", e.to_string(), e.to_string())])
    };
    let value: Value = serde_json::from_str(text).map_err(broken)?;
    domain::flow::read::read(&value).map_err(CacheError::Invalid)
}

/// Reads a draft: its steps may be unfinished, but its trigger is what events meet until the flow
/// is published.
pub(crate) fn read_draft(text: &str) -> Result<Flow, CacheError> {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    let (flow, problems) = domain::flow::read::read_lenient(&value);
    let of_trigger = |p: &&Problem| p.place.is_empty() || place::within(&p.place, "trigger");
    let faults: Vec<Problem> = problems.iter().filter(of_trigger).cloned().collect();
    if faults.is_empty() { Ok(flow) } else { Err(CacheError::Invalid(faults)) }
}

/// The trigger compiled with its settings and secrets.
pub(crate) fn inbound(
    flow: &Flow,
    registry: &Registry,
    secrets: &BTreeMap<String, Secret>,
    url: &str,
) -> Result<(Inbound, Origin), Vec<Problem>> {
    let t = &flow.trigger;
    let gone = || {
        let what = format!("{}@{} ({})", t.connector.name, t.connector.version, t.event);
        vec![Problem::error(
            "connector_missing",
            "trigger.connector",
            format!("the trigger {what} is not installed"),
            format!("триггер {what} не установлен"),
        )]
    };
    let connector = registry.get(&t.connector.name, &t.connector.version).ok_or_else(gone)?;
    let trigger = connector.trigger(&t.event).ok_or_else(gone)?;
    let mut values = Map::new();
    let mut opened = BTreeMap::new();
    for (key, m) in &t.input {
        match &m.source {
            Source::Literal(v) => {
                values.insert(key.clone(), v.clone());
            }
            Source::Secret(name) => {
                if let Some(s) = secrets.get(name) {
                    opened.insert(key.clone(), s.clone());
                }
            }
            _ => {}
        }
    }
    // What belongs to the address: made when it was registered, or brought by an exchange; and what
    // the connection and the operator's application are known by.
    let around = |name: &str| ["hook.", "conn.", "app."].iter().any(|root| name.starts_with(root));
    let hooks = secrets.iter().filter(|(name, _)| around(name));
    opened.extend(hooks.map(|(name, s)| (name.clone(), s.clone())));
    let inbound = Inbound::new(trigger, &values, &opened, url)?;
    let origin = Origin {
        connector: connector.clone(),
        trigger: t.event.clone(),
        input: values,
        secrets: opened,
        connection: t.connection.as_ref().and_then(|c| c.parse().ok()),
    };
    Ok((inbound, origin))
}

/// What comes before the name of a secret in the name of the one that it replaced.
const PREVIOUS: &str = "previous.";

/// The name under which a replaced secret is kept.
pub(crate) fn previous_name(name: &str) -> String {
    format!("{PREVIOUS}{name}")
}

/// A replaced secret as it is kept.
pub(crate) fn previous_value(old: &Secret, until: Time) -> Secret {
    Secret::new(format!("{} {}", until.0, old.expose()))
}

/// The trigger with the secrets that were replaced a short while ago, if there are any.
fn previous(
    flow: &Flow,
    registry: &Registry,
    secrets: &BTreeMap<String, Secret>,
    url: &str,
    now: Time,
) -> Option<(Time, Inbound)> {
    let mut all: Option<BTreeMap<String, Secret>> = None;
    let mut end: Option<Time> = None;
    for m in flow.trigger.input.values() {
        let Source::Secret(name) = &m.source else { continue };
        let Some(kept) = secrets.get(&previous_name(name)) else { continue };
        let Some((until, old)) = kept.expose().split_once(' ') else { continue };
        let Some(until) = until.parse().ok().map(Time).filter(|until| *until > now) else {
            continue;
        };
        let into = all.get_or_insert_with(|| secrets.clone());
        into.insert(name.clone(), Secret::new(old));
        end = Some(end.map_or(until, |e: Time| e.min(until)));
    }
    let (inbound, _) = inbound(flow, registry, &all?, url).ok()?;
    Some((end?, inbound))
}

/// What starts the runs of a flow; none where its connector is not known.
pub(crate) fn source(flow: &Flow, registry: &Registry) -> Option<TriggerSource> {
    let t = &flow.trigger;
    let spec = registry.trigger(&t.connector.name, &t.connector.version, &t.event);
    spec.map(|s| s.source)
}

type Keys = (Option<(Template, domain::Span)>, Option<Condition>);

fn keys(flow: &Flow) -> Result<Keys, CacheError> {
    let dedupe = match &flow.trigger.dedupe {
        Some(d) if !d.key.is_empty() => {
            let t = Template::parse(&d.key, domain::field::Escape::None)
                .map_err(|f| CacheError::Invalid(vec![f.at("trigger.dedupe.key")]))?;
            Some((t, d.window))
        }
        _ => None,
    };
    let only_if =
        flow.trigger.only_if.as_ref().map(Condition::compile).transpose().map_err(|f| {
            CacheError::Invalid(
                f.into_iter().map(|(at, f)| f.at(format!("trigger.only_if{at}"))).collect(),
            )
        })?;
    Ok((dedupe, only_if))
}
