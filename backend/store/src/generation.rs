//! One counter for all that callers keep in memory: flows, addresses, secrets, connections.

use uuid::Uuid;

use crate::Error;
use crate::commit::Fail;
use crate::commit::op::Tx;
use crate::db::Db;
use crate::sql::vals;

/// Raises the counter inside the transaction and rings at its commit.
pub(crate) async fn raise(tx: &mut Tx<'_>) -> Result<i64, Fail> {
    let rows = tx
        .conn
        .rows(
            "UPDATE counters SET value = value + 1 WHERE scope = $1 AND name = 'generation'
             RETURNING value",
            vals![Uuid::nil()],
        )
        .await?;
    let row = rows.first().ok_or_else(|| Error::Damaged("the generation is missing".into()))?;
    let generation = row.cursor().int()?;
    tx.effects.changed = Some(generation);
    Ok(generation)
}

/// Raises the counter if it is still the one that was seen; false otherwise.
pub(crate) async fn raise_from(tx: &mut Tx<'_>, seen: i64) -> Result<bool, Fail> {
    let sql = "UPDATE counters SET value = value + 1
      WHERE scope = $1 AND name = 'generation' AND value = $2";
    let raised = tx.conn.exec(sql, vals![Uuid::nil(), seen]).await? > 0;
    if raised {
        tx.effects.changed = Some(seen + 1);
    }
    Ok(raised)
}

impl Db {
    /// The generation as the database has it. Caches compare it.
    pub async fn generation(&self) -> Result<i64, Error> {
        let sql = "SELECT value FROM counters WHERE scope = $1 AND name = 'generation'";
        let row = self.row(sql, vals![Uuid::nil()]).await?;
        row.ok_or(Error::NotFound)?.cursor().int()
    }
}
