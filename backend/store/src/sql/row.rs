//! Reading rows of either database, column by column.

use domain::Time;
use rusqlite::types::Value;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Postgres, Row as _, Sqlite, Type};
use uuid::Uuid;

use crate::Error;

/// One row of an answer.
pub(crate) enum Row {
    Own(Vec<Value>),
    Lite(SqliteRow),
    Pg(PgRow),
}

impl Row {
    /// Reads from the first column on.
    pub(crate) fn cursor(&self) -> Cursor<'_> {
        Cursor { row: self, at: 0 }
    }
}

/// Reads one column after the other.
pub(crate) struct Cursor<'r> {
    row: &'r Row,
    at: usize,
}

impl<'r> Cursor<'r> {
    fn next<T>(&mut self) -> Result<T, Error>
    where
        T: Plain + Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>,
    {
        let at = self.at;
        self.at += 1;
        let got = match self.row {
            Row::Own(values) => {
                let found = values.get(at).and_then(T::of);
                return found.ok_or_else(|| Error::Damaged(format!("column {at}: another type")));
            }
            Row::Lite(r) => r.try_get(at),
            Row::Pg(r) => r.try_get(at),
        };
        got.map_err(|e| Error::Damaged(format!("column {at}: {e}")))
    }

    pub(crate) fn int(&mut self) -> Result<i64, Error> {
        self.next()
    }
    pub(crate) fn opt_int(&mut self) -> Result<Option<i64>, Error> {
        self.next()
    }
    pub(crate) fn flag(&mut self) -> Result<bool, Error> {
        Ok(self.int()? != 0)
    }
    pub(crate) fn time(&mut self) -> Result<Time, Error> {
        self.int().map(Time)
    }
    pub(crate) fn opt_time(&mut self) -> Result<Option<Time>, Error> {
        Ok(self.opt_int()?.map(Time))
    }
    pub(crate) fn text(&mut self) -> Result<String, Error> {
        self.next()
    }
    pub(crate) fn opt_text(&mut self) -> Result<Option<String>, Error> {
        self.next()
    }
    pub(crate) fn blob(&mut self) -> Result<Vec<u8>, Error> {
        self.next()
    }
    pub(crate) fn opt_blob(&mut self) -> Result<Option<Vec<u8>>, Error> {
        self.next()
    }
    pub(crate) fn id(&mut self) -> Result<Uuid, Error> {
        self.next()
    }
    pub(crate) fn opt_id(&mut self) -> Result<Option<Uuid>, Error> {
        self.next()
    }
    /// A word of the product.
    pub(crate) fn word<T>(&mut self, parse: fn(&str) -> Option<T>) -> Result<T, Error> {
        let word = self.text()?;
        parse(&word).ok_or_else(|| Error::Damaged(format!("unknown word \"{word}\"")))
    }
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&mut self) -> Result<T, Error> {
        let text = self.text()?;
        serde_json::from_str(&text).map_err(|e| Error::Damaged(e.to_string()))
    }
    pub(crate) fn opt_json<T: serde::de::DeserializeOwned>(&mut self) -> Result<Option<T>, Error> {
        let Some(text) = self.opt_text()? else { return Ok(None) };
        serde_json::from_str(&text).map(Some).map_err(|e| Error::Damaged(e.to_string()))
    }
}

/// A value as SQLite gives it to the connection that writes.
trait Plain: Sized {
    fn of(v: &Value) -> Option<Self>;
}
impl Plain for i64 {
    fn of(v: &Value) -> Option<Self> {
        if let Value::Integer(n) = v { Some(*n) } else { None }
    }
}
impl Plain for String {
    fn of(v: &Value) -> Option<Self> {
        if let Value::Text(t) = v { Some(t.clone()) } else { None }
    }
}
impl Plain for Vec<u8> {
    fn of(v: &Value) -> Option<Self> {
        if let Value::Blob(b) = v { Some(b.clone()) } else { None }
    }
}
impl Plain for Uuid {
    fn of(v: &Value) -> Option<Self> {
        if let Value::Blob(b) = v { Uuid::from_slice(b).ok() } else { None }
    }
}
impl<T: Plain> Plain for Option<T> {
    fn of(v: &Value) -> Option<Self> {
        if matches!(v, Value::Null) { Some(None) } else { T::of(v).map(Some) }
    }
}
