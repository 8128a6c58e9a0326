//! A database for one test: a folder for SQLite, a database of its own on the server for
//! PostgreSQL.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::clock::ManualClock;
use domain::{Secret, Time};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};
use store::{Db, KeySource, OpenError, OpenOptions, Target};
use tempfile::TempDir;
use tokio::sync::OnceCell;

pub const START: Time = Time(1_700_000_000_000_000);

pub struct World {
    pub db: Db,
    pub clock: Arc<ManualClock>,
    pub target: Target,
    pub folder: TempDir,
}

/// The server's URL without a database name.
#[expect(clippy::disallowed_methods, reason = "nothing else tells a test where its server is")]
fn server() -> String {
    let url = std::env::var("ZVENO_TEST_POSTGRES").unwrap_or_default();
    assert!(!url.is_empty(), "set ZVENO_TEST_POSTGRES or run `cargo xtask test`");
    let at = url.rfind('/').filter(|at| *at > "postgres://".len()).unwrap_or(url.len());
    url[..at].to_owned()
}

async fn on_server(sql: String) {
    let mut c = PgConnection::connect(&format!("{}/postgres", server())).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut c).await.unwrap();
    c.close().await.unwrap();
}

fn fresh_name() -> String {
    format!("zveno_{}", domain::ids::random_text(16))
}

/// An empty database, dropped with [`World::end`].
pub async fn empty_postgres() -> Target {
    let name = fresh_name();
    on_server(format!("CREATE DATABASE {name}")).await;
    Target::Postgres { url: Secret::new(format!("{}/{name}", server())) }
}

/// A database with the present schema, made once and copied for each test.
async fn template() -> &'static str {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    TEMPLATE
        .get_or_init(|| async {
            let name = fresh_name();
            on_server(format!("CREATE DATABASE {name}")).await;
            let url = Secret::new(format!("{}/{name}", server()));
            Db::migrate(Target::Postgres { url }, ManualClock::at(START)).await.unwrap();
            name
        })
        .await
}

impl World {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let target = Target::Sqlite { data_dir: folder.path().join("data") };
        Self::open(target, folder).await
    }

    pub async fn postgres() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (from, name) = (template().await, fresh_name());
        on_server(format!("CREATE DATABASE {name} TEMPLATE {from}")).await;
        let url = Secret::new(format!("{}/{name}", server()));
        Self::open(Target::Postgres { url }, folder).await
    }

    async fn open(target: Target, folder: TempDir) -> Self {
        let clock = ManualClock::at(START);
        let db = Db::open(options(&target, folder.path(), &clock)).await.unwrap();
        Self { db, clock, target, folder }
    }

    /// Closes and opens again, as a restart does.
    pub async fn restart(&mut self) {
        self.db.close().await;
        self.db = self.second().await.unwrap();
    }

    /// Opens the same database once more.
    pub async fn second(&self) -> Result<Db, OpenError> {
        Db::open(options(&self.target, self.folder.path(), &self.clock)).await
    }

    pub fn options(&self) -> OpenOptions {
        options(&self.target, self.folder.path(), &self.clock)
    }

    pub async fn end(self) {
        self.db.close().await;
        if let Target::Postgres { url } = &self.target {
            let name = url.expose().rsplit('/').next().unwrap();
            on_server(format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }

    pub fn now(&self) -> Time {
        self.db.now()
    }

    /// The file of the embedded database.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("data/zveno.db")
    }

    /// Changes the database behind the store's back.
    pub async fn exec(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        match &self.target {
            Target::Sqlite { .. } => {
                let url = format!("sqlite://{}", self.file().display());
                let mut c = SqliteConnection::connect(&url).await.unwrap();
                sqlx::raw_sql(sql).execute(&mut c).await.unwrap();
                c.close().await.unwrap();
            }
            Target::Postgres { url } => {
                let mut c = PgConnection::connect(url.expose()).await.unwrap();
                sqlx::raw_sql(sql).execute(&mut c).await.unwrap();
                c.close().await.unwrap();
            }
        }
    }

    /// Reads one number behind the store's back.
    pub async fn int(&self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql.to_owned());
        match &self.target {
            Target::Sqlite { .. } => {
                let url = format!("sqlite://{}", self.file().display());
                let mut c = SqliteConnection::connect(&url).await.unwrap();
                let n = sqlx::query(sql).fetch_one(&mut c).await.unwrap().get(0);
                c.close().await.unwrap();
                n
            }
            Target::Postgres { url } => {
                let mut c = PgConnection::connect(url.expose()).await.unwrap();
                let n = sqlx::query(sql).fetch_one(&mut c).await.unwrap().get(0);
                c.close().await.unwrap();
                n
            }
        }
    }
}

pub fn options(target: &Target, folder: &Path, clock: &Arc<ManualClock>) -> OpenOptions {
    OpenOptions {
        target: target.clone(),
        key: KeySource::File(folder.join("key")),
        migrate: true,
        clock: clock.clone(),
        lock: true,
        backlog: domain::limits::BACKLOG,
    }
}

/// Waits for something that other tasks do, without a limit of its own below ten seconds.
pub async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), what).await.expect("it did not happen")
}
