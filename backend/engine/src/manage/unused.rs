//! Versions of connectors that nothing needs any more: which they are, and how they go.

use std::collections::HashSet;

use connect::registry::Registry;
use domain::limits;

use super::{Error, Manage};
use crate::triggers::subscribe;
use crate::{cache, connectors};

/// Name and version of one.
pub type Unused = (String, String);

impl Manage {
    /// The versions that could go: there is a newer one, the server brings it not, and nothing pins
    /// it: no version or draft of any flow (so no run that has not ended or may be replayed), no
    /// registration at a service, and no connection whose way to connect the newest version has not.
    /// A flow that cannot be read keeps every connector that it mentions.
    pub async fn unused_connectors(&self) -> Result<Vec<Unused>, Error> {
        let builtin = Registry::builtin();
        let own: HashSet<(&str, &str)> = builtin.names().collect();
        let mut all = Vec::new();
        for (name, version, _) in self.db.connector_versions().await? {
            let older = self.registry.has_newer(&name, &version);
            if older && !own.contains(&(name.as_str(), version.as_str())) {
                all.push((name, version));
            }
        }
        if !all.is_empty() {
            self.keep_for_services(&mut all).await?;
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

    /// What a version of a flow names stays in the database: it may have been removed since this node
    /// looked last.
    pub(super) async fn keep_connectors(&self, document: &str) -> Result<(), Error> {
        let Ok(flow) = cache::read(document) else { return Ok(()) };
        for c in connectors::named(&flow) {
            if !connect::registry::own().iter().any(|o| o.name == c.name && o.version == c.version)
            {
                self.shelf.keep(&self.db, &c.name, &c.version).await?;
            }
        }
        Ok(())
    }

    /// Takes out what registrations and connections need.
    async fn keep_for_services(&self, all: &mut Vec<Unused>) -> Result<(), Error> {
        let registered = self.db.subscriptions().await?;
        let pinned: HashSet<Unused> = registered.iter().flat_map(subscribe::pinned).collect();
        all.retain(|one| !pinned.contains(one));
        for (connector, way) in self.db.connected_ways().await? {
            let newest = self.registry.latest(&connector);
            let lost = newest.is_none_or(|c| c.method(Some(&way)).is_none());
            all.retain(|(name, _)| !(lost && *name == connector));
        }
        Ok(())
    }

    /// Removes them, from every node; which they were.
    ///
    /// # Errors
    /// Flows were changed again and again meanwhile; then nothing is removed.
    pub async fn remove_unused_connectors(&self) -> Result<Vec<Unused>, Error> {
        for _ in 0..limits::CONNECTOR_REMOVAL_TRIES {
            let seen = self.db.see_flows().await?;
            let all = self.unused_connectors().await?;
            if all.is_empty() {
                return Ok(all);
            }
            match self.db.drop_connectors(all.clone(), seen).await {
                Ok(()) => {
                    self.shelf.take(&self.db).await?;
                    return Ok(all);
                }
                Err(store::Error::Changed) => {}
                Err(e) => return Err(e.into()),
            }
        }
        Err(Error::conflict(
            "flows or connections are being changed; try again",
            "сценарии или подключения сейчас меняются; повторите попытку",
        ))
    }
}
