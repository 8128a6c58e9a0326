//! Several nodes on one database. The world has one; a test that is about more starts the others,
//! each of which can die, stop and be asked by itself.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use domain::clock::ManualClock;
use domain::ids::NodeId;
use engine::manage::Manage;
use engine::{Config, Engine};

use super::base::Locked;
use super::node::{Node, Plan};
use super::{Body, Hook, Kind, Reply, Request, World};

/// How another node differs from the first.
#[derive(Clone, Default)]
pub struct Setup {
    /// A clock of its own, which stands still when the others go on: a frozen process.
    pub clock: Option<Arc<ManualClock>>,
    /// What it does; its address is set at the start.
    pub config: Config,
    /// Without the tests' own connector in its files.
    pub without_shop: bool,
}

/// One of several nodes. Clones are the same node.
#[derive(Clone)]
pub struct Peer {
    node: Arc<Mutex<Option<Node>>>,
    pub clock: Arc<ManualClock>,
}

impl Peer {
    pub(super) fn new(node: Node, clock: Arc<ManualClock>) -> Peer {
        Peer { node: Arc::new(Mutex::new(Some(node))), clock }
    }

    pub(super) fn take(&self) -> Option<Node> {
        self.node.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(super) fn put(&self, node: Node) {
        *self.node.lock().unwrap_or_else(PoisonError::into_inner) = Some(node);
    }

    /// Its engine, while it runs.
    pub(super) fn engine(&self) -> Option<Engine> {
        let node = self.node.lock().unwrap_or_else(PoisonError::into_inner);
        node.as_ref().map(|n| n.engine.clone())
    }

    /// Something of its engine.
    pub fn with_engine<T>(&self, f: impl FnOnce(&Engine) -> T) -> T {
        self.with(|n| f(&n.engine))
    }

    /// Something of the running node.
    pub(crate) fn with<T>(&self, f: impl FnOnce(&Node) -> T) -> T {
        let node = self.node.lock().unwrap_or_else(PoisonError::into_inner);
        f(node.as_ref().expect("the node runs"))
    }

    /// Its name among the nodes, which is a new one after it was fenced.
    pub fn id(&self) -> NodeId {
        self.with(|n| n.engine.node())
    }

    /// Whether it is sure of its lease (semantics S5).
    pub fn holds_its_lease(&self) -> bool {
        self.with(|n| n.engine.holds_its_lease())
    }

    /// Where it listens, if it runs.
    pub(super) fn running(&self) -> Option<SocketAddr> {
        let node = self.node.lock().unwrap_or_else(PoisonError::into_inner);
        node.as_ref().map(|n| n.addr)
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.with(|n| n.addr)
    }

    /// Posts to a flow's address at this node.
    pub async fn post(&self, hook: &Hook, body: Body) -> Reply {
        let request = Request::post(&hook.path, body);
        request.send(self.addr()).await.unwrap_or_else(|e| panic!("no answer: {e}"))
    }

    /// Runs something inside the node's process.
    pub async fn on_node<T: Send + 'static>(
        &self,
        f: impl Future<Output = T> + Send + 'static,
    ) -> T {
        let task = self.with(|n| n.spawn(f));
        task.await.expect("the node lives")
    }

    /// What a person who reaches this node can do.
    pub async fn ask<T, F>(&self, f: impl FnOnce(Manage) -> F) -> T
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let manage = self.with(|n| n.manage.now());
        self.on_node(f(manage)).await
    }

    /// Tells it to take no more work.
    pub fn retire(&self) {
        self.with(|n| n.engine.retire());
    }

    /// Asks it something over HTTP.
    pub async fn get(&self, path: &str) -> Reply {
        Request::new("GET", path).send(self.addr()).await.unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    /// All runs of a flow as this node sees them, newest first.
    pub async fn runs(&self, hook: &Hook) -> Vec<domain::run::Run> {
        let flow = Some(hook.id);
        let filter = store::RunFilter { flow, ..store::RunFilter::default() };
        self.ask(|m| async move { m.runs(filter).await }).await.expect("runs")
    }

    /// Tells it to stop, as SIGTERM does, with so long for requests under way.
    pub async fn stop(&self, grace: domain::Span) {
        let engine = self.with(|n| n.engine.clone());
        self.on_node(async move { engine.stop(grace).await }).await;
    }
}

impl World {
    /// Starts another node on the same database, which must be PostgreSQL.
    pub async fn another(&self) -> Peer {
        self.another_with(Setup::default()).await
    }

    /// The same, different from the first.
    pub async fn another_with(&self, setup: Setup) -> Peer {
        assert_eq!(self.kind, Kind::Postgres, "SQLite has one node");
        let clock = setup.clock.clone().unwrap_or_else(|| self.clock.clone());
        let plan = Plan {
            clock: clock.clone(),
            config: setup.config,
            without_shop: setup.without_shop,
            // All nodes are one server to those outside.
            public_url: self.node.running().map(|n| format!("http://{n}")),
            ..self.plan.clone()
        };
        let peer = Peer::new(Node::start(&plan).await, clock);
        self.others.lock().unwrap_or_else(PoisonError::into_inner).push(peer.clone());
        peer
    }

    /// The node that the world began with.
    pub fn first(&self) -> &Peer {
        &self.node
    }

    /// Kills a node without a goodbye; its lease goes on until [`World::forget`] or its time.
    pub async fn kill(&self, peer: &Peer) -> NodeId {
        let id = peer.id();
        peer.take().expect("the node runs").crash().await;
        id
    }

    /// Keeps a node from renewing its lease, until the guard is released.
    pub async fn hold_lease(&self, node: NodeId) -> Locked {
        let id = node.uuid();
        self.home.hold(&format!("SELECT 1 FROM nodes WHERE id = '{id}' FOR NO KEY UPDATE")).await
    }

    /// Takes the time of a node's lease as passed: the database's clock cannot be moved.
    pub async fn forget(&self, node: NodeId) {
        self.home.forget_node(node).await;
    }

    /// All running nodes whose time the test moves with the world's.
    pub(super) fn in_time(&self) -> Vec<Engine> {
        let others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let all = std::iter::once(&self.node).chain(others.iter());
        let with = all.filter(|p| Arc::ptr_eq(&p.clock, &self.clock));
        with.filter_map(Peer::engine).filter(|e| !e.has_left()).collect()
    }
}
