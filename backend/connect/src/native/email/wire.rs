//! The bytes under a mail conversation, with two rules of their own: what the server says is
//! bounded, and one read gives one line, so that nothing said before STARTTLS can be taken for
//! something said after it (CVE-2011-0411 and its kin).

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use domain::limits::{MAIL_SERVER_BYTES, MAIL_SERVER_LINES};
use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// Bytes looked at for the end of a line.
const WINDOW: usize = 1024;

/// A connection that gives at most one line per read.
#[derive(Debug)]
pub struct Wire {
    socket: TcpStream,
    /// Bytes that the server may still say, and lines of them.
    left: (usize, usize),
}

impl Wire {
    pub fn new(socket: TcpStream) -> Self {
        Self { socket, left: (MAIL_SERVER_BYTES, MAIL_SERVER_LINES) }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut window = [0; WINDOW];
        let len = buf.remaining().min(WINDOW);
        let mut seen = ReadBuf::new(&mut window[..len]);
        ready!(self.socket.poll_peek(cx, &mut seen))?;
        let seen = seen.filled();
        let end = seen.iter().position(|b| *b == b'\n');
        let take = end.map_or(seen.len(), |end| end + 1);
        let bytes = self.left.0.checked_sub(take);
        let lines = self.left.1.checked_sub(usize::from(end.is_some()));
        let Some(left) = bytes.zip(lines) else {
            return Poll::Ready(Err(io::Error::other("the mail server says too much")));
        };
        self.left = left;
        let mut line = ReadBuf::new(&mut window[..take]);
        ready!(Pin::new(&mut self.socket).poll_read(cx, &mut line))?;
        buf.put_slice(line.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.left = (MAIL_SERVER_BYTES, MAIL_SERVER_LINES);
        Pin::new(&mut self.socket).poll_write(cx, buf)
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.socket.peer_addr()
    }
}

/// A connection that is encrypted from its first byte.
#[derive(Debug)]
pub struct Encrypted(pub TlsStream<Wire>);

impl AsyncRead for Encrypted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for Encrypted {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().0.peer_addr()
    }
}
