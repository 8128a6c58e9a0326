//! What happens next: pure decisions over a compiled flow and the journal of a run.
//!
//! The journal alone says where a run is. A [`Machine`] walks it once when a worker gets the run and
//! then moves with every row that is put into it, so a run can be taken over at any moment, a
//! settled step never runs again, and the walk costs the same however long a loop is. Inside a loop
//! of several items there are several places at once; each is a frame, named by [`At`].

mod decide;
mod frame;
mod scene;
mod walk;

use std::collections::{BTreeSet, HashMap, VecDeque};

use domain::journal::StepRow;
use domain::outcome::StepError;
use domain::run::RunState;
use domain::{Code, Time};
use mapping::Context;
use serde_json::Value;

use crate::program::{Node, Program};
use frame::{Frame, List};
use scene::Scene;

pub use decide::{Decision, Try, decide, interrupted};
pub use frame::{At, LIST};

/// Where a run is.
#[derive(Debug)]
pub enum Next {
    /// The step of this frame is due: evaluate it, or send its request.
    Step(At),
    /// All items of the loop that this frame is at have ended: its list is complete.
    Close(At),
    /// Nothing can start before a request under way ends, or this moment comes.
    Busy { until: Option<Time> },
    /// Nothing is under way; this frame goes on first, then.
    Wait { at: At, until: Time },
    /// Nothing is left to do.
    End(End),
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub struct End {
    pub state: RunState,
    /// Where, such as `lead` or `lead#3.0`.
    pub step: Option<String>,
    pub error: Option<StepError>,
}

/// An item: the number of its loop, and its path.
type Item = (usize, String);

/// The position of a run, and what its mappings see.
pub struct Machine<'p> {
    frames: Vec<Frame<'p>>,
    /// Frames that are not used any more.
    free: Vec<At>,
    /// Frames whose step is due, in the order in which they are served.
    ready: VecDeque<At>,
    waiting: BTreeSet<(Time, At)>,
    /// Rows read from the store whose item no frame has come to yet.
    journal: HashMap<Item, Vec<(usize, StepRow)>>,
    scene: Scene,
    held: usize,
    now: Time,
    end: Option<End>,
}

impl<'p> Machine<'p> {
    /// Finds where the run is. Rows of steps that the version does not have count for nothing.
    /// `context` is what the first step sees, `created_at` the `now` of the first step.
    pub fn new(
        program: &'p Program,
        rows: Vec<StepRow>,
        context: Context,
        created_at: Time,
        now: Time,
    ) -> Self {
        let mut journal: HashMap<Item, Vec<(usize, StepRow)>> = HashMap::new();
        let mut of_run = Vec::new();
        for row in rows {
            let Some(no) = program.number(&row.step) else { continue };
            match program.home(no) {
                None if row.item.is_empty() => of_run.push((no, row)),
                None => {}
                Some(l) => journal.entry((l, row.item.clone())).or_default().push((no, row)),
            }
        }
        let run = Frame {
            lists: vec![List::new(&program.steps)],
            kept: of_run,
            last: created_at,
            ..Frame::default()
        };
        let mut machine = Self {
            frames: vec![run],
            free: Vec::new(),
            ready: VecDeque::new(),
            waiting: BTreeSet::new(),
            journal,
            scene: Scene::new(context),
            held: 0,
            now,
            end: None,
        };
        if machine.advance(At::RUN) {
            machine.ready.push_back(At::RUN);
        }
        machine
    }

    /// What happens next, while `flying` requests are under way. A frame that is named must be put
    /// on, given back, or known to be under way before the next question.
    pub fn next(&mut self, now: Time, flying: usize) -> Next {
        self.now = now;
        if let Some(end) = &self.end {
            return match flying {
                0 => Next::End(end.clone()),
                _ => Next::Busy { until: None },
            };
        }
        // With nothing else to do the run is given back even for a moment: the queue decides.
        if flying > 0 {
            while let Some((_, at)) = self.waiting.first().filter(|(due, _)| *due <= now).copied() {
                self.waiting.pop_first();
                self.ready.push_back(at);
            }
        }
        if let Some(at) = self.ready.pop_front() {
            return if self.frames[at.0].each.is_some() { Next::Close(at) } else { Next::Step(at) };
        }
        match (self.waiting.first().copied(), flying) {
            (first, 1..) => Next::Busy { until: first.map(|(due, _)| due) },
            (Some((until, at)), 0) => Next::Wait { at, until },
            (None, 0) => Next::End(End { state: RunState::Succeeded, step: None, error: None }),
        }
    }

    /// How the run ended, once something failed for good or needs a person.
    pub fn trouble(&self) -> Option<&End> {
        self.end.as_ref().filter(|e| matches!(e.state, RunState::Failed | RunState::Parked))
    }

    /// The step of a frame.
    pub fn node(&self, at: At) -> Option<&'p Node> {
        self.frames[at.0].node()
    }

    /// The row of the frame's step as it is, or as it is before the first try.
    pub fn row(&self, at: At) -> StepRow {
        let frame = &self.frames[at.0];
        frame.row.clone().unwrap_or_else(|| {
            let step = frame.node().map_or("", |n| n.id.as_str());
            StepRow::new(step, frame.item.as_str(), frame.last)
        })
    }

    /// Whether other items may be under way at the same time as this frame.
    pub fn is_parallel(&self, at: At) -> bool {
        self.frames[at.0].parallel
    }

    /// The frame that is at this step of this item, for its row to be put at once.
    pub fn seize(&mut self, step: &str, item: &str) -> Option<At> {
        let is_it = |f: &Frame<'p>| f.item == item && f.node().is_some_and(|n| n.id == step);
        let at = self.frames.iter().position(is_it).map(At)?;
        self.ready.retain(|r| *r != at);
        self.waiting.retain(|(_, w)| *w != at);
        Some(at)
    }

    /// The data that the frame's mappings see.
    pub fn context(&mut self, at: At) -> &mut Context {
        self.scene.enter(&mut self.frames, at)
    }

    /// The data of the run, outside of all loops.
    pub fn context_of_run(&mut self) -> &mut Context {
        self.context(At::RUN)
    }

    /// JSON bytes of what the steps hold now.
    pub fn held(&self) -> usize {
        self.held
    }

    /// The row of a step of the frame from now on. If that settles the step, the frame goes on.
    pub fn put(&mut self, at: At, row: StepRow) {
        if let Some(node) = self.node(at)
            && self.take(at, node, row, false)
            && self.advance(at)
        {
            self.ready.push_front(at);
        }
    }

    /// A frame whose step is not started after all.
    pub fn give_back(&mut self, at: At) {
        self.ready.push_front(at);
    }

    /// The row of a loop all of whose items have ended, and what they gave. Put the row back.
    pub fn close(&mut self, at: At) -> Option<(StepRow, Value)> {
        let each = self.frames[at.0].each.take()?;
        self.held -= each.bytes;
        Some(each.close())
    }

    /// The rows of the frames that wait.
    pub fn waiting(&self) -> impl Iterator<Item = &StepRow> {
        self.waiting.iter().filter_map(|(_, at)| self.frames[at.0].row.as_ref())
    }
}

/// Whether the step waits for a broken connection: a run that is claimed before its time was woken
/// because the connection works again, so it looks at it (semantics S14).
pub fn awaits_connection(row: &StepRow) -> bool {
    row.error.as_ref().is_some_and(|e| e.code == Code::ConnectionBroken)
}

/// The arms that were chosen on entry, as the journal has them.
fn taken_arms(output: Option<&Value>) -> Vec<usize> {
    output
        .and_then(|o| o.get("taken"))
        .and_then(|t| t.as_array())
        .map(|t| {
            t.iter().filter_map(|v| v.as_u64().and_then(|n| usize::try_from(n).ok())).collect()
        })
        .unwrap_or_default()
}

fn ended(state: RunState, row: &StepRow) -> End {
    End { state, step: Some(row.place()), error: row.error.clone() }
}

/// Of two ends the one that the run has: what needs a person is never hidden by a failure, or a
/// replay could repeat an action whose outcome nobody knows.
fn graver(state: RunState) -> u8 {
    match state {
        RunState::Parked => 2,
        RunState::Failed => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
