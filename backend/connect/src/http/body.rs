//! The body of a request on its way out. It tells when the connection takes the request up, which
//! is the last moment at which nothing has been sent.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use sha2::{Digest as _, Sha256};

use super::prepared::{Body, Part};

/// A body in chunks of known size.
pub struct Outgoing {
    chunks: VecDeque<Bytes>,
    left: u64,
    taken: Arc<AtomicBool>,
}

impl Outgoing {
    /// `taken` becomes true before the first byte of the request, its head included, is written.
    pub fn new(chunks: Vec<Bytes>, taken: Arc<AtomicBool>) -> Self {
        let left = chunks.iter().map(|c| c.len() as u64).sum();
        let chunks = chunks.into_iter().filter(|c| !c.is_empty()).collect();
        Self { chunks, left, taken }
    }
}

impl hyper::body::Body for Outgoing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.taken.store(true, Ordering::Release);
        let next = self.chunks.pop_front();
        self.left -= next.as_ref().map_or(0, |c| c.len() as u64);
        Poll::Ready(next.map(|c| Ok(Frame::data(c))))
    }

    /// The HTTP/1 and HTTP/2 connections ask this when they take a request up, right before they
    /// write its head.
    fn is_end_stream(&self) -> bool {
        self.taken.store(true, Ordering::Release);
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// The chunks of a body, and its content type where the body itself decides it.
pub fn chunks(body: &Body) -> (Vec<Bytes>, Option<String>) {
    match body {
        Body::Empty => (Vec::new(), None),
        Body::Bytes(b) => (vec![b.clone()], None),
        Body::Multipart(parts) => {
            let boundary = boundary(parts);
            let media = format!("multipart/form-data; boundary={boundary}");
            (multipart(parts, &boundary), Some(media))
        }
    }
}

/// Parts as `multipart/form-data` (RFC 7578).
fn multipart(parts: &[Part], boundary: &str) -> Vec<Bytes> {
    let mut out = Vec::with_capacity(parts.len() * 2 + 1);
    let mut break_before = "";
    for part in parts {
        let mut head = [break_before, "--", boundary].concat();
        head.push_str("\r\nContent-Disposition: form-data; name=\"");
        quote(&part.name, &mut head);
        if let Some(name) = &part.filename {
            head.push_str("\"; filename=\"");
            quote(name, &mut head);
        }
        head.push('"');
        if let Some(media) = &part.content_type {
            head.push_str("\r\nContent-Type: ");
            head.extend(media.chars().filter(|c| !c.is_control()));
        }
        head.push_str("\r\n\r\n");
        out.push(Bytes::from(head));
        out.push(part.content.clone());
        break_before = "\r\n";
    }
    out.push(Bytes::from([break_before, "--", boundary, "--\r\n"].concat()));
    out
}

/// Adds a name inside quotes, escaped as browsers do (HTML standard, "multipart form data"), other
/// control characters too.
fn quote(name: &str, out: &mut String) {
    for c in name.chars() {
        if c == '"' || c.is_ascii_control() {
            out.push('%');
            out.push_str(&hex::encode_upper([c as u8]));
        } else {
            out.push(c);
        }
    }
}

/// The same for the same parts, so that a repeated body is byte-equal; taken from their hash, so
/// that no part can hold it.
fn boundary(parts: &[Part]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        for piece in [
            part.name.as_bytes(),
            part.filename.as_deref().unwrap_or_default().as_bytes(),
            &part.content,
        ] {
            hash.update((piece.len() as u64).to_be_bytes());
            hash.update(piece);
        }
    }
    format!("zveno-{}", hex::encode(&hash.finalize()[..16]))
}
