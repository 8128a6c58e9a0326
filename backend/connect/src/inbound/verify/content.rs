//! What a signature signs: a list of segments with the look of a template, spliced as bytes, so
//! that a body of any charset is signed as it came.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::Failure;
use super::digest::crc32;
use crate::inbound::build::{Builder, Words};
use crate::inbound::parse::{BodyText, form};
use crate::inbound::seen::{Seen, header_bytes};
use crate::inbound::source::{Source, query};
use crate::outbound::form::plain;
use domain::field::Escape;

/// One piece of the signed bytes.
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
    /// The raw body with the key in place of the signature (Unisender).
    BodyKeyed,
    /// A template over the parsed body.
    Words(Words),
}

/// What of the signature itself goes into the signed bytes.
pub struct Given<'g> {
    pub ts: Option<&'g str>,
    pub key: &'g [u8],
    /// The signature as it is written.
    pub signature: &'g str,
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
        "body_keyed" => Segment::BodyKeyed,
        _ => match name.split_once('.') {
            Some(("header", n)) => Segment::Header(bare(n).to_ascii_lowercase()),
            Some(("query", n)) => Segment::Query(bare(n).to_owned()),
            // Settings such as `{{input.webhook_id}}`, or values of the parsed body.
            _ => match b.words(at, &format!("{{{{{name}}}}}"), Escape::None, true) {
                Words::Fixed(v) => Segment::Literal(plain(&v).into_bytes()),
                live if live.reads_only(&["body"]) => Segment::Words(live),
                Words::Live { .. } => {
                    b.problem(
                        at,
                        format!("{{{{{name}}}}}: only settings of the trigger and values of the body can stand here"),
                        format!("{{{{{name}}}}}: здесь могут стоять только настройки триггера и значения тела"),
                    );
                    return None;
                }
            },
        },
    })
}

fn bare(name: &str) -> &str {
    name.strip_prefix('[').and_then(|n| n.strip_suffix(']')).unwrap_or(name)
}

impl Segment {
    /// Whether the body must be read for it, not only hashed.
    pub fn reads_body(&self) -> bool {
        matches!(self, Segment::Words(_))
    }

    /// Whether the body, or a value of it, is among the signed bytes.
    pub fn covers_body(&self) -> bool {
        matches!(
            self,
            Segment::Body
                | Segment::BodyText
                | Segment::FormSorted
                | Segment::Crc32
                | Segment::Sha256Hex
                | Segment::BodyKeyed
                | Segment::Words(_)
        )
    }

    /// Writes its bytes for a delivery.
    pub fn write(
        &self,
        seen: &mut Seen<'_>,
        given: &Given<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), Failure> {
        let raw = seen.raw;
        let header = |name: &str| raw.header(name).map(header_bytes);
        let mut text = |t: String| out.extend_from_slice(t.as_bytes());
        match self {
            Segment::BodyText => text(BodyText::of(raw).as_str().to_owned()),
            Segment::Url => text(url(seen)),
            Segment::Path => text(path(seen)),
            Segment::Query(n) => text(
                query(&raw.query, n)
                    .ok_or_else(|| Failure::missing(&Source::Query(n.clone()).words()))?,
            ),
            Segment::FormSorted => {
                let pairs = form::pairs(&raw.body, None);
                let sorted: BTreeSet<(String, String)> = pairs.into_iter().collect();
                text(sorted.into_iter().flat_map(|(n, v)| [n, v]).collect());
            }
            Segment::Crc32 => text(crc32(&raw.body).to_string()),
            Segment::Sha256Hex => text(hex::encode(Sha256::digest(&raw.body))),
            Segment::Words(words) => text(words.text(seen)),
            Segment::Literal(l) => out.extend_from_slice(l),
            Segment::Body => out.extend_from_slice(&raw.body),
            Segment::Method => out.extend_from_slice(raw.method.as_bytes()),
            Segment::Key => out.extend_from_slice(given.key),
            Segment::BodyKeyed => {
                out.extend(replaced(&raw.body, given.signature.as_bytes(), given.key));
            }
            Segment::Ts => {
                let ts = given.ts.ok_or_else(|| Failure::missing("timestamp"))?;
                out.extend_from_slice(ts.as_bytes());
            }
            Segment::Id => {
                let id = header("webhook-id").or_else(|| header("svix-id"));
                out.extend_from_slice(&id.ok_or_else(|| Failure::missing("header webhook-id"))?);
            }
            Segment::Header(n) => {
                let missing = || Failure::missing(&Source::Header(n.clone()).words());
                out.extend_from_slice(&header(n).ok_or_else(missing)?);
            }
        }
        Ok(())
    }
}

/// The bytes with the first `from` made `to`.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len().max(1)).position(|w| w == from);
    match at {
        Some(at) => [&bytes[..at], to, &bytes[at + from.len()..]].concat(),
        None => bytes.to_vec(),
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
