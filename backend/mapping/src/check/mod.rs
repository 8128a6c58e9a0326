//! Validates a flow: everything that needs paths, templates, functions and connectors. Whether
//! the document has the right keys and types is `domain::flow::read`; nothing here evaluates.

use domain::Problem;
use domain::field::FieldSpec;
use domain::flow::catalogue::Catalogue;
use domain::flow::{Flow, place, read};
use jiff::tz::TimeZone;
use serde_json::Value;

mod condition;
mod connector;
mod fault;
mod input;
mod literal;
mod mapping;
mod pattern;
mod reads;
mod reply;
mod scope;
mod shape;
mod source;
mod steps;
mod tree;
mod trigger;

#[cfg(test)]
mod tests;

use tree::Tree;

/// Every problem of `flow`: of the trigger, the steps, the answer and the settings.
pub fn check(flow: &Flow, catalogue: &dyn Catalogue) -> Vec<Problem> {
    let mut checker = Checker { flow, catalogue, tree: Tree::of(flow), problems: Vec::new() };
    checker.trigger();
    let end = checker.steps();
    checker.answer(end);
    checker.timezone();
    checker.problems
}

/// What is wrong with a value for a field, as a written-out one of a flow is checked; `at` is its
/// place.
pub fn value(v: &Value, spec: &FieldSpec, timezone: &str, at: &str) -> Vec<Problem> {
    literal::check(v, spec, timezone, at)
}

/// Reads a document and checks what could be read: all problems of both, so that an author sees
/// them at once. The flow is whole only if no problem is an error.
pub fn document(document: &Value, catalogue: &dyn Catalogue) -> (Flow, Vec<Problem>) {
    let (flow, mut problems) = read::read_lenient(document);
    let unread: Vec<String> = problems.iter().map(|p| p.place.clone()).collect();
    // Where something could not be read, an empty thing stands in its place: what is wrong with
    // that is not the author's fault.
    let seen = |p: &Problem| {
        !unread.iter().any(|u| place::within(&p.place, u) || place::within(u, &p.place))
    };
    problems.extend(check(&flow, catalogue).into_iter().filter(seen));
    (flow, problems)
}

/// A check on its way through the flow.
struct Checker<'f> {
    flow: &'f Flow,
    catalogue: &'f dyn Catalogue,
    tree: Tree<'f>,
    problems: Vec<Problem>,
}

impl<'f> Checker<'f> {
    fn say(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// The time zone of the flow; UTC where it has a wrong one, which is said once.
    fn zone(&self) -> &'f str {
        let name = &self.flow.settings.timezone;
        if TimeZone::get(name).is_ok() { name } else { "UTC" }
    }

    fn timezone(&mut self) {
        let name = &self.flow.settings.timezone;
        if TimeZone::get(name).is_err() {
            let known: Vec<String> =
                jiff::tz::db().available().map(|n| n.as_str().to_owned()).collect();
            let known = known.iter().map(String::as_str);
            self.say(fault::bad_timezone("settings.timezone", name, known));
        }
    }
}
