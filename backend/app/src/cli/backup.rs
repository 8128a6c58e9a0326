//! `zveno backup`, `zveno restore` and `zveno resume` (semantics S26).

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use domain::Secret;
use serde_json::{Value, json};
use store::{BackedUp, BackupOptions, Db, Unfinished};

use crate::config::DataArgs;
use crate::wiring;

#[derive(Args)]
pub struct BackupArgs {
    /// The file; it must not be there when a backup is made.
    pub file: PathBuf,
    /// A file with the passphrase that seals the whole backup, which then has the key too. Without
    /// it the key is not in the backup: keep the key file elsewhere.
    #[arg(long)]
    pub passphrase_file: Option<PathBuf>,
}

#[derive(Args)]
pub struct ResumeArgs {
    /// What becomes of runs that were unfinished when the backup was made.
    #[arg(long)]
    pub unfinished: Option<UnfinishedWord>,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum UnfinishedWord {
    /// They go on; what they did after the backup was made is done again.
    Run,
    /// Each waits for a person.
    Park,
    /// They are cancelled.
    Drop,
}

impl From<UnfinishedWord> for Unfinished {
    fn from(w: UnfinishedWord) -> Self {
        match w {
            UnfinishedWord::Run => Unfinished::Run,
            UnfinishedWord::Park => Unfinished::Park,
            UnfinishedWord::Drop => Unfinished::Drop,
        }
    }
}

/// Writes a backup, whether the server runs or not.
pub(super) async fn backup(data: &DataArgs, a: &BackupArgs) -> anyhow::Result<Value> {
    Ok(said(&a.file, &Db::backup(options(data, a)?).await?))
}

/// Fills an empty database.
pub(super) async fn restore(data: &DataArgs, a: &BackupArgs) -> anyhow::Result<Value> {
    Ok(said(&a.file, &Db::restore(options(data, a)?).await?))
}

fn said(file: &Path, done: &BackedUp) -> Value {
    json!({
        "file": file.display().to_string(),
        "made_at": mapping::moment::rfc3339(done.made_at),
        "schema": done.schema,
        "tables": done.tables,
        "rows": done.rows,
        "bytes": done.bytes,
        "with_key": done.with_key,
    })
}

fn options(data: &DataArgs, a: &BackupArgs) -> anyhow::Result<BackupOptions> {
    let passphrase = a.passphrase_file.as_deref().map(passphrase).transpose()?;
    Ok(BackupOptions {
        target: wiring::target(data),
        key: wiring::key(data),
        file: a.file.clone(),
        passphrase,
        clock: engine::clock::SystemClock::shared(),
        version: env!("CARGO_PKG_VERSION"),
    })
}

fn passphrase(file: &Path) -> anyhow::Result<Secret> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.chars().count() < domain::limits::PASSPHRASE_CHARS {
        bail!(
            "{}: a passphrase has at least {} characters",
            file.display(),
            domain::limits::PASSPHRASE_CHARS
        );
    }
    Ok(Secret::new(text))
}

pub(super) fn backed_up(v: &Value) -> String {
    let mut out = format!(
        "{}: {} rows of {} tables, {} bytes, schema {}\n",
        v["file"].as_str().unwrap_or_default(),
        v["rows"],
        v["tables"],
        v["bytes"],
        v["schema"]
    );
    if v["with_key"] == json!(false) {
        out.push_str("The key is not in it: without the key file the secrets cannot be opened.\n");
    }
    out
}

pub(super) fn restored(v: &Value) -> String {
    format!(
        "restored {} rows as of {}\nThe server is on hold: it stores deliveries and sends nothing until `zveno resume`.\n",
        v["rows"],
        v["made_at"].as_str().unwrap_or_default()
    )
}

pub(super) fn resumed(v: &Value) -> String {
    format!("the hold is over; {} run(s) were ended\n", v["ended"])
}
