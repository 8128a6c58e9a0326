//! The product as a user has it: the binary, a folder or a PostgreSQL, the command line, and
//! nothing else.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use domain::Span;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::base::{Home, Locked};
use super::client::Request;
use super::{Kind, environment, within};
use crate::receivers::Now;

/// How long one command may take.
const COMMAND: Duration = Duration::from_secs(30);
/// How long a start may take before the test gives up.
const START: Duration = Duration::from_secs(30);

/// An installation.
pub struct Product {
    pub kind: Kind,
    home: Home,
    port: u16,
    variables: Vec<(String, String)>,
}

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// A running server.
pub struct Serving {
    child: Child,
    /// From the start of the process to the first answer of `/readyz`.
    pub start: Span,
    log: PathBuf,
}

impl Product {
    /// A new installation that may call 127.0.0.1.
    pub async fn new(kind: Kind) -> Product {
        let port = free_port().await;
        let variables = vec![("ZVENO_ALLOW_NETWORKS".to_owned(), "127.0.0.0/8".to_owned())];
        Product { kind, home: Home::new(kind).await, port, variables }
    }

    /// Removes it.
    pub async fn remove(self) {
        self.home.remove().await;
    }

    /// Sets a variable for all commands from now on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// The folder with the data, the key and what tests put there.
    pub fn folder(&self) -> &Path {
        self.home.folder()
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// Writes a file for a command to read; its path.
    pub fn file(&self, name: &str, content: &str) -> String {
        let path = self.folder().join(name);
        fs::write(&path, content).expect("a file");
        path.to_str().expect("a path of text").to_owned()
    }

    /// A command that another program starts, or that is started as it is.
    fn command_under(&self, starter: &[&str], args: &[&str]) -> Command {
        let mut c = match starter {
            [] => Command::new(environment::binary()),
            [program, words @ ..] => {
                let mut c = Command::new(program);
                c.args(words).arg(environment::binary());
                c
            }
        };
        c.args(args).arg("--data-dir").arg(self.folder()).kill_on_drop(true);
        for name in ["ZVENO_DATABASE_URL", "ZVENO_SECRET_KEY", "ZVENO_PUBLIC_URL", "ZVENO_LOG"] {
            c.env_remove(name);
        }
        if let Some(url) = self.home.url() {
            c.env("ZVENO_DATABASE_URL", url);
        }
        c.envs(self.variables.iter().map(|(k, v)| (k, v)));
        c.stdin(Stdio::null());
        c
    }

    /// Runs a command to its end.
    pub async fn cli(&self, args: &[&str]) -> Said {
        self.cli_under(&[], args).await
    }

    /// Runs a command to its end, started by another program.
    pub async fn cli_under(&self, starter: &[&str], args: &[&str]) -> Said {
        let mut command = self.command_under(starter, args);
        let running = command.stdout(Stdio::piped()).stderr(Stdio::piped()).output();
        let ended = timeout(COMMAND, running).await.unwrap_or_else(|_| panic!("{args:?} hangs"));
        let Output { status, stdout, stderr } = ended.expect("the binary starts");
        Said {
            code: status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&stdout).into_owned(),
            err: String::from_utf8_lossy(&stderr).into_owned(),
        }
    }

    /// Runs a command that must work, and reads its JSON.
    pub async fn json(&self, args: &[&str]) -> Value {
        let said = self.cli(&[args, &["--json"]].concat()).await;
        assert_eq!(said.code, 0, "{args:?}: {said:?}");
        serde_json::from_str(&said.out).unwrap_or_else(|e| panic!("{args:?}: {e}: {said:?}"))
    }

    /// Starts the server and waits until it can store events.
    pub async fn serve(&self) -> Serving {
        self.serve_under(&[]).await
    }

    /// The same, started by another program, which must become the server (`exec`).
    pub async fn serve_under(&self, starter: &[&str]) -> Serving {
        let log = self.folder().join("server.log");
        let to = fs::OpenOptions::new().create(true).append(true).open(&log).expect("a log");
        let listen = self.addr().to_string();
        let began = Now::wall().get();
        let child = self
            .command_under(starter, &["serve", "--listen", &listen])
            .stdout(Stdio::null())
            .stderr(to)
            .spawn()
            .expect("the binary starts");
        let mut serving = Serving { child, start: Span::ZERO, log };
        within(START, "the server is ready", async || {
            if let Ok(Some(status)) = serving.child.try_wait() {
                panic!("the server ended with {status}: {}", serving.log());
            }
            let reply = Request::new("GET", "/readyz").send(self.addr()).await.ok()?;
            (reply.status == 200).then_some(())
        })
        .await;
        serving.start = Now::wall().get().since(began);
        serving
    }

    /// Takes a lock that keeps the server from storing deliveries, until the guard is dropped.
    pub async fn lock_database(&self) -> Locked {
        self.home.lock().await
    }

    /// The states and bodies of runs that did not succeed. The server must be stopped.
    pub async fn unfinished(&self) -> Vec<(String, Vec<u8>)> {
        let text = "SELECT r.state, d.body FROM runs r JOIN events e ON e.id = r.event
            JOIN deliveries d ON d.id = e.delivery WHERE r.state <> 'succeeded'";
        self.home.bytes(text).await
    }

    /// All that is stored, as a thief of the disk would have it. On PostgreSQL its rows as text
    /// and bytes.
    pub async fn stored(&self) -> Vec<Vec<u8>> {
        if self.kind == Kind::Sqlite {
            let files = ["zveno.db", "zveno.db-wal"].map(|name| self.folder().join(name));
            return files.iter().filter_map(|f| fs::read(f).ok()).collect();
        }
        let tables = self.home.bytes(TABLES).await;
        let mut all = Vec::new();
        for (table, _) in tables {
            let text = format!("SELECT '', convert_to(t::text, 'UTF8') FROM \"{table}\" t");
            all.extend(self.home.bytes(&text).await.into_iter().map(|(_, row)| row));
        }
        let bodies = self.home.bytes("SELECT '', body FROM deliveries").await;
        all.extend(bodies.into_iter().map(|(_, body)| body));
        all
    }
}

/// A port for a server that is started again and again on it. It lies below those that the system
/// gives out by itself (32768 and up on Linux), so nobody takes it in between.
async fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let of_process = u16::try_from(std::process::id() % 100).unwrap_or(0) * 100;
    loop {
        let port = PORTS + of_process + NEXT.fetch_add(1, Ordering::Relaxed) % 100;
        if TcpListener::bind(("127.0.0.1", port)).await.is_ok() {
            return port;
        }
    }
}

/// The first of ten thousand ports that servers are started on.
const PORTS: u16 = 21_000;

/// The tables of the database.
const TABLES: &str = "SELECT tablename::text, ''::bytea FROM pg_tables WHERE schemaname = 'public'";

impl Serving {
    /// Everything that it has written to standard error so far, earlier servers included.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn signal(&self, signal: Signal) {
        let pid = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        kill_process(pid.expect("it runs"), signal).expect("a signal");
    }

    /// Asks it to stop, and does not wait.
    pub fn ask_to_stop(&self) {
        self.signal(Signal::TERM);
    }

    /// Waits until it has stopped; its exit code.
    pub async fn ended(mut self) -> i32 {
        let ended = timeout(COMMAND, self.child.wait()).await.expect("it stops in time");
        ended.expect("it ends").code().unwrap_or(-1)
    }

    /// kill -9.
    pub async fn kill(mut self) {
        self.signal(Signal::KILL);
        self.child.wait().await.expect("it ends");
    }

    /// Asks it to stop, and waits until it has; its exit code.
    pub async fn stop(self) -> i32 {
        self.ask_to_stop();
        self.ended().await
    }
}
