//! Configuration: flags, then the environment, then the file `zveno.toml`, then defaults. The only place that reads the
//! environment; everything else is given what it needs.

pub mod file;

use std::collections::HashMap;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use domain::node::Role;
use domain::{Span, limits};
use ipnet::IpNet;

use crate::acme::AcmeArgs;

/// Where the data is; every command has these.
#[derive(Args, Clone, Debug)]
pub struct DataArgs {
    /// A file with settings; without it ./zveno.toml, if there is one.
    #[arg(long, global = true, env = "ZVENO_CONFIG")]
    pub config: Option<PathBuf>,
    /// The folder of the embedded database, the key file and the control socket.
    #[arg(long, global = true, env = "ZVENO_DATA_DIR", default_value = "data")]
    pub data_dir: PathBuf,
    /// PostgreSQL instead of the embedded database: postgres://user:password@host/name
    #[arg(long, global = true, env = "ZVENO_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// The address of this server as senders see it, such as https://hooks.example.org
    #[arg(long, global = true, env = "ZVENO_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// The key that seals secrets, 64 hexadecimal digits; without it the key file is used.
    #[arg(long, global = true, env = "ZVENO_SECRET_KEY", hide = true, hide_env_values = true)]
    pub secret_key: Option<String>,
    /// Private networks that flows may reach, such as 127.0.0.0/8,10.0.0.0/8
    #[arg(long, global = true, env = "ZVENO_ALLOW_NETWORKS", value_delimiter = ',')]
    pub allow_networks: Vec<IpNet>,
    /// Unfinished runs at which deliveries are answered 503 until some are done.
    #[arg(long, global = true, env = "ZVENO_BACKLOG", default_value_t = limits::BACKLOG)]
    pub backlog: i64,
    /// The seconds since 1970 at which the clock begins. Builds for tests only.
    #[arg(long, global = true, hide = true)]
    pub clock: Option<i64>,
    /// A PEM file with more certificate authorities that services may use.
    #[arg(long, global = true, env = "ZVENO_EXTRA_ROOTS")]
    pub extra_roots: Option<PathBuf>,
}

/// Which server does the command.
#[derive(Args, Clone, Debug)]
pub struct RemoteArgs {
    /// A server elsewhere that is to do the command, such as https://zveno.example.org
    #[arg(long, global = true, env = "ZVENO_SERVER")]
    pub server: Option<String>,
    /// A key of that server. In the environment it is not seen by other users of this machine.
    #[arg(long, global = true, env = "ZVENO_API_KEY", hide_env_values = true)]
    pub api_key: Option<String>,
}

/// How the server runs.
#[derive(Args, Clone, Debug)]
pub struct ServeArgs {
    /// Address and port to listen on.
    #[arg(long, env = "ZVENO_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// What this node does: all, ingest (takes deliveries, executes nothing) or worker (executes,
    /// takes no deliveries). Several nodes need PostgreSQL.
    #[arg(long, env = "ZVENO_ROLE", default_value = "all", value_parser = role)]
    pub role: Role,
    /// When asked to stop: how long deliveries are still taken while /readyz says 503, so that a
    /// load balancer notices. Without it 5s on PostgreSQL and 0s on the embedded database.
    #[arg(long, env = "ZVENO_DRAIN")]
    pub drain: Option<Span>,
    /// Reverse proxies that say where a request comes from (X-Forwarded-For), such as
    /// 127.0.0.1,10.0.0.0/8
    #[arg(long, env = "ZVENO_TRUSTED_PROXIES", value_delimiter = ',', value_parser = network)]
    pub trusted_proxies: Vec<IpNet>,
    /// Folders of connectors beside those of the server, such as /etc/zveno/connectors; read at the
    /// start and at SIGHUP.
    #[arg(long, env = "ZVENO_CONNECTORS", value_delimiter = ',')]
    pub connectors: Vec<PathBuf>,
    /// For authors of connectors: a version may change its content, and the folders of connectors
    /// are read again as they change.
    #[arg(long, env = "ZVENO_DEV")]
    pub dev: bool,
    /// Runs executed at once.
    #[arg(long, env = "ZVENO_WORKERS", default_value_t = limits::WORKERS)]
    pub workers: usize,
    /// Do not change the database's schema; fail if it needs a change.
    #[arg(long)]
    pub no_migrate: bool,
    /// Logs as JSON, one object a line.
    #[arg(long, env = "ZVENO_LOG_JSON")]
    pub log_json: bool,
    #[command(flatten)]
    pub acme: AcmeArgs,
    /// Ends the process at a moment of its work, as a crash would. Builds for tests only.
    #[arg(long, env = "ZVENO_FAILPOINT", hide = true)]
    pub failpoint: Option<String>,
}

/// A network, or one address.
fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    let one = || text.parse::<std::net::IpAddr>().map(IpNet::from);
    text.parse().or_else(|_| one()).map_err(|_| "expected an address or a network".to_owned())
}

/// The operator's certificate authorities, as PEM.
///
/// # Errors
/// The file cannot be read.
pub fn extra_roots(args: &DataArgs) -> anyhow::Result<Option<String>> {
    let Some(p) = &args.extra_roots else { return Ok(None) };
    let text = fs::read_to_string(p).with_context(|| format!("--extra-roots {}", p.display()))?;
    Ok(Some(text))
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| "expected all, ingest or worker".into())
}

impl ServeArgs {
    /// How long deliveries are still taken when the server is asked to stop.
    ///
    /// # Errors
    /// It is too long.
    pub fn drain(&self, data: &DataArgs) -> anyhow::Result<Span> {
        let usual = if data.database_url.is_some() { limits::DRAIN } else { Span::ZERO };
        let drain = self.drain.unwrap_or(usual);
        if drain > limits::DRAIN_MAX {
            bail!("--drain is at most {}", limits::DRAIN_MAX);
        }
        Ok(drain)
    }

    /// The role, where the database allows it.
    ///
    /// # Errors
    /// The embedded database has one node, which does everything.
    pub fn role(&self, data: &DataArgs) -> anyhow::Result<Role> {
        if data.database_url.is_none() && self.role != Role::All {
            bail!(
                "--role {} needs PostgreSQL (--database-url): the embedded database has one node, which does everything",
                self.role.as_str()
            );
        }
        Ok(self.role)
    }
}

/// The prefix of the variables that point a connector at a sandbox or a stub.
const BASE_URL: &str = "ZVENO_BASE_URL_";

/// `ZVENO_BASE_URL_<CONNECTOR>` by connector name.
///
/// # Errors
/// A value is not an address.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub fn base_urls() -> anyhow::Result<HashMap<String, url::Url>> {
    let mut out = HashMap::new();
    for (name, value) in std::env::vars() {
        let Some(connector) = name.strip_prefix(BASE_URL) else {
            continue;
        };
        let url = value.parse().with_context(|| format!("{name} is not an address"))?;
        out.insert(connector.to_lowercase(), url);
    }
    Ok(out)
}

/// The prefix of the variables with the operator's applications (OAuth).
const APP: &str = "ZVENO_APP_";

/// `ZVENO_APP_<CONNECTOR>_CLIENT_ID` and `_CLIENT_SECRET` by connector.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub fn apps() -> HashMap<String, connect::outbound::App> {
    let mut out: HashMap<String, connect::outbound::App> = HashMap::new();
    for (name, value) in std::env::vars() {
        let Some(rest) = name.strip_prefix(APP) else { continue };
        for field in ["CLIENT_ID", "CLIENT_SECRET"] {
            if let Some(connector) = rest.strip_suffix(field).and_then(|c| c.strip_suffix('_')) {
                let app = out.entry(connector.to_lowercase()).or_default();
                app.insert(field.to_lowercase(), domain::Secret::new(value.as_str()));
            }
        }
    }
    out
}

/// What the log shows: `ZVENO_LOG`, such as `info` or `engine=debug,info`.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub fn log_filter() -> String {
    std::env::var("ZVENO_LOG").unwrap_or_else(|_| "info".to_owned())
}

impl DataArgs {
    /// The public address without a slash at the end.
    ///
    /// # Errors
    /// It is no http or https address.
    pub fn public(&self, listen: Option<SocketAddr>) -> anyhow::Result<String> {
        let text = match (&self.public_url, listen) {
            (Some(u), _) => u.clone(),
            (None, Some(l)) => format!("http://{l}"),
            (None, None) => "http://127.0.0.1:8080".to_owned(),
        };
        let url: url::Url = text.parse().with_context(|| format!("--public-url {text}"))?;
        if !matches!(url.scheme(), "http" | "https") {
            bail!("--public-url must start with http:// or https://");
        }
        Ok(url.as_str().trim_end_matches('/').to_owned())
    }
}
