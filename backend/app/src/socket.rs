//! The control socket `DATA_DIR/zveno.sock`: how commands reach the server that holds the data
//! folder. Only the same user of the operating system may open it (mode 0600). One request and
//! one answer a connection, each a line of JSON.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use engine::manage::Manage;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::ops::{Failure, Op, rights};

/// The largest request, bytes: the rows of an import, of which each character may be escaped.
const REQUEST: u64 = 2 * domain::limits::IMPORT_BYTES as u64 + (4 << 20);

/// What the server answers.
#[derive(Serialize, Deserialize)]
enum Reply {
    Ok(Value),
    Failed(Failure),
}

fn path(data_dir: &Path) -> PathBuf {
    data_dir.join("zveno.sock")
}

/// Starts to answer commands.
///
/// # Errors
/// The socket cannot be made.
pub fn listen(
    data_dir: &Path,
    manage: Manage,
    stop: CancellationToken,
) -> anyhow::Result<JoinHandle<()>> {
    let path = path(data_dir);
    match fs::remove_file(&path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => {
            return Err(e).with_context(|| format!("cannot replace {}", path.display()));
        }
        _ => {}
    }
    let listener = bind(&path).with_context(|| format!("cannot make {}", path.display()))?;
    Ok(tokio::spawn(async move {
        let open = TaskTracker::new();
        loop {
            let stream = tokio::select! {
                () = stop.cancelled() => break,
                a = listener.accept() => match a {
                    Ok((s, _)) => s,
                    Err(e) => {
                        tracing::warn!(error = %e, "the control socket failed");
                        break;
                    }
                },
            };
            let manage = manage.clone();
            open.spawn(async move {
                if let Err(e) = answer(stream, &manage).await {
                    tracing::debug!(error = %e, "a command went away");
                }
            });
        }
        open.close();
        open.wait().await;
        let _ = fs::remove_file(&path);
    }))
}

/// Makes the socket so that nobody else can open it, not even for a moment.
fn bind(path: &Path) -> io::Result<UnixListener> {
    let before = rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o177));
    let bound = UnixListener::bind(path);
    rustix::process::umask(before);
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    bound
}

async fn answer(mut stream: UnixStream, manage: &Manage) -> anyhow::Result<()> {
    let (read, mut write) = stream.split();
    let mut line = String::new();
    BufReader::new(read.take(REQUEST)).read_line(&mut line).await?;
    let reply = match serde_json::from_str::<Op>(&line) {
        Ok(op) => match rights::run(&manage.now(), rights::CONSOLE, op).await {
            Ok(v) => Reply::Ok(v),
            Err(f) => Reply::Failed(f),
        },
        // Never quotes the line: it may hold a secret.
        Err(_) => Reply::Failed(Failure::bad(
            "the server does not know this command; is it another version?",
        )),
    };
    let mut text = serde_json::to_vec(&reply)?;
    text.push(b'\n');
    write.write_all(&text).await?;
    write.shutdown().await?;
    Ok(())
}

/// Asks the server of this data folder; nothing if none runs.
///
/// # Errors
/// The connection broke before the answer came.
pub async fn ask(data_dir: &Path, op: &Op) -> anyhow::Result<Option<Result<Value, Failure>>> {
    let Ok(mut stream) = UnixStream::connect(path(data_dir)).await else {
        return Ok(None);
    };
    let mut text = serde_json::to_vec(op)?;
    text.push(b'\n');
    stream.write_all(&text).await.context("the server does not take the command")?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).await.context("the server did not answer")?;
    Ok(Some(
        match serde_json::from_str(&line).context("the server's answer is not understood")? {
            Reply::Ok(v) => Ok(v),
            Reply::Failed(f) => Err(f),
        },
    ))
}
