//! What a worker needs to go on with runs: three reads for any number of them.

use std::collections::HashMap;
use std::sync::LazyLock;

use domain::delivery::Verdict;
use domain::ids::{DeliveryId, EventId, FlowId, RunId, WorkspaceId};
use domain::journal::{StepRow, StepState};
use domain::limits;
use domain::run::{Run, RunState};
use uuid::Uuid;

use crate::commit::prepare::{GONE, ZSTD, body_place, query_place};
use crate::db::Db;
use crate::seal::Sealer;
use crate::sql::{Bulk, Cursor, Kind};
use crate::{Error, RunSnapshot, StoredDelivery};

/// Columns of a run, with its job as `j`. Read by [`run`].
macro_rules! run_columns {
    () => {
        "r.id, r.workspace, r.flow, r.version, r.event, r.state, r.created_at, r.finished_at,
         r.error, r.step, r.replay_of, r.test, r.as_text, j.node"
    };
}
pub(crate) use run_columns;

/// Columns of a delivery. Read by [`delivery`].
macro_rules! delivery_columns {
    () => {
        "d.id, d.workspace, d.flow, d.received_at, d.method, d.path, d.query, d.headers,
         d.remote_ip, d.verdict, d.reason, d.answer, d.sealed, d.encoding, d.body_bytes, d.body"
    };
}
pub(crate) use delivery_columns;

/// Columns of a journal row. Read by [`step`].
macro_rules! step_columns {
    () => {
        "s.run, s.step, s.item, s.state, s.output, s.error, s.started_at, s.finished_at, s.due_at,
         s.tries, s.pinned"
    };
}
pub(crate) use step_columns;

static RUNS: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        concat!("SELECT e.item, ", run_columns!(), ", ", delivery_columns!(), " FROM "),
        &[("run", Kind::Id)],
        " CROSS JOIN runs r JOIN events e ON e.id = r.event JOIN deliveries d ON d.id = e.delivery
         LEFT JOIN jobs j ON j.run = r.id WHERE r.id = v.run",
    )
});

static STEPS: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        concat!("SELECT ", step_columns!(), " FROM "),
        &[("run", Kind::Id)],
        " CROSS JOIN steps s WHERE s.run = v.run ORDER BY s.run, s.started_at, s.step, s.item",
    )
});

impl Db {
    /// The runs with their deliveries and journals, in the order asked for. One that is not there
    /// is left out.
    pub async fn load(&self, runs: &[RunId]) -> Result<Vec<RunSnapshot>, Error> {
        let keys = |text: &'static Bulk| {
            let mut b = text.batch(self.is_sqlite(), runs.len());
            for run in runs {
                b.id(run.uuid()).end();
            }
            b
        };
        let mut found = HashMap::with_capacity(runs.len());
        for row in self.bulk_rows(&RUNS, keys(&RUNS)).await? {
            let mut c = row.cursor();
            let item = c.int()?;
            let run = run(&mut c)?;
            let delivery = delivery(&mut c, &self.0.sealer)?;
            found.insert(run.id, RunSnapshot { run, item, delivery, journal: Vec::new() });
        }
        for row in self.bulk_rows(&STEPS, keys(&STEPS)).await? {
            let (run, step) = step(&mut row.cursor())?;
            if let Some(s) = found.get_mut(&run) {
                s.journal.push(step);
            }
        }
        Ok(runs.iter().filter_map(|r| found.remove(r)).collect())
    }
}

impl Db {
    /// The journals of runs, without their deliveries.
    pub(crate) async fn journals(
        &self,
        runs: &[RunId],
    ) -> Result<HashMap<RunId, Vec<StepRow>>, Error> {
        let mut keys = STEPS.batch(self.is_sqlite(), runs.len());
        for run in runs {
            keys.id(run.uuid()).end();
        }
        let mut found: HashMap<RunId, Vec<StepRow>> = HashMap::new();
        for row in self.bulk_rows(&STEPS, keys).await? {
            let (run, step) = step(&mut row.cursor())?;
            found.entry(run).or_default().push(step);
        }
        Ok(found)
    }
}

/// A run; one whose job somebody has is running, whatever its row says.
pub(crate) fn run(c: &mut Cursor<'_>) -> Result<Run, Error> {
    let mut run = Run {
        id: RunId(c.id()?),
        workspace: WorkspaceId(c.id()?),
        flow: FlowId(c.id()?),
        version: c.int()?,
        event: EventId(c.id()?),
        state: c.word(RunState::parse)?,
        created_at: c.time()?,
        finished_at: c.opt_time()?,
        error: c.opt_json()?,
        step: c.opt_text()?,
        replay_of: c.opt_id()?.map(RunId),
        test: c.flag()?,
        as_text: c.flag()?,
    };
    let node: Option<Uuid> = c.opt_id()?;
    if node.is_some() && !run.state.is_final() {
        run.state = RunState::Running;
    }
    Ok(run)
}

/// A delivery, opened and unpacked.
pub(crate) fn delivery(c: &mut Cursor<'_>, sealer: &Sealer) -> Result<StoredDelivery, Error> {
    let mut d = StoredDelivery {
        id: DeliveryId(c.id()?),
        workspace: WorkspaceId(c.id()?),
        flow: FlowId(c.id()?),
        received_at: c.time()?,
        method: c.text()?,
        path: c.text()?,
        query: c.text()?,
        headers: c.json()?,
        remote_ip: c.text()?,
        verdict: c.word(Verdict::parse)?,
        reason: c.opt_text()?,
        answer: c.json()?,
        sealed: c.flag()?,
        body: bytes::Bytes::new(),
        body_gone: false,
    };
    let (encoding, size) = (c.int()?, c.int()?);
    let mut body = c.opt_blob()?.unwrap_or_default();
    d.body_gone = encoding == GONE;
    if d.sealed {
        let query = hex::decode(&d.query).map_err(|e| Error::Damaged(e.to_string()))?;
        let query = sealer.open(&query_place(d.id), &query)?;
        d.query = String::from_utf8_lossy(&query).into_owned();
        if !d.body_gone {
            body = std::mem::take(&mut *sealer.open(&body_place(d.id), &body)?);
        }
    }
    if encoding == ZSTD {
        let size = usize::try_from(size).unwrap_or(0).min(limits::BODY_BYTES_MAX);
        body = zstd::bulk::decompress(&body, size)
            .map_err(|e| Error::Damaged(format!("body of {}: {e}", d.id)))?;
    }
    d.body = body.into();
    Ok(d)
}

/// A journal row and its run.
pub(crate) fn step(c: &mut Cursor<'_>) -> Result<(RunId, StepRow), Error> {
    let run = RunId(c.id()?);
    let row = StepRow {
        step: c.text()?,
        item: c.text()?,
        state: c.word(StepState::parse)?,
        output: c.opt_json()?,
        error: c.opt_json()?,
        started_at: c.time()?,
        finished_at: c.opt_time()?,
        due_at: c.opt_time()?,
        tries: u32::try_from(c.int()?).unwrap_or(u32::MAX),
        pinned: c.opt_json()?,
    };
    Ok((run, row))
}
