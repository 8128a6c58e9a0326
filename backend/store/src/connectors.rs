//! Versions of connectors, by the hash of their content: written before the first use, so that a run
//! can go on with the version that it started with, on every node and after every upgrade.

use crate::Error;
use crate::db::Db;
use crate::generation::{raise, raise_from};
use crate::sql::vals;
use domain::ids::FlowId;

/// One version of a connector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectorVersion {
    pub name: String,
    pub version: String,
    /// Of its content, hex.
    pub sha256: String,
    /// As JSON.
    pub manifest: String,
    /// Its picture.
    pub icon: Option<Vec<u8>>,
}

/// A flow and one of its versions.
pub type DocumentPlace = (FlowId, i64);

/// Name, version and hash of one.
pub type ConnectorHash = (String, String, String);

/// What flows there were when it was looked: published or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowsSeen {
    generation: i64,
    revisions: i64,
}

const REVISIONS: &str = "SELECT CAST(coalesce(sum(revision), 0) AS BIGINT) FROM flows";
const PUT: &str = "
    INSERT INTO connector_versions (name, version, sha256, manifest, icon)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name, version) DO NOTHING";
const REPLACE: &str = "
    UPDATE connector_versions SET sha256 = $3, manifest = $4, icon = $5
    WHERE name = $1 AND version = $2 AND sha256 <> $3";
const HASH: &str = "SELECT sha256 FROM connector_versions WHERE name = $1 AND version = $2";

impl Db {
    /// Keeps a version and tells all nodes; whether it was new. The same version with another
    /// content is [`Error::Taken`], unless it is to `replace` the one that is there.
    pub async fn put_connector(&self, c: ConnectorVersion, replace: bool) -> Result<bool, Error> {
        self.write(move |mut tx| {
            let c = c.clone();
            Box::pin(async move {
                let vals = || {
                    let (name, version) = (c.name.as_str(), c.version.as_str());
                    vals![name, version, c.sha256.as_str(), c.manifest.as_str(), c.icon.clone()]
                };
                let mut put = tx.conn.exec(PUT, vals()).await?;
                if put == 0 && replace {
                    put = tx.conn.exec(REPLACE, vals()).await?;
                }
                let key = vals![c.name.as_str(), c.version.as_str()];
                let rows = tx.conn.rows(HASH, key).await?;
                match rows.first() {
                    Some(row) if row.cursor().text()? == c.sha256 => {}
                    _ => return Err(Error::Taken("version").into()),
                }
                if put > 0 {
                    raise(&mut tx).await?;
                }
                Ok(put > 0)
            })
        })
        .await
    }

    /// A version that some node has used.
    pub async fn connector(
        &self,
        name: &str,
        version: &str,
    ) -> Result<Option<ConnectorVersion>, Error> {
        let sql = "SELECT name, version, sha256, manifest, icon FROM connector_versions
          WHERE name = $1 AND version = $2";
        let row = self.row(sql, vals![name, version]).await?;
        let read = |row: crate::sql::Row| {
            let mut c = row.cursor();
            Ok(ConnectorVersion {
                name: c.text()?,
                version: c.text()?,
                sha256: c.text()?,
                manifest: c.text()?,
                icon: c.opt_blob()?,
            })
        };
        row.map(read).transpose()
    }

    /// Documents of flows, published ones of any age and drafts, with the place to go on from; none
    /// after the last one.
    pub async fn flow_definitions(
        &self,
        after: Option<DocumentPlace>,
        limit: u32,
    ) -> Result<Vec<(DocumentPlace, String)>, Error> {
        // A draft stands for a version before the first one.
        let sql = "SELECT flow, version, document FROM (
            SELECT flow, version, document FROM flow_versions
            UNION ALL SELECT id, -1, draft FROM flows) d
          WHERE d.flow > $1 OR (d.flow = $1 AND d.version > $2)
          ORDER BY d.flow, d.version LIMIT $3";
        let (flow, version) = after.unwrap_or((FlowId(uuid::Uuid::nil()), i64::MIN));
        let rows = self.rows(sql, vals![flow.uuid(), version, i64::from(limit)]).await?;
        let read = |row: &crate::sql::Row| {
            let mut c = row.cursor();
            Ok(((FlowId(c.id()?), c.int()?), c.text()?))
        };
        rows.iter().map(read).collect()
    }

    /// Marks the flows as they are, for [`Db::drop_connectors`].
    pub async fn see_flows(&self) -> Result<FlowsSeen, Error> {
        let generation = self.generation().await?;
        let row = self.row(REVISIONS, Vec::new()).await?.ok_or(Error::NotFound)?;
        Ok(FlowsSeen { generation, revisions: row.cursor().int()? })
    }

    /// Removes versions and tells all nodes. [`Error::Changed`] if any flow, connection or connector
    /// has changed since it was looked whether something uses them: then nothing is removed.
    pub async fn drop_connectors(
        &self,
        all: Vec<(String, String)>,
        seen: FlowsSeen,
    ) -> Result<(), Error> {
        self.write(move |mut tx| {
            let all = all.clone();
            Box::pin(async move {
                // First: whoever changes a flow waits for this row.
                if !raise_from(&mut tx, seen.generation).await? {
                    return Err(Error::Changed.into());
                }
                let rows = tx.conn.rows(REVISIONS, Vec::new()).await?;
                match rows.first().map(|r| r.cursor().int()).transpose()? {
                    Some(revisions) if revisions == seen.revisions => {}
                    _ => return Err(Error::Changed.into()),
                }
                for (name, version) in all {
                    let sql = "DELETE FROM connector_versions WHERE name = $1 AND version = $2";
                    tx.conn.exec(sql, vals![name, version]).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// Connectors of connections, with the ways to connect that are in use.
    pub async fn connected_ways(&self) -> Result<Vec<(String, String)>, Error> {
        let sql = "SELECT DISTINCT connector, method FROM connections";
        let read = |row: &crate::sql::Row| {
            let mut c = row.cursor();
            Ok((c.text()?, c.text()?))
        };
        self.rows(sql, Vec::new()).await?.iter().map(read).collect()
    }

    /// All of them, in the order of their names.
    pub async fn connector_versions(&self) -> Result<Vec<ConnectorHash>, Error> {
        let sql = "SELECT name, version, sha256 FROM connector_versions ORDER BY name, version";
        let rows = self.rows(sql, Vec::new()).await?;
        let read = |row: &crate::sql::Row| {
            let mut c = row.cursor();
            Ok((c.text()?, c.text()?, c.text()?))
        };
        rows.iter().map(read).collect()
    }
}
