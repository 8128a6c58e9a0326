//! The connection that writes SQLite: called on the thread of its lane, without a hop to another
//! thread for each statement. Readers go through the pool.

use std::path::Path;
use std::time::Duration;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{CachedStatement, Connection, OpenFlags};
use sqlx::error::{DatabaseError, ErrorKind};

use super::{Row, Val};

/// Statements kept prepared: more than this crate has.
const STATEMENTS: usize = 256;
/// A statement that waits for a lock gives up after this.
const BUSY: Duration = Duration::from_secs(10);

/// See the module.
pub(crate) struct Own(Connection);

impl Own {
    /// Opens the file, makes it if there is none, and runs the settings.
    pub(crate) fn open(file: &Path, settings: &str) -> Result<Self, sqlx::Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let open = || {
            let conn = Connection::open_with_flags(file, flags)?;
            conn.busy_timeout(BUSY)?;
            conn.set_prepared_statement_cache_capacity(STATEMENTS);
            conn.execute_batch(settings)?;
            Ok(Self(conn))
        };
        open().map_err(error)
    }

    /// Runs a text without parameters; it is not prepared.
    pub(crate) fn plain(&mut self, sql: &str) -> Result<(), sqlx::Error> {
        self.0.execute_batch(sql).map_err(error)
    }

    /// Runs a change and says how many rows it touched.
    pub(crate) fn exec(&mut self, sql: &str, vals: &[Val]) -> Result<u64, sqlx::Error> {
        let run = || {
            let mut s = self.0.prepare_cached(sql)?;
            bind(&mut s, vals)?;
            s.raw_execute()
        };
        run().map(|n| n as u64).map_err(error)
    }

    /// Runs a statement and reads its whole answer.
    pub(crate) fn rows(&mut self, sql: &str, vals: &[Val]) -> Result<Vec<Row>, sqlx::Error> {
        let run = || {
            let mut s = self.0.prepare_cached(sql)?;
            bind(&mut s, vals)?;
            let mut out = Vec::new();
            read(&mut s, &mut out)?;
            Ok(out)
        };
        run().map_err(error)
    }

    /// Runs a statement and shows each row as it is in the file, none kept.
    pub(crate) fn scan<E: From<sqlx::Error>>(
        &mut self,
        sql: &str,
        mut see: impl FnMut(&[ValueRef<'_>]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut s = self.0.prepare(sql).map_err(error)?;
        let columns = s.column_count();
        let mut rows = s.raw_query();
        while let Some(row) = rows.next().map_err(error)? {
            let values = (0..columns).map(|i| row.get_ref(i)).collect::<Result<Vec<_>, _>>();
            see(&values.map_err(error)?)?;
        }
        Ok(())
    }

    /// Runs the statement once for each row of values; how many rows it touched in all.
    pub(crate) fn each<V: rusqlite::ToSql>(
        &mut self,
        sql: &str,
        values: &[V],
        columns: usize,
        at: Option<i64>,
    ) -> Result<u64, sqlx::Error> {
        let run = || {
            let mut s = self.0.prepare_cached(sql)?;
            let mut touched = 0;
            for row in values.chunks_exact(columns) {
                bind_row(&mut s, row, at)?;
                touched += s.raw_execute()?;
            }
            Ok(touched)
        };
        run().map(|n| n as u64).map_err(error)
    }

    /// The same for a statement that answers rows.
    pub(crate) fn each_rows<V: rusqlite::ToSql>(
        &mut self,
        sql: &str,
        values: &[V],
        columns: usize,
        at: Option<i64>,
    ) -> Result<Vec<Row>, sqlx::Error> {
        let run = || {
            let mut s = self.0.prepare_cached(sql)?;
            let mut out = Vec::new();
            for row in values.chunks_exact(columns) {
                bind_row(&mut s, row, at)?;
                read(&mut s, &mut out)?;
            }
            Ok(out)
        };
        run().map_err(error)
    }

    pub(crate) fn close(self) -> Result<(), sqlx::Error> {
        self.0.close().map_err(|(_, e)| error(e))
    }
}

/// Binds by the number in the parameter's name: SQLite itself counts names by their first place.
fn bind(s: &mut CachedStatement<'_>, vals: &[Val]) -> rusqlite::Result<()> {
    for at in 1..=s.parameter_count() {
        let number = s.parameter_name(at).and_then(|n| n.get(1..)?.parse::<usize>().ok());
        if let Some(v) = vals.get(number.unwrap_or(at).wrapping_sub(1)) {
            s.raw_bind_parameter(at, v)?;
        }
    }
    Ok(())
}

fn bind_row<V: rusqlite::ToSql>(
    s: &mut CachedStatement<'_>,
    row: &[V],
    at: Option<i64>,
) -> rusqlite::Result<()> {
    for (i, v) in row.iter().enumerate() {
        s.raw_bind_parameter(i + 1, v)?;
    }
    match at {
        Some(at) => s.raw_bind_parameter(row.len() + 1, at),
        None => Ok(()),
    }
}

fn read(s: &mut CachedStatement<'_>, out: &mut Vec<Row>) -> rusqlite::Result<()> {
    let columns = s.column_count();
    let mut rows = s.raw_query();
    while let Some(row) = rows.next()? {
        let mut values = Vec::with_capacity(columns);
        for i in 0..columns {
            values.push(match row.get_ref(i)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(n) => Value::Integer(n),
                ValueRef::Real(n) => Value::Real(n),
                ValueRef::Text(t) => Value::Text(String::from_utf8_lossy(t).into_owned()),
                ValueRef::Blob(b) => Value::Blob(b.to_vec()),
            });
        }
        out.push(Row::Own(values));
    }
    Ok(())
}

/// An error of this connection in the form that the other connections have, so that one place says
/// what errors mean.
fn error(e: rusqlite::Error) -> sqlx::Error {
    match e {
        rusqlite::Error::SqliteFailure(code, text) => sqlx::Error::Database(Box::new(Refused {
            code: code.extended_code,
            text: text.unwrap_or_else(|| code.to_string()),
        })),
        other => sqlx::Error::Protocol(other.to_string()),
    }
}

/// An answer of SQLite that is an error (sqlite.org/rescode.html).
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
struct Refused {
    code: i32,
    text: String,
}

impl DatabaseError for Refused {
    fn message(&self) -> &str {
        &self.text
    }
    fn code(&self) -> Option<std::borrow::Cow<'_, str>> {
        Some(self.code.to_string().into())
    }
    fn as_error(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
        self
    }
    fn as_error_mut(&mut self) -> &mut (dyn std::error::Error + Send + Sync + 'static) {
        self
    }
    fn into_error(self: Box<Self>) -> Box<dyn std::error::Error + Send + Sync + 'static> {
        self
    }
    fn kind(&self) -> ErrorKind {
        match self.code {
            // SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE
            1555 | 2067 => ErrorKind::UniqueViolation,
            _ => ErrorKind::Other,
        }
    }
}
