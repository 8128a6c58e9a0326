//! The product as a user has it: the binary, a folder or a PostgreSQL, the command line, and
//! nothing else.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Output, Stdio};
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
use super::cluster::Cluster;
use super::{Kind, environment, until, within};
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
    /// Where it listens.
    pub addr: SocketAddr,
    child: Child,
    /// From the start of the process to the first answer of `/readyz`.
    pub start: Span,
    log: PathBuf,
}

impl Product {
    /// A new installation that may call 127.0.0.1.
    pub async fn new(kind: Kind) -> Product {
        Product::at(kind, Home::new(kind).await).await
    }

    /// A new installation on a PostgreSQL of the test's own.
    pub async fn on(cluster: &Cluster) -> Product {
        Product::at(Kind::Postgres, Home::on(&cluster.url()).await).await
    }

    async fn at(kind: Kind, home: Home) -> Product {
        let variables = vec![("ZVENO_ALLOW_NETWORKS".to_owned(), "127.0.0.0/8".to_owned())];
        Product { kind, home, port: free_port().await, variables }
    }

    /// An address for one more server of this installation.
    pub async fn another_addr(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], free_port().await))
    }

    /// The address of the PostgreSQL database.
    pub fn database_url(&self) -> Option<&str> {
        self.home.url()
    }

    /// Removes it.
    pub async fn remove(self) {
        self.home.remove().await;
    }

    /// Sets a variable for all commands from now on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// The value that a variable was set to last.
    pub fn variable(&self, name: &str) -> Option<String> {
        self.variables.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v.clone())
    }

    /// Takes a variable away again.
    pub fn unset(&mut self, name: &str) {
        self.variables.retain(|(n, _)| n != name);
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

    /// Gives it the key of another installation.
    pub fn take_key_of(&self, other: &Product) {
        // With its mode: a key that others can read is refused.
        let name = "zveno.key";
        fs::copy(other.folder().join(name), self.folder().join(name)).expect("a key");
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
        self.serve_at(self.addr(), &[]).await
    }

    /// The same at another address, or with more variables.
    pub async fn serve_at(&self, listen: SocketAddr, variables: &[(&str, &str)]) -> Serving {
        let command = self.command_under(&[], &["serve"]);
        self.ready(self.begin(command, listen, variables)).await
    }

    /// The same, started by another program, which must become the server (`exec`).
    pub async fn serve_under(&self, starter: &[&str]) -> Serving {
        let command = self.command_under(starter, &["serve"]);
        self.ready(self.begin(command, self.addr(), &[])).await
    }

    /// Starts the server and does not wait for anything.
    pub fn launch(&self, listen: SocketAddr, variables: &[(&str, &str)]) -> Serving {
        self.begin(self.command_under(&[], &["serve"]), listen, variables)
    }

    fn begin(&self, mut c: Command, listen: SocketAddr, variables: &[(&str, &str)]) -> Serving {
        c.args(["--listen", &listen.to_string()]).envs(variables.iter().copied());
        let log = self.folder().join("server.log");
        let to = fs::OpenOptions::new().create(true).append(true).open(&log).expect("a log");
        let child = c.stdout(Stdio::null()).stderr(to).spawn().expect("the binary starts");
        Serving { addr: listen, child, start: Span::ZERO, log }
    }

    async fn ready(&self, mut serving: Serving) -> Serving {
        let began = Now::wall().get();
        let listen = serving.addr;
        within(START, "the server is ready", async || {
            if let Ok(Some(status)) = serving.child.try_wait() {
                panic!("the server ended with {status}: {}", serving.log());
            }
            let reply = Request::new("GET", "/readyz").send(listen).await.ok()?;
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

    /// Takes the leases of dead nodes as run out. SQLite has one node and no leases.
    pub async fn forget_nodes(&self) {
        if self.kind == Kind::Postgres {
            self.home.sql(FORGET).await;
        }
    }

    /// Rows of a text and bytes each, of a query that both databases understand.
    pub async fn rows(&self, query: &str) -> Vec<(String, Vec<u8>)> {
        self.home.bytes(query).await
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
pub(super) async fn free_port() -> u16 {
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

/// A node that was fenced or has left stays so.
const FORGET: &str = "UPDATE nodes SET alive_until = 0 WHERE alive_until < 9000000000000000000";

/// The tables of the database.
const TABLES: &str = "SELECT tablename::text, ''::bytea FROM pg_tables WHERE schemaname = 'public'";

impl Serving {
    /// Everything that it has written to standard error so far, earlier servers included.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The link that the first start prints for the first person.
    pub async fn setup_link(&self) -> String {
        let line = |log: &str| {
            log.lines().map(str::trim).find(|l| l.contains("/setup#token=")).map(str::to_owned)
        };
        until("the link is printed", async || line(&self.log())).await
    }

    fn signal(&self, signal: Signal) {
        let pid = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        kill_process(pid.expect("it runs"), signal).expect("a signal");
    }

    /// Asks it to stop, and does not wait.
    pub fn ask_to_stop(&self) {
        self.signal(Signal::TERM);
    }

    /// SIGHUP: it reads its folders of connectors again.
    pub fn hang_up(&self) {
        self.signal(Signal::HUP);
    }

    /// SIGSTOP: it does nothing more until it is thawed, and does not know.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// SIGCONT.
    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    /// The most memory that it has had, bytes.
    pub fn peak_memory(&self) -> u64 {
        let status = format!("/proc/{}/status", self.child.id().expect("it runs"));
        let status = fs::read_to_string(status).expect("Linux says it");
        let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).expect("the peak");
        let kib = line.trim().trim_end_matches("kB").trim().parse::<u64>().expect("a number");
        kib * 1024
    }

    /// From now on it can make no file longer than this, bytes.
    pub fn limit_files(&self, bytes: u64) {
        let id = self.child.id().expect("it runs");
        let mut prlimit = std::process::Command::new("prlimit");
        prlimit.arg(format!("--pid={id}")).arg(format!("--fsize={bytes}"));
        assert!(prlimit.status().is_ok_and(|s| s.success()), "prlimit of util-linux is needed");
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits until it ends by itself.
    pub async fn dies(&mut self, within: Duration) -> ExitStatus {
        let ended = timeout(within, self.child.wait()).await.expect("it ends in time");
        ended.expect("it ends")
    }

    /// Waits until it has ended; its exit code.
    pub async fn ended(mut self) -> i32 {
        self.dies(COMMAND).await.code().unwrap_or(-1)
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
