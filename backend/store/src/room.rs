//! How much room the database takes, and what of it. Of SQLite the pages in use count; PostgreSQL
//! does not give room back after deletes, so what is in use is its size times the share of rows
//! that are left of the most there ever were.

use std::sync::atomic::Ordering;

use domain::limits;
use serde::Serialize;

use crate::Error;
use crate::db::Db;
use crate::sql::vals;

/// What is taken, bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DiskUse {
    /// In use by the database.
    pub database: u64,
    /// Free on the disk of the embedded database.
    pub free: Option<u64>,
    /// By kind, the largest first: `deliveries`, `runs`, ... Absent where counting would take too
    /// long.
    pub kinds: Option<Vec<(String, u64)>>,
}

/// Tables of which a kind consists.
const KINDS: &[(&str, &[&str])] = &[
    ("deliveries", &["deliveries", "events", "dedupe"]),
    ("runs", &["runs", "steps", "jobs", "order_keys", "newest"]),
    ("attempts", &["attempts"]),
    ("search", &["search", "searched"]),
    ("audit", &["audit", "notifications", "notices"]),
];

const LITE: &str = "SELECT
    (SELECT page_count FROM pragma_page_count) - (SELECT freelist_count FROM pragma_freelist_count),
    (SELECT page_size FROM pragma_page_size)";

/// Of each table by its own pages and those of its indexes. Reads the whole file.
const LITE_TABLES: &str = "
    SELECT m.tbl_name, sum(s.pgsize) FROM dbstat s JOIN sqlite_master m ON m.name = s.name
    WHERE s.aggregate = 1 GROUP BY m.tbl_name";

const PG: &str = "SELECT pg_database_size(current_database())::bigint,
    (SELECT coalesce(sum(n_live_tup), 0)::bigint FROM pg_stat_user_tables)";

const PG_TABLES: &str = "
    SELECT relname::text, pg_total_relation_size(relid)::bigint FROM pg_stat_user_tables
    WHERE schemaname = current_schema()";

/// The setting with the most rows that there were.
const PEAK: &str = "rows_peak";

impl Db {
    /// Bytes that the database uses now.
    pub async fn room_taken(&self) -> Result<u64, Error> {
        let sql = if self.is_sqlite() { LITE } else { PG };
        let row = self.row(sql, Vec::new()).await?.ok_or(Error::NotFound)?;
        let mut c = row.cursor();
        let (a, b) = (c.int()?, c.int()?);
        if self.is_sqlite() {
            return Ok(unsigned(a).saturating_mul(unsigned(b)));
        }
        let peak = self.options(&[PEAK]).await?.remove(PEAK).and_then(|t| t.parse().ok());
        let peak: i64 = peak.unwrap_or(0);
        if b == 0 {
            // Nothing is counted yet.
            return Ok(unsigned(a));
        }
        if b > peak {
            let sql = "INSERT INTO settings (name, value) VALUES ($1, $2)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value";
            self.write(move |tx| {
                Box::pin(async move {
                    tx.conn.exec(sql, vals![PEAK, b.to_string()]).await?;
                    Ok(())
                })
            })
            .await?;
            return Ok(unsigned(a));
        }
        Ok(unsigned(a) / unsigned(peak).max(1) * unsigned(b))
    }

    /// Bytes in use, in all and by kind.
    pub async fn disk_use(&self) -> Result<DiskUse, Error> {
        let sql = if self.is_sqlite() { LITE_TABLES } else { PG_TABLES };
        let mut kinds = None;
        // A read that takes too long is stopped: then only the sum is known.
        if let Ok(rows) = self.rows(sql, Vec::new()).await {
            let mut sums: Vec<(String, u64)> =
                KINDS.iter().map(|(kind, _)| ((*kind).to_owned(), 0)).collect();
            sums.push(("other".into(), 0));
            for row in rows {
                let mut c = row.cursor();
                let (table, bytes) = (c.text()?, unsigned(c.int()?));
                let of = KINDS.iter().position(|(_, all)| all.contains(&table.as_str()));
                if let Some(sum) = sums.get_mut(of.unwrap_or(KINDS.len())) {
                    sum.1 += bytes;
                }
            }
            sums.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
            kinds = Some(sums);
        }
        let free = self.disk_free();
        Ok(DiskUse { database: self.room_taken().await?, free, kinds })
    }

    /// Free bytes of the disk of the embedded database, as they were seen last.
    fn disk_free(&self) -> Option<u64> {
        let free = self.0.shared.disk_free.load(Ordering::Relaxed);
        (self.is_sqlite() && free > 0).then_some(free)
    }

    /// Per cent of the room that is used: of the budget, or, where the disk is nearly full, of it.
    pub async fn room_used(&self) -> Result<u64, Error> {
        let low = self.disk_free().is_some_and(|free| free < limits::DISK_RESERVE_BYTES * 2);
        let disk = if low { limits::BUDGET_FULL } else { 0 };
        let Some(budget) = self.retention().await?.budget_bytes else { return Ok(disk) };
        let used = self.room_taken().await?.saturating_mul(100) / budget.max(1);
        Ok(used.max(disk))
    }

    /// Notes whether the budget is used up, so that no delivery is taken until there is room
    /// again (semantics S27); per cent of it, 0 without a budget.
    pub async fn look_at_budget(&self) -> Result<u64, Error> {
        let used = match self.retention().await?.budget_bytes {
            Some(budget) => self.room_taken().await?.saturating_mul(100) / budget.max(1),
            None => 0,
        };
        self.0.shared.over_budget.store(used >= limits::BUDGET_FULL, Ordering::Relaxed);
        Ok(used)
    }
}

fn unsigned(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}
