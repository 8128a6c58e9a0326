//! Accepts connections on 127.0.0.1 until dropped.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A listening socket and the tasks of its connections. Dropping it closes both.
#[derive(Debug)]
pub struct Server {
    addr: SocketAddr,
    accepted: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Server {
    /// Serves each connection with `serve`, which gets the socket and the connection's number
    /// from 1. `port` 0 takes a free one; a fixed port brings a receiver back at its old address.
    pub async fn start<F, S>(port: u16, serve: F) -> io::Result<Server>
    where
        F: Fn(TcpStream, u64) -> S + Send + 'static,
        S: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let addr = listener.local_addr()?;
        let accepted = Arc::new(AtomicU64::new(0));
        let count = accepted.clone();
        let task = tokio::spawn(async move {
            let mut open = JoinSet::new();
            loop {
                tokio::select! {
                    socket = listener.accept() => {
                        let Ok((socket, _)) = socket else { continue };
                        // Small answers must not wait for the client's delayed ACK.
                        let _ = socket.set_nodelay(true);
                        let number = count.fetch_add(1, Ordering::Relaxed) + 1;
                        open.spawn(serve(socket, number));
                    }
                    Some(_) = open.join_next() => {}
                }
            }
        });
        Ok(Server { addr, accepted, task })
    }

    /// The address it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// How many connections were accepted so far.
    pub fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    /// Stops and waits until the port is closed, so that it can be taken again.
    pub async fn stop(mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
