//! What mappings see, at each place of a run: the data of the run, and inside a loop the item with
//! what its own steps gave. There is one tree; the few values that differ between two items are
//! exchanged when another item is looked at, so nothing is copied however many items there are.

use domain::journal::StepRow;
use mapping::Context;
use serde_json::{Map, Value, json};

use super::frame::{At, Frame};
use crate::program::{Kind, Node};

/// Where a value of an item is seen.
#[derive(Debug, PartialEq, Eq)]
enum Key<'p> {
    Root(&'p str),
    Step(&'p str),
    Var(String),
}

/// The values of one item. While it is looked at, what they replaced.
#[derive(Debug, Default)]
pub(super) struct Own<'p>(Vec<(Key<'p>, Option<Value>)>);

impl<'p> Own<'p> {
    /// Of an item that has just started.
    pub fn of_item(name: &'p str, item: Value, index: usize) -> Self {
        Self(vec![(Key::Root(name), Some(item)), (Key::Root("index"), Some(Value::from(index)))])
    }

    fn exchange(&mut self, context: &mut Context) {
        for (key, value) in &mut self.0 {
            *value = put(context, key, value.take());
        }
    }

    fn slot(&mut self, key: &Key<'_>) -> Option<&mut Option<Value>> {
        self.0.iter_mut().find(|(k, _)| k == key).map(|(_, v)| v)
    }
}

/// The data of a run, as the items that are looked at see it.
pub(super) struct Scene {
    context: Context,
    /// The items that are looked at, from the outside in.
    inside: Vec<At>,
}

impl Scene {
    pub fn new(context: Context) -> Self {
        Self { context, inside: Vec::new() }
    }

    /// The data as this frame sees it.
    pub fn enter(&mut self, frames: &mut [Frame<'_>], at: At) -> &mut Context {
        if self.inside.last().copied().unwrap_or(At::RUN) != at {
            let mut chain = Vec::new();
            let mut up = at;
            while let Some((home, _)) = frames[up.0].home {
                chain.push(up);
                up = home;
            }
            chain.reverse();
            let same = self.inside.iter().zip(&chain).take_while(|(a, b)| a == b).count();
            for left in self.inside.drain(same..).rev() {
                frames[left.0].own.exchange(&mut self.context);
            }
            for entered in chain.drain(same..) {
                frames[entered.0].own.exchange(&mut self.context);
                self.inside.push(entered);
            }
        }
        &mut self.context
    }

    /// Looks at nothing of this item any more.
    pub fn leave(&mut self, frames: &mut [Frame<'_>], at: At) {
        if let Some(depth) = self.inside.iter().position(|f| *f == at) {
            for left in self.inside.drain(depth..).rev() {
                frames[left.0].own.exchange(&mut self.context);
            }
        }
    }

    /// Shows to later steps of the frame what a settled step gave.
    pub fn show<'p>(&mut self, frames: &mut [Frame<'p>], at: At, node: &'p Node, row: StepRow) {
        if matches!(node.kind, Kind::Set(_)) {
            if let Some(Value::Object(vars)) = row.output {
                for (name, v) in vars {
                    self.set(frames, at, Key::Var(name), v);
                }
            }
            return;
        }
        if matches!(&node.kind, Kind::Action(a) if a.enrich.is_some()) {
            // Before all steps: nothing is looked at yet but the run.
            let mut trigger = self.context.remove("trigger").unwrap_or_default();
            if let (Value::Object(t), Some(details)) = (&mut trigger, row.output) {
                t.insert("details".into(), details);
            }
            self.context.set("trigger", trigger);
            return;
        }
        let mut seen = Map::new();
        seen.insert("status".into(), row.state.as_str().into());
        if let Some(o) = row.output {
            seen.insert("output".into(), o);
        }
        if let Some(e) = row.error {
            seen.insert("error".into(), json!(e));
        }
        self.set(frames, at, Key::Step(&node.id), Value::Object(seen));
    }

    fn set<'p>(&mut self, frames: &mut [Frame<'p>], at: At, key: Key<'p>, value: Value) {
        if at == At::RUN {
            self.leave_all(frames);
            put(&mut self.context, &key, Some(value));
            return;
        }
        let entered = self.inside.contains(&at);
        if entered {
            // Nothing deeper may stand before what this one sets.
            self.enter(frames, at);
        }
        let own = &mut frames[at.0].own;
        match (own.slot(&key), entered) {
            (Some(slot), false) => *slot = Some(value),
            (None, false) => own.0.push((key, Some(value))),
            (Some(_), true) => {
                put(&mut self.context, &key, Some(value));
            }
            (None, true) => {
                let outside = put(&mut self.context, &key, Some(value));
                own.0.push((key, outside));
            }
        }
    }

    fn leave_all(&mut self, frames: &mut [Frame<'_>]) {
        if let Some(outermost) = self.inside.first().copied() {
            self.leave(frames, outermost);
        }
    }
}

/// Sets or removes a value; gives what was there.
fn put(context: &mut Context, key: &Key<'_>, value: Option<Value>) -> Option<Value> {
    match (key, value) {
        (Key::Root(name), Some(v)) => context.set(name, v),
        (Key::Root(name), None) => context.remove(name),
        (Key::Step(id), Some(v)) => context.set_step(id, v),
        (Key::Step(id), None) => context.remove_step(id),
        (Key::Var(name), Some(v)) => context.set_var(name, v),
        (Key::Var(name), None) => context.remove_var(name),
    }
}
