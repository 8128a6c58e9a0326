//! Samples of a flow's address: what came last, what a person pasted, and where neither is there,
//! what the connector gives as an example.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use bytes::Bytes;
use connect::inbound::{Inbound, Needs};
use connect::registry::{Registry, Trigger};
use domain::delivery::{RawDelivery, Verdict};
use domain::field::FieldSpec;
use domain::flow::{self, Flow};
use domain::ids::{DeliveryId, FlowId, SampleId};
use domain::{Secret, Time, limits};
use serde_json::{Map, Value};
use store::{DeliveryView, FlowRow, NewSample, SampleRow};

use super::fields::{self, Leaf};
use crate::manage::flows::{named_secrets, parse};
use crate::manage::{Error, Manage};
use crate::{cache, connectors, snapshot};

/// Why a delivery that was accepted is no business of the sender: the editor has sent it.
pub const TEST: &str = "test";

/// A flow on the workbench: its draft, or a document that is not saved yet.
pub struct Bench {
    pub row: FlowRow,
    pub flow: Flow,
    pub registry: Arc<Registry>,
    pub secrets: BTreeMap<String, Secret>,
    inbound: Inbound,
}

/// A sample as the mappings of a flow see it.
pub struct Sample {
    /// Absent for the connector's own example.
    pub id: Option<String>,
    pub raw: RawDelivery,
    /// The root `trigger`.
    pub trigger: Value,
    /// The event is not the body: it is an item of it, or the connector has shaped it.
    pub shaped: bool,
}

/// A sample in the list.
#[derive(Clone, Debug)]
pub struct Listed {
    pub id: String,
    pub at: Time,
    pub method: String,
    /// The first values, or what the person called it.
    pub title: String,
    /// The word of the verdict; `test` for one that was sent from the editor, `kept` for one that
    /// was pasted.
    pub verdict: &'static str,
    pub reason: Option<String>,
    pub fields: Vec<Leaf>,
    /// The body is too large to be shown here.
    pub cut: bool,
}

/// What a person pastes.
#[derive(Clone, Debug, Default)]
pub struct Paste {
    pub title: Option<String>,
    pub method: Option<String>,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Manage {
    /// Puts a flow on the workbench: `doc` in place of its draft.
    pub async fn bench(&self, id: FlowId, doc: Option<&Value>) -> Result<Bench, Error> {
        let row = self.flow_row(id).await?;
        let draft = match doc {
            Some(doc) => doc.clone(),
            None => parse(&row.draft)?,
        };
        let (flow, _) = flow::read::read_lenient(&draft);
        // Most flows name no secret: theirs are not read.
        let secrets = if named_secrets(&flow).is_empty() {
            BTreeMap::new()
        } else {
            self.db.secrets(id).await?
        };
        let registry = connectors::complete(&self.db, &self.registry, &flow).await?;
        let url = self.hook_url(&row.token);
        let inbound = cache::inbound(&flow, &registry, &secrets, &url);
        let inbound = inbound.map(|(inbound, _)| inbound);
        let inbound = inbound.or_else(|_| plain(&registry, &url)).map_err(Error::Problems)?;
        Ok(Bench { row, flow, registry, secrets, inbound })
    }

    /// What came last to the address of a flow, and what was pasted, newest first.
    pub async fn samples(&self, id: FlowId) -> Result<Vec<Listed>, Error> {
        let bench = self.bench(id, None).await?;
        let ws = self.workspace;
        let mut out = Vec::new();
        for view in self.db.deliveries(ws, Some(id), None, limits::SAMPLES).await? {
            out.push(self.listed_delivery(&bench, view).await?);
        }
        for kept in self.db.samples(ws, id).await? {
            out.push(bench.listed(kept));
        }
        out.sort_by_key(|l| std::cmp::Reverse(l.at));
        out.truncate(limits::SAMPLES as usize);
        Ok(out)
    }

    async fn listed_delivery(&self, bench: &Bench, view: DeliveryView) -> Result<Listed, Error> {
        let test = view.verdict == Verdict::Accepted && view.reason.as_deref() == Some(TEST);
        let size = usize::try_from(view.body_bytes).unwrap_or(usize::MAX);
        let fits = size <= limits::SAMPLE_BYTES;
        let stored = if fits { self.db.delivery(self.workspace, view.id).await? } else { None };
        let whole = stored.filter(|d| !d.body_gone);
        let sample = whole.map(|d| bench.sample(Some(view.id.to_string()), snapshot::raw(d)));
        let fields = sample.as_ref().map_or_else(Vec::new, |s| bench.leaves(s));
        Ok(Listed {
            id: view.id.to_string(),
            at: view.received_at,
            method: view.method,
            title: fields::summary(&fields),
            verdict: if test { TEST } else { view.verdict.as_str() },
            reason: view.reason,
            cut: sample.is_none(),
            fields,
        })
    }

    /// Keeps what a person pasted; what a check of the sender names is masked in it.
    pub async fn paste(&self, id: FlowId, p: Paste) -> Result<SampleId, Error> {
        if p.body.len() > limits::SAMPLE_BYTES {
            let most = limits::SAMPLE_BYTES;
            return Err(Error::bad(
                format!("a sample has at most {most} bytes"),
                format!("пример не больше {most} байт"),
            ));
        }
        let bench = self.bench(id, None).await?;
        let now = self.db.now();
        let row = SampleRow {
            id: SampleId::new(now),
            flow: id,
            created_at: now,
            title: p.title.unwrap_or_default().chars().take(limits::NAME_CHARS).collect(),
            method: p.method.unwrap_or_else(|| "POST".into()).to_ascii_uppercase(),
            query: p.query,
            headers: bench.kept_headers(p.headers),
            body: p.body,
        };
        let new = bench.masked(row, self.workspace);
        let made = new.id;
        self.db.put_sample(new).await?;
        Ok(made)
    }

    /// Keeps a delivery as a sample, so that it stays when its own time is over.
    pub async fn keep_sample(&self, flow: FlowId, from: DeliveryId) -> Result<SampleId, Error> {
        let d = self.delivery(from).await?;
        if d.flow != flow {
            return Err(Error::missing("delivery", from));
        }
        let headers = d.headers.clone();
        let body = String::from_utf8_lossy(&d.body).into_owned();
        let (method, query) = (Some(d.method), d.query);
        self.paste(flow, Paste { title: None, method, query, headers, body }).await
    }

    /// Forgets a sample that was pasted.
    pub async fn forget_sample(&self, flow: FlowId, id: SampleId) -> Result<(), Error> {
        match self.db.delete_sample(self.workspace, flow, id).await {
            Err(store::Error::NotFound) => Err(Error::missing("sample", id)),
            other => Ok(other?),
        }
    }

    /// The sample of this id; without one the newest that was accepted, the newest that was
    /// pasted, or the connector's example.
    pub async fn sample(&self, bench: &Bench, id: Option<&str>) -> Result<Sample, Error> {
        let ws = self.workspace;
        if let Some(id) = id {
            if let Ok(id) = id.parse::<SampleId>() {
                let kept = self.db.sample(ws, id).await?.filter(|s| s.flow == bench.row.id);
                let kept = kept.ok_or_else(|| Error::missing("sample", id))?;
                return Ok(bench.sample(Some(id.to_string()), raw_of(kept)));
            }
            let of_address = id.parse::<DeliveryId>();
            let id = of_address.map_err(|_| Error::missing("sample", id))?;
            let d = self.delivery(id).await?;
            if d.flow != bench.row.id || d.body_gone {
                return Err(Error::missing("sample", id));
            }
            return Ok(bench.sample(Some(id.to_string()), snapshot::raw(d)));
        }
        let last = self.db.deliveries(ws, Some(bench.row.id), None, limits::SAMPLES).await?;
        if let Some(view) = last.iter().find(|d| d.verdict == Verdict::Accepted)
            && let Some(d) = self.db.delivery(ws, view.id).await?
            && !d.body_gone
        {
            return Ok(bench.sample(Some(view.id.to_string()), snapshot::raw(d)));
        }
        if let Some(kept) = self.db.samples(ws, bench.row.id).await?.into_iter().next() {
            return Ok(bench.sample(Some(kept.id.to_string()), raw_of(kept)));
        }
        let example = bench.trigger().and_then(example).unwrap_or_default();
        Ok(bench.sample(None, request(&example, self.db.now())))
    }
}

impl Bench {
    /// The trigger of the flow, if it is installed.
    pub fn trigger(&self) -> Option<&Trigger> {
        let t = &self.flow.trigger;
        self.registry.get(&t.connector.name, &t.connector.version)?.trigger(&t.event)
    }

    /// What the connector says of the trigger's fields.
    pub fn trigger_fields(&self) -> Vec<FieldSpec> {
        let t = &self.flow.trigger;
        let c = self.registry.get(&t.connector.name, &t.connector.version);
        let specs = c.and_then(|c| {
            let trigger = c.trigger(&t.event)?;
            let types = &c.manifest.types;
            Some(connect::manifest::field::specs(&trigger.manifest.output, types))
        });
        specs.unwrap_or_default()
    }

    /// The intake of the flow as it is on the workbench.
    pub fn inbound(&self) -> &Inbound {
        &self.inbound
    }

    pub(super) fn sample(&self, id: Option<String>, raw: RawDelivery) -> Sample {
        let (parsed, items) = self.inbound.reparse(&raw, false);
        let data = items.into_iter().next().and_then(|i| i.data);
        let shaped = data.is_some();
        let event = id.clone().unwrap_or_default();
        let trigger = self.inbound.trigger_context(&raw, parsed, data, &event, Needs::ALL);
        Sample { id, raw, trigger, shaped }
    }

    /// The fields of a sample that people look for first.
    pub fn leaves(&self, s: &Sample) -> Vec<Leaf> {
        let part = if s.shaped { "data" } else { "body" };
        let tree = s.trigger.get(part).unwrap_or(&Value::Null);
        if tree.is_null() {
            return Vec::new();
        }
        fields::leaves(&fields::root(&["trigger", part]), tree, &self.trigger_fields())
    }

    fn listed(&self, kept: SampleRow) -> Listed {
        let (id, at, method) = (kept.id.to_string(), kept.created_at, kept.method.clone());
        let title = kept.title.clone();
        let sample = self.sample(Some(id.clone()), raw_of(kept));
        let fields = self.leaves(&sample);
        let title = if title.is_empty() { fields::summary(&fields) } else { title };
        Listed { id, at, method, title, verdict: "kept", reason: None, fields, cut: false }
    }

    fn kept_headers(&self, headers: Vec<(String, String)>) -> Vec<(String, String)> {
        let lower = headers.into_iter().map(|(n, v)| (n.trim().to_lowercase(), v));
        lower.filter(|(n, _)| self.inbound.keep().keeps_header(n)).take(limits::HEADERS).collect()
    }

    /// The sample as it is kept: where the body or query holds a secret of the sender's check, what
    /// was read of them with that masked.
    fn masked(&self, row: SampleRow, workspace: domain::ids::WorkspaceId) -> NewSample {
        let mut new = NewSample {
            id: row.id,
            workspace,
            flow: row.flow,
            title: row.title.clone(),
            method: row.method.clone(),
            query: row.query.clone(),
            headers: row.headers.clone(),
            body: row.body.clone(),
        };
        if self.inbound.keep().sealed {
            let (parsed, _) = self.inbound.reparse(&raw_of(row), false);
            let seen = self.inbound.keep().mask_view(&parsed);
            new.body = seen["body"].to_string();
            new.query = String::new();
            new.headers.retain(|(n, _)| n != "content-type");
            new.headers.push(("content-type".into(), "application/json".into()));
        }
        new
    }
}

/// The connector's example of what starts the flow.
pub(super) fn example(t: &Trigger) -> Option<Value> {
    if let Some(sample) = &t.manifest.sample {
        return Some(sample.clone());
    }
    let fields = t.manifest.output.iter().filter_map(|f| {
        let example = f.example.clone();
        Some((f.key.clone(), example.or_else(|| f.default.clone())?))
    });
    let map: Map<String, Value> = fields.collect();
    (!map.is_empty()).then_some(Value::Object(map))
}

/// A delivery with this body; a form where it is a flat map of texts, as forms send.
pub(super) fn request(body: &Value, at: Time) -> RawDelivery {
    let pairs = body.as_object().and_then(|map| {
        let one = |(k, v): (&String, &Value)| Some((k.clone(), v.as_str()?.to_owned()));
        map.iter().map(one).collect::<Option<Vec<_>>>()
    });
    let (kind, bytes) = match pairs.filter(|p| !p.is_empty()) {
        Some(pairs) => {
            let form: String = pairs
                .iter()
                .map(|(k, v)| format!("{}={}", plus(k), plus(v)))
                .collect::<Vec<_>>()
                .join("&");
            ("application/x-www-form-urlencoded", form)
        }
        None => ("application/json", body.to_string()),
    };
    raw("POST", String::new(), vec![("content-type".into(), kind.into())], bytes.into(), at)
}

/// Percent-encodes a part of a form.
fn plus(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    for b in text.bytes() {
        match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                out.push(char::from(b));
            }
            b' ' => out.push('+'),
            _ => {
                let _ = write!(out, "%{b:02X}");
            }
        }
    }
    out
}

fn raw_of(s: SampleRow) -> RawDelivery {
    raw(&s.method, s.query, s.headers, s.body.into(), s.created_at)
}

fn raw(
    method: &str,
    query: String,
    headers: Vec<(String, String)>,
    body: Bytes,
    received_at: Time,
) -> RawDelivery {
    RawDelivery {
        method: method.to_owned(),
        path: String::new(),
        query,
        headers,
        body,
        remote_ip: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        received_at,
    }
}

/// The intake of a plain webhook, for a flow whose trigger cannot be used yet.
fn plain(registry: &Registry, url: &str) -> Result<Inbound, Vec<domain::Problem>> {
    let gone = || {
        vec![domain::Problem::error(
            "connector_missing",
            "trigger.connector",
            "the connector \"webhook\" is not installed",
            "коннектор «webhook» не установлен",
        )]
    };
    let webhook = registry.latest("webhook").and_then(|c| c.trigger("request")).ok_or_else(gone)?;
    Inbound::new(webhook, &Map::new(), &BTreeMap::new(), url)
}
