//! The present state of what the news name.

use std::collections::BTreeSet;

use domain::ids::{DeliveryId, EventId, ReplayId, RunId};
use domain::replay::BulkReplay;

use super::{Inspected, RunView};
use crate::db::Db;
use crate::events::{event_columns, view};
use crate::replays::{bulk, replay_columns};
use crate::sql::vals;
use crate::{Error, EventView, News};

/// See the module. Whatever has gone meanwhile is left out.
#[derive(Clone, Debug, Default)]
pub struct Changed {
    pub deliveries: Vec<Inspected>,
    /// Events that changed without a delivery.
    pub events: Vec<(domain::ids::WorkspaceId, EventView)>,
    pub runs: Vec<RunView>,
    pub replays: Vec<BulkReplay>,
}

impl Db {
    /// Reads what the news name, each once.
    pub async fn look_at(&self, news: impl Iterator<Item = News>) -> Result<Changed, Error> {
        let (mut deliveries, mut runs) = (BTreeSet::new(), BTreeSet::new());
        let (mut events, mut replays) = (BTreeSet::new(), BTreeSet::new());
        for one in news {
            match one {
                News::Delivery(id) => drop(deliveries.insert(id)),
                News::Run(id) => drop(runs.insert(id)),
                News::Event(id) => drop(events.insert(id)),
                News::Replay(id) => drop(replays.insert(id)),
            }
        }
        let ids: Vec<DeliveryId> = deliveries.into_iter().collect();
        let deliveries = self.delivery_views(&ids).await?;
        let made = deliveries.iter().flat_map(|d| &d.events);
        runs.extend(made.filter_map(|e| e.run));
        let ids: Vec<RunId> = runs.into_iter().collect();
        let mut changed =
            Changed { deliveries, runs: self.run_views(&ids).await?, ..Changed::default() };
        for id in events {
            changed.events.extend(self.event_of(id).await?);
        }
        for id in replays {
            changed.replays.extend(self.replay_of_any(id).await?);
        }
        Ok(changed)
    }

    async fn event_of(
        &self,
        id: EventId,
    ) -> Result<Option<(domain::ids::WorkspaceId, EventView)>, Error> {
        let ws = "SELECT workspace FROM events WHERE id = $1";
        let Some(row) = self.row(ws, vals![id.uuid()]).await? else { return Ok(None) };
        let ws = domain::ids::WorkspaceId(row.cursor().id()?);
        let sql = concat!(event_columns!(), " WHERE e.id = $1");
        let row = self.row(sql, vals![id.uuid()]).await?;
        Ok(row.as_ref().map(view).transpose()?.map(|e| (ws, e)))
    }

    async fn replay_of_any(&self, id: ReplayId) -> Result<Option<BulkReplay>, Error> {
        const ONE: &str = concat!("SELECT ", replay_columns!(), " FROM replays WHERE id = $1");
        let row = self.row(ONE, vals![id.uuid()]).await?;
        row.map(|r| bulk(&mut r.cursor())).transpose()
    }
}
