//! Secrets of flows (semantics S3): sealed here, and in no version, export or log.

use std::collections::BTreeMap;

use domain::Secret;
use domain::ids::FlowId;

use crate::Error;
use crate::commit::Fail;
use crate::db::Db;
use crate::generation::raise;
use crate::seal::place;
use crate::sql::{Conn, vals};

pub(crate) fn place_of(flow: FlowId, name: &str) -> String {
    place("flow_secrets", "value", format_args!("{}:{name}", flow.uuid()))
}

/// Names with their sealed values.
pub(crate) type Sealed = Vec<(String, Vec<u8>)>;

/// Writes a sealed value.
pub(crate) async fn put(
    conn: &mut Conn,
    flow: FlowId,
    name: &str,
    sealed: Vec<u8>,
) -> Result<(), Fail> {
    conn.exec(
        "INSERT INTO flow_secrets (flow, name, value) VALUES ($1, $2, $3)
         ON CONFLICT (flow, name) DO UPDATE SET value = excluded.value",
        vals![flow.uuid(), name, sealed],
    )
    .await?;
    Ok(())
}

/// Writes sealed values.
pub(crate) async fn put_all(conn: &mut Conn, of: FlowId, sealed: Sealed) -> Result<(), Fail> {
    for (name, value) in sealed {
        put(conn, of, &name, value).await?;
    }
    Ok(())
}

impl Db {
    /// Seals secrets of a flow, or of what has an id like one.
    pub(crate) fn seal_secrets(
        &self,
        of: FlowId,
        all: &BTreeMap<String, Secret>,
    ) -> Result<Sealed, Error> {
        let one =
            |(name, v): (&String, &Secret)| Ok((name.clone(), self.seal_secret(of, name, v)?));
        all.iter().map(one).collect()
    }

    fn seal_secret(&self, flow: FlowId, name: &str, v: &Secret) -> Result<Vec<u8>, Error> {
        self.0.sealer.seal(&place_of(flow, name), v.expose().as_bytes())
    }

    /// Sets a secret of a flow.
    pub async fn put_secret(&self, flow: FlowId, name: &str, v: &Secret) -> Result<(), Error> {
        let sealed = self.seal_secret(flow, name, v)?;
        let name = name.to_owned();
        self.write(move |mut tx| {
            let (name, sealed) = (name.clone(), sealed.clone());
            Box::pin(async move {
                let generation = raise(&mut tx).await?;
                let n = tx
                    .conn
                    .exec(
                        "UPDATE flows SET generation = $2 WHERE id = $1",
                        vals![flow.uuid(), generation],
                    )
                    .await?;
                crate::flows::there(n)?;
                put(tx.conn, flow, &name, sealed).await
            })
        })
        .await
    }

    /// Sets secrets of an address: a flow's own, or one that flows share.
    pub async fn put_address_secrets(
        &self,
        of: FlowId,
        values: &BTreeMap<String, Secret>,
    ) -> Result<(), Error> {
        if values.is_empty() {
            return Ok(());
        }
        let all = self.seal_secrets(of, values)?;
        self.write(move |mut tx| {
            let all = all.clone();
            Box::pin(async move {
                let generation = raise(&mut tx).await?;
                let sql = "UPDATE flows SET generation = $2 WHERE id = $1";
                tx.conn.exec(sql, vals![of.uuid(), generation]).await?;
                put_all(tx.conn, of, all).await
            })
        })
        .await
    }

    /// Gives an address those of the secrets that it has not; what it has from then on.
    pub async fn fill_address_secrets(
        &self,
        of: FlowId,
        values: &BTreeMap<String, Secret>,
    ) -> Result<BTreeMap<String, Secret>, Error> {
        let all = self.seal_secrets(of, values)?;
        self.write(move |tx| {
            let all = all.clone();
            Box::pin(async move {
                for (name, sealed) in all {
                    let sql = "INSERT INTO flow_secrets (flow, name, value) VALUES ($1, $2, $3)
                      ON CONFLICT (flow, name) DO NOTHING";
                    tx.conn.exec(sql, vals![of.uuid(), name.as_str(), sealed]).await?;
                }
                Ok(())
            })
        })
        .await?;
        self.secrets(of).await
    }

    /// The secrets of a flow, opened.
    pub async fn secrets(&self, flow: FlowId) -> Result<BTreeMap<String, Secret>, Error> {
        let sql = "SELECT name, value FROM flow_secrets WHERE flow = $1";
        let mut out = BTreeMap::new();
        for row in self.rows(sql, vals![flow.uuid()]).await? {
            let mut c = row.cursor();
            let (name, sealed) = (c.text()?, c.blob()?);
            let secret = self.0.sealer.open_text(&place_of(flow, &name), &sealed)?;
            out.insert(name, secret);
        }
        Ok(out)
    }
}
