//! The log of commits for those who watch.

use domain::ids::RunId;
use domain::limits;
use domain::run::RunState;
use domain::{Span, Time};
use store::*;

use crate::contract;
use crate::given::*;
use crate::world::soon;

/// Has the log written from now on, and says after which number.
async fn watched(db: &Db) -> i64 {
    if db.watch().await.unwrap() == Watching::Beginning {
        // One node, which knows it at once.
        db.begin_news().await.unwrap();
    }
    soon(async {
        loop {
            if let Some(head) = db.news_head().await.unwrap() {
                return head;
            }
            tokio::task::yield_now().await;
        }
    })
    .await
}

/// What was committed after the number.
async fn told(db: &Db, after: i64) -> (Vec<News>, i64) {
    soon(async {
        let (mut all, mut at) = (Vec::new(), after);
        loop {
            let NewsPage::Rows { rows, more } = db.news(at, 3).await.unwrap() else {
                panic!("the log is lost")
            };
            at = rows.last().map_or(at, |r| r.seq);
            all.extend(rows.into_iter().flat_map(|r| r.what.expect("it is known")));
            if !more {
                return (all, at);
            }
        }
    })
    .await
}

contract!(what_is_committed_while_somebody_watches_is_told_in_order, |t| {
    let flow = flow(&t.db).await;
    let node = t.db.join().await.unwrap();
    let unseen = accepted(&t.db, flow).await.2;
    let start = watched(&t.db).await;
    let (delivery, _, run) = accepted(&t.db, flow).await;
    let claims = claim(&t.db, node, 64).await;
    let lease = claims.iter().find(|c| c.lease.run == run).unwrap().lease;
    t.db.apply(end(&t.db, lease, RunState::Failed)).await.unwrap();
    let (all, at) = told(&t.db, start).await;
    assert_eq!(all[0], News::Delivery(delivery));
    let of = |id: RunId| all.iter().filter(|n| **n == News::Run(id)).count();
    assert_eq!(of(run), 2, "claimed and ended: {all:?}");
    assert_eq!(of(unseen), 1, "claimed");
    // Nothing is told twice, and a look at what it names has its present state.
    assert_eq!(told(&t.db, at).await.0, []);
    let now = t.db.look_at(all.into_iter()).await.unwrap();
    let states: Vec<_> = now.runs.iter().map(|r| (r.run.id, r.run.state)).collect();
    assert!(states.contains(&(run, RunState::Failed)) && states.len() == 2, "{states:?}");
    assert_eq!(now.deliveries[0].events[0].run, Some(run));
});

contract!(nothing_is_written_for_nobody, |t| {
    let flow = flow(&t.db).await;
    // On PostgreSQL a node writes until it has heard that nobody watches.
    soon(async {
        loop {
            t.exec("DELETE FROM news").await;
            accepted(&t.db, flow).await;
            if t.int("SELECT count(*) FROM news").await == 0 {
                return;
            }
        }
    })
    .await;
});

contract!(a_reader_who_comes_back_after_a_restart_misses_nothing, |t| {
    let flow = flow(&t.db).await;
    let start = watched(&t.db).await;
    let first = accepted(&t.db, flow).await.0;
    t.restart().await;
    let second = accepted(&t.db, flow).await.0;
    assert!(t.db.has_news_since(start).await.unwrap());
    let (all, _) = told(&t.db, start).await;
    let told: Vec<_> = all.into_iter().filter(|n| matches!(n, News::Delivery(_))).collect();
    assert_eq!(told, [News::Delivery(first), News::Delivery(second)]);
});

contract!(a_gap_in_the_log_is_said, |t| {
    let flow = flow(&t.db).await;
    let start = watched(&t.db).await;
    accepted(&t.db, flow).await;
    // Longer than anybody is waited for: the log ends.
    t.clock.advance(limits::LIVE_KEPT.plus(Span::secs(1)));
    assert_eq!(t.db.news_head().await.unwrap(), None);
    assert!(!t.db.has_news_since(start).await.unwrap());
    // It begins anew, and does not pretend to have what it has not.
    let again = watched(&t.db).await;
    assert!(again > start);
    assert_eq!(t.db.news(start, 10).await.unwrap(), NewsPage::Lost);
    assert!(t.db.has_news_since(again).await.unwrap());
    assert!(!t.db.has_news_since(again + 1_000_000).await.unwrap(), "a number of another log");
});

contract!(old_rows_of_the_log_go_and_readers_of_them_are_told, |t| {
    let flow = flow(&t.db).await;
    let start = watched(&t.db).await;
    accepted(&t.db, flow).await;
    for _ in 0..4 {
        t.clock.advance(Span::mins(4));
        t.db.watch().await.unwrap();
    }
    accepted(&t.db, flow).await;
    t.db.sweep(t.db.now()).await.unwrap();
    assert_eq!(t.db.news(start, 10).await.unwrap(), NewsPage::Lost);
    assert_eq!(t.int("SELECT count(*) FROM news WHERE at < 0").await, 0);
    assert!(t.db.news_head().await.unwrap().is_some());
    let kept = t.int("SELECT count(*) FROM news").await;
    assert!(kept >= 1, "{kept}");
    let Time(now) = t.db.now();
    let old = now - limits::LIVE_KEPT.micros();
    assert_eq!(t.int(&format!("SELECT count(*) FROM news WHERE at < {old}")).await, 0);
});

contract!(changes_of_which_the_ids_are_not_known_are_told_as_such, |t| {
    let flow = draft_flow(&t.db).await;
    held(&t.db, flow).await;
    let start = watched(&t.db).await;
    t.db.drop_held(WS, flow).await.unwrap();
    soon(async {
        loop {
            let NewsPage::Rows { rows, more } = t.db.news(start, 10).await.unwrap() else {
                panic!("the log is lost")
            };
            if rows.iter().any(|r| r.what.is_none()) {
                return;
            }
            // On PostgreSQL a commit is told once every older transaction of the server has ended.
            assert!(more, "{rows:?}");
            tokio::task::yield_now().await;
        }
    })
    .await;
});
