//! The one task of a node that reads the log while there are streams.

use std::sync::Arc;
use std::time::Duration;

use domain::limits;
use store::{NewsPage, Watching};
use tokio::sync::watch;

use super::{Live, Page, Told, look_up};
use crate::engine::Shared;

/// How much longer than the others may take to hear it the log needs to begin.
const SPARE: Duration = Duration::from_millis(300);
/// Before a commit that is not complete is looked for again.
const SOON: Duration = Duration::from_millis(20);

/// Until the engine stops.
pub(crate) async fn tail(s: Arc<Shared>) {
    let live = s.live.clone();
    let work = async {
        loop {
            live.opened.notified().await;
            while live.streams() > 0 {
                if let Err(e) = follow(&s, &live).await {
                    tracing::warn!(error = %e, "the live streams wait");
                    let _ = live.pages.send(Told::Lost);
                    tokio::time::sleep(limits::POLL.std()).await;
                }
            }
        }
    };
    s.stop.run_until_cancelled(work).await;
}

/// Reads on until there is no stream, or something is not in the log.
async fn follow(s: &Shared, live: &Live) -> Result<(), store::Error> {
    let mut hint = s.db.news_hint();
    let mut asked = s.clock.mono();
    if s.db.watch().await? == Watching::Beginning {
        // Time that really goes by: other nodes count it, too.
        tokio::time::sleep(limits::LIVE_TRUST.std() + SPARE).await;
        s.db.begin_news().await?;
        s.db.watch().await?;
    }
    let Some(mut place) = begin(s, live, &mut hint).await? else { return Ok(()) };
    while live.streams() > 0 {
        if s.clock.mono().micros() - asked.micros() >= limits::LIVE_RENEW.micros() {
            asked = s.clock.mono();
            s.db.watch().await?;
        }
        match s.db.news(place, limits::LIVE_PAGE).await? {
            NewsPage::Lost => {
                let _ = live.pages.send(Told::Lost);
                return Ok(());
            }
            NewsPage::Rows { rows, more } => {
                if let Some(last) = rows.last().map(|r| r.seq) {
                    let commits = look_up(&s.db, &rows).await?;
                    let page = Page { after: place, to: last, rows: commits };
                    // Without a receiver nobody misses it.
                    let _ = live.pages.send(Told::Page(Arc::new(page)));
                    place = last;
                } else if more {
                    tokio::time::sleep(SOON).await;
                }
                if more {
                    continue;
                }
            }
        }
        let _ = tokio::time::timeout(limits::POLL.std(), hint.changed()).await;
        // What comes close together is read together.
        tokio::time::sleep(limits::LIVE_GATHER.std()).await;
    }
    Ok(())
}

/// Waits until the log is complete from now on, and says where that is.
async fn begin(
    s: &Shared,
    live: &Live,
    hint: &mut watch::Receiver<u64>,
) -> Result<Option<i64>, store::Error> {
    while live.streams() > 0 {
        if let Some(head) = s.db.news_head().await? {
            return Ok(Some(head));
        }
        let _ = tokio::time::timeout(SOON * 10, hint.changed()).await;
    }
    Ok(None)
}
