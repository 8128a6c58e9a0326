//! How the deliveries of a subscriber go, written down now and then, and the end of the patience.

use domain::ids::{RunId, SubscriberId};
use domain::outcome::StepError;
use domain::{Code, Time, limits};

use crate::Error;
use crate::commit::Fail;
use crate::commit::op::Tx;
use crate::commit::prepare::json;
use crate::db::Db;
use crate::generation::raise;
use crate::sql::vals;

/// What a failure means for the subscriber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noted {
    /// Its next deliveries are tried.
    Failing,
    /// It is disabled since this one.
    Disabled,
}

const WORKS: &str = "
    UPDATE subscribers SET failing_since = NULL, last_success_at = $2 WHERE id = $1";

const FAILS: &str = "
    UPDATE subscribers SET failing_since = coalesce(failing_since, $2), last_failure_at = $2,
      last_failure_run = $3, last_failure = $4
    WHERE id = $1 RETURNING failing_since, disabled_at";

const DISABLE: &str = "
    UPDATE subscribers SET disabled_at = $2, disabled_because = $3, updated_at = $2
    WHERE id = $1 AND disabled_at IS NULL";

const STOP: &str = "
    UPDATE flows SET state = 'paused', updated_at = $2, generation = $3 WHERE id = $1";

impl Db {
    /// The subscriber has taken a delivery.
    pub async fn subscriber_works(&self, id: SubscriberId, at: Time) -> Result<(), Error> {
        self.write(move |tx| {
            Box::pin(async move {
                tx.conn.exec(WORKS, vals![id.uuid(), at]).await?;
                Ok(())
            })
        })
        .await
    }

    /// A try of a delivery has failed. A subscriber that says that it is gone, or that has taken
    /// nothing for [`limits::SUBSCRIBER_FAILING`], is disabled in the same commit.
    pub async fn subscriber_fails(
        &self,
        id: SubscriberId,
        run: RunId,
        error: &StepError,
        at: Time,
    ) -> Result<Noted, Error> {
        let text = json(error)?;
        let gone = error.code == Code::Gone;
        self.write(move |tx| {
            let text = text.clone();
            Box::pin(async move { fails(tx, id, (run, text, gone), at).await })
        })
        .await
    }
}

async fn fails(
    mut tx: Tx<'_>,
    id: SubscriberId,
    (run, error, gone): (RunId, String, bool),
    at: Time,
) -> Result<Noted, Fail> {
    let values = vals![id.uuid(), at, run.uuid(), error.as_str()];
    let rows = tx.conn.rows(FAILS, values).await?;
    let Some(row) = rows.first() else { return Ok(Noted::Failing) };
    let mut c = row.cursor();
    let (since, disabled) = (c.time()?, c.opt_time()?);
    if disabled.is_some() || !(gone || at.since(since) >= limits::SUBSCRIBER_FAILING) {
        return Ok(Noted::Failing);
    }
    let generation = raise(&mut tx).await?;
    tx.conn.exec(DISABLE, vals![id.uuid(), at, error]).await?;
    tx.conn.exec(STOP, vals![id.uuid(), at, generation]).await?;
    Ok(Noted::Disabled)
}
