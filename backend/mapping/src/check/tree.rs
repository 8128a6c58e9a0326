//! Where every step stands: what surrounds it and when it comes.

use std::collections::HashMap;

use domain::flow::{Flow, OnError, Step, StepKind};

/// What holds a list of steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Around {
    /// An arm of a branch, by its position.
    Arm(usize),
    Loop,
    /// What runs instead of a failed step.
    Instead,
}

/// A step and what it is inside of, from the outside in.
#[derive(Clone, Debug)]
pub struct Info<'f> {
    pub path: Vec<(&'f str, Around)>,
    /// Position in document order.
    pub order: usize,
    /// It, or something around it, is switched off.
    pub disabled: bool,
}

/// All steps by id.
pub struct Tree<'f>(HashMap<&'f str, Info<'f>>);

/// Why one step does not see another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hidden<'f> {
    /// There is no such step.
    Unknown,
    Itself,
    /// It holds the step that asks, and has no result yet.
    Holds,
    Later,
    /// It stands in another arm of this branch.
    OtherArm(&'f str),
    /// It stands inside of this one, which the asking step is not in.
    Inside(&'f str, Around),
}

impl<'f> Tree<'f> {
    pub fn of(flow: &'f Flow) -> Self {
        let mut out = Self(HashMap::new());
        out.add(&flow.steps, &[], false);
        out
    }

    fn add(&mut self, steps: &'f [Step], path: &[(&'f str, Around)], disabled: bool) {
        for step in steps {
            let disabled = disabled || step.disabled;
            let order = self.0.len();
            let info = Info { path: path.to_vec(), order, disabled };
            self.0.entry(&step.id).or_insert(info);
            for (around, inner) in inner(step) {
                let mut path = path.to_vec();
                path.push((&step.id, around));
                self.add(inner, &path, disabled);
            }
        }
    }

    pub fn get(&self, id: &str) -> Option<&Info<'f>> {
        self.0.get(id)
    }

    pub fn ids(&self) -> impl Iterator<Item = &'f str> {
        self.0.keys().copied()
    }

    /// Why `by` does not see `id`. Without `by` it is the trigger that asks, before all steps.
    pub fn why_hidden(&self, id: &str, by: Option<&str>) -> Hidden<'f> {
        let Some(info) = self.get(id) else {
            return Hidden::Unknown;
        };
        let Some((by, asks)) = by.and_then(|b| Some((b, self.get(b)?))) else {
            return Hidden::Later;
        };
        if by == id {
            return Hidden::Itself;
        }
        if asks.path.iter().any(|(holder, _)| *holder == id) {
            return Hidden::Holds;
        }
        if info.order > asks.order {
            return Hidden::Later;
        }
        let same = info.path.iter().zip(&asks.path).take_while(|(a, b)| a == b).count();
        match (info.path.get(same), asks.path.get(same)) {
            (Some((holder, _)), Some((other, _))) if holder == other => Hidden::OtherArm(holder),
            (Some((holder, around)), _) => Hidden::Inside(holder, *around),
            (None, _) => Hidden::Later,
        }
    }
}

/// The lists of steps that a step holds.
pub fn inner(step: &Step) -> Vec<(Around, &[Step])> {
    match &step.kind {
        StepKind::Branch { arms, .. } => {
            arms.iter().enumerate().map(|(i, a)| (Around::Arm(i), &a.steps[..])).collect()
        }
        StepKind::ForEach(f) => vec![(Around::Loop, &f.steps[..])],
        StepKind::Action(a) => match &a.on_error {
            OnError::Steps(steps) => vec![(Around::Instead, &steps[..])],
            OnError::Stop | OnError::Continue => Vec::new(),
        },
        StepKind::Delay(_) | StepKind::Set(_) | StepKind::Filter(_) | StepKind::Respond(_) => {
            Vec::new()
        }
    }
}
