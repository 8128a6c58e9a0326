//! `zveno connector import`: a connector made of an OpenAPI 3 document.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use connect::openapi;
use connect::registry::Connector;
use serde_json::Value;

use super::new::icon;
use super::out;

#[derive(clap::Args)]
pub struct Args {
    /// The document, YAML or JSON.
    pub file: PathBuf,
    /// The name of the connector; from the document's title by default.
    #[arg(long)]
    pub into: Option<String>,
    /// Where its folder is made.
    #[arg(long, default_value = "connectors")]
    pub dir: PathBuf,
    /// Only these operations, by operationId.
    #[arg(long, value_delimiter = ',')]
    pub only: Vec<String>,
}

/// Makes the folder.
pub fn run(a: &Args) -> anyhow::Result<ExitCode> {
    let text = fs::read_to_string(&a.file).with_context(|| a.file.display().to_string())?;
    let doc: Value = match serde_json::from_str(&text) {
        Ok(v) => v,
        Err(_) => serde_saphyr::from_str(&text).with_context(|| a.file.display().to_string())?,
    };
    let name = match &a.into {
        Some(name) => name.clone(),
        None => named(doc["info"]["title"].as_str().unwrap_or("imported")),
    };
    let folder = a.dir.join(&name);
    if folder.exists() {
        bail!("{} is there already", folder.display());
    }
    let made = openapi::import(&doc, &name, &a.only)?;
    let manifest = serde_saphyr::to_string(&made.manifest)?;
    let manifest = format!("# yaml-language-server: $schema=../connector.schema.json\n{manifest}");
    // What was made must be readable; otherwise the fault is this program's.
    Connector::read("connector.yaml", &manifest).context("the made manifest has faults")?;
    let fixtures = folder.join("fixtures");
    fs::create_dir_all(&fixtures)?;
    fs::write(folder.join("connector.yaml"), manifest)?;
    fs::write(folder.join("icon.svg"), icon(&name))?;
    fs::write(
        folder.join("CHANGELOG.md"),
        "# Changelog\n\n## 0.1.0\n\n- Made of an OpenAPI document.\n",
    )?;
    for (file, fixture) in &made.fixtures {
        fs::write(fixtures.join(file), serde_saphyr::to_string(fixture)?)?;
    }
    let notes = made.notes.iter().map(|n| format!("- {n}\n")).collect::<Vec<_>>().concat();
    fs::write(folder.join("NOTES.md"), format!("# To decide\n\n{notes}"))?;
    let actions = made.manifest["actions"].as_object().map_or(0, serde_json::Map::len);
    out(&format!("{} is made: {actions} actions", folder.display()));
    made.notes.iter().for_each(|n| out(&format!("  note: {n}")));
    out(&format!("next: zveno connector check {0} && zveno connector test {0}", folder.display()));
    Ok(ExitCode::SUCCESS)
}

/// A title as a name.
fn named(title: &str) -> String {
    let mut out = String::new();
    for c in title.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' => out.push(c),
            _ if !out.is_empty() && !out.ends_with('_') => out.push('_'),
            _ => {}
        }
    }
    let out: String = out.trim_matches('_').chars().take(40).collect();
    if out.len() < 2 || !out.starts_with(|c: char| c.is_ascii_lowercase()) {
        format!("api_{out}")
    } else {
        out
    }
}
