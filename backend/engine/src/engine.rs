//! The engine as a whole: what its parts share, how it starts and how it stops.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use arc_swap::ArcSwap;
use connect::outbound::Outbound;
use connect::registry::Connector;
use domain::clock::SharedClock;
use domain::connection::{Connection, ConnectionState};
use domain::delivery::Answer;
use domain::failpoint::{self, Point};
use domain::ids::{ConnectionId, FlowId, NodeId, WorkspaceId};
use domain::node::Role;
use domain::outcome::StepError;
use domain::run::RunState;
use domain::{Code, Secret, Span, Time, limits};
use store::{
    Applied, ConnectionStateChange, Db, FlowState, Ingest, Lease, Next, NodeLease, Progress, Ready,
};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::answers::Answers;
use crate::cache::FlowCache;
use crate::connectors::Shelf;
use crate::credentials::Credentials;
use crate::gates::Gates;
use crate::live::Live;
use crate::publish::{Boards, Health};
use crate::suspect::Suspects;
use crate::tokens::NotFresh;

/// How this node works.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address of this server as senders see it, without a slash at the end.
    pub public_url: String,
    /// Runs executed at once.
    pub workers: usize,
    pub role: Role,
    /// Senders that wait for runs at once.
    pub waiting: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:8080".into(),
            workers: limits::WORKERS,
            role: Role::All,
            waiting: limits::RESPOND_WAITING,
        }
    }
}

/// What the parts of the engine share.
pub struct Shared {
    pub db: Db,
    pub clock: SharedClock,
    pub shelf: Arc<Shelf>,
    pub outbound: Arc<Outbound>,
    pub cache: FlowCache,
    pub config: Config,
    pub(crate) credentials: Credentials,
    pub(crate) suspects: Suspects,
    /// Public keys of senders.
    pub(crate) keys: crate::outside::Keys,
    pub(crate) boards: Boards,
    pub(crate) health: Health,
    /// Senders that wait for runs.
    pub(crate) answers: Answers,
    /// What calls must pass before they are sent.
    pub gates: Arc<Gates>,
    /// Those who watch what happens.
    pub live: Arc<Live>,
    /// Places for senders that are made to wait by an address without a flow.
    pub(crate) slow: Semaphore,
    pub(crate) lease: ArcSwap<NodeLease>,
    /// Free places for runs.
    pub(crate) slots: Arc<Semaphore>,
    /// The queue was not looked at yet: there may be older work than what arrives now.
    pub(crate) behind: AtomicBool,
    /// Monotonic microseconds of the last renewal of the node's lease.
    pub(crate) renewed: AtomicI64,
    /// The database is not on hold (semantics S26), or not any more.
    pub(crate) free: CancellationToken,
    /// No more work is taken; deliveries are.
    pub(crate) retired: CancellationToken,
    /// Nothing new begins.
    pub(crate) stop: CancellationToken,
    /// The node holds nothing any more.
    pub(crate) left: CancellationToken,
    pub(crate) tasks: TaskTracker,
}

/// The running engine. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub shared: Arc<Shared>,
}

impl Engine {
    /// Joins the nodes of the database and starts to work.
    ///
    /// # Errors
    /// If the store does not take the node.
    pub async fn start(
        db: Db,
        clock: SharedClock,
        shelf: Arc<Shelf>,
        outbound: Arc<Outbound>,
        config: Config,
    ) -> Result<Engine, store::Error> {
        shelf.open(&db).await?;
        shelf.reload(&db).await?;
        let role = config.role;
        let lease = db.join_as(role).await?;
        let held = db.hold().await?.is_some();
        let places = if role.works() && !held { config.workers } else { 0 };
        let shared = Arc::new(Shared {
            cache: FlowCache::new(db.clone(), shelf.clone(), outbound.clone(), &config.public_url),
            credentials: Credentials::new(db.clone()),
            keys: crate::outside::Keys::default(),
            suspects: Suspects::default(),
            boards: Boards::new(db.clone()),
            health: Health::default(),
            answers: Answers::new(config.waiting),
            gates: Gates::new(db.clone(), clock.clone(), lease),
            live: Live::new(db.clone()),
            slow: Semaphore::new(limits::TEMPORARY_WAITING),
            lease: ArcSwap::from_pointee(lease),
            slots: Arc::new(Semaphore::new(places)),
            behind: AtomicBool::new(true),
            renewed: AtomicI64::new(clock.mono().micros()),
            free: CancellationToken::new(),
            retired: CancellationToken::new(),
            stop: CancellationToken::new(),
            left: CancellationToken::new(),
            tasks: TaskTracker::new(),
            db,
            clock,
            shelf,
            outbound,
            config,
        });
        // Not among the tasks that a stop waits for: the lease holds until the last of them ends.
        tokio::spawn(crate::node::keep_alive(shared.clone()));
        shared.gates.look().await?;
        shared.tasks.spawn(crate::gates::follow(shared.clone()));
        shared.tasks.spawn(crate::live::tail(shared.clone()));
        shared.tasks.spawn(crate::connectors::follow(shared.clone()));
        if held {
            shared.tasks.spawn(crate::hold::watch(shared.clone()));
        } else {
            shared.free.cancel();
        }
        shared.tasks.spawn(crate::node::keep_room(shared.clone()));
        if role.works() {
            let s = &shared;
            s.when_free(crate::alerts::look(s.clone()));
            s.when_free(crate::node::housekeeping(s.clone()));
            s.when_free(crate::claiming::claim_loop(s.clone()));
            s.when_free(crate::bulk::work_off(s.clone()));
            s.when_free(crate::triggers::look_after(s.clone()));
            shared.tasks.spawn(crate::search::indexer::run(shared.clone()));
        }
        Ok(Engine { shared })
    }

    /// Reads the folders of connectors again.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn reload_connectors(&self) -> Result<crate::connectors::Reloaded, store::Error> {
        let done = self.shared.shelf.reload(&self.shared.db).await?;
        self.shared.cache.forget_programs();
        Ok(done)
    }

    /// Takes no more work, and says so to whoever asks whether it is ready. Deliveries are still
    /// stored; other nodes, or the next start, run them.
    pub fn retire(&self) {
        self.shared.retired.cancel();
    }

    /// Stops taking work and deliveries, lets what runs go on for at most `grace`, gives back the
    /// rest. Called again it waits no longer than the shorter grace.
    pub async fn stop(&self, grace: domain::Span) {
        self.retire();
        self.shared.stop.cancel();
        self.shared.tasks.close();
        let until = self.shared.clock.timer(self.shared.clock.now().plus(grace));
        tokio::select! {
            () = self.shared.tasks.wait() => {}
            () = until => tracing::warn!("some requests are still under way; their runs go on at the next start"),
        }
        self.shared.left.cancel();
        let lease = **self.shared.lease.load();
        // Whoever still runs here finds that it holds nothing, before another node takes it.
        self.shared.lease.store(Arc::new(NodeLease { epoch: NOBODY, ..lease }));
        if lease.epoch == NOBODY {
            return;
        }
        if let Err(e) = self.shared.db.leave(lease).await {
            tracing::warn!(error = %e, "the node could not say goodbye");
        }
    }

    /// Whether this node is sure that its runs are its own (semantics S5); it starts none otherwise.
    pub fn holds_its_lease(&self) -> bool {
        self.shared.may_send()
    }

    /// The name of this node among the others; a new one once it was fenced.
    pub fn node(&self) -> NodeId {
        self.shared.lease.load().node
    }

    /// Whether this node is going: it takes no more work, and a load balancer should send no more
    /// deliveries.
    pub fn retired(&self) -> bool {
        self.shared.retired.is_cancelled()
    }

    /// Whether this node holds nothing any more: the end of a stop.
    pub fn has_left(&self) -> bool {
        self.shared.left.is_cancelled()
    }

    /// What this node does.
    pub fn role(&self) -> Role {
        self.shared.config.role
    }

    /// Whether the engine is shutting down: nothing new is accepted.
    pub fn stopping(&self) -> bool {
        self.shared.stop.is_cancelled()
    }
}

impl Shared {
    /// Starts what must rest while the database is on hold.
    fn when_free(self: &Arc<Self>, work: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(crate::hold::after(self.clone(), work));
    }

    pub(crate) fn now(&self) -> Time {
        self.db.now()
    }

    /// Right before the first byte of a request: whether this node is sure of its lease
    /// (semantics S5).
    pub(crate) fn may_send(&self) -> bool {
        let silent = self.clock.mono().micros() - self.renewed.load(Ordering::Relaxed);
        silent < limits::LEASE_DOUBT.micros()
    }

    /// Waits until this node is sure of its lease again; false when the run is another node's by
    /// then, or the engine stops.
    pub(crate) async fn sure_of(&self, lease: Lease) -> bool {
        loop {
            let mine = **self.lease.load();
            if (mine.node, mine.epoch) != (lease.node, lease.epoch) {
                return false;
            }
            if self.may_send() {
                return true;
            }
            if self.stop.is_cancelled() {
                return false;
            }
            let later = self.clock.timer(self.clock.now().plus(Span::ms(100)));
            tokio::select! { () = later => {}, () = self.stop.cancelled() => {} }
        }
    }

    /// Whether a person has paused the flow, so that its runs start no further step.
    pub(crate) async fn is_paused(&self, ws: WorkspaceId, flow: FlowId) -> bool {
        let live = self.cache.by_id(ws, flow).await.ok().flatten();
        live.is_some_and(|l| l.state == FlowState::Paused)
    }

    /// Stores what a worker did. What was sent cannot be unsent, so a database that does not take
    /// it is asked again until it does; only the end of the engine gives up, and then the run is
    /// repeated from its last commit.
    pub(crate) async fn apply_surely(&self, p: Progress) -> Option<Applied> {
        self.take_surely(p.lease, Ready::new(p), None).await
    }

    /// The same with an answer, which is given to the senders that wait once it is stored.
    pub(crate) async fn answer_surely(&self, p: Progress, answer: Answer) -> Option<Applied> {
        self.take_surely(p.lease, Ready::answering(p, &answer), Some(answer)).await
    }

    /// The same with events for other flows, which are stored in the same commit.
    pub(crate) async fn publish_surely(
        &self,
        p: Progress,
        answer: Option<Answer>,
        events: Vec<Ingest>,
    ) -> Option<Applied> {
        let lease = p.lease;
        let ready = self.db.publishing(p, answer.as_ref(), events);
        self.take_surely(lease, ready, answer).await
    }

    async fn take_surely(
        &self,
        lease: Lease,
        ready: Result<Ready, store::Error>,
        answer: Option<Answer>,
    ) -> Option<Applied> {
        match self.apply_until_taken(lease, ready).await {
            Ok(applied) => {
                if let (Some(Applied::Applied { .. }), Some(answer)) = (applied, answer) {
                    self.answers.give(lease.run, answer);
                }
                applied
            }
            Err(e) => {
                // It will never be taken as it is: the run must not vanish with it.
                tracing::error!(run.id = %lease.run, error = %e, "progress cannot be stored");
                let end = Ready::new(unstorable(lease, &e, self.now()));
                self.apply_until_taken(lease, end).await.ok().flatten()
            }
        }
    }

    async fn apply_until_taken(
        &self,
        lease: Lease,
        ready: Result<Ready, store::Error>,
    ) -> Result<Option<Applied>, store::Error> {
        let ready = ready?;
        let mut pause = Span::ms(100);
        loop {
            match self.db.apply_ready(&ready).await {
                Ok(applied) => {
                    failpoint::reach(Point::Stored, "");
                    return Ok(Some(applied));
                }
                Err(_) if self.stop.is_cancelled() => return Ok(None),
                Err(e) if e.is_transient() => {
                    tracing::warn!(run.id = %lease.run, error = %e, "storing progress again");
                }
                Err(e) => return Err(e),
            }
            let later = self.clock.timer(self.clock.now().plus(pause));
            tokio::select! { () = later => {}, () = self.stop.cancelled() => {} }
            pause = pause.plus(pause).min(limits::POLL.plus(limits::LEASE_RENEW));
        }
    }

    pub(crate) async fn connection(
        &self,
        ws: WorkspaceId,
        id: ConnectionId,
    ) -> Result<Option<Connection>, store::Error> {
        self.credentials.connection(ws, id).await
    }

    /// What renews credentials.
    pub(crate) fn renewer(&self) -> crate::tokens::Renewer<'_> {
        let (db, outbound, clock) = (&self.db, &*self.outbound, &self.clock);
        crate::tokens::Renewer { db, outbound, clock, public_url: &self.config.public_url }
    }

    pub(crate) async fn secrets(
        &self,
        flow: FlowId,
    ) -> Result<Arc<BTreeMap<String, Secret>>, store::Error> {
        self.credentials.secrets(flow).await
    }

    /// Marks a connection as broken, with the reason; its jobs wait from now on.
    pub(crate) async fn break_connection(
        &self,
        ws: WorkspaceId,
        id: ConnectionId,
        why: &StepError,
    ) {
        tracing::warn!(connection.id = %id, workspace.id = %ws, reason = %why.message, "connection is broken");
        let change = ConnectionStateChange {
            id,
            state: ConnectionState::Broken,
            note: Some(why.text().kept()),
        };
        if let Err(e) = self.db.set_connection_state(change).await {
            tracing::error!(connection.id = %id, error = %e, "its state was not stored");
        }
    }

    /// Runs the connection's own test after a 401 (semantics S14). True: it is broken.
    pub(crate) async fn is_broken(
        &self,
        ws: WorkspaceId,
        id: ConnectionId,
        connector: &Connector,
        why: &StepError,
    ) -> bool {
        let Ok(Some(c)) = self.connection(ws, id).await else {
            return false;
        };
        if c.state == ConnectionState::Broken {
            return true;
        }
        let c = match self.renewer().fresh(connector, c, false).await {
            Ok(c) => c,
            Err(NotFresh::Refused(error)) => {
                self.break_connection(ws, id, &error).await;
                return true;
            }
            Err(NotFresh::Later(_) | NotFresh::Store(_)) => return false,
        };
        match self.outbound.test_connection(connector, &c).await {
            Err((error, _)) if error.side == domain::Side::Access => {
                self.break_connection(ws, id, why).await;
                true
            }
            // It works, or a service that is down says nothing about the credentials.
            _ => false,
        }
    }
}

/// The epoch of a node that has left; no lease has it.
const NOBODY: i64 = -1;

/// Parks a run whose progress the database refuses for good.
fn unstorable(lease: Lease, why: &store::Error, finished_at: Time) -> Progress {
    let en = format!("what the run did could not be stored: {why}");
    let ru = "сделанное запуском не удалось сохранить; причина в журнале сервера";
    let error = Some(StepError::new(Code::Internal, (en, ru)));
    let next = Next::End { state: RunState::Parked, step: None, error, finished_at };
    Progress { lease, steps: Vec::new(), attempts: Vec::new(), next }
}

/// A random number of 0..=1, for jitter.
pub(crate) fn roll() -> f64 {
    let part = u32::try_from(domain::ids::random() >> 32).unwrap_or(0);
    f64::from(part) / f64::from(u32::MAX)
}
