//! How long finished things are kept, and what all of it takes of the disk.

use std::sync::atomic::Ordering;

use domain::limits;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::commit::prepare::json;
use crate::db::Db;
use crate::sql::vals;

/// How long finished things are kept (semantics S27).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// Days that finished runs are kept with their events and deliveries.
    pub days: u32,
    /// Days that failed and parked runs, and held events, are kept.
    pub trouble_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { days: limits::RETENTION_DAYS, trouble_days: limits::RETENTION_TROUBLE_DAYS }
    }
}

/// What the database takes of the disk, bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiskUse {
    pub database: u64,
    /// Free on the disk of the data folder; unknown for PostgreSQL.
    pub free: Option<u64>,
}

const NAME: &str = "retention";

impl Db {
    /// How long finished things are kept.
    pub async fn retention(&self) -> Result<Retention, Error> {
        let Some(text) = self.setting(NAME).await? else { return Ok(Retention::default()) };
        serde_json::from_str(&text).map_err(|e| Error::Damaged(format!("{NAME}: {e}")))
    }

    /// Changes it; the next sweep keeps to it.
    pub async fn put_retention(&self, r: Retention) -> Result<(), Error> {
        self.put_setting(NAME, Some(&json(&r)?)).await
    }

    /// What the database takes of the disk.
    pub async fn disk_use(&self) -> Result<DiskUse, Error> {
        let sql = if self.is_sqlite() {
            "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        } else {
            "SELECT pg_database_size(current_database())"
        };
        let row = self.row(sql, vals![]).await?;
        let bytes = row.map_or(Ok(0), |r| r.cursor().int())?;
        let free = self.0.shared.disk_free.load(Ordering::Relaxed);
        Ok(DiskUse {
            database: u64::try_from(bytes).unwrap_or(0),
            free: (self.is_sqlite() && free > 0).then_some(free),
        })
    }
}
