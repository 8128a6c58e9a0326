//! Parameters of a statement. Each knows its type even when it is null, because PostgreSQL wants
//! to know.

use std::borrow::Cow;

use domain::Time;
use rusqlite::types::{ToSqlOutput, ValueRef};
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Postgres, Sqlite};
use uuid::Uuid;

/// One parameter.
#[derive(Clone, Debug)]
pub(crate) enum Val {
    Int(Option<i64>),
    Text(Option<String>),
    Blob(Option<Vec<u8>>),
    Id(Option<Uuid>),
}

impl Val {
    pub(crate) fn bind_lite(
        self,
        q: Query<'_, Sqlite, SqliteArguments>,
    ) -> Query<'_, Sqlite, SqliteArguments> {
        match self {
            Val::Int(v) => q.bind(v),
            Val::Text(v) => q.bind(v),
            Val::Blob(v) => q.bind(v),
            Val::Id(v) => q.bind(v),
        }
    }

    pub(crate) fn bind_pg(
        self,
        q: Query<'_, Postgres, PgArguments>,
    ) -> Query<'_, Postgres, PgArguments> {
        match self {
            Val::Int(v) => q.bind(v),
            Val::Text(v) => q.bind(v),
            Val::Blob(v) => q.bind(v),
            Val::Id(v) => q.bind(v),
        }
    }
}

impl rusqlite::ToSql for Val {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let v = match self {
            Val::Int(v) => v.map(ValueRef::Integer),
            Val::Text(v) => v.as_ref().map(|t| ValueRef::Text(t.as_bytes())),
            Val::Blob(v) => v.as_deref().map(ValueRef::Blob),
            Val::Id(v) => v.as_ref().map(|id| ValueRef::Blob(id.as_bytes())),
        };
        Ok(ToSqlOutput::Borrowed(v.unwrap_or(ValueRef::Null)))
    }
}

/// PostgreSQL refuses the character NUL in a text, so that both keep its replacement instead.
pub(crate) fn clean(v: &str) -> Cow<'_, str> {
    if v.contains('\0') { Cow::Owned(v.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(v) }
}

impl From<i64> for Val {
    fn from(v: i64) -> Self {
        Val::Int(Some(v))
    }
}
impl From<Option<i64>> for Val {
    fn from(v: Option<i64>) -> Self {
        Val::Int(v)
    }
}
impl From<Time> for Val {
    fn from(v: Time) -> Self {
        Val::Int(Some(v.0))
    }
}
impl From<Option<Time>> for Val {
    fn from(v: Option<Time>) -> Self {
        Val::Int(v.map(|t| t.0))
    }
}
impl From<&str> for Val {
    fn from(v: &str) -> Self {
        Val::Text(Some(clean(v).into_owned()))
    }
}
impl From<String> for Val {
    fn from(v: String) -> Self {
        if v.contains('\0') { v.as_str().into() } else { Val::Text(Some(v)) }
    }
}
impl From<Option<&str>> for Val {
    fn from(v: Option<&str>) -> Self {
        Val::Text(v.map(|v| clean(v).into_owned()))
    }
}
impl From<Vec<u8>> for Val {
    fn from(v: Vec<u8>) -> Self {
        Val::Blob(Some(v))
    }
}
impl From<Option<Vec<u8>>> for Val {
    fn from(v: Option<Vec<u8>>) -> Self {
        Val::Blob(v)
    }
}
impl From<Uuid> for Val {
    fn from(v: Uuid) -> Self {
        Val::Id(Some(v))
    }
}
impl From<Option<Uuid>> for Val {
    fn from(v: Option<Uuid>) -> Self {
        Val::Id(v)
    }
}

/// The parameters of a statement, in order.
macro_rules! vals {
    ($($v:expr),* $(,)?) => { vec![$($crate::sql::Val::from($v)),*] };
}
pub(crate) use vals;
