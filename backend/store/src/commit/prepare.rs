//! Work on a request that needs no transaction: compressing, sealing and printing happen in the
//! caller's task, so that the committer only copies.

use bytes::Bytes;
use domain::ids::DeliveryId;
use domain::journal::{Attempt, StepRow};
use domain::limits;
use domain::outcome::StepError;
use serde::Serialize;
use uuid::Uuid;

use crate::seal::{Sealer, place};
use crate::{
    Applied, Error, Ingest, Ingested, Lease, NewDelivery, NewEvent, Next, Places, Progress,
};

pub(crate) const RAW: i64 = 0;
pub(crate) const ZSTD: i64 = 1;
pub(crate) const GONE: i64 = 2;
/// Fast: the bodies are small and the event waits.
const ZSTD_LEVEL: i32 = 1;

/// A delivery as its row will be.
pub(crate) struct Delivery {
    pub(crate) new: NewDelivery,
    pub(crate) events: Vec<NewEvent>,
    pub(crate) query: String,
    pub(crate) answer: String,
    pub(crate) body: Bytes,
    pub(crate) body_bytes: i64,
    pub(crate) encoding: i64,
}

impl Delivery {
    pub(crate) fn new(
        i: Ingest,
        sealer: &Sealer,
    ) -> Result<(Self, Option<crate::AfterCommit>), Error> {
        let Ingest { delivery: mut new, events, after } = i;
        let body_bytes = i64::try_from(new.body.len()).unwrap_or(i64::MAX);
        let mut body = std::mem::take(&mut new.body);
        let mut encoding = RAW;
        if body.len() > limits::COMPRESS_ABOVE {
            let small = zstd::bulk::compress(&body, ZSTD_LEVEL)
                .map_err(|e| Error::Damaged(e.to_string()))?;
            if small.len() < body.len() {
                body = small.into();
                encoding = ZSTD;
            }
        }
        let mut query = std::mem::take(&mut new.query);
        if new.sealed {
            body = sealer.seal(&body_place(new.id), &body)?.into();
            query = hex::encode(sealer.seal(&query_place(new.id), query.as_bytes())?);
        }
        if new.headers.is_empty() {
            new.headers.push_str("[]");
        }
        let answer = json(&new.answer)?;
        Ok((Self { new, events, query, answer, body, body_bytes, encoding }, after))
    }

    /// What it takes of the queue and of a commit.
    pub(crate) fn size(&self) -> usize {
        self.body.len() + self.new.headers.len() + self.query.len()
    }
}

pub(crate) fn body_place(id: DeliveryId) -> String {
    place("deliveries", "body", id.uuid())
}
pub(crate) fn query_place(id: DeliveryId) -> String {
    place("deliveries", "query", id.uuid())
}

/// A journal row with its documents printed.
pub(crate) struct Step {
    pub(crate) row: StepRow,
    pub(crate) output: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) pinned: Option<String>,
}

impl Step {
    pub(crate) fn new(mut row: StepRow) -> Result<Self, Error> {
        let output = row.output.take().map(|v| json(&v)).transpose()?;
        let pinned = row.pinned.take().map(|v| json(&v)).transpose()?;
        let error = row.error.take().map(|v| json(&v)).transpose()?;
        Ok(Self { row, output, error, pinned })
    }
    fn size(&self) -> usize {
        [&self.output, &self.pinned, &self.error].into_iter().flatten().map(String::len).sum()
    }
}

/// An attempt with its documents printed.
pub(crate) struct Try {
    pub(crate) attempt: Attempt,
    pub(crate) error: Option<String>,
    pub(crate) exchanges: String,
}

/// Progress as its rows will be.
pub(crate) struct Work {
    pub(crate) lease: Lease,
    pub(crate) steps: Vec<Step>,
    pub(crate) tries: Vec<Try>,
    pub(crate) next: Then,
    /// What the sender of the run's delivery is answered from now on.
    pub(crate) answer: Option<String>,
    /// Events for other flows that are made with this progress, or not at all.
    pub(crate) published: Vec<Delivery>,
}

/// [`Next`] with its error printed.
pub(crate) enum Then {
    Keep {
        begun: Places,
    },
    Wait {
        due_at: i64,
        step: Option<String>,
        unsafe_next: Places,
        error: Option<String>,
        connection: bool,
        gate: Uuid,
    },
    End {
        state: &'static str,
        step: Option<String>,
        error: Option<String>,
        finished_at: i64,
    },
}

impl Work {
    pub(crate) fn new(p: Progress) -> Result<Self, Error> {
        let mut steps: Vec<Step> = Vec::with_capacity(p.steps.len());
        for row in p.steps {
            // One statement may not touch a row twice: the last word of a row counts.
            let same = |s: &Step| s.row.step == row.step && s.row.item == row.item;
            match steps.iter().position(same) {
                Some(at) => steps[at] = Step::new(row)?,
                None => steps.push(Step::new(row)?),
            }
        }
        let tries = p.attempts.into_iter().map(|mut attempt| {
            let exchanges = json(&std::mem::take(&mut attempt.exchanges))?;
            let error = attempt.error.take().map(|v| json(&v)).transpose()?;
            Ok(Try { attempt, error, exchanges })
        });
        let text = |e: Option<StepError>| e.map(|e| json(&e)).transpose();
        Ok(Self {
            lease: p.lease,
            steps,
            answer: None,
            published: Vec::new(),
            tries: tries.collect::<Result<_, Error>>()?,
            next: match p.next {
                Next::Keep { begun } => Then::Keep { begun },
                Next::Wait { due_at, step, unsafe_next, error, gate } => Then::Wait {
                    due_at: due_at.0,
                    step,
                    unsafe_next,
                    connection: error
                        .as_ref()
                        .is_some_and(|e| e.code == domain::Code::ConnectionBroken),
                    error: text(error)?,
                    gate: gate.map_or(Uuid::nil(), |g| Uuid::from_bytes(g.0)),
                },
                Next::End { state, step, error, finished_at } => Then::End {
                    state: state.as_str(),
                    step,
                    error: text(error)?,
                    finished_at: finished_at.0,
                },
            },
        })
    }

    /// What it takes of a commit.
    pub(crate) fn size(&self) -> usize {
        self.steps.iter().map(Step::size).sum::<usize>()
            + self.tries.iter().map(|t| t.exchanges.len()).sum::<usize>()
            + self.published.iter().map(Delivery::size).sum::<usize>()
    }
}

/// JSON text of a value of the product.
pub(crate) fn json<T: Serialize>(v: &T) -> Result<String, Error> {
    serde_json::to_string(v).map_err(|e| Error::Damaged(e.to_string()))
}

/// A delivery that waits for its commit.
pub(crate) struct IngestRequest {
    pub(crate) delivery: Delivery,
    pub(crate) after: Option<crate::AfterCommit>,
    pub(crate) reply: tokio::sync::oneshot::Sender<Result<Ingested, Error>>,
    /// Frees its share of the queue when dropped.
    pub(crate) _room: super::queue::Room,
}

/// Progress that waits for its commit.
pub(crate) struct ApplyRequest {
    pub(crate) work: std::sync::Arc<Work>,
    pub(crate) reply: tokio::sync::oneshot::Sender<Result<Applied, Error>>,
}
