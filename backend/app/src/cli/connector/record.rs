//! `zveno connector record`: a real exchange becomes a fixture. A call is made by this program; a
//! delivery is one that the server has.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use connect::fixture::{self, Disk};
use domain::ids::DeliveryId;
use serde_json::Value;

use super::folder::Folder;
use super::{out, run};
use crate::ops::Op;

#[derive(clap::Args)]
pub struct RecordArgs {
    #[command(flatten)]
    pub call: run::Args,
    /// A delivery that the server has accepted; then the trigger stands in place of the action.
    #[arg(long, conflicts_with_all = ["conn", "input", "networks"])]
    pub delivery: Option<DeliveryId>,
    /// The name of the fixture's file; from what was called by default.
    #[arg(long)]
    pub name: Option<String>,
}

impl RecordArgs {
    /// What the server is asked for.
    pub fn op(&self) -> Option<Op> {
        self.delivery.map(|id| Op::DeliveryRecord { id })
    }
}

/// Makes the call and writes it down.
pub async fn call(a: &RecordArgs) -> anyhow::Result<ExitCode> {
    write(a, &run::recorded(&a.call).await?)
}

/// Writes down the delivery that the server gave, if the connector of the folder takes it.
pub async fn delivery(a: &RecordArgs, recorded: &Value) -> anyhow::Result<ExitCode> {
    let folder = Folder { path: a.call.path.clone() };
    let (connector, _) = folder.connector()??;
    let (name, trigger) = (&recorded["connector"], &recorded["fixture"]["trigger"]);
    if *name != connector.name || *trigger != a.call.what {
        bail!("this delivery is one of {}, trigger {}", plain(name), plain(trigger));
    }
    let text = serde_saphyr::to_string(&recorded["fixture"])?;
    let case = fixture::read(&text)?;
    let faults = fixture::run(&connector, &case, &Disk(a.call.path.clone())).await;
    if let Some(first) = faults.first() {
        bail!("the connector of this folder does not take the delivery: {first}");
    }
    write(a, &recorded["fixture"])
}

fn write(a: &RecordArgs, fixture: &Value) -> anyhow::Result<ExitCode> {
    let usual = || format!("{}.recorded.yaml", a.call.what.replace(':', "."));
    let name = a.name.clone().unwrap_or_else(usual);
    let file: PathBuf = a.call.path.join("fixtures").join(name);
    if file.exists() {
        bail!("{} is there already; choose another --name", file.display());
    }
    fs::create_dir_all(a.call.path.join("fixtures"))?;
    fs::write(&file, serde_saphyr::to_string(fixture)?)
        .with_context(|| file.display().to_string())?;
    out(&format!("{} is written; look through it before you share it", file.display()));
    Ok(ExitCode::SUCCESS)
}

fn plain(v: &Value) -> &str {
    v.as_str().unwrap_or_default()
}
