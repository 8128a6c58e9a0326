//! Versions of connectors that are not among this node's files: another node has used them, so
//! the database has their manifests. A run goes on with the version that it was pinned to, on
//! whatever node.

use std::sync::Arc;

use connect::registry::{Connector, Registry};
use domain::flow::{ConnectorRef, Flow, StepKind};
use store::{Db, Error};

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
        let Some(text) = db.connector(&c.name, &c.version).await? else { continue };
        let file = format!("{}@{} of the database", c.name, c.version);
        let into = more.get_or_insert_with(|| (**registry).clone());
        match Connector::read(&file, &text).and_then(|read| into.add(read)) {
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

/// Every connector that a flow uses.
fn named(flow: &Flow) -> impl Iterator<Item = &ConnectorRef> {
    let actions = flow.walk().into_iter().filter_map(|step| match &step.kind {
        StepKind::Action(a) => Some(&a.connector),
        _ => None,
    });
    std::iter::once(&flow.trigger.connector).chain(actions)
}
