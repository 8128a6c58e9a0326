//! Runs for people: lists, and one with all that is known of it.

use domain::Span;
use domain::ids::{DeliveryId, FlowId, ReplayId, RunId, WorkspaceId};
use domain::journal::Attempt;
use domain::run::{Run, RunState};

use crate::db::Db;
use crate::load::{run, run_columns, step, step_columns};
use crate::sql::{Filter, Row, vals};
use crate::{Error, RunDetail, RunFilter};

const LIST: &str =
    concat!("SELECT ", run_columns!(), " FROM runs r LEFT JOIN jobs j ON j.run = r.id");

const ONE: &str = concat!(
    "SELECT e.delivery, e.item, j.due_at, ",
    run_columns!(),
    " FROM runs r JOIN events e ON e.id = r.event LEFT JOIN jobs j ON j.run = r.id
     WHERE r.id = $1 AND r.workspace = $2"
);

const STEPS: &str = concat!(
    "SELECT ",
    step_columns!(),
    " FROM steps s WHERE s.run = $1 ORDER BY s.started_at, s.step, s.item"
);

const ATTEMPTS: &str = "
    SELECT step, item, number, started_at, took, outcome, error, exchanges FROM attempts
    WHERE run = $1 ORDER BY seq";

impl Db {
    /// Runs, newest first.
    pub async fn runs(&self, ws: WorkspaceId, f: RunFilter) -> Result<Vec<Run>, Error> {
        let mut q = Filter::new(LIST, "r.workspace", ws.uuid());
        q.and("r.flow =", f.flow.map(FlowId::uuid));
        q.and("r.id <", f.before.map(RunId::uuid));
        q.and("r.created_at >=", f.since);
        match f.state {
            None => {}
            Some(RunState::Running) => {
                q.also("j.node IS NOT NULL");
            }
            // The text names the states of the partial index, or it would not be used.
            Some(s @ (RunState::Failed | RunState::Parked)) => {
                q.also("r.state IN ('failed', 'parked')").and("r.state =", Some(s.as_str()));
            }
            Some(s) if s.is_final() => {
                q.and("r.state =", Some(s.as_str()));
            }
            Some(s) => {
                q.also("j.run IS NOT NULL AND j.node IS NULL").and("r.state =", Some(s.as_str()));
            }
        }
        let (text, vals) = q.page("r.id DESC", f.limit);
        self.rows(text, vals).await?.iter().map(|r| run(&mut r.cursor())).collect()
    }

    /// One run with its journal and attempts.
    pub async fn run(&self, ws: WorkspaceId, id: RunId) -> Result<Option<RunDetail>, Error> {
        let Some(row) = self.row(ONE, vals![id.uuid(), ws.uuid()]).await? else { return Ok(None) };
        let mut c = row.cursor();
        let (delivery, item, due_at) = (DeliveryId(c.id()?), c.int()?, c.opt_time()?);
        let run = run(&mut c)?;
        let mut steps = Vec::new();
        for row in self.rows(STEPS, vals![id.uuid()]).await? {
            steps.push(step(&mut row.cursor())?.1);
        }
        let rows = self.rows(ATTEMPTS, vals![id.uuid()]).await?;
        let attempts = rows.iter().map(|r| attempt(id, r)).collect::<Result<_, Error>>()?;
        let sql = "SELECT id FROM runs WHERE replay_of = $1 ORDER BY id";
        let mut replays = Vec::new();
        for row in self.rows(sql, vals![id.uuid()]).await? {
            replays.push(RunId(row.cursor().id()?));
        }
        let mut bulk = None;
        if run.replay_of.is_some() {
            let sql = "SELECT replay FROM replay_items WHERE run = $1";
            let row = self.row(sql, vals![id.uuid()]).await?;
            bulk = row.map(|r| r.cursor().id().map(ReplayId)).transpose()?;
        }
        let due_at = due_at.filter(|_| run.state == RunState::Waiting);
        Ok(Some(RunDetail { run, delivery, item, due_at, steps, attempts, replays, bulk }))
    }
}

fn attempt(run: RunId, row: &Row) -> Result<Attempt, Error> {
    let mut c = row.cursor();
    Ok(Attempt {
        run,
        step: c.text()?,
        item: c.text()?,
        number: u32::try_from(c.int()?).unwrap_or(u32::MAX),
        started_at: c.time()?,
        took: Span::from_micros(c.int()?),
        outcome: c.text()?,
        error: c.opt_json()?,
        exchanges: c.json()?,
    })
}
