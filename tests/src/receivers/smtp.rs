//! A mail server (RFC 5321) with STARTTLS or implicit TLS, AUTH PLAIN and LOGIN, greylisting and
//! scripted faults, that keeps every message it was sent. Absent: BDAT, DSN, delivery anywhere.

mod auth;
mod dialog;
mod receive;
mod script;
mod session;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::Time;
use tokio_rustls::TlsAcceptor;

pub use script::{Act, Stage};

use super::mime::{Broken, Message};
use super::server::Server;
use super::{Late, Ledger, Log, Now, TestCa};
use script::Script;

/// When the connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    Never,
    /// On the client's STARTTLS (RFC 3207).
    StartTls,
    /// From the first byte (RFC 8314).
    Implicit,
}

/// An extension the server offers besides SIZE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extension {
    EightBitMime,
    Pipelining,
    EnhancedStatusCodes,
    SmtpUtf8,
}

impl Extension {
    fn keyword(self) -> &'static str {
        match self {
            Extension::EightBitMime => "8BITMIME",
            Extension::Pipelining => "PIPELINING",
            Extension::EnhancedStatusCodes => "ENHANCEDSTATUSCODES",
            Extension::SmtpUtf8 => "SMTPUTF8",
        }
    }
}

/// How a server is set up.
pub struct Options {
    /// The port to listen on; 0 takes a free one.
    pub port: u16,
    pub now: Now,
    pub tls: Tls,
    /// Names in the server's certificate.
    pub names: Vec<String>,
    /// The only user and password; `None` asks for none.
    pub user: Option<(String, String)>,
    /// Whether AUTH is offered without encryption.
    pub auth_in_the_clear: bool,
    /// Puts off each new pair of sender and recipient once.
    pub greylist: bool,
    /// Bytes of a message at most.
    pub size_max: u64,
    pub extensions: Vec<Extension>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            port: 0,
            now: Now::wall(),
            tls: Tls::Never,
            names: vec!["localhost".to_owned(), "127.0.0.1".to_owned()],
            user: None,
            auth_in_the_clear: false,
            greylist: false,
            size_max: 32 * 1024 * 1024,
            extensions: vec![
                Extension::EightBitMime,
                Extension::Pipelining,
                Extension::EnhancedStatusCodes,
            ],
        }
    }
}

/// How a message ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Accepted,
    /// With this reply.
    Refused(String),
    /// The connection ended after the final dot without a reply; the server has the message.
    Unanswered,
}

/// One message that came to its final dot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    pub at: Time,
    /// Which connection brought it, counted from 1.
    pub connection: u64,
    /// The name the client said hello with.
    pub hello: String,
    /// Whether the connection was encrypted.
    pub tls: bool,
    /// The user that had authenticated.
    pub user: Option<String>,
    /// The envelope's sender; empty for `<>`.
    pub from: String,
    /// The parameters of MAIL, as sent.
    pub params: Vec<String>,
    /// The envelope's accepted recipients.
    pub to: Vec<String>,
    /// The message with the stuffed dots removed.
    pub raw: Vec<u8>,
    pub verdict: Verdict,
}

impl Mail {
    /// The message taken apart.
    pub fn message(&self) -> Result<Message, Broken> {
        Message::parse(&self.raw)
    }

    /// Bytes of the longest line, without its line break. RFC 5321, 4.5.3.1.6 allows 998.
    pub fn longest_line(&self) -> usize {
        self.raw.split(|b| *b == b'\n').map(|l| l.trim_ascii_end().len()).max().unwrap_or(0)
    }
}

/// A running mail server.
pub struct SmtpReceiver {
    server: Server,
    shared: Arc<Shared>,
    ca: TestCa,
}

struct Shared {
    options: Options,
    acceptor: Option<TlsAcceptor>,
    script: Mutex<Script>,
    log: Log<Mail>,
    commands: Log<String>,
    now: Now,
}

impl SmtpReceiver {
    /// Starts a server without TLS, users or greylisting.
    pub async fn start() -> anyhow::Result<SmtpReceiver> {
        SmtpReceiver::start_with(Options::default()).await
    }

    /// Starts as `options` say.
    pub async fn start_with(options: Options) -> anyhow::Result<SmtpReceiver> {
        let ca = TestCa::new()?;
        let names: Vec<&str> = options.names.iter().map(String::as_str).collect();
        let acceptor = match options.tls {
            Tls::Never => None,
            Tls::StartTls | Tls::Implicit => Some(ca.acceptor(&names)?),
        };
        let (port, now) = (options.port, options.now.clone());
        let shared = Arc::new(Shared {
            options,
            acceptor,
            script: Mutex::default(),
            log: Log::default(),
            commands: Log::default(),
            now,
        });
        let each = shared.clone();
        let serve = move |socket, number| {
            let shared = each.clone();
            async move {
                // A client that breaks off is part of the test, not a fault of the server.
                let _ = session::serve(&shared, socket, number).await;
            }
        };
        let server = Server::start(port, serve).await?;
        Ok(SmtpReceiver { server, shared, ca })
    }

    /// Does `act` the next `times` that `stage` is reached.
    pub fn script(&self, stage: Stage, times: usize, act: &Act) {
        self.shared.script().add(stage, times, act);
    }

    /// Answers every RCPT of `recipient` with `reply`.
    pub fn refuse(&self, recipient: &str, reply: &str) {
        self.shared.script().refuse(recipient, reply);
    }

    /// The messages that came to their final dot, in order.
    pub fn log(&self) -> &Log<Mail> {
        &self.shared.log
    }

    /// Every command line, in order.
    pub fn commands(&self) -> &Log<String> {
        &self.shared.commands
    }

    /// Waits for `n` accepted messages and returns those.
    pub async fn wait_for(&self, n: usize, within: Duration) -> Result<Vec<Arc<Mail>>, Late> {
        let accepted = |m: &Arc<Mail>| m.verdict == Verdict::Accepted;
        let enough = |all: &[Arc<Mail>]| all.iter().filter(|m| accepted(m)).count() >= n;
        let all = self.log().wait_until(within, enough).await?;
        Ok(all.into_iter().filter(accepted).collect())
    }

    /// How often each `Message-ID` was taken, whether or not the client was told.
    pub fn message_ids(&self) -> Ledger {
        let all = self.log().all();
        let taken = all.iter().filter(|m| !matches!(m.verdict, Verdict::Refused(_)));
        taken.filter_map(|m| m.message().ok()?.message_id().map(str::to_owned)).collect()
    }

    /// The authority that signed the server's certificate.
    pub fn ca(&self) -> &TestCa {
        &self.ca
    }

    /// The address it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.server.addr()
    }

    /// How many connections it accepted.
    pub fn connections(&self) -> u64 {
        self.server.accepted()
    }

    /// Stops and frees the port.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

impl Shared {
    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
