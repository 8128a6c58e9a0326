//! The loop of one lane: collect, write, commit, answer.

use std::sync::Arc;

use domain::failpoint::{self, Point};
use domain::limits;
use tokio_util::sync::CancellationToken;

use super::checkpoint::{self, Wal};
use super::prepare::Delivery;
use super::queue::Exit;
use super::turn::Turn;
use crate::Error;
use crate::live;
use crate::open::Opener;
use crate::shared::Shared;
use crate::sql::Conn;

/// One lane.
pub(crate) struct Lane {
    pub(crate) exit: Exit,
    pub(crate) conn: Option<Conn>,
    pub(crate) opener: Opener,
    pub(crate) shared: Arc<Shared>,
    /// SQLite only.
    pub(crate) wal: Option<Arc<Wal>>,
    pub(crate) closing: CancellationToken,
}

impl Lane {
    /// Runs until every sender is gone, or until the database cannot be trusted any more.
    pub(crate) async fn run(mut self) {
        while let Some((turn, bytes)) = self.collect().await {
            if self.shared.failed.borrow().is_some() {
                turn.fail(&Error::Closed);
                break;
            }
            if let Err(why) = self.commit(turn).await {
                tracing::error!(error = %why, "the database could not be written; stopping");
                self.shared.failed.send_replace(Some(why));
                break;
            }
            self.tend(bytes).await;
        }
        self.refuse();
        if let Some(conn) = self.conn.take() {
            let _ = conn.close().await;
        }
    }

    /// Waits for a request and takes what else is there. Progress takes at most half of a turn
    /// while deliveries wait, so that neither starves the other.
    async fn collect(&mut self) -> Option<(Turn, usize)> {
        let mut turn = Turn::default();
        let mut bytes = 0;
        let exit = &mut self.exit;
        let mut closed = false;
        while turn.len() == 0 {
            tokio::select! {
                biased;
                Some(op) = exit.ops.recv() => turn.ops.push(op),
                Some(r) = exit.apply.recv() => {
                    bytes += r.work.size();
                    turn.applies.push(r);
                }
                Some(r) = exit.ingest.recv() => {
                    bytes += r.delivery.size();
                    turn.ingests.push(r);
                }
                () = self.closing.cancelled(), if !closed => {
                    // What is queued is still written; nothing more comes in.
                    closed = true;
                    exit.ops.close();
                    exit.apply.close();
                    exit.ingest.close();
                }
                else => return None,
            }
        }
        let (most, most_bytes) = (limits::COMMIT_BATCH, limits::COMMIT_BATCH_BYTES);
        take_applies(exit, &mut turn, &mut bytes, (most / 2, most_bytes / 2));
        // One delivery goes even if what is done is large already.
        while turn.len() < most && (bytes < most_bytes || turn.ingests.is_empty()) {
            let Ok(r) = exit.ingest.try_recv() else { break };
            bytes += Delivery::size(&r.delivery);
            turn.ingests.push(r);
        }
        take_applies(exit, &mut turn, &mut bytes, (most, most_bytes));
        while turn.len() < limits::COMMIT_BATCH {
            let Ok(op) = exit.ops.try_recv() else { break };
            turn.ops.push(op);
        }
        Some((turn, bytes))
    }

    /// One transaction. An error means that this process must write no more.
    async fn commit(&mut self, mut turn: Turn) -> Result<(), String> {
        let now = self.shared.now();
        turn.watched = self.shared.watched();
        let shared = self.shared.clone();
        let orphans = self.wal.is_none().then(|| shared.clone());
        let Some(conn) = self.connected().await else {
            turn.fail(&Error::Database("there is no connection".into()));
            return Ok(());
        };
        let begun = conn.begin().await;
        if begun.is_ok() && shared.failed.borrow().is_some() {
            // It waited for the file, and meanwhile nothing more may be written.
            let _ = conn.rollback().await;
            turn.fail(&Error::Closed);
            return Ok(());
        }
        let mut written = match begun {
            Ok(()) => turn.together(conn, now).await,
            Err(e) => Err(e.into()),
        };
        // A single rare change is undone alone already; a single other request is the guilty one.
        if matches!(&written, Err(f) if !f.is_common()) && turn.len() > 1 {
            written = match conn.rollback().await {
                Ok(()) => match conn.begin().await {
                    Ok(()) => turn.one_by_one(conn, now).await,
                    Err(e) => Err(e.into()),
                },
                Err(e) => Err(e.into()),
            };
        }
        // Last: whoever begins to watch meanwhile is not missed.
        let written = match written {
            Ok(o) => live::record(conn, &shared, &o.effects.news, now).await.map(|()| o),
            Err(fail) => Err(fail),
        };
        let fail = match written {
            Ok(mut outcomes) => match conn.commit().await {
                Ok(()) => {
                    if !turn.ingests.is_empty() {
                        failpoint::reach(Point::Committed, "");
                    }
                    let effects = std::mem::take(&mut outcomes.effects);
                    // First: who has the answer finds the counters as they are now.
                    self.shared.announce(&effects);
                    turn.answer(outcomes);
                    return Ok(());
                }
                Err(e) => {
                    if let Some(shared) = orphans {
                        // It may be committed all the same, with runs that nobody will execute.
                        let deliveries = turn.ingests.iter().map(|r| &r.delivery);
                        shared.orphans.add_handed(deliveries, now);
                    }
                    e.into()
                }
            },
            Err(fail) => fail,
        };
        let undone = if fail.lost { false } else { conn.rollback().await.is_ok() };
        if matches!(fail.error, Error::Database(_) | Error::DiskFull(_) | Error::ReadOnly(_)) {
            tracing::warn!(error = %fail.error, requests = turn.len(), "a commit failed");
        }
        turn.fail(&fail.error);
        if fail.io && self.wal.is_some() {
            return Err(fail.error.to_string());
        }
        if !undone {
            self.conn = None;
        }
        Ok(())
    }

    /// The connection; a lost one is made anew.
    async fn connected(&mut self) -> Option<&mut Conn> {
        if self.conn.is_none() {
            match self.opener.writer().await {
                Ok(c) => self.conn = Some(c),
                Err(e) => tracing::warn!(error = %e, "cannot reach the database"),
            }
        }
        self.conn.as_mut()
    }

    /// Between two transactions: the write-ahead log of SQLite.
    async fn tend(&mut self, bytes: usize) {
        let (Some(wal), Some(conn)) = (&self.wal, &mut self.conn) else { return };
        if wal.written(bytes) {
            match checkpoint::restart(conn).await {
                Ok(()) => {}
                Err(e) if crate::sql::fail::is_io(&e) => {
                    self.shared.failed.send_replace(Some(format!("checkpoint: {e}")));
                }
                Err(e) => tracing::warn!(error = %e, "a checkpoint failed"),
            }
        }
    }

    /// Nothing more is accepted: those who came too late are told so.
    fn refuse(&mut self) {
        self.exit.ops.close();
        self.exit.apply.close();
        self.exit.ingest.close();
        let mut turn = Turn::default();
        while let Ok(op) = self.exit.ops.try_recv() {
            turn.ops.push(op);
        }
        while let Ok(r) = self.exit.apply.try_recv() {
            turn.applies.push(r);
        }
        while let Ok(r) = self.exit.ingest.try_recv() {
            turn.ingests.push(r);
        }
        turn.fail(&Error::Closed);
    }
}

/// Takes progress up to so many requests and bytes.
fn take_applies(exit: &mut Exit, turn: &mut Turn, bytes: &mut usize, most: (usize, usize)) {
    while turn.applies.len() < most.0 && turn.len() < limits::COMMIT_BATCH && *bytes < most.1 {
        let Ok(r) = exit.apply.try_recv() else { break };
        *bytes += r.work.size();
        turn.applies.push(r);
    }
}

#[cfg(test)]
mod tests;
