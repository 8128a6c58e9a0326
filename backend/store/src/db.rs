//! The handle of the store: how callers read, write and close.

use std::future::Future;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use domain::Time;
use domain::delivery::Answer;
use futures::future::BoxFuture;
use futures::{FutureExt, TryStreamExt};
use sqlx::PgPool;
use tokio::sync::{oneshot, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::commit::op::{Call, Tx};
use crate::commit::prepare::{ApplyRequest, Delivery, IngestRequest, Work};
use crate::commit::{Fail, queue::Queue};
use crate::hours::Counted;
use crate::key::KeySource;
use crate::readers::LiteReaders;
use crate::seal::Sealer;
use crate::shared::Shared;
use crate::sql::conn::{Text, lite, pg};
use crate::sql::{Batch, Bulk, Row, Val};
use crate::{Applied, Error, Ingest, Ingested, Progress, lock};

/// A database. Cheap to clone.
#[derive(Clone)]
pub struct Db(pub(crate) Arc<Inner>);

/// See [`Db`].
pub(crate) struct Inner {
    pub(crate) readers: Readers,
    pub(crate) sealer: Sealer,
    pub(crate) key: KeySource,
    pub(crate) shared: Arc<Shared>,
    pub(crate) queue: Queue,
    pub(crate) lock: Mutex<Option<lock::Lock>>,
    /// Runs of hours that are over.
    pub(crate) counted: Counted,
    pub(crate) lanes: TaskTracker,
    pub(crate) side: TaskTracker,
    pub(crate) closing: CancellationToken,
    pub(crate) side_closing: CancellationToken,
    pub(crate) _guards: [DropGuard; 2],
}

/// Connections that only read.
#[derive(Clone)]
pub(crate) enum Readers {
    Lite(Arc<LiteReaders>),
    Pg(PgPool),
}

/// Sizes above this are compressed on a thread for such work, so that no other task waits.
const LONG_WORK_BYTES: usize = 256 << 10;

/// Progress made ready for its commit: rendered once, tried as often as needed.
#[derive(Clone)]
pub struct Ready(Arc<Work>);

impl Ready {
    /// # Errors
    /// It cannot be written as rows.
    pub fn new(p: Progress) -> Result<Self, Error> {
        Ok(Ready(Arc::new(Work::new(p)?)))
    }

    /// The same, and the delivery has this answer from now on (semantics S11).
    ///
    /// # Errors
    /// It cannot be written as rows.
    pub fn answering(p: Progress, answer: &Answer) -> Result<Self, Error> {
        let answer = Some(crate::commit::prepare::json(answer)?);
        Ok(Ready(Arc::new(Work { answer, ..Work::new(p)? })))
    }
}

impl Db {
    /// Makes progress ready together with events for other flows: one commit has both or neither.
    ///
    /// # Errors
    /// It cannot be written as rows.
    pub fn publishing(
        &self,
        p: Progress,
        answer: Option<&Answer>,
        events: Vec<Ingest>,
    ) -> Result<Ready, Error> {
        let one = |i| Delivery::new(i, &self.0.sealer).map(|(d, _)| d);
        let published = events.into_iter().map(one).collect::<Result<_, Error>>()?;
        let answer = answer.map(crate::commit::prepare::json).transpose()?;
        Ok(Ready(Arc::new(Work { answer, published, ..Work::new(p)? })))
    }

    /// Whether more work may be added now; what is under way always may end.
    ///
    /// # Errors
    /// Why not.
    pub fn takes_more(&self) -> Result<(), Error> {
        self.has_room()
    }

    /// Whether this is the embedded database.
    pub fn is_sqlite(&self) -> bool {
        matches!(self.0.readers, Readers::Lite(_))
    }

    /// The clock of the store: it never goes back while the process lives.
    pub fn now(&self) -> Time {
        self.0.shared.now()
    }

    /// Unfinished runs, as this process knows; other nodes' are counted every few seconds.
    pub fn backlog(&self) -> i64 {
        self.0.shared.backlog.load(Ordering::Relaxed)
    }

    /// Deliveries of this process that wait for their commit, those of the present one included.
    pub fn waiting(&self) -> usize {
        self.0.queue.waiting.requests()
    }

    /// Resolves with the reason when this process must write no more and exit: SQLite could not
    /// write or sync its file, and what the system kept of it is unknown.
    pub fn failed(&self) -> impl Future<Output = String> + Send + 'static {
        let mut failed = self.0.shared.failed.subscribe();
        async move {
            loop {
                let why = failed.borrow_and_update().clone();
                if let Some(why) = why {
                    return why;
                }
                if failed.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        }
    }

    /// Rung with the new generation at every change of flows, addresses, secrets or connections.
    pub fn changed(&self) -> watch::Receiver<i64> {
        self.0.shared.changed.subscribe()
    }

    /// Ends when there may be work: one waiter per process. On PostgreSQL at most a second.
    pub async fn wait_for_work(&self) {
        self.0.shared.work.notified().await;
    }

    /// Writes what is queued, refuses what comes later, and closes the files.
    pub async fn close(&self) {
        self.0.closing.cancel();
        self.0.lanes.wait().await;
        // The checkpoint's connection is the last one: it leaves one file, without a log.
        if let Readers::Lite(p) = &self.0.readers {
            p.close().await;
        }
        self.0.side_closing.cancel();
        self.0.side.wait().await;
        if let Readers::Pg(p) = &self.0.readers {
            p.close().await;
        }
        self.0.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Whether a delivery could be stored now.
    pub async fn is_ready(&self) -> Result<(), Error> {
        if self.0.shared.failed.borrow().is_some() || self.0.closing.is_cancelled() {
            return Err(Error::Closed);
        }
        self.has_room()?;
        self.rows("SELECT max(number) FROM schema_migrations", Vec::new()).await.map(|_| ())
    }

    pub(crate) fn has_room(&self) -> Result<(), Error> {
        if self.0.shared.disk_low.load(Ordering::Relaxed) {
            return Err(Error::DiskFull("the reserve of free space is reached".into()));
        }
        if self.0.shared.over_budget.load(Ordering::Relaxed) {
            return Err(Error::DiskFull("the room that the database may take is used up".into()));
        }
        if self.backlog() >= self.0.shared.most {
            return Err(Error::Busy);
        }
        Ok(())
    }

    /// Stores a delivery with its events, runs and jobs. Returns after COMMIT and its fsync; the
    /// commit goes on even if the caller is dropped. [`Error::Busy`] at once if too much waits.
    pub async fn ingest(&self, i: Ingest) -> Result<Ingested, Error> {
        self.has_room()?;
        let room = self.0.queue.room(i.delivery.body.len() + i.delivery.headers.len())?;
        let (delivery, after) = if i.delivery.body.len() > LONG_WORK_BYTES {
            let inner = self.0.clone();
            tokio::task::spawn_blocking(move || Delivery::new(i, &inner.sealer))
                .await
                .map_err(|_| Error::Closed)??
        } else {
            Delivery::new(i, &self.0.sealer)?
        };
        let (reply, answer) = oneshot::channel();
        let entry = self.0.queue.lane_of(&delivery);
        let request = IngestRequest { delivery, after, reply, _room: room };
        entry.ingest.try_send(request).map_err(|e| match e {
            tokio::sync::mpsc::error::TrySendError::Full(_) => Error::Busy,
            tokio::sync::mpsc::error::TrySendError::Closed(_) => Error::Closed,
        })?;
        answer.await.map_err(|_| Error::Closed)?
    }

    /// Commits what a worker did, if it still has its lease. Waits its turn when much is queued.
    pub async fn apply(&self, p: Progress) -> Result<Applied, Error> {
        self.apply_ready(&Ready::new(p)?).await
    }

    /// The same with progress made ready before: it may be tried again after an error.
    pub async fn apply_ready(&self, p: &Ready) -> Result<Applied, Error> {
        let (reply, answer) = oneshot::channel();
        let entry = self.0.queue.pick(p.0.lease.run);
        let sent = entry.apply.send(ApplyRequest { work: p.0.clone(), reply }).await;
        sent.map_err(|_| Error::Closed)?;
        answer.await.map_err(|_| Error::Closed)?
    }

    /// Free space of the data folder's disk at which deliveries are refused, bytes.
    pub fn set_disk_reserve(&self, bytes: u64) {
        self.0.shared.disk_reserve.store(bytes, Ordering::Relaxed);
    }

    /// Writes nothing more from now on, as if the process had died: what waits is refused, and the
    /// thread that writes SQLite ends. For tests of crashes.
    #[doc(hidden)]
    pub fn abandon(&self) {
        self.0.shared.failed.send_replace(Some("abandoned".into()));
        self.0.closing.cancel();
        self.0.side_closing.cancel();
    }

    /// Sets something of SQLite's writer, such as `max_page_count = 100`, which makes a full disk,
    /// or `query_only = 1`, which makes a read-only one. For tests.
    #[doc(hidden)]
    pub async fn pragma(&self, setting: &str) -> Result<(), Error> {
        let sql = format!("PRAGMA {setting}");
        self.write(move |tx| {
            let sql = sql.clone();
            Box::pin(async move { Ok(tx.conn.rows(sql, Vec::new()).await.map(|_| ())?) })
        })
        .await
    }

    /// Runs a rare change in a transaction of the lane. It may be run again after a rollback.
    pub(crate) async fn write<T, F>(&self, f: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'c> Fn(Tx<'c>) -> BoxFuture<'c, Result<T, Fail>> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let op = Box::new(Call { f, out: None, reply });
        self.0.queue.rare.ops.send(op).await.map_err(|_| Error::Closed)?;
        answer.await.map_err(|_| Error::Closed)?
    }

    /// Reads rows. The query runs in a task of its own, so that a caller that is dropped leaves no
    /// connection half used.
    pub(crate) async fn rows(
        &self,
        sql: impl Text + 'static,
        vals: Vec<Val>,
    ) -> Result<Vec<Row>, Error> {
        let readers = self.0.readers.clone();
        let read = async move {
            match readers {
                Readers::Lite(r) => {
                    r.read(move |c| {
                        lite!(sql, vals).fetch(c).map_ok(Row::Lite).try_collect().boxed()
                    })
                    .await
                }
                Readers::Pg(p) => pg!(sql, vals).fetch(&p).map_ok(Row::Pg).try_collect().await,
            }
        };
        own_task(read).await
    }

    /// Reads rows for many keys at once.
    pub(crate) async fn bulk_rows(
        &self,
        text: &'static Bulk,
        keys: Batch<'static>,
    ) -> Result<Vec<Row>, Error> {
        let readers = self.0.readers.clone();
        let read = async move {
            match readers {
                Readers::Lite(r) => {
                    r.read(move |c| {
                        keys.lite(text).fetch(c).map_ok(Row::Lite).try_collect().boxed()
                    })
                    .await
                }
                Readers::Pg(p) => keys.pg(text).fetch(&p).map_ok(Row::Pg).try_collect().await,
            }
        };
        own_task(read).await
    }

    /// The first row, if any.
    pub(crate) async fn row(
        &self,
        sql: impl Text + 'static,
        vals: Vec<Val>,
    ) -> Result<Option<Row>, Error> {
        Ok(self.rows(sql, vals).await?.into_iter().next())
    }
}

async fn own_task<T: Send + 'static>(
    read: impl Future<Output = Result<T, sqlx::Error>> + Send + 'static,
) -> Result<T, Error> {
    tokio::spawn(read).await.map_err(|_| Error::Closed)?.map_err(|e| crate::sql::fail::meaning(&e))
}
