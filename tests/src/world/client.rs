//! The sender: HTTP/1.1 written by hand, so that a test can send what no library would.

use std::io;
use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::SOON;

/// A body with its type.
#[derive(Clone, Debug, Default)]
pub struct Body {
    pub content_type: Option<String>,
    pub bytes: Vec<u8>,
}

impl Body {
    pub fn new(content_type: &str, bytes: impl Into<Vec<u8>>) -> Body {
        Body { content_type: Some(content_type.to_owned()), bytes: bytes.into() }
    }
}

/// An urlencoded form.
pub fn form(pairs: &[(&str, &str)]) -> Body {
    let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    Body::new("application/x-www-form-urlencoded", text)
}

/// A JSON document.
pub fn json(value: &Value) -> Body {
    Body::new("application/json", value.to_string())
}

/// Plain text.
pub fn text(text: &str) -> Body {
    Body::new("text/plain; charset=utf-8", text)
}

/// A multipart form with text fields and one file (`name`, file name, type, content).
pub fn multipart(fields: &[(&str, &str)], file: (&str, &str, &str, &[u8])) -> Body {
    let mut out = Vec::new();
    for (name, value) in fields {
        let head = format!("--part\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    let (name, file_name, kind, content) = file;
    let head = format!(
        "--part\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\n\
         Content-Type: {kind}\r\n\r\n"
    );
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(content);
    out.extend_from_slice(b"\r\n--part--\r\n");
    Body::new("multipart/form-data; boundary=part", out)
}

/// A request to send.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Body,
    /// Sent in chunks of this many bytes, without a length.
    pub chunks: Option<usize>,
}

impl Request {
    pub fn new(method: &str, target: &str) -> Request {
        Request {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: Body::default(),
            chunks: None,
        }
    }

    pub fn post(target: &str, body: Body) -> Request {
        Request { body, ..Request::new("POST", target) }
    }

    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Request {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn chunked(self, bytes: usize) -> Request {
        Request { chunks: Some(bytes), ..self }
    }

    /// As it is sent, on a connection that ends with the answer.
    pub(super) fn head(&self) -> Vec<u8> {
        self.bytes()
    }

    fn bytes(&self) -> Vec<u8> {
        let Request { method, target, body, .. } = self;
        let mut lines = vec![
            format!("{method} {target} HTTP/1.1"),
            "host: zveno.test".to_owned(),
            "connection: close".to_owned(),
        ];
        lines.extend(self.headers.iter().map(|(name, value)| format!("{name}: {value}")));
        lines.extend(body.content_type.iter().map(|kind| format!("content-type: {kind}")));
        let mut content = Vec::new();
        if let Some(size) = self.chunks {
            lines.push("transfer-encoding: chunked".to_owned());
            for chunk in body.bytes.chunks(size) {
                content.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                content.extend_from_slice(chunk);
                content.extend_from_slice(b"\r\n");
            }
            content.extend_from_slice(b"0\r\n\r\n");
        } else {
            if !body.bytes.is_empty() || method == "POST" {
                lines.push(format!("content-length: {}", body.bytes.len()));
            }
            content.extend_from_slice(&body.bytes);
        }
        let mut all = lines.join("\r\n").into_bytes();
        all.extend_from_slice(b"\r\n\r\n");
        all.extend_from_slice(&content);
        all
    }

    /// Sends it and reads the answer.
    ///
    /// # Errors
    /// The connection broke before a complete answer.
    pub async fn send(&self, to: SocketAddr) -> io::Result<Reply> {
        let answer = timeout(SOON, async {
            let mut stream = TcpStream::connect(to).await?;
            stream.set_nodelay(true)?;
            // A server that refuses a body may close before all of it is written.
            let written = stream.write_all(&self.bytes()).await;
            let mut answer = Vec::new();
            let read = stream.read_to_end(&mut answer).await;
            if answer.is_empty() {
                written?;
                read?;
            }
            io::Result::Ok(answer)
        });
        let answer = answer.await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        Reply::read(&answer).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    /// Sends all of it and goes away without waiting for the answer.
    ///
    /// # Errors
    /// It could not be sent.
    pub async fn send_and_leave(&self, to: SocketAddr) -> io::Result<()> {
        let mut stream = TcpStream::connect(to).await?;
        stream.write_all(&self.bytes()).await?;
        stream.flush().await
    }

    /// Sends the head and a part of the body, and goes away.
    ///
    /// # Errors
    /// It could not be sent.
    pub async fn send_part(&self, bytes: usize, to: SocketAddr) -> io::Result<()> {
        let all = self.bytes();
        let mut stream = TcpStream::connect(to).await?;
        stream.write_all(&all[..all.len() - bytes.min(all.len())]).await?;
        stream.flush().await
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Reply {
    fn read(bytes: &[u8]) -> Option<Reply> {
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&bytes[..end]).ok()?;
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers: Vec<(String, String)> = lines
            .filter_map(|l| l.split_once(':'))
            .map(|(n, v)| (n.to_ascii_lowercase(), v.trim().to_owned()))
            .collect();
        let body = String::from_utf8_lossy(&bytes[end + 4..]).into_owned();
        let length = headers.iter().find(|(n, _)| n == "content-length");
        let whole = length.is_none_or(|(_, n)| n.parse() == Ok(bytes.len() - end - 4));
        (whole || body.is_empty()).then_some(Reply { status, headers, body })
    }

    /// The first header of this lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}
