//! A PostgreSQL server of one test's own, to be stopped, frozen and started again.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, geteuid, kill_process};
use tempfile::TempDir;

use super::{environment, within};

/// How long a start may take, crash recovery included.
const READY: Duration = Duration::from_mins(1);
/// Durable as in production; TCP only, because a socket's path may not be long.
const SETTINGS: [&str; 5] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=100",
    "fsync=on",
    "synchronous_commit=on",
];

/// See the module. It ends with the test.
pub struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
    server: Option<Child>,
}

impl Cluster {
    /// Makes one and starts it.
    pub async fn start() -> Cluster {
        let folder = tempfile::Builder::new().prefix("zveno-fault-postgres-").tempdir_in("/tmp");
        let folder = folder.expect("a folder");
        if let Some((uid, gid)) = account() {
            chown(folder.path(), Some(uid), Some(gid)).expect("the folder is given away");
        }
        let own = fs::Permissions::from_mode(0o700);
        fs::set_permissions(folder.path(), own).expect("the folder is closed");
        let port = super::product::free_port().await;
        let programs = environment::postgres_programs();
        let mut cluster = Cluster { folder, programs, port, server: None };
        let mut init = cluster.command("initdb");
        init.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync"]);
        let made = init.args(["--locale=C", "data"]).output().expect("initdb starts");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        cluster.go().await;
        cluster
    }

    /// The address of the database `postgres` as superuser; there is no password.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Starts the server, after a stop or at first, and waits until it takes connections.
    pub async fn go(&mut self) {
        let log = fs::File::create(self.folder.path().join("log")).expect("a log");
        let mut command = self.command("postgres");
        command.args(["-D", "data", "-p", &self.port.to_string()]);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command.stdout(log.try_clone().expect("a log")).stderr(log);
        let server = command.spawn().expect("postgres starts");
        let id = server.id();
        self.server = Some(server);
        let file = self.folder.path().join("data/postmaster.pid");
        within(READY, "PostgreSQL takes connections", async || {
            let text = fs::read_to_string(&file).ok()?;
            let mut lines = text.lines();
            let mine = lines.next()?.trim().parse() == Ok(id);
            // Line 8 is the state (PostgreSQL sources, src/include/utils/pidfile.h).
            (mine && lines.nth(6)?.trim() == "ready").then_some(())
        })
        .await;
    }

    /// The immediate shutdown: every connection is cut, the next start recovers as after a crash.
    pub fn crash(&mut self) {
        let mut server = self.server.take().expect("it runs");
        signal(server.id(), Signal::QUIT);
        server.wait().expect("it ends");
    }

    /// Stops every process of the server where it is; connections stay open and nothing answers.
    pub fn freeze(&self) {
        let server = self.server.as_ref().expect("it runs").id();
        // The parent first: it starts no more of them.
        signal(server, Signal::STOP);
        for c in children(server) {
            signal(c, Signal::STOP);
        }
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        let server = self.server.as_ref().expect("it runs").id();
        for c in children(server) {
            signal(c, Signal::CONT);
        }
        signal(server, Signal::CONT);
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").env("TZ", "UTC");
        if let Some((uid, gid)) = account() {
            command.uid(uid).gid(gid);
        }
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.server.is_some() {
            self.thaw();
            self.crash();
        }
    }
}

/// A process that has just ended is as good as one that got it.
fn signal(process: u32, signal: Signal) {
    let pid = i32::try_from(process).ok().and_then(Pid::from_raw).expect("a process");
    let _ = kill_process(pid, signal);
}

fn children(of: u32) -> Vec<u32> {
    let list = format!("/proc/{of}/task/{of}/children");
    let text = fs::read_to_string(list).expect("Linux says which they are");
    text.split_whitespace().filter_map(|id| id.parse().ok()).collect()
}

/// Whom PostgreSQL runs as when this is root, which it refuses.
fn account() -> Option<(u32, u32)> {
    if !geteuid().is_root() {
        return None;
    }
    let passwd = fs::read_to_string("/etc/passwd").expect("the accounts");
    let of = |name: &str| {
        let mut fields = passwd.lines().find_map(|l| l.strip_prefix(name))?.split(':').skip(1);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    Some(of("postgres:").or_else(|| of("nobody:")).expect("an account without rights"))
}
