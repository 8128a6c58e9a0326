//! Bulk replays as the API shows them.

use domain::replay::{BulkReplay, Selection};
use domain::run::RunState;
use domain::{Code, Lang, Text};
use mapping::moment::rfc3339;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::v1::problem::Problem;
use crate::v1::words::{id, moment, word};

/// Which runs are repeated. Every condition that is given must hold.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    pub flow: Option<String>,
    /// Final states; none given means failed and parked.
    pub states: Vec<String>,
    /// The code of the run's error.
    pub error: Option<String>,
    /// The step at which the run failed or parked.
    pub step: Option<String>,
    /// Begun at this moment or later (RFC 3339).
    pub from: Option<String>,
    /// Begun before this moment.
    pub to: Option<String>,
    /// Also runs that have a replay already.
    pub again: bool,
}

impl Filter {
    pub fn selection(&self) -> Result<Selection, Problem> {
        let mut states = Vec::with_capacity(self.states.len());
        for s in &self.states {
            states.extend(word("filter.states", Some(s), RunState::parse)?);
        }
        Ok(Selection {
            flow: id("filter.flow", self.flow.as_deref())?,
            states,
            error: word("filter.error", self.error.as_deref(), Code::parse)?,
            step: self.step.clone().filter(|s| !s.is_empty()),
            since: moment("filter.from", self.from.as_deref())?,
            until: moment("filter.to", self.to.as_deref())?,
            again: self.again,
        })
    }

    fn of(s: &Selection) -> Self {
        Self {
            flow: s.flow.map(|f| f.to_string()),
            states: s.states().iter().map(|s| s.as_str().to_owned()).collect(),
            error: s.error.map(|c| c.as_str().to_owned()),
            step: s.step.clone(),
            from: s.since.map(rfc3339),
            to: s.until.map(rfc3339),
            again: s.again,
        }
    }
}

/// A replay of many runs.
#[derive(Clone, Serialize, ToSchema)]
pub struct ReplayBody {
    pub id: String,
    pub filter: Filter,
    /// `failed` or `start`.
    pub from: String,
    /// `pinned` or `current`.
    pub version: String,
    /// Also runs whose last action nobody knows the outcome of, and steps that must not be
    /// repeated blindly.
    pub repeat_unsafe: bool,
    /// Runs made in a second, at most.
    pub rate: i64,
    /// `counting`, `running`, `done` or `cancelled`.
    pub state: String,
    /// Runs that matched, as far as they have been counted.
    pub total: i64,
    pub made: i64,
    /// Counted, but replayed, resolved or removed before their turn.
    pub skipped: i64,
    /// Runs that could not be replayed.
    pub failed: i64,
    /// Why the last of them could not.
    pub note: Option<String>,
    pub created_at: String,
    pub finished_at: Option<String>,
    /// Who asked for it.
    pub by: String,
}

impl ReplayBody {
    pub fn new(r: &BulkReplay, lang: Lang) -> Self {
        let word = |yes: bool, a: &str, b: &str| if yes { a } else { b }.to_owned();
        Self {
            id: r.id.to_string(),
            filter: Filter::of(&r.selection),
            from: word(r.how.from_failed, "failed", "start"),
            version: word(r.how.current_version, "current", "pinned"),
            repeat_unsafe: r.how.repeat_unsafe,
            rate: r.rate,
            state: r.state.as_str().to_owned(),
            total: r.total,
            made: r.made,
            skipped: r.skipped,
            failed: r.failed,
            note: r.note.as_deref().map(|n| Text::of_kept(n).get(lang).to_owned()),
            created_at: rfc3339(r.created_at),
            finished_at: r.finished_at.map(rfc3339),
            by: r.by.clone(),
        }
    }
}
