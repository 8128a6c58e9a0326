//! Connectors: installed, and their folders read again.

use connect::manifest::Endpoint;
use connect::registry::Connector;
use domain::Code;
use domain::connection::Connection;

use super::{Error, Manage};
use crate::cache::CacheError;
use crate::connectors::{InstallError, Installed, Reloaded};

impl Manage {
    /// Adds a connector to the server; every node uses it from then on.
    ///
    /// # Errors
    /// It is wrong, has code, or its version is there with another content.
    pub async fn install_connector(
        &self,
        name: &str,
        manifest: &str,
        icon: Option<Vec<u8>>,
    ) -> Result<Installed, Error> {
        if manifest.len() as u64 > domain::limits::MANIFEST_BYTES {
            return Err(Error::bad("the manifest is too large", "манифест слишком велик"));
        }
        let file = format!("{name}/connector.yaml");
        let mut connector = Connector::read(&file, manifest).map_err(|e| bad(&e))?;
        if let Some(icon) = icon {
            connector
                .with_icon(icon.into())
                .map_err(|why| Error::refusal(Code::BadRequest, why))?;
        }
        match self.shelf.install(&self.db, connector).await {
            Ok(done) => Ok(done),
            Err(InstallError::Store(e)) => Err(e.into()),
            Err(InstallError::Unfit(e @ connect::registry::LoadError::Changed { .. })) => {
                Err(Error::refusal(Code::Conflict, e.text()))
            }
            Err(InstallError::Unfit(e)) => Err(bad(&e)),
        }
    }

    /// The address that all flows of a connection share, where its connector has one.
    pub async fn shared_url(&self, c: &Connection) -> Result<Option<String>, Error> {
        let Some(connector) = self.registry.latest(&c.connector) else { return Ok(None) };
        let ends = connector.triggers().filter_map(|t| t.manifest.webhook.as_ref());
        let Some(end) = ends.map(|w| w.endpoint).find(|e| *e != Endpoint::Flow) else {
            return Ok(None);
        };
        let of = Some(c.id).filter(|_| end == Endpoint::Connection);
        let address = self.cache().address_of(c.workspace, &c.connector, of).await;
        match address {
            Ok(a) => Ok(a.map(|a| self.hook_url(&a.token))),
            Err(CacheError::Store(e)) => Err(e.into()),
            Err(CacheError::Invalid(_)) => Ok(None),
        }
    }

    /// Reads the folders of connectors of this node again.
    pub async fn reload_connectors(&self) -> Result<Reloaded, Error> {
        Ok(self.shelf.reload(&self.db).await?)
    }
}

fn bad(e: &connect::registry::LoadError) -> Error {
    Error::refusal(Code::BadRequest, e.text())
}
