//! The sender: a closed loop over keep-alive connections, forms with unique ids.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, bail};
use domain::clock::SharedClock;
use domain::{Span, Time};
use hdrhistogram::Histogram;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// What was sent.
pub(super) struct Sent {
    pub began: Time,
    pub took: Span,
    pub accepted: usize,
    pub refused: usize,
    pub latency: Histogram<u64>,
}

pub(super) async fn send(
    hook: &url::Url,
    events: usize,
    connections: usize,
    clock: SharedClock,
) -> anyhow::Result<Sent> {
    let next = Arc::new(AtomicUsize::new(0));
    let began = clock.now();
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        tasks.spawn(connection(hook.clone(), events, next.clone(), clock.clone()));
    }
    let mut sent =
        Sent { began, took: Span::ZERO, accepted: 0, refused: 0, latency: super::histogram()? };
    while let Some(done) = tasks.join_next().await {
        let (accepted, refused, latency) = done.context("a sender ended")??;
        sent.accepted += accepted;
        sent.refused += refused;
        sent.latency.add(latency).context("histogram")?;
    }
    sent.took = clock.now().since(began);
    Ok(sent)
}

type Part = (usize, usize, Histogram<u64>);

async fn connection(
    hook: url::Url,
    events: usize,
    next: Arc<AtomicUsize>,
    clock: SharedClock,
) -> anyhow::Result<Part> {
    let at = (hook.host_str().unwrap_or("127.0.0.1").to_owned(), hook.port().unwrap_or(80));
    let stream = TcpStream::connect(&at).await.context("connect")?;
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    let (mut accepted, mut refused, mut latency) = (0, 0, super::histogram()?);
    loop {
        let id = next.fetch_add(1, Ordering::Relaxed);
        if id >= events {
            return Ok((accepted, refused, latency));
        }
        let body = format!(
            "Name=Anna&Phone=%2B7+%28916%29+123-45-67&Email=anna%40example.com&formid=form1&id={id}&sent={}",
            super::stamp(&clock)
        );
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: {}:{}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            hook.path(),
            at.0,
            at.1,
            body.len()
        );
        let began = clock.mono();
        stream.get_mut().write_all(head.as_bytes()).await?;
        match answer(&mut stream).await? {
            200..300 => accepted += 1,
            _ => refused += 1,
        }
        let us = clock.mono().micros() - began.micros();
        // The histogram grows by itself; what it cannot hold is longer than any run.
        let _ = latency.record(u64::try_from(us).unwrap_or(0));
    }
}

/// Reads one answer; the status.
async fn answer(stream: &mut BufReader<TcpStream>) -> anyhow::Result<u16> {
    let (mut line, mut status, mut length) = (String::new(), 0, 0);
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            bail!("the server closed the connection");
        }
        let text = line.trim_end();
        if text.is_empty() {
            break;
        }
        if let Some(rest) = text.strip_prefix("HTTP/1.1 ") {
            status = rest.split(' ').next().and_then(|s| s.parse().ok()).context("status")?;
        } else if let Some((name, value)) = text.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().context("content-length")?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(status)
}
