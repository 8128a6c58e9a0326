use domain::retry::Preset;

use super::*;

const NOW: Time = Time(1_700_000_000_000_000);

fn error(code: Code) -> StepError {
    StepError::new(code, ("x", "х"))
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
