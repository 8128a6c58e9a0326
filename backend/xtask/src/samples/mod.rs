//! `cargo xtask samples <folder>`: deliveries of real services over HTTP against a running server.
//! The folder stays where it is; nothing of it comes into the tree. Its layout: one folder per
//! service with `<event>.http`, a raw request, and `<event>.json`, what must happen.

mod plan;
mod server;
mod wire;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::{Value, json};

use crate::cargo::{self, Workspace};
use plan::Plan;
use server::Server;
use wire::Answer;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(15);

#[derive(Args)]
pub struct Options {
    /// The folder with the samples
    folder: PathBuf,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    /// Only samples whose name contains this
    #[arg(long)]
    only: Option<String>,
}

/// One sample.
struct Sample {
    /// `service/event`.
    name: String,
    service: String,
    request: Vec<u8>,
    sidecar: Value,
}

/// Replays them and says for each what was expected and what came.
pub fn samples(options: &Options) -> Result<ExitCode> {
    let mut all = read(&options.folder)?;
    if let Some(only) = &options.only {
        all.retain(|s| s.name.contains(only.as_str()));
    }
    let workspace = Workspace::load()?;
    let mut build = workspace.cargo(["build", "--workspace", "--bin", "zveno"]);
    if !cargo::succeeds(&mut build)? {
        bail!("the product did not build");
    }
    let zveno = workspace.zveno("debug");
    // Samples of one moment share a server.
    let mut groups: BTreeMap<Option<i64>, Vec<Sample>> = BTreeMap::new();
    for s in all {
        groups.entry(s.sidecar["now"].as_i64()).or_default().push(s);
    }
    let (mut good, mut bad, mut left) = (0usize, 0usize, 0usize);
    for (number, (clock, group)) in groups.into_iter().enumerate() {
        let data =
            std::env::temp_dir().join(format!("zveno-samples-{}-{number}", std::process::id()));
        let server = Server::start(&zveno, data, clock)?;
        let versions = versions(&server)?;
        for (i, sample) in group.iter().enumerate() {
            let line = match replay(&server, &versions, sample, i) {
                Ok(line) => line,
                Err(e) => json!({ "sample": sample.name, "ok": false, "fault": format!("{e:#}") }),
            };
            match line["ok"].as_bool() {
                Some(true) => good += 1,
                Some(false) => bad += 1,
                None => left += 1,
            }
            show(&line, options.json);
        }
    }
    if !options.json {
        println!("{good} as expected, {bad} not, {left} without a trigger");
    }
    Ok(if bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn show(line: &Value, json: bool) {
    if json {
        println!("{line}");
        return;
    }
    let word = match line["ok"].as_bool() {
        Some(true) => "ok  ",
        Some(false) => "FAIL",
        None => "none",
    };
    let fault = line["fault"].as_str().or(line["left"].as_str()).unwrap_or_default();
    println!("{word} {} {} {fault}", line["sample"].as_str().unwrap_or_default(), line["got"]);
}

fn read(folder: &Path) -> Result<Vec<Sample>> {
    let mut out = Vec::new();
    for service in entries(folder)?.into_iter().filter(|p| p.is_dir()) {
        for file in
            entries(&service)?.into_iter().filter(|p| p.extension().is_some_and(|e| e == "http"))
        {
            let text = fs::read_to_string(file.with_extension("json"));
            let sidecar = text.with_context(|| format!("beside {}", file.display()))?;
            let sidecar =
                serde_json::from_str(&sidecar).with_context(|| file.display().to_string())?;
            let part = |p: &Path| p.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let service = part(&service);
            let name = format!("{service}/{}", part(&file));
            out.push(Sample { name, service, request: fs::read(&file)?, sidecar });
        }
    }
    if out.is_empty() {
        bail!("no samples in {}", folder.display());
    }
    Ok(out)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let all = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut all: Vec<PathBuf> = all.map(|e| e.map(|e| e.path())).collect::<std::io::Result<_>>()?;
    all.sort();
    Ok(all)
}

/// The newest version of each connector of the server.
fn versions(server: &Server) -> Result<BTreeMap<String, String>> {
    let all = server.command(&["connector", "list"])?;
    let text = |v: &Value, k: &str| v[k].as_str().unwrap_or_default().to_owned();
    let list = all.as_array().cloned().unwrap_or_default();
    Ok(list.iter().map(|c| (text(c, "name"), text(c, "version"))).collect())
}

fn replay(
    server: &Server,
    versions: &BTreeMap<String, String>,
    sample: &Sample,
    number: usize,
) -> Result<Value> {
    let expected = &sample.sidecar["expected"];
    let plan = plan::of(&sample.service, &sample.name, &sample.sidecar);
    let usable = plan.filter(|p| versions.contains_key(&p.connector));
    let Some(plan) = usable else {
        let scheme = &sample.sidecar["scheme"];
        let left = format!("no trigger here checks the scheme {scheme}");
        return Ok(json!({ "sample": sample.name, "expected": expected, "left": left }));
    };
    if sample.sidecar["url"].is_string() {
        // The address is part of the signed bytes, and this server has another one.
        let left = "the signature covers the address of the receiver";
        return Ok(json!({ "sample": sample.name, "expected": expected, "left": left }));
    }
    let (flow, path) = flow(server, &plan, &versions[&plan.connector], sample, number)?;
    let request = wire::request(&sample.request, &path, sample.sidecar["peer_ip"].as_str())?;
    let answer = wire::send(server.address, &request, PATIENCE)?;
    let events = server.command(&["event", "list", "--flow", &flow])?;
    let list = events.as_array().or(events["items"].as_array()).cloned().unwrap_or_default();
    let ids: Vec<&Value> = list.iter().map(|e| &e["id"]).collect();
    let faults = judge(&sample.sidecar, &answer);
    let body = String::from_utf8_lossy(&answer.body);
    Ok(json!({
        "sample": sample.name,
        "trigger": format!("{}.{}", plan.connector, plan.event),
        "expected": expected,
        "got": { "status": answer.status, "body": body },
        "ok": faults.is_empty(),
        "fault": faults.join("; "),
        "events": ids,
    }))
}

/// Makes the flow; its id and the path of its address.
fn flow(
    server: &Server,
    plan: &Plan,
    version: &str,
    sample: &Sample,
    number: usize,
) -> Result<(String, String)> {
    let document = plan.document(&sample.name, version).to_string();
    let file = server.file(&format!("flow-{number}.json"), &document)?;
    let mut args = vec!["flow", "import", file.as_str(), "--publish"];
    let secret = match &plan.secret {
        Some((field, value)) => {
            let file = server.file(&format!("secret-{number}"), value)?;
            Some(format!("{field}=@{file}"))
        }
        None => None,
    };
    if let Some(secret) = &secret {
        args.extend(["--secret", secret]);
    }
    let made = server.command(&args)?;
    let url = made["hook_url"].as_str().context("the flow has no address")?;
    let path = url.split_once("/in/").map(|(_, token)| format!("/in/{token}"));
    let id = made["id"].as_str().context("the flow has no id")?;
    Ok((id.to_owned(), path.context("the flow has no address")?))
}

/// What is not as the sidecar says.
fn judge(sidecar: &Value, answer: &Answer) -> Vec<String> {
    let mut out = Vec::new();
    let taken = (200..300).contains(&answer.status);
    let wanted = sidecar["expected"] == "valid";
    if taken != wanted || (!wanted && !(400..500).contains(&answer.status)) {
        out.push(format!(
            "status {} for a delivery that is {}",
            answer.status, sidecar["expected"]
        ));
    }
    let respond = &sidecar["respond"];
    if let Some(status) = respond["status"].as_u64().filter(|s| *s != u64::from(answer.status)) {
        out.push(format!("status {}, expected {status}", answer.status));
    }
    if let Some(body) = respond["body"].as_str().filter(|b| b.as_bytes() != answer.body) {
        out.push(format!("the answer is not {body:?}"));
    }
    if let Some(media) = respond["content_type"].as_str() {
        let got = answer.header("content-type").unwrap_or_default();
        if got.split(';').next().unwrap_or_default().trim() != media {
            out.push(format!("the answer is {got:?}, expected {media}"));
        }
    }
    for (name, value) in respond["headers"].as_object().into_iter().flatten() {
        if answer.header(name) != value.as_str() {
            out.push(format!("header {name} is {:?}, expected {value}", answer.header(name)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_judged_by_its_sidecar() {
        let answer = |status| Answer { status, body: b"ok".to_vec(), ..Answer::default() };
        let valid = json!({ "expected": "valid", "respond": { "status": 200, "body": "ok" } });
        assert!(judge(&valid, &answer(200)).is_empty());
        assert_eq!(judge(&valid, &answer(401)).len(), 2);
        let invalid = json!({ "expected": "invalid" });
        assert!(judge(&invalid, &answer(401)).is_empty());
        assert!(!judge(&invalid, &answer(200)).is_empty());
        assert!(!judge(&invalid, &answer(503)).is_empty());
    }
}
