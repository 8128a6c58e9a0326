//! What commands print: JSON for programs, short lines for people.

use std::fmt::Write;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::run_steps;
use crate::ops::{Failure, exit};
use crate::say;

/// Prints what a command gave.
pub(super) fn done(name: &str, v: &Value, json: bool) -> ExitCode {
    if json {
        say::line(v);
    } else {
        say::text(&text(name, v));
    }
    if name == "flow validate" && v["valid"] == json!(false) {
        return ExitCode::from(exit::PROBLEMS);
    }
    if name == "connection test" && v["ok"] == json!(false) {
        return ExitCode::from(exit::FAILED);
    }
    ExitCode::SUCCESS
}

/// Prints a document for programs and people, with a line feed at its end.
pub(super) fn document(v: &impl serde::Serialize) -> ExitCode {
    match serde_json::to_string_pretty(v) {
        Ok(text) => {
            say::line(text);
            ExitCode::SUCCESS
        }
        Err(_) => ExitCode::from(exit::FAILED),
    }
}

/// Prints why a command was not done.
pub(super) fn failure(f: &Failure, json: bool) -> ExitCode {
    if json {
        let error = json!({ "code": f.code, "message": f.message, "problems": f.problems });
        say::line(json!({ "error": error }));
    } else {
        say::error(&f.message);
        for p in &f.problems {
            say::error(format_args!("  {}", word(&p["text"])));
        }
    }
    ExitCode::from(f.exit)
}

fn text(name: &str, v: &Value) -> String {
    match name {
        "flow import" => imported(v),
        "flow export" => serde_saphyr::to_string(v).unwrap_or_else(|_| v.to_string()),
        "flow list" => table(
            v,
            &[
                "id",
                "state",
                "version",
                "held",
                "counted.keyless",
                "counted.rejected",
                "trigger.code",
                "name",
                "hook_url",
            ],
        ),
        "flow start --dry-run" => trial(v),
        "flow next" => next(v),
        "flow imports" => table(v, &["id", "state", "done", "total", "rate", "note"]),
        "flow validate" => problems(v),
        "connection list" => table(v, &["id", "state", "connector", "method", "name", "note"]),
        "connection test" if v["ok"] == json!(true) => format!("works: {}\n", word(&v["label"])),
        "connection test" => format!("does not work: {}\n", word(&v["error"]["message"])),
        "run list" => table(v, &["id", "state", "flow", "version", "step", "error.message"]),
        "run show" => run(v),
        "runs count" | "runs replay" => super::replay::begun(v),
        "replay list" => {
            table(v, &["id", "state", "total", "made", "skipped", "failed", "rate", "by", "note"])
        }
        "replay show" => super::replay::shown(v),
        "event list" => table(v, &["id", "state", "reason", "run", "run_state", "flow"]),
        "delivery list" => {
            table(v, &["id", "verdict", "method", "remote_ip", "answer.status", "reason"])
        }
        "config" => table(&v["settings"], &["key", "source", "value"]),
        "user list" => table(v, &["id", "role", "seen_at", "email", "name"]),
        "key list" => table(v, &["id", "role", "used_at", "expires_at", "created_by", "name"]),
        "backup" => super::backup::backed_up(v),
        "restore" => super::backup::restored(v),
        "resume" => super::backup::resumed(v),
        "connector gc" => table(v, &["name", "version"]),
        "connector list" => {
            table(v, &["name", "version", "title.en", "triggers", "actions", "methods"])
        }
        _ => lines(v),
    }
}

fn imported(v: &Value) -> String {
    let mut out = lines(v);
    if v["version"] == json!(0) {
        out.push_str("It is a draft: its events are held until you publish it.\n");
    }
    out
}

/// What the rows of a file would start.
fn trial(v: &Value) -> String {
    let mut out = format!("{} row(s) can start, {} cannot\n", v["rows"], v["faulty"]);
    for f in v["faults"].as_array().into_iter().flatten() {
        let _ = writeln!(out, "line {}: {}", f["line"], word(&f["message"]["en"]));
    }
    for row in v["sample"].as_array().into_iter().flatten() {
        let _ = writeln!(out, "{row}");
    }
    if !word(&v["unused"]).is_empty() {
        let _ = writeln!(out, "not used: {}", word(&v["unused"]));
    }
    out
}

/// When a flow starts by itself.
fn next(v: &Value) -> String {
    let mut out = format!("{}\n", word(&v["source"]));
    for t in v["times"].as_array().into_iter().flatten() {
        let _ = writeln!(out, "{}", word(t));
    }
    let last = &v["last"];
    if !last.is_null() {
        let what = if last["ok"] == json!(true) { "worked" } else { "did not work" };
        let _ = writeln!(out, "last: {what} {}", word(&last["message"]));
    }
    out
}

fn problems(v: &Value) -> String {
    let list = v["problems"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut out = String::new();
    for p in list {
        let _ = writeln!(out, "{}: {}", word(&p["severity"]), word(&p["text"]));
    }
    if list.is_empty() {
        out.push_str("no problems\n");
    }
    out
}

/// A run as its story: state, then each attempt in order.
fn run(v: &Value) -> String {
    let r = &v["run"];
    let mut out = format!("{}  {}\n", word(&r["id"]), word(&r["state"]));
    for key in ["flow", "version", "event", "replay_of", "step"] {
        if !r[key].is_null() {
            let _ = writeln!(out, "  {key}: {}", word(&r[key]));
        }
    }
    for key in ["bulk", "replays"] {
        if !word(&v[key]).is_empty() {
            let _ = writeln!(out, "  {key}: {}", word(&v[key]));
        }
    }
    if !r["error"].is_null() {
        let _ = writeln!(
            out,
            "  error: {} ({})",
            word(&r["error"]["message"]),
            word(&r["error"]["code"])
        );
    }
    run_steps::write(v, &mut out);
    out
}

/// Rows with the widths that their content needs.
pub(super) fn table(v: &Value, columns: &[&str]) -> String {
    let rows: Vec<Vec<String>> = v
        .as_array()
        .into_iter()
        .flatten()
        .map(|r| columns.iter().map(|c| cell(r, c)).collect())
        .collect();
    if rows.is_empty() {
        return "nothing\n".into();
    }
    let width = |i: usize| {
        rows.iter().map(|r| r[i].chars().count()).chain([columns[i].len()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded: Vec<String> =
            cells.iter().zip(&widths).map(|(c, w)| format!("{c:w$}", w = *w)).collect();
        format!("{}\n", padded.join("  ").trim_end())
    };
    let mut out = line(columns.iter().map(|c| c.rsplit('.').next().unwrap_or(c)).collect());
    for r in &rows {
        out.push_str(&line(r.iter().map(String::as_str).collect()));
    }
    out
}

fn cell(row: &Value, path: &str) -> String {
    word(path.split('.').fold(row, |v, key| &v[key]))
}

fn lines(v: &Value) -> String {
    let Value::Object(m) = v else { return format!("{}\n", word(v)) };
    let mut out = String::new();
    for (k, v) in m {
        let _ = writeln!(out, "{k}: {}", word(v));
    }
    out
}

pub(super) fn word(v: &Value) -> String {
    match v {
        Value::Null => String::new(),
        Value::String(s) => s.clone(),
        Value::Array(a) if a.iter().all(Value::is_string) => {
            a.iter().map(word).collect::<Vec<_>>().join(",")
        }
        other => other.to_string(),
    }
}
