//! Runs for lists: found by conditions, shown with their flow's name and what they wait for.

use std::collections::HashMap;
use std::sync::LazyLock;

use domain::ids::{FlowId, RunId, WorkspaceId};
use domain::run::{Run, RunState};
use domain::{Code, Time, limits};
use serde::Serialize;
use uuid::Uuid;

use super::Page;
use super::window::Source;
use crate::Error;
use crate::db::Db;
use crate::load::{run, run_columns};
use crate::search::hits;
use crate::sql::{Bulk, Cursor, Kind, vals};
use crate::sweep::first_id;

/// Which runs. Every condition that is given must hold.
#[derive(Clone, Debug, Default)]
pub struct RunQuery {
    pub flow: Option<FlowId>,
    pub state: Option<RunState>,
    /// Begun at this moment or later, to the millisecond.
    pub from: Option<Time>,
    /// Begun before this moment, to the millisecond.
    pub to: Option<Time>,
    pub error: Option<Code>,
    /// The step at which it failed, parked or waits, in any item of a loop.
    pub step: Option<String>,
    /// Hash of a value of its event (semantics S23).
    pub value: Option<i64>,
    /// Go on before this one.
    pub before: Option<RunId>,
    pub limit: u32,
}

/// Why a run that has not ended does nothing now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Waits {
    /// It is due; a free worker will take it.
    Worker,
    /// An earlier run of its order key is unfinished (semantics S7).
    Turn,
    /// Its flow is paused.
    Paused,
    /// Its connection is broken (semantics S14).
    Connection,
    /// Its last try failed; the next one has a time.
    Retry,
    /// The service, or a limit of calls to it, makes it wait.
    Limit,
    /// A delay step runs.
    Delay,
}

/// A run as a list shows it.
#[derive(Clone, Debug)]
pub struct RunView {
    pub run: Run,
    /// Absent if the flow was deleted.
    pub flow_name: Option<String>,
    /// Tries of the step at which it stands.
    pub tries: u32,
    /// When it goes on.
    pub due_at: Option<Time>,
    pub waits: Option<Waits>,
}

const COLUMNS: &str = "r.id, r.workspace, r.flow, r.state, r.error, r.step";

/// The newest events with a value, their runs and the replays of those.
const WITH_VALUE: &str = concat!(
    "FROM runs r LEFT JOIN jobs j ON j.run = r.id WHERE r.id IN (
       SELECT e.run FROM (",
    hits!(),
    ") AS h JOIN events e ON e.id = h.event WHERE e.run IS NOT NULL
       UNION ALL
       SELECT a.id FROM (",
    hits!(),
    ") AS h JOIN runs a ON a.event = h.event AND a.replay_of IS NOT NULL)"
);

const VIEW_HEAD: &str =
    concat!("SELECT f.name, f.state, j.due_at, j.blocked, j.waits, s.tries, ", run_columns!());
const VIEW_TAIL: &str = " CROSS JOIN runs r LEFT JOIN jobs j ON j.run = r.id
    LEFT JOIN flows f ON f.id = r.flow LEFT JOIN steps s ON s.run = r.id";
/// A place is `step`, or `step#item`.
const PLACE_LITE: &str = " AND s.step = substr(r.step, 1, instr(r.step || '#', '#') - 1)
    AND s.item = substr(r.step || '#', instr(r.step || '#', '#') + 1,
      max(0, length(r.step) - instr(r.step || '#', '#')))";
const PLACE_PG: &str =
    " AND s.step = split_part(r.step, '#', 1) AND s.item = split_part(r.step, '#', 2)";

fn views(place: &str) -> Bulk {
    let tail = format!("{VIEW_TAIL}{place} WHERE r.id = v.run");
    Bulk::new(&format!("{VIEW_HEAD} FROM "), &[("run", Kind::Id)], &tail)
}
static VIEWS_LITE: LazyLock<Bulk> = LazyLock::new(|| views(PLACE_LITE));
static VIEWS_PG: LazyLock<Bulk> = LazyLock::new(|| views(PLACE_PG));

impl Db {
    /// Runs, newest first.
    pub async fn find_runs(
        &self,
        ws: WorkspaceId,
        q: &RunQuery,
    ) -> Result<Page<RunView, RunId>, Error> {
        let limit = if q.limit == 0 { limits::PAGE } else { q.limit.min(limits::PAGE_MAX) };
        let source = self.source(ws, q);
        // Ids begin with their millisecond.
        let to = q.to.map(first_id);
        let before = [q.before.map(RunId::uuid), to].into_iter().flatten().min();
        let found = self.scan(&source, before, limit).await?;
        let ids: Vec<RunId> = found.ids.into_iter().map(RunId).collect();
        let items = self.run_views(&ids).await?;
        Ok(Page { items, next: found.next.map(RunId) })
    }

    fn source(&self, ws: WorkspaceId, q: &RunQuery) -> Source {
        let rare =
            matches!(q.state, Some(RunState::Filtered | RunState::Stale | RunState::Cancelled));
        let trouble = matches!(q.state, Some(RunState::Failed | RunState::Parked));
        let unfinished = q.state.is_some_and(|s| !s.is_final());
        let mut s = match (q.value, q.flow) {
            (Some(hash), _) => {
                let vals = vals![hash, limits::SEARCH_HITS];
                Source::new(format!("SELECT {COLUMNS}, j.node {WITH_VALUE}"), "r.id", vals)
            }
            _ if unfinished => Source::new(
                format!(
                    "SELECT {COLUMNS}, j.node FROM jobs j JOIN runs r ON r.id = j.run WHERE true"
                ),
                "j.run",
                Vec::new(),
            ),
            (None, Some(flow)) if rare => Source::new(
                format!(
                    "SELECT {COLUMNS} FROM runs r
                     WHERE r.state IN ('filtered', 'stale', 'cancelled')
                       AND r.flow = $1 AND r.state = $2"
                ),
                "r.id",
                vals![flow.uuid(), q.state.map(RunState::as_str)],
            ),
            (None, Some(flow)) => Source::new(
                format!(
                    "SELECT {COLUMNS} FROM runs r WHERE {} r.flow = $1",
                    if trouble { "r.state IN ('failed', 'parked') AND" } else { "" }
                ),
                "r.id",
                vals![flow.uuid()],
            ),
            (None, None) if trouble => Source::new(
                format!(
                    "SELECT {COLUMNS} FROM runs r
                     WHERE r.state IN ('failed', 'parked') AND r.workspace = $1"
                ),
                "r.id",
                vals![ws.uuid()],
            ),
            (None, None) => {
                Source::new(format!("SELECT {COLUMNS} FROM runs r WHERE true"), "r.id", Vec::new())
            }
        };
        s = s.no_older_than(q.from.map(first_id));
        self.narrow(&mut s, ws, q);
        s
    }

    fn narrow(&self, s: &mut Source, ws: WorkspaceId, q: &RunQuery) {
        s.fit("w.workspace = ?", ws.uuid());
        if let Some(flow) = q.flow {
            s.fit("w.flow = ?", flow.uuid());
        }
        match q.state {
            None => {}
            Some(RunState::Running) => s.fit_plain("w.node IS NOT NULL"),
            Some(state) if state.is_final() => s.fit("w.state = ?", state.as_str()),
            Some(state) => {
                s.fit_plain("w.node IS NULL");
                s.fit("w.state = ?", state.as_str());
            }
        }
        if let Some(code) = q.error {
            let column = if self.is_sqlite() { "w.error" } else { "w.error::json" };
            s.fit(&format!("{column} ->> 'code' = ?"), code.as_str());
        }
        if let Some(step) = &q.step {
            s.fit("(w.step = ? OR substr(w.step, 1, length(?) + 1) = ? || '#')", step.as_str());
        }
    }

    /// Runs as a list shows them, in the order asked for; one that is not there is left out.
    pub async fn run_views(&self, ids: &[RunId]) -> Result<Vec<RunView>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let text: &'static Bulk = if self.is_sqlite() { &VIEWS_LITE } else { &VIEWS_PG };
        let mut keys = text.batch(self.is_sqlite(), ids.len());
        for id in ids {
            keys.id(id.uuid()).end();
        }
        let now = self.now();
        let mut found: HashMap<Uuid, RunView> = HashMap::with_capacity(ids.len());
        for row in self.bulk_rows(text, keys).await? {
            let view = view(&mut row.cursor(), now)?;
            found.insert(view.run.id.uuid(), view);
        }
        Ok(ids.iter().filter_map(|id| found.remove(&id.uuid())).collect())
    }
}

fn view(c: &mut Cursor<'_>, now: Time) -> Result<RunView, Error> {
    let (flow_name, flow_state) = (c.opt_text()?, c.opt_text()?);
    let (due_at, blocked) = (c.opt_time()?, c.opt_int()?.unwrap_or(0) != 0);
    let (waits, tries) = (c.opt_text()?, c.opt_int()?.unwrap_or(0));
    let run = run(c)?;
    let due = due_at.filter(|_| !run.state.is_final() && run.state != RunState::Running);
    let job = Job {
        paused: flow_state.as_deref() == Some("paused"),
        connection: waits.as_deref() == Some("connection"),
        blocked,
        is_due: due.is_none_or(|t| t <= now),
    };
    let waits = due.map(|_| job.why(&run));
    let due_at = due.filter(|t| *t > now);
    Ok(RunView { flow_name, tries: u32::try_from(tries).unwrap_or(0), due_at, waits, run })
}

/// What keeps a job from being taken.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Job {
    paused: bool,
    connection: bool,
    blocked: bool,
    is_due: bool,
}

impl Job {
    fn why(&self, run: &Run) -> Waits {
        let code = run.error.as_ref().map(|e| e.code);
        match code {
            _ if self.paused => Waits::Paused,
            _ if self.blocked => Waits::Turn,
            _ if self.connection => Waits::Connection,
            _ if self.is_due => Waits::Worker,
            Some(Code::GatePaused | Code::GateOpen | Code::GateRate | Code::GateBusy) => {
                Waits::Limit
            }
            Some(_) => Waits::Retry,
            None if run.state == RunState::Waiting => Waits::Delay,
            // Given back unstarted.
            None => Waits::Worker,
        }
    }
}
