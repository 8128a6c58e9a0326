//! A database of one test's own, and what an administrator could do to it.

use std::path::Path;

use domain::ids::NodeId;
use domain::{Secret, ids};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, SqliteConnection};
use store::Target;
use tempfile::TempDir;

use super::environment;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Sqlite => "sqlite",
            Kind::Postgres => "postgres",
        }
    }
}

/// Where the data is. The folder has the key, and on SQLite the database.
pub(crate) struct Home {
    folder: TempDir,
    database: Option<Database>,
}

struct Database {
    server: PgConnectOptions,
    name: String,
    url: String,
}

/// Keeps the node from writing while it lives.
pub enum Locked {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Home {
    pub(crate) async fn new(kind: Kind) -> Home {
        match kind {
            Kind::Sqlite => Home { folder: folder(), database: None },
            Kind::Postgres => Home::on(&environment::postgres()).await,
        }
    }

    /// On this PostgreSQL.
    pub(crate) async fn on(server: &str) -> Home {
        Home { folder: folder(), database: Some(Database::make(server).await) }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The address of the PostgreSQL database.
    pub(crate) fn url(&self) -> Option<&str> {
        self.database.as_ref().map(|d| d.url.as_str())
    }

    pub(crate) fn target(&self) -> Target {
        match &self.database {
            Some(d) => Target::Postgres { url: Secret::new(d.url.clone()) },
            None => Target::Sqlite { data_dir: self.folder.path().to_owned() },
        }
    }

    /// Takes the lease of a node as run out. SQLite has one node and no leases.
    pub(crate) async fn forget_node(&self, node: NodeId) {
        if self.database.is_some() {
            let id = node.uuid();
            self.sql(&format!("UPDATE nodes SET alive_until = 0 WHERE id = '{id}'")).await;
        }
    }

    pub(crate) async fn sql(&self, text: &str) {
        let script = sqlx::raw_sql(AssertSqlSafe(text.to_owned()));
        let done = if let Some(d) = &self.database {
            script.execute(&mut d.connect().await).await.map(|_| ())
        } else {
            script.execute(&mut self.lite().await).await.map(|_| ())
        };
        done.unwrap_or_else(|e| panic!("{text}: {e}"));
    }

    /// Rows of bytes, one column each.
    pub(crate) async fn bytes(&self, text: &str) -> Vec<(String, Vec<u8>)> {
        let text = AssertSqlSafe(text.to_owned());
        let rows = match &self.database {
            Some(d) => sqlx::query_as(text).fetch_all(&mut d.connect().await).await,
            None => sqlx::query_as(text).fetch_all(&mut self.lite().await).await,
        };
        rows.expect("rows")
    }

    /// Runs SQL in a transaction on PostgreSQL that stays open until it is released.
    pub(crate) async fn hold(&self, text: &str) -> Locked {
        let mut c = self.database.as_ref().expect("PostgreSQL").connect().await;
        let text = format!("BEGIN; {text}");
        sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut c).await.expect("the lock");
        Locked::Postgres(c)
    }

    pub(crate) async fn lock(&self) -> Locked {
        if let Some(d) = &self.database {
            let mut c = d.connect().await;
            let text = "BEGIN; LOCK TABLE deliveries IN ACCESS EXCLUSIVE MODE";
            sqlx::raw_sql(text).execute(&mut c).await.expect("the lock");
            return Locked::Postgres(c);
        }
        let mut c = self.lite().await;
        sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut c).await.expect("the lock");
        Locked::Sqlite(c)
    }

    async fn lite(&self) -> SqliteConnection {
        let file = self.folder.path().join("zveno.db");
        let options = SqliteConnectOptions::new().filename(file).disable_statement_logging();
        options.connect().await.expect("the database file")
    }

    pub(crate) async fn remove(self) {
        if let Some(d) = self.database {
            let text = format!("DROP DATABASE {} WITH (FORCE)", d.name);
            let mut c = PgConnection::connect_with(&d.server).await.expect("PostgreSQL");
            sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut c).await.expect("it can be dropped");
        }
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

impl Database {
    async fn make(server: &str) -> Database {
        let name = format!("zveno_{}", ids::random_text(16));
        let mut url: url::Url = server.parse().expect("ZVENO_TEST_POSTGRES is an address");
        url.set_path(&name);
        let server: PgConnectOptions = server.parse().expect("an address of PostgreSQL");
        let mut c = PgConnection::connect_with(&server).await.expect("PostgreSQL answers");
        let text = format!("CREATE DATABASE {name}");
        sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut c).await.expect("a new database");
        Database { server, name, url: url.into() }
    }

    async fn connect(&self) -> PgConnection {
        let options = self.server.clone().database(&self.name);
        PgConnection::connect_with(&options).await.expect("the database")
    }
}

impl Locked {
    /// Lets the node write again.
    pub async fn release(self) {
        let done = match self {
            Locked::Sqlite(mut c) => sqlx::raw_sql("ROLLBACK").execute(&mut c).await.map(|_| ()),
            Locked::Postgres(mut c) => sqlx::raw_sql("ROLLBACK").execute(&mut c).await.map(|_| ()),
        };
        done.expect("the lock is given back");
    }
}
