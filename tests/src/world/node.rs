//! One node of the product on a runtime of its own, so that it can die as a process dies: all of
//! its tasks at once, wherever they are.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use connect::outbound::{Outbound, OutboundConfig};
use connect::registry::{Connector, Registry};
use domain::clock::SharedClock;
use domain::ids::WorkspaceId;
use engine::connectors::{Shelf, Sources};
use engine::manage::Manage;
use engine::{Config, Engine};
use store::{Db, KeySource, OpenOptions, Target};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long the threads of a killed node may take to end.
const LAST_BREATH: Duration = Duration::from_secs(10);

/// The number of the next node.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// The manifests of the tests' own connectors.
const OWN: [&str; 3] =
    [include_str!("shop.yaml"), include_str!("feed.yaml"), include_str!("cloud.yaml")];

/// The built-in connectors. They do not change, and reading their manifests takes longer than all
/// else that a node does at its start.
static BUILTIN: LazyLock<Registry> = LazyLock::new(Registry::builtin);

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
    /// Folders of connectors.
    pub connectors: Sources,
    /// How senders reach it; its own port if none.
    pub public_url: Option<String>,
}

pub(crate) struct Node {
    runtime: Runtime,
    /// Of its threads.
    name: String,
    pub engine: Engine,
    pub manage: Manage,
    pub addr: SocketAddr,
}

impl Node {
    pub(super) async fn start(plan: &Plan) -> Node {
        let name = format!("node-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.worker_threads(2).thread_name(&name).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let opened = runtime.spawn(open(plan.clone())).await.expect("the node starts");
        let (engine, manage, addr) = opened;
        Node { runtime, name, engine, manage, addr }
    }

    /// The processor time that its threads have had. Linux says it of each thread.
    pub(super) fn cpu(&self) -> Duration {
        let threads = fs::read_dir("/proc/self/task").expect("Linux says it").flatten();
        let of = |thread: &Path| {
            let name = fs::read_to_string(thread.join("comm")).ok()?;
            let mine = name.trim_end() == self.name;
            let spent = fs::read_to_string(thread.join("schedstat")).ok().filter(|_| mine)?;
            spent.split(' ').next()?.parse().ok().map(Duration::from_nanos)
        };
        threads.filter_map(|t| of(&t.path())).sum()
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
    let mut registry = BUILTIN.clone();
    let own = if plan.without_shop { &OWN[1..] } else { &OWN[..] };
    for manifest in own {
        let own = Connector::read("connector.yaml", manifest).unwrap_or_else(|e| panic!("{e}"));
        registry.add(own).expect("another connector");
    }
    let shelf = Shelf::new(registry, plan.connectors);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let addr = listener.local_addr().expect("its address");
    let public_url = plan.public_url.unwrap_or_else(|| format!("http://{addr}"));
    let config = Config { public_url: public_url.clone(), ..plan.config };
    let engine =
        Engine::start(db.clone(), plan.clock, shelf.clone(), outbound.clone(), config).await;
    let engine = engine.expect("the engine starts");
    let registry = shelf.registry();
    let workspace = WorkspaceId::DEFAULT;
    let manage = Manage { db, registry, shelf, outbound, public_url, workspace };
    let router = api::router(api::AppState::new(engine.clone(), manage.clone(), None));
    tokio::spawn(api::server::serve(listener, router, CancellationToken::new()));
    (engine, manage, addr)
}
