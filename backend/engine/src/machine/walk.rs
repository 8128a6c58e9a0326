//! How the frames of a machine move: over what is settled, into branches and loops, and to an end.

use domain::Time;
use domain::journal::{StepRow, StepState};
use domain::run::RunState;
use serde_json::Value;

use super::frame::{At, Frame, List, Loop};
use super::scene::Own;
use super::{End, Machine, awaits_connection, ended, graver, taken_arms};
use crate::program::{Kind, Node, OnErrorNode};

impl<'p> Machine<'p> {
    /// Moves a frame over what its rows have settled. True when its step is due.
    pub(super) fn advance(&mut self, at: At) -> bool {
        loop {
            let frame = &mut self.frames[at.0];
            let Some(list) = frame.lists.last_mut() else {
                self.finish(at);
                return false;
            };
            let Some(node) = list.node() else {
                frame.lists.pop();
                continue;
            };
            if node.disabled {
                list.at += 1;
                continue;
            }
            let Some(row) = frame.take_kept(node.no) else {
                return true;
            };
            if !self.take(at, node, row, true) {
                return false;
            }
        }
    }

    /// Takes the row of the frame's step. True when that settles it and the frame has moved on.
    pub(super) fn take(&mut self, at: At, node: &'p Node, row: StepRow, loaded: bool) -> bool {
        match row.state {
            StepState::Begun | StepState::Waiting => {
                self.hold(at, row, loaded);
                false
            }
            StepState::Parked => {
                self.end_as(ended(RunState::Parked, &row));
                self.frames[at.0].row = Some(row);
                false
            }
            StepState::Entered => {
                self.open(at, node, row);
                false
            }
            StepState::Failed if stops(node) => {
                self.end_as(ended(RunState::Failed, &row));
                self.frames[at.0].row = Some(row);
                false
            }
            StepState::Done | StepState::Skipped | StepState::Filtered | StepState::Failed => {
                self.pass(at, node, row);
                true
            }
        }
    }

    fn hold(&mut self, at: At, row: StepRow, loaded: bool) {
        let due = match row.due_at {
            Some(due) if loaded && (due <= self.now || awaits_connection(&row)) => None,
            due => due,
        };
        self.frames[at.0].row = Some(row);
        match due {
            Some(due) => {
                self.waiting.insert((due, at));
            }
            None => self.ready.push_back(at),
        }
    }

    fn end_as(&mut self, end: End) {
        if self.end.as_ref().is_none_or(|e| graver(e.state) < graver(end.state)) {
            self.end = Some(end);
        }
    }

    /// Goes past a settled step, into the steps that it leads to.
    fn pass(&mut self, at: At, node: &'p Node, row: StepRow) {
        let frame = &mut self.frames[at.0];
        let bytes = row.output.as_ref().map_or(0, mapping::json_size);
        frame.bytes += bytes;
        self.held += bytes;
        frame.last = frame.last.max(row.finished_at.unwrap_or(frame.last));
        frame.row = None;
        if frame.home.is_some() && frame.at_last() && row.state != StepState::Failed {
            frame.result = row.output.clone().unwrap_or_default();
        }
        if let Some(list) = frame.lists.last_mut() {
            list.at += 1;
        }
        match (row.state, &node.kind) {
            (StepState::Filtered, _) => {
                // It ends the branch, handler or item that it stands in, not what is around.
                frame.lists.pop();
                if frame.lists.is_empty() {
                    frame.filtered = Some(&node.id);
                    frame.result = Value::Null;
                }
            }
            (StepState::Done, Kind::Branch(b)) => {
                let taken = taken_arms(row.output.as_ref());
                let arms = taken.into_iter().rev().filter_map(|t| b.arms.get(t));
                frame.lists.extend(arms.map(|arm| List::new(&arm.steps)));
            }
            (StepState::Failed, Kind::Action(a)) => {
                if let OnErrorNode::Steps(steps) = &a.on_error {
                    frame.lists.push(List::new(steps));
                }
            }
            _ => {}
        }
        self.scene.show(&mut self.frames, at, node, row);
    }

    /// Starts the items of a loop whose list is known. A row that has none is as good as no row.
    fn open(&mut self, at: At, node: &'p Node, row: StepRow) {
        let opened = match &node.kind {
            Kind::ForEach(l) => Loop::open(l, row),
            _ => None,
        };
        let Some(each) = opened else {
            self.ready.push_back(at);
            return;
        };
        self.held += each.bytes;
        let frame = &mut self.frames[at.0];
        frame.row = None;
        frame.each = Some(Box::new(each));
        self.fill(at);
    }

    /// Starts items of the loop that a frame is at while there are places.
    fn fill(&mut self, at: At) {
        while let Some(child) = self.begin(at) {
            if self.advance(child) {
                self.ready.push_back(child);
            }
        }
        if let Some(each) = &mut self.frames[at.0].each {
            each.filling = false;
            if each.is_over() {
                self.ready.push_front(at);
            }
        }
    }

    fn begin(&mut self, at: At) -> Option<At> {
        let outer = &mut self.frames[at.0];
        let no = outer.node()?.no;
        let each = outer.each.as_mut()?;
        each.filling = true;
        let (index, value, start) = each.begin()?;
        let l = each.node;
        let item = match outer.item.as_str() {
            "" => index.to_string(),
            around => format!("{around}.{index}"),
        };
        let kept = if self.journal.is_empty() {
            Vec::new()
        } else {
            self.journal.remove(&(no, item.clone())).unwrap_or_default()
        };
        let frame = Frame {
            home: Some((at, index)),
            parallel: outer.parallel || l.concurrency > 1,
            lists: vec![List::new(&l.steps)],
            kept,
            last: start,
            own: Own::of_item(&l.item, value, index),
            item,
            ..Frame::default()
        };
        Some(if let Some(free) = self.free.pop() {
            self.frames[free.0] = frame;
            free
        } else {
            self.frames.push(frame);
            At(self.frames.len() - 1)
        })
    }

    /// A frame has come to its end: the run's, or an item whose place the next one takes.
    fn finish(&mut self, at: At) {
        self.scene.leave(&mut self.frames, at);
        let frame = &mut self.frames[at.0];
        let Some((home, index)) = frame.home else {
            let step = frame.filtered.map(str::to_owned);
            let state = if step.is_some() { RunState::Filtered } else { RunState::Succeeded };
            return self.end_as(End { state, step, error: None });
        };
        let frame = std::mem::take(frame);
        self.free.push(at);
        self.held -= frame.bytes;
        self.place_freed(home, index, frame.result, frame.last);
    }

    fn place_freed(&mut self, home: At, index: usize, output: Value, at: Time) {
        let Some(each) = &mut self.frames[home.0].each else {
            return;
        };
        let before = each.bytes;
        each.end(index, output, at);
        self.held += each.bytes - before;
        if !each.filling {
            self.fill(home);
        }
    }
}

/// Whether the failure of this step is the failure of the run.
fn stops(node: &Node) -> bool {
    match &node.kind {
        Kind::Action(a) => matches!(a.on_error, OnErrorNode::Stop),
        _ => true,
    }
}
