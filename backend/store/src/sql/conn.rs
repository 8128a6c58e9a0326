//! A connection of either database.

use futures::TryStreamExt;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::bulk::Batch;
use super::own::Own;
use super::{Bulk, Row, Val};

/// See the module.
pub(crate) enum Conn {
    Lite(Own),
    Pg(PgConnection),
}

/// A statement text: written in this crate, or put together from texts written in it.
pub(crate) trait Text: Send {
    fn safe(self) -> sqlx::SqlStr;
}
impl Text for &'static str {
    fn safe(self) -> sqlx::SqlStr {
        sqlx::SqlSafeStr::into_sql_str(self)
    }
}
impl Text for String {
    fn safe(self) -> sqlx::SqlStr {
        sqlx::SqlSafeStr::into_sql_str(AssertSqlSafe(self))
    }
}

macro_rules! lite {
    ($sql:expr, $vals:expr) => {
        $vals.into_iter().fold(sqlx::query($sql.safe()), |q, v| Val::bind_lite(v, q))
    };
}
macro_rules! pg {
    ($sql:expr, $vals:expr) => {
        $vals.into_iter().fold(sqlx::query($sql.safe()), |q, v| Val::bind_pg(v, q))
    };
}
pub(crate) use {lite, pg};

impl Conn {
    pub(crate) fn is_lite(&self) -> bool {
        matches!(self, Conn::Lite(_))
    }

    /// Runs a text without parameters; it is not prepared.
    pub(crate) async fn plain(&mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        match self {
            Conn::Lite(c) => c.plain(sql),
            Conn::Pg(c) => c.execute(sqlx::raw_sql(sql)).await.map(|_| ()),
        }
    }

    /// Runs a change and says how many rows it touched.
    pub(crate) async fn exec(
        &mut self,
        sql: impl Text,
        vals: Vec<Val>,
    ) -> Result<u64, sqlx::Error> {
        match self {
            Conn::Lite(c) => c.exec(sql.safe().as_str(), &vals),
            Conn::Pg(c) => pg!(sql, vals).execute(c).await.map(|r| r.rows_affected()),
        }
    }

    /// Runs a statement and reads its whole answer.
    pub(crate) async fn rows(
        &mut self,
        sql: impl Text,
        vals: Vec<Val>,
    ) -> Result<Vec<Row>, sqlx::Error> {
        match self {
            Conn::Lite(c) => c.rows(sql.safe().as_str(), &vals),
            Conn::Pg(c) => pg!(sql, vals).fetch(c).map_ok(Row::Pg).try_collect().await,
        }
    }

    /// Runs a bulk change.
    pub(crate) async fn bulk(
        &mut self,
        text: &'static Bulk,
        rows: Batch<'_>,
    ) -> Result<u64, sqlx::Error> {
        match self {
            Conn::Lite(c) => rows.own(text, c),
            Conn::Pg(c) => rows.pg(text).execute(c).await.map(|r| r.rows_affected()),
        }
    }

    /// Runs a bulk statement that answers rows.
    pub(crate) async fn bulk_rows(
        &mut self,
        text: &'static Bulk,
        rows: Batch<'_>,
    ) -> Result<Vec<Row>, sqlx::Error> {
        match self {
            Conn::Lite(c) => rows.own_rows(text, c),
            Conn::Pg(c) => rows.pg(text).fetch(c).map_ok(Row::Pg).try_collect().await,
        }
    }

    /// Starts a transaction that may write. SQLite takes its lock at once: one that starts
    /// reading and then wants to write can be refused without a second chance.
    pub(crate) async fn begin(&mut self) -> Result<(), sqlx::Error> {
        match self {
            Conn::Lite(_) => self.exec("BEGIN IMMEDIATE", Vec::new()).await.map(|_| ()),
            Conn::Pg(_) => self.plain("BEGIN").await,
        }
    }

    pub(crate) async fn commit(&mut self) -> Result<(), sqlx::Error> {
        match self {
            Conn::Lite(_) => self.exec("COMMIT", Vec::new()).await.map(|_| ()),
            Conn::Pg(c) => {
                // A COMMIT of a failed transaction answers ROLLBACK without an error.
                use futures::StreamExt;
                let mut answer = sqlx::raw_sql("COMMIT").execute_many(&mut *c);
                while let Some(part) = answer.next().await {
                    part?;
                }
                Ok(())
            }
        }
    }

    /// Undoes what is open, if anything is.
    pub(crate) async fn rollback(&mut self) -> Result<(), sqlx::Error> {
        match self {
            // SQLite has already rolled back after some errors; then there is nothing to undo.
            Conn::Lite(_) => {
                let _ = self.plain("ROLLBACK").await;
                Ok(())
            }
            Conn::Pg(_) => self.plain("ROLLBACK").await,
        }
    }

    pub(crate) async fn close(self) -> Result<(), sqlx::Error> {
        match self {
            Conn::Lite(c) => c.close(),
            Conn::Pg(c) => c.close().await,
        }
    }
}
