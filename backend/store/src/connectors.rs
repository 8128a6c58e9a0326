//! Versions of connectors that were used, by the hash of their content: written before the first
//! use, so that a run can go on with the version that it started with.

use crate::Error;
use crate::db::Db;
use crate::sql::vals;

impl Db {
    /// Keeps a manifest. The same version with another content is [`Error::Taken`].
    pub async fn put_connector(
        &self,
        name: &str,
        version: &str,
        sha256: &str,
        manifest_json: &str,
    ) -> Result<(), Error> {
        let new = [name, version, sha256, manifest_json].map(str::to_owned);
        self.write(move |tx| {
            let [name, version, sha256, manifest] = new.clone();
            Box::pin(async move {
                let key = vals![name.as_str(), version.as_str()];
                tx.conn
                    .exec(
                        "INSERT INTO connector_versions (name, version, sha256, manifest)
                         VALUES ($1, $2, $3, $4) ON CONFLICT (name, version) DO NOTHING",
                        vals![name, version, sha256.as_str(), manifest],
                    )
                    .await?;
                let sql = "SELECT sha256 FROM connector_versions WHERE name = $1 AND version = $2";
                let rows = tx.conn.rows(sql, key).await?;
                match rows.first() {
                    Some(row) if row.cursor().text()? == sha256 => Ok(()),
                    _ => Err(Error::Taken("version").into()),
                }
            })
        })
        .await
    }

    /// The manifest of a version that some node has used.
    pub async fn connector(&self, name: &str, version: &str) -> Result<Option<String>, Error> {
        let sql = "SELECT manifest FROM connector_versions WHERE name = $1 AND version = $2";
        let row = self.row(sql, vals![name, version]).await?;
        row.map(|r| r.cursor().text()).transpose()
    }

    /// Name, version, hash and manifest of all of them.
    pub async fn connector_versions(&self) -> Result<Vec<(String, String, String, String)>, Error> {
        let sql = "SELECT name, version, sha256, manifest FROM connector_versions
          ORDER BY name, version";
        let rows = self.rows(sql, Vec::new()).await?;
        let read = |row: &crate::sql::Row| {
            let mut c = row.cursor();
            Ok((c.text()?, c.text()?, c.text()?, c.text()?))
        };
        rows.iter().map(read).collect()
    }
}
