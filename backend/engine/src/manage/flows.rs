//! Flows: import, export, check, publish, pause, resume, release.

use std::collections::BTreeMap;

use domain::flow::catalogue::Catalogue;
use domain::flow::{self, Flow, OnError, Source, Step, StepKind};
use domain::gate::GateKey;
use domain::ids::{self, ConnectionId, EventId, FlowId, RunId, SubscriberId};
use domain::{Problem, Secret, Span, Time, limits};
use serde::Serialize;
use serde_json::Value;
use store::{EventView, FlowRow, FlowState, FlowSummary, NewFlow, NewReplay, Priority};

use super::{Error, Manage};
use crate::cache::{self, CacheError, LiveFlow};
use crate::order;

/// How a document is imported.
#[derive(Clone, Debug, Default)]
pub struct Import {
    pub publish: bool,
    /// The address token; made up when absent.
    pub address: Option<String>,
    /// Replaces the draft of this flow and keeps its address (semantics S22).
    pub update: Option<FlowId>,
    /// Names of connections in the document, and what stands for them here (a name or an id).
    pub connections: BTreeMap<String, String>,
    pub secrets: BTreeMap<String, Secret>,
}

/// What an import made.
#[derive(Clone, Debug, Serialize)]
pub struct Imported {
    pub id: FlowId,
    pub hook_url: String,
    /// The published version, 0 for a draft.
    pub version: i64,
    /// Secrets that the document names and nobody gave.
    pub missing_secrets: Vec<String>,
    pub problems: Vec<Problem>,
}

impl Manage {
    /// Every problem of a document: shape, references, templates, connectors, connections.
    pub async fn validate(&self, doc: &Value) -> Result<Vec<Problem>, Error> {
        match flow::read::read(doc) {
            Err(problems) => Ok(problems),
            Ok(mut f) => {
                let mut problems = self.connect_names(&mut f, &BTreeMap::new()).await?;
                problems.extend(mapping::check::check(&f, self.registry.as_ref()));
                Ok(problems)
            }
        }
    }

    /// Creates a flow from a document, or replaces a draft.
    pub async fn import(&self, doc: &Value, how: Import) -> Result<Imported, Error> {
        let mut flow = flow::read::read(doc).map_err(Error::Problems)?;
        let mut problems = self.connect_names(&mut flow, &how.connections).await?;
        problems.extend(mapping::check::check(&flow, self.registry.as_ref()));
        let kept = match how.update {
            Some(id) => self.db.secrets(id).await?,
            None => BTreeMap::new(),
        };
        let (secrets, missing) = self.secrets(&flow, how.secrets, &kept)?;
        problems.extend(missing.iter().map(|n| missing_secret(n)));
        if how.publish && problems.iter().any(Problem::is_error) {
            return Err(Error::Problems(problems));
        }
        let draft = flow::write::to_value(&flow).to_string();
        if draft.len() > limits::FLOW_VERSION_BYTES {
            let most = limits::FLOW_VERSION_BYTES;
            return Err(Error::bad(
                format!("the flow is larger than {most} bytes"),
                format!("сценарий больше {most} байт"),
            ));
        }
        let id = self.put(&flow, draft.clone(), how.update, how.address, secrets).await?;
        let version = if how.publish { self.db.publish(self.workspace, id).await? } else { 0 };
        self.keep_connectors(&draft).await?;
        let row = self.flow_row(id).await?;
        let hook_url = self.hook_url(&row.token);
        Ok(Imported {
            id,
            hook_url,
            version: version.max(row.version),
            missing_secrets: missing,
            problems,
        })
    }

    async fn put(
        &self,
        flow: &Flow,
        draft: String,
        update: Option<FlowId>,
        address: Option<String>,
        secrets: BTreeMap<String, Secret>,
    ) -> Result<FlowId, Error> {
        if let Some(id) = update {
            self.flow_row(id).await?;
            self.db.save_draft(self.workspace, id, &flow.name, &draft).await?;
            for (name, s) in &secrets {
                self.db.put_secret(id, name, s).await?;
            }
            return Ok(id);
        }
        let token = match address {
            Some(t) => checked_token(t)?,
            None => ids::random_text(26),
        };
        let id = FlowId::new(self.db.now());
        let new = NewFlow {
            id,
            workspace: self.workspace,
            name: flow.name.clone(),
            draft,
            token: token.clone(),
            secrets,
        };
        match self.db.create_flow(new).await {
            Err(store::Error::Taken(_)) => Err(Error::conflict(
                format!("the address {token} is taken; choose another"),
                format!("адрес {token} занят; выберите другой"),
            )),
            other => Ok(other.map(|()| id)?),
        }
    }

    /// Makes the draft the version that new events run.
    pub async fn publish(&self, id: FlowId) -> Result<i64, Error> {
        let row = self.flow_row(id).await?;
        let problems = self.draft_problems(&row).await?;
        if problems.iter().any(Problem::is_error) {
            return Err(Error::Problems(problems));
        }
        let version = self.db.publish(self.workspace, id).await?;
        self.keep_connectors(&row.draft).await?;
        Ok(version)
    }

    async fn draft_problems(&self, row: &FlowRow) -> Result<Vec<Problem>, Error> {
        let doc = parse(&row.draft)?;
        let mut flow = match flow::read::read(&doc) {
            Ok(f) => f,
            Err(problems) => return Ok(problems),
        };
        let mut problems = self.connect_names(&mut flow, &BTreeMap::new()).await?;
        problems.extend(mapping::check::check(&flow, self.registry.as_ref()));
        let kept = self.db.secrets(row.id).await?;
        let named = named_secrets(&flow);
        problems.extend(named.iter().filter(|n| !kept.contains_key(*n)).map(|n| missing_secret(n)));
        Ok(problems)
    }

    /// The document of a flow: its draft, or a version.
    pub async fn export(&self, id: FlowId, version: Option<i64>) -> Result<Value, Error> {
        let row = self.flow_row(id).await?;
        let text = match version {
            None => row.draft,
            Some(v) => self.db.version(id, v).await?.ok_or_else(|| Error::missing("version", v))?,
        };
        parse(&text)
    }

    pub async fn flows(&self) -> Result<Vec<FlowSummary>, Error> {
        Ok(self.db.flows(self.workspace).await?)
    }

    /// New events are held, waiting runs do not start their next step (semantics S12).
    pub async fn pause(&self, id: FlowId) -> Result<(), Error> {
        self.flow_row(id).await?;
        Ok(self.db.set_flow_state(self.workspace, id, FlowState::Paused).await?)
    }

    /// Undoes a pause. Held events stay held until they are released.
    pub async fn resume(&self, id: FlowId) -> Result<(), Error> {
        let row = self.flow_row(id).await?;
        let to = if row.version > 0 { FlowState::Live } else { FlowState::Draft };
        Ok(self.db.set_flow_state(self.workspace, id, to).await?)
    }

    /// Runs the held events in order with the version published now; returns how many.
    pub async fn release(&self, id: FlowId) -> Result<u64, Error> {
        self.release_held(self.flow_row(id).await?).await
    }

    /// The same, also for the flow inside a subscriber.
    pub(crate) async fn release_held(&self, row: FlowRow) -> Result<u64, Error> {
        let id = row.id;
        if row.version == 0 {
            return Err(Error::conflict(
                "the flow was never published; publish it before releasing its events",
                "сценарий ещё не опубликован; опубликуйте его, чтобы выпустить события",
            ));
        }
        let cache = self.cache();
        let live = match cache.by_id(self.workspace, id).await {
            Err(CacheError::Store(e)) => return Err(e.into()),
            // Its runs say what is wrong.
            Err(CacheError::Invalid(_)) => None,
            Ok(live) => live,
        };
        let mut after: Option<EventId> = None;
        let mut released = 0;
        loop {
            let held = self.db.held(id, limits::PAGE_MAX, after).await?;
            let Some(last) = held.last() else {
                return Ok(released);
            };
            after = Some(last.id);
            released += held.len() as u64;
            // Ids of one millisecond have no order of their own: sorted, they keep that of the events.
            let now = self.db.now();
            let mut ids: Vec<RunId> = held.iter().map(|_| RunId::new(now)).collect();
            ids.sort_unstable();
            let first = now.minus(Span::from_micros(ids.len().try_into().unwrap_or(0)));
            let mut runs = Vec::with_capacity(held.len());
            for ((e, run), i) in held.iter().zip(ids).zip(0..) {
                let created_at = first.plus(Span::from_micros(i));
                let places = self.places(live.as_deref(), e, created_at).await?;
                runs.push(NewReplay {
                    id: run,
                    workspace: self.workspace,
                    flow: id,
                    version: row.version,
                    event: e.id,
                    replay_of: None,
                    journal: Vec::new(),
                    as_text: false,
                    unsafe_next: None,
                    created_at,
                    priority: Priority::Normal,
                    gate: GateKey::NONE,
                    order: places.order,
                    newest: places.newest,
                });
            }
            self.db.replay(runs).await?;
        }
    }

    /// The order and newest keys of a held event, read only for a flow that has such keys.
    async fn places(
        &self,
        live: Option<&LiveFlow>,
        event: &EventView,
        at: Time,
    ) -> Result<order::Places, Error> {
        let Some((live, program)) = live.and_then(|l| Some((l, l.program.as_deref()?))) else {
            return Ok(order::Places::default());
        };
        if program.keys.is_empty() {
            return Ok(order::Places::default());
        }
        let Some(d) = self.db.delivery(self.workspace, event.delivery).await? else {
            return Ok(order::Places::default());
        };
        Ok(order::of_stored(live, program, (d, event.item, event.id), at))
    }

    /// Gives the flow a new address; the old one works for two more days (semantics S22).
    pub async fn rotate(&self, id: FlowId, address: Option<String>) -> Result<String, Error> {
        self.flow_row(id).await?;
        let token = match address {
            Some(t) => checked_token(t)?,
            None => ids::random_text(26),
        };
        let until = self.db.now().plus(limits::ROTATED_ADDRESS);
        match self.db.rotate_address(self.workspace, id, &token, until).await {
            Err(store::Error::Taken(_)) => Err(Error::conflict(
                format!("the address {token} is taken; choose another"),
                format!("адрес {token} занят; выберите другой"),
            )),
            other => Ok(other.map(|()| self.hook_url(&token))?),
        }
    }

    /// How many events of a flow had no key, were copies, or were refused.
    pub async fn copies(&self, id: FlowId) -> Result<store::Copies, Error> {
        Ok(self.db.copies(id).await?)
    }

    /// Deletes held events for good.
    pub async fn drop_held(&self, id: FlowId) -> Result<u64, Error> {
        self.flow_row(id).await?;
        Ok(self.db.drop_held(self.workspace, id).await?)
    }

    /// Sets a secret. What proved deliveries before does so for two more days: senders are changed
    /// later than this server.
    pub async fn set_secret(&self, id: FlowId, name: &str, value: &Secret) -> Result<(), Error> {
        self.flow_row(id).await?;
        let had = self.db.secrets(id).await?;
        let mut put = BTreeMap::from([(name.to_owned(), value.clone())]);
        if let Some(old) = had.get(name).filter(|old| old.expose() != value.expose()) {
            let until = self.db.now().plus(limits::ROTATED_SECRET);
            put.insert(cache::previous_name(name), cache::previous_value(old, until));
        }
        Ok(self.db.put_address_secrets(id, &put).await?)
    }

    pub(crate) async fn flow_row(&self, id: FlowId) -> Result<FlowRow, Error> {
        let row = self.any_flow_row(id).await?;
        // A subscriber's flow is a part of the subscriber.
        match self.db.subscriber(self.workspace, SubscriberId(id.uuid())).await? {
            Some(_) => Err(Error::missing("flow", id)),
            None => Ok(row),
        }
    }

    /// The same, also for the flow inside a subscriber: its runs are runs like all others.
    pub(crate) async fn any_flow_row(&self, id: FlowId) -> Result<FlowRow, Error> {
        let row = self.db.flow(self.workspace, id).await?;
        row.ok_or_else(|| Error::missing("flow", id))
    }

    /// The inbound address as senders use it.
    pub fn hook_url(&self, token: &str) -> String {
        format!("{}/in/{token}", self.public_url)
    }

    /// Turns names of connections into ids; what is not there is a problem with its place.
    pub(super) async fn connect_names(
        &self,
        flow: &mut Flow,
        given: &BTreeMap<String, String>,
    ) -> Result<Vec<Problem>, Error> {
        let mut refs: Vec<(String, &str, &mut String)> = Vec::new();
        let connector = flow.trigger.connector.name.clone();
        if let Some(c) = &mut flow.trigger.connection {
            refs.push(("trigger.connection".into(), &connector, c));
        }
        collect(&mut flow.steps, "steps", &mut refs);
        let mut problems = Vec::new();
        for (place, connector, reference) in refs {
            let wanted = given.get(reference.as_str()).unwrap_or(reference).clone();
            match self.find_connection(&wanted).await? {
                Some(c) if c.connector == connector => *reference = c.id.to_string(),
                Some(c) => problems.push(Problem::error(
                    "connection_of_another_connector",
                    place,
                    format!("\"{wanted}\" is a connection of {}, not of {connector}", c.connector),
                    format!("\"{wanted}\" — подключение к {}, а не к {connector}", c.connector),
                )),
                None => problems.push(Problem::error(
                    "connection_missing",
                    place,
                    format!("there is no connection \"{wanted}\"; add it, or name another with --connection {reference}=NAME"),
                    format!("подключения \"{wanted}\" нет; добавьте его или укажите другое: --connection {reference}=ИМЯ"),
                )),
            }
        }
        Ok(problems)
    }

    pub(crate) async fn find_connection(
        &self,
        name_or_id: &str,
    ) -> Result<Option<domain::connection::Connection>, Error> {
        if let Ok(id) = name_or_id.parse::<ConnectionId>()
            && let Some(c) = self.db.connection(self.workspace, id).await?
        {
            return Ok(Some(c));
        }
        Ok(self.db.connection_by_name(self.workspace, name_or_id).await?)
    }

    /// The secrets to store: those given, and generated ones for fields that ask for it.
    fn secrets(
        &self,
        flow: &Flow,
        given: BTreeMap<String, Secret>,
        kept: &BTreeMap<String, Secret>,
    ) -> Result<(BTreeMap<String, Secret>, Vec<String>), Error> {
        let named = named_secrets(flow);
        if let Some(extra) = given.keys().find(|k| !named.contains(k)) {
            return Err(Error::bad(
                format!("the flow names no secret \"{extra}\""),
                format!("в сценарии нет секрета «{extra}»"),
            ));
        }
        let mut out = given;
        let mut missing = Vec::new();
        for name in named {
            if out.contains_key(&name) || kept.contains_key(&name) {
                continue;
            }
            match self.generated_length(flow, &name) {
                Some(len) => {
                    out.insert(name, Secret::new(ids::random_text(len as usize)));
                }
                None => missing.push(name),
            }
        }
        Ok((out, missing))
    }

    /// The length of the random text for a secret that fills a trigger's `generate` field.
    pub(super) fn generated_length(&self, flow: &Flow, secret: &str) -> Option<u32> {
        let t = &flow.trigger;
        let spec = self.registry.trigger(&t.connector.name, &t.connector.version, &t.event)?;
        t.input.iter().find_map(|(key, m)| match &m.source {
            Source::Secret(n) if n == secret => {
                spec.input.iter().find(|f| f.key == *key).and_then(|f| f.generate)
            }
            _ => None,
        })
    }
}

fn collect<'a>(
    steps: &'a mut [Step],
    place: &str,
    out: &mut Vec<(String, &'a str, &'a mut String)>,
) {
    for (i, step) in steps.iter_mut().enumerate() {
        let place = format!("{place}[{i}]");
        match &mut step.kind {
            StepKind::Action(a) => {
                let a = &mut **a;
                if let Some(c) = &mut a.connection {
                    out.push((format!("{place}.connection"), &a.connector.name, c));
                }
                if let OnError::Steps(steps) = &mut a.on_error {
                    collect(steps, &format!("{place}.on_error.steps"), out);
                }
            }
            StepKind::Branch { arms, .. } => {
                for (n, arm) in arms.iter_mut().enumerate() {
                    collect(&mut arm.steps, &format!("{place}.branch[{n}].steps"), out);
                }
            }
            StepKind::ForEach(f) => collect(&mut f.steps, &format!("{place}.steps"), out),
            _ => {}
        }
    }
}

/// Every secret that the flow names, once.
pub(crate) fn named_secrets(flow: &Flow) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut take = |fields: &flow::Fields| {
        for (_, name) in crate::program::secrets_of(fields) {
            if !out.contains(&name) {
                out.push(name);
            }
        }
    };
    take(&flow.trigger.input);
    for step in flow.walk() {
        if let StepKind::Action(a) = &step.kind {
            take(&a.input);
        }
    }
    out
}

pub(super) fn missing_secret(name: &str) -> Problem {
    Problem::error(
        "secret_missing",
        "",
        format!("the secret \"{name}\" has no value; give it with --secret {name}=@FILE"),
        format!("у секрета \"{name}\" нет значения; задайте его: --secret {name}=@ФАЙЛ"),
    )
}

fn checked_token(t: String) -> Result<String, Error> {
    let (least, most) = limits::TOKEN_CHARS;
    let fits = (least..=most).contains(&t.len())
        && t.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if fits {
        Ok(t)
    } else {
        Err(Error::bad(
            format!("an address has {least} to {most} characters of A-Z a-z 0-9 _ -"),
            format!("в адресе от {least} до {most} знаков A-Z a-z 0-9 _ -"),
        ))
    }
}

pub(crate) fn parse(text: &str) -> Result<Value, Error> {
    serde_json::from_str(text)
        .map_err(|e| Error::Store(store::Error::Damaged(format!("flow document: {e}"))))
}
