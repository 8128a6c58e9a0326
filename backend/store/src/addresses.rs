//! Addresses of flows (semantics S22): one that stays, and rotated ones until their time is over.

use domain::Time;
use domain::ids::{FlowId, WorkspaceId};

use crate::db::Db;
use crate::flows::{taken, there};
use crate::generation::raise;
use crate::sql::vals;
use crate::{AddressRow, Error};

impl Db {
    /// What a token leads to; none if it is unknown or its time is over.
    pub async fn address(&self, token: &str) -> Result<Option<AddressRow>, Error> {
        let sql = "SELECT flow, expires_at FROM addresses
          WHERE token = $1 AND (expires_at IS NULL OR expires_at > $2)";
        let Some(row) = self.row(sql, vals![token, self.now()]).await? else { return Ok(None) };
        let mut c = row.cursor();
        Ok(Some(AddressRow { flow: FlowId(c.id()?), expires_at: c.opt_time()? }))
    }

    /// Gives the flow a new address; the present one works until `old_until`. [`Error::Taken`] if
    /// the new one is another's.
    pub async fn rotate_address(
        &self,
        ws: WorkspaceId,
        flow: FlowId,
        new: &str,
        old_until: Time,
    ) -> Result<(), Error> {
        let (new, now) = (new.to_owned(), self.now());
        self.write(move |mut tx| {
            let new = new.clone();
            Box::pin(async move {
                let generation = raise(&mut tx).await?;
                let n = tx
                    .conn
                    .exec(
                        "UPDATE flows SET generation = $3, updated_at = $4
                         WHERE id = $1 AND workspace = $2",
                        vals![flow.uuid(), ws.uuid(), generation, now],
                    )
                    .await?;
                there(n)?;
                tx.conn
                    .exec(
                        "UPDATE addresses SET expires_at = $2
                         WHERE flow = $1 AND expires_at IS NULL",
                        vals![flow.uuid(), old_until],
                    )
                    .await?;
                tx.conn
                    .exec(
                        "INSERT INTO addresses (token, flow) VALUES ($1, $2)",
                        vals![new, flow.uuid()],
                    )
                    .await
                    .map_err(|e| taken(e, "address"))?;
                Ok(())
            })
        })
        .await
    }
}
