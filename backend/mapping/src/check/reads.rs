//! Whether a mapping reads only what is there: roots, steps that ran before, variables that were
//! set (semantics S8, S9).

use super::scope::{KEYS, STEP_KEYS, Scope};
use super::{Checker, fault};
use crate::reference::Used;

/// Roots of the items of loops that a step outside of every loop may have meant.
const LOOP_ROOTS: [&str; 2] = ["item", "index"];

impl Checker<'_> {
    /// Checks one path that something at `place` reads.
    pub fn used(&mut self, used: &Used, place: &str, scope: &Scope<'_>) {
        let Some(root) = used.root() else {
            self.say(fault::no_root(place, &scope.roots));
            return;
        };
        if !scope.roots.contains(&root) {
            self.say(if LOOP_ROOTS.contains(&root) {
                fault::only_in_loop(place, root)
            } else {
                fault::unknown_root(place, root, &scope.roots)
            });
            return;
        }
        match root {
            "steps" => self.step_read(used, place, scope),
            "vars" => self.variable_read(used, place, scope),
            _ => {
                let keys = KEYS.iter().find(|(name, _)| *name == root);
                if let Some((_, keys)) = keys
                    && let Some(got) = used.name(1).filter(|k| !keys.contains(k))
                {
                    self.say(fault::unknown_part(place, root, got, keys));
                }
            }
        }
    }

    fn step_read(&mut self, used: &Used, place: &str, scope: &Scope<'_>) {
        let Some(id) = used.step() else {
            self.say(fault::step_unnamed(place));
            return;
        };
        if !scope.seen.contains(&id) {
            let why = self.tree.why_hidden(id, scope.step);
            // A word that is near to a step that is not seen helps too: then that is said next.
            let known = scope.seen.iter().copied().chain(self.tree.ids());
            let known: Vec<&str> = known.filter(|k| Some(*k) != scope.step).collect();
            self.say(fault::step_hidden(place, id, why, &known));
            return;
        }
        if self.tree.get(id).is_some_and(|i| i.disabled) && !self.asks_disabled(scope) {
            self.say(fault::step_disabled(place, id));
        }
        if let Some(got) = used.name(2).filter(|k| !STEP_KEYS.contains(k)) {
            self.say(fault::unknown_part(place, &format!("steps.{id}"), got, STEP_KEYS));
        }
    }

    fn variable_read(&mut self, used: &Used, place: &str, scope: &Scope<'_>) {
        let Some(name) = used.name(1) else { return };
        match scope.vars.get(name) {
            Some(true) if !self.asks_disabled(scope) => {
                self.say(fault::variable_disabled(place, name));
            }
            Some(_) => {}
            None => self.say(fault::unknown_variable(place, name, scope.vars.keys().copied())),
        }
    }

    /// Whether the step that reads is switched off itself: then nothing is missing.
    fn asks_disabled(&self, scope: &Scope<'_>) -> bool {
        scope.step.and_then(|s| self.tree.get(s)).is_some_and(|i| i.disabled)
    }
}
