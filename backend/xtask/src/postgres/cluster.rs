//! One PostgreSQL server process and its folder, from initdb to removal.

use std::fs::{self, DirBuilder, File};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use super::account::{Account, unprivileged};

/// A port found free can be taken before the server binds it; then another one is tried.
const PORTS_TRIED: u32 = 5;
/// How often the server is asked whether it is ready, and how long between.
const READY_POLLS: u32 = 600;
const READY_POLL: Duration = Duration::from_millis(100);
/// Locales in which the cluster can be made, best first; the second one is always there.
const LOCALES: [&str; 2] = ["C.UTF-8", "C"];
/// Durable as in production; room for every test's pool at once; TCP only, because the path of a
/// socket in a long temporary folder can exceed the system's limit; little log, because the folder
/// may be in memory.
const SETTINGS: [&str; 6] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=300",
    "fsync=on",
    "synchronous_commit=on",
    "max_wal_size=256MB",
];

/// A running server; dropping it stops the process and removes the folder.
pub struct Cluster {
    folder: Folder,
    port: u16,
    process: Child,
}

impl Cluster {
    /// Makes a cluster and starts it; returns once it takes connections.
    pub fn start(binaries: &Path) -> Result<Self> {
        let account = unprivileged()?;
        let folder = Folder::new(account)?;
        folder.init(binaries)?;
        for _ in 0..PORTS_TRIED {
            let port = free_port()?;
            let mut process = folder.spawn(binaries, port)?;
            if folder.wait_until_ready(&mut process)? {
                return Ok(Self { folder, port, process });
            }
        }
        bail!("PostgreSQL did not start; the end of its log:\n{}", folder.log_end())
    }

    /// The address of the database `postgres` as superuser; there is no password.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.folder.stop(&mut self.process);
        // The folder is removed by its own drop, after the process has ended.
    }
}

/// The folder of a cluster: `data`, `log` and nothing else.
struct Folder {
    path: PathBuf,
    account: Option<Account>,
}

impl Folder {
    fn new(account: Option<Account>) -> Result<Self> {
        let path = parent().join(format!("zveno-test-postgres-{}", std::process::id()));
        // Left over from a machine that lost power, under a process id that came round again.
        drop(fs::remove_dir_all(&path));
        let made = DirBuilder::new().mode(0o700).create(&path);
        made.with_context(|| format!("cannot make the folder {}", path.display()))?;
        let folder = Self { path, account };
        if let Some(Account { uid, gid }) = account {
            chown(&folder.path, Some(uid), Some(gid)).context("cannot give the folder away")?;
        }
        Ok(folder)
    }

    fn init(&self, binaries: &Path) -> Result<()> {
        let mut said = String::new();
        for locale in LOCALES {
            let mut command = self.command(&binaries.join("initdb"));
            command.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync"]);
            let output = command.arg(format!("--locale={locale}")).arg("data").output();
            let output = output.context("cannot start initdb")?;
            if output.status.success() {
                return Ok(());
            }
            said = String::from_utf8_lossy(&output.stderr).into_owned();
        }
        bail!("initdb failed: {}", said.trim())
    }

    fn spawn(&self, binaries: &Path, port: u16) -> Result<Child> {
        let log = File::create(self.path.join("log"))?;
        let mut command = self.command(&binaries.join("postgres"));
        command.args(["-D", "data", "-p", &port.to_string()]);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command.stdout(log.try_clone()?).stderr(log).spawn().context("cannot start postgres")
    }

    /// A PostgreSQL program in this folder, under the right account, deaf to the caller's PG* and
    /// locale variables.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.path).stdin(Stdio::null());
        command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").env("TZ", "UTC");
        if let Some(Account { uid, gid }) = self.account {
            command.uid(uid).gid(gid);
        }
        command
    }

    /// `false` if the process ended instead.
    fn wait_until_ready(&self, process: &mut Child) -> Result<bool> {
        let pid_file = self.path.join("data/postmaster.pid");
        for _ in 0..READY_POLLS {
            if process.try_wait()?.is_some() {
                return Ok(false);
            }
            if fs::read_to_string(&pid_file).is_ok_and(|text| is_ready(&text, process.id())) {
                return Ok(true);
            }
            sleep(READY_POLL);
        }
        self.stop(process);
        Ok(false)
    }

    /// The immediate shutdown of pg_ctl: nothing in the cluster is worth a checkpoint.
    fn stop(&self, process: &mut Child) {
        let signalled = kill_process(Pid::from_child(process), Signal::QUIT);
        if let Err(error) = signalled.map_err(Into::into).and_then(|()| process.wait()) {
            eprintln!("xtask: cannot stop the PostgreSQL in {}: {error}", self.path.display());
        }
    }

    fn log_end(&self) -> String {
        let log = fs::read_to_string(self.path.join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(10)..].join("\n")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            eprintln!("xtask: cannot remove {}: {error}", self.path.display());
        }
    }
}

/// Memory where the system has enough of it for files: each test makes and drops a database of
/// nearly a thousand files, and a drop waits until the disk has all that was written. Else `/tmp`
/// where it exists: the user's own temporary folder may be closed to other accounts.
fn parent() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if is_roomy(memory) {
        return memory.to_owned();
    }
    let shared = Path::new("/tmp");
    if shared.is_dir() { shared.to_owned() } else { std::env::temp_dir() }
}

/// Bytes that a folder in memory must have free.
const ROOM: u64 = 2 << 30;

/// Whether there is such a folder with room, open to every account.
fn is_roomy(folder: &Path) -> bool {
    let open = fs::metadata(folder).is_ok_and(|m| m.is_dir() && m.mode() & 0o1777 == 0o1777);
    let free = || rustix::fs::statvfs(folder).map(|s| s.f_bavail * s.f_frsize);
    open && free().is_ok_and(|free| free >= ROOM)
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
    Ok(listener.local_addr()?.port())
}

/// Reads `postmaster.pid`: line 1 is the process, line 8 its state ("ready" once it takes
/// connections; PostgreSQL sources, src/include/utils/pidfile.h).
fn is_ready(pid_file: &str, pid: u32) -> bool {
    let mut lines = pid_file.lines();
    let first = lines.next().and_then(|line| line.trim().parse().ok());
    first == Some(pid) && lines.nth(6).is_some_and(|state| state.trim() == "ready")
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::*;
    use crate::postgres::Binaries;

    #[test]
    fn the_server_is_ready_when_its_own_pid_file_says_so() {
        let file = |state: &str| format!("17\n/d\n1\n5432\n\n127.0.0.1\n 1 2\n{state}\n");
        assert!(is_ready(&file("ready   "), 17));
        assert!(!is_ready(&file("starting"), 17));
        assert!(!is_ready(&file("ready   "), 18), "the file of an earlier process");
        assert!(!is_ready("17\n/d\n", 17), "half written");
    }

    #[test]
    fn a_cluster_takes_connections_and_leaves_nothing_behind() {
        let binaries = Binaries::find_or_install(false).expect("run `cargo xtask test`");
        let cluster = Cluster::start(&binaries.folder).unwrap();
        let (folder, port) = (cluster.folder.path.clone(), cluster.port);
        assert!(folder.join("data").is_dir());
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        drop(cluster);
        assert!(!folder.exists());
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap_err();
    }
}
