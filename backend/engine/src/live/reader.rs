//! One stream: what happened since a place, then what happens, of one workspace and some topics.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use domain::clock::SharedClock;
use domain::ids::WorkspaceId;
use domain::{Time, limits};
use store::NewsPage;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use super::{Change, Commit, Live, Told, Topic, look_up};
use crate::engine::Shared;

/// How often a stream looks whether the log has begun.
const BEGINNING: Duration = Duration::from_millis(100);

/// What a stream says.
#[derive(Clone, Debug)]
pub enum Note {
    /// Something is so now. The place is there only where a reader who comes back may begin after
    /// it: with the last change of a commit.
    Changed { change: Change, place: Option<i64> },
    /// Look at everything anew; what comes later follows from the place on.
    Reset { place: i64 },
    /// Nothing for a while.
    Silent { place: Option<i64> },
}

/// An open stream; it counts as one while it lives.
pub struct Reader {
    live: Arc<Live>,
    clock: SharedClock,
    stop: CancellationToken,
    workspace: WorkspaceId,
    topics: Vec<Topic>,
    /// Everything up to here has been said or is in `ready`.
    place: Option<i64>,
    /// What is in the log after the place may not have been read yet.
    behind: bool,
    told: broadcast::Receiver<Told>,
    /// When it says that it is there.
    silent_at: Time,
    ready: VecDeque<Note>,
}

impl Reader {
    /// Opens a stream, after the place that its reader has seen last.
    ///
    /// # Errors
    /// [`store::Error::Busy`]: the node has enough of them.
    pub async fn open(
        s: &Shared,
        workspace: WorkspaceId,
        topics: Vec<Topic>,
        last: Option<i64>,
    ) -> Result<Reader, store::Error> {
        let live = s.live.clone();
        let before = live.streams.fetch_add(1, Ordering::SeqCst);
        // First: what is told from here on is not missed. And it counts until it is dropped.
        let told = live.pages.subscribe();
        let (ready, place) = (VecDeque::new(), None);
        let (clock, stop) = (s.clock.clone(), s.stop.clone());
        let (behind, silent_at) = (true, clock.now().plus(limits::LIVE_HEARTBEAT));
        let mut r =
            Reader { live, clock, stop, workspace, topics, place, behind, told, silent_at, ready };
        if before >= limits::LIVE_STREAMS {
            return Err(store::Error::Busy);
        }
        r.live.opened.notify_one();
        if let Some(last) = last {
            if r.live.db.has_news_since(last).await? {
                r.place = Some(last);
            }
        } else if let Some(head) = r.live.db.news_head().await? {
            r.place = Some(head);
            r.ready.push_back(Note::Silent { place: Some(head) });
        }
        Ok(r)
    }

    /// The next thing to say; none when the node stops.
    pub async fn next(&mut self) -> Option<Note> {
        loop {
            if let Some(note) = self.ready.pop_front() {
                self.silent_at = self.clock.now().plus(limits::LIVE_HEARTBEAT);
                return Some(note);
            }
            let silent = self.clock.timer(self.silent_at);
            let stop = self.stop.clone();
            let went = tokio::select! {
                biased;
                () = stop.cancelled() => return None,
                went = self.go_on() => went,
                () = silent => {
                    self.ready.push_back(Note::Silent { place: self.place });
                    continue;
                }
            };
            if let Err(e) = went {
                tracing::debug!(error = %e, "a live stream waits");
                tokio::time::sleep(limits::POLL.std()).await;
            }
        }
    }

    /// Waits for something and makes it ready. Dropped half-way it has changed nothing.
    async fn go_on(&mut self) -> Result<(), store::Error> {
        let Some(place) = self.place else { return self.begin().await };
        if self.behind {
            return self.catch_up(place).await;
        }
        match self.told.recv().await {
            Ok(Told::Page(page)) if page.to <= place => {}
            Ok(Told::Page(page)) if page.after <= place => {
                self.take(&page.rows, place);
                self.place = Some(page.to);
            }
            // Something between was not told to this stream.
            Ok(Told::Page(_)) | Err(RecvError::Lagged(_)) => self.behind = true,
            Ok(Told::Lost) => self.place = None,
            // The task lives as long as the node does.
            Err(RecvError::Closed) => self.stop.cancelled().await,
        }
        Ok(())
    }

    /// Waits until the log is complete from now on.
    async fn begin(&mut self) -> Result<(), store::Error> {
        tokio::time::sleep(BEGINNING).await;
        if let Some(head) = self.live.db.news_head().await? {
            (self.place, self.behind) = (Some(head), true);
            self.ready.push_back(Note::Reset { place: head });
        }
        Ok(())
    }

    /// Reads the log until there is nothing more.
    async fn catch_up(&mut self, place: i64) -> Result<(), store::Error> {
        match self.live.db.news(place, limits::LIVE_PAGE).await? {
            NewsPage::Lost => self.place = None,
            NewsPage::Rows { rows, more } => {
                let commits = look_up(&self.live.db, &rows).await?;
                self.take(&commits, place);
                if let Some(last) = rows.last() {
                    self.place = Some(last.seq);
                }
                // Those that are not complete yet are told by the task.
                self.behind = more && !rows.is_empty();
            }
        }
        Ok(())
    }

    fn take(&mut self, rows: &[Commit], place: i64) {
        for row in rows.iter().filter(|r| r.seq > place) {
            let Some(changes) = &row.changes else {
                self.ready.push_back(Note::Reset { place: row.seq });
                continue;
            };
            let mine = changes.iter().filter(|c| {
                c.workspace() == self.workspace && self.topics.iter().any(|t| t.is_about(c))
            });
            let mut mine = mine.peekable();
            while let Some(change) = mine.next() {
                let place = mine.peek().is_none().then_some(row.seq);
                self.ready.push_back(Note::Changed { change: change.clone(), place });
            }
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.live.streams.fetch_sub(1, Ordering::SeqCst);
    }
}
