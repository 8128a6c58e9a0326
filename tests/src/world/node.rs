//! One node of the product on a runtime of its own, so that it can die as a process dies: all of
//! its tasks at once, wherever they are.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use connect::outbound::{Outbound, OutboundConfig};
use connect::registry::{Connector, Registry};
use domain::clock::SharedClock;
use domain::ids::WorkspaceId;
use engine::manage::Manage;
use engine::{Config, Engine};
use store::{Db, KeySource, OpenOptions, Target};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long the threads of a killed node may take to end.
const LAST_BREATH: Duration = Duration::from_secs(10);

/// The manifests of the tests' own connectors.
const OWN: [&str; 3] =
    [include_str!("shop.yaml"), include_str!("feed.yaml"), include_str!("cloud.yaml")];

/// How a node is started.
#[derive(Clone)]
pub(super) struct Plan {
    pub target: Target,
    pub folder: PathBuf,
    pub clock: SharedClock,
    /// PEM of the authorities that it trusts besides the usual ones.
    pub roots: String,
    /// Stubs by connector.
    pub bases: BTreeMap<String, String>,
    pub config: Config,
    /// The tests' own connector is not among its files.
    pub without_shop: bool,
}

pub(crate) struct Node {
    runtime: Runtime,
    pub engine: Engine,
    pub manage: Manage,
    pub addr: SocketAddr,
}

impl Node {
    pub(super) async fn start(plan: &Plan) -> Node {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let opened = runtime.spawn(open(plan.clone())).await.expect("the node starts");
        let (engine, manage, addr) = opened;
        Node { runtime, engine, manage, addr }
    }

    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        f: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.runtime.spawn(f)
    }

    /// Ends every task where it stands. Nothing is written, nobody is told.
    pub(super) async fn crash(self) {
        let Node { runtime, engine, manage, .. } = self;
        if engine.shared.db.is_sqlite() {
            // Its thread would go on without the runtime.
            engine.shared.db.abandon();
        }
        let ended = tokio::task::spawn_blocking(move || {
            runtime.shutdown_timeout(LAST_BREATH);
            drop((engine, manage));
        });
        ended.await.expect("the node ends");
    }
}

async fn open(plan: Plan) -> (Engine, Manage, SocketAddr) {
    let options = OpenOptions {
        target: plan.target,
        key: KeySource::File(plan.folder.join("zveno.key")),
        migrate: true,
        clock: plan.clock.clone(),
        lock: true,
        backlog: domain::limits::BACKLOG,
    };
    let db = Db::open(options).await.expect("the database opens");
    db.fence_dead().await.expect("dead nodes are fenced");
    let bases = plan.bases.into_iter();
    let outbound = Outbound::new(OutboundConfig {
        allow_networks: vec!["127.0.0.0/8".parse().expect("a network")],
        base_urls: bases.map(|(name, url)| (name, url.parse().expect("an address"))).collect(),
        extra_roots_pem: Some(plan.roots),
        clock: plan.clock.clone(),
    });
    let outbound = Arc::new(outbound.expect("the outgoing side"));
    let mut registry = Registry::builtin().expect("the built-in connectors");
    let own = if plan.without_shop { &OWN[1..] } else { &OWN[..] };
    for manifest in own {
        let own = Connector::read("connector.yaml", manifest).unwrap_or_else(|e| panic!("{e}"));
        registry.add(own).expect("another connector");
    }
    let registry = Arc::new(registry);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let addr = listener.local_addr().expect("its address");
    let public_url = format!("http://{addr}");
    let config = Config { public_url: public_url.clone(), ..plan.config };
    let engine =
        Engine::start(db.clone(), plan.clock, registry.clone(), outbound.clone(), config).await;
    let engine = engine.expect("the engine starts");
    let manage = Manage { db, registry, outbound, public_url, workspace: WorkspaceId::DEFAULT };
    let router = api::router(api::AppState::new(engine.clone(), manage.clone(), None));
    tokio::spawn(api::server::serve(listener, router, CancellationToken::new()));
    (engine, manage, addr)
}
