//! Records with ties, late arrivals and page limits.

use super::*;
use connect::registry::{Connector, Registry};
use domain::Span;
use serde_json::json;

const NOON: Time = Time(1_772_452_800_000_000);

/// A poll with these lines in its manifest.
fn with(poll: &str, test: impl FnOnce(&Poll)) {
    let manifest = format!(
        "sdk: 1\nname: feed\nversion: 1.0.0\ndisplay: {{title: F, description: F}}\nhosts: [feed.test]\n\
         http: {{base_url: https://feed.test}}\ntriggers:\n  records:\n    title: R\n    kind: poll\n    \
         poll:\n      call: {{url: /r, output: $.items}}\n      id: '{{{{item.id}}}}'\n{poll}"
    );
    let mut registry = Registry::default();
    registry.add(Connector::read("feed", &manifest).unwrap()).unwrap();
    test(registry.latest("feed").unwrap().trigger("records").unwrap().poll().unwrap());
}

const BY_TIME: &str = "      cursor: {from: '{{item.at}}', order: asc}\n";

fn record(id: &str, minute: i64) -> Record {
    let mark = Some(Mark::Moment(NOON.plus(Span::mins(minute))));
    Record { id: id.into(), mark, data: json!({ "id": id }) }
}

fn records(list: &[(&str, i64)]) -> Records {
    Records { records: list.iter().map(|(id, m)| record(id, *m)).collect(), complete: true }
}

fn ids(s: &Sifted) -> Vec<&str> {
    s.fresh.iter().map(|r| r.id.as_str()).collect()
}

fn later_on(s: &Sifted) -> Before<'_> {
    Before {
        started: s.started,
        mark: s.mark.clone(),
        catching_up: s.catching_up,
        seen: &s.seen,
        now: NOON,
    }
}

fn first() -> Before<'static> {
    Before { started: false, mark: None, catching_up: false, seen: &[], now: NOON }
}

#[test]
fn the_first_poll_remembers_what_exists() {
    with(BY_TIME, |p| {
        let s = sift(p, &first(), records(&[("a", 1), ("b", 2)]));
        assert_eq!((ids(&s), s.mark.clone()), (vec![], record("", 2).mark));
        let next = sift(p, &later_on(&s), records(&[("b", 2), ("c", 2), ("d", 3)]));
        assert_eq!(ids(&next), ["c", "d"], "a tie with the cursor is not lost");
        let empty = sift(p, &first(), records(&[]));
        assert_eq!(empty.mark, Some(Mark::Moment(NOON)));
    });
}

#[test]
fn the_first_poll_may_take_the_newest_or_all() {
    with(&format!("{BY_TIME}      first_run: 2\n"), |p| {
        let s = sift(p, &first(), records(&[("a", 1), ("b", 2), ("c", 3)]));
        assert_eq!(ids(&s), ["b", "c"]);
        assert_eq!(ids(&sift(p, &later_on(&s), records(&[("a", 1), ("b", 2)]))), [] as [&str; 0]);
    });
    with(&format!("{BY_TIME}      first_run: all\n"), |p| {
        assert_eq!(ids(&sift(p, &first(), records(&[("a", 1), ("b", 2)]))), ["a", "b"]);
    });
}

#[test]
fn late_arrivals_are_taken_once_and_do_not_move_the_cursor_back() {
    with(BY_TIME, |p| {
        let s = sift(p, &first(), records(&[("a", 5)]));
        let s = sift(p, &later_on(&s), records(&[("late", 4), ("a", 5)]));
        assert_eq!((ids(&s), s.mark.clone()), (vec!["late"], record("", 5).mark));
        assert_eq!(
            ids(&sift(p, &later_on(&s), records(&[("late", 4), ("a", 5)]))),
            [] as [&str; 0]
        );
    });
}

#[test]
fn newest_first_lists_become_events_oldest_first() {
    with("      cursor: {from: '{{item.at}}', order: desc}\n", |p| {
        let s = sift(p, &first(), records(&[]));
        let s = sift(p, &later_on(&s), records(&[("c", 3), ("b2", 2), ("b1", 2), ("a", 1)]));
        assert_eq!(ids(&s), ["a", "b1", "b2", "c"]);
    });
}

#[test]
fn pages_out_of_reach_keep_the_cursor_and_are_told() {
    let cut = |list: &[(&str, i64)]| Records { complete: false, ..records(list) };
    with("      cursor: {from: '{{item.at}}'}\n", |p| {
        let start = sift(p, &first(), records(&[("a", 1)]));
        let s = sift(p, &later_on(&start), cut(&[("c", 3), ("d", 4)]));
        assert_eq!(
            (ids(&s), s.then, s.mark.clone()),
            (vec!["c", "d"], Then::Cut, start.mark.clone())
        );
        let s = sift(p, &later_on(&s), records(&[("b", 2), ("c", 3), ("d", 4)]));
        assert_eq!((ids(&s), s.then), (vec!["b"], Then::Later));
    });
}

#[test]
fn oldest_first_pages_go_on_at_once_from_the_cursor_itself() {
    let cut = |list: &[(&str, i64)]| Records { complete: false, ..records(list) };
    with(BY_TIME, |p| {
        let start = sift(p, &first(), records(&[("a", 1)]));
        let s = sift(p, &later_on(&start), cut(&[("b", 2), ("c", 3)]));
        assert_eq!((s.then, s.catching_up), (Then::Again, true));
        assert_eq!(s.mark, record("", 3).mark);
        let s = sift(p, &later_on(&s), records(&[("c", 3), ("d", 4)]));
        assert_eq!((ids(&s), s.then, s.catching_up), (vec!["d"], Then::Later, false));
        // A window of the overlap that is full of known records: without the overlap then.
        let s = sift(p, &later_on(&s), cut(&[("c", 3), ("d", 4)]));
        assert_eq!((s.then, s.catching_up), (Then::Again, true));
        // Pages full of one moment: nothing moves, which is told and not tried again and again.
        let s = sift(p, &later_on(&s), cut(&[("c", 3), ("d", 4)]));
        assert_eq!(s.then, Then::Cut);
    });
}

#[test]
fn the_first_poll_of_many_pages_passes_over_all_of_them() {
    let cut = |list: &[(&str, i64)]| Records { complete: false, ..records(list) };
    with(BY_TIME, |p| {
        let s = sift(p, &first(), cut(&[("a", 1), ("b", 2)]));
        assert_eq!((ids(&s), s.started, s.then), (vec![], false, Then::Again));
        let s = sift(p, &later_on(&s), records(&[("b", 2), ("c", 3)]));
        assert_eq!((ids(&s), s.started, s.then), (vec![], true, Then::Later));
        assert_eq!(ids(&sift(p, &later_on(&s), records(&[("c", 3), ("d", 3)]))), ["d"]);
    });
    with(&format!("{BY_TIME}      first_run: 1\n"), |p| {
        let s = sift(p, &first(), cut(&[("a", 1), ("b", 2)]));
        assert_eq!((ids(&s), s.started), (vec![], false));
        assert_eq!(ids(&sift(p, &later_on(&s), records(&[("b", 2), ("c", 3), ("d", 4)]))), ["d"]);
    });
}

#[test]
fn more_than_one_commit_takes_comes_with_the_next_poll() {
    with(BY_TIME, |p| {
        let many: Vec<String> = (0..limits::POLL_EVENTS + 5).map(|i| format!("r{i}")).collect();
        let list: Vec<(&str, i64)> = many.iter().zip(0..).map(|(id, m)| (id.as_str(), m)).collect();
        let start = Before { started: true, ..first() };
        let s = sift(p, &start, records(&list));
        assert_eq!((s.fresh.len(), s.then), (limits::POLL_EVENTS, Then::Again));
        assert_eq!(s.mark, s.fresh.last().unwrap().mark);
        let rest = sift(p, &later_on(&s), records(&list));
        assert_eq!(
            (ids(&rest), rest.then),
            (many[limits::POLL_EVENTS..].iter().map(String::as_str).collect(), Then::Later)
        );
    });
}

#[test]
fn the_memory_keeps_the_newest_and_all_that_one_poll_reads() {
    with("      remember: 2\n", |p| {
        let plain = |ids: &[&str]| Records {
            records: ids
                .iter()
                .map(|id| Record { id: (*id).into(), mark: None, data: json!({}) })
                .collect(),
            complete: true,
        };
        let s = sift(p, &first(), plain(&["a", "b", "c"]));
        assert_eq!(s.seen.len(), 24, "all that the list has");
        let s = sift(p, &later_on(&s), plain(&["c", "d"]));
        assert_eq!((ids(&s), s.seen.len()), (vec!["d"], 16));
        assert_eq!(ids(&sift(p, &later_on(&s), plain(&["a", "c", "d", "d"]))), ["a"]);
    });
}
