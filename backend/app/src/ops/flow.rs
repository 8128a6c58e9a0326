//! Commands about flows and connections.

use std::collections::BTreeMap;

use domain::ids::FlowId;
use engine::manage::Manage;
use engine::manage::connections::Add;
use engine::manage::flows::Import;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Failure, problem, secrets};

#[derive(Serialize, Deserialize)]
pub struct ImportOp {
    pub doc: Value,
    pub publish: bool,
    pub address: Option<String>,
    pub update: Option<FlowId>,
    pub connections: BTreeMap<String, String>,
    pub secrets: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
pub struct AddOp {
    pub name: String,
    pub connector: String,
    pub method: Option<String>,
    pub fields: BTreeMap<String, String>,
    pub secrets: BTreeMap<String, String>,
}

pub async fn import(m: &Manage, o: ImportOp) -> Result<Value, Failure> {
    let how = Import {
        publish: o.publish,
        address: o.address,
        update: o.update,
        connections: o.connections,
        secrets: secrets(o.secrets),
    };
    let done = m.import(&o.doc, how).await?;
    let problems: Vec<Value> = done.problems.iter().map(problem).collect();
    let mut out = json!({ "id": done.id, "hook_url": done.hook_url, "version": done.version });
    if !done.missing_secrets.is_empty() {
        out["missing_secrets"] = json!(done.missing_secrets);
    }
    if !problems.is_empty() {
        out["problems"] = json!(problems);
    }
    Ok(out)
}

pub async fn list(m: &Manage) -> Result<Value, Failure> {
    let mut rows = Vec::new();
    let triggers = super::start::triggers(m).await?;
    for f in m.flows().await? {
        let mut row = json!(f);
        if let Some(trigger) = triggers.get(&f.id) {
            row["trigger"] = trigger.clone();
        }
        row["hook_url"] = json!(m.hook_url(&f.token));
        row["counted"] = json!(m.copies(f.id).await?);
        rows.push(row);
    }
    Ok(Value::Array(rows))
}

pub async fn add_connection(m: &Manage, o: AddOp) -> Result<Value, Failure> {
    let add = Add {
        name: o.name,
        connector: o.connector,
        method: o.method,
        fields: o.fields,
        secrets: secrets(o.secrets),
    };
    Ok(json!(m.add_connection(add).await?))
}
