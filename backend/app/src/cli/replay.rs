//! The words about replays: of one run, and of many.

use std::fmt::Write;

use clap::{Args, Subcommand};
use domain::clock::SharedClock;
use domain::ids::{FlowId, ReplayId, RunId};
use domain::replay::{Replay, Selection};
use domain::run::RunState;
use domain::{Code, Span, Time, limits};
use serde_json::{Value, json};

use super::args::run_state;
use super::show::{table, word};
use crate::ops::bulk::BulkOp;
use crate::ops::{Failure, Op};

#[derive(Args)]
pub struct ReplayArgs {
    /// One run; without it, every run that the other words select.
    pub id: Option<RunId>,
    #[command(flatten)]
    how: How,
    #[command(flatten)]
    which: Which,
    /// Only print how many runs it would be, and the first of them.
    #[arg(long, conflicts_with = "id")]
    dry_run: bool,
    /// Begin without being asked whether the number is as expected.
    #[arg(long, conflicts_with = "id")]
    yes: bool,
    /// Runs begun in a second.
    #[arg(long, conflicts_with = "id", default_value_t = limits::REPLAY_RATE)]
    rate: i64,
}

#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
struct How {
    /// From the step that failed, with what the steps before it gave.
    #[arg(long)]
    from_failed: bool,
    /// With the version published now instead of the one the run had.
    #[arg(long)]
    current_version: bool,
    /// Repeat completed actions even if they may not be repeated blindly; of many runs, also take
    /// those whose last action nobody knows the outcome of.
    #[arg(long)]
    repeat_unsafe: bool,
    /// With the body as text, for one that could not be read as what it was said to be.
    #[arg(long)]
    as_text: bool,
}

#[derive(Args)]
#[group(id = "which", multiple = true, conflicts_with = "id")]
struct Which {
    /// Runs of this flow.
    #[arg(long)]
    flow: Option<FlowId>,
    /// failed, parked, succeeded, filtered, stale or cancelled; can be given again. Without it
    /// failed and parked.
    #[arg(long = "state", value_parser = run_state)]
    states: Vec<RunState>,
    /// Runs that ended with this error code.
    #[arg(long, value_parser = code)]
    error: Option<Code>,
    /// Runs that failed or parked at this step.
    #[arg(long)]
    step: Option<String>,
    /// Runs begun since then: 2026-03-02T09:00:00Z, or 2h for two hours ago.
    #[arg(long, value_parser = when)]
    since: Option<When>,
    /// Runs begun before then.
    #[arg(long, value_parser = when)]
    until: Option<When>,
    /// Also runs that have a replay already.
    #[arg(long)]
    again: bool,
}

#[derive(Subcommand)]
pub enum Bulk {
    /// The latest replays of many runs.
    List {
        #[arg(long)]
        before: Option<ReplayId>,
        #[arg(long, default_value_t = limits::PAGE)]
        limit: u32,
    },
    /// How far a replay is, and which run was made of which.
    Show {
        id: ReplayId,
        /// Continue after this original run.
        #[arg(long)]
        after: Option<RunId>,
        #[arg(long, default_value_t = limits::PAGE)]
        limit: u32,
    },
    /// Make no more runs; those that were made go on.
    Cancel { id: ReplayId },
}

/// A moment as a person says it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
    At(Time),
    Ago(Span),
}

impl When {
    fn time(self, clock: &SharedClock) -> Time {
        match self {
            When::At(t) => t,
            When::Ago(span) => clock.now().minus(span),
        }
    }
}

fn when(text: &str) -> Result<When, String> {
    if let Ok(span) = text.parse::<Span>() {
        return Ok(When::Ago(span));
    }
    let at = mapping::moment::parse(&json!(text), "UTC").map(When::At);
    at.ok_or_else(|| "expected a time such as 2026-03-02T09:00:00Z, or 2h for two hours ago".into())
}

fn code(text: &str) -> Result<Code, String> {
    Code::parse(text).ok_or_else(|| format!("\"{text}\" is no error code; see `zveno run show`"))
}

/// `run replay`.
pub(super) fn of_runs(a: ReplayArgs) -> Result<(&'static str, Op), Failure> {
    let How { from_failed, current_version, repeat_unsafe, as_text } = a.how;
    let how = Replay { from_failed, current_version, repeat_unsafe, as_text };
    if let Some(id) = a.id {
        return Ok(("run replay", Op::RunReplay { id, how }));
    }
    let w = a.which;
    let clock = engine::clock::SystemClock::shared();
    let selection = Selection {
        flow: w.flow,
        states: w.states,
        error: w.error,
        step: w.step,
        since: w.since.map(|t| t.time(&clock)),
        until: w.until.map(|t| t.time(&clock)),
        again: w.again,
    };
    if selection == Selection::default() {
        return Err(Failure::bad("name a run, or say which: --flow, --state, --since, --error"));
    }
    let name = if a.dry_run { "runs count" } else { "runs replay" };
    let (rate, dry_run, yes) = (a.rate, a.dry_run, a.yes);
    Ok((name, Op::RunsReplay(BulkOp { selection, how, rate, dry_run, yes })))
}

/// `replay`.
pub(super) fn of_replays(r: &Bulk) -> (&'static str, Op) {
    match *r {
        Bulk::List { before, limit } => ("replay list", Op::ReplayList { before, limit }),
        Bulk::Show { id, after, limit } => ("replay show", Op::ReplayShow { id, after, limit }),
        Bulk::Cancel { id } => ("replay cancel", Op::ReplayCancel { id }),
    }
}

/// What would be replayed, or is from now on.
pub(super) fn begun(v: &Value) -> String {
    let c = &v["count"];
    let more = if c["more"] == json!(true) { "more than " } else { "" };
    let mut out = format!("{more}{} runs\n", c["runs"]);
    if c["unknown"] != json!(0) {
        let _ = writeln!(
            out,
            "{} more are left out: nobody knows whether their last action happened (--repeat-unsafe takes them)",
            c["unknown"]
        );
    }
    if let Some(id) = v["id"].as_str() {
        let _ = writeln!(out, "replay {id} has begun; see zveno replay show {id}");
    }
    if v["sample"].as_array().is_some_and(|s| !s.is_empty()) {
        out.push_str(&table(&v["sample"], &["id", "state", "flow", "step", "error.message"]));
    }
    out
}

/// A replay and a page of what it made.
pub(super) fn shown(v: &Value) -> String {
    let r = &v["replay"];
    let mut out = format!("{}  {}\n", word(&r["id"]), word(&r["state"]));
    for key in ["total", "made", "skipped", "failed", "rate", "by", "note"] {
        if !r[key].is_null() {
            let _ = writeln!(out, "  {key}: {}", word(&r[key]));
        }
    }
    out.push_str(&table(&v["items"], &["original", "run", "state"]));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_time_or_how_long_ago() {
        assert_eq!(when("2h"), Ok(When::Ago(Span::hours(2))));
        let at = Time(1_772_442_000_000_000);
        assert_eq!(when("2026-03-02T09:00:00Z"), Ok(When::At(at)));
        assert!(when("yesterday").is_err());
    }
}
