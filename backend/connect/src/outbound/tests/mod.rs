//! A small connector, a service that answers by a script, and what the tests ask of them.

mod answers;
mod calls;
mod injection;
mod rules;
mod secrets;
mod services;
mod signing;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri};
use domain::clock::ManualClock;
use domain::connection::{Connection, ConnectionState};
use domain::ids::{ConnectionId, FlowId, RunId, WorkspaceId};
use domain::outcome::{Outcome, StepError};
use domain::{Code, Secret, Time};
use futures::future::BoxFuture;
use mapping::Context;
use serde_json::{Value, json};

use super::prepare::{Base, Request, prepare};
use super::view::{self, Conn};
use super::*;
use crate::http::Prepared;
use crate::registry::compiled::Plan;
use crate::registry::{Connector, Registry};
use crate::template::Uuids;

pub const NOW: Time = Time(1_700_000_000_000_000);
pub const SECRET: &str = "s3cr3t-planted+/=";

/// Files of the tests: the handle's `id` is the content.
pub struct TestFiles;

impl Files for TestFiles {
    fn read<'a>(&'a self, handle: &'a Value) -> BoxFuture<'a, Result<File, StepError>> {
        let text = |k: &str| handle[k].as_str().unwrap_or_default().to_owned();
        let file = match handle["id"].as_str() {
            Some(id) => Ok(File {
                bytes: Bytes::from(id.to_owned()),
                name: text("name"),
                mime: text("mime"),
            }),
            None => Err(StepError::new(Code::FieldInvalid, ("no file", "нет файла"))),
        };
        Box::pin(async move { file })
    }
}

/// A manifest around one action, with a connection that has a secret.
pub fn manifest(action: &str) -> String {
    format!(
        r#"
sdk: 1
name: acme
version: 1.0.0
display: {{title: Acme, description: Test}}
hosts: ["{{{{conn.host}}}}"]
connection:
  methods:
    - id: key
      title: Key
      kind: api_key
      fields:
        - {{key: host, pattern: "^[a-z0-9.]+$"}}
        - {{key: token, secret: true}}
      base_url: https://{{{{conn.host}}}}/rest/1/{{{{conn.token}}}}
      apply: {{headers: {{X-Token: "k {{{{conn.token}}}}"}}, query: {{auth: "{{{{conn.token}}}}"}}}}
      test: {{url: /me, query: {{also: "{{{{conn.token}}}}"}}}}
      label: "{{{{conn.host}}}} {{{{test.name}}}}"
    - id: basic
      title: Basic
      kind: basic
      fields: [{{key: host, pattern: "^[a-z0-9.]+$"}}, {{key: user}}, {{key: token, secret: true}}]
      base_url: https://{{{{conn.host}}}}
      apply: {{basic: ["{{{{conn.user}}}}", "{{{{conn.token}}}}"]}}
    - id: bearer
      title: Bearer
      kind: bearer
      fields: [{{key: host, pattern: "^[a-z0-9.]+$"}}, {{key: token, secret: true}}]
      base_url: https://{{{{conn.host}}}}
{action}"#
    )
}

pub fn connector(action: &str) -> Connector {
    let text = manifest(action);
    Connector::read("acme/connector.yaml", &text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

/// An action `do` with one input field `x` of any kind and this call, in flow style.
pub fn with_call(call: &str) -> Connector {
    connector(&format!(
        "actions:\n  do:\n    title: Do\n    input: [{{key: x, type: any}}, {{key: y, type: any}}]\n    call: {call}\n"
    ))
}

pub fn connection(
    connector: &str,
    method: &str,
    fields: &[(&str, &str)],
    secrets: &[(&str, &str)],
) -> Connection {
    let own = |(k, v): &(&str, &str)| ((*k).to_owned(), (*v).to_owned());
    Connection {
        id: ConnectionId::new(NOW),
        workspace: WorkspaceId::DEFAULT,
        name: "mine".into(),
        connector: connector.into(),
        method: method.into(),
        fields: fields.iter().map(own).collect(),
        secrets: secrets.iter().map(|(k, v)| ((*k).to_owned(), Secret::new(*v))).collect(),
        state: ConnectionState::New,
        note: None,
        generation: 1,
        tokens: None,
    }
}

pub fn acme(method: &str) -> Connection {
    let fields = [("host", "api.acme.test"), ("user", "anna")];
    connection("acme", method, &fields, &[("token", SECRET)])
}

pub fn info() -> RunInfo<'static> {
    RunInfo {
        key: "RUNKEY",
        attempt: 1,
        run: RunId::new(NOW),
        flow: FlowId::new(NOW),
        step: "lead",
        now: NOW,
        timezone: "UTC",
        hops: 2,
    }
}

/// The request that the action `do` makes of an input.
pub fn request(connector: &Connector, method: &str, input: Value) -> Result<Prepared, StepError> {
    request_of(connector, &acme(method), input)
}

/// The same with another connection.
pub fn request_of(
    connector: &Connector,
    con: &Connection,
    input: Value,
) -> Result<Prepared, StepError> {
    let info = info();
    let run = view::run(&info);
    let conn = Conn::new(Some(con), &run, NOW);
    let action = connector.action("do").unwrap();
    let Plan::Call(call) = &action.plan else { panic!("one call") };
    let base = Base {
        connector,
        method: connector.method(Some(&con.method)),
        conn: &conn,
        moved_to: None,
        allow_networks: &[],
        hops: info.hops,
        timeout: None,
    };
    let mut context = Context::new(json!({"conn": conn.open, "run": run}));
    context.set("input", input);
    Uuids::new(info.key).env(NOW, "UTC", |env| {
        let request = Request {
            call,
            context: &context,
            masked: None,
            files: &[],
            idempotency: action.idempotency.as_ref().map(|i| (i, info.key)),
            puts: &[],
            at: NOW,
        };
        prepare(&base, &request, env)
    })
}

/// The body of a request that has one.
pub fn body(p: &Prepared) -> String {
    match &p.body {
        crate::http::Body::Bytes(b) => String::from_utf8(b.to_vec()).unwrap(),
        _ => String::new(),
    }
}

/// What a service saw of one request.
#[derive(Clone, Debug)]
pub struct Seen {
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: String,
}

impl Seen {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A service that gives its answers in turn, then 200.
pub struct Service {
    pub out: Outbound,
    pub seen: Arc<Mutex<Vec<Seen>>>,
}

/// One answer: status, content type, more headers, body.
pub type Say = (u16, &'static [(&'static str, &'static str)], String);

pub fn say(status: u16, body: &Value) -> Say {
    (status, &[("content-type", "application/json")], body.to_string())
}

impl Service {
    pub async fn start(connector: &str, script: Vec<Say>) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let script = Arc::new(Mutex::new(script.into_iter()));
        let log = seen.clone();
        let app = axum::Router::new().fallback(move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let body = String::from_utf8_lossy(&body).into_owned();
            log.lock().unwrap().push(Seen { uri, headers, body });
            let next = script.lock().unwrap().next().unwrap_or((200, &[], String::new()));
            async move {
                let mut head = HeaderMap::new();
                for (k, v) in next.1 {
                    head.insert(*k, v.parse().unwrap());
                }
                (StatusCode::from_u16(next.0).unwrap(), head, next.2)
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await });
        let out = Outbound::new(OutboundConfig {
            allow_networks: vec!["127.0.0.0/8".parse().unwrap()],
            base_urls: HashMap::from([(connector.to_owned(), base)]),
            extra_roots_pem: None,
            clock: ManualClock::at(NOW),
        });
        Self { out: out.unwrap(), seen }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub async fn run(
        &self,
        c: &Connector,
        con: &Connection,
        action: &str,
        input: Value,
    ) -> Executed {
        self.again(c, con, action, input, None).await
    }

    pub async fn again(
        &self,
        c: &Connector,
        con: &Connection,
        action: &str,
        input: Value,
        done: Option<&Value>,
    ) -> Executed {
        self.out.execute(call(c, con, action, input, done)).await
    }
}

pub fn call<'a>(
    connector: &'a Connector,
    connection: &'a Connection,
    action: &str,
    input: Value,
    done_calls: Option<&'a Value>,
) -> Call<'a> {
    static NONE: BTreeMap<String, Secret> = BTreeMap::new();
    Call {
        connector,
        action: connector.action(action).unwrap(),
        input,
        secrets: &NONE,
        connection: Some(connection),
        run: info(),
        done_calls,
        files: &TestFiles,
        timeout: None,
    }
}

pub fn builtin(name: &str) -> Arc<Connector> {
    Registry::builtin().latest(name).unwrap().clone()
}

pub fn done(e: &Executed) -> &Value {
    match &e.outcome {
        Outcome::Done { output } => output,
        other => panic!("{other:?}"),
    }
}
