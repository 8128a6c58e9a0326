//! One transaction: what is in it, how it is written, who is answered what.

use domain::Time;

use super::op::Op;
use super::order::{Order, wanted};
use super::prepare::{ApplyRequest, Delivery, IngestRequest, Work};
use super::{Effects, Fail, apply, ingest};
use crate::live::Gathered;
use crate::sql::Conn;
use crate::{Applied, Error, Ingested};

/// The requests of one commit.
#[derive(Default)]
pub(crate) struct Turn {
    pub(crate) applies: Vec<ApplyRequest>,
    pub(crate) ingests: Vec<IngestRequest>,
    pub(crate) ops: Vec<Box<dyn Op>>,
    /// What it changes is gathered.
    pub(crate) watched: bool,
}

/// One outcome per request, in order.
pub(crate) struct Outcomes {
    applies: Vec<Result<Applied, Error>>,
    ingests: Vec<Result<Ingested, Error>>,
    ops: Vec<Result<(), Error>>,
    pub(crate) effects: Effects,
}

impl Turn {
    pub(crate) fn len(&self) -> usize {
        self.applies.len() + self.ingests.len() + self.ops.len()
    }

    /// Writes everything; the transaction stays open. One bad request spoils all of them, except
    /// that a rare change is undone alone.
    pub(crate) async fn together(&mut self, conn: &mut Conn, now: Time) -> Result<Outcomes, Fail> {
        let mut effects = Effects::of(Gathered::new(self.watched));
        let works: Vec<&Work> = self.applies.iter().map(|r| &*r.work).collect();
        let mut ended = Vec::new();
        let applies = if works.is_empty() {
            Vec::new()
        } else {
            apply::batch(conn, &works, &mut ended, (now, &mut effects)).await?
        };
        let deliveries: Vec<&Delivery> = self.ingests.iter().map(|r| &r.delivery).collect();
        let order = Order::of(conn, &ended, wanted(&deliveries), &mut effects).await?;
        let ingests = if deliveries.is_empty() {
            Vec::new()
        } else {
            ingest::batch(conn, &deliveries, (order, now), &mut effects).await?
        };
        let ops = self.run_ops(conn, &mut effects).await?;
        Ok(Outcomes {
            applies: applies.into_iter().map(Ok).collect(),
            ingests: ingests.into_iter().map(Ok).collect(),
            ops,
            effects,
        })
    }

    /// Writes one request after the other, each undone alone if it fails.
    pub(crate) async fn one_by_one(
        &mut self,
        conn: &mut Conn,
        now: Time,
    ) -> Result<Outcomes, Fail> {
        let mut effects = Effects::of(Gathered::new(self.watched));
        let mut applies = Vec::with_capacity(self.applies.len());
        for r in &self.applies {
            let mut own = Effects::of(effects.news.part());
            conn.plain("SAVEPOINT one").await?;
            let got = apply_one(conn, &r.work, now, &mut own).await;
            let got = settle(conn, got, &mut effects, own).await?;
            applies.push(got.map(|v| v.first().copied().unwrap_or(Applied::Superseded)));
        }
        let mut ingests = Vec::with_capacity(self.ingests.len());
        let deliveries: Vec<&Delivery> = self.ingests.iter().map(|r| &r.delivery).collect();
        for d in deliveries {
            let mut own = Effects::of(effects.news.part());
            conn.plain("SAVEPOINT one").await?;
            let got = ingest_one(conn, d, now, &mut own).await;
            let got = settle(conn, got, &mut effects, own).await?;
            ingests.push(got.and_then(|v| v.into_iter().next().ok_or(Error::Closed)));
        }
        let ops = self.run_ops(conn, &mut effects).await?;
        Ok(Outcomes { applies, ingests, ops, effects })
    }

    async fn run_ops(
        &mut self,
        conn: &mut Conn,
        effects: &mut Effects,
    ) -> Result<Vec<Result<(), Error>>, Fail> {
        let mut out = Vec::with_capacity(self.ops.len());
        // Alone in its transaction, it is undone with it.
        let alone = self.len() == 1;
        for op in &mut self.ops {
            if alone {
                op.run(conn, effects).await?;
                out.push(Ok(()));
                continue;
            }
            let mut own = Effects::of(effects.news.part());
            conn.plain("SAVEPOINT one").await?;
            let got = op.run(conn, &mut own).await;
            out.push(settle(conn, got, effects, own).await?);
        }
        Ok(out)
    }

    /// Everyone gets the same error.
    pub(crate) fn fail(self, error: &Error) {
        for r in self.applies {
            let _ = r.reply.send(Err(error.clone()));
        }
        for r in self.ingests {
            answer(r, Err(error.clone()));
        }
        for op in self.ops {
            op.done(Err(error.clone()));
        }
    }

    /// Everyone gets their own outcome. Called only after COMMIT returned without an error.
    pub(crate) fn answer(self, outcomes: Outcomes) {
        for (r, got) in self.ingests.into_iter().zip(outcomes.ingests) {
            answer(r, got);
        }
        for (r, got) in self.applies.into_iter().zip(outcomes.applies) {
            let _ = r.reply.send(got);
        }
        for (op, got) in self.ops.into_iter().zip(outcomes.ops) {
            op.done(got);
        }
    }
}

async fn apply_one(
    conn: &mut Conn,
    work: &Work,
    now: Time,
    effects: &mut Effects,
) -> Result<Vec<Applied>, Fail> {
    let mut ended = Vec::new();
    let applied = apply::batch(conn, &[work], &mut ended, (now, &mut *effects)).await?;
    Order::of(conn, &ended, wanted(&[]), effects).await?;
    Ok(applied)
}

async fn ingest_one(
    conn: &mut Conn,
    d: &Delivery,
    now: Time,
    effects: &mut Effects,
) -> Result<Vec<Ingested>, Fail> {
    let order = Order::of(conn, &[], wanted(&[d]), effects).await?;
    ingest::batch(conn, &[d], (order, now), effects).await
}

fn answer(r: IngestRequest, got: Result<Ingested, Error>) {
    if let Some(after) = r.after {
        after(&got);
    }
    // The sender may have gone; what is stored stays stored.
    let _ = r.reply.send(got);
}

/// Closes the savepoint. An error that leaves no transaction to go on with is passed on.
async fn settle<T>(
    conn: &mut Conn,
    got: Result<T, Fail>,
    effects: &mut Effects,
    own: Effects,
) -> Result<Result<T, Error>, Fail> {
    match got {
        Ok(v) => {
            conn.plain("RELEASE SAVEPOINT one").await?;
            effects.add(own);
            Ok(Ok(v))
        }
        Err(fail) if fail.is_common() => Err(fail),
        Err(fail) => {
            conn.plain("ROLLBACK TO SAVEPOINT one").await?;
            conn.plain("RELEASE SAVEPOINT one").await?;
            Ok(Err(fail.error))
        }
    }
}
