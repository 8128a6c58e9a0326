//! The server's own messages: letters over its mail server, messages of a workspace's bot, signed
//! or plain requests. Each goes through the connectors, so through the guard of addresses.

use std::collections::BTreeMap;

use connect::outbound::{Call, File, Files, Outbound, RunInfo};
use connect::registry::Registry;
use domain::connection::{Connection, ConnectionState};
use domain::ids::{ConnectionId, FlowId, RunId, WorkspaceId};
use domain::outcome::StepError;
use domain::settings::Mail;
use domain::{Code, Secret, Time};
use futures::future::BoxFuture;
use serde_json::{Value, json};

/// A mail server with its password.
#[derive(Clone, Debug)]
pub struct MailServer {
    pub mail: Mail,
    pub password: Option<Secret>,
}

/// Sends messages of the server itself.
pub struct Post<'a> {
    pub outbound: &'a Outbound,
    pub registry: &'a Registry,
    pub workspace: WorkspaceId,
    pub now: Time,
    /// The same for every try.
    pub key: &'a str,
}

struct NoFiles;

impl Files for NoFiles {
    fn read<'a>(&'a self, _: &'a Value) -> BoxFuture<'a, Result<File, StepError>> {
        let error = StepError::new(
            Code::FieldInvalid,
            ("no file can be sent here", "здесь нельзя отправить файл"),
        );
        Box::pin(async move { Err(error) })
    }
}

impl Post<'_> {
    /// Sends a letter.
    pub async fn letter(
        &self,
        server: &MailServer,
        to: &str,
        subject: &str,
        text: &str,
    ) -> Result<(), StepError> {
        let m = &server.mail;
        let mut fields = BTreeMap::from([
            ("host".to_owned(), m.host.clone()),
            ("port".to_owned(), m.port.to_string()),
            ("security".to_owned(), m.security.clone()),
            ("from".to_owned(), m.from.clone()),
        ]);
        let mut secrets = BTreeMap::new();
        if let Some(password) = server.password.clone().filter(|_| !m.user.is_empty()) {
            fields.insert("username".into(), m.user.clone());
            secrets.insert("password".into(), password);
        }
        let connection = self.connection("email", "smtp", fields, secrets);
        let input = json!({ "to": to, "subject": subject, "text": text });
        self.call("email", "send", Some(&connection), input).await
    }

    /// Writes to a chat through the bot of a connection.
    pub async fn chat(&self, bot: &Connection, chat: &str, text: &str) -> Result<(), StepError> {
        let input = json!({ "chat_id": chat, "text": text });
        self.call("telegram", "send_message", Some(bot), input).await
    }

    /// Sends a signed event (Standard Webhooks).
    pub async fn event(
        &self,
        url: &str,
        secret: &Secret,
        kind: &str,
        payload: &Value,
    ) -> Result<(), StepError> {
        let fields = BTreeMap::from([("url".to_owned(), url.to_owned())]);
        let secrets = BTreeMap::from([("secret".to_owned(), secret.clone())]);
        let connection = self.connection("webhook_out", "signed", fields, secrets);
        let input = json!({ "type": kind, "payload": payload });
        self.call("webhook_out", "send", Some(&connection), input).await
    }

    fn connection(
        &self,
        connector: &str,
        method: &str,
        fields: BTreeMap<String, String>,
        secrets: BTreeMap<String, Secret>,
    ) -> Connection {
        Connection {
            id: ConnectionId::new(self.now),
            workspace: self.workspace,
            name: "settings".into(),
            connector: connector.into(),
            method: method.into(),
            fields,
            secrets,
            state: ConnectionState::Working,
            note: None,
            generation: 0,
            tokens: None,
        }
    }

    async fn call(
        &self,
        connector: &str,
        action: &str,
        connection: Option<&Connection>,
        input: Value,
    ) -> Result<(), StepError> {
        let missing = || {
            let en = format!("the connector \"{connector}\" is not installed");
            let ru = format!("коннектор «{connector}» не установлен");
            StepError::new(Code::ConnectorMissing, (en, ru))
        };
        let connector = self.registry.latest(connector).ok_or_else(missing)?;
        let action = connector.action(action).ok_or_else(missing)?;
        let nothing = BTreeMap::new();
        let executed = self
            .outbound
            .execute(Call {
                connector,
                action,
                input,
                secrets: &nothing,
                connection,
                run: RunInfo {
                    key: self.key,
                    attempt: 1,
                    run: RunId::new(self.now),
                    flow: FlowId::new(self.now),
                    step: "alert",
                    now: self.now,
                    timezone: "UTC",
                    hops: 0,
                },
                done_calls: None,
                files: &NoFiles,
                timeout: None,
            })
            .await;
        executed.outcome.error().map_or(Ok(()), |e| Err(e.clone()))
    }
}
