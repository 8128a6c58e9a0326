//! What a replay takes over from the journal of the run that it repeats.

use std::collections::{HashMap, HashSet};

use domain::flow::OnUnknown;
use domain::journal::{StepRow, StepState};

use super::runs::Replay;
use crate::machine::LIST;
use crate::program::{Kind, Program};

/// The rows that the new run begins with: their steps do not run again.
pub(super) fn rows(program: &Program, old: &[StepRow], how: Replay) -> Vec<StepRow> {
    let mut kinds = HashMap::new();
    program.each(&mut |n| {
        kinds.insert(n.id.as_str(), &n.kind);
    });
    let loops = program.loops();
    let around =
        |row: &StepRow| loops.get(row.step.as_str()).map(Vec::as_slice).unwrap_or_default();
    let keeps = |row: &StepRow| {
        let depth = row.item.split('.').filter(|i| !i.is_empty()).count();
        depth == around(row).len()
            && kinds.get(row.step.as_str()).is_some_and(|kind| is_kept(kind, row, how))
    };
    // The rows of an item mean something only with the list that it was in.
    let mut lists: HashSet<(&str, String)> = HashSet::new();
    for row in old.iter().filter(|r| keeps(r)) {
        let path: Vec<&str> = row.item.split('.').collect();
        for (depth, each) in around(row).iter().enumerate() {
            lists.insert((each, path[..depth].join(".")));
        }
    }
    let entered = |row: &StepRow| {
        let pinned = row.pinned.as_ref().is_some_and(|p| p.get(LIST).is_some());
        pinned && lists.contains(&(row.step.as_str(), row.item.clone()))
    };
    let mut out = Vec::with_capacity(old.len());
    for row in old {
        if keeps(row) {
            out.push(row.clone());
        } else if entered(row) {
            out.push(StepRow {
                state: StepState::Entered,
                output: None,
                error: None,
                finished_at: None,
                ..row.clone()
            });
        }
    }
    out
}

/// Whether the step does not run again.
fn is_kept(kind: &Kind, row: &StepRow, how: Replay) -> bool {
    let done = matches!(row.state, StepState::Done | StepState::Skipped);
    match kind {
        Kind::Action(a) if a.on_unknown != OnUnknown::Retry => {
            done && (how.from_failed || !how.repeat_unsafe)
        }
        Kind::ForEach(_) => how.from_failed && (done || row.state == StepState::Entered),
        _ => done && how.from_failed,
    }
}
