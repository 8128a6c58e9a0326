//! Writing the log, as the last statement of a transaction.

use domain::{Time, limits};

use super::{ENTRY, Gathered};
use crate::Error;
use crate::commit::Fail;
use crate::db::Db;
use crate::shared::Shared;
use crate::sql::{Conn, vals};

const LITE: &str = "INSERT INTO news (at, ids) VALUES ($1, $2)";
const PG: &str =
    "INSERT INTO news (seq, at, ids) VALUES (pg_current_xact_id()::text::bigint, $1, $2)";

/// Writes down what the open transaction has changed, if anybody watches by now.
pub(crate) async fn record(
    conn: &mut Conn,
    shared: &Shared,
    gathered: &Gathered,
    now: Time,
) -> Result<(), Fail> {
    let known = match &gathered.all {
        // Asked again: who began to watch meanwhile counts on this commit, too.
        None if !shared.watched() => return Ok(()),
        None => None,
        Some(all) if all.is_empty() && !gathered.vague => return Ok(()),
        Some(all) => Some(all).filter(|_| !gathered.vague),
    };
    let mut ids = Vec::with_capacity(known.map_or(0, Vec::len) * ENTRY);
    for news in known.into_iter().flatten() {
        let (kind, id) = news.parts();
        ids.push(kind);
        ids.extend_from_slice(id.as_bytes());
    }
    let text = if conn.is_lite() { LITE } else { PG };
    conn.exec(text, vals![now, ids]).await?;
    Ok(())
}

/// Rows that are gone make the log complete only after the last of them.
const SINCE: &str = "UPDATE live SET since = $1 WHERE id = 1 AND since < $1";
const LAST: &str = "SELECT coalesce(max(seq), 0) FROM news WHERE at < $1";
const FORGET: &str = "
    DELETE FROM news WHERE seq IN (SELECT seq FROM news WHERE seq <= $1 ORDER BY seq LIMIT $2)";

/// Forgets what nobody may ask for any more; how many rows.
pub(crate) async fn forget(db: &Db, now: Time) -> Result<u64, Error> {
    let rows = db.rows(LAST, vals![now.minus(limits::LIVE_KEPT)]).await?;
    let last = rows.first().map_or(Ok(0), |r| r.cursor().int())?;
    if last == 0 {
        return Ok(0);
    }
    let mut total = 0;
    loop {
        let n = db
            .write(move |tx| {
                Box::pin(async move {
                    tx.conn.exec(SINCE, vals![last]).await?;
                    Ok(tx.conn.exec(FORGET, vals![last, limits::RETENTION_SLICE]).await?)
                })
            })
            .await?;
        total += n;
        if n == 0 {
            return Ok(total);
        }
    }
}
