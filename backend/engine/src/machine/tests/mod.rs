//! The machine over hand-made programs: no templates, no connectors, no clock.

mod model;

use domain::Span;
use domain::field::Escape;
use domain::flow;
use domain::journal::StepState;
use mapping::mapping::Compiled as Mapping;
use serde_json::json;

use super::*;
use crate::program::{ArmNode, BranchNode, DelayNode, Kind, LoopNode};

const NOW: Time = Time(1_700_000_000_000_000);

/// A delay stands for any step whose result the journal says.
fn step(id: &str, no: usize) -> Node {
    let kind = Kind::Delay(DelayNode::For(Span::ZERO));
    Node { id: id.into(), no, disabled: false, timeout: None, kind }
}

fn branch(id: &str, no: usize, arms: Vec<Vec<Node>>) -> Node {
    let arms =
        arms.into_iter().map(|steps| ArmNode { name: String::new(), when: None, steps }).collect();
    Node { kind: Kind::Branch(BranchNode { arms, all: true }), ..step(id, no) }
}

/// The machine takes the list from the journal, so the mapping says nothing.
fn each(id: &str, no: usize, concurrency: usize, steps: Vec<Node>) -> Node {
    let nothing = flow::Mapping::of(flow::Source::Literal(Value::Null));
    let list = Mapping::compile(&nothing, Escape::None).unwrap();
    let l = LoopNode { list, item: "item".into(), concurrency, steps };
    Node { kind: Kind::ForEach(Box::new(l)), ..step(id, no) }
}

fn row(id: &str, state: StepState) -> StepRow {
    let (id, item) = id.split_once('#').unwrap_or((id, ""));
    StepRow { state, ..StepRow::new(id, item, NOW) }
}

/// A loop that was entered with a list of so many items.
fn entered(id: &str, items: usize) -> StepRow {
    let list: Vec<usize> = (0..items).collect();
    StepRow { pinned: Some(json!({ "list": list })), ..row(id, StepState::Entered) }
}

fn taken(id: &str, arms: &[usize]) -> StepRow {
    StepRow { output: Some(json!({ "taken": arms })), ..row(id, StepState::Done) }
}

#[track_caller]
fn check(steps: Vec<Node>, rows: Vec<StepRow>, expect: &str) {
    let program = Program::of(steps);
    let mut m = Machine::new(&program, rows, Context::default(), NOW, NOW);
    let got = match m.next(NOW, 0) {
        Next::Step(at) => format!("step {}", m.row(at).place()),
        Next::Close(at) => format!("close {}", m.node(at).unwrap().id),
        Next::Wait { at, until } => format!("wait {} {}", m.row(at).place(), until.since(NOW)),
        Next::Busy { .. } => "busy".to_owned(),
        Next::End(e) => {
            format!("{} {}", e.state.as_str(), e.step.unwrap_or_default()).trim().to_owned()
        }
    };
    assert_eq!(got, expect);
}

#[test]
fn steps_run_in_order_and_settled_ones_never_again() {
    use StepState::{Done, Skipped};
    let steps = || vec![step("a", 0), step("b", 1), step("c", 2)];
    check(steps(), vec![], "step a");
    check(steps(), vec![row("a", Done)], "step b");
    check(steps(), vec![row("a", Done), row("b", Skipped)], "step c");
    check(steps(), vec![row("a", Done), row("b", Done), row("c", Done)], "succeeded");
}

#[test]
fn a_disabled_step_is_passed_over() {
    let off = Node { disabled: true, ..step("a", 0) };
    check(vec![off, step("b", 1)], vec![], "step b");
}

#[test]
fn s10_a_filter_ends_the_branch_it_stands_in_and_at_the_top_the_run() {
    use StepState::{Done, Filtered};
    check(vec![step("a", 0), step("b", 1)], vec![row("a", Filtered)], "filtered a");
    let steps = || {
        vec![
            branch("fork", 0, vec![vec![step("a", 1), step("b", 2)], vec![step("c", 3)]]),
            step("d", 4),
        ]
    };
    check(steps(), vec![taken("fork", &[0, 1]), row("a", Filtered)], "step c");
    check(steps(), vec![taken("fork", &[0]), row("a", Filtered)], "step d");
    check(steps(), vec![taken("fork", &[]), row("d", Done)], "succeeded");
}

#[test]
fn s10_a_branch_choice_is_taken_from_the_journal() {
    let steps = || vec![branch("fork", 0, vec![vec![step("a", 1)], vec![step("b", 2)]])];
    check(steps(), vec![], "step fork");
    check(steps(), vec![taken("fork", &[1])], "step b");
}

#[test]
fn a_failed_step_ends_the_run_and_a_parked_one_parks_it() {
    check(vec![step("a", 0), step("b", 1)], vec![row("a", StepState::Failed)], "failed a");
    check(vec![step("a", 0), step("b", 1)], vec![row("a", StepState::Parked)], "parked a");
}

#[test]
fn a_waiting_step_holds_the_run_until_it_is_due() {
    let wait = |span| StepRow { due_at: Some(NOW.plus(span)), ..row("a", StepState::Waiting) };
    check(vec![step("a", 0)], vec![wait(Span::secs(5))], "wait a 5s");
    check(vec![step("a", 0)], vec![wait(Span::ZERO)], "step a");
}

#[test]
fn rows_of_steps_that_the_version_does_not_have_are_left_out() {
    check(vec![step("a", 0)], vec![row("gone", StepState::Done)], "step a");
}

#[test]
fn s10_a_loop_is_entered_once_and_its_items_follow_each_other() {
    use StepState::{Done, Filtered, Waiting};
    let steps = || vec![each("each", 0, 1, vec![step("a", 1), step("b", 2)]), step("c", 3)];
    let after = |rows: Vec<StepRow>, expect: &str| {
        check(steps(), [vec![entered("each", 2)], rows].concat(), expect);
    };
    check(steps(), vec![], "step each");
    check(steps(), vec![entered("each", 0)], "close each");
    after(vec![], "step a#0");
    after(vec![row("a#0", Done)], "step b#0");
    after(vec![row("a#0", Done), row("b#0", Done)], "step a#1");
    after(vec![row("a#0", Filtered)], "step a#1");
    let wait = StepRow { due_at: Some(NOW.plus(Span::secs(5))), ..row("a#0", Waiting) };
    after(vec![wait], "wait a#0 5s");
    after(vec![row("a#0", Filtered), row("a#1", Filtered)], "close each");
    check(steps(), vec![row("each", Done)], "step c");
}

#[test]
fn s10_two_loops_have_items_of_the_same_number() {
    let steps = vec![each("one", 0, 1, vec![step("a", 1)]), each("two", 2, 1, vec![step("b", 3)])];
    let rows = vec![
        row("a#0", StepState::Done),
        row("one", StepState::Done),
        entered("two", 1),
        row("b#0", StepState::Done),
    ];
    check(steps, rows, "close two");
}

#[test]
fn s10_a_failure_in_an_item_is_that_of_the_run_and_a_parked_one_comes_first() {
    let steps = || vec![each("each", 0, 3, vec![step("a", 1)])];
    let failed = row("a#0", StepState::Failed);
    check(steps(), vec![entered("each", 3), failed.clone()], "failed a#0");
    let parked = row("a#2", StepState::Parked);
    check(steps(), vec![entered("each", 3), failed, parked], "parked a#2");
}

#[test]
fn s10_a_waiting_item_holds_its_place_and_the_others_go_on() {
    let steps = vec![each("each", 0, 2, vec![step("a", 1)])];
    let program = Program::of(steps);
    let mut m = Machine::new(&program, vec![entered("each", 4)], Context::default(), NOW, NOW);
    let mut started = Vec::new();
    let mut next = |m: &mut Machine<'_>, flying| match m.next(NOW, flying) {
        Next::Step(at) => {
            started.push(m.row(at).item);
            Some(at)
        }
        _ => None,
    };
    let first = next(&mut m, 0).unwrap();
    let second = next(&mut m, 1).unwrap();
    assert!(next(&mut m, 2).is_none(), "there are two places");
    let late = NOW.plus(Span::secs(30));
    m.put(first, StepRow { due_at: Some(late), ..row("a#0", StepState::Waiting) });
    assert!(matches!(m.next(NOW, 1), Next::Busy { until: Some(until) } if until == late));
    m.put(second, row("a#1", StepState::Done));
    let third = next(&mut m, 0).unwrap();
    m.put(third, row("a#2", StepState::Done));
    let fourth = next(&mut m, 0).unwrap();
    m.put(fourth, row("a#3", StepState::Done));
    assert!(matches!(m.next(NOW, 0), Next::Wait { at, until } if (at, until) == (first, late)));
    assert_eq!(started, ["0", "1", "2", "3"]);
}

#[test]
fn s2_an_item_starts_when_its_place_became_free_also_after_a_crash() {
    let steps = || vec![each("each", 0, 2, vec![step("a", 1)])];
    let program = Program::of(steps());
    let at = |secs| Some(NOW.plus(Span::secs(secs)));
    let done = |id: &str, secs| StepRow { finished_at: at(secs), ..row(id, StepState::Done) };
    // The second item ended first, so the third one took its place.
    let rows = vec![entered("each", 4), done("a#0", 9), done("a#1", 5), done("a#2", 20)];
    let mut m = Machine::new(&program, rows, Context::default(), NOW, NOW);
    let Next::Step(next) = m.next(NOW, 0) else { panic!("an item is due") };
    assert_eq!((m.row(next).place().as_str(), Some(m.row(next).started_at)), ("a#3", at(9)));
}

#[test]
fn s10_an_item_and_what_its_steps_gave_are_seen_inside_it_only() {
    let inner = each("inner", 2, 1, vec![step("b", 3)]);
    let program = Program::of(vec![each("each", 0, 2, vec![step("a", 1), inner]), step("c", 4)]);
    let context = Context::new(json!({ "trigger": 1, "item": "outside" }));
    let done = |id: &str, v: Value| StepRow { output: Some(v), ..row(id, StepState::Done) };
    let rows = vec![entered("each", 2), done("a#0", json!("A0")), entered("inner#0", 1)];
    let mut m = Machine::new(&program, rows, context, NOW, NOW);
    let Next::Step(b) = m.next(NOW, 0) else { panic!("b#0.0 is due") };
    let Next::Step(a) = m.next(NOW, 1) else { panic!("a#1 is due") };
    let seen = json!({ "status": "done", "output": "A0" });
    let in_b = json!({ "trigger": 1, "item": 0, "index": 0, "steps": { "a": seen } });
    let in_a = json!({ "trigger": 1, "item": 1, "index": 1, "steps": {} });
    assert_eq!(m.context(b).data(), &in_b);
    assert_eq!(m.context(a).data(), &in_a);
    assert_eq!(m.context(b).data(), &in_b);
    m.put(a, done("a#1", json!("A1")));
    assert_eq!(m.context(b).data(), &in_b);
    m.put(b, done("b#0.0", json!("B")));
    let Next::Close(inner) = m.next(NOW, 0) else { panic!("its only item has ended") };
    let (row, list) = m.close(inner).unwrap();
    assert_eq!(list, json!(["B"]));
    m.put(inner, StepRow { state: StepState::Done, output: Some(list), ..row });
    let Next::Step(inner) = m.next(NOW, 0) else { panic!("inner#1 is due") };
    assert_eq!(m.row(inner).place(), "inner#1");
    m.put(inner, entered("inner#1", 0));
    let Next::Close(inner) = m.next(NOW, 0) else { panic!("it has no items") };
    let (row, list) = m.close(inner).unwrap();
    m.put(inner, StepRow { state: StepState::Done, output: Some(list), ..row });
    let Next::Close(each) = m.next(NOW, 0) else { panic!("both items have ended") };
    let (row, list) = m.close(each).unwrap();
    assert_eq!(list, json!([["B"], []]));
    m.put(each, StepRow { state: StepState::Done, output: Some(list), ..row });
    let Next::Step(c) = m.next(NOW, 0) else { panic!("c is due") };
    let each = json!({ "each": { "status": "done", "output": [["B"], []] } });
    let outside = json!({ "trigger": 1, "item": "outside", "steps": each });
    assert_eq!(m.context(c).data(), &outside);
    assert_eq!(m.held(), "[[\"B\"],[]]".len());
}
