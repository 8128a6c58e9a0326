//! The product in one test: a database of its own, a running node on a clock that the test moves,
//! and the services around it. Absent: the binary, which `product` starts as a user would.

pub mod api;
mod base;
pub mod browser;
pub mod client;
pub mod cluster;
mod environment;
mod flows;
mod look;
mod node;
pub mod office;
mod peer;
pub mod product;
pub mod stream;
pub mod tried;
mod wait;

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use domain::clock::ManualClock;
use domain::{Span, Time, limits};
use engine::connectors::Sources;
use engine::manage::Manage;
use engine::{Config, Engine};
use futures::FutureExt;

use crate::receivers::bitrix24::Portal;
use crate::receivers::feed::Feed;
use crate::receivers::http::{HttpReceiver, Options};
use crate::receivers::oauth::Provider;
use crate::receivers::smtp::{self, SmtpReceiver};
use crate::receivers::standard_webhooks::{Secret, WebhookReceiver};
use crate::receivers::telegram::Telegram;
use crate::receivers::{Now, TestCa};
use base::Home;
use node::{Node, Plan};
use wait::sought;

pub use self::api::{Answer, Api};
pub use base::Kind;
pub use client::{Body, Reply, Request, form, json, multipart, text};
pub use environment::fault_is_long;
pub use flows::{Draft, Hook, forward, post_step};
pub use peer::{Peer, Setup};
pub use wait::{SOON, until, within};

/// The code of the portal's inbound webhook.
pub const PORTAL_CODE: &str = "k3wq0z8n5v1c7xme";
/// The token of the bot.
pub const BOT_TOKEN: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";
/// The token of the service that lists records.
pub const FEED_TOKEN: &str = "feed-token-5d20";
/// The secret that outgoing webhooks are signed with.
pub const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqrTwjU";
/// User and password of the mail server.
pub const MAIL_USER: (&str, &str) = ("robot@zveno.test", "mail-9f3k-pass");
/// How long a node may take to renew its lease.
const RENEWAL: std::time::Duration = std::time::Duration::from_secs(1);
/// When a world begins: 2026-03-02 09:00 UTC.
const BEGINNING: Time = Time(1_772_442_000_000_000);

/// One test's world. Everything in it ends with the test.
pub struct World {
    pub kind: Kind,
    pub clock: Arc<ManualClock>,
    pub portal: Portal,
    pub telegram: Telegram,
    pub mail: SmtpReceiver,
    /// A server that is asked by `http.request`.
    pub sink: HttpReceiver,
    /// A receiver of signed webhooks.
    pub hooks: WebhookReceiver,
    /// A service that lists records.
    pub feed: Feed,
    /// A service that is signed in to.
    pub cloud: Provider,
    home: Home,
    plan: Plan,
    node: Peer,
    /// What a test has started besides.
    others: Mutex<Vec<Peer>>,
}

/// Runs tests on both databases: for `name` there are `name::sqlite` and `name::postgres`.
#[macro_export]
macro_rules! both {
    ($($name:ident),* $(,)?) => {$(
        mod $name {
            #[test]
            fn sqlite() {
                $crate::world::run($crate::world::Kind::Sqlite, async |w| super::$name(w).await);
            }
            #[test]
            fn postgres() {
                $crate::world::run($crate::world::Kind::Postgres, async |w| super::$name(w).await);
            }
        }
    )*};
}

/// Runs tests of several nodes, which only PostgreSQL has: for `name` there is `name::postgres`.
#[macro_export]
macro_rules! several_nodes {
    ($($name:ident),* $(,)?) => {$(
        mod $name {
            #[test]
            fn postgres() {
                $crate::world::run($crate::world::Kind::Postgres, async |w| super::$name(w).await);
            }
        }
    )*};
}

/// Runs tests that start processes of their own, on both databases.
#[macro_export]
macro_rules! both_products {
    ($($name:ident),* $(,)?) => {$(
        mod $name {
            #[test]
            fn sqlite() {
                $crate::world::alone(super::$name($crate::world::Kind::Sqlite));
            }
            #[test]
            fn postgres() {
                $crate::world::alone(super::$name($crate::world::Kind::Postgres));
            }
        }
    )*};
}

/// Runs one test in a new world.
pub fn run(kind: Kind, test: impl AsyncFnOnce(&World)) {
    alone(async {
        let w = World::new(kind).await;
        let ended = AssertUnwindSafe(test(&w)).catch_unwind().await;
        w.end().await;
        if let Err(panic) = ended {
            resume_unwind(panic);
        }
    });
}

/// Runs a test that needs no node inside its own process.
pub fn alone(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(test);
}

impl World {
    async fn new(kind: Kind) -> World {
        let clock = ManualClock::at(BEGINNING);
        let now = Now::of(clock.clone());
        let at = || Options { now: now.clone(), ..Options::default() };
        let portal = Portal::start_with(1, PORTAL_CODE, at()).await.expect("a portal");
        let telegram = Telegram::start_with(BOT_TOKEN, at()).await.expect("a bot");
        let mail = mail_server(now.clone()).await;
        let sink = HttpReceiver::start_with(at()).await.expect("a receiver");
        let secret = Secret::parse(WEBHOOK_SECRET).expect("a secret");
        let hooks = WebhookReceiver::start(vec![secret], now.clone()).await.expect("a receiver");
        let feed = Feed::start_with(at()).await.expect("a feed");
        let cloud = Provider::start_with(at()).await.expect("a service");
        let home = Home::new(kind).await;
        let bases = [
            ("bitrix24", portal.http().url("")),
            ("telegram", telegram.base()),
            ("shop", sink.url("")),
            ("feed", feed.http().url("")),
            ("acme", sink.url("")),
            ("cloud", cloud.http().url("")),
        ];
        let plan = Plan {
            target: home.target(),
            folder: home.folder().to_owned(),
            clock: clock.clone(),
            roots: mail.ca().pem().to_owned(),
            bases: bases.map(|(name, url)| (name.to_owned(), url)).into(),
            config: Config::default(),
            without_shop: false,
            connectors: Sources::default(),
            public_url: None,
        };
        let node = Peer::new(Node::start(&plan).await, clock.clone());
        let others = Mutex::default();
        World {
            kind,
            clock,
            portal,
            telegram,
            mail,
            sink,
            hooks,
            feed,
            cloud,
            home,
            plan,
            node,
            others,
        }
    }

    async fn end(self) {
        let mut all = self.others.into_inner().unwrap_or_else(PoisonError::into_inner);
        all.push(self.node);
        for peer in all {
            if let Some(node) = peer.take() {
                node.crash().await;
            }
        }
        self.home.remove().await;
    }

    /// Something of the running node.
    pub(crate) fn with_node<T>(&self, f: impl FnOnce(&Node) -> T) -> T {
        self.node.with(f)
    }

    /// Kills the node without a goodbye and starts a new one on the same database. Runs that the
    /// dead one had are free again: on PostgreSQL the time of its lease is taken as passed.
    pub async fn restart(&self) {
        self.crash().await;
        self.start().await;
    }

    /// Restarts with other numbers of runs, and of senders that wait for runs, at once.
    pub async fn restart_with(&self, workers: usize, waiting: usize) {
        self.crash().await;
        let config = Config { workers, waiting, ..self.plan.config.clone() };
        let plan = Plan { config, ..self.plan.clone() };
        self.node.put(Node::start(&plan).await);
    }

    /// Restarts with folders of connectors.
    pub async fn restart_reading(&self, connectors: Sources) {
        self.crash().await;
        let plan = Plan { connectors, ..self.plan.clone() };
        self.node.put(Node::start(&plan).await);
    }

    /// Kills the node without a goodbye.
    pub async fn crash(&self) {
        let id = self.kill(&self.node).await;
        self.forget(id).await;
    }

    /// Starts a node after a crash.
    pub async fn start(&self) {
        self.node.put(Node::start(&self.plan).await);
    }

    /// Something of the engine of the running node.
    pub fn with_engine<T>(&self, f: impl FnOnce(&engine::Engine) -> T) -> T {
        self.with_node(|n| f(&n.engine))
    }

    /// The processor time that the node has had: what a busy machine does beside it is not in it.
    pub fn cpu(&self) -> std::time::Duration {
        self.with_node(Node::cpu)
    }

    /// Tells the node to stop, as SIGTERM does; its port stays open so that answers can be seen.
    pub async fn drain(&self) {
        let engine = self.with_node(|n| n.engine.clone());
        self.on_node(async move { engine.stop(Span::secs(1)).await }).await;
    }

    /// Moves time. Returns when the nodes have renewed their leases, which is what running nodes
    /// do all the time.
    pub async fn advance(&self, span: Span) {
        self.clock.advance(span);
        let nodes = self.in_time();
        let sure = async || nodes.iter().all(Engine::holds_its_lease).then_some(());
        while sought(RENEWAL, sure).await.is_none() {
            // A node that had just begun to count its five seconds.
            self.clock.advance(limits::LEASE_RENEW);
        }
        // Runs that met the doubt look again after this long.
        self.clock.advance(Span::ms(100));
    }

    /// The folder of the node's files.
    pub fn folder(&self) -> &Path {
        self.home.folder()
    }

    /// Runs SQL on a connection of the test's own, as an administrator would.
    pub async fn sql(&self, text: &str) {
        self.home.sql(text).await;
    }

    /// Takes a lock that keeps the node from writing, until the guard is dropped.
    pub async fn lock_database(&self) -> base::Locked {
        self.home.lock().await
    }

    /// Runs something inside the node's process.
    pub async fn on_node<T: Send + 'static>(
        &self,
        f: impl Future<Output = T> + Send + 'static,
    ) -> T {
        self.node.on_node(f).await
    }

    /// What a person can do.
    pub async fn ask<T, F>(&self, f: impl FnOnce(Manage) -> F) -> T
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        self.node.ask(f).await
    }
}

async fn mail_server(now: Now) -> SmtpReceiver {
    let (user, password) = MAIL_USER;
    let options = smtp::Options {
        now,
        tls: smtp::Tls::StartTls,
        user: Some((user.to_owned(), password.to_owned())),
        ..smtp::Options::default()
    };
    SmtpReceiver::start_with(options).await.expect("a mail server")
}

/// A certificate authority that nobody trusts.
pub fn stranger() -> TestCa {
    TestCa::new().expect("a certificate authority")
}
