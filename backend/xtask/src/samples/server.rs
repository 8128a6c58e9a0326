//! A server of its own for a group of samples: a fresh data folder, the clock that the samples
//! assume, and the command line for everything but the deliveries.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// How long a server may take to listen: 0.1 s each.
const TRIES: usize = 300;

/// A running server; it ends with this value.
pub struct Server {
    zveno: PathBuf,
    data: PathBuf,
    pub address: SocketAddr,
    child: Child,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; the folder is below the temporary one.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.data);
    }
}

impl Server {
    /// Starts one. `clock`: the seconds since 1970 that it begins with.
    pub fn start(zveno: &Path, data: PathBuf, clock: Option<i64>) -> Result<Server> {
        fs::create_dir_all(&data)?;
        let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        let log = fs::File::create(data.join("log"))?;
        let mut command = Command::new(zveno);
        command.args(["serve", "--data-dir"]).arg(&data);
        command.args(["--listen", &address.to_string(), "--trusted-proxies", "127.0.0.1"]);
        if let Some(clock) = clock {
            command.args(["--clock", &clock.to_string()]);
        }
        let child = command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn();
        let child = child.with_context(|| format!("cannot start {}", zveno.display()))?;
        let mut server = Server { zveno: zveno.to_owned(), data, address, child };
        for _ in 0..TRIES {
            if TcpStream::connect(address).is_ok() {
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait()? {
                let log = fs::read_to_string(server.data.join("log")).unwrap_or_default();
                bail!("the server ended ({status}):\n{log}");
            }
            sleep(Duration::from_millis(100));
        }
        bail!("the server does not listen")
    }

    /// A command of the product against this server; its JSON.
    pub fn command(&self, args: &[&str]) -> Result<Value> {
        let output = Command::new(&self.zveno)
            .args(["--json", "--data-dir"])
            .arg(&self.data)
            .args(args)
            .stdin(Stdio::null())
            .output()
            .context("cannot run zveno")?;
        let text = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            let why = String::from_utf8_lossy(&output.stderr);
            bail!("zveno {}: {text}{why}", args.join(" "));
        }
        serde_json::from_str(&text).with_context(|| format!("zveno {}: {text}", args.join(" ")))
    }

    /// Writes a file into its folder.
    pub fn file(&self, name: &str, text: &str) -> Result<String> {
        let path = self.data.join(name);
        fs::write(&path, text)?;
        Ok(path.display().to_string())
    }
}
