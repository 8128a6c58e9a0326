//! Raw servers and ready requests.

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use domain::clock::ManualClock;
use domain::journal::LoggedRequest;
use domain::{Span, Time};
use futures::future::BoxFuture;
use http::{HeaderMap, Method};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::http::{Body, HostRule, Lookup, Prepared, RawResponse, SendError, Sender, SenderConfig};

/// A server on `ip` that counts its connections and hands each of them to `each`.
pub struct Server {
    pub addr: SocketAddr,
    connections: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    pub async fn start<F>(ip: &str, each: impl Fn(TcpStream) -> F + Send + 'static) -> Server
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind((ip, 0)).await.unwrap();
        let addr = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = connections.clone();
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(each(socket));
            }
        });
        Server { addr, connections, task }
    }

    /// Answers every request with the same bytes and closes.
    pub async fn answering(ip: &str, answer: impl Into<Vec<u8>>) -> Server {
        let answer: Arc<Vec<u8>> = Arc::new(answer.into());
        Server::start(ip, move |mut socket| {
            let answer = answer.clone();
            async move {
                request(&mut socket).await;
                let _ = socket.write_all(&answer).await;
                let _ = socket.shutdown().await;
            }
        })
        .await
    }

    /// Answers with `reply` of each request, its head and body as text.
    pub async fn replying(
        ip: &str,
        reply: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Server {
        let reply = Arc::new(reply);
        Server::start(ip, move |mut socket| {
            let reply = reply.clone();
            async move {
                let text = request(&mut socket).await;
                let _ = socket.write_all(reply(&text).as_bytes()).await;
                let _ = socket.shutdown().await;
            }
        })
        .await
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Reads one request with its body by `content-length`.
pub async fn request(socket: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut got = Vec::new();
    let mut buf = [0; 4096];
    loop {
        if let Some(end) = got.windows(4).position(|w| w == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&got[..end]).to_lowercase();
            let length = head.lines().find_map(|l| l.strip_prefix("content-length: "));
            let want = end + 4 + length.map_or(0, |l| l.trim().parse::<usize>().unwrap());
            if got.len() >= want {
                break;
            }
        }
        match socket.read(&mut buf).await {
            Ok(n) if n > 0 => got.extend_from_slice(&buf[..n]),
            _ => break,
        }
    }
    String::from_utf8_lossy(&got).into_owned()
}

/// Answers look-ups from a list, then with nothing.
#[derive(Default)]
pub struct Names(Mutex<Vec<Vec<IpAddr>>>);

impl Names {
    pub fn new(answers: &[&[&str]]) -> Arc<Names> {
        let mut all: Vec<Vec<IpAddr>> =
            answers.iter().map(|a| a.iter().map(|ip| ip.parse().unwrap()).collect()).collect();
        all.reverse();
        Arc::new(Names(Mutex::new(all)))
    }
    pub fn left(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

impl Lookup for Names {
    fn lookup(&self, _: String) -> BoxFuture<'static, std::io::Result<Vec<IpAddr>>> {
        let next = self.0.lock().unwrap().pop();
        Box::pin(async move { next.ok_or_else(|| std::io::Error::other("no such host")) })
    }
}

/// A sender with these networks opened.
pub fn sender(networks: &[&str]) -> Sender {
    with(networks, None, None)
}

pub fn with(networks: &[&str], pem: Option<&str>, names: Option<Arc<Names>>) -> Sender {
    let networks = networks.iter().map(|n| n.parse().unwrap()).collect();
    let clock = ManualClock::at(Time(0));
    let mut cfg = SenderConfig::new(networks, pem.map(str::to_owned), clock);
    if let Some(names) = names {
        cfg.names = names;
    }
    Sender::new(cfg).unwrap()
}

pub fn get(url: &str) -> Prepared {
    Prepared {
        method: Method::GET,
        url: url.parse().unwrap(),
        headers: HeaderMap::new(),
        body: Body::Empty,
        timeout: Span::secs(20),
        max_response: 1 << 20,
        follow: true,
        host_rule: HostRule::Any,
        masked: LoggedRequest::default(),
    }
}

pub fn post(url: &str, body: &'static str) -> Prepared {
    Prepared { method: Method::POST, body: Body::Bytes(body.into()), ..get(url) }
}

/// The word of a result.
pub fn word(result: &Result<RawResponse, SendError>) -> &'static str {
    match result {
        Ok(_) => "answer",
        Err(SendError::NotSent { .. }) => "not sent",
        Err(SendError::Unknown { .. }) => "unknown",
        Err(SendError::Blocked { .. }) => "blocked",
        Err(SendError::TooLarge { .. }) => "too large",
        Err(SendError::Broken { .. }) => "broken",
    }
}
