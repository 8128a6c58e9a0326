//! Connections: add, list, test.

use std::collections::BTreeMap;

use connect::limits;
use domain::connection::{Connection, ConnectionState, ConnectionView};
use domain::field::FieldSpec;
use domain::ids::{self, ConnectionId};
use domain::{Code, Secret};
use serde::Serialize;
use store::{ConnectionStateChange, NewConnection};

use super::{Error, Manage};

/// A connection to add.
#[derive(Clone, Debug, Default)]
pub struct Add {
    pub name: String,
    pub connector: String,
    /// One of the connector's methods; the first when absent.
    pub method: Option<String>,
    pub fields: BTreeMap<String, String>,
    pub secrets: BTreeMap<String, Secret>,
}

/// What the test of a connection said.
#[derive(Clone, Debug, Serialize)]
pub struct Tested {
    pub ok: bool,
    /// Who or what it is connected to.
    pub label: Option<String>,
    pub error: Option<domain::outcome::StepError>,
}

impl Manage {
    /// Stores a connection after checking its fields. Secrets that the method generates are made
    /// when they are not given.
    pub async fn add_connection(&self, add: Add) -> Result<ConnectionView, Error> {
        let connector = self.registry.latest(&add.connector).ok_or_else(|| {
            let known: Vec<String> =
                self.registry.names().map(|(name, _)| name.to_owned()).collect();
            let near = domain::problem::nearest(&add.connector, known.iter().map(String::as_str));
            let (hint, meant) = hints(near);
            Error::bad(
                format!("there is no connector \"{}\"{hint}", add.connector),
                format!("нет коннектора «{}»{meant}", add.connector),
            )
        })?;
        let methods = connector.ways();
        let method = match &add.method {
            Some(id) => methods.iter().find(|m| m.id == *id),
            None => methods.first(),
        }
        .ok_or_else(|| {
            let known: Vec<&str> = methods.iter().map(|m| m.id.as_str()).collect();
            let (of, wanted) = (&add.connector, add.method.as_deref().unwrap_or_default());
            let known = if known.is_empty() { "-".into() } else { known.join(", ") };
            Error::bad(
                format!("{of} has no connection method \"{wanted}\"; it has: {known}"),
                format!("у {of} нет способа подключения «{wanted}»; есть: {known}"),
            )
        })?;
        let specs = connector.fields_of(method);
        let (fields, secrets) = checked(&specs, add.fields, add.secrets)?;
        let new = NewConnection {
            id: ConnectionId::new(self.db.now()),
            workspace: self.workspace,
            name: add.name.clone(),
            connector: add.connector,
            method: method.id.clone(),
            fields,
            secrets,
        };
        let id = new.id;
        match self.db.create_connection(new).await {
            Err(store::Error::Taken(_)) => {
                return Err(Error::conflict(
                    format!("there is already a connection \"{}\"", add.name),
                    format!("подключение «{}» уже есть", add.name),
                ));
            }
            other => other?,
        }
        Ok(self.connection(&id.to_string()).await?.view())
    }

    pub async fn connections(&self) -> Result<Vec<ConnectionView>, Error> {
        Ok(self.db.connections(self.workspace).await?.iter().map(Connection::view).collect())
    }

    /// A connection by its id or name.
    pub async fn connection(&self, name_or_id: &str) -> Result<Connection, Error> {
        let c = self.find_connection(name_or_id).await?;
        c.ok_or_else(|| Error::missing("connection", name_or_id))
    }

    /// Asks the service whether the credentials work, keeps the answer, and wakes the runs that
    /// waited for the connection when it does.
    pub async fn test_connection(&self, name_or_id: &str) -> Result<Tested, Error> {
        let c = self.connection(name_or_id).await?;
        let connector = self
            .registry
            .latest(&c.connector)
            .ok_or_else(|| Error::missing("connector", &c.connector))?;
        let tried = match self.fresh(c.clone()).await {
            Ok(c) => self.outbound.test_connection(connector, &c).await,
            Err(e) => Err((e, Vec::new())),
        };
        let (tested, state, note) = match tried {
            Ok(t) => {
                let label = Some(t.label);
                let tested = Tested { ok: true, label: label.clone(), error: None };
                (tested, ConnectionState::Working, label)
            }
            Err((e, _)) => {
                let note = Some(e.text().kept());
                // A service that is down says nothing about the credentials.
                let state = match e.side {
                    domain::Side::Access => ConnectionState::Broken,
                    _ => c.state,
                };
                (Tested { ok: false, label: None, error: Some(e) }, state, note)
            }
        };
        self.db.set_connection_state(ConnectionStateChange { id: c.id, state, note }).await?;
        if tested.ok {
            self.db.wake_connection(c.id).await?;
        }
        Ok(tested)
    }
}

pub(super) type Values = (BTreeMap<String, String>, BTreeMap<String, Secret>);

/// Checks given values against the method's fields, takes defaults and generates secrets.
pub(super) fn checked(
    specs: &[FieldSpec],
    mut given: BTreeMap<String, String>,
    mut given_secrets: BTreeMap<String, Secret>,
) -> Result<Values, Error> {
    let (mut fields, mut secrets) = (BTreeMap::new(), BTreeMap::new());
    for spec in specs {
        let key = &spec.key;
        if spec.secret {
            let value = given_secrets
                .remove(key)
                .or_else(|| given.remove(key).map(Secret::new))
                .or_else(|| spec.generate.map(|n| Secret::new(ids::random_text(n as usize))));
            match value {
                Some(v) if !v.is_empty() => {
                    fits(spec, v.expose())?;
                    secrets.insert(key.clone(), v);
                }
                _ if spec.required => return Err(required(key, true)),
                _ => {}
            }
            continue;
        }
        let default =
            spec.default.as_ref().map(|d| d.as_str().map_or_else(|| d.to_string(), str::to_owned));
        match given.remove(key).or(default) {
            Some(v) if !v.is_empty() => {
                fits(spec, &v)?;
                fields.insert(key.clone(), v);
            }
            _ if spec.required => return Err(required(key, false)),
            _ => {}
        }
    }
    own_limits(&mut given, &mut fields)?;
    match given.keys().chain(given_secrets.keys()).next() {
        None => Ok((fields, secrets)),
        Some(extra) => {
            let near = domain::problem::nearest(extra, specs.iter().map(|s| s.key.as_str()));
            let (hint, meant) = hints(near);
            Err(Error::bad(
                format!("unknown field \"{extra}\"{hint}"),
                format!("неизвестное поле «{extra}»{meant}"),
            ))
        }
    }
}

/// Limits that any connection may have: how often and how many at once the service may be called.
fn own_limits(
    given: &mut BTreeMap<String, String>,
    fields: &mut BTreeMap<String, String>,
) -> Result<(), Error> {
    let bad = |e: domain::outcome::StepError| Error::refusal(Code::BadRequest, e.text());
    if let Some(v) = given.remove(limits::RATE_FIELD).filter(|v| !v.is_empty()) {
        limits::rate(&v).map_err(bad)?;
        fields.insert(limits::RATE_FIELD.to_owned(), v);
    }
    if let Some(v) = given.remove(limits::CONCURRENT_FIELD).filter(|v| !v.is_empty()) {
        limits::concurrent(&v).map_err(bad)?;
        fields.insert(limits::CONCURRENT_FIELD.to_owned(), v);
    }
    Ok(())
}

/// What was probably meant, in both languages.
fn hints(near: Option<&str>) -> (String, String) {
    match near {
        Some(n) => (format!(", did you mean \"{n}\"?"), format!(", может быть, «{n}»?")),
        None => (String::new(), String::new()),
    }
}

fn required(key: &str, secret: bool) -> Error {
    let how =
        if secret { format!("--secret-file {key}=FILE") } else { format!("--set {key}=VALUE") };
    Error::bad(
        format!("the field \"{key}\" is required: {how}"),
        format!("поле «{key}» обязательно: {how}"),
    )
}

/// Never repeats the value: it may be a secret.
fn fits(spec: &FieldSpec, value: &str) -> Result<(), Error> {
    let key = &spec.key;
    if value.contains(['\r', '\n', '\0']) && spec.kind != domain::field::FieldType::Text {
        return Err(Error::bad(
            format!("the field \"{key}\" must be one line"),
            format!("поле «{key}» — в одну строку"),
        ));
    }
    if let Some(p) = &spec.pattern
        && !mapping::moment::fits_pattern(p, value)
    {
        return Err(Error::bad(
            format!("the field \"{key}\" does not have the form {p}"),
            format!("поле «{key}» не вида {p}"),
        ));
    }
    if !spec.options.is_empty()
        && !spec.custom
        && !spec.options.iter().any(|o| o.as_str().is_some_and(|o| o == value))
    {
        let known: Vec<String> = spec.options.iter().map(ToString::to_string).collect();
        let known = known.join(", ");
        return Err(Error::bad(
            format!("the field \"{key}\" must be one of {known}"),
            format!("поле «{key}» — одно из: {known}"),
        ));
    }
    Ok(())
}
