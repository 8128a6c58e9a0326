//! What a signature signs: a list of segments with the look of a template, spliced as bytes, so
//! that a body of any charset is signed as it came.

use std::borrow::Cow;
use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::Failure;
use super::digest::crc32;
use crate::inbound::build::Builder;
use crate::inbound::parse::{BodyText, form};
use crate::inbound::seen::{Seen, header_bytes};
use crate::inbound::source::{Source, query};

/// One piece of the signed bytes.
#[derive(Debug, PartialEq)]
pub enum Segment {
    Literal(Vec<u8>),
    /// The raw body.
    Body,
    /// The decoded body as UTF-8.
    BodyText,
    /// The public address with path and raw query, never from the `Host` header.
    Url,
    Method,
    /// The path of the public address.
    Path,
    /// The time as it is written.
    Ts,
    /// `webhook-id`, else `svix-id` (Standard Webhooks).
    Id,
    Key,
    Header(String),
    Query(String),
    /// Names and values of the form, sorted, each pair once (Twilio).
    FormSorted,
    /// CRC-32 of the body in decimal (PayPal).
    Crc32,
    /// SHA-256 of the body in hex.
    Sha256Hex,
}

/// What of the signature itself goes into the signed bytes.
pub struct Given<'g> {
    pub ts: Option<&'g str>,
    pub key: &'g [u8],
}

/// Compiles the signed text. One `{{input.x}}` alone is the user's own pattern.
pub fn compile(b: &mut Builder, at: &str, source: &str) -> Vec<Segment> {
    let own = source.trim().strip_prefix("{{input.").and_then(|s| s.strip_suffix("}}"));
    let source = match own {
        Some(name) if !name.contains(['{', '}', ' ']) => b
            .fixed(at, source.trim())
            .filter(|s| !s.is_empty())
            .unwrap_or_else(|| "{{body}}".into()),
        _ => source.to_owned(),
    };
    let mut out = Vec::new();
    let mut rest = source.as_str();
    while let Some(open) = rest.find("{{") {
        if open > 0 {
            out.push(Segment::Literal(rest.as_bytes()[..open].to_vec()));
        }
        let Some(close) = rest[open..].find("}}") else {
            break;
        };
        let name = rest[open + 2..open + close].trim();
        out.extend(segment(b, at, name));
        rest = &rest[open + close + 2..];
    }
    if !rest.is_empty() {
        out.push(Segment::Literal(rest.as_bytes().to_vec()));
    }
    out
}

fn segment(b: &mut Builder, at: &str, name: &str) -> Option<Segment> {
    Some(match name {
        "body" => Segment::Body,
        "body_text" => Segment::BodyText,
        "url" => Segment::Url,
        "method" => Segment::Method,
        "path" => Segment::Path,
        "ts" => Segment::Ts,
        "id" => Segment::Id,
        "key" => Segment::Key,
        "form_sorted" => Segment::FormSorted,
        "crc32" => Segment::Crc32,
        "sha256_hex" => Segment::Sha256Hex,
        _ => match name.split_once('.') {
            Some(("header", n)) => Segment::Header(bare(n).to_ascii_lowercase()),
            Some(("query", n)) => Segment::Query(bare(n).to_owned()),
            // Settings: `{{input.webhook_id}}`.
            _ => Segment::Literal(b.fixed(at, &format!("{{{{{name}}}}}"))?.into_bytes()),
        },
    })
}

fn bare(name: &str) -> &str {
    name.strip_prefix('[').and_then(|n| n.strip_suffix(']')).unwrap_or(name)
}

impl Segment {
    /// Its bytes for a delivery.
    pub fn bytes<'s>(
        &'s self,
        seen: &Seen<'s>,
        given: &Given<'s>,
    ) -> Result<Cow<'s, [u8]>, Failure> {
        let raw = seen.raw;
        let text = |t: String| Cow::Owned(t.into_bytes());
        let header = |name: &str| raw.header(name).map(header_bytes);
        Ok(match self {
            Segment::Literal(l) => Cow::Borrowed(l),
            Segment::Body => Cow::Borrowed(&raw.body),
            Segment::BodyText => text(BodyText::of(raw).as_str().to_owned()),
            Segment::Url => text(url(seen)),
            Segment::Method => Cow::Borrowed(raw.method.as_bytes()),
            Segment::Path => text(path(seen)),
            Segment::Ts => {
                Cow::Borrowed(given.ts.ok_or_else(|| Failure::missing("timestamp"))?.as_bytes())
            }
            Segment::Id => header("webhook-id")
                .or_else(|| header("svix-id"))
                .ok_or_else(|| Failure::missing("header webhook-id"))?,
            Segment::Key => Cow::Borrowed(given.key),
            Segment::Header(n) => {
                header(n).ok_or_else(|| Failure::missing(&Source::Header(n.clone()).words()))?
            }
            Segment::Query(n) => text(
                query(&raw.query, n)
                    .ok_or_else(|| Failure::missing(&Source::Query(n.clone()).words()))?,
            ),
            Segment::FormSorted => {
                let pairs = form::pairs(&raw.body, None);
                let sorted: BTreeSet<(String, String)> = pairs.into_iter().collect();
                text(sorted.into_iter().flat_map(|(n, v)| [n, v]).collect())
            }
            Segment::Crc32 => text(crc32(&raw.body).to_string()),
            Segment::Sha256Hex => text(hex::encode(Sha256::digest(&raw.body))),
        })
    }
}

fn url(seen: &Seen<'_>) -> String {
    let raw = seen.raw;
    let mut out = format!("{}{}", seen.inbound().public_url, raw.path);
    if !raw.query.is_empty() {
        out.push('?');
        out.push_str(&raw.query);
    }
    out
}

fn path(seen: &Seen<'_>) -> String {
    let base = url::Url::parse(&seen.inbound().public_url);
    let base = base.as_ref().map_or("", url::Url::path);
    format!("{base}{}", seen.raw.path)
}
