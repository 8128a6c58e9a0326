//! A database that was restored from a backup is on hold (semantics S26): nothing is sent until a
//! person says so and decides about what was unfinished.

use domain::ids::{RunId, WorkspaceId};
use domain::outcome::StepError;
use domain::run::RunState;
use domain::{Code, Lang, Time};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::commit::Fail;
use crate::commit::op::Tx;
use crate::commit::order;
use crate::commit::prepare::json;
use crate::db::Db;
use crate::generation::raise;
use crate::sql::vals;

/// The name of its setting.
pub(crate) const HOLD: &str = "hold";

/// Since when, and of when the data is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    pub since: Time,
    pub made_at: Time,
}

/// What becomes of runs that were unfinished in the backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unfinished {
    /// They go on from where they were.
    Run,
    /// They wait for a person, each by itself.
    Park,
    /// They are cancelled.
    Drop,
}

const SOME: &str = "
    SELECT j.run, j.workspace FROM jobs j JOIN runs r ON r.id = j.run
    WHERE r.created_at <= $1 AND j.node IS NULL ORDER BY j.run LIMIT $2";
/// Ended together.
const SLICE: i64 = 64;

impl Db {
    /// The hold, if the database is on one.
    pub async fn hold(&self) -> Result<Option<Hold>, Error> {
        let row = self.row("SELECT value FROM settings WHERE name = $1", vals![HOLD]).await?;
        row.map(|r| r.cursor().json()).transpose()
    }

    /// Unfinished runs of the backup; those of deliveries that came later are not among them.
    pub async fn unfinished(&self, hold: Hold) -> Result<i64, Error> {
        let sql = "SELECT count(*) FROM jobs j JOIN runs r ON r.id = j.run
            WHERE r.created_at <= $1";
        let row = self.row(sql, vals![hold.since]).await?;
        row.map_or(Ok(0), |r| r.cursor().int())
    }

    /// Decides about the unfinished runs and ends the hold. How many runs were ended.
    pub async fn end_hold(&self, what: Unfinished) -> Result<u64, Error> {
        let Some(hold) = self.hold().await? else { return Err(Error::NotFound) };
        let state = match what {
            Unfinished::Run => None,
            Unfinished::Park => Some(RunState::Parked),
            Unfinished::Drop => Some(RunState::Cancelled),
        };
        let mut ended = 0;
        while let Some(state) = state {
            let rows = self.rows(SOME, vals![hold.since, SLICE]).await?;
            if rows.is_empty() {
                break;
            }
            let mut all = Vec::with_capacity(rows.len());
            for row in &rows {
                let mut c = row.cursor();
                all.push(self.give_up(RunId(c.id()?), WorkspaceId(c.id()?), state));
            }
            for done in futures::future::join_all(all).await {
                ended += done?;
            }
        }
        self.write(|mut tx| {
            Box::pin(async move {
                tx.conn.exec("DELETE FROM settings WHERE name = $1", vals![HOLD]).await?;
                raise(&mut tx).await?;
                tx.effects.work = true;
                Ok(())
            })
        })
        .await?;
        Ok(ended)
    }

    async fn give_up(&self, run: RunId, ws: WorkspaceId, state: RunState) -> Result<u64, Error> {
        let now = self.now();
        let code = match state {
            RunState::Parked => Code::Restored,
            _ => Code::Cancelled,
        };
        let error = StepError::new(code, (code.says(Lang::En), code.says(Lang::Ru)));
        let error = json(&error)?;
        self.write(move |tx| {
            let error = error.clone();
            Box::pin(give_up(tx, run, ws, state, (error, now)))
        })
        .await
    }
}

async fn give_up(
    tx: Tx<'_>,
    id: RunId,
    ws: WorkspaceId,
    state: RunState,
    (error, now): (String, Time),
) -> Result<u64, Fail> {
    let run = id.uuid();
    let key = order::lock_of_job(tx.conn, id, ws.uuid()).await?;
    let sql = "DELETE FROM jobs WHERE run = $1 AND node IS NULL";
    if tx.conn.exec(sql, vals![run]).await? == 0 {
        return Ok(0);
    }
    tx.effects.jobs -= 1;
    let sql = "UPDATE runs SET state = $2, finished_at = $3, error = $4 WHERE id = $1";
    tx.conn.exec(sql, vals![run, state.as_str(), now, error]).await?;
    let Some(key) = key else { return Ok(1) };
    if state == RunState::Parked {
        let sql = "UPDATE order_keys SET held_by = $3
            WHERE flow = $1 AND key = $2 AND hold = 1 AND held_by IS NULL";
        if tx.conn.exec(sql, vals![key.0.uuid(), key.1, run]).await? > 0 {
            return Ok(1);
        }
    }
    order::advance(tx.conn, key, tx.effects).await?;
    Ok(1)
}
