//! What a replay takes over from the journal of the run that it repeats.

use std::collections::{HashMap, HashSet};

use domain::flow::OnUnknown;
use domain::journal::{StepRow, StepState};

use super::Error;
use super::runs::Replay;
use crate::machine::LIST;
use crate::program::{Kind, Program};

/// From where a run is repeated, by a person who looks at it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct From {
    /// From this step on, which stands in no loop.
    pub step: Option<String>,
    /// From the beginning; wins over the step.
    pub start: bool,
    /// Completed steps that are not to be repeated blindly, and shall be all the same.
    pub repeat: Vec<String>,
}

impl From {
    pub(super) fn is_something(&self) -> bool {
        self.start || self.step.is_some()
    }
}

/// The rows of the old run that count for one which is repeated from there: those of the steps
/// before, and those of later ones that were done and must not be done twice.
pub(super) fn before(
    program: &Program,
    old: &[StepRow],
    from: &From,
) -> Result<Vec<StepRow>, Error> {
    let mut order = HashMap::new();
    let mut cautious = HashSet::new();
    program.each(&mut |n| {
        order.insert(n.id.as_str(), order.len());
        if matches!(&n.kind, Kind::Action(a) if a.on_unknown != OnUnknown::Retry) {
            cautious.insert(n.id.as_str());
        }
    });
    if let Some(unknown) = from.repeat.iter().find(|s| !order.contains_key(s.as_str())) {
        return Err(Error::missing("step", unknown));
    }
    let at = match (&from.step, from.start) {
        (_, true) => 0,
        (None, false) => return Ok(old.to_vec()),
        (Some(step), false) => {
            if program.loops().contains_key(step.as_str()) {
                return Err(Error::conflict(
                    format!("{step} stands in a loop; repeat from the loop itself"),
                    format!("шаг {step} внутри цикла; повторите с самого цикла"),
                ));
            }
            *order.get(step.as_str()).ok_or_else(|| Error::missing("step", step))?
        }
    };
    let loops = program.loops();
    let is_earlier = |row: &StepRow| order.get(row.step.as_str()).is_some_and(|n| *n < at);
    let is_kept = |row: &StepRow| {
        let id = row.step.as_str();
        let done = matches!(row.state, StepState::Done | StepState::Skipped);
        done && cautious.contains(id) && !from.repeat.iter().any(|r| r == id)
    };
    let around = |row: &StepRow| loops.get(row.step.as_str()).into_iter().flatten().copied();
    let lists: HashSet<&str> = old.iter().filter(|r| is_kept(r)).flat_map(around).collect();
    let one = |row: &StepRow| {
        if is_earlier(row) || is_kept(row) {
            return Some(row.clone());
        }
        // Its list, for the items of which something is kept; nothing else of the loop counts.
        lists.contains(row.step.as_str()).then(|| StepRow {
            state: StepState::Entered,
            output: None,
            error: None,
            finished_at: None,
            ..row.clone()
        })
    };
    Ok(old.iter().filter_map(one).collect())
}

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
