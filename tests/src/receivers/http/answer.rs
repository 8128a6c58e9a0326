//! What a receiver does with a request: an ordinary answer, or one of the ways a server fails.

use std::fmt::Display;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use crate::receivers::Gate;

/// One scripted answer.
#[derive(Debug, Clone)]
pub struct Answer {
    pub(super) gate: Option<Gate>,
    pub(super) act: Act,
}

#[derive(Debug, Clone)]
pub(super) enum Act {
    Reply(Reply),
    CloseBeforeBody,
    Close,
    Reset,
    /// Announces `announced` bytes, sends the reply's body, then resets or closes.
    Cut {
        reply: Reply,
        announced: u64,
        reset: bool,
    },
    Endless {
        reply: Reply,
        every: Duration,
    },
    Bomb {
        bytes: u64,
    },
    Raw(Bytes),
}

#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// An empty answer with this status.
    ///
    /// # Panics
    /// If `status` is not between 100 and 999.
    pub fn status(status: u16) -> Answer {
        let status = StatusCode::from_u16(status).expect("a status from 100 to 999");
        act(Act::Reply(Reply { status, headers: HeaderMap::new(), body: Bytes::new() }))
    }

    /// 200 without a body.
    pub fn ok() -> Answer {
        Answer::status(200)
    }

    /// A JSON answer.
    pub fn json(status: u16, body: &Value) -> Answer {
        Answer::status(status).with("content-type", "application/json").body(body.to_string())
    }

    /// 429 with `Retry-After` in seconds.
    pub fn too_many(retry_after_s: u64) -> Answer {
        Answer::status(429).with("retry-after", retry_after_s)
    }

    /// A redirect (301, 302, 303, 307 or 308) to `location`, wherever that is.
    pub fn redirect(status: u16, location: &str) -> Answer {
        Answer::status(status).with("location", location)
    }

    /// Closes when the head is read, before the body. As the next answer of the script it leaves
    /// the body on the wire; chosen by a responder it comes after the body.
    pub fn close_before_body() -> Answer {
        act(Act::CloseBeforeBody)
    }

    /// Reads everything and closes without a word: the sender cannot know what happened.
    pub fn close_without_answer() -> Answer {
        act(Act::Close)
    }

    /// Reads everything and resets the connection before any byte of the answer.
    pub fn reset() -> Answer {
        act(Act::Reset)
    }

    /// Reads everything and stays silent with the connection open, until the sender gives up.
    pub fn silent() -> Answer {
        Answer::ok().after(&Gate::new())
    }

    /// Announces `announced` bytes of this answer's body, sends the body, and resets.
    #[must_use]
    pub fn reset_mid_body(self, announced: u64) -> Answer {
        self.cut(announced, true)
    }

    /// Announces `announced` bytes of this answer's body, sends the body, and closes.
    #[must_use]
    pub fn close_mid_body(self, announced: u64) -> Answer {
        self.cut(announced, false)
    }

    /// Sends this answer's body again and again, once per `every`, for as long as the sender reads.
    #[must_use]
    pub fn endless(self, every: Duration) -> Answer {
        self.turn(|reply| Act::Endless { reply, every })
    }

    /// A small gzip body that unpacks to `bytes` zero bytes.
    pub fn gzip_bomb(bytes: u64) -> Answer {
        act(Act::Bomb { bytes })
    }

    /// Exactly these bytes instead of an answer, then a close.
    pub fn raw(bytes: impl Into<Bytes>) -> Answer {
        act(Act::Raw(bytes.into()))
    }

    /// Adds a header.
    ///
    /// # Panics
    /// If name or value is no header.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Display) -> Answer {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header name");
        let value = HeaderValue::from_str(&value.to_string()).expect("a header value");
        if let Some(reply) = self.reply() {
            reply.headers.append(name, value);
        }
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Answer {
        if let Some(reply) = self.reply() {
            reply.body = body.into();
        }
        self
    }

    /// Waits at `gate` before the first byte of the answer.
    #[must_use]
    pub fn after(mut self, gate: &Gate) -> Answer {
        self.gate = Some(gate.clone());
        self
    }

    /// Whether it is carried out before the body is read.
    pub(super) fn before_body(&self) -> bool {
        matches!(self.act, Act::CloseBeforeBody)
    }

    fn cut(self, announced: u64, reset: bool) -> Answer {
        self.turn(|reply| Act::Cut { reply, announced, reset })
    }

    fn turn(self, into: impl FnOnce(Reply) -> Act) -> Answer {
        let act = match self.act {
            Act::Reply(reply) => into(reply),
            other => other,
        };
        Answer { gate: self.gate, act }
    }

    fn reply(&mut self) -> Option<&mut Reply> {
        match &mut self.act {
            Act::Reply(r) | Act::Cut { reply: r, .. } | Act::Endless { reply: r, .. } => Some(r),
            _ => None,
        }
    }
}

fn act(act: Act) -> Answer {
    Answer { gate: None, act }
}
