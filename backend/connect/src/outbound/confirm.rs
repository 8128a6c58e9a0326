//! Calls for the proof of a delivery: a public key by its address, and the question to the sender.

use std::collections::BTreeMap;

use bytes::Bytes;
use domain::connection::Connection;
use domain::journal::LoggedRequest;
use domain::limits::{CONFIRM_TIMEOUT, KEY_BYTES};
use domain::outcome::{Outcome, StepError};
use domain::secret::MASK;
use domain::{Code, Secret};
use http::{HeaderMap, Method};
use mapping::Context;
use serde_json::{Value, json};

use super::driver::{Gave, Turn};
use super::view::Conn;
use super::{Outbound, test};
use crate::http::{Body, HostRule, Prepared, SendError};
use crate::registry::{Connector, Trigger};
use crate::template::{Look, Uuids, rfc3339};

/// Why a key is not there.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("the address of a key is no address")]
    Address,
    #[error("a key could not be fetched: {0}")]
    Send(#[from] SendError),
    #[error("a key could not be fetched: status {0}")]
    Status(u16),
}

/// A question to the sender of a delivery.
pub struct Confirming<'a> {
    pub connector: &'a Connector,
    pub trigger: &'a Trigger,
    pub connection: Option<&'a Connection>,
    /// What the call's templates see, with secrets.
    pub context: Context,
    /// The secrets among them.
    pub secrets: &'a BTreeMap<String, Secret>,
}

impl Outbound {
    /// The text at the address of a public key or set of keys.
    ///
    /// # Errors
    /// It cannot be had now.
    pub async fn key(&self, url: &str, hosts: Vec<String>) -> Result<Bytes, KeyError> {
        let parsed: url::Url = url.parse().map_err(|_| KeyError::Address)?;
        let prepared = Prepared {
            method: Method::GET,
            url: parsed,
            headers: HeaderMap::new(),
            body: Body::Empty,
            timeout: CONFIRM_TIMEOUT,
            max_response: KEY_BYTES,
            follow: true,
            host_rule: HostRule::Only(hosts),
            masked: LoggedRequest {
                method: "GET".into(),
                url: url.into(),
                ..LoggedRequest::default()
            },
        };
        let answer = self.sender.send(&prepared).await?;
        if answer.status == 200 { Ok(answer.body) } else { Err(KeyError::Status(answer.status)) }
    }

    /// Whether the sender says that it sent a delivery.
    ///
    /// # Errors
    /// It cannot be asked now.
    pub async fn confirm(&self, a: Confirming<'_>) -> Result<bool, StepError> {
        let Some((call, ok)) = &a.trigger.calls.callback else { return Ok(false) };
        let (info, run) = self.person();
        let conn = Conn::new(a.connection, &run, info.now);
        let mut driver = self.asking(a.connector, a.connection, &conn, &info);
        for secret in a.secrets.values() {
            driver.scrub.add(secret.expose());
        }
        let mut context = a.context;
        context.set("conn", conn.open.clone());
        context.set("now", rfc3339(info.now).into());
        let masked = masked(&context);
        let turn = Turn {
            call,
            context: &mut context,
            masked: Some(&masked),
            key: info.key,
            idempotency: None,
            finds: true,
        };
        let said = match driver.run(turn).await {
            Ok(Gave::Output(said)) => said,
            Ok(Gave::Nothing(_)) | Err(Outcome::Fail { .. }) => return Ok(false),
            Err(outcome) => {
                let lost = || StepError::new(Code::RemoteUnavailable, ("no answer", "ответа нет"));
                return Err(outcome.error().cloned().unwrap_or_else(lost));
            }
        };
        let context = Context::new(json!({ "res": { "body": said } }));
        let uuids = Uuids::new("callback");
        Ok(uuids.env(info.now, info.timezone, |env| {
            test::holds_for(ok, &said, &Look { context: &context, env })
        }))
    }
}

/// The context for the log: every setting and secret of the flow is masked.
pub(super) fn masked(context: &Context) -> Context {
    let mut masked = context.clone();
    for root in ["input", "hook", "app"] {
        if let Some(Value::Object(map)) = context.get(root) {
            let hidden = map.keys().map(|k| (k.clone(), Value::from(MASK))).collect();
            masked.set(root, Value::Object(hidden));
        }
    }
    masked
}
