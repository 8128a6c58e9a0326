//! What can go wrong in the store, and whether trying again may help.

/// An error of the store.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    #[error("too much is waiting to be stored; try again")]
    Busy,
    #[error("the disk is full or nearly full ({0})")]
    DiskFull(String),
    #[error("the database is read-only ({0})")]
    ReadOnly(String),
    #[error("there is already one with this {0}")]
    Taken(&'static str),
    #[error("nothing with this id")]
    NotFound,
    #[error("it has changed meanwhile")]
    Changed,
    #[error("a sealed value cannot be opened: {0}")]
    Seal(String),
    #[error("a stored value is damaged: {0}")]
    Damaged(String),
    #[error("the store is shutting down")]
    Closed,
    #[error("database: {0}")]
    Database(String),
}

impl Error {
    /// Whether the same call may work later.
    pub fn is_transient(&self) -> bool {
        matches!(self, Error::Busy | Error::DiskFull(_) | Error::Closed | Error::Database(_))
    }
}

/// Why a database could not be opened. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the data folder {0} is in use by another process; stop it, or use another --data-dir")]
    Locked(String),
    #[error("the data folder {0} cannot be written: {1}")]
    NotWritable(String, String),
    #[error(
        "the data folder {0} is on a network file system ({1}), where SQLite is not safe; use a local disk or PostgreSQL"
    )]
    NetworkFs(String, String),
    #[error(
        "the database was written by a newer version (schema {found}, this binary knows {known}); upgrade the binary"
    )]
    NewerSchema { found: i64, known: i64 },
    #[error("the database needs migration {0} and --no-migrate was given; run `zveno migrate`")]
    NeedsMigration(i64),
    #[error(
        "the key does not open this database's secrets; use the key file or ZVENO_SECRET_KEY that it was made with"
    )]
    WrongKey,
    #[error("the key {0}")]
    BadKey(String),
    #[error("cannot reach the database: {0}")]
    Connect(String),
    #[error("database: {0}")]
    Database(String),
}
