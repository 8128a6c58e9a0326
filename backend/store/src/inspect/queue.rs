//! The health of the queue of one workspace: how much waits and for how long, and how the
//! destinations of its calls do.

use domain::ids::WorkspaceId;
use domain::{Span, limits};

use crate::Error;
use crate::db::Db;
use crate::sql::vals;

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueHealth {
    /// Unfinished runs.
    pub jobs: i64,
    /// Those that a worker has.
    pub running: i64,
    /// Those that are due and wait for a worker.
    pub depth: i64,
    /// Since when the oldest of them is due.
    pub oldest: Option<Span>,
    /// Events that wait for a person.
    pub held: i64,
    /// Runs that wait for a person, of the newest that did not end well.
    pub parked: i64,
}

/// One recent call of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    pub url: String,
    /// The word of the attempt's outcome.
    pub outcome: String,
    /// The service was not there: no connection, no answer in time, or a 5xx.
    pub down: bool,
}

const JOBS: &str = "
    SELECT count(*), count(node), count(CASE WHEN node IS NULL AND blocked = 0 AND due_at <= $2
        THEN 1 END),
      min(CASE WHEN node IS NULL AND blocked = 0 AND due_at <= $2 AND due_at > 0 THEN due_at END)
    FROM jobs WHERE workspace = $1";

const PARKED: &str = "
    SELECT count(CASE WHEN t.state = 'parked' THEN 1 END) FROM (
      SELECT state FROM runs WHERE workspace = $1 AND state IN ('failed', 'parked')
      ORDER BY id DESC LIMIT $2) AS t";

macro_rules! calls {
    ($url:literal, $code:literal) => {
        concat!(
            "SELECT ",
            $url,
            ", a.outcome, ",
            $code,
            " FROM (SELECT * FROM attempts ORDER BY seq DESC LIMIT $3) AS a
             JOIN runs r ON r.id = a.run
             WHERE r.workspace = $1 AND a.started_at >= $2"
        )
    };
}
const CALLS_LITE: &str = calls!("a.exchanges ->> '$[0].request.url'", "a.error ->> 'code'");
const CALLS_PG: &str =
    calls!("a.exchanges::json #>> '{0,request,url}'", "a.error::json ->> 'code'");

impl Db {
    /// What waits now.
    pub async fn queue_health(&self, ws: WorkspaceId) -> Result<QueueHealth, Error> {
        let now = self.now();
        let mut h = QueueHealth { held: self.held_events(ws).await?, ..QueueHealth::default() };
        if let Some(row) = self.row(JOBS, vals![ws.uuid(), now]).await? {
            let mut c = row.cursor();
            (h.jobs, h.running, h.depth) = (c.int()?, c.int()?, c.int()?);
            h.oldest = c.opt_time()?.map(|t| now.since(t));
        }
        let args = vals![ws.uuid(), limits::TROUBLE_COUNTED];
        if let Some(row) = self.row(PARKED, args).await? {
            h.parked = row.cursor().int()?;
        }
        Ok(h)
    }

    /// The newest calls of steps, with their address.
    pub async fn recent_calls(&self, ws: WorkspaceId) -> Result<Vec<Destination>, Error> {
        let sql = if self.is_sqlite() { CALLS_LITE } else { CALLS_PG };
        let since = self.now().minus(limits::DESTINATION_WINDOW);
        let args = vals![ws.uuid(), since, limits::DESTINATION_ATTEMPTS];
        let mut out = Vec::new();
        for row in self.rows(sql, args).await? {
            let mut c = row.cursor();
            let (url, outcome, code) = (c.opt_text()?, c.text()?, c.opt_text()?);
            let down = matches!(
                code.as_deref(),
                Some("remote_unavailable" | "remote_unreachable" | "outcome_unknown")
            );
            out.extend(url.map(|url| Destination { url, outcome, down }));
        }
        Ok(out)
    }
}
