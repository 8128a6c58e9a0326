//! Which runs a bulk replay takes: in the order in which they began, and only those that had
//! ended at one moment, so that failures of the replay itself are never taken.

use domain::ids::{FlowId, RunId, WorkspaceId};
use domain::journal::StepRow;
use domain::limits;
use domain::replay::{Replay, RunCount, Selection};
use domain::run::Run;
use domain::{Code, Span, Time};

use crate::Error;
use crate::db::Db;
use crate::load::{run, run_columns};
use crate::sql::Filter;
use crate::sweep::first_id;

/// A run to be replayed, with its journal.
#[derive(Clone, Debug)]
pub struct Original {
    pub run: Run,
    pub journal: Vec<StepRow>,
}

/// What is asked of the database.
#[derive(Clone, Copy)]
pub(super) struct Asked<'s> {
    pub(super) workspace: WorkspaceId,
    pub(super) selection: &'s Selection,
    pub(super) how: Replay,
    /// Runs that ended later are not taken.
    pub(super) moment: Time,
}

/// Parked runs whose last action may have happened.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unknown {
    Only,
    Without,
    Whatever,
}

const IDS: &str = "SELECT r.id FROM runs r";
const RUNS: &str =
    concat!("SELECT ", run_columns!(), " FROM runs r LEFT JOIN jobs j ON j.run = r.id");

impl Db {
    /// What a selection would take now. Counting stops at a limit and says so.
    pub async fn count_runs(
        &self,
        workspace: WorkspaceId,
        selection: &Selection,
        how: Replay,
    ) -> Result<RunCount, Error> {
        let asked = Asked { workspace, selection, how, moment: self.now() };
        let runs = self.count_of(asked, with(how)).await?;
        let unknown =
            if how.repeat_unsafe { 0 } else { self.count_of(asked, Unknown::Only).await? };
        let most = limits::REPLAY_COUNT_MAX;
        Ok(RunCount { runs: runs.min(most), more: runs > most, unknown: unknown.min(most) })
    }

    async fn count_of(&self, asked: Asked<'_>, unknown: Unknown) -> Result<i64, Error> {
        let q = self.matching(IDS, asked, unknown);
        let (text, vals) = q.count(limits::REPLAY_COUNT_MAX + 1);
        match self.row(text, vals).await? {
            Some(row) => row.cursor().int(),
            None => Ok(0),
        }
    }

    /// The first runs that a selection would take now, oldest first.
    pub async fn sample_runs(
        &self,
        workspace: WorkspaceId,
        selection: &Selection,
        how: Replay,
        most: u32,
    ) -> Result<Vec<Run>, Error> {
        let asked = Asked { workspace, selection, how, moment: self.now() };
        self.runs_of(asked, None, i64::from(most)).await
    }

    async fn runs_of(
        &self,
        asked: Asked<'_>,
        after: Option<RunId>,
        most: i64,
    ) -> Result<Vec<Run>, Error> {
        let mut q = self.matching(RUNS, asked, with(asked.how));
        q.and("r.id >", after.map(RunId::uuid));
        let (text, vals) = q.slice("r.id", most);
        self.rows(text, vals).await?.iter().map(|r| run(&mut r.cursor())).collect()
    }

    /// The next runs with their journals.
    pub(super) async fn originals(
        &self,
        asked: Asked<'_>,
        after: RunId,
        most: i64,
    ) -> Result<Vec<Original>, Error> {
        let runs = self.runs_of(asked, Some(after), most).await?;
        let ids: Vec<RunId> = runs.iter().map(|r| r.id).collect();
        let mut journals = self.journals(&ids).await?;
        let journal = |run: Run| {
            let journal = journals.remove(&run.id).unwrap_or_default();
            Original { run, journal }
        };
        Ok(runs.into_iter().map(journal).collect())
    }

    /// The next ids, for counting.
    pub(super) async fn matching_ids(
        &self,
        asked: Asked<'_>,
        after: RunId,
        most: i64,
    ) -> Result<Vec<RunId>, Error> {
        let mut q = self.matching(IDS, asked, with(asked.how));
        q.and("r.id >", Some(after.uuid()));
        let (text, vals) = q.slice("r.id", most);
        let rows = self.rows(text, vals).await?;
        rows.iter().map(|r| r.cursor().id().map(RunId)).collect()
    }

    fn matching(&self, select: &'static str, asked: Asked<'_>, unknown: Unknown) -> Filter {
        let s = asked.selection;
        let mut q = Filter::new(select, "r.workspace", asked.workspace.uuid());
        q.and("r.flow =", s.flow.map(FlowId::uuid));
        if s.is_trouble() {
            // The text names the states of the partial index, or it would not be used.
            q.also("r.state IN ('failed', 'parked')");
        }
        q.one_of("r.state IN", s.states().iter().filter(|s| s.is_final()).map(|s| s.as_str()));
        q.and("r.step =", s.step.as_deref());
        let code = if self.is_sqlite() {
            "coalesce(r.error ->> 'code', '') ="
        } else {
            "coalesce(r.error::json ->> 'code', '') ="
        };
        q.and(code, s.error.map(Code::as_str));
        // Ids hold their time, which spares the database the older and the newer ones.
        q.and("r.id >=", s.since.map(first_id));
        q.and("r.created_at >=", s.since);
        q.and("r.id <", s.until.map(|t| first_id(t.plus(Span::ms(1)))));
        q.and("r.created_at <", s.until);
        q.and("r.finished_at <=", Some(asked.moment));
        q.also("r.test = 0");
        if !s.again {
            q.also("NOT EXISTS (SELECT 1 FROM runs x WHERE x.replay_of = r.id)");
        }
        let of_nobody_knows = match (self.is_sqlite(), unknown) {
            (_, Unknown::Whatever) => return q,
            (true, Unknown::Only) => {
                "r.state = 'parked' AND r.error ->> 'code' = 'outcome_unknown'"
            }
            (false, Unknown::Only) => {
                "r.state = 'parked' AND r.error::json ->> 'code' = 'outcome_unknown'"
            }
            (true, Unknown::Without) => {
                "(r.state <> 'parked' OR coalesce(r.error ->> 'code', '') <> 'outcome_unknown')"
            }
            (false, Unknown::Without) => {
                "(r.state <> 'parked'
                  OR coalesce(r.error::json ->> 'code', '') <> 'outcome_unknown')"
            }
        };
        q.also(of_nobody_knows);
        q
    }
}

fn with(how: Replay) -> Unknown {
    if how.repeat_unsafe { Unknown::Whatever } else { Unknown::Without }
}
