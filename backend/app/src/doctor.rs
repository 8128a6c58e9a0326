//! `zveno doctor`: looks for what could keep the server from working, and says what to do.

use std::process::ExitCode;

use domain::node::NodeView;
use serde::Serialize;
use serde_json::json;
use store::Db;

use crate::config::DataArgs;
use crate::ops::{Op, exit};
use crate::say;
use crate::{socket, wiring};

/// One thing that was looked at.
#[derive(Serialize)]
struct Finding {
    check: &'static str,
    ok: bool,
    says: String,
}

impl Finding {
    fn new(check: &'static str, ok: bool, says: impl Into<String>) -> Self {
        Self { check, ok, says: says.into() }
    }
}

/// Prints the findings; exit code 6 when something is wrong.
pub async fn run(data: &DataArgs, as_json: bool) -> ExitCode {
    let mut found = vec![public_url(data)];
    if data.database_url.is_none() {
        found.push(disk(data));
    }
    found.extend(database(data).await);
    let connectors = connect::registry::Registry::builtin();
    let (read, all) = (connectors.all().count(), connectors.names().count());
    let says = format!("{read} of {all} can be read");
    found.push(Finding::new("connectors", read == all, says));
    let well = found.iter().all(|f| f.ok);
    if as_json {
        say::line(json!({ "ok": well, "findings": found }));
    } else {
        for f in &found {
            let mark = if f.ok { "ok " } else { "BAD" };
            say::line(format_args!("{mark}  {}: {}", f.check, f.says));
        }
    }
    if well { ExitCode::SUCCESS } else { ExitCode::from(exit::UNAVAILABLE) }
}

fn public_url(data: &DataArgs) -> Finding {
    match data.public(None) {
        Err(e) => Finding::new("public address", false, format!("{e:#}")),
        Ok(_) if data.public_url.is_none() => Finding::new(
            "public address",
            true,
            "not set; senders on the internet need --public-url https://...",
        ),
        Ok(u) if u.starts_with("http://") => Finding::new(
            "public address",
            true,
            format!("{u} is not https: many services refuse it"),
        ),
        Ok(u) => Finding::new("public address", true, u),
    }
}

fn disk(data: &DataArgs) -> Finding {
    let folder = if data.data_dir.exists() { data.data_dir.as_path() } else { ".".as_ref() };
    match rustix::fs::statvfs(folder) {
        Err(e) => Finding::new("disk", false, format!("{}: {e}", folder.display())),
        Ok(s) => {
            let free = s.f_bavail.saturating_mul(s.f_frsize);
            let text = format!("{} MiB free at {}", free >> 20, folder.display());
            Finding::new("disk", free > domain::limits::DISK_RESERVE_BYTES, text)
        }
    }
}

/// Asks the running server, or opens the database as the server would.
async fn database(data: &DataArgs) -> Vec<Finding> {
    let bad = |says: String| vec![Finding::new("database", false, says)];
    if data.database_url.is_none() {
        match socket::ask(&data.data_dir, &Op::Counts).await {
            Ok(Some(Ok(c))) => return vec![counted("a server runs; ", &c)],
            Ok(Some(Err(f))) => return bad(f.message),
            Ok(None) => {}
            Err(e) => return bad(format!("{e:#}")),
        }
    }
    let clock = engine::clock::SystemClock::shared();
    match wiring::open_db(data, clock, false).await {
        Err(e) => bad(e.to_string()),
        Ok(db) => {
            let found = opened(data, &db).await;
            db.close().await;
            found.unwrap_or_else(|e| bad(e.to_string()))
        }
    }
}

/// What the database itself says. On PostgreSQL the servers are its nodes.
async fn opened(data: &DataArgs, db: &Db) -> Result<Vec<Finding>, store::Error> {
    let counts = json!(db.counts().await?);
    if data.database_url.is_none() {
        return Ok(vec![counted("no server runs; ", &counts)]);
    }
    Ok(vec![counted("", &counts), nodes(&db.nodes().await?)])
}

/// A node that is past its time is fenced within seconds by the others; alone it just shows.
fn nodes(all: &[NodeView]) -> Finding {
    let works = all.iter().any(|n| n.alive && n.role.works());
    let one = |n: &NodeView| {
        let until = n.alive_until.map(mapping::moment::rfc3339).unwrap_or_default();
        let state = if n.alive { "alive until" } else { "silent since" };
        format!("{} ({}) {state} {until}", n.id, n.role.as_str())
    };
    let list = all.iter().map(one).collect::<Vec<_>>().join("; ");
    let says = match (all.is_empty(), works) {
        (true, _) => "no server runs".to_owned(),
        (false, true) => list,
        (false, false) => format!("none that executes runs is alive: {list}"),
    };
    Finding::new("nodes", works || all.is_empty(), says)
}

fn counted(state: &str, c: &serde_json::Value) -> Finding {
    let text = format!(
        "{state}{} events, {} unfinished runs, {} parked, {} failed, {} events held",
        c["events"], c["jobs"], c["parked"], c["failed"], c["held"]
    );
    Finding::new("database", true, text)
}
