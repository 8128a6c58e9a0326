//! What an error of the driver means: SQLite result codes (sqlite.org/rescode.html) and
//! SQLSTATE classes (PostgreSQL manual, appendix A).

use domain::limits;

use crate::Error;

/// The error in the store's words.
pub(crate) fn meaning(e: &sqlx::Error) -> Error {
    let sqlx::Error::Database(d) = e else { return Error::Database(e.to_string()) };
    let code = d.code().unwrap_or_default();
    let says = d.message().to_owned();
    match code.parse::<i64>() {
        // An extended code keeps its primary code in the low byte.
        Ok(n) if code.len() < 5 => match n & 0xff {
            13 => Error::DiskFull(says),
            8 => Error::ReadOnly(says),
            9 => Error::Database(format!(
                "a read took longer than {} s and was stopped",
                limits::READ_TRANSACTION.as_secs()
            )),
            _ => Error::Database(format!("{says} (SQLite {n})")),
        },
        _ => match code.as_ref() {
            "53100" => Error::DiskFull(says),
            "25006" => Error::ReadOnly(says),
            _ => Error::Database(format!("{says} (SQLSTATE {code})")),
        },
    }
}

/// SQLite could not write or sync its file. After a failed fsync the system may have dropped the
/// pages, so that nothing may be tried again by this process.
pub(crate) fn is_io(e: &sqlx::Error) -> bool {
    let sqlx::Error::Database(d) = e else { return false };
    let code = d.code().unwrap_or_default();
    code.len() < 5 && code.parse::<i64>().is_ok_and(|n| n & 0xff == 10)
}

/// The connection itself is gone.
pub(crate) fn is_lost(e: &sqlx::Error) -> bool {
    match e {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        // Class 57P: the server was told to end this session.
        sqlx::Error::Database(d) => d.code().is_some_and(|c| c.starts_with("57P")),
        _ => false,
    }
}

/// A unique key was there already.
pub(crate) fn is_taken(e: &sqlx::Error) -> bool {
    matches!(e, sqlx::Error::Database(d) if d.is_unique_violation())
}
