//! Connections as a person makes them in a form: each fault at its field, tested before they are
//! kept, changed without typing the secrets again, and never removed from under a flow unseen.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use connect::outbound::Renews;
use connect::registry::Connector;
use domain::connection::{Connection, ConnectionState};
use domain::field::{FieldSpec, FieldType};
use domain::flow;
use domain::ids::{ConnectionId, FlowId};
use domain::{Problem, Secret, limits};
use store::{ConnectionNote, ConnectionStateChange, FlowState, NewConnection};

use super::connections::{Values, checked};
use super::{Error, Manage};

/// A connection as it is typed in.
#[derive(Clone, Debug, Default)]
pub struct Form {
    pub connector: String,
    /// One of the connector's methods; the first when absent.
    pub method: Option<String>,
    /// Made up when absent.
    pub name: Option<String>,
    /// Values of all fields, the secret ones too. A secret that is left out keeps its value.
    pub fields: BTreeMap<String, String>,
    /// Kept even if the service cannot be reached or refuses it.
    pub untested: bool,
}

/// A connection that is not kept yet.
pub(super) struct Drafted {
    pub connector: Arc<Connector>,
    pub trial: Connection,
    /// The name that was typed in.
    pub named: Option<String>,
}

/// A connection in the list.
#[derive(Clone, Debug)]
pub struct ListedConnection {
    pub connection: Connection,
    pub note: ConnectionNote,
    /// Flows that name it.
    pub used_in: usize,
}

/// A flow that names a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub flow: FlowId,
    pub name: String,
    pub state: FlowState,
    /// The steps that name it; `trigger` for the trigger.
    pub steps: Vec<String>,
    /// The published version names it, not only the draft.
    pub published: bool,
}

impl Manage {
    /// The connections of the workspace by name, with what is known of them.
    pub async fn list_connections(&self) -> Result<Vec<ListedConnection>, Error> {
        let mut notes = self.db.connection_notes(self.workspace).await?;
        let mut used: BTreeMap<String, BTreeSet<FlowId>> = BTreeMap::new();
        for (flow, named) in self.named_connections().await? {
            for id in named {
                used.entry(id).or_default().insert(flow);
            }
        }
        let all = self.db.connections(self.workspace).await?;
        Ok(all
            .into_iter()
            .map(|connection| ListedConnection {
                note: self.noted(&connection, notes.remove(&connection.id)),
                used_in: used.get(&connection.id.to_string()).map_or(0, BTreeSet::len),
                connection,
            })
            .collect())
    }

    /// What is known of a connection; one that can get new credentials by itself does not end.
    fn noted(&self, c: &Connection, note: Option<ConnectionNote>) -> ConnectionNote {
        let mut note = note.unwrap_or_default();
        let connector = self.registry.latest(&c.connector);
        let method = connector.and_then(|k| k.method(Some(&c.method)));
        if !method.is_some_and(|m| matches!(m.renews(), Renews::Token { alone: false, .. })) {
            note.ends_at = None;
        }
        note
    }

    /// Tests a new connection and keeps it.
    ///
    /// # Errors
    /// [`Error::Fields`] for faults of the form, [`Error::Untested`] for those of the service.
    pub async fn connect(&self, form: Form) -> Result<ConnectionId, Error> {
        let untested = form.untested;
        let d = self.drafted(form)?;
        let label = self.tried(&d.connector, &d.trial, untested).await?;
        let exact = d.named.is_some();
        self.kept(&d, label.clone(), exact).await?;
        self.tell(d.trial.id, label).await?;
        Ok(d.trial.id)
    }

    /// Changes a connection; what the form leaves out stays.
    ///
    /// # Errors
    /// As [`Manage::connect`]; then nothing was changed.
    pub async fn reconnect(&self, id: ConnectionId, form: Form) -> Result<(), Error> {
        let untested = form.untested;
        let Drafted { connector, trial, .. } = self.redrafted(id, form).await?;
        let label = self.tried(&connector, &trial, untested).await?;
        match self.db.update_connection(stored(&trial)).await {
            Err(store::Error::Taken(_)) => {
                return Err(Error::Fields(vec![name_taken(&trial.name)]));
            }
            other => other?,
        }
        self.tell(id, label).await
    }

    /// A new connection as a form says, before anything of it is kept.
    ///
    /// # Errors
    /// [`Error::Fields`] for faults of the form.
    pub(super) fn drafted(&self, form: Form) -> Result<Drafted, Error> {
        let (connector, method) = self.way(&form.connector, form.method.as_deref())?;
        let specs = specs(&connector, &method)?;
        let values = values(&specs, form.fields, &BTreeMap::new())?;
        let id = ConnectionId::new(self.db.now());
        let named = form.name.map(|n| n.trim().to_owned()).filter(|n| !n.is_empty());
        let name = named.clone().unwrap_or_else(|| connector.name.clone());
        let trial = self.trial(id, (&connector, &method), name, values);
        Ok(Drafted { connector, trial, named })
    }

    /// A connection as it would be after a form; what the form leaves out stays.
    ///
    /// # Errors
    /// [`Error::Fields`] for faults of the form.
    pub(super) async fn redrafted(&self, id: ConnectionId, form: Form) -> Result<Drafted, Error> {
        let had = self.connection_of(id).await?;
        let wanted = form.method.as_deref().unwrap_or(&had.method);
        let (connector, method) = self.way(&had.connector, Some(wanted))?;
        let specs = specs(&connector, &method)?;
        let mut fields: BTreeMap<String, String> = had
            .fields
            .iter()
            .filter(|(k, _)| specs.iter().any(|s| s.key == **k))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        fields.extend(form.fields);
        let values = values(&specs, fields, &had.secrets)?;
        let named = form.name.map(|n| n.trim().to_owned()).filter(|n| !n.is_empty());
        let name = named.clone().unwrap_or(had.name);
        let trial = self.trial(id, (&connector, &method), name, values);
        Ok(Drafted { connector, trial, named })
    }

    /// Keeps a new connection under its name, or under that of its account; with a number where
    /// that is taken, unless it must be `exact`.
    pub(super) async fn kept(
        &self,
        d: &Drafted,
        label: Option<String>,
        exact: bool,
    ) -> Result<(), Error> {
        let wished = d.named.clone().or(label);
        let wished = wished.unwrap_or_else(|| d.connector.manifest.display.title.en.clone());
        let mut name = wished.clone();
        for n in 2.. {
            let new = NewConnection { name: name.clone(), ..stored(&d.trial) };
            match self.db.create_connection(new).await {
                Err(store::Error::Taken(_)) if exact => {
                    return Err(Error::Fields(vec![name_taken(&name)]));
                }
                Err(store::Error::Taken(_)) if n <= limits::PAGE => name = format!("{wished} {n}"),
                other => {
                    other?;
                    break;
                }
            }
        }
        Ok(())
    }

    /// Removes a connection; with `anyway` also one that published flows name. Its tokens are taken
    /// back from the service, which may take as long as the call does.
    pub async fn disconnect(&self, id: ConnectionId, anyway: bool) -> Result<(), Error> {
        let c = self.connection_of(id).await?;
        let users = self.users_of(id).await?;
        let busy: Vec<&User> = users.iter().filter(|u| u.published).collect();
        if let Some(first) = busy.first().filter(|_| !anyway) {
            let (n, name) = (busy.len(), &first.name);
            return Err(Error::conflict(
                format!("{n} published flow(s) use it, such as \"{name}\""),
                format!("его используют включённые сценарии ({n}), например «{name}»"),
            ));
        }
        self.db.delete_connection(self.workspace, id).await?;
        // What they had registered with this account has to be given up.
        let naming = users.iter().map(|u| u.flow).collect();
        self.db.look_again_at_flows(self.workspace, naming).await?;
        self.revoke(&c).await;
        Ok(())
    }

    /// The flows that name a connection.
    pub async fn users_of(&self, id: ConnectionId) -> Result<Vec<User>, Error> {
        self.connection_of(id).await?;
        let wanted = id.to_string();
        let names = self.db.flow_names(self.workspace).await?;
        let naming = self.named_connections().await?;
        let naming: BTreeSet<FlowId> = naming
            .into_iter()
            .filter(|(_, named)| named.contains(&wanted))
            .map(|(flow, _)| flow)
            .collect();
        let mut out = Vec::new();
        for flow in names.into_iter().filter(|f| naming.contains(&f.id)) {
            let Some(row) = self.db.flow(self.workspace, flow.id).await? else { continue };
            let mut steps = steps_naming(&row.draft, &wanted);
            let live = steps_naming(row.published.as_deref().unwrap_or_default(), &wanted);
            let published = !live.is_empty();
            for step in live {
                if !steps.contains(&step) {
                    steps.push(step);
                }
            }
            if !steps.is_empty() {
                let (flow, name, state) = (flow.id, flow.name, flow.state);
                out.push(User { flow, name, state, steps, published });
            }
        }
        Ok(out)
    }

    /// A connection by its id alone.
    pub async fn connection_of(&self, id: ConnectionId) -> Result<Connection, Error> {
        let c = self.db.connection(self.workspace, id).await?;
        c.ok_or_else(|| Error::missing("connection", id))
    }

    fn way(
        &self,
        connector: &str,
        method: Option<&str>,
    ) -> Result<(Arc<Connector>, String), Error> {
        let c = self.registry.latest(connector);
        let c = c.ok_or_else(|| Error::missing("connector", connector))?;
        let found = match method {
            Some(id) => c.ways().iter().find(|m| m.id == id),
            None => c.ways().first(),
        };
        let found = found.ok_or_else(|| {
            Error::missing("method", format!("{connector}.{}", method.unwrap_or_default()))
        })?;
        Ok((c.clone(), found.id.clone()))
    }

    fn trial(
        &self,
        id: ConnectionId,
        (connector, method): (&Connector, &str),
        name: String,
        (fields, secrets): Values,
    ) -> Connection {
        Connection {
            id,
            workspace: self.workspace,
            name,
            connector: connector.name.clone(),
            method: method.to_owned(),
            fields,
            secrets,
            state: ConnectionState::New,
            note: None,
            generation: 0,
            tokens: None,
        }
    }

    /// Asks the service; the name of the connection there.
    async fn tried(
        &self,
        connector: &Connector,
        trial: &Connection,
        untested: bool,
    ) -> Result<Option<String>, Error> {
        if untested {
            return Ok(None);
        }
        let Some(trial) = self.tokened(connector, trial).await? else { return Ok(None) };
        match self.outbound.test_connection(connector, &trial).await {
            Ok(t) => Ok(Some(t.label)),
            Err((e, _)) => Err(Error::Untested(Box::new(e))),
        }
    }

    pub(super) async fn tell(&self, id: ConnectionId, label: Option<String>) -> Result<(), Error> {
        if let Some(label) = label {
            let state = ConnectionState::Working;
            let change = ConnectionStateChange { id, state, note: Some(label) };
            self.db.set_connection_state(change).await?;
        }
        // Runs that waited for it go on, with whatever it is now.
        self.db.wake_connection(id).await?;
        Ok(())
    }

    /// For each flow the connections that its draft or published version names.
    async fn named_connections(&self) -> Result<Vec<(FlowId, BTreeSet<String>)>, Error> {
        let documents = self.db.flow_documents(self.workspace).await?;
        Ok(documents
            .into_iter()
            .map(|(flow, texts)| {
                let named = texts.iter().flat_map(|t| ids_in(t)).collect();
                (flow, named)
            })
            .collect())
    }
}

/// Ids of connections in the text of a document.
fn ids_in(text: &str) -> Vec<String> {
    const CHARS: usize = 26;
    let prefix = ConnectionId::PREFIX;
    text.match_indices(prefix)
        .filter_map(|(at, _)| text.get(at..at + prefix.len() + CHARS))
        .filter(|id| id.parse::<ConnectionId>().is_ok())
        .map(str::to_owned)
        .collect()
}

/// The steps of a document that name a connection.
fn steps_naming(document: &str, connection: &str) -> Vec<String> {
    if !document.contains(connection) {
        return Vec::new();
    }
    let doc: serde_json::Value = serde_json::from_str(document).unwrap_or_default();
    let (flow, _) = flow::read::read_lenient(&doc);
    let mut out = Vec::new();
    if flow.trigger.connection.as_deref() == Some(connection) {
        out.push("trigger".to_owned());
    }
    for step in flow.walk() {
        if let flow::StepKind::Action(a) = &step.kind
            && a.connection.as_deref() == Some(connection)
        {
            out.push(step.id.clone());
        }
    }
    out
}

fn specs(connector: &Connector, method: &str) -> Result<Vec<FieldSpec>, Error> {
    let way = connector.ways().iter().find(|m| m.id == method);
    let way = way.ok_or_else(|| Error::missing("method", method))?;
    Ok(connector.fields_of(way))
}

/// The values of a form, or everything that is wrong with them.
fn values(
    specs: &[FieldSpec],
    mut given: BTreeMap<String, String>,
    kept: &BTreeMap<String, Secret>,
) -> Result<Values, Error> {
    let mut secrets = BTreeMap::new();
    for spec in specs.iter().filter(|s| s.secret) {
        let typed = given.remove(&spec.key).filter(|v| !v.is_empty()).map(Secret::new);
        if let Some(v) = typed.or_else(|| kept.get(&spec.key).cloned()) {
            secrets.insert(spec.key.clone(), v);
        }
    }
    let faults: Vec<Problem> = specs
        .iter()
        .filter_map(|s| fault(s, given.get(&s.key).map(String::as_str), secrets.get(&s.key)))
        .collect();
    if !faults.is_empty() {
        return Err(Error::Fields(faults));
    }
    checked(specs, given, secrets)
}

/// What is wrong with one field. Never repeats the value: it may be a secret.
fn fault(spec: &FieldSpec, given: Option<&str>, secret: Option<&Secret>) -> Option<Problem> {
    let value = secret.map(Secret::expose).or(given).filter(|v| !v.is_empty());
    let made = spec.generate.is_some() || spec.default.is_some();
    let Some(value) = value else {
        let (en, ru) = (&spec.label.en, &spec.label.ru);
        return (spec.required && !made).then(|| {
            Problem::error(
                "field_missing",
                &spec.key,
                format!("\"{en}\" must be filled"),
                format!("Заполните поле «{ru}»"),
            )
        });
    };
    let invalid = |en: &str, ru: &str| Some(Problem::error("field_invalid", &spec.key, en, ru));
    if value.contains(['\r', '\n', '\0']) && spec.kind != FieldType::Text {
        return invalid("it must be one line", "должна быть одна строка");
    }
    let whole = matches!(spec.kind, FieldType::Integer) && value.parse::<i64>().is_err();
    if whole {
        return invalid("it must be a whole number", "должно быть целое число");
    }
    if spec.pattern.as_ref().is_some_and(|p| !mapping::moment::fits_pattern(p, value)) {
        return invalid(
            "it does not have the right form; look at the example",
            "значение не того вида; сверьтесь с примером",
        );
    }
    let known = |v: &str| spec.options.iter().any(|o| o.as_str() == Some(v));
    if !spec.options.is_empty() && !spec.custom && !known(value) {
        return invalid("choose one of the options", "выберите один из вариантов");
    }
    None
}

pub(super) fn name_taken(name: &str) -> Problem {
    Problem::error(
        "name_taken",
        "name",
        format!("there is already a connection \"{name}\""),
        format!("подключение «{name}» уже есть"),
    )
}

pub(super) fn stored(c: &Connection) -> NewConnection {
    NewConnection {
        id: c.id,
        workspace: c.workspace,
        name: c.name.clone(),
        connector: c.connector.clone(),
        method: c.method.clone(),
        fields: c.fields.clone(),
        secrets: c.secrets.clone(),
    }
}
