//! Moves the write-ahead log of SQLite into the database, on a connection of its own, so that no
//! commit pays for it: after 4 MiB or 1 s of writing. Above 64 MiB the writer helps.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use domain::limits;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::shared::Shared;
use crate::sql::Conn;
use crate::sql::own::Own;

/// SQLite's default page and the frame header before it in the log.
const FRAME: u64 = 4096 + 24;
/// Pages that a commit touches besides its payload: the ends of the tables' and indexes' trees.
const PAGES_A_COMMIT: u64 = 20;

/// How much is in the log.
#[derive(Default)]
pub(crate) struct Wal {
    /// Bytes since the last checkpoint, estimated from what was committed.
    bytes: AtomicU64,
    /// The last checkpoint found more than the writer tolerates.
    large: AtomicBool,
    due: Notify,
}

impl Wal {
    /// After a commit of this many bytes of payload; whether the writer must help.
    pub(crate) fn written(&self, payload: usize) -> bool {
        let more = payload as u64 + PAGES_A_COMMIT * FRAME;
        let before = self.bytes.fetch_add(more, Ordering::Relaxed);
        if before + more >= limits::WAL_PASSIVE_BYTES {
            self.due.notify_one();
        }
        self.large.swap(false, Ordering::Relaxed)
    }
}

/// What the writer does when the log is large: it moves all of it and begins the log anew. Nobody
/// can write now, so that only readers can hold it up. The product's own are short; for one of
/// somebody else's the writer waits a moment and tries again after the next passive checkpoint.
pub(crate) async fn restart(conn: &mut Conn) -> Result<(), sqlx::Error> {
    conn.plain(RESTART_PATIENCE).await?;
    let done = conn.rows("PRAGMA wal_checkpoint(RESTART)", Vec::new()).await;
    conn.plain(WRITER_PATIENCE).await?;
    done.map(|_| ())
}

/// Milliseconds that a restart waits for readers, and that the writer waits for a checkpoint's
/// short locks.
const RESTART_PATIENCE: &str = "PRAGMA busy_timeout = 250";
const WRITER_PATIENCE: &str = "PRAGMA busy_timeout = 10000";

/// Runs until the store closes. `file` is the database, for the free space of its disk.
pub(crate) async fn run(
    mut conn: Own,
    wal: Arc<Wal>,
    shared: Arc<Shared>,
    folder: PathBuf,
    closing: CancellationToken,
) {
    loop {
        shared.look_at_disk(&folder);
        tokio::select! {
            () = closing.cancelled() => break,
            () = wal.due.notified() => {}
            () = tokio::time::sleep(limits::POLL.std()) => {}
        }
        if wal.bytes.swap(0, Ordering::Relaxed) == 0 {
            continue;
        }
        // It copies and syncs on the thread that calls it.
        let (wal, shared) = (wal.clone(), shared.clone());
        let done = tokio::task::spawn_blocking(move || {
            passive(&mut conn, &wal, &shared);
            conn
        });
        match done.await {
            Ok(back) => conn = back,
            Err(_) => return,
        }
    }
    let last = move || {
        let _ = conn.rows(PASSIVE, &[]);
        let _ = conn.close();
    };
    let _ = tokio::task::spawn_blocking(last).await;
}

const PASSIVE: &str = "PRAGMA wal_checkpoint(PASSIVE)";

fn passive(conn: &mut Own, wal: &Wal, shared: &Shared) {
    match conn.rows(PASSIVE, &[]) {
        Ok(rows) => {
            // busy, frames in the log, frames moved
            let frames = rows.first().and_then(|r| {
                let mut c = r.cursor();
                c.int().and_then(|_| c.int()).ok()
            });
            let bytes = u64::try_from(frames.unwrap_or(0)).unwrap_or(0) * FRAME;
            wal.large.fetch_or(bytes > limits::WAL_RESTART_BYTES, Ordering::Relaxed);
        }
        Err(e) if crate::sql::fail::is_io(&e) => {
            shared.failed.send_replace(Some(format!("checkpoint: {e}")));
        }
        Err(e) => tracing::warn!(error = %e, "a checkpoint failed"),
    }
}
