//! Connectors: installed, and their folders read again.

use std::collections::HashSet;

use connect::manifest::Endpoint;
use connect::registry::{Connector, Registry};
use domain::connection::Connection;
use domain::{Code, limits};

use super::{Error, Manage};
use crate::cache::{self, CacheError};
use crate::connectors::{self, InstallError, Installed, Reloaded};

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
            Ok(a) => Ok(Some(self.hook_url(&a.token))),
            Err(CacheError::Store(e)) => Err(e.into()),
            Err(CacheError::Invalid(_)) => Ok(None),
        }
    }

    /// The versions that could go: there is a newer one, the server brings it not, and no version or
    /// draft of any flow names it. A flow that cannot be read keeps every connector that it mentions.
    pub async fn unused_connectors(&self) -> Result<Vec<(String, String)>, Error> {
        let builtin = Registry::builtin();
        let own: HashSet<(&str, &str)> = builtin.names().collect();
        let mut all = Vec::new();
        for (name, version, _) in self.db.connector_versions().await? {
            let newest = self.registry.latest(&name).map(|c| c.version.as_str());
            let older = newest.is_some_and(|newest| newest != version);
            if older && !own.contains(&(name.as_str(), version.as_str())) {
                all.push((name, version));
            }
        }
        let mut after = None;
        while !all.is_empty() {
            let page = self.db.flow_definitions(after, limits::PAGE_MAX).await?;
            let Some((last, _)) = page.last() else { break };
            after = Some(*last);
            for (_, text) in &page {
                match cache::read(text) {
                    Ok(flow) => {
                        let pinned: HashSet<(&str, &str)> = connectors::named(&flow)
                            .map(|c| (c.name.as_str(), c.version.as_str()))
                            .collect();
                        all.retain(|(n, v)| !pinned.contains(&(n.as_str(), v.as_str())));
                    }
                    Err(_) => all.retain(|(name, _)| !text.contains(name.as_str())),
                }
            }
        }
        Ok(all)
    }

    /// Reads the folders of connectors of this node again.
    pub async fn reload_connectors(&self) -> Result<Reloaded, Error> {
        Ok(self.shelf.reload(&self.db).await?)
    }
}

fn bad(e: &connect::registry::LoadError) -> Error {
    Error::refusal(Code::BadRequest, e.text())
}
