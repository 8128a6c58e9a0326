//! The server under test: this binary in a process and folder of its own.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, bail};
use domain::Span;
use domain::clock::SharedClock;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

pub(super) struct Server {
    child: Child,
    folder: PathBuf,
    port: u16,
    /// From the start of the process to the first answer of `/readyz`.
    pub cold_start: Span,
}

const ADDRESS: &str = "benchbenchbenchbenchbench1";
/// The longest that a start may take.
const PATIENCE: Span = Span::secs(20);

impl Server {
    pub(super) async fn start(flow: &Value, clock: SharedClock) -> anyhow::Result<Self> {
        let folder = std::env::temp_dir().join(format!("zveno-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        import(&folder, flow).await?;
        // A free port: taken and given back at once.
        let port = TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port();
        let began = clock.mono();
        let child = zveno(&folder)?
            .args(["serve", "--listen", &format!("127.0.0.1:{port}")])
            .env("ZVENO_LOG", "warn")
            .kill_on_drop(true)
            .spawn()?;
        let mut server = Self { child, folder, port, cold_start: Span::ZERO };
        while !server.ready().await {
            if clock.mono() > began.plus(PATIENCE) || server.child.try_wait()?.is_some() {
                bail!("the server did not start");
            }
            clock.timer(clock.now().plus(Span::ms(5))).await;
        }
        server.cold_start = Span::from_micros(clock.mono().micros() - began.micros());
        Ok(server)
    }

    async fn ready(&self) -> bool {
        let Ok(mut s) = TcpStream::connect(("127.0.0.1", self.port)).await else {
            return false;
        };
        let ask = b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        let mut answer = String::new();
        s.write_all(ask).await.is_ok()
            && s.read_to_string(&mut answer).await.is_ok()
            && answer.starts_with("HTTP/1.1 200")
    }

    pub(super) fn hook(&self) -> url::Url {
        let text = format!("http://127.0.0.1:{}/in/{ADDRESS}", self.port);
        text.parse().unwrap_or_else(|_| unreachable!("a local address is an address"))
    }

    /// User and system seconds so far, from /proc/PID/stat (fields 14 and 15, proc(5)).
    pub(super) fn cpu_s(&self) -> f64 {
        let stat = self.proc("stat");
        let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ');
        let ticks: f64 = fields.skip(11).take(2).filter_map(|n| n.parse::<f64>().ok()).sum();
        // USER_HZ is 100 on every Linux that matters (proc(5)).
        ticks / 100.0
    }

    /// Proportional set size in MiB, from /proc/PID/smaps_rollup.
    pub(super) fn memory_mb(&self) -> f64 {
        self.proc("smaps_rollup")
            .lines()
            .find_map(|l| l.strip_prefix("Pss:"))
            .and_then(|l| l.trim().trim_end_matches("kB").trim().parse::<f64>().ok())
            .map_or(0.0, |kb| kb / 1024.0)
    }

    fn proc(&self, file: &str) -> String {
        let pid = self.child.id().unwrap_or(0);
        std::fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.start_kill();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn import(folder: &PathBuf, flow: &Value) -> anyhow::Result<()> {
    let mut child = zveno(folder)?
        .args(["flow", "import", "-", "--publish", "--address", ADDRESS, "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().context("standard input")?;
    stdin.write_all(flow.to_string().as_bytes()).await?;
    drop(stdin);
    let out = child.wait_with_output().await?;
    if !out.status.success() {
        bail!("the flow was not imported: {}", String::from_utf8_lossy(&out.stdout));
    }
    Ok(())
}

/// This binary with a clean environment for the folder.
fn zveno(folder: &PathBuf) -> anyhow::Result<Command> {
    let mut c = Command::new(std::env::current_exe()?);
    c.arg("--data-dir")
        .arg(folder)
        .env_remove("ZVENO_DATABASE_URL")
        .env_remove("ZVENO_SECRET_KEY")
        .env("ZVENO_ALLOW_NETWORKS", "127.0.0.0/8");
    Ok(c)
}
