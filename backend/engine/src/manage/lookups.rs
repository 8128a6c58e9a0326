//! Options and fields that a service is asked for while a person builds a step.

use connect::manifest::{self, LookupRef};
use connect::outbound::Choice;
use connect::registry::Connector;
use domain::field::FieldSpec;
use domain::ids::ConnectionId;
use domain::outcome::StepError;
use domain::{Lang, Side, Text};
use mapping::ValueTemplate;
use serde_json::{Map, Value, json};

use super::{Error, Manage};

/// Which action's field asks.
#[derive(Clone, Debug)]
pub struct Asking {
    pub connector: String,
    /// The newest when absent.
    pub version: Option<String>,
    pub connection: ConnectionId,
}

impl Manage {
    /// The options that a lookup gives. `params` are its parameters.
    pub async fn options(
        &self,
        of: &Asking,
        lookup: &str,
        params: &Map<String, Value>,
        search: &str,
    ) -> Result<Vec<Choice>, Error> {
        let (c, connection) = self.asked(of).await?;
        let connection = self.fresh(connection).await.map_err(|e| Error::Untested(Box::new(e)))?;
        known(&c, lookup)?;
        let found = self.outbound.options(&c, &connection, lookup, params, search).await;
        found.map_err(|e| refused(e, of.connection))
    }

    /// The fields of an action or trigger that its service adds, by the key of the field that they
    /// belong to. `input` is what is filled in so far.
    pub async fn dynamic_fields(
        &self,
        of: &Asking,
        action: &str,
        input: &Map<String, Value>,
    ) -> Result<Vec<(String, Vec<FieldSpec>)>, Error> {
        let (c, connection) = self.asked(of).await?;
        let connection = self.fresh(connection).await.map_err(|e| Error::Untested(Box::new(e)))?;
        let fields = match (c.action(action), c.trigger(action)) {
            (Some(a), _) => &a.manifest.input,
            (None, Some(t)) => &t.manifest.input,
            (None, None) => return Err(Error::missing("action", action)),
        };
        let mut out = Vec::new();
        for (key, from) in asking(fields) {
            if from.depends_on.iter().any(|f| !filled(input.get(f))) {
                continue;
            }
            let params = params(from, input)?;
            let got = self.outbound.dynamic_fields(&c, &connection, &from.name, &params).await;
            out.push((key, got.map_err(|e| refused(e, of.connection))?));
        }
        Ok(out)
    }

    async fn asked(
        &self,
        of: &Asking,
    ) -> Result<(std::sync::Arc<Connector>, domain::connection::Connection), Error> {
        let c = match &of.version {
            Some(v) => self.registry.get(&of.connector, v),
            None => self.registry.latest(&of.connector),
        };
        let c = c.ok_or_else(|| Error::missing("connector", &of.connector))?.clone();
        let connection = self.connection_of(of.connection).await?;
        if connection.connector != c.name {
            let of = &connection.connector;
            return Err(Error::conflict(
                format!("this is a connection of {of}, not of {}", c.name),
                format!("это подключение {of}, а не {}", c.name),
            ));
        }
        Ok((c, connection))
    }
}

/// What the service said; of which connection, where that is at fault.
fn refused(e: StepError, of: ConnectionId) -> Error {
    let e = if e.side == Side::Access { e.of(of) } else { e };
    Error::Untested(Box::new(e))
}

fn known(c: &Connector, lookup: &str) -> Result<(), Error> {
    match c.lookup(lookup) {
        Some(_) => Ok(()),
        None => Err(Error::missing("lookup", lookup)),
    }
}

/// The fields whose children are fetched.
fn asking(fields: &[manifest::Field]) -> impl Iterator<Item = (String, &LookupRef)> {
    fields.iter().filter_map(|f| Some((f.key.clone(), f.fields_from.as_ref()?)))
}

fn filled(v: Option<&Value>) -> bool {
    v.is_some_and(|v| !v.is_null() && v.as_str() != Some(""))
}

/// The parameters of a lookup: templates over what is filled in.
fn params(from: &LookupRef, input: &Map<String, Value>) -> Result<Map<String, Value>, Error> {
    let source = json!(from.params);
    let bad = |e: Text| {
        let (en, ru) = (e.get(Lang::En), e.get(Lang::Ru));
        let name = &from.name;
        Error::bad(format!("the lookup {name}: {en}"), format!("справочник {name}: {ru}"))
    };
    let template = ValueTemplate::parse(&source, false).map_err(|faults| {
        bad(faults.into_iter().next().map(|(_, f)| f.message).unwrap_or_default())
    })?;
    let context = mapping::Context::new(json!({ "input": input }));
    let env = mapping::Env { now: domain::Time(0), timezone: "UTC", uuid: &uuid::Uuid::nil };
    let made = template.render(&context, &env).map_err(|e| bad(e.text()))?;
    Ok(match made {
        Some(Value::Object(map)) => map,
        _ => Map::new(),
    })
}
