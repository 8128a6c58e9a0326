//! The parts put together: the database is chosen from its address here and nowhere else.

use std::sync::Arc;

use connect::outbound::{Outbound, OutboundConfig};
use connect::registry::Registry;
use domain::Secret;
use domain::clock::SharedClock;
use domain::ids::WorkspaceId;
use engine::clock::SystemClock;
use engine::connectors::{Shelf, Sources};
use engine::manage::Manage;
use store::{Db, KeySource, OpenOptions, Target};

use crate::config::{self, DataArgs};

/// The opened parts.
pub struct Parts {
    pub db: Db,
    pub clock: SharedClock,
    pub shelf: Arc<Shelf>,
    pub manage: Manage,
}

/// Where the database is.
pub fn target(args: &DataArgs) -> Target {
    match &args.database_url {
        Some(url) => Target::Postgres { url: Secret::new(url.clone()) },
        None => Target::Sqlite { data_dir: args.data_dir.clone() },
    }
}

/// Where the key is.
pub fn key(args: &DataArgs) -> KeySource {
    match &args.secret_key {
        Some(k) => KeySource::Value(Secret::new(k.clone())),
        None => KeySource::File(args.data_dir.join("zveno.key")),
    }
}

/// Opens the database.
///
/// # Errors
/// See [`store::OpenError`]; each says what to do.
pub async fn open_db(
    args: &DataArgs,
    clock: SharedClock,
    migrate: bool,
) -> Result<Db, store::OpenError> {
    let o = OpenOptions {
        target: target(args),
        key: key(args),
        migrate,
        clock,
        lock: true,
        backlog: args.backlog,
    };
    Db::open(o).await
}

/// The outgoing side, guarded.
///
/// # Errors
/// A setting cannot be used.
pub fn outbound(args: &DataArgs, clock: SharedClock) -> anyhow::Result<Outbound> {
    let roots = config::extra_roots(args)?;
    let mut outbound = Outbound::new(OutboundConfig {
        allow_networks: args.allow_networks.clone(),
        base_urls: config::base_urls()?,
        extra_roots_pem: roots,
        clock,
    })?;
    outbound.apps = config::apps();
    Ok(outbound)
}

/// The machine's clock, or in builds for tests one that begins elsewhere.
fn clock(args: &DataArgs) -> anyhow::Result<SharedClock> {
    match args.clock {
        None => Ok(SystemClock::shared()),
        Some(at) if cfg!(debug_assertions) => {
            Ok(SystemClock::beginning(domain::Time(at.saturating_mul(1_000_000))))
        }
        Some(_) => anyhow::bail!("--clock is for builds for tests"),
    }
}

/// Opens everything that commands and the server need.
///
/// # Errors
/// The database cannot be opened, or a setting cannot be used.
pub async fn open(args: &DataArgs, public_url: String, migrate: bool) -> anyhow::Result<Parts> {
    let parts = open_with(args, public_url, migrate, Sources::default()).await?;
    parts.shelf.take(&parts.db).await?;
    Ok(Parts { manage: parts.manage.now(), ..parts })
}

/// The same with connectors from elsewhere, which the engine reads as it starts.
///
/// # Errors
/// As [`open`].
pub async fn open_with(
    args: &DataArgs,
    public_url: String,
    migrate: bool,
    connectors: Sources,
) -> anyhow::Result<Parts> {
    let clock = clock(args)?;
    let db = open_db(args, clock.clone(), migrate).await?;
    // An address that nobody gave at the start may have been set in the UI.
    let stored = match args.public_url {
        None => db.setting("public_url").await?,
        Some(_) => None,
    };
    let public_url = stored.unwrap_or(public_url);
    let shelf = Shelf::new(Registry::builtin(), connectors);
    let manage = Manage {
        db: db.clone(),
        registry: shelf.registry(),
        shelf: shelf.clone(),
        outbound: Arc::new(outbound(args, clock.clone())?),
        public_url,
        workspace: WorkspaceId::DEFAULT,
    };
    Ok(Parts { db, clock, shelf, manage })
}
