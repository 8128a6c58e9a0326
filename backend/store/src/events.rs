//! Events for people.

use domain::delivery::EventState;
use domain::ids::{DeliveryId, EventId, FlowId, RunId, WorkspaceId};
use domain::run::RunState;

use crate::db::Db;
use crate::sql::{Filter, Row, vals};
use crate::{Error, EventFilter, EventView};

/// An event with its delivery's time and its run's state, up to WHERE. Read by [`view`].
macro_rules! event_columns {
    () => {
        "SELECT e.id, e.flow, e.delivery, e.item, e.state, e.reason, coalesce(d.received_at, 0),
           e.run, r.state, j.node
         FROM events e LEFT JOIN deliveries d ON d.id = e.delivery
         LEFT JOIN runs r ON r.id = e.run LEFT JOIN jobs j ON j.run = e.run"
    };
}
pub(crate) use event_columns;

impl Db {
    /// Events, newest first.
    pub async fn events(&self, ws: WorkspaceId, f: EventFilter) -> Result<Vec<EventView>, Error> {
        let mut q = Filter::new(event_columns!(), "e.workspace", ws.uuid());
        q.and("e.flow =", f.flow.map(FlowId::uuid));
        q.and("e.id <", f.before.map(EventId::uuid));
        if f.state == Some(EventState::Held) {
            // Said by name, or the partial index would not be used.
            q.also("e.state = 'held'");
        } else {
            q.and("e.state =", f.state.map(EventState::as_str));
        }
        let (text, vals) = q.page("e.id DESC", f.limit);
        self.rows(text, vals).await?.iter().map(view).collect()
    }

    /// One event.
    pub async fn event(&self, ws: WorkspaceId, id: EventId) -> Result<Option<EventView>, Error> {
        let sql = concat!(event_columns!(), " WHERE e.id = $1 AND e.workspace = $2");
        self.row(sql, vals![id.uuid(), ws.uuid()]).await?.as_ref().map(view).transpose()
    }
}

pub(crate) fn view(row: &Row) -> Result<EventView, Error> {
    let mut c = row.cursor();
    let (id, flow, delivery) = (EventId(c.id()?), FlowId(c.id()?), DeliveryId(c.id()?));
    let (item, state, reason) = (c.int()?, c.word(EventState::parse)?, c.opt_text()?);
    let (received_at, run) = (c.time()?, c.opt_id()?.map(RunId));
    let mut run_state = match c.opt_text()? {
        Some(word) => RunState::parse(&word),
        None => None,
    };
    if c.opt_id()?.is_some() && run_state.is_some_and(|s| !s.is_final()) {
        run_state = Some(RunState::Running);
    }
    Ok(EventView { id, flow, delivery, item, state, reason, received_at, run, run_state })
}
