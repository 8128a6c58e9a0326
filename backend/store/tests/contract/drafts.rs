//! Drafts, versions, folders, the list of flows and its numbers.

use domain::run::RunState;
use domain::{Span, Time};
use store::*;

use crate::contract;
use crate::given::*;

fn edit(flow: domain::ids::FlowId, draft: &str, by: &str, seen: Option<i64>) -> DraftEdit {
    DraftEdit { flow, name: "Orders".into(), draft: draft.into(), by: by.into(), seen }
}

contract!(a_draft_that_was_changed_meanwhile_is_not_overwritten, |t| {
    let id = draft_flow(&t.db).await;
    let first = t.db.flow(WS, id).await.unwrap().unwrap().revision;
    t.clock.advance(Span::secs(5));
    let second = t.db.edit_draft(WS, edit(id, "{\"a\":1}", "Anna", Some(first))).await.unwrap();
    assert!(second > first);
    let lost = t.db.edit_draft(WS, edit(id, "{\"b\":1}", "Boris", Some(first))).await;
    assert!(matches!(lost, Err(Error::Changed)));
    let f = t.db.flow(WS, id).await.unwrap().unwrap();
    assert_eq!((f.draft.as_str(), f.draft_by.as_str()), ("{\"a\":1}", "Anna"));
    assert_eq!((f.revision, f.draft_at), (second, t.db.now()));
    let nobody = domain::ids::FlowId::new(t.db.now());
    let none = t.db.edit_draft(WS, edit(nobody, "{}", "Anna", Some(1))).await;
    assert!(matches!(none, Err(Error::NotFound)));
    let other = domain::ids::WorkspaceId::new(t.db.now());
    let foreign = t.db.edit_draft(other, edit(id, "{}", "Anna", None)).await;
    assert!(matches!(foreign, Err(Error::NotFound)));
});

contract!(only_the_draft_that_was_checked_is_published, |t| {
    let id = draft_flow(&t.db).await;
    let seen = t.db.edit_draft(WS, edit(id, "{\"a\":1}", "Anna", None)).await.unwrap();
    let newer = t.db.edit_draft(WS, edit(id, "{\"a\":2}", "Boris", None)).await.unwrap();
    let late = t.db.publish_seen(WS, id, "Anna", Some(seen)).await;
    assert!(matches!(late, Err(Error::Changed)));
    assert_eq!(t.db.publish_seen(WS, id, "Boris", Some(newer)).await.unwrap(), 1);
    let f = t.db.flow(WS, id).await.unwrap().unwrap();
    assert_eq!((f.revision, f.published_revision), (newer, newer));
    let versions = t.db.versions(id, 10).await.unwrap();
    assert_eq!(versions.len(), 1);
    assert_eq!((versions[0].version, versions[0].author.as_str()), (1, "Boris"));
});

contract!(a_draft_is_put_back_to_the_published_version, |t| {
    let id = draft_flow(&t.db).await;
    assert!(matches!(t.db.discard_draft(WS, id, "Anna").await, Err(Error::Changed)));
    t.db.publish(WS, id).await.unwrap();
    let published = t.db.version(id, 1).await.unwrap().unwrap();
    let edited = t.db.edit_draft(WS, edit(id, "{\"a\":1}", "Anna", None)).await.unwrap();
    assert!(t.db.flow_cards(WS, &[id]).await.unwrap()[0].unpublished);
    assert!(t.db.discard_draft(WS, id, "Anna").await.unwrap() > edited);
    assert_eq!(t.db.flow(WS, id).await.unwrap().unwrap().draft, published);
    assert!(!t.db.flow_cards(WS, &[id]).await.unwrap()[0].unpublished);
});

contract!(saving_the_draft_of_a_published_flow_empties_no_caches, |t| {
    let id = draft_flow(&t.db).await;
    let before = t.db.generation().await.unwrap();
    t.db.edit_draft(WS, edit(id, "{\"a\":1}", "Anna", None)).await.unwrap();
    let after = t.db.generation().await.unwrap();
    assert!(after > before, "events of a flow that was never published meet its draft");
    t.db.publish(WS, id).await.unwrap();
    let published = t.db.generation().await.unwrap();
    assert!(published > after);
    t.db.edit_draft(WS, edit(id, "{\"a\":2}", "Anna", None)).await.unwrap();
    assert_eq!(t.db.generation().await.unwrap(), published);
});

contract!(the_list_shows_folders_held_events_and_the_last_one, |t| {
    let a = flow(&t.db).await;
    t.clock.advance(Span::ms(2));
    let b = draft_flow(&t.db).await;
    t.db.set_folder(WS, a, "Продажи").await.unwrap();
    let names = t.db.flow_names(WS).await.unwrap();
    assert_eq!(names.iter().map(|n| n.id).collect::<Vec<_>>(), [b, a], "the newest first");
    assert_eq!((names[1].folder.as_str(), names[1].state), ("Продажи", FlowState::Live));
    held(&t.db, a).await;
    t.clock.advance(Span::ms(2));
    let last = held(&t.db, a).await;
    let cards = t.db.flow_cards(WS, &[a, b]).await.unwrap();
    assert_eq!((cards[1].id, cards[1].held, cards[1].last_event), (a, 2, Some(last)));
    assert_eq!((cards[0].held, cards[0].last_event, cards[0].version), (0, None, 0));
    let other = domain::ids::WorkspaceId::new(t.db.now());
    assert!(t.db.flow_cards(other, &[a, b]).await.unwrap().is_empty());
    assert!(matches!(t.db.set_folder(other, a, "x").await, Err(Error::NotFound)));
});

contract!(runs_are_counted_by_the_hour_they_began_in, |t| {
    let (a, b) = (flow(&t.db).await, flow(&t.db).await);
    // To the beginning of an hour, so that no case depends on when the test begins.
    let hour = Span::hours(1);
    let now = t.db.now();
    t.clock.advance(Time((now.0 / hour.micros() + 1) * hour.micros()).since(now));
    accepted(&t.db, a).await;
    accepted(&t.db, a).await;
    let day = |all: Vec<DayCounts>| (all[0].hours[HOURS - 1], all[0].hours[HOURS - 2]);
    assert_eq!(day(t.db.day_counts(WS, &[a, b]).await.unwrap()), (2, 0));
    t.clock.advance(hour);
    let (_, _, run) = accepted(&t.db, a).await;
    for _ in 0..2 {
        let all = t.db.day_counts(WS, &[a, b]).await.unwrap();
        assert_eq!((all[1].flow, all[1].hours, all[1].failed), (b, [0; HOURS], 0));
        assert_eq!((all[0].hours.iter().sum::<i64>(), all[0].failed), (3, 0));
        assert_eq!(day(all), (1, 2));
        // The second time from memory.
        t.clock.advance(Span::mins(10));
    }
    let node = t.db.join().await.unwrap();
    let claims = claim(&t.db, node, 8).await;
    let lease = claims.iter().find(|c| c.lease.run == run).unwrap().lease;
    t.db.apply(end(&t.db, lease, RunState::Failed)).await.unwrap();
    let all = t.db.day_counts(WS, &[a]).await.unwrap();
    assert_eq!((all[0].failed, all[0].hours[HOURS - 1]), (1, 1));
    t.clock.advance(Span::hours(24));
    let all = t.db.day_counts(WS, &[a]).await.unwrap();
    assert_eq!((all[0].failed, all[0].hours), (0, [0; HOURS]));
    let other = domain::ids::WorkspaceId::new(t.db.now());
    let foreign = t.db.day_counts(other, &[b]).await.unwrap();
    assert_eq!(foreign[0].hours, [0; HOURS]);
});
