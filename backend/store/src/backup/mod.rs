//! Backups (semantics S26): a consistent snapshot of either database in one file, and the way back
//! into an empty database of either kind.
//!
//! The file, version 1, all numbers little-endian:
//!
//! - Head: `ZVENOBAK`, a byte with the version, a byte that says whether what follows is clear (0)
//!   or sealed with a passphrase (1; see `vault`).
//! - Then records: a byte with the kind, four with the length, the content. `H` is JSON (schema,
//!   time, version, the check of the key; the key itself in sealed files only). `T` begins a table:
//!   JSON with its name and columns. `R` has rows of it: their number, the size of their plain
//!   form, and that form compressed with zstd; a cell is a byte (0 null, 1 integer of eight bytes,
//!   2 text, 3 bytes; the latter two with four bytes of length). `E` ends the file: the rows of
//!   each table, and SHA-256 of all records before it.
//!
//! What the database keeps sealed is sealed in the file as well. Left out is what belongs to
//! running processes and signed-in browsers: leases, gates, sessions, the log of the live stream.

mod catalogue;
mod dump;
mod file;
mod format;
mod load;
mod vault;

use std::path::PathBuf;

use domain::{Secret, SharedClock, Time};
use serde::Serialize;

use crate::db::Db;
use crate::key::KeySource;
use crate::open::Target;
use crate::{Error, OpenError};

/// What to back up to which file, or to restore from it.
#[derive(Clone)]
pub struct BackupOptions {
    pub target: Target,
    pub key: KeySource,
    pub file: PathBuf,
    /// Seals the whole file, which then has the key too.
    pub passphrase: Option<Secret>,
    pub clock: SharedClock,
    /// The version of the product, for people.
    pub version: &'static str,
}

/// What a backup holds.
#[derive(Clone, Debug, Serialize)]
pub struct BackedUp {
    pub schema: i64,
    pub tables: usize,
    pub rows: u64,
    /// Size of the file.
    pub bytes: u64,
    /// When the snapshot was taken.
    pub made_at: Time,
    /// Whether the file has the key that opens the secrets.
    pub with_key: bool,
}

/// Why there is no backup, or nothing was restored. A database that was to be restored is as it was
/// before.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("{0}: {1}")]
    File(String, std::io::Error),
    #[error("{0} is already there; a backup replaces nothing")]
    Exists(String),
    #[error("there is no database at {0}")]
    NoDatabase(String),
    #[error("this is not a whole, unaltered backup: {0}")]
    Torn(String),
    #[error("the backup is sealed: its passphrase is needed (--passphrase-file)")]
    NeedsPassphrase,
    #[error("the passphrase does not open this backup, or the file was altered")]
    WrongPassphrase,
    #[error("the backup is of schema {found}, this binary knows {known}; use a newer binary")]
    Newer { found: i64, known: i64 },
    #[error(
        "the database has schema {have} and the backup {found}; restore into a database without tables"
    )]
    OtherSchema { have: i64, found: i64 },
    #[error("the database is not empty ({0} has rows); a backup is restored into an empty one")]
    NotEmpty(String),
    #[error("a server runs on this database; stop it first")]
    Running,
    #[error(
        "the key does not open the secrets of this backup: give the key of the server that it was made on, as its file {0} or as ZVENO_SECRET_KEY"
    )]
    WrongKey(String),
    #[error("the disk of the database is nearly full; the backup was given up")]
    DiskLow,
    #[error("a row is too large for a backup: {0} bytes")]
    TooLarge(usize),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Store(#[from] Error),
}

impl From<sqlx::Error> for BackupError {
    fn from(e: sqlx::Error) -> Self {
        BackupError::Store(crate::sql::fail::meaning(&e))
    }
}

impl Db {
    /// Writes a snapshot to a new file. The database may be in use meanwhile, by this process or
    /// another one; of the embedded one this reader keeps the log from being begun anew, so the log
    /// grows by what is written during the backup.
    pub async fn backup(o: BackupOptions) -> Result<BackedUp, BackupError> {
        dump::run(o).await
    }

    /// Fills an empty database from a file, which is read to its end and checked before anything
    /// is written. The database is on hold afterwards.
    pub async fn restore(o: BackupOptions) -> Result<BackedUp, BackupError> {
        load::run(o).await
    }
}
