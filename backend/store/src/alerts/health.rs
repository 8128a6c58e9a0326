//! What of flows and connections tells that something is wrong. Each question is one look into an
//! index per flow, and none is on the way of an event.

use domain::alert::FlowSum;
use domain::ids::{ConnectionId, FlowId, RunId, WorkspaceId};
use domain::outcome::StepError;
use domain::{Lang, Time};

use crate::Error;
use crate::db::Db;
use crate::sql::{Row, vals};
use crate::sweep::first_id;

/// What is known of a flow.
#[derive(Clone, Debug)]
pub struct FlowHealth {
    pub flow: FlowId,
    pub name: String,
    pub version: i64,
    /// It is published and not paused.
    pub live: bool,
    /// When its last failed run ended, and when its last parked one was parked.
    pub failed_at: Option<Time>,
    pub parked_at: Option<Time>,
    /// The millisecond of its last event.
    pub event_at: Option<Time>,
}

/// A connection that does not work.
#[derive(Clone, Debug)]
pub struct BrokenConnection {
    pub id: ConnectionId,
    pub name: String,
    pub note: Option<String>,
}

const FLOWS: &str = "
    SELECT f.id, f.name, f.version, f.state,
      (SELECT max(r.finished_at) FROM runs r WHERE r.flow = f.id AND r.state = 'failed'
         AND r.state IN ('failed', 'parked')),
      (SELECT max(r.finished_at) FROM runs r WHERE r.flow = f.id AND r.state = 'parked'
         AND r.state IN ('failed', 'parked')),
      (SELECT e.id FROM events e WHERE e.flow = f.id ORDER BY e.id DESC LIMIT 1)
    FROM flows f WHERE f.workspace = $1 AND f.version > 0";

const TROUBLE: &str = "
    SELECT id, error, test FROM runs
    WHERE flow = $1 AND state = $2 AND state IN ('failed', 'parked') AND finished_at > $3
    ORDER BY finished_at DESC LIMIT $4";

/// The last run of a flow that ended well or badly.
const LAST: &str = "
    SELECT state, finished_at FROM runs
    WHERE flow = $1 AND state IN ('succeeded', 'failed', 'parked') ORDER BY id DESC LIMIT 1";

const SUMS: &str = "
    SELECT name, failed, parked, held FROM (
      SELECT f.name AS name,
        (SELECT count(*) FROM (SELECT 1 FROM runs r WHERE r.flow = f.id AND r.state = 'failed'
           AND r.state IN ('failed', 'parked') AND r.finished_at > $2 LIMIT 10000) AS a) AS failed,
        (SELECT count(*) FROM (SELECT 1 FROM runs r WHERE r.flow = f.id AND r.state = 'parked'
           AND r.state IN ('failed', 'parked') LIMIT 10000) AS b) AS parked,
        (SELECT count(*) FROM (SELECT 1 FROM events e WHERE e.flow = f.id AND e.state = 'held'
           LIMIT 10000) AS c) AS held
      FROM flows f WHERE f.workspace = $1) AS sums
    WHERE failed + parked + held > 0 ORDER BY failed + parked DESC, name LIMIT $3";

impl Db {
    /// The published flows of a workspace.
    pub async fn flow_health(&self, ws: WorkspaceId) -> Result<Vec<FlowHealth>, Error> {
        self.rows(FLOWS, vals![ws.uuid()]).await?.iter().map(health).collect()
    }

    /// Runs of a flow that ended in this state after `after`, newest first: their ids and errors.
    /// Those that a person started to try the flow are not among them.
    pub async fn trouble(
        &self,
        flow: FlowId,
        state: domain::run::RunState,
        after: Time,
        limit: u32,
    ) -> Result<Vec<(RunId, Option<StepError>)>, Error> {
        let args = vals![flow.uuid(), state.as_str(), after, i64::from(limit)];
        let mut out = Vec::new();
        for row in self.rows(TROUBLE, args).await? {
            let mut c = row.cursor();
            let (id, error, test) = (RunId(c.id()?), c.opt_json()?, c.flag()?);
            if !test {
                out.push((id, error));
            }
        }
        Ok(out)
    }

    /// When the last run of a flow ended well, if the last one did.
    pub async fn last_well(&self, flow: FlowId) -> Result<Option<Time>, Error> {
        let Some(row) = self.row(LAST, vals![flow.uuid()]).await? else { return Ok(None) };
        let mut c = row.cursor();
        let (state, at) = (c.text()?, c.opt_time()?);
        Ok(at.filter(|_| state == "succeeded"))
    }

    /// On how many of these days, each a time of its beginning and its end, a flow had events.
    pub async fn days_with_events(
        &self,
        flow: FlowId,
        days: &[(Time, Time)],
    ) -> Result<i64, Error> {
        let sql = "SELECT 1 FROM events WHERE flow = $1 AND id >= $2 AND id < $3 LIMIT 1";
        let mut n = 0;
        for (from, to) in days {
            let args = vals![flow.uuid(), first_id(*from), first_id(*to)];
            n += i64::from(self.row(sql, args).await?.is_some());
        }
        Ok(n)
    }

    /// The connections of a workspace that do not work.
    pub async fn broken_connections(
        &self,
        ws: WorkspaceId,
    ) -> Result<Vec<BrokenConnection>, Error> {
        let sql = "SELECT id, name, note FROM connections
            WHERE workspace = $1 AND state = 'broken' ORDER BY name";
        let rows = self.rows(sql, vals![ws.uuid()]).await?;
        let one = |row: &Row| {
            let mut c = row.cursor();
            let (id, name) = (ConnectionId(c.id()?), c.text()?);
            Ok(BrokenConnection { id, name, note: c.opt_text()? })
        };
        rows.iter().map(one).collect()
    }

    /// What happened to each flow since then, the worst first.
    pub async fn flow_sums(
        &self,
        ws: WorkspaceId,
        since: Time,
        limit: i64,
    ) -> Result<Vec<FlowSum>, Error> {
        let rows = self.rows(SUMS, vals![ws.uuid(), since, limit]).await?;
        let one = |row: &Row| {
            let mut c = row.cursor();
            Ok(FlowSum { name: c.text()?, failed: c.int()?, parked: c.int()?, held: c.int()? })
        };
        rows.iter().map(one).collect()
    }

    /// Every workspace.
    pub async fn workspace_ids(&self) -> Result<Vec<WorkspaceId>, Error> {
        let rows = self.rows("SELECT id FROM workspaces ORDER BY id", Vec::new()).await?;
        rows.iter().map(|r| r.cursor().id().map(WorkspaceId)).collect()
    }

    /// The owners of a workspace: their addresses and languages.
    pub async fn owners(&self, ws: WorkspaceId) -> Result<Vec<(String, Lang)>, Error> {
        let sql = "SELECT u.email, u.language FROM memberships m JOIN users u ON u.id = m.user_id
            WHERE m.workspace = $1 AND m.role = 'owner' ORDER BY u.id";
        let rows = self.rows(sql, vals![ws.uuid()]).await?;
        rows.iter().map(person).collect()
    }

    /// The address and language of a person.
    pub async fn address_of(
        &self,
        user: domain::ids::UserId,
    ) -> Result<Option<(String, Lang)>, Error> {
        let sql = "SELECT email, language FROM users WHERE id = $1";
        self.row(sql, vals![user.uuid()]).await?.as_ref().map(person).transpose()
    }
}

fn person(row: &Row) -> Result<(String, Lang), Error> {
    let mut c = row.cursor();
    let email = c.text()?;
    Ok((email, if c.text()? == "ru" { Lang::Ru } else { Lang::En }))
}

fn health(row: &Row) -> Result<FlowHealth, Error> {
    let mut c = row.cursor();
    let (flow, name, version, state) = (FlowId(c.id()?), c.text()?, c.int()?, c.text()?);
    let (failed_at, parked_at) = (c.opt_time()?, c.opt_time()?);
    // Ids hold their millisecond.
    let event_at =
        c.opt_id()?.map(|id| Time(i64::try_from((id.as_u128() >> 80) * 1_000).unwrap_or(i64::MAX)));
    Ok(FlowHealth { flow, name, version, live: state == "live", failed_at, parked_at, event_at })
}
