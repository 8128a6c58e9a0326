//! Reads one HTTP/1.1 request off a connection by hand, so that the receiver keeps control of the
//! socket (RFC 9112). Absent: HTTP/2, trailers kept, upgrades.

use std::io::{Error, ErrorKind, Result};

use bytes::Bytes;
use domain::Time;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

use crate::receivers::wire::Wire;

/// A line longer than this is a fault of the sender.
const LINE_BYTES_MAX: u64 = 64 * 1024;
/// A body larger than this is a fault of the sender.
const BODY_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// One request as it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    /// When its head was complete.
    pub at: Time,
    /// Which connection brought it, counted from 1.
    pub connection: u64,
    pub method: Method,
    /// The path as sent, still percent-encoded.
    pub path: String,
    /// The text after `?` as sent.
    pub query: Option<String>,
    pub headers: HeaderMap,
    /// The raw body; empty if it was not read.
    pub body: Bytes,
    /// Whether the whole body was read.
    pub whole: bool,
}

impl Received {
    /// The first header of that name, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Result<serde_json::Value> {
        serde_json::from_slice(&self.body)
    }

    /// The body as text; bytes that are no UTF-8 become U+FFFD.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The decoded pairs of the query, in order.
    pub fn query_pairs(&self) -> Vec<(String, String)> {
        pairs(self.query.as_deref().unwrap_or_default().as_bytes())
    }

    /// The decoded pairs of an urlencoded body, in order.
    pub fn form(&self) -> Vec<(String, String)> {
        pairs(&self.body)
    }

    /// The media type without parameters, in lower case.
    pub fn media_type(&self) -> String {
        let full = self.header("content-type").unwrap_or_default();
        full.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }
}

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text).into_owned().collect()
}

/// Reads a request head; `None` when the client closed between requests.
pub(super) async fn read_head(
    wire: &mut BufReader<Wire>,
    connection: u64,
    now: &crate::receivers::Now,
) -> Result<Option<Received>> {
    let first = line(wire).await?;
    if first.is_empty() {
        return Ok(None);
    }
    let text = std::str::from_utf8(&first).map_err(|_| bad("request line is no text"))?;
    let mut words = text.trim_end().split(' ');
    let (Some(method), Some(target), Some("HTTP/1.1")) = (words.next(), words.next(), words.next())
    else {
        return Err(bad("request line"));
    };
    let method = Method::from_bytes(method.as_bytes()).map_err(|_| bad("method"))?;
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path.to_owned(), Some(query.to_owned())),
        None => (target.to_owned(), None),
    };
    let headers = headers(wire).await?;
    let (at, body) = (now.get(), Bytes::new());
    Ok(Some(Received { at, connection, method, path, query, headers, body, whole: false }))
}

async fn headers(wire: &mut BufReader<Wire>) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    loop {
        let line = line(wire).await?;
        let line = line.trim_ascii_end();
        if line.is_empty() {
            return Ok(headers);
        }
        let colon = line.iter().position(|b| *b == b':').ok_or_else(|| bad("header line"))?;
        let name = HeaderName::from_bytes(&line[..colon]).map_err(|_| bad("header name"))?;
        let value = line[colon + 1..].trim_ascii();
        let value = HeaderValue::from_bytes(value).map_err(|_| bad("header value"))?;
        headers.append(name, value);
    }
}

/// Reads the body the head announced, inviting it first if the client asked (RFC 9110, 10.1.1).
pub(super) async fn read_body(wire: &mut BufReader<Wire>, request: &mut Received) -> Result<()> {
    let expects = request.header("expect").is_some_and(|v| v.eq_ignore_ascii_case("100-continue"));
    if expects {
        wire.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        wire.flush().await?;
    }
    let chunked =
        request.header("transfer-encoding").is_some_and(|v| v.eq_ignore_ascii_case("chunked"));
    request.body = if chunked { chunks(wire).await? } else { sized(wire, request).await? };
    request.whole = true;
    Ok(())
}

async fn sized(wire: &mut BufReader<Wire>, request: &Received) -> Result<Bytes> {
    let Some(length) = request.header("content-length") else {
        return Ok(Bytes::new());
    };
    let length: u64 = length.parse().map_err(|_| bad("content-length"))?;
    if length > BODY_BYTES_MAX {
        return Err(bad("body too large"));
    }
    let mut body = Vec::new();
    exactly(wire, length, &mut body).await?;
    Ok(body.into())
}

async fn chunks(wire: &mut BufReader<Wire>) -> Result<Bytes> {
    let mut body = Vec::new();
    loop {
        let head = line(wire).await?;
        let text = std::str::from_utf8(&head).map_err(|_| bad("chunk size"))?;
        let size = text.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(size, 16).map_err(|_| bad("chunk size"))?;
        if size == 0 {
            while !line(wire).await?.trim_ascii_end().is_empty() {}
            return Ok(body.into());
        }
        if size > BODY_BYTES_MAX {
            return Err(bad("body too large"));
        }
        exactly(wire, size, &mut body).await?;
        line(wire).await?;
    }
}

async fn exactly(wire: &mut BufReader<Wire>, n: u64, into: &mut Vec<u8>) -> Result<()> {
    let got = wire.take(n).read_to_end(into).await?;
    if got as u64 == n { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

async fn line(wire: &mut BufReader<Wire>) -> Result<Vec<u8>> {
    let mut line = Vec::new();
    wire.take(LINE_BYTES_MAX).read_until(b'\n', &mut line).await?;
    if line.is_empty() || line.ends_with(b"\n") { Ok(line) } else { Err(bad("line cut short")) }
}

fn bad(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, what)
}
