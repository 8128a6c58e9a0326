//! The connectors of a node: those of the server itself, those of its folders, and all that the
//! database has, from other nodes and from before an upgrade. What flows may use is written to the
//! database first; the database tells every node. A run goes on with the version that it was
//! pinned to, on whatever node.

mod follow;
mod shelf;

use std::sync::Arc;

use connect::registry::{Connector, LoadError, Registry};
use domain::flow::{ConnectorRef, Flow, StepKind};
use store::{ConnectorVersion, Db, Error};

pub(crate) use follow::follow;
pub use shelf::{InstallError, Installed, Refused, Reloaded, Shelf, Sources};

/// The registry with what the flow names besides. What the database does not have either, or what
/// this version cannot read, stays missing: the flow says so with its place.
pub(crate) async fn complete(
    db: &Db,
    registry: &Arc<Registry>,
    flow: &Flow,
) -> Result<Arc<Registry>, Error> {
    let mut more: Option<Registry> = None;
    for c in named(flow) {
        let known = more.as_ref().unwrap_or(registry);
        if known.get(&c.name, &c.version).is_some() {
            continue;
        }
        let Some(stored) = db.connector(&c.name, &c.version).await? else { continue };
        let into = more.get_or_insert_with(|| (**registry).clone());
        match read(stored).and_then(|read| into.add(read)) {
            Ok(()) => {
                tracing::info!(connector = c.name, version = c.version, "taken from the database");
            }
            Err(e) => {
                tracing::error!(connector = c.name, version = c.version, error = %e, "this version cannot use it");
            }
        }
    }
    Ok(more.map_or_else(|| registry.clone(), Arc::new))
}

/// A version as the database keeps it.
fn read(v: ConnectorVersion) -> Result<Connector, LoadError> {
    let file = format!("{}@{} of the database", v.name, v.version);
    let mut connector = Connector::stored(&file, &v.manifest)?;
    if let Some(icon) = v.icon
        && let Err(e) = connector.with_icon(icon.into())
    {
        tracing::warn!(connector = v.name, version = v.version, reason = e.en, "it has no icon");
    }
    Ok(connector)
}

/// Every connector that a flow uses.
pub(crate) fn named(flow: &Flow) -> impl Iterator<Item = &ConnectorRef> {
    let actions = flow.walk().into_iter().filter_map(|step| match &step.kind {
        StepKind::Action(a) => Some(&a.connector),
        _ => None,
    });
    std::iter::once(&flow.trigger.connector).chain(actions)
}
