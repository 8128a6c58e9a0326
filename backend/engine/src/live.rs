//! What happens now, for those who watch: one task of the node reads the log of commits while
//! there are streams, looks up what changed once for all of them, and hands it on in memory. A
//! stream that begins in the past, or falls behind, reads the log by itself until it has caught
//! up, so that it misses nothing.

mod hub;
mod reader;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::ids::{FlowId, RunId, WorkspaceId};
use domain::limits;
use domain::replay::BulkReplay;
use store::{Db, EventView, Inspected, News, NewsRow, RunView};
use tokio::sync::{Notify, broadcast};

pub(crate) use hub::tail;
pub use reader::{Note, Reader};

/// The streams of this node and what they are told.
pub struct Live {
    db: Db,
    pages: broadcast::Sender<Told>,
    streams: AtomicUsize,
    /// Rung when the first stream opens.
    opened: Notify,
}

/// What the task tells all streams.
#[derive(Clone)]
enum Told {
    Page(Arc<Page>),
    /// The log is not complete: everything is to be looked at anew.
    Lost,
}

/// Commits after one number and up to another.
struct Page {
    after: i64,
    to: i64,
    rows: Vec<Commit>,
}

/// One commit, with what changed and was not changed again in the same page.
struct Commit {
    seq: i64,
    /// None: not known.
    changes: Option<Vec<Change>>,
}

/// Something as it is now.
#[derive(Clone, Debug)]
pub enum Change {
    Delivery(Arc<Inspected>),
    Event(WorkspaceId, Arc<EventView>),
    Run(Arc<RunView>),
    Replay(Arc<BulkReplay>),
}

/// What a stream is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    Deliveries,
    Events,
    Runs,
    Replays,
    /// One run.
    Run(RunId),
    /// Deliveries, events and runs of one flow.
    Flow(FlowId),
}

impl Topic {
    /// Reads `runs` or `run:run_...`.
    pub fn parse(text: &str) -> Option<Topic> {
        match text.split_once(':') {
            None => match text {
                "deliveries" => Some(Topic::Deliveries),
                "events" => Some(Topic::Events),
                "runs" => Some(Topic::Runs),
                "replays" => Some(Topic::Replays),
                _ => None,
            },
            Some(("run", id)) => id.parse().ok().map(Topic::Run),
            Some(("flow", id)) => id.parse().ok().map(Topic::Flow),
            Some(_) => None,
        }
    }

    fn is_about(self, c: &Change) -> bool {
        match (self, c) {
            (Topic::Deliveries, Change::Delivery(_))
            | (Topic::Events, Change::Event(..))
            | (Topic::Runs, Change::Run(_))
            | (Topic::Replays, Change::Replay(_)) => true,
            (Topic::Run(id), Change::Run(r)) => r.run.id == id,
            (Topic::Flow(id), Change::Run(r)) => r.run.flow == id,
            (Topic::Flow(id), Change::Delivery(d)) => d.view.flow == id,
            (Topic::Flow(id), Change::Event(_, e)) => e.flow == id,
            _ => false,
        }
    }
}

impl Change {
    fn workspace(&self) -> WorkspaceId {
        match self {
            Change::Delivery(d) => d.workspace,
            Change::Event(ws, _) => *ws,
            Change::Run(r) => r.run.workspace,
            Change::Replay(r) => r.workspace,
        }
    }
}

impl Live {
    pub(crate) fn new(db: Db) -> Arc<Self> {
        let (pages, _) = broadcast::channel(limits::LIVE_PAGES);
        Arc::new(Self { db, pages, streams: AtomicUsize::new(0), opened: Notify::new() })
    }

    /// Streams that are open on this node.
    pub fn streams(&self) -> usize {
        self.streams.load(Ordering::SeqCst)
    }
}

/// Looks up what the commits changed; of several changes of one thing only the last is kept, with
/// its state of now.
async fn look_up(db: &Db, rows: &[NewsRow]) -> Result<Vec<Commit>, store::Error> {
    let named = || rows.iter().flat_map(|r| r.what.iter().flatten().copied());
    let seen = db.look_at(named()).await?;
    let mut found: HashMap<News, Vec<Change>> = HashMap::new();
    for d in seen.deliveries {
        let (ws, id) = (d.workspace, d.view.id);
        let events: Vec<Change> =
            d.events.iter().map(|e| Change::Event(ws, Arc::new(d.event(e)))).collect();
        let all = found.entry(News::Delivery(id)).or_default();
        all.push(Change::Delivery(Arc::new(d)));
        all.extend(events);
    }
    for (ws, e) in seen.events {
        found.entry(News::Event(e.id)).or_default().push(Change::Event(ws, Arc::new(e)));
    }
    let mut of_deliveries: HashMap<RunId, Change> = HashMap::new();
    for r in seen.runs {
        let id = r.run.id;
        let change = Change::Run(Arc::new(r));
        of_deliveries.insert(id, change.clone());
        found.entry(News::Run(id)).or_default().push(change);
    }
    for r in seen.replays {
        found.entry(News::Replay(r.id)).or_default().push(Change::Replay(Arc::new(r)));
    }
    for run in named() {
        // It has a line of its own.
        if let News::Run(id) = run {
            of_deliveries.remove(&id);
        }
    }
    let mut commits = Vec::with_capacity(rows.len());
    for row in rows.iter().rev() {
        let take = |n: &News| found.remove(n).unwrap_or_default();
        let mut changes = row.what.as_ref().map(|w| w.iter().flat_map(take).collect::<Vec<_>>());
        let made: Vec<RunId> = changes.iter().flatten().filter_map(run_of).collect();
        let made = made.into_iter().filter_map(|id| of_deliveries.remove(&id));
        if let Some(all) = &mut changes {
            all.extend(made.collect::<Vec<_>>());
        }
        commits.push(Commit { seq: row.seq, changes });
    }
    commits.reverse();
    Ok(commits)
}

/// The run of a new event.
fn run_of(c: &Change) -> Option<RunId> {
    match c {
        Change::Event(_, e) => e.run,
        _ => None,
    }
}
