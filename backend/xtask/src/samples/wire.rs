//! One raw HTTP request over a plain connection, its target and a few headers replaced, and the
//! answer as it came.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let name = name.to_ascii_lowercase();
        self.headers.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str())
    }
}

/// The request of a sample, sent to `path` of a server, from `source` as a proxy would say it.
pub fn request(sample: &[u8], path: &str, source: Option<&str>) -> Result<Vec<u8>> {
    let end = find(sample, b"\r\n\r\n").context("the sample has no end of its headers")?;
    let head = std::str::from_utf8(&sample[..end]).context("the headers are no text")?;
    let body = &sample[end + 4..];
    let mut lines = head.split("\r\n");
    let line = lines.next().unwrap_or_default();
    let mut words = line.split(' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        bail!("no request line: {line}");
    };
    let query = target.split_once('?').map_or(String::new(), |(_, q)| format!("?{q}"));
    let mut out = format!("{method} {path}{query} HTTP/1.1\r\nhost: samples.test\r\n");
    let own = ["host", "connection", "content-length", "transfer-encoding", "x-forwarded-for"];
    for header in lines {
        let name = header.split(':').next().unwrap_or_default().to_ascii_lowercase();
        if !own.contains(&name.as_str()) {
            out.push_str(header);
            out.push_str("\r\n");
        }
    }
    if let Some(source) = source {
        write!(out, "x-forwarded-for: {source}\r\n")?;
    }
    write!(out, "content-length: {}\r\nconnection: close\r\n\r\n", body.len())?;
    let mut out = out.into_bytes();
    out.extend_from_slice(body);
    Ok(out)
}

/// Sends it and reads the whole answer.
pub fn send(server: SocketAddr, request: &[u8], patience: Duration) -> Result<Answer> {
    let mut stream = TcpStream::connect_timeout(&server, patience)?;
    stream.set_read_timeout(Some(patience))?;
    stream.write_all(request)?;
    let mut all = Vec::new();
    stream.read_to_end(&mut all).context("no answer in time")?;
    read(&all, request.starts_with(b"HEAD "))
}

fn read(all: &[u8], head_only: bool) -> Result<Answer> {
    let end = find(all, b"\r\n\r\n").context("the answer has no end of its headers")?;
    let head = String::from_utf8_lossy(&all[..end]);
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|l| l.split(' ').nth(1)).and_then(|s| s.parse().ok());
    let status = status.context("the answer has no status")?;
    let pair = |l: &str| {
        let (n, v) = l.split_once(':')?;
        Some((n.trim().to_ascii_lowercase(), v.trim().to_owned()))
    };
    let headers: Vec<(String, String)> = lines.filter_map(pair).collect();
    let chunked = headers.iter().any(|(n, v)| n == "transfer-encoding" && v.contains("chunked"));
    let rest = &all[end + 4..];
    let body = match (head_only, chunked) {
        (true, _) => Vec::new(),
        (false, true) => unchunked(rest)?,
        (false, false) => rest.to_vec(),
    };
    Ok(Answer { status, headers, body })
}

fn unchunked(mut rest: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    loop {
        let end = find(rest, b"\r\n").context("a chunk has no size")?;
        let size = std::str::from_utf8(&rest[..end])?.split(';').next().unwrap_or_default();
        let size = usize::from_str_radix(size.trim(), 16).context("a chunk has no size")?;
        rest = &rest[end + 2..];
        if size == 0 {
            return Ok(out);
        }
        out.extend_from_slice(rest.get(..size).context("a chunk is cut short")?);
        rest = rest.get(size + 2..).context("a chunk is cut short")?;
    }
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|w| w == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn target_host_and_length_are_replaced_and_the_body_stays_exact() {
        let sample = b"POST /hook/x?a=1 HTTP/1.1\r\nHost: a\r\nX-Sig: 1\r\nContent-Length: 9\r\n\r\n\xff\r\n\r\n";
        let made = request(sample, "/in/t", Some("203.0.113.1")).unwrap();
        assert_eq!(
            made,
            b"POST /in/t?a=1 HTTP/1.1\r\nhost: samples.test\r\nX-Sig: 1\r\nx-forwarded-for: 203.0.113.1\r\ncontent-length: 5\r\nconnection: close\r\n\r\n\xff\r\n\r\n"
        );
    }

    #[test]
    fn answers_are_read_whole_and_in_chunks() {
        let plain = read(b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nok", false).unwrap();
        assert_eq!(
            (plain.status, plain.header("a"), plain.body.as_slice()),
            (200, Some("b"), &b"ok"[..])
        );
        let parts = read(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n1\r\n!\r\n0\r\n\r\n",
            false,
        );
        assert_eq!(parts.unwrap().body, b"ok!");
        assert!(read(b"HTTP/1.1 200", false).is_err());
    }
}
