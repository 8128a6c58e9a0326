//! A reader of the live stream: server-sent events in chunks, as they come.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::SOON;
use super::api::Api;
use super::client::Request;

/// An open stream.
pub struct Stream {
    from: BufReader<TcpStream>,
    /// What has come and was not read yet.
    text: String,
    /// The last id that was seen.
    pub last: Option<String>,
}

/// The event that says nothing but where to go on.
pub const HERE: &str = "here";

/// One event of the stream.
#[derive(Clone, Debug)]
pub struct Said {
    /// `delivery`, `event`, `run`, `replay` or `reset`; [`HERE`] for a sign of life.
    pub event: String,
    pub data: Value,
}

impl Api<'_> {
    /// Opens a stream about these topics at a node.
    pub async fn stream(&self, at: SocketAddr, topics: &str, last: Option<&str>) -> Stream {
        let mut request = self.request("GET", &format!("/stream?topics={topics}"));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let stream = Stream::open(at, &request).await;
        Stream { last: last.map(str::to_owned), ..stream }
    }
}

impl Stream {
    /// Opens what a request asks for.
    pub async fn open(at: SocketAddr, request: &Request) -> Stream {
        let mut stream = TcpStream::connect(at).await.expect("the node listens");
        let head = request.head();
        stream.write_all(&head).await.expect("the request is sent");
        let mut from = BufReader::new(stream);
        let mut first = String::new();
        loop {
            let mut line = String::new();
            let read = timeout(SOON, from.read_line(&mut line)).await.expect("an answer in time");
            assert!(read.expect("an answer") > 0, "a head: {first}");
            if first.is_empty() {
                first.clone_from(&line);
            }
            if line.trim().is_empty() {
                break;
            }
        }
        assert!(first.starts_with("HTTP/1.1 200"), "{first}");
        Stream { from, text: String::new(), last: None }
    }

    /// The next event; none when the stream has ended.
    ///
    /// # Panics
    /// Nothing comes for a long time.
    pub async fn next(&mut self) -> Option<Said> {
        loop {
            if let Some((one, rest)) = self.text.split_once("\n\n") {
                let (one, rest) = (one.to_owned(), rest.to_owned());
                self.text = rest;
                let said = self.read(&one);
                if let Some(said) = said {
                    return Some(said);
                }
                continue;
            }
            if !timeout(SOON, self.chunk()).await.expect("something is said") {
                return None;
            }
        }
    }

    /// The next thing that is not a sign of life.
    pub async fn news(&mut self) -> Option<Said> {
        loop {
            let said = self.next().await?;
            if said.event != HERE {
                return Some(said);
            }
        }
    }

    fn read(&mut self, one: &str) -> Option<Said> {
        let mut said = Said { event: String::new(), data: Value::Null };
        let mut any = false;
        for line in one.lines() {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            any = true;
            match name {
                "id" => self.last = Some(value.to_owned()),
                "event" => value.clone_into(&mut said.event),
                "data" => said.data = serde_json::from_str(value).unwrap_or_default(),
                _ => {}
            }
        }
        any.then_some(said)
    }

    /// Reads one chunk; false after the last.
    async fn chunk(&mut self) -> bool {
        let mut size = String::new();
        match self.from.read_line(&mut size).await {
            Ok(n) if n > 0 => {}
            _ => return false,
        }
        let size = usize::from_str_radix(size.trim(), 16).expect("the size of a chunk");
        let mut bytes = vec![0; size + 2];
        if self.from.read_exact(&mut bytes).await.is_err() {
            return false;
        }
        self.text.push_str(std::str::from_utf8(&bytes[..size]).expect("text"));
        size > 0
    }
}
