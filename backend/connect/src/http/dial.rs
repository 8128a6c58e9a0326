//! A bare connection through the same guard, for mail.

use std::io;
use std::net::IpAddr;

use domain::Text;
use domain::limits::CONNECT_TIMEOUT;
use tokio::net::TcpStream;
use url::Host;

use super::Sender;
use super::failure;
use super::guard::{Refusal, Route};
use super::lookup::{LookupError, Resolver};

/// Why there is no connection. Nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    #[error("\"{0}\" is not the name or address of a host")]
    Host(String),
    #[error(transparent)]
    Refused(Refusal),
    #[error("{}", .0.en)]
    Unreachable(Text),
}

/// A connection to a checked address.
#[derive(Debug)]
pub struct Dialled {
    pub stream: TcpStream,
    /// The host as it stands in certificates.
    pub host: String,
    /// Whether the operator opened the network of the address.
    pub opened: bool,
}

impl DialError {
    /// The same in both languages.
    pub fn text(&self) -> Text {
        match self {
            DialError::Host(name) => {
                Text::new(self.to_string(), format!("«{name}» — не имя и не адрес хоста"))
            }
            DialError::Refused(r) => r.text(),
            DialError::Unreachable(why) => why.clone(),
        }
    }
}

impl Sender {
    /// Connects to `host`, a name or an address.
    ///
    /// # Errors
    /// The name is not found, its addresses are not allowed, or none of them answers.
    pub async fn dial(&self, host: &str, port: u16) -> Result<Dialled, DialError> {
        let wait = tokio::time::timeout(CONNECT_TIMEOUT.std(), self.connect(host, port));
        let late = || DialError::Unreachable(failure::unconnected());
        wait.await.map_err(|_| late())?
    }

    async fn connect(&self, host: &str, port: u16) -> Result<Dialled, DialError> {
        if let Some(at) = self.script.as_ref().and_then(|s| s.dial(host, port)) {
            let stream = TcpStream::connect(at).await;
            let stream =
                stream.map_err(|e| DialError::Unreachable(failure::technical(e.to_string())))?;
            return Ok(Dialled { stream, host: host.to_owned(), opened: true });
        }
        let parsed = Host::parse(host).map_err(|_| DialError::Host(host.to_owned()))?;
        if self.muted {
            return Err(DialError::Unreachable(super::sender::muted()));
        }
        let (name, addresses) = match parsed {
            Host::Ipv4(ip) => (ip.to_string(), self.literal(IpAddr::V4(ip))?),
            Host::Ipv6(ip) => (ip.to_string(), self.literal(IpAddr::V6(ip))?),
            Host::Domain(name) => {
                let found = self.resolve(name.clone()).await?;
                (name, found)
            }
        };
        let mut last = io::Error::new(io::ErrorKind::NotFound, "no address");
        for ip in addresses {
            match TcpStream::connect((ip, port)).await {
                Ok(stream) => {
                    let opened = self.guard.opened(ip);
                    return Ok(Dialled { stream, host: name, opened });
                }
                Err(e) => last = e,
            }
        }
        Err(DialError::Unreachable(Text::new(
            format!("{name} could not be reached: {last}"),
            format!("до {name} не достучаться: {last}"),
        )))
    }

    fn literal(&self, ip: IpAddr) -> Result<Vec<IpAddr>, DialError> {
        if self.guard.permits(ip, Route::Anywhere) {
            Ok(vec![ip])
        } else {
            Err(DialError::Refused(self.guard.refusal(&ip.to_string(), &[ip])))
        }
    }

    async fn resolve(&self, name: String) -> Result<Vec<IpAddr>, DialError> {
        let names = Resolver {
            guard: self.guard.clone(),
            names: self.names.clone(),
            route: Route::Anywhere,
        };
        names.addresses(name).await.map_err(|e| match e {
            LookupError::Refused(r) => DialError::Refused(r),
            LookupError::NotFound { ref host, ref source } => DialError::Unreachable(Text::new(
                e.to_string(),
                format!("имя {host} не найдено: {source}"),
            )),
        })
    }
}
