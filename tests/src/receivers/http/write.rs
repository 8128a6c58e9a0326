//! Puts a scripted answer on the wire.

use std::io::Result;
use std::io::Write as _;
use std::time::Duration;

use http::{Method, StatusCode};
use tokio::io::{AsyncWriteExt, BufReader};

use super::answer::{Act, Answer, Reply};
use super::bomb::Bomb;
use super::request::Received;
use crate::receivers::wire::Wire;

/// Carries out `answer`. Returns the connection if it may carry another request.
pub(super) async fn carry_out(
    mut wire: BufReader<Wire>,
    request: &Received,
    answer: Answer,
) -> Result<Option<BufReader<Wire>>> {
    if let Some(gate) = &answer.gate {
        gate.pass().await;
    }
    match answer.act {
        Act::Reply(reply) => {
            let keep = keeps(request, &reply);
            plain(&mut wire, request, &reply, keep).await?;
            return if keep { Ok(Some(wire)) } else { close(wire).await };
        }
        Act::CloseBeforeBody | Act::Close => {}
        Act::Reset => return reset(wire),
        Act::Cut { reply, announced, reset: abrupt } => {
            let mut out = head(&reply, &format!("content-length: {announced}\r\n"));
            out.extend_from_slice(&reply.body);
            send(&mut wire, &out).await?;
            if abrupt {
                return reset(wire);
            }
        }
        Act::Endless { reply, every } => endless(&mut wire, &reply, every).await?,
        Act::Bomb { bytes } => bomb(&mut wire, bytes).await?,
        Act::Raw(bytes) => send(&mut wire, &bytes).await?,
    }
    close(wire).await
}

async fn plain(
    wire: &mut BufReader<Wire>,
    request: &Received,
    reply: &Reply,
    keep: bool,
) -> Result<()> {
    let bodiless = matches!(reply.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let mut framing = String::new();
    if !bodiless && !reply.headers.contains_key("content-length") {
        framing = format!("content-length: {}\r\n", reply.body.len());
    }
    if !keep && !reply.headers.contains_key("connection") {
        framing.push_str("connection: close\r\n");
    }
    let mut out = head(reply, &framing);
    if !bodiless && request.method != Method::HEAD {
        out.extend_from_slice(&reply.body);
    }
    send(wire, &out).await
}

async fn endless(wire: &mut BufReader<Wire>, reply: &Reply, every: Duration) -> Result<()> {
    send(wire, &head(reply, "connection: close\r\n")).await?;
    // An interval refuses a period of zero; one as short as can be is as good.
    let mut ticks = tokio::time::interval(every.max(Duration::from_nanos(1)));
    loop {
        ticks.tick().await;
        send(wire, &reply.body).await?;
    }
}

async fn bomb(wire: &mut BufReader<Wire>, bytes: u64) -> Result<()> {
    let framing = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
                   content-encoding: gzip\r\nconnection: close\r\n\r\n";
    send(wire, framing.as_bytes()).await?;
    for piece in Bomb::of(bytes) {
        send(wire, &piece).await?;
    }
    Ok(())
}

fn head(reply: &Reply, framing: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(256 + reply.body.len());
    // Writing to a Vec cannot fail.
    let _ = write!(out, "HTTP/1.1 {}\r\n", reply.status);
    for (name, value) in &reply.headers {
        out.extend_from_slice(name.as_str().as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(framing.as_bytes());
    out.extend_from_slice(b"\r\n");
    out
}

fn keeps(request: &Received, reply: &Reply) -> bool {
    let asked = request.header("connection").is_some_and(|v| v.eq_ignore_ascii_case("close"));
    let told = reply.headers.get("connection").is_some_and(|v| v.as_bytes() == b"close");
    request.whole && !asked && !told
}

async fn send(wire: &mut BufReader<Wire>, bytes: &[u8]) -> Result<()> {
    wire.write_all(bytes).await?;
    wire.flush().await
}

fn reset(wire: BufReader<Wire>) -> Result<Option<BufReader<Wire>>> {
    wire.into_inner().reset().map(|()| None)
}

async fn close(mut wire: BufReader<Wire>) -> Result<Option<BufReader<Wire>>> {
    wire.shutdown().await.map(|()| None)
}
