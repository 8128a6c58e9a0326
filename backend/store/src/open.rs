//! Opening a database: the folder and its lock, connections with their settings, migrations, the
//! key, the lanes.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::{Secret, SharedClock};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::commit::checkpoint::{self, Wal};
use crate::commit::lane::Lane;
use crate::commit::queue::{Entry, Queue, Waiting, lane};
use crate::db::{Db, Inner, Readers};
use crate::hours::Counted;
use crate::key::KeySource;
use crate::readers::LiteReaders;
use crate::seal::Sealer;
use crate::shared::Shared;
use crate::sql::own::Own;
use crate::sql::{Conn, vals};
use crate::{Error, OpenError, key, lock, migrate};

/// How to open a database.
pub struct OpenOptions {
    pub target: Target,
    pub key: KeySource,
    /// Bring the schema up to date; otherwise an old one is an error.
    pub migrate: bool,
    pub clock: SharedClock,
    /// Take the data folder for this process.
    pub lock: bool,
    /// Unfinished runs at which deliveries are refused for now (semantics S16).
    pub backlog: i64,
}

/// Which database.
#[derive(Clone, Debug)]
pub enum Target {
    Sqlite { data_dir: PathBuf },
    Postgres { url: Secret },
}

/// Name of the database in the data folder.
const FILE: &str = "zveno.db";
/// Connections that read, per process.
const PG_READERS: u32 = 8;
/// Committers of a node for deliveries and progress.
const PG_LANES: usize = 3;
/// Longest time of one statement, of waiting for a lock, of an idle transaction.
const PG_LIMITS: [(&str, &str); 5] = [
    // Every statement here is short; compiling one costs more than it saves.
    ("jit", "off"),
    ("statement_timeout", "10s"),
    ("lock_timeout", "5s"),
    ("idle_in_transaction_session_timeout", "15s"),
    ("synchronous_commit", "on"),
];
/// How long a writer waits for the checkpoint's short locks.
const BUSY: Duration = Duration::from_secs(10);

/// Makes connections.
#[derive(Clone)]
pub(crate) enum Opener {
    Lite(PathBuf),
    Pg(Box<PgConnectOptions>),
}

impl Opener {
    pub(crate) fn of(target: &Target) -> Result<Self, OpenError> {
        match target {
            Target::Sqlite { data_dir } => Ok(Opener::Lite(data_dir.join(FILE))),
            Target::Postgres { url } => PgConnectOptions::from_str(url.expose())
                .map(|o| {
                    Opener::Pg(Box::new(
                        o.application_name("zveno").options(PG_LIMITS).disable_statement_logging(),
                    ))
                })
                // The text of the error may hold the URL with its password.
                .map_err(|_| {
                    OpenError::Connect("the URL is not of the form postgres://...".into())
                }),
        }
    }

    /// A connection that may write.
    pub(crate) async fn writer(&self) -> Result<Conn, sqlx::Error> {
        match self {
            Opener::Lite(file) => Own::open(file, LITE).map(Conn::Lite),
            Opener::Pg(o) => sqlx::PgConnection::connect_with(o).await.map(Conn::Pg),
        }
    }
}

/// Settings of the connections that write SQLite. Foreign keys are off: the hot path inserts in bulk
/// what belongs together in one commit, and a check per row would read one more tree for each.
/// `auto_vacuum` comes first: after the first table it needs a VACUUM. The checkpoints are made by a
/// connection of their own, and what a burst made of the log is given back to the disk.
const LITE: &str = "
    PRAGMA auto_vacuum = INCREMENTAL;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = OFF;
    PRAGMA wal_autocheckpoint = 0;
    PRAGMA cache_size = -8192;
    PRAGMA journal_size_limit = 16777216;
    PRAGMA temp_store = MEMORY;
    PRAGMA mmap_size = 0;";

pub(crate) fn cannot(e: &sqlx::Error, target: &Target) -> OpenError {
    match (crate::sql::fail::meaning(e), target) {
        (Error::ReadOnly(why), Target::Sqlite { data_dir }) => {
            OpenError::NotWritable(data_dir.display().to_string(), why)
        }
        (Error::Database(why), Target::Sqlite { data_dir }) if why.contains("unable to open") => {
            OpenError::NotWritable(data_dir.display().to_string(), why)
        }
        (_, Target::Postgres { .. }) if !matches!(e, sqlx::Error::Database(_)) => {
            OpenError::Connect(e.to_string())
        }
        (other, _) => OpenError::Database(other.to_string()),
    }
}

/// The file of the embedded database.
pub(crate) fn database_file(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE)
}

/// Takes the folder and connects.
pub(crate) async fn reach(
    target: &Target,
    take: bool,
) -> Result<(Opener, Conn, Option<lock::Lock>), OpenError> {
    let mut held = None;
    if let Target::Sqlite { data_dir } = target {
        lock::prepare(data_dir)?;
        if take {
            held = Some(lock::take(data_dir)?);
        }
    }
    let opener = Opener::of(target)?;
    let conn = opener.writer().await.map_err(|e| cannot(&e, target))?;
    Ok((opener, conn, held))
}

/// Takes the folder, connects and migrates.
async fn ground(
    target: &Target,
    allowed: bool,
    take: bool,
    clock: &SharedClock,
) -> Result<(Opener, Conn, Option<lock::Lock>, i64), OpenError> {
    let (opener, mut conn, held) = reach(target, take).await?;
    let schema = migrate::run_to(&mut conn, migrate::SCHEMA, allowed, clock.now()).await?;
    Ok((opener, conn, held, schema))
}

impl Db {
    /// Opens the database and starts its lanes.
    pub async fn open(o: OpenOptions) -> Result<Db, OpenError> {
        let OpenOptions { target, key, migrate, clock, lock, backlog } = o;
        let (opener, mut conn, lock, _) = ground(&target, migrate, lock, &clock).await?;
        let sealer = sealer(&mut conn, &key).await?;
        let shared = Arc::new(Shared::new(clock, backlog));
        prime(&mut conn, &shared).await.map_err(|e| cannot(&e, &target))?;
        let readers = readers(&target, &opener).await.map_err(|e| cannot(&e, &target))?;
        let closing = CancellationToken::new();
        let (lanes, side) = (TaskTracker::new(), TaskTracker::new());
        let side_closing = CancellationToken::new();
        let queue = match &target {
            Target::Sqlite { data_dir } => {
                let wal = Arc::new(Wal::default());
                let own = Own::open(&data_dir.join(FILE), LITE).map_err(|e| cannot(&e, &target))?;
                side.spawn(checkpoint::run(
                    own,
                    wal.clone(),
                    shared.clone(),
                    data_dir.clone(),
                    side_closing.clone(),
                ));
                let start = Start { opener: &opener, shared: &shared, closing: &closing };
                let entry = start.lane(&lanes, Some(conn), Some(wal));
                Queue { lanes: vec![entry.clone()], rare: entry, waiting: Arc::default() }
            }
            Target::Postgres { .. } => {
                let start = Start { opener: &opener, shared: &shared, closing: &closing };
                let rare = start.lane(&lanes, Some(conn), None);
                let hot = (0..PG_LANES).map(|_| start.lane(&lanes, None, None)).collect();
                Queue { lanes: hot, rare, waiting: Arc::<Waiting>::default() }
            }
        };
        lanes.close();
        if let Readers::Pg(pool) = &readers {
            crate::queue::postgres::start(&side, pool, &opener, &shared, &side_closing);
        }
        side.close();
        Ok(Db(Arc::new(Inner {
            readers,
            sealer,
            key,
            shared,
            queue,
            lock: Mutex::new(lock),
            counted: Counted::default(),
            lanes,
            side,
            _guards: [closing.clone().drop_guard(), side_closing.clone().drop_guard()],
            closing,
            side_closing,
        })))
    }

    /// Brings the schema up to date and closes again. Answers the schema's number.
    pub async fn migrate(target: Target, clock: SharedClock) -> Result<i64, OpenError> {
        let (_, conn, _lock, schema) = ground(&target, true, true, &clock).await?;
        conn.close().await.map_err(|e| cannot(&e, &target))?;
        Ok(schema)
    }
}

struct Start<'a> {
    opener: &'a Opener,
    shared: &'a Arc<Shared>,
    closing: &'a CancellationToken,
}

impl Start<'_> {
    fn lane(&self, tasks: &TaskTracker, conn: Option<Conn>, wal: Option<Arc<Wal>>) -> Entry {
        let (entry, exit) = lane();
        let lane = Lane {
            exit,
            conn,
            opener: self.opener.clone(),
            shared: self.shared.clone(),
            wal,
            closing: self.closing.clone(),
        };
        // The writer of SQLite works on the thread that calls it, so its lane has one of its own.
        if lane.wal.is_some() {
            let runtime = tokio::runtime::Handle::current();
            tasks.spawn_blocking(move || runtime.block_on(lane.run()));
        } else {
            tasks.spawn(lane.run());
        }
        entry
    }
}

async fn readers(target: &Target, opener: &Opener) -> Result<Readers, sqlx::Error> {
    match (target, opener) {
        (_, Opener::Pg(o)) => Ok(Readers::Pg(
            PgPoolOptions::new()
                .max_connections(PG_READERS)
                .acquire_timeout(BUSY)
                .connect_lazy_with((**o).clone()),
        )),
        (Target::Sqlite { data_dir }, Opener::Lite(_)) => {
            let options = SqliteConnectOptions::new()
                .filename(data_dir.join(FILE))
                .read_only(true)
                .pragma("cache_size", "-2048")
                .pragma("mmap_size", "0")
                .busy_timeout(BUSY)
                .disable_statement_logging();
            Ok(Readers::Lite(Arc::new(LiteReaders::open(options, BUSY).await?)))
        }
        (Target::Postgres { .. }, Opener::Lite(_)) => Err(sqlx::Error::PoolClosed),
    }
}

/// The sealer, after making sure that the key is the one that this database was made with.
async fn sealer(conn: &mut Conn, source: &KeySource) -> Result<Sealer, OpenError> {
    let bad = |e: sqlx::Error| OpenError::Database(e.to_string());
    let known = check_value(conn).await.map_err(bad)?;
    let keys = key::read(source, known.is_none())?;
    let sealer = Sealer::new(&keys);
    if known.is_none() {
        let value = sealer
            .seal(&crate::reseal::check_place(), CHECK)
            .map_err(|e| OpenError::BadKey(e.to_string()))?;
        conn.exec(
            "INSERT INTO settings (name, value) VALUES ('key_check', $1) ON CONFLICT DO NOTHING",
            vals![hex::encode(value)],
        )
        .await
        .map_err(bad)?;
    }
    // Read back: another node of the same first start may have been faster.
    let value = check_value(conn).await.map_err(bad)?.unwrap_or_default();
    if fits(&sealer, &value) { Ok(sealer) } else { Err(OpenError::WrongKey) }
}

/// What is sealed to know the key again.
const CHECK: &[u8] = b"zveno";

/// Whether this key has sealed the check value of a database.
pub(crate) fn fits(sealer: &Sealer, value: &str) -> bool {
    let Ok(value) = hex::decode(value) else { return false };
    sealer.open(&crate::reseal::check_place(), &value).is_ok_and(|plain| plain.as_slice() == CHECK)
}

async fn check_value(conn: &mut Conn) -> Result<Option<String>, sqlx::Error> {
    let rows = conn.rows("SELECT value FROM settings WHERE name = 'key_check'", Vec::new()).await?;
    Ok(rows.first().and_then(|r| r.cursor().text().ok()))
}

/// Starts the counters kept in memory.
async fn prime(conn: &mut Conn, shared: &Shared) -> Result<(), sqlx::Error> {
    let rows = conn
        .rows(
            "SELECT (SELECT count(*) FROM jobs),
               (SELECT max(value) FROM counters WHERE name = 'generation'),
               (SELECT until FROM live WHERE id = 1)",
            Vec::new(),
        )
        .await?;
    if let Some(row) = rows.first() {
        let mut c = row.cursor();
        let jobs = c.int().unwrap_or(0);
        shared.backlog.store(jobs, std::sync::atomic::Ordering::Relaxed);
        shared.raise(c.int().unwrap_or(0));
        // On PostgreSQL what is read here may be old when the first commit begins.
        if conn.is_lite() {
            shared.live.said(c.time().unwrap_or(domain::Time(0)), None);
        }
    }
    Ok(())
}
