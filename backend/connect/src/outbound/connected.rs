//! What is asked of a service while a person builds a flow: does the connection work, which
//! options does a field have, which fields has an object.

use std::collections::BTreeMap;

use domain::connection::Connection;
use domain::field::FieldSpec;
use domain::ids::FlowId;
use domain::ids::RunId;
use domain::journal::Exchange;
use domain::limits::LOOKUP_ITEMS;
use domain::outcome::{Outcome, StepError};
use domain::{Code, Secret, Text};
use futures::future::BoxFuture;
use mapping::Context;
use serde_json::{Map, Value, json};

use super::driver::{Driver, Ended, Gave, Turn};
use super::form::plain;
use super::prepare::Base;
use super::scrub::Scrub;
use super::view::{self, Conn};
use super::{Choice, File, Files, Outbound, RunInfo, Tested};
use crate::manifest::Field;
use crate::registry::Connector;
use crate::registry::compiled::Lookup;
use crate::template::{Look, Uuids, rfc3339};

/// Calls made for a person send no files.
pub struct NoFiles;

impl Files for NoFiles {
    fn read<'a>(&'a self, _: &'a Value) -> BoxFuture<'a, Result<File, StepError>> {
        let error = StepError::new(
            Code::FieldInvalid,
            ("no file can be sent here", "здесь нельзя отправить файл"),
        );
        Box::pin(async move { Err(error) })
    }
}

impl Outbound {
    /// Proves that a connection works, and gives its name at the service.
    ///
    /// # Errors
    /// The service refuses the credentials or cannot be reached; the calls made come along.
    pub async fn test_connection(
        &self,
        c: &Connector,
        con: &Connection,
    ) -> Result<Tested, (StepError, Vec<Exchange>)> {
        if let Some(native) = crate::native::tester(&c.name) {
            return native.test(self, c, con).await;
        }
        let Some(method) = c.method(Some(&con.method)) else {
            let message = (
                format!("{} has no way to connect named \"{}\"", c.name, con.method),
                format!("у {} нет способа подключения «{}»", c.name, con.method),
            );
            return Err((StepError::new(Code::FieldInvalid, message), Vec::new()));
        };
        let Some(test) = &method.test else {
            return Ok(Tested { label: con.name.clone(), exchanges: Vec::new() });
        };
        let (info, run) = self.person();
        let conn = Conn::new(Some(con), &run, info.now);
        let mut driver = self.asking(c, Some(con), &conn, &info);
        let mut context = conn.real.clone();
        let turn = Turn {
            call: test,
            context: &mut context,
            masked: Some(&conn.masked),
            key: info.key,
            idempotency: None,
            finds: false,
        };
        match driver.run(turn).await {
            Ok(Gave::Output(output)) => {
                let label = label(method.label.as_ref(), con, &conn.open, &output, &driver);
                Ok(Tested { label, exchanges: driver.exchanges })
            }
            Ok(Gave::Nothing(e)) => Err((e, driver.exchanges)),
            Err(outcome) => Err((error_of(outcome), driver.exchanges)),
        }
    }

    /// The options that a lookup gives.
    ///
    /// # Errors
    /// There is no such lookup, or the service does not answer it.
    pub async fn options(
        &self,
        c: &Connector,
        con: &Connection,
        lookup: &str,
        params: &Map<String, Value>,
        search: &str,
    ) -> Result<Vec<Choice>, StepError> {
        let found = find(c, lookup)?;
        let items = self.items(c, con, found, params, search).await?;
        let uuids = Uuids::new(lookup);
        let now = self.config.clock.now();
        uuids.env(now, "UTC", |env| {
            let mut choices = Vec::with_capacity(items.len());
            for item in items {
                let context = Context::new(json!({ "item": item, "params": params }));
                let look = Look { context: &context, env };
                let Some(value) = found.value.as_ref().map(|t| t.value(&look)).transpose()? else {
                    break;
                };
                let label = found.label.as_ref().map(|t| t.text(&look)).transpose()?;
                let label = label.map(|l| l.trim().to_owned()).filter(|l| !l.is_empty());
                if !value.is_null() {
                    choices.push(Choice { label: label.unwrap_or_else(|| plain(&value)), value });
                }
            }
            Ok(choices)
        })
    }

    /// The fields that a lookup gives.
    ///
    /// # Errors
    /// There is no such lookup, the service does not answer it, or an item makes no field.
    pub async fn dynamic_fields(
        &self,
        c: &Connector,
        con: &Connection,
        lookup: &str,
        params: &Map<String, Value>,
    ) -> Result<Vec<FieldSpec>, StepError> {
        let found = find(c, lookup)?;
        let items = self.items(c, con, found, params, "").await?;
        let uuids = Uuids::new(lookup);
        let now = self.config.clock.now();
        uuids.env(now, "UTC", |env| {
            let mut fields = Vec::with_capacity(items.len());
            for item in items {
                let context = Context::new(json!({ "item": item, "params": params }));
                let Some(tree) = &found.field else { break };
                let field = tree.render(&Look { context: &context, env })?;
                let field: Field =
                    serde_json::from_value(field.unwrap_or(Value::Null)).map_err(|e| {
                        let en = format!("a field of the service is not understood: {e}");
                        let ru = format!("поле сервиса не понято: {e}");
                        StepError::new(Code::RemoteUnreadable, (en, ru))
                    })?;
                fields.push(field.spec(&c.manifest.types));
            }
            Ok(fields)
        })
    }

    async fn items(
        &self,
        c: &Connector,
        con: &Connection,
        lookup: &Lookup,
        params: &Map<String, Value>,
        search: &str,
    ) -> Result<Vec<Value>, StepError> {
        let (info, run) = self.person();
        let conn = Conn::new(Some(con), &run, info.now);
        let mut driver = self.asking(c, Some(con), &conn, &info);
        let mut context = Context::new(json!({
            "params": params,
            "search": search,
            "conn": conn.open,
            "now": rfc3339(info.now),
        }));
        let turn = Turn {
            call: &lookup.call,
            context: &mut context,
            masked: None,
            key: info.key,
            idempotency: None,
            finds: true,
        };
        let mut items = match driver.run(turn).await {
            Ok(Gave::Output(Value::Array(items))) => items,
            Ok(Gave::Output(Value::Object(map))) => map.into_iter().map(|(_, v)| v).collect(),
            Ok(_) => Vec::new(),
            Err(outcome) => return Err(error_of(outcome)),
        };
        items.truncate(LOOKUP_ITEMS);
        Ok(items)
    }

    /// A run that is none: a person asks.
    pub(super) fn person(&self) -> (RunInfo<'static>, Value) {
        let info = RunInfo {
            key: "person",
            attempt: 1,
            run: RunId(uuid::Uuid::nil()),
            flow: FlowId(uuid::Uuid::nil()),
            step: "",
            now: self.config.clock.now(),
            timezone: "UTC",
            hops: 0,
        };
        (info, view::run(&info))
    }

    pub(super) fn asking<'d>(
        &'d self,
        c: &'d Connector,
        con: Option<&'d Connection>,
        conn: &'d Conn,
        info: &RunInfo<'d>,
    ) -> Driver<'d> {
        static NONE: BTreeMap<String, Secret> = BTreeMap::new();
        Driver {
            out: self,
            base: Base {
                connector: c,
                method: con.and_then(|con| c.method(Some(&con.method))),
                conn,
                moved_to: self.config.base_urls.get(&c.name),
                allow_networks: &self.config.allow_networks,
                hops: 0,
                timeout: None,
            },
            scrub: Scrub::new(view::secrets(con, &NONE)),
            files: &NoFiles,
            now: info.now,
            timezone: info.timezone,
            exchanges: Vec::new(),
            sent: false,
        }
    }
}

fn find<'c>(c: &'c Connector, lookup: &str) -> Result<&'c Lookup, StepError> {
    c.lookup(lookup).ok_or_else(|| {
        let en = format!("{} has no lookup \"{lookup}\"", c.name);
        let ru = format!("у {} нет справочника «{lookup}»", c.name);
        StepError::new(Code::NotFound, (en, ru))
    })
}

/// The name of a connection at its service; `open` is what may be shown of it.
fn label(
    template: Option<&crate::template::Text>,
    con: &Connection,
    open: &Value,
    said: &Value,
    driver: &Driver<'_>,
) -> String {
    let context = Context::new(json!({ "conn": open, "test": said }));
    let text = template.and_then(|t| {
        Uuids::new("label")
            .env(driver.now, driver.timezone, |env| t.text(&Look { context: &context, env }).ok())
    });
    let text = text.map(|t| driver.scrub.clean(t.trim().to_owned())).filter(|t| !t.is_empty());
    text.unwrap_or_else(|| con.name.clone())
}

fn error_of(outcome: Ended) -> StepError {
    match outcome {
        Outcome::Done { .. } => {
            StepError::new(Code::Internal, ("done is no error", "успех — не ошибка"))
        }
        Outcome::Skipped { message } => StepError::new(Code::RemoteRefused, Text::said(message)),
        Outcome::Retry { error, .. }
        | Outcome::Limited { error, .. }
        | Outcome::Wait { error, .. }
        | Outcome::Fail { error }
        | Outcome::Auth { error }
        | Outcome::Unknown { error } => error,
    }
}
