//! The other side of a check, for fixtures: puts the proof that a trigger wants into a delivery,
//! and says what a passing delivery proves, so that the opposite can be tried.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::delivery::RawDelivery;
use domain::{Span, Time};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256,
    RSA_PKCS1_SHA512, RsaKeyPair,
};

use super::outside::Outside;
use super::public_key::pem;
use super::signature::{Key, Signature};
use super::{Scheme, Verify, digest};
use crate::inbound::seen::Seen;
use crate::inbound::source::Source;
use crate::manifest::{Algo, Encoding, TimestampUnit};

/// Where a proof stands in a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Header(String),
    Query(String),
    /// This text in the body.
    Body(String),
    /// The address that it comes from.
    Address,
}

/// What a delivery that passed has proved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    pub places: Vec<Place>,
    /// A change of the body is noticed.
    pub covers_body: bool,
    /// It is too old after this time.
    pub tolerance: Option<Span>,
    /// A secret of the flow takes part.
    pub secret: bool,
}

impl Verify {
    /// What the first scheme that passes proves; nothing if none does, or none is set.
    pub fn proof(&self, seen: &mut Seen<'_>, now: Time, outside: &dyn Outside) -> Option<Proof> {
        let mut passing = self.schemes.iter().filter(|s| s.is_armed());
        let scheme = passing.find(|s| s.check(seen, now, outside).is_ok())?;
        let mut proof = Proof::default();
        scheme.prove(seen, now, outside, &mut proof);
        Some(proof)
    }

    /// Puts the proof of the first scheme that is set into a delivery.
    pub fn sign(&self, seen: &mut Seen<'_>, now: Time, pem: Option<&str>) -> Vec<(Place, String)> {
        let armed = self.schemes.iter().find(|s| s.is_armed());
        let mut out = Vec::new();
        if let Some(scheme) = armed {
            scheme.sign(seen, now, pem, &mut out);
        }
        out
    }
}

impl Scheme {
    fn prove(&self, seen: &mut Seen<'_>, now: Time, outside: &dyn Outside, proof: &mut Proof) {
        match self {
            Scheme::Token(t) => {
                proof.secret = true;
                proof.places.extend(place(&t.source, seen));
            }
            Scheme::Basic(_) => {
                proof.secret = true;
                proof.places.push(Place::Header("authorization".into()));
            }
            Scheme::Signature(s) => {
                proof.secret |= !s.keys.is_empty();
                proof.covers_body |= s.covers_body();
                proof.tolerance = proof.tolerance.or(s.tolerance());
                proof.places.extend(place(&s.source, seen));
            }
            Scheme::Jwt(j) => {
                proof.secret = true;
                proof.covers_body |= j.covers_body();
                proof.places.extend(place(&j.source, seen));
            }
            Scheme::Ip(_) => proof.places.push(Place::Address),
            Scheme::All(of) => of.iter().for_each(|s| s.prove(seen, now, outside, proof)),
            Scheme::Any(of) => {
                if let Some(s) = of.iter().find(|s| s.check(seen, now, outside).is_ok()) {
                    s.prove(seen, now, outside, proof);
                }
            }
            Scheme::Callback | Scheme::Nothing => {}
        }
    }

    fn sign(
        &self,
        seen: &mut Seen<'_>,
        now: Time,
        pem: Option<&str>,
        out: &mut Vec<(Place, String)>,
    ) {
        match self {
            Scheme::Token(t) => {
                let text = t.text();
                out.extend(put(&t.source, text));
            }
            Scheme::Basic(b) => {
                let pair = STANDARD.encode(b.pair());
                out.push((Place::Header("authorization".into()), format!("Basic {pair}")));
            }
            Scheme::Signature(s) => s.sign(seen, now, pem, out),
            Scheme::All(of) => of.iter().for_each(|s| s.sign(seen, now, pem, out)),
            Scheme::Any(of) => {
                if let Some(s) = of.iter().find(|s| s.is_armed()) {
                    s.sign(seen, now, pem, out);
                }
            }
            Scheme::Jwt(_) | Scheme::Ip(_) | Scheme::Callback | Scheme::Nothing => {}
        }
    }
}

fn place(source: &Source, seen: &mut Seen<'_>) -> Option<Place> {
    Some(match source {
        Source::Header(n) => Place::Header(n.clone()),
        Source::Cookie(_) => Place::Header("cookie".into()),
        Source::Query(n) => Place::Query(n.clone()),
        Source::Body(_) => Place::Body(source.get(seen)?),
    })
}

fn put(source: &Source, text: String) -> Option<(Place, String)> {
    Some(match source {
        Source::Header(n) => (Place::Header(n.clone()), text),
        Source::Cookie(n) => (Place::Header("cookie".into()), format!("{n}={text}")),
        Source::Query(n) => (Place::Query(n.clone()), text),
        // The fixture's own body holds it.
        Source::Body(_) => return None,
    })
}

impl Signature {
    fn sign(
        &self,
        seen: &mut Seen<'_>,
        now: Time,
        pem: Option<&str>,
        out: &mut Vec<(Place, String)>,
    ) {
        let ts = self.time.as_ref().map(|t| stamp(t.unit, now));
        if let (Some(ts), Some(source)) = (&ts, self.time.as_ref().and_then(|t| t.source.as_ref()))
            && source.get(seen).is_none()
        {
            out.extend(put(source, ts.clone()));
        }
        let time = self.time.as_ref().and_then(|t| t.source.as_ref());
        let ts = time.and_then(|s| s.get(seen)).or(ts);
        let Some(key) = self.keys.first() else { return };
        let Ok(message) = self.message(seen, key, ts.as_deref(), "") else { return };
        let bytes = match key {
            Key::Shared(k) => digest::hash(self.algo, k, &[&message]),
            Key::Public(_) => pem.and_then(|p| private(self.algo, p, &message)),
        };
        let Some(bytes) = bytes else { return };
        let text = format!("{}{}", self.prefix, written(self.encoding, &bytes));
        let text = match &self.parts {
            None => text,
            Some(p) => {
                let sig = format!("{}{}{text}", p.sig, p.kv);
                match (&p.ts, &ts) {
                    (Some(name), Some(ts)) => format!("{name}{}{ts}{}{sig}", p.kv, p.sep),
                    _ => sig,
                }
            }
        };
        out.extend(put(&self.source, text));
    }
}

fn stamp(unit: TimestampUnit, now: Time) -> String {
    match unit {
        TimestampUnit::S => (now.micros() / 1_000_000).to_string(),
        TimestampUnit::Ms => (now.micros() / 1_000).to_string(),
        TimestampUnit::Rfc3339 => crate::template::rfc3339(now),
    }
}

fn written(encoding: Encoding, bytes: &[u8]) -> String {
    match encoding {
        Encoding::Base64 => STANDARD.encode(bytes),
        Encoding::Base64url => URL_SAFE_NO_PAD.encode(bytes),
        Encoding::Hex | Encoding::Utf8 => hex::encode(bytes),
    }
}

/// A signature by a private key (PEM, PKCS #8).
fn private(algo: Algo, text: &str, message: &[u8]) -> Option<Vec<u8>> {
    let (_, der) = pem(text)?;
    let rng = SystemRandom::new();
    match algo {
        Algo::Ed25519 => {
            let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).ok()?;
            Some(pair.sign(message).as_ref().to_vec())
        }
        Algo::EcdsaP256 => {
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &der, &rng);
            Some(pair.ok()?.sign(&rng, message).ok()?.as_ref().to_vec())
        }
        Algo::RsaSha256 | Algo::RsaSha512 => {
            let pair = RsaKeyPair::from_pkcs8(&der).ok()?;
            let padding: &'static dyn ring::signature::RsaEncoding =
                if algo == Algo::RsaSha256 { &RSA_PKCS1_SHA256 } else { &RSA_PKCS1_SHA512 };
            let mut out = vec![0; pair.public().modulus_len()];
            pair.sign(padding, &rng, message, &mut out).ok()?;
            Some(out)
        }
        _ => None,
    }
}

/// Puts signed values into a delivery.
pub fn apply(raw: &mut RawDelivery, values: Vec<(Place, String)>) {
    for (place, text) in values {
        match place {
            Place::Header(name) => {
                raw.headers.retain(|(n, _)| *n != name);
                raw.headers.push((name, text));
            }
            Place::Query(name) => {
                let mut query = url::form_urlencoded::Serializer::new(raw.query.clone());
                raw.query = query.append_pair(&name, &text).finish();
            }
            Place::Body(_) | Place::Address => {}
        }
    }
}
