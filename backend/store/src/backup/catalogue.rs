//! Tables and columns as the database itself lists them, so that a table of a later migration is in
//! the backup without a line of code.

use super::BackupError;
use super::format::Table;
use crate::sql::{Conn, vals};

/// What belongs to running processes or to browsers that are signed in.
const LEFT_OUT: &[&str] = &[
    "schema_migrations",
    "nodes",
    "gates",
    "gate_buckets",
    "gate_slots",
    "sessions",
    "news",
    "live",
];

/// How a column keeps its values. SQLite knows of no ids: they are bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Int,
    Text,
    Bytes,
    Id,
}

/// A table with the kinds of its columns.
pub(super) struct Known {
    pub table: Table,
    pub kinds: Vec<Kind>,
}

impl Known {
    pub fn kind_of(&self, column: &str) -> Option<Kind> {
        let at = self.table.columns.iter().position(|c| c == column)?;
        self.kinds.get(at).copied()
    }
}

/// The tables that a backup has, by name.
pub(super) async fn tables(conn: &mut Conn) -> Result<Vec<Known>, BackupError> {
    let lite = conn.is_lite();
    let names = if lite {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%'
         ESCAPE '\\' ORDER BY name"
    } else {
        "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
    };
    let mut all = Vec::new();
    for row in conn.rows(names, Vec::new()).await? {
        let name = row.cursor().text()?;
        if !LEFT_OUT.contains(&name.as_str()) {
            all.push(columns(conn, name, lite).await?);
        }
    }
    Ok(all)
}

async fn columns(conn: &mut Conn, name: String, lite: bool) -> Result<Known, BackupError> {
    let sql = if lite {
        "SELECT name, lower(type) FROM pragma_table_info($1) ORDER BY cid"
    } else {
        "SELECT column_name::text, data_type::text FROM information_schema.columns
         WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position"
    };
    let (mut columns, mut kinds) = (Vec::new(), Vec::new());
    for row in conn.rows(sql, vals![name.as_str()]).await? {
        let mut c = row.cursor();
        columns.push(c.text()?);
        kinds.push(match c.text()?.as_str() {
            "integer" | "bigint" => Kind::Int,
            "text" => Kind::Text,
            "blob" | "bytea" => Kind::Bytes,
            "uuid" => Kind::Id,
            other => {
                let why = format!("{name}: a column of type {other} is not known to backups");
                return Err(crate::Error::Damaged(why).into());
            }
        });
    }
    Ok(Known { table: Table { name, columns }, kinds })
}

/// A table or column in a statement: names come from the file or the database, so they are quoted.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// All columns of a table for a statement.
pub(super) fn list(columns: &[String]) -> String {
    columns.iter().map(|c| quoted(c)).collect::<Vec<_>>().join(", ")
}
