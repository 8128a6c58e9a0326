//! The deliveries of subscribers as people see them: the runs of their flows.

use std::collections::HashMap;

use domain::Time;
use domain::ids::{EventId, RunId, SubscriberId, WorkspaceId};
use domain::outcome::StepError;
use domain::run::RunState;
use domain::subscriber::DeliveryCount;
use domain::{Span, limits};

use crate::Error;
use crate::db::Db;
use crate::sql::{Filter, Row, vals};
use crate::sweep::first_id;

/// Which deliveries of a subscriber to list, newest first.
#[derive(Clone, Debug, Default)]
pub struct DeliveryFilter {
    pub state: Option<RunState>,
    /// The type of the event.
    pub kind: Option<String>,
    pub before: Option<RunId>,
    pub limit: u32,
}

/// One delivery to a subscriber.
#[derive(Clone, Debug)]
pub struct DeliveryOf {
    pub run: RunId,
    pub event: EventId,
    pub state: RunState,
    pub created_at: Time,
    pub finished_at: Option<Time>,
    /// Why the last try failed.
    pub error: Option<StepError>,
    pub replay_of: Option<RunId>,
    /// When it is tried next, while it waits.
    pub due_at: Option<Time>,
    /// Tries so far.
    pub tries: i64,
    /// The type of the event.
    pub kind: String,
    /// The headers that were stored with the event.
    pub headers: Vec<(String, String)>,
}

const SELECT: &str = "
    SELECT r.id, r.event, r.state, r.created_at, r.finished_at, r.error, r.replay_of, j.due_at,
      j.node, (SELECT count(*) FROM attempts a WHERE a.run = r.id), d.path, d.headers
    FROM runs r JOIN events e ON e.id = r.event JOIN deliveries d ON d.id = e.delivery
      LEFT JOIN jobs j ON j.run = r.id";

const COUNT: &str = "
    SELECT state, count(*) FROM (
      SELECT state FROM runs WHERE flow = $1 AND id >= $2 ORDER BY id DESC LIMIT $3) AS newest
    GROUP BY state";

const HELD: &str = "SELECT count(*) FROM events WHERE flow = $1 AND state = 'held'";

impl Db {
    /// The deliveries of a subscriber, newest first.
    pub async fn deliveries_to(
        &self,
        ws: WorkspaceId,
        to: SubscriberId,
        f: DeliveryFilter,
    ) -> Result<Vec<DeliveryOf>, Error> {
        let mut q = Filter::new(SELECT, "r.flow", to.uuid());
        q.and("r.workspace =", Some(ws.uuid()));
        q.and("r.state =", f.state.map(RunState::as_str));
        q.and("d.path =", f.kind.as_deref());
        q.and("r.id <", f.before.map(RunId::uuid));
        let (text, vals) = q.page("r.id DESC", f.limit);
        self.rows(text, vals).await?.iter().map(read).collect()
    }

    /// What became of the deliveries of the last day, of each of these subscribers.
    pub async fn delivery_counts(
        &self,
        of: &[SubscriberId],
    ) -> Result<HashMap<SubscriberId, DeliveryCount>, Error> {
        let since = first_id(self.now().minus(Span::days(1)));
        let mut out = HashMap::with_capacity(of.len());
        for id in of {
            let mut count = DeliveryCount::default();
            let values = vals![id.uuid(), since, limits::SUBSCRIBER_COUNTED];
            for row in self.rows(COUNT, values).await? {
                let mut c = row.cursor();
                let (state, n) = (c.word(RunState::parse)?, c.int()?);
                match state {
                    RunState::Succeeded => count.succeeded += n,
                    RunState::Failed | RunState::Parked => count.failed += n,
                    s if !s.is_final() => count.waiting += n,
                    _ => {}
                }
            }
            let held = self.row(HELD, vals![id.uuid()]).await?;
            count.held = held.map_or(Ok(0), |r| r.cursor().int())?;
            out.insert(*id, count);
        }
        Ok(out)
    }
}

fn read(row: &Row) -> Result<DeliveryOf, Error> {
    let mut c = row.cursor();
    let mut of = DeliveryOf {
        run: RunId(c.id()?),
        event: EventId(c.id()?),
        state: c.word(RunState::parse)?,
        created_at: c.time()?,
        finished_at: c.opt_time()?,
        error: c.opt_json()?,
        replay_of: c.opt_id()?.map(RunId),
        due_at: c.opt_time()?,
        tries: 0,
        kind: String::new(),
        headers: Vec::new(),
    };
    if c.opt_id()?.is_some() && !of.state.is_final() {
        of.state = RunState::Running;
    }
    of.tries = c.int()?;
    of.kind = c.text()?;
    of.headers = c.json()?;
    Ok(of)
}
