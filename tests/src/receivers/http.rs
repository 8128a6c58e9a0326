//! An HTTP/1.1 server that a test scripts, and that remembers every request.
//! Absent: routing and any service's rules, which the receivers built on this one add.

mod answer;
mod bomb;
mod request;
mod write;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::BufReader;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

pub use answer::Answer;
pub use request::Received;

use super::server::Server;
use super::wire::Wire;
use super::{Late, Ledger, Log, Now};

type Responder = Arc<dyn Fn(&Received) -> Answer + Send + Sync>;

/// How a receiver is set up.
#[derive(Default)]
pub struct Options {
    /// The port to listen on; 0 takes a free one.
    pub port: u16,
    /// Where its time comes from.
    pub now: Now,
    /// Speaks TLS with this certificate.
    pub tls: Option<TlsAcceptor>,
}

/// A running server. Answers the script's next entry, or what the responder says once the script
/// is used up; at first that is an empty 200.
pub struct HttpReceiver {
    server: Server,
    shared: Arc<Shared>,
    tls: bool,
}

struct Shared {
    script: Mutex<VecDeque<Answer>>,
    responder: Mutex<Responder>,
    log: Log<Received>,
    now: Now,
    tls: Option<TlsAcceptor>,
}

impl HttpReceiver {
    /// Starts on a free port, without TLS.
    pub async fn start() -> io::Result<HttpReceiver> {
        HttpReceiver::start_with(Options::default()).await
    }

    /// Starts as `options` say.
    pub async fn start_with(options: Options) -> io::Result<HttpReceiver> {
        let tls = options.tls.is_some();
        let responder: Responder = Arc::new(|_| Answer::ok());
        let shared = Arc::new(Shared {
            script: Mutex::default(),
            responder: Mutex::new(responder),
            log: Log::default(),
            now: options.now,
            tls: options.tls,
        });
        let each = shared.clone();
        let serve = move |socket, number| {
            let shared = each.clone();
            async move {
                // A client that breaks off is part of the test, not a fault of the receiver.
                let _ = connection(socket, number, &shared).await;
            }
        };
        let server = Server::start(options.port, serve).await?;
        Ok(HttpReceiver { server, shared, tls })
    }

    /// Adds answers, one per request, to the end of the script.
    pub fn script(&self, answers: impl IntoIterator<Item = Answer>) -> &Self {
        lock(&self.shared.script).extend(answers);
        self
    }

    /// Answers the next `times` requests with `answer`.
    pub fn next(&self, times: usize, answer: &Answer) -> &Self {
        self.script(std::iter::repeat_n(answer.clone(), times))
    }

    /// Answers every request the script does not cover.
    pub fn respond(&self, with: impl Fn(&Received) -> Answer + Send + Sync + 'static) -> &Self {
        *lock(&self.shared.responder) = Arc::new(with);
        self
    }

    /// What arrived, in order; a request is there before its answer is.
    pub fn log(&self) -> &Log<Received> {
        &self.shared.log
    }

    /// Waits for `n` requests and returns all of them.
    pub async fn wait_for(&self, n: usize, within: Duration) -> Result<Vec<Arc<Received>>, Late> {
        self.log().wait_for(n, within).await
    }

    /// Counts the ids that `id` finds in the requests.
    pub fn ledger(&self, id: impl Fn(&Received) -> Option<String>) -> Ledger {
        self.log().all().iter().filter_map(|r| id(r)).collect()
    }

    /// The address it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.server.addr()
    }

    /// The address of `path`, which begins with `/`.
    pub fn url(&self, path: &str) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        format!("{scheme}://{}{path}", self.addr())
    }

    /// How many connections it accepted.
    pub fn connections(&self) -> u64 {
        self.server.accepted()
    }

    /// Stops and frees the port, so that connections are refused until another receiver takes it.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

async fn connection(socket: TcpStream, number: u64, shared: &Shared) -> io::Result<()> {
    let wire = match &shared.tls {
        Some(acceptor) => Wire::Tls(Box::new(acceptor.accept(socket).await?)),
        None => Wire::Plain(socket),
    };
    let mut wire = BufReader::new(wire);
    while let Some(mut request) = request::read_head(&mut wire, number, &shared.now).await? {
        let scripted = lock(&shared.script).pop_front();
        let early = scripted.as_ref().is_some_and(Answer::before_body);
        let read = if early { Ok(()) } else { request::read_body(&mut wire, &mut request).await };
        let request = shared.log.push(request);
        read?;
        let answer = scripted.unwrap_or_else(|| {
            let responder = lock(&shared.responder).clone();
            responder(&request)
        });
        match write::carry_out(wire, &request, answer).await? {
            Some(kept) => wire = kept,
            None => break,
        }
    }
    Ok(())
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
