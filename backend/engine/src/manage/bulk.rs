//! Replaying many runs: counted first, then made in the background by a node that works.

use domain::ids::{ReplayId, RunId};
use domain::limits;
use domain::replay::{BulkReplay, Replay, ReplayItem, ReplayState, RunCount, Selection};
use domain::run::{Run, RunState};

use super::{Error, Manage};

impl Manage {
    /// What a selection would take now, and the first of it.
    pub async fn count_runs(
        &self,
        selection: &Selection,
        how: Replay,
        sample: u32,
    ) -> Result<(RunCount, Vec<Run>), Error> {
        check(selection)?;
        let count = self.db.count_runs(self.workspace, selection, how).await?;
        let runs = match sample {
            0 => Vec::new(),
            n => self.db.sample_runs(self.workspace, selection, how, n).await?,
        };
        Ok((count, runs))
    }

    /// Replays every run of a selection that has ended by now, `rate` of them a second, oldest
    /// first and behind everything else.
    pub async fn replay_all(
        &self,
        selection: Selection,
        how: Replay,
        rate: i64,
        by: &str,
    ) -> Result<ReplayId, Error> {
        check(&selection)?;
        if !(1..=limits::REPLAY_RATE_MAX).contains(&rate) {
            let most = limits::REPLAY_RATE_MAX;
            return Err(Error::bad(
                format!("the rate is 1 to {most} runs a second"),
                format!("скорость: от 1 до {most} запусков в секунду"),
            ));
        }
        if let Some(flow) = selection.flow {
            self.any_flow_row(flow).await?;
        }
        let created_at = self.db.now();
        let id = ReplayId::new(created_at);
        let new = BulkReplay {
            id,
            workspace: self.workspace,
            selection,
            how,
            rate,
            state: ReplayState::Counting,
            total: 0,
            made: 0,
            skipped: 0,
            failed: 0,
            note: None,
            created_at,
            finished_at: None,
            by: by.to_owned(),
        };
        match self.db.add_replay(new).await {
            Err(store::Error::Busy) => {
                let n = limits::REPLAYS_OPEN;
                Err(Error::conflict(
                    format!("{n} replays are under way; wait for one, or cancel it"),
                    format!("повторов уже идёт {n}; дождитесь одного или отмените"),
                ))
            }
            other => Ok(other.map(|()| id)?),
        }
    }

    /// Bulk replays, newest first.
    pub async fn replays(
        &self,
        before: Option<ReplayId>,
        limit: u32,
    ) -> Result<Vec<BulkReplay>, Error> {
        Ok(self.db.replays(self.workspace, before, limit).await?)
    }

    pub async fn bulk_replay(&self, id: ReplayId) -> Result<BulkReplay, Error> {
        let found = self.db.bulk_replay(self.workspace, id).await?;
        found.ok_or_else(|| Error::missing("replay", id))
    }

    /// What a bulk replay made, after the given original.
    pub async fn replay_items(
        &self,
        id: ReplayId,
        after: Option<RunId>,
        limit: u32,
    ) -> Result<Vec<ReplayItem>, Error> {
        Ok(self.db.replay_items(self.workspace, id, after, limit).await?)
    }

    /// Stops making runs; those that are made go on.
    pub async fn cancel_replay(&self, id: ReplayId) -> Result<BulkReplay, Error> {
        if !self.db.cancel_replay(self.workspace, id).await? {
            let state = self.bulk_replay(id).await?.state;
            return Err(Error::conflict(
                format!("the replay has ended: {}", state.as_str()),
                "повтор уже закончен",
            ));
        }
        self.bulk_replay(id).await
    }
}

fn check(s: &Selection) -> Result<(), Error> {
    if let Some(state) = s.states.iter().find(|s| !s.is_final()) {
        let word = RunState::as_str(*state);
        return Err(Error::bad(
            format!("runs that are {word} have not ended, so there is nothing to repeat"),
            "эти запуски ещё не закончены, повторять нечего",
        ));
    }
    if s.flow.is_none() && !s.is_trouble() {
        return Err(Error::bad(
            "name the flow; without one only failed and parked go",
            "укажите сценарий; без него повторяют только упавшие и ждущие решения",
        ));
    }
    Ok(())
}
