//! Signatures by a shared or public key: one scheme for every service that signs its message.

use std::borrow::Cow;

use domain::field::Escape;
use domain::limits::SIGNATURE_TOLERANCE;
use domain::{Span, Time};
use zeroize::Zeroizing;

use super::content::{self, Given, Segment};
use super::digest;
use super::outside::{Ask, Outside};
use super::public_key::{Check, PublicKey};
use super::token::{same, without_prefix};
use super::{Failure, FailureKind};
use crate::http::HostRule;
use crate::inbound::build::{Builder, Words};
use crate::inbound::seen::Seen;
use crate::inbound::source::Source;
use crate::manifest::{self, Algo, Encoding, TimestampUnit};

/// A signature that is checked with keys of the flow.
pub struct Signature {
    pub(super) source: Source,
    pub(super) algo: Algo,
    pub(super) prefix: String,
    pub(super) parts: Option<Parts>,
    pub(super) encoding: Encoding,
    pub(super) keys: Vec<Key>,
    key_url: Option<KeyUrl>,
    content: Vec<Segment>,
    pub(super) time: Option<Clocked>,
}

/// What signatures are checked with.
pub enum Key {
    Shared(Zeroizing<Vec<u8>>),
    Public(PublicKey),
}

/// Where the key is that a delivery names.
struct KeyUrl {
    url: Words,
    hosts: HostRule,
}

impl Key {
    /// The bytes of a shared key; nothing of a public one.
    fn bytes(&self) -> &[u8] {
        match self {
            Key::Shared(k) => k,
            Key::Public(_) => &[],
        }
    }

    /// Whether a signature is one of the message by this key.
    fn fits(&self, algo: Algo, signature: &[u8], message: &[u8]) -> bool {
        match (self, Check::of(algo)) {
            (Key::Public(key), Some(check)) => key.verifies(check, message, signature),
            (Key::Shared(key), None) => {
                digest::hash(algo, key, &[message]).is_some_and(|want| same(signature, &want))
            }
            _ => false,
        }
    }
}

pub(super) struct Parts {
    pub sep: String,
    pub kv: String,
    pub sig: String,
    pub ts: Option<String>,
}

pub(super) struct Clocked {
    /// None: a part of the signature.
    pub source: Option<Source>,
    pub unit: TimestampUnit,
    tolerance: Span,
}

impl Signature {
    pub fn compile(b: &mut Builder, at: &str, s: &manifest::Signature) -> Option<Signature> {
        let place = |key: &str| format!("{at}.{key}");
        let algo = algo(b, &place("algo"), &s.algo);
        let source = b.fixed(&place("from"), &s.from);
        let source = source.and_then(|f| Source::compile(b, &place("from"), &f));
        let encoding = encoding(b, &place("encoding"), s.encoding.as_deref());
        let prefix = s.prefix.as_ref().map(|p| b.fixed(&place("prefix"), p).unwrap_or_default());
        let content =
            content::compile(b, &place("content"), s.content.as_deref().unwrap_or("{{body}}"));
        let (algo, source, encoding) = (algo?, source?, encoding?);
        let keys = keys(b, &place("key"), s, algo);
        let key_url = key_url(b, at, s, algo);
        let time = time(b, &place("timestamp"), s);
        let secret_inside = |c: &Segment| matches!(c, Segment::Key | Segment::BodyKeyed);
        let keyed = digest::is_keyed(algo) || Check::of(algo).is_some();
        if !keyed && !content.iter().any(secret_inside) {
            b.problem(
                &place("content"),
                "a hash without a key proves nothing: put {{key}} into content",
                "хэш без ключа ничего не доказывает: добавьте {{key}} в content",
            );
        }
        if content.iter().any(|c| matches!(c, Segment::Ts)) && time.is_none() {
            b.problem(
                &place("content"),
                "{{ts}} needs timestamp or parts.ts",
                "для {{ts}} нужен timestamp или parts.ts",
            );
        }
        let parts = s.parts.as_ref().map(|p| Parts {
            sep: p.sep.clone().unwrap_or_else(|| ",".into()),
            kv: p.kv.clone().unwrap_or_else(|| "=".into()),
            sig: p.sig.clone(),
            ts: p.ts.clone(),
        });
        let prefix = prefix.unwrap_or_default();
        Some(Signature { source, algo, prefix, parts, encoding, keys, key_url, content, time })
    }

    pub fn is_armed(&self) -> bool {
        !self.keys.is_empty() || self.key_url.is_some()
    }

    /// Whether the body must be read, not only hashed.
    pub fn needs_body(&self) -> bool {
        let time = self.time.as_ref().and_then(|t| t.source.as_ref());
        self.source.needs_body()
            || time.is_some_and(Source::needs_body)
            || self.content.iter().any(Segment::reads_body)
            || self.key_url.as_ref().is_some_and(|k| k.url.reads("body"))
    }

    /// Whether the body is part of what is signed.
    pub fn covers_body(&self) -> bool {
        self.content.iter().any(Segment::covers_body)
    }

    /// The allowed difference of clocks, where a time is signed.
    pub fn tolerance(&self) -> Option<Span> {
        self.time.as_ref().map(|t| t.tolerance)
    }

    pub fn check(
        &self,
        seen: &mut Seen<'_>,
        now: Time,
        outside: &dyn Outside,
    ) -> Result<(), Failure> {
        let what = self.source.words();
        let header = self.source.get(seen).ok_or_else(|| Failure::missing(&what))?;
        let mut ts = None;
        let candidates = self.candidates(&header, &mut ts);
        if candidates.is_empty() {
            return Err(Failure::wrong(&what));
        }
        let ts = match self.time.as_ref().and_then(|t| t.source.as_ref()) {
            Some(source) => source.get(seen).map(Cow::Owned),
            None => ts.map(Cow::Borrowed),
        };
        let fetched = self.fetched(seen, outside)?;
        let mut passes = false;
        for key in self.keys.iter().chain(&fetched) {
            let message = self.message(seen, key, ts.as_deref(), &header)?;
            passes |= candidates.iter().fold(false, |ok, c| ok | key.fits(self.algo, c, &message));
        }
        if !passes {
            return Err(Failure::wrong(&what));
        }
        self.time.as_ref().map_or(Ok(()), |t| t.check(ts.as_deref(), now))
    }

    /// The signed bytes.
    pub(super) fn message(
        &self,
        seen: &mut Seen<'_>,
        key: &Key,
        ts: Option<&str>,
        header: &str,
    ) -> Result<Vec<u8>, Failure> {
        let signature = header.trim();
        let signature = without_prefix(signature, &self.prefix).unwrap_or(signature);
        let given = Given { ts, key: key.bytes(), signature };
        let mut message = Vec::with_capacity(seen.raw.body.len() + 64);
        for segment in &self.content {
            segment.write(seen, &given, &mut message)?;
        }
        Ok(message)
    }

    /// The key that the delivery names, where keys are fetched.
    fn fetched(&self, seen: &mut Seen<'_>, outside: &dyn Outside) -> Result<Option<Key>, Failure> {
        let Some(from) = &self.key_url else { return Ok(None) };
        let url = from.url.text(seen);
        let parsed = url::Url::parse(&url).ok();
        let host = parsed.as_ref().and_then(|u| u.host_str()).unwrap_or_default();
        let https = parsed.as_ref().is_some_and(|u| u.scheme() == "https");
        if !https || !from.hosts.allows(host) {
            return Err(Failure::new(
                FailureKind::Wrong,
                "the address of the key is not one of the service",
                "адрес ключа не принадлежит сервису",
            ));
        }
        let HostRule::Only(hosts) = &from.hosts else { return Ok(None) };
        let Some(text) = outside.key(&url) else {
            return Err(Failure::asks(Ask::Key { url, hosts: hosts.clone() }));
        };
        let text = String::from_utf8_lossy(&text);
        Ok(PublicKey::read(&text, Encoding::Base64).map(Key::Public))
    }

    /// The signatures in the text, decoded; a service that changes its key may send several.
    fn candidates<'h>(&self, text: &'h str, ts: &mut Option<&'h str>) -> Vec<Vec<u8>> {
        let Some(parts) = &self.parts else {
            return self.decoded(text).into_iter().collect();
        };
        let mut out = Vec::new();
        for item in text.split(parts.sep.as_str()) {
            let Some((name, value)) = item.trim().split_once(parts.kv.as_str()) else {
                continue;
            };
            if name == parts.sig {
                out.extend(self.decoded(value));
            } else if parts.ts.as_deref() == Some(name) {
                *ts = Some(value);
            }
        }
        out
    }

    fn decoded(&self, text: &str) -> Option<Vec<u8>> {
        digest::decode(self.encoding, without_prefix(text.trim(), &self.prefix)?)
    }
}

impl Clocked {
    fn check(&self, ts: Option<&str>, now: Time) -> Result<(), Failure> {
        let ts = ts.ok_or_else(|| Failure::missing("timestamp"))?;
        let at = self.read(ts.trim()).ok_or_else(|| {
            Failure::new(
                FailureKind::Wrong,
                "the timestamp is not readable",
                "метка времени не читается",
            )
        })?;
        let off = now.micros().abs_diff(at);
        if off <= self.tolerance.micros().unsigned_abs() {
            return Ok(());
        }
        let off = off / 1_000_000;
        Err(Failure::new(
            FailureKind::Stale,
            format!("the timestamp is {off} s off, {} is allowed", self.tolerance),
            format!("метка времени расходится на {off} с, допускается {}", self.tolerance),
        ))
    }

    /// Microseconds since the epoch.
    fn read(&self, ts: &str) -> Option<i64> {
        match self.unit {
            TimestampUnit::S => ts.parse::<i64>().ok()?.checked_mul(1_000_000),
            TimestampUnit::Ms => ts.parse::<i64>().ok()?.checked_mul(1_000),
            TimestampUnit::Rfc3339 => {
                ts.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond)
            }
        }
    }
}

fn algo(b: &mut Builder, at: &str, source: &str) -> Option<Algo> {
    let name = b.fixed(at, source)?;
    let Ok(algo) = serde_json::from_value::<Algo>(name.as_str().into()) else {
        b.problem(
            at,
            format!("\"{name}\" is not an algorithm such as hmac_sha256"),
            format!("«{name}» — не алгоритм вида hmac_sha256"),
        );
        return None;
    };
    Some(algo)
}

fn encoding(b: &mut Builder, at: &str, source: Option<&str>) -> Option<Encoding> {
    let Some(source) = source else {
        return Some(Encoding::Hex);
    };
    let name = b.fixed(at, source)?;
    match serde_json::from_value::<Encoding>(name.as_str().into()) {
        Ok(e) if e != Encoding::Utf8 => Some(e),
        _ if name.is_empty() => Some(Encoding::Hex),
        _ => {
            b.problem(
                at,
                format!("\"{name}\" is not hex, base64 or base64url"),
                format!("«{name}» — не hex, base64 или base64url"),
            );
            None
        }
    }
}

fn keys(b: &mut Builder, at: &str, s: &manifest::Signature, algo: Algo) -> Vec<Key> {
    let prefix = s.key_prefix.as_deref().unwrap_or_default();
    let encoding = s.key_encoding.unwrap_or(Encoding::Utf8);
    let mut keys = Vec::new();
    for source in &s.key.0 {
        let Some(secret) = b.secret(at, source) else {
            continue;
        };
        let text = secret.expose();
        let text = text.strip_prefix(prefix).unwrap_or(text);
        let key = if Check::of(algo).is_some() {
            PublicKey::read(text, encoding).map(Key::Public)
        } else {
            let bytes = digest::decode(encoding, text).filter(|k| !k.is_empty());
            bytes.map(|k| Key::Shared(Zeroizing::new(k)))
        };
        match key {
            Some(key) => keys.push(key),
            None => b.problem(
                at,
                "the secret is not written as the service writes it (hex or base64)",
                "секрет записан не так, как его выдаёт сервис (hex или base64)",
            ),
        }
    }
    keys
}

fn key_url(b: &mut Builder, at: &str, s: &manifest::Signature, algo: Algo) -> Option<KeyUrl> {
    let template = s.key_url.as_ref()?;
    if s.key_hosts.is_empty() || Check::of(algo).is_none() {
        b.problem(
            &format!("{at}.key_url"),
            "key_url needs key_hosts and an algorithm with a public key",
            "для key_url нужны key_hosts и алгоритм с открытым ключом",
        );
        return None;
    }
    let url = b.words(&format!("{at}.key_url"), template, Escape::None, false);
    Some(KeyUrl { url, hosts: HostRule::Only(s.key_hosts.clone()) })
}

fn time(b: &mut Builder, at: &str, s: &manifest::Signature) -> Option<Clocked> {
    let source = if let Some(from) = &s.timestamp {
        let from = b.fixed(at, from)?;
        // A setting that names no header: no time is checked.
        if from.is_empty() {
            return None;
        }
        Some(Source::compile(b, at, &from)?)
    } else {
        s.parts.as_ref()?.ts.as_ref()?;
        None
    };
    let tolerance = s.tolerance.unwrap_or(SIGNATURE_TOLERANCE);
    Some(Clocked { source, unit: s.timestamp_unit, tolerance })
}
