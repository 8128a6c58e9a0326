//! Commands about replays of many runs.

use domain::Code;
use domain::ids::{ReplayId, RunId};
use domain::replay::{Replay, Selection};
use engine::manage::Manage;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Failure, exit};

/// Runs shown of what would be replayed.
const SAMPLE: u32 = 5;
/// Who asks: whoever can run commands as the owner of the data.
const BY: &str = "command line";

#[derive(Serialize, Deserialize)]
pub struct BulkOp {
    pub selection: Selection,
    pub how: Replay,
    /// Runs made in a second.
    pub rate: i64,
    pub dry_run: bool,
    /// The person knows how many they are.
    pub yes: bool,
}

/// Counts what a selection takes, and begins the replay if the person has agreed to it.
pub async fn replay(m: &Manage, o: BulkOp) -> Result<Value, Failure> {
    let (count, sample) = m.count_runs(&o.selection, o.how, SAMPLE).await?;
    if o.dry_run {
        return Ok(json!({ "count": count, "sample": sample }));
    }
    if !o.yes {
        let more = if count.more { "more than " } else { "" };
        return Err(Failure {
            exit: exit::USAGE,
            code: Code::BadRequest.as_str().into(),
            message: format!(
                "{more}{} runs would be replayed; look at them with --dry-run, then say --yes",
                count.runs
            ),
            ru: None,
            problems: Vec::new(),
        });
    }
    let id = m.replay_all(o.selection, o.how, o.rate, BY).await?;
    Ok(json!({ "id": id, "count": count }))
}

/// A replay with what it made: a page of originals and their new runs.
pub async fn show(
    m: &Manage,
    id: ReplayId,
    after: Option<RunId>,
    limit: u32,
) -> Result<Value, Failure> {
    let replay = m.bulk_replay(id).await?;
    let items = m.replay_items(id, after, limit).await?;
    Ok(json!({ "replay": replay, "items": items }))
}
