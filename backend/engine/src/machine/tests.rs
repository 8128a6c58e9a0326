//! The machine over hand-made programs: no templates, no connectors, no clock.

use domain::retry::Preset;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::program::{ArmNode, BranchNode, DelayNode};

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

fn row(id: &str, state: StepState) -> StepRow {
    StepRow { state, ..StepRow::new(id, "", NOW) }
}

fn taken(id: &str, arms: &[usize]) -> StepRow {
    StepRow { output: Some(json!({ "taken": arms })), ..row(id, StepState::Done) }
}

#[track_caller]
fn check(steps: Vec<Node>, rows: Vec<StepRow>, expect: &str) {
    let program = Program::of(steps);
    let journal = Journal::new(&program, rows);
    let got = match next(&program, &journal, NOW) {
        Next::Step(n) => format!("step {}", n.id),
        Next::Wait { node, until } => format!("wait {} {}", node.id, until.since(NOW)),
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

fn error(code: Code) -> StepError {
    StepError::new(code, "x")
}

fn a_try(policy: &Policy, on_unknown: OnUnknown, tries: u32) -> Try<'_> {
    Try { policy, on_unknown, tries, now: NOW, roll: 0.5 }
}

#[test]
fn s1_an_unknown_outcome_is_repeated_checked_or_parked_as_the_action_says() {
    let policy = Policy::Preset(Preset::Api);
    let unknown = || Outcome::Unknown { error: error(Code::OutcomeUnknown) };
    let decided = |how| decide(unknown(), &a_try(&policy, how, 0));
    assert!(matches!(
        decided(OnUnknown::Retry),
        Decision::Again { uses_try: true, check_first: false, .. }
    ));
    assert!(matches!(decided(OnUnknown::Check), Decision::Again { check_first: true, .. }));
    assert!(matches!(decided(OnUnknown::Park), Decision::Park(_)));
    // Out of tries: one that may be repeated fails, one that must be looked at is parked.
    assert!(matches!(decide(unknown(), &a_try(&policy, OnUnknown::Retry, 8)), Decision::Failed(_)));
    assert!(matches!(decide(unknown(), &a_try(&policy, OnUnknown::Check, 8)), Decision::Park(_)));
}

#[test]
fn s25_tries_end_with_the_table() {
    let policy = Policy::Preset(Preset::Api);
    let retry = || Outcome::Retry { error: error(Code::RemoteUnavailable), after: None };
    for tries in 0..8 {
        let d = decide(retry(), &a_try(&policy, OnUnknown::Park, tries));
        assert!(matches!(d, Decision::Again { uses_try: true, .. }), "after {tries}");
    }
    assert!(matches!(decide(retry(), &a_try(&policy, OnUnknown::Park, 8)), Decision::Failed(_)));
}

#[test]
fn a_pause_that_the_service_asks_for_is_honoured_up_to_a_day_and_uses_no_try() {
    let policy = Policy::Preset(Preset::None);
    let limited = |after| Outcome::Limited { error: error(Code::RemoteRateLimited), after };
    let at = |after| match decide(limited(after), &a_try(&policy, OnUnknown::Park, 0)) {
        Decision::Again { at, uses_try: false, .. } => at.since(NOW),
        other => panic!("{other:?}"),
    };
    assert_eq!(at(Some(Span::secs(90))), Span::secs(90));
    assert_eq!(at(Some(Span::days(400))), limits::RETRY_AFTER_MAX);
    assert!(at(None) > Span::ZERO);
}

#[test]
fn s14_refused_credentials_ask_for_the_connections_own_test() {
    let policy = Policy::Preset(Preset::Api);
    let auth = Outcome::Auth { error: error(Code::AccessDenied) };
    assert!(matches!(
        decide(auth, &a_try(&policy, OnUnknown::Retry, 0)),
        Decision::TestConnection(_)
    ));
}

proptest! {
    /// Whatever the journal holds, the machine ends, and never names a settled step.
    #[test]
    fn the_machine_never_runs_a_settled_step(states in prop::collection::vec(0usize..8, 5)) {
        let steps = vec![
            step("a", 0),
            branch("fork", 1, vec![vec![step("b", 2)], vec![step("c", 3)]]),
            step("d", 4),
        ];
        let program = Program::of(steps);
        let ids = ["a", "fork", "b", "c", "d"];
        let rows: Vec<StepRow> = ids
            .iter()
            .zip(&states)
            .filter_map(|(id, s)| StepState::ALL.get(*s).map(|s| row(id, *s)))
            .map(|r| if r.step == "fork" && r.state == StepState::Done { taken("fork", &[0, 1]) } else { r })
            .collect();
        let journal = Journal::new(&program, rows);
        if let Next::Step(n) = next(&program, &journal, NOW) {
            prop_assert!(journal.get(n.no).is_none_or(|r| !r.state.is_settled()));
        }
    }
}
