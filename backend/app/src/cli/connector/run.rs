//! `zveno connector run`: one real call of a connector, shown without secrets; and the same as a
//! fixture.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use connect::fixture::{self, Eraser};
use connect::outbound::{Outbound, OutboundConfig};
use connect::registry::Connector;
use domain::Secret;
use domain::connection::Connection;
use domain::journal::Exchange;
use engine::clock::SystemClock;
use engine::manage::record::STAND_IN;
use ipnet::IpNet;
use serde_json::{Map, Value, json};

use super::folder::Folder;
use super::out;
use crate::config;
use crate::ops::exit;

#[derive(clap::Args, Clone)]
pub struct Args {
    /// The folder of the connector.
    pub path: PathBuf,
    /// The action; `test` tests the connection, `lookup:NAME` asks a lookup.
    pub what: String,
    /// A YAML file with the connection: method and every field. It is read, never stored.
    #[arg(long)]
    pub conn: Option<PathBuf>,
    /// field=VALUE; a value that is JSON is taken as JSON.
    #[arg(long, short, value_parser = super::super::args::pair)]
    pub input: Vec<(String, String)>,
    /// Private networks that may be reached.
    #[arg(long, value_delimiter = ',')]
    pub networks: Vec<IpNet>,
}

/// What came of a real call.
struct Done {
    exchanges: Vec<Exchange>,
    expect: Value,
    worked: bool,
}

/// Makes the call and shows it.
pub async fn run(a: &Args, json: bool) -> anyhow::Result<ExitCode> {
    let scene = Scene::open(a)?;
    let done = scene.call(a).await?;
    if json {
        out(&json!({ "exchanges": done.exchanges, "result": done.expect }).to_string());
    } else {
        for e in &done.exchanges {
            out(&format!("> {} {}", e.request.method, e.request.url));
            e.request.headers.iter().for_each(|(n, v)| out(&format!("> {n}: {v}")));
            out(&e.request.body);
            if let Some(r) = &e.response {
                out(&format!("< {}", r.status));
                r.headers.iter().for_each(|(n, v)| out(&format!("< {n}: {v}")));
                out(&r.body);
            }
        }
        out(&serde_saphyr::to_string(&done.expect)?);
    }
    Ok(if done.worked { ExitCode::SUCCESS } else { ExitCode::from(exit::FAILED) })
}

/// Makes the call; what it was as a fixture.
pub async fn recorded(a: &Args) -> anyhow::Result<Value> {
    let scene = Scene::open(a)?;
    let done = scene.call(a).await?;
    Ok(scene.fixture(a, &done))
}

struct Scene {
    connector: Connector,
    given: Map<String, Value>,
    connection: Option<Connection>,
    input: Map<String, Value>,
    outbound: Outbound,
}

impl Scene {
    fn open(a: &Args) -> anyhow::Result<Scene> {
        let folder = Folder { path: a.path.clone() };
        let (connector, _) = folder.connector()??;
        let given: Map<String, Value> = match &a.conn {
            Some(file) => {
                let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
                serde_saphyr::from_str(&text).with_context(|| file.display().to_string())?
            }
            None => Map::new(),
        };
        let connection = match &a.conn {
            Some(_) => Some(fixture::connection(&connector, &given).map_err(anyhow::Error::msg)?),
            None => None,
        };
        let value = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| json!(text));
        let input = a.input.iter().map(|(k, v)| (k.clone(), value(v))).collect();
        let outbound = Outbound::new(OutboundConfig {
            allow_networks: a.networks.clone(),
            base_urls: config::base_urls()?,
            extra_roots_pem: None,
            clock: SystemClock::shared(),
        })?;
        Ok(Scene { connector, given, connection, input, outbound })
    }

    async fn call(&self, a: &Args) -> anyhow::Result<Done> {
        let (c, out) = (&self.connector, &self.outbound);
        if a.what == "test" {
            let connection = self.connection.as_ref().context("test needs --conn")?;
            return Ok(match out.test_connection(c, connection).await {
                Ok(t) => Done {
                    exchanges: t.exchanges,
                    expect: json!({ "label": t.label }),
                    worked: true,
                },
                Err((e, exchanges)) => Done {
                    exchanges,
                    expect: json!({ "error": { "message": e.message } }),
                    worked: false,
                },
            });
        }
        if let Some(lookup) = a.what.strip_prefix("lookup:") {
            let connection = self.connection.as_ref().context("a lookup needs --conn")?;
            let found = out.options(c, connection, lookup, &self.input, "").await;
            let options = found.map_err(|e| anyhow::anyhow!(e.message))?;
            return Ok(Done {
                exchanges: Vec::new(),
                expect: json!({ "options": options }),
                worked: true,
            });
        }
        let real = fixture::Real {
            connector: c,
            connection: self.connection.as_ref(),
            input: &self.input,
        };
        let executed = real.execute(out, &a.what).await.map_err(anyhow::Error::msg)?;
        let outcome = &executed.outcome;
        let expect = match (outcome.error(), outcome) {
            (_, domain::outcome::Outcome::Done { output }) => json!({ "output": output }),
            (Some(e), _) => json!({
                "outcome": outcome.word(),
                "error": { "code": e.code.as_str(), "message": e.message, "status": e.status },
            }),
            (None, _) => json!({ "outcome": outcome.word() }),
        };
        let worked = expect.get("output").is_some();
        Ok(Done { exchanges: executed.exchanges, expect, worked })
    }

    /// The case with a stand-in wherever a secret stood.
    fn fixture(&self, a: &Args, done: &Done) -> Value {
        let secrets: BTreeMap<_, _> =
            self.connection.iter().flat_map(|c| &c.secrets).map(|(k, v)| (k.clone(), v)).collect();
        let connection: Map<String, Value> = self
            .given
            .iter()
            .map(|(k, v)| {
                let hidden = secrets.contains_key(k);
                (k.clone(), if hidden { json!(STAND_IN) } else { v.clone() })
            })
            .collect();
        let mut out = match a.what.split_once(':') {
            Some(("lookup", name)) => json!({ "lookup": name, "params": self.input }),
            _ if a.what == "test" => json!({ "test": true }),
            _ => json!({ "action": a.what, "input": self.input }),
        };
        if !connection.is_empty() {
            out["connection"] = Value::Object(connection);
        }
        out["exchanges"] = done.exchanges.iter().map(exchange).collect();
        out["expect"] = done.expect.clone();
        let known = self.connection.iter().flat_map(|c| c.secrets.values()).map(Secret::expose);
        let eraser = Eraser::new(known, STAND_IN);
        eraser.value(out)
    }
}

fn exchange(e: &Exchange) -> Value {
    let mut request = json!({ "method": e.request.method, "url": e.request.url });
    match serde_json::from_str::<Value>(&e.request.body) {
        Ok(body) => request["json"] = body,
        Err(_) if e.request.body.is_empty() => {}
        // Parts and files are shown in words, which are not what is sent.
        Err(_) if media(&e.request.headers).is_none_or(is_binary) => {}
        Err(_) => request["text"] = json!(e.request.body),
    }
    let response = e.response.as_ref().map(|r| match serde_json::from_str::<Value>(&r.body) {
        Ok(body) => json!({ "status": r.status, "json": body }),
        Err(_) if media(&r.headers).is_some_and(|m| m.contains("xml")) => {
            json!({ "status": r.status, "xml": r.body })
        }
        Err(_) => json!({ "status": r.status, "text": r.body }),
    });
    match response {
        Some(response) => json!({ "request": request, "response": response }),
        None => json!({ "request": request, "fail": "unknown" }),
    }
}

/// The type of a body.
fn media(headers: &[(String, String)]) -> Option<&str> {
    headers.iter().find(|(n, _)| n.eq_ignore_ascii_case("content-type")).map(|(_, v)| v.as_str())
}

/// Whether a body of this type is no text.
fn is_binary(media: &str) -> bool {
    !["text/", "xml", "json", "urlencoded"].iter().any(|kind| media.contains(kind))
}
