//! Migrations: the same numbers for both databases, each applied in one transaction.

use domain::Time;

use crate::sql::{Conn, vals};
use crate::{Error, OpenError};

/// One step of the schema.
struct Migration {
    number: i64,
    lite: &'static str,
    pg: &'static str,
}

macro_rules! migrations {
    ($($number:literal $file:literal),* $(,)?) => {
        &[$(Migration {
            number: $number,
            lite: include_str!(concat!("../../../migrations/sqlite/", $file)),
            pg: include_str!(concat!("../../../migrations/postgres/", $file)),
        }),*]
    };
}

/// All of them, in order. Each leaves the version before it working (rolling upgrades,
/// ARCHITECTURE.md).
const ALL: &[Migration] = migrations![
    1 "0001_base.sql",
    2 "0002_queue.sql",
    3 "0003_gates.sql",
    4 "0004_triggers.sql",
    5 "0005_replays.sql",
    6 "0006_access.sql",
    7 "0007_flows.sql",
    8 "0008_inspect.sql",
    9 "0009_oauth.sql",
    10 "0010_alerts.sql",
    11 "0011_subscribers.sql",
    12 "0012_connectors.sql",
    13 "0013_registrations.sql",
];

/// The schema that this binary knows.
pub const SCHEMA: i64 = ALL[ALL.len() - 1].number;

fn failed(e: &sqlx::Error) -> OpenError {
    match crate::sql::fail::meaning(e) {
        Error::ReadOnly(why) => OpenError::NotWritable("of the database".into(), why),
        other => OpenError::Database(other.to_string()),
    }
}

/// The schema that the database has; 0 if it is new.
pub(crate) async fn found(conn: &mut Conn) -> Result<i64, OpenError> {
    let exists = if conn.is_lite() {
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'"
    } else {
        "SELECT count(*) FROM pg_tables
         WHERE schemaname = current_schema() AND tablename = 'schema_migrations'"
    };
    if first(conn, exists).await? == 0 {
        return Ok(0);
    }
    first(conn, "SELECT coalesce(max(number), 0) FROM schema_migrations").await
}

async fn first(conn: &mut Conn, sql: &'static str) -> Result<i64, OpenError> {
    let rows = conn.rows(sql, Vec::new()).await.map_err(|e| failed(&e))?;
    let Some(row) = rows.first() else { return Ok(0) };
    row.cursor().int().map_err(|e| OpenError::Database(e.to_string()))
}

/// Brings the schema up to this number, or says why not. Two processes may call this at once: the
/// second waits for the first and finds nothing to do.
pub(crate) async fn run_to(
    conn: &mut Conn,
    wanted: i64,
    allowed: bool,
    now: Time,
) -> Result<i64, OpenError> {
    let have = found(conn).await?;
    if have > SCHEMA {
        return Err(OpenError::NewerSchema { found: have, known: SCHEMA });
    }
    if have >= wanted {
        return Ok(have);
    }
    if !allowed {
        return Err(OpenError::NeedsMigration(have + 1));
    }
    conn.begin().await.map_err(|e| failed(&e))?;
    match apply(conn, wanted, now).await {
        Ok(()) => {
            conn.commit().await.map_err(|e| failed(&e))?;
            Ok(wanted)
        }
        Err(e) => {
            let _ = conn.rollback().await;
            Err(e)
        }
    }
}

async fn apply(conn: &mut Conn, wanted: i64, now: Time) -> Result<(), OpenError> {
    if !conn.is_lite() {
        conn.plain("SELECT pg_advisory_xact_lock(8386112020)").await.map_err(|e| failed(&e))?;
    }
    // Again, now under the lock.
    let have = found(conn).await?;
    if have > SCHEMA {
        return Err(OpenError::NewerSchema { found: have, known: SCHEMA });
    }
    if have == 0 {
        conn.plain(
            "CREATE TABLE schema_migrations (number BIGINT PRIMARY KEY, applied_at BIGINT NOT NULL)",
        )
        .await
        .map_err(|e| failed(&e))?;
    }
    for m in ALL.iter().filter(|m| m.number > have && m.number <= wanted) {
        let text = if conn.is_lite() { m.lite } else { m.pg };
        conn.plain(text).await.map_err(|e| failed(&e))?;
        conn.exec(
            "INSERT INTO schema_migrations (number, applied_at) VALUES ($1, $2)",
            vals![m.number, now],
        )
        .await
        .map_err(|e| failed(&e))?;
    }
    Ok(())
}
