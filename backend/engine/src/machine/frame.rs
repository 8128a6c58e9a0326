//! The parts of a position: the run itself or one item of a loop, the lists of steps it is in, and
//! the loop whose items it waits for.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use domain::Time;
use domain::journal::StepRow;
use serde_json::Value;

use super::scene::Own;
use crate::program::{LoopNode, Node};

/// One of the frames of a machine; the run itself is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At(pub(super) usize);

impl At {
    pub(super) const RUN: At = At(0);
}

/// The run, or one item of a loop: what goes from step to step by itself.
#[derive(Default)]
pub(super) struct Frame<'p> {
    /// The item path of its rows, such as `3.0`; empty for the run.
    pub item: String,
    /// The frame of the loop that it is an item of, and which.
    pub home: Option<(At, usize)>,
    /// Several items may be under way around it.
    pub parallel: bool,
    /// The lists of steps that it is in, the innermost last.
    pub lists: Vec<List<'p>>,
    /// Rows read from the store that it has not come to yet.
    pub kept: Vec<(usize, StepRow)>,
    /// The row of its step, if that has been tried and is not over.
    pub row: Option<StepRow>,
    /// When its last step ended; for an item without one, when its place became free.
    pub last: Time,
    /// The filter that ended it.
    pub filtered: Option<&'p str>,
    /// What its last step gave.
    pub result: Value,
    /// The loop that its step is, once its list is known.
    pub each: Option<Box<Loop<'p>>>,
    /// What only its own mappings see, while they are not looked at.
    pub own: Own<'p>,
    /// JSON bytes that its steps hold.
    pub bytes: usize,
}

impl<'p> Frame<'p> {
    /// The step that it is at.
    pub fn node(&self) -> Option<&'p Node> {
        self.lists.last().and_then(List::node)
    }

    /// The row that the store had of this step.
    pub fn take_kept(&mut self, no: usize) -> Option<StepRow> {
        let at = self.kept.iter().position(|(n, _)| *n == no)?;
        Some(self.kept.swap_remove(at).1)
    }

    /// Whether the step that it is at is the last of the run or item itself.
    pub fn at_last(&self) -> bool {
        match self.lists.as_slice() {
            [list] => list.steps.iter().skip(list.at + 1).all(|n| n.disabled),
            _ => false,
        }
    }
}

/// A list of steps and how far it has come.
pub(super) struct List<'p> {
    pub steps: &'p [Node],
    pub at: usize,
}

impl<'p> List<'p> {
    pub fn new(steps: &'p [Node]) -> Self {
        Self { steps, at: 0 }
    }
    pub fn node(&self) -> Option<&'p Node> {
        self.steps.get(self.at)
    }
}

/// A loop whose list is known.
pub(super) struct Loop<'p> {
    pub node: &'p LoopNode,
    /// Its row; the list is pinned there.
    pub row: StepRow,
    len: usize,
    /// The next item to start.
    next: usize,
    running: usize,
    /// When each free place became free. An item takes the one that was free first: so its start
    /// follows from the journal alone, also after a crash.
    places: BinaryHeap<Reverse<Time>>,
    outputs: Vec<Value>,
    /// JSON bytes of the list and of what the items gave.
    pub bytes: usize,
    /// Its items are just being started, so an item that ends at once need not start others.
    pub filling: bool,
}

/// Where the list of a loop is pinned in its row.
pub const LIST: &str = "list";

impl<'p> Loop<'p> {
    /// Nothing if the row has no list.
    pub fn open(node: &'p LoopNode, row: StepRow) -> Option<Self> {
        let list = list(&row)?;
        let len = list.len();
        let bytes = list.iter().map(mapping::json_size).sum();
        let places = vec![Reverse(row.started_at); node.concurrency.min(len)].into();
        let outputs = vec![Value::Null; len];
        Some(Self { node, row, len, next: 0, running: 0, places, outputs, bytes, filling: false })
    }

    /// Starts the next item if there is one and a place for it: its number, the item, and when it
    /// is taken to start.
    pub fn begin(&mut self) -> Option<(usize, Value, Time)> {
        if self.next == self.len {
            return None;
        }
        let Reverse(start) = self.places.pop()?;
        let index = self.next;
        self.next += 1;
        self.running += 1;
        let item = list(&self.row).and_then(|l| l.get(index)).cloned().unwrap_or_default();
        Some((index, item, start))
    }

    /// An item has ended; its place is free from then on.
    pub fn end(&mut self, index: usize, output: Value, at: Time) {
        self.running -= 1;
        self.places.push(Reverse(at));
        self.bytes += mapping::json_size(&output);
        if let Some(o) = self.outputs.get_mut(index) {
            *o = output;
        }
    }

    /// Whether every item has ended.
    pub fn is_over(&self) -> bool {
        self.next == self.len && self.running == 0
    }

    /// Its row and what its items gave.
    pub fn close(self) -> (StepRow, Value) {
        (self.row, Value::Array(self.outputs))
    }
}

fn list(row: &StepRow) -> Option<&Vec<Value>> {
    row.pinned.as_ref()?.get(LIST)?.as_array()
}
