//! One run in the hands of a worker: from where its journal ends to its end, or to a pause.

use std::sync::Arc;

use domain::delivery::Answer;
use domain::ids::{FlowId, RunId, WorkspaceId};
use domain::journal::{Attempt, StepRow};
use domain::outcome::Outcome;
use domain::{GateKey, Time, limits};
use mapping::Context;
use store::{Ingest, Lease, Next as JobNext, Places};

use crate::call::Landed;
use crate::engine::Shared;
use crate::files::DeliveryFiles;
use crate::flights::Flights;
use crate::machine::{self, At, Machine, Next};
use crate::program::{Kind, Program};
use crate::respond::Pending;
use crate::settle::cancelled;

/// A run with all that a worker needs to go on with it.
pub struct Job {
    pub lease: Lease,
    pub workspace: WorkspaceId,
    pub flow: FlowId,
    pub run: RunId,
    pub created_at: Time,
    pub program: Arc<Program>,
    /// The rows that the store has.
    pub journal: Vec<StepRow>,
    /// What the first step sees.
    pub context: Context,
    pub files: DeliveryFiles,
    /// The unsafe actions that the claim or the ingest commit marked as begun.
    pub begun: Places,
    /// The unsafe actions that a dead worker had begun: their outcome is unknown.
    pub interrupted: Places,
    pub cancel: bool,
    /// It starts for the first time, and is no replay.
    pub fresh: bool,
    pub hops: u32,
    /// The sender of its delivery waits for an answer.
    pub pending: Option<Box<Pending>>,
}

/// Why the worker let go of the run.
#[derive(Debug, PartialEq, Eq)]
pub enum Left {
    Ended,
    Waits,
    /// Another node has it, or the store did not take the progress.
    Lost,
}

/// Why nothing more is started; what is under way is finished first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Halt {
    Cancelled,
    /// The flow was paused or this node stops: this frame would have been next.
    Paused(At),
    /// The run is another node's.
    Lost,
}

pub(crate) struct Runner<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) program: &'a Program,
    pub(crate) run: RunOf<'a>,
    pub(crate) machine: Machine<'a>,
    pub(crate) flights: Flights<'a, Landed<'a>>,
    /// Rows not committed yet: they go with the next commit.
    pub(crate) rows: Vec<StepRow>,
    pub(crate) attempts: Vec<Attempt>,
    /// Events for other flows: they go with the next commit too.
    pub(crate) published: Vec<Ingest>,
    /// The sender of the delivery waits for an answer.
    pub(crate) pending: Option<Box<Pending>>,
    /// An answer that is not committed yet.
    pub(crate) answer: Option<Answer>,
    /// Unsafe actions that the job's row calls begun.
    pub(crate) begun: Places,
    /// Unsafe actions under way.
    pub(crate) unsafe_flying: Places,
    interrupted: Places,
    /// Something was sent since the run was claimed.
    pub(crate) acted: bool,
    pub(crate) halt: Option<Halt>,
    /// The frame that met a closed gate last, and the gate.
    pub(crate) gate: Option<(At, GateKey)>,
}

/// What of a run stays the same while it is executed.
pub(crate) struct RunOf<'a> {
    pub(crate) lease: Lease,
    pub(crate) workspace: WorkspaceId,
    pub(crate) flow: FlowId,
    pub(crate) id: RunId,
    pub(crate) created_at: Time,
    pub(crate) files: &'a DeliveryFiles,
    pub(crate) hops: u32,
}

/// Takes a run as far as it goes now.
pub(crate) async fn run(shared: &Shared, job: Job) -> Left {
    let (program, files) = (job.program, job.files);
    let run = RunOf {
        lease: job.lease,
        workspace: job.workspace,
        flow: job.flow,
        id: job.run,
        created_at: job.created_at,
        files: &files,
        hops: job.hops,
    };
    let machine = Machine::new(&program, job.journal, job.context, job.created_at, shared.now());
    let runner = Runner {
        shared,
        program: &program,
        run,
        machine,
        flights: Flights::default(),
        rows: Vec::new(),
        attempts: Vec::new(),
        published: Vec::new(),
        pending: job.pending,
        answer: None,
        begun: job.begun,
        unsafe_flying: Places::default(),
        interrupted: job.interrupted,
        acted: false,
        halt: job.cancel.then_some(Halt::Cancelled),
        gate: None,
    };
    runner.go().await
}

impl Runner<'_> {
    async fn go(mut self) -> Left {
        self.judge_interrupted().await;
        loop {
            let flying = self.flights.len();
            match self.halt {
                Some(halt) if flying == 0 => return self.leave(halt).await,
                Some(_) => self.land(None).await,
                None if flying >= limits::RUN_CALLS => self.land(None).await,
                None if self.rows.len() >= limits::PROGRESS_ROWS => self.keep().await,
                None => {
                    let next = self.machine.next(self.shared.now(), flying);
                    match self.told(next).await {
                        Some(Next::Step(at)) => self.step(at).await,
                        Some(Next::Close(at)) => self.close(at),
                        Some(Next::Busy { until }) => self.land(until).await,
                        Some(Next::Wait { at, until }) => return self.wait(at, until).await,
                        Some(Next::End(end)) => return self.end(end).await,
                        None => {}
                    }
                }
            }
        }
    }

    /// Unsafe actions that a dead worker had begun: nobody knows whether they were sent.
    async fn judge_interrupted(&mut self) {
        let interrupted = std::mem::take(&mut self.interrupted);
        for (step, item) in interrupted.iter() {
            let Some(at) = self.machine.seize(step, item) else { continue };
            let Some(Kind::Action(a)) = self.machine.node(at).map(|n| &n.kind) else {
                self.machine.give_back(at);
                continue;
            };
            let mut row = self.machine.row(at);
            row.tries += 1;
            let outcome = Outcome::Unknown { error: machine::interrupted() };
            let now = self.shared.now();
            self.attempt(&row, now, now, &outcome, Vec::new());
            self.judge(at, a, row, outcome, None).await;
        }
    }

    /// Waits until a request under way has ended or this moment has come, and judges what ended.
    /// What ended before is committed first.
    async fn land(&mut self, until: Option<Time>) {
        if !self.flights.has_landed() && !self.attempts.is_empty() && self.halt != Some(Halt::Lost)
        {
            self.keep().await;
        }
        if !self.flights.has_landed() {
            match until {
                None => self.flights.land().await,
                Some(until) => {
                    let (wall, now) = (self.shared.clock.now(), self.shared.now());
                    let due = self.shared.clock.timer(wall.plus(until.since(now)));
                    tokio::select! { () = self.flights.land() => {}, () = due => {} }
                }
            }
        }
        while let Some(landed) = self.flights.take_landed() {
            self.landed(landed).await;
        }
    }

    /// Commits what was done and goes on.
    pub(crate) async fn keep(&mut self) {
        let begun = self.unsafe_flying.clone();
        match self.commit(JobNext::Keep { begun }).await {
            Some(false) => {}
            Some(true) => self.stop(Halt::Cancelled),
            None => self.stop(Halt::Lost),
        }
    }

    /// Nothing more is started. That the run is lost counts more than any other reason.
    pub(crate) fn stop(&mut self, why: Halt) {
        if self.halt.is_none() || why == Halt::Lost {
            self.halt = Some(why);
        }
    }

    async fn leave(mut self, why: Halt) -> Left {
        if why == Halt::Lost {
            // What was sent meanwhile is kept, as superseded.
            if !self.attempts.is_empty() {
                self.keep().await;
            }
            return Left::Lost;
        }
        if let Some(end) = self.machine.trouble().cloned() {
            return self.end(end).await;
        }
        match why {
            Halt::Paused(at) => {
                let now = self.shared.now();
                self.wait(at, now).await
            }
            Halt::Cancelled | Halt::Lost => self.end(cancelled()).await,
        }
    }
}
