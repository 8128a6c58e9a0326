//! Calls with everything around them.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use domain::clock::ManualClock;
use domain::connection::{Connection, ConnectionState};
use domain::ids::{ConnectionId, FlowId, RunId, WorkspaceId};
use domain::outcome::StepError;
use domain::{Code, Secret, Time};
use futures::future::BoxFuture;
use serde_json::Value;

use crate::outbound::{Call, Executed, File, Files, Outbound, OutboundConfig, RunInfo};
use crate::registry::Registry;

/// 2024-11-15 20:12:01.5 UTC.
pub const NOW: Time = Time(1_731_701_521_500_000);
pub const KEY: &str = "k3yk3yk3yk3yk3yk3yk3yk3yk3";

/// One file, whatever is asked for.
pub struct OneFile;

impl Files for OneFile {
    fn read<'a>(&'a self, handle: &'a Value) -> BoxFuture<'a, Result<File, StepError>> {
        let found = handle.get("id").is_some();
        Box::pin(async move {
            if !found {
                return Err(StepError::new(Code::FieldInvalid, ("not a file", "это не файл")));
            }
            Ok(File {
                bytes: "содержимое".into(),
                name: "счёт.pdf".to_owned(),
                mime: "application/pdf".to_owned(),
            })
        })
    }
}

/// A process with an opened 127.0.0.0/8.
pub struct Bench {
    pub out: Outbound,
    pub clock: Arc<ManualClock>,
}

/// Read once: compiling the connectors takes a while.
static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::builtin);

impl Bench {
    pub fn new() -> Bench {
        Bench::opened(&["127.0.0.0/8"])
    }

    pub fn opened(networks: &[&str]) -> Bench {
        Bench::with(networks, None)
    }

    pub fn with(networks: &[&str], roots: Option<String>) -> Bench {
        let clock = ManualClock::at(NOW);
        let out = Outbound::new(OutboundConfig {
            allow_networks: networks.iter().map(|n| n.parse().unwrap()).collect(),
            base_urls: HashMap::new(),
            extra_roots_pem: roots,
            clock: clock.clone(),
        })
        .unwrap();
        Bench { out, clock }
    }

    pub async fn run(&self, action: &str, con: Option<&Connection>, input: Value) -> Executed {
        let (connector, action) = action.split_once('.').unwrap();
        let connector = REGISTRY.latest(connector).unwrap();
        let secrets = BTreeMap::new();
        let call = Call {
            connector,
            action: connector.action(action).unwrap(),
            input,
            secrets: &secrets,
            connection: con,
            run: RunInfo {
                key: KEY,
                attempt: 1,
                run: RunId::new(NOW),
                flow: FlowId::new(NOW),
                step: "s",
                now: NOW,
                timezone: "UTC",
                hops: 4,
            },
            done_calls: None,
            files: &OneFile,
            timeout: None,
        };
        self.out.execute(call).await
    }
}

pub fn connection(method: &str, fields: &[(&str, &str)], secrets: &[(&str, &str)]) -> Connection {
    Connection {
        id: ConnectionId::new(NOW),
        workspace: WorkspaceId::new(NOW),
        name: "mine".to_owned(),
        connector: "any".to_owned(),
        method: method.to_owned(),
        fields: fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        secrets: secrets.iter().map(|(k, v)| ((*k).to_owned(), Secret::new(*v))).collect(),
        state: ConnectionState::Working,
        note: None,
        generation: 1,
        tokens: None,
    }
}

/// A receiver that answers with what it was sent.
pub async fn echo() -> crate::http::tests::server::Server {
    crate::http::tests::server::Server::replying("127.0.0.1", |request| {
        format!(
            "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n\r\n{request}",
            request.len()
        )
    })
    .await
}

/// What the echo was sent.
pub fn seen(executed: &Executed) -> String {
    match &executed.outcome {
        domain::outcome::Outcome::Done { output } => output["body"].as_str().unwrap().to_owned(),
        other => panic!("{other:?}"),
    }
}
