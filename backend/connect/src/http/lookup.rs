//! Names to addresses, through the guard. What is checked here is what gets connected to, so a
//! name that changes its address between two look-ups gains nothing.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use domain::limits::DNS_ADDRESSES;
use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::guard::{Guard, Refusal, Route};

/// Looks up the addresses of a name.
pub trait Lookup: Send + Sync {
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The resolver of the operating system.
#[derive(Debug, Default)]
pub struct System;

impl Lookup for System {
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            Ok(found.map(|a| a.ip()).collect())
        })
    }
}

/// Why a name gives no address.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    #[error("the name {host} was not found: {source}")]
    NotFound { host: String, source: io::Error },
    #[error("{0}")]
    Refused(#[from] Refusal),
}

/// A resolver that leaves out what the guard refuses.
#[derive(Clone)]
pub struct Resolver {
    pub guard: Arc<Guard>,
    pub names: Arc<dyn Lookup>,
    pub route: Route,
}

impl Resolver {
    /// The addresses of `host` that may be reached, never none.
    pub async fn addresses(self, host: String) -> Result<Vec<IpAddr>, LookupError> {
        let found = self.names.lookup(host.clone()).await;
        let mut all =
            found.map_err(|source| LookupError::NotFound { host: host.clone(), source })?;
        all.truncate(DNS_ADDRESSES);
        if all.is_empty() {
            let source = io::Error::new(io::ErrorKind::NotFound, "no address");
            return Err(LookupError::NotFound { host, source });
        }
        let open: Vec<IpAddr> =
            all.iter().copied().filter(|ip| self.guard.permits(*ip, self.route)).collect();
        if open.is_empty() {
            return Err(self.guard.refusal(&host, &all).into());
        }
        Ok(open)
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.clone().addresses(name.as_str().to_owned());
        Box::pin(async move {
            let list = found.await?;
            // Port 0 stands for the port of the request.
            Ok(Box::new(list.into_iter().map(|ip| SocketAddr::new(ip, 0))) as Addrs)
        })
    }
}
