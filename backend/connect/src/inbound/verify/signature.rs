//! Signatures by a shared key: one scheme for every service that hashes a key and its message.

use std::borrow::Cow;

use domain::limits::SIGNATURE_TOLERANCE;
use domain::{Span, Time};
use zeroize::Zeroizing;

use super::content::{self, Given, Segment};
use super::digest;
use super::token::{same, without_prefix};
use super::{Failure, FailureKind};
use crate::inbound::build::Builder;
use crate::inbound::seen::Seen;
use crate::inbound::source::Source;
use crate::manifest::{self, Algo, Encoding, TimestampUnit};

/// A signature that is checked with keys of the flow.
pub struct Signature {
    pub(super) source: Source,
    algo: Algo,
    prefix: String,
    parts: Option<Parts>,
    encoding: Encoding,
    keys: Vec<Zeroizing<Vec<u8>>>,
    content: Vec<Segment>,
    time: Option<Clocked>,
}

struct Parts {
    sep: String,
    kv: String,
    sig: String,
    ts: Option<String>,
}

struct Clocked {
    /// None: a part of the signature.
    source: Option<Source>,
    unit: TimestampUnit,
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
        let keys = keys(b, &place("key"), s);
        let time = time(b, &place("timestamp"), s);
        let (algo, source, encoding) = (algo?, source?, encoding?);
        let secret_inside = |c: &Segment| matches!(c, Segment::Key);
        if !digest::is_keyed(algo) && !content.iter().any(secret_inside) {
            b.problem(
                &place("content"),
                "a hash without a key proves nothing: put {{key}} into content",
                "хэш без ключа ничего не доказывает: добавьте {{key}} в content",
            );
        }
        if content.contains(&Segment::Ts) && time.is_none() {
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
        Some(Signature { source, algo, prefix, parts, encoding, keys, content, time })
    }

    pub fn is_armed(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Whether the body must be read, not only hashed.
    pub fn needs_body(&self) -> bool {
        let time = self.time.as_ref().and_then(|t| t.source.as_ref());
        self.source.needs_body() || time.is_some_and(Source::needs_body)
    }

    pub fn check(&self, seen: &mut Seen<'_>, now: Time) -> Result<(), Failure> {
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
        let mut passes = false;
        for key in &self.keys {
            let given = Given { ts: ts.as_deref(), key };
            let parts = self.content.iter().map(|s| s.bytes(seen, &given));
            let parts = parts.collect::<Result<Vec<_>, _>>()?;
            let parts: Vec<&[u8]> = parts.iter().map(AsRef::as_ref).collect();
            let want = digest::hash(self.algo, key, &parts).unwrap_or_default();
            passes |= candidates.iter().fold(false, |ok, c| ok | same(c, &want));
        }
        if !passes {
            return Err(Failure::wrong(&what));
        }
        self.time.as_ref().map_or(Ok(()), |t| t.check(ts.as_deref(), now))
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
    if digest::hash(algo, b"k", &[]).is_none() {
        b.problem(
            at,
            format!("{name}: signatures by a public key are not available yet"),
            format!("{name}: подписи открытым ключом пока не поддерживаются"),
        );
        return None;
    }
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

fn keys(b: &mut Builder, at: &str, s: &manifest::Signature) -> Vec<Zeroizing<Vec<u8>>> {
    let prefix = s.key_prefix.as_deref().unwrap_or_default();
    let encoding = s.key_encoding.unwrap_or(Encoding::Utf8);
    let mut keys = Vec::new();
    for source in &s.key.0 {
        let Some(secret) = b.secret(at, source) else {
            continue;
        };
        let text = secret.expose();
        match digest::decode(encoding, text.strip_prefix(prefix).unwrap_or(text)) {
            Some(key) if !key.is_empty() => keys.push(Zeroizing::new(key)),
            _ => b.problem(
                at,
                "the secret is not written as the service writes it (hex or base64)",
                "секрет записан не так, как его выдаёт сервис (hex или base64)",
            ),
        }
    }
    keys
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
