//! Connections and flow secrets, opened once and kept until anything changes.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use domain::Secret;
use domain::connection::Connection;
use domain::ids::{ConnectionId, FlowId, WorkspaceId};
use store::Db;
use tokio::sync::watch;

/// Opened credentials, valid for one generation of the database's settings.
pub(crate) struct Credentials {
    db: Db,
    changed: watch::Receiver<i64>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    generation: i64,
    connections: HashMap<(WorkspaceId, ConnectionId), Connection>,
    secrets: HashMap<FlowId, Arc<BTreeMap<String, Secret>>>,
}

impl Credentials {
    pub(crate) fn new(db: Db) -> Self {
        let changed = db.changed();
        Self { db, changed, kept: Mutex::default() }
    }

    /// What is kept, emptied first if anything has changed since.
    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        let generation = *self.changed.borrow();
        let mut k = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if k.generation != generation {
            *k = Kept { generation, ..Kept::default() };
        }
        k
    }

    pub(crate) async fn connection(
        &self,
        ws: WorkspaceId,
        id: ConnectionId,
    ) -> Result<Option<Connection>, store::Error> {
        let generation = {
            let k = self.kept();
            if let Some(c) = k.connections.get(&(ws, id)) {
                return Ok(Some(c.clone()));
            }
            k.generation
        };
        let found = self.db.connection(ws, id).await?;
        if let Some(c) = &found {
            let mut k = self.kept();
            if k.generation == generation {
                k.connections.insert((ws, id), c.clone());
            }
        }
        Ok(found)
    }

    pub(crate) async fn secrets(
        &self,
        flow: FlowId,
    ) -> Result<Arc<BTreeMap<String, Secret>>, store::Error> {
        let generation = {
            let k = self.kept();
            if let Some(s) = k.secrets.get(&flow) {
                return Ok(s.clone());
            }
            k.generation
        };
        let found = Arc::new(self.db.secrets(flow).await?);
        let mut k = self.kept();
        if k.generation == generation {
            k.secrets.insert(flow, found.clone());
        }
        Ok(found)
    }
}
