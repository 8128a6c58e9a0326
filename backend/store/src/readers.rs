//! Connections that only read SQLite. A statement that reads too long is stopped: while it runs,
//! the write-ahead log can only grow (semantics S6).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::limits;
use futures::future::BoxFuture;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::sql::Row;

/// Connections at once.
const READERS: u32 = 3;
/// Instructions of SQLite's machine between two looks at whether it is late: some microseconds.
const LOOK_EVERY: i32 = 1_000;

/// See the module.
pub(crate) struct LiteReaders {
    options: SqliteConnectOptions,
    places: Semaphore,
    free: Mutex<Vec<Reader>>,
    /// How long a read may wait for a connection.
    patience: Duration,
}

struct Reader {
    conn: SqliteConnection,
    /// Its statement is to stop.
    late: Arc<AtomicBool>,
}

impl LiteReaders {
    /// Opens the first connection, so that a file that cannot be read is noticed at once.
    pub(crate) async fn open(
        options: SqliteConnectOptions,
        patience: Duration,
    ) -> Result<Self, sqlx::Error> {
        let first = Reader::open(&options).await?;
        let places = Semaphore::new(READERS as usize);
        Ok(Self { options, places, free: Mutex::new(vec![first]), patience })
    }

    fn free(&self) -> MutexGuard<'_, Vec<Reader>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs one statement. The caller must not drop this half-way: a task of its own runs it.
    pub(crate) async fn read(
        &self,
        f: impl for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<Vec<Row>, sqlx::Error>>,
    ) -> Result<Vec<Row>, sqlx::Error> {
        let place = timeout(self.patience, self.places.acquire()).await;
        let _place =
            place.map_err(|_| sqlx::Error::PoolTimedOut)?.map_err(|_| sqlx::Error::PoolClosed)?;
        let taken = self.free().pop();
        let mut reader = match taken {
            Some(r) => r,
            None => Reader::open(&self.options).await?,
        };
        let read = {
            let mut reading = f(&mut reader.conn);
            if let Ok(read) = timeout(limits::READ_TRANSACTION.std(), &mut reading).await {
                read
            } else {
                reader.late.store(true, Ordering::Relaxed);
                reading.await
            }
        };
        reader.late.store(false, Ordering::Relaxed);
        self.free().push(reader);
        read
    }

    /// Waits for those that read, and closes the files.
    pub(crate) async fn close(&self) {
        // Not given back: nobody reads after this.
        if let Ok(all) = self.places.acquire_many(READERS).await {
            all.forget();
        }
        self.places.close();
        let readers = std::mem::take(&mut *self.free());
        for r in readers {
            let _ = r.conn.close().await;
        }
    }
}

impl Reader {
    async fn open(options: &SqliteConnectOptions) -> Result<Self, sqlx::Error> {
        let mut conn = options.connect().await?;
        let late = Arc::new(AtomicBool::new(false));
        let seen = late.clone();
        let go_on = move || !seen.load(Ordering::Relaxed);
        conn.lock_handle().await?.set_progress_handler(LOOK_EVERY, go_on);
        Ok(Self { conn, late })
    }
}
