//! `zveno connector test`: every fixture against the engine, with the network played.

use std::path::PathBuf;
use std::process::ExitCode;

use connect::fixture::{self, Disk};
use serde_json::json;

use super::folder::Folder;
use super::out;
use crate::ops::exit;

#[derive(clap::Args)]
pub struct Args {
    /// Folders of connectors, or folders of such folders.
    pub paths: Vec<PathBuf>,
    /// Only cases whose file name contains this.
    #[arg(long, short)]
    pub keyword: Option<String>,
    /// Also name the cases that hold.
    #[arg(long, short)]
    pub verbose: bool,
}

/// Runs the cases and says which do not hold.
pub async fn run(a: &Args, json: bool) -> anyhow::Result<ExitCode> {
    let (mut held, mut failed) = (0usize, Vec::new());
    for folder in Folder::all(&a.paths)? {
        let (connector, _) = match folder.connector()? {
            Ok(c) => c,
            Err(e) => {
                failed.push((folder.file(), vec![e.to_string()]));
                continue;
            }
        };
        let disk = Disk(folder.path.clone());
        for case in folder.cases() {
            if a.keyword.as_ref().is_some_and(|k| !case.name.contains(k.as_str())) {
                continue;
            }
            let name = format!("{}/fixtures/{}", folder.path.display(), case.name);
            let faults = match &case.fixture {
                Ok(f) => fixture::run(&connector, f, &disk).await,
                Err(e) => vec![e.clone()],
            };
            if !faults.is_empty() {
                failed.push((name, faults));
                continue;
            }
            held += 1;
            if a.verbose && !json {
                out(&format!("ok      {name}"));
            }
        }
    }
    let ok = failed.is_empty();
    if json {
        let failed: Vec<_> =
            failed.iter().map(|(n, f)| json!({ "case": n, "faults": f })).collect();
        out(&json!({ "held": held, "failed": failed }).to_string());
    } else {
        for (name, faults) in &failed {
            out(&format!("FAILED  {name}"));
            for f in faults {
                out(&format!("        {f}"));
            }
        }
        out(&format!("{held} held, {} failed", failed.len()));
    }
    Ok(if ok { ExitCode::SUCCESS } else { ExitCode::from(exit::PROBLEMS) })
}
