//! What a list of runs does not show of one of them.

use domain::ids::{RunId, WorkspaceId};

use crate::Error;
use crate::db::Db;
use crate::sql::vals;

/// The unfinished run that another one waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub run: RunId,
}

/// The first unfinished run of the same key, or the parked one that keeps the key.
const AHEAD: &str = "
    SELECT a.run FROM jobs j JOIN jobs a ON a.flow = j.flow AND a.order_key = j.order_key
    WHERE j.run = $1 AND j.workspace = $2 AND a.order_seq < j.order_seq
    ORDER BY a.order_seq LIMIT 1";
const KEEPER: &str = "
    SELECT k.held_by FROM jobs j JOIN order_keys k ON k.flow = j.flow AND k.key = j.order_key
    WHERE j.run = $1 AND j.workspace = $2 AND k.held_by IS NOT NULL";

impl Db {
    /// Whose end a run waits for that has to keep its order (semantics S7).
    pub async fn run_ahead(&self, ws: WorkspaceId, run: RunId) -> Result<Option<Waiting>, Error> {
        for sql in [KEEPER, AHEAD] {
            if let Some(row) = self.row(sql, vals![run.uuid(), ws.uuid()]).await? {
                return Ok(Some(Waiting { run: RunId(row.cursor().id()?) }));
            }
        }
        Ok(None)
    }
}
