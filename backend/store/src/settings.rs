//! Settings of the whole database, by name: texts that the callers understand.

use crate::Error;
use crate::db::Db;
use crate::sql::vals;

impl Db {
    /// A setting, if it was ever made.
    pub async fn setting(&self, name: &str) -> Result<Option<String>, Error> {
        let row = self.row("SELECT value FROM settings WHERE name = $1", vals![name]).await?;
        row.map(|r| r.cursor().text()).transpose()
    }

    /// Makes or changes a setting; without a value it is removed.
    pub async fn put_setting(&self, name: &str, value: Option<&str>) -> Result<(), Error> {
        match value {
            Some(v) => {
                self.exec(
                    "INSERT INTO settings (name, value) VALUES ($1, $2)
                     ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    vals![name, v],
                )
                .await
            }
            None => self.exec("DELETE FROM settings WHERE name = $1", vals![name]).await,
        }
        .map(|_| ())
    }
}
