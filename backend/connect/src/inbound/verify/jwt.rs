//! Signed tokens (RFC 7519) with a shared secret, a public key or a set of keys (RFC 7517).

use domain::limits::JWT_TOLERANCE;
use domain::{Secret, Span, Time};
use serde_json::Value;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::outside::{Ask, Outside};
use super::public_key::{Check, PublicKey};
use super::{Failure, FailureKind, digest};
use crate::inbound::build::{Builder, Words};
use crate::inbound::seen::Seen;
use crate::inbound::source::Source;
use crate::inbound::verify::token::without_prefix;
use crate::manifest::{self, Algo, Encoding, JwtAlg};
use domain::field::Escape;

/// A compiled check of a token.
pub struct Jwt {
    pub(super) source: Source,
    prefix: String,
    algs: Vec<JwtAlg>,
    secrets: Vec<Secret>,
    keys: Vec<PublicKey>,
    jwks: Option<Jwks>,
    claims: Vec<(String, Words)>,
    body_hash: Option<String>,
    tolerance: Span,
}

/// Where the set of keys is.
struct Jwks {
    url: String,
    host: String,
}

impl Jwt {
    pub fn compile(b: &mut Builder, at: &str, j: &manifest::JwtVerify) -> Option<Jwt> {
        let from = format!("{at}.from");
        let source = b.fixed(&from, &j.from).and_then(|f| Source::compile(b, &from, &f));
        let (mut secrets, mut keys) = (Vec::new(), Vec::new());
        for template in j.key.iter().flat_map(|k| &k.0) {
            let Some(secret) = b.secret(&format!("{at}.key"), template) else { continue };
            match PublicKey::read(secret.expose(), Encoding::Utf8) {
                Some(key) if secret.expose().contains("-----BEGIN") => keys.push(key),
                _ => secrets.push(secret),
            }
        }
        let jwks = j.jwks_url.as_ref().and_then(|u| jwks(b, &format!("{at}.jwks_url"), u));
        if j.key.is_none() && j.jwks_url.is_none() {
            let (en, ru) = ("a token needs key or jwks_url", "токену нужен key или jwks_url");
            b.problem(at, en, ru);
        }
        let claim = |(name, t): (&String, &String)| {
            (name.clone(), b.words(&format!("{at}.claims.{name}"), t, Escape::None, true))
        };
        Some(Jwt {
            claims: j.claims.iter().map(claim).collect(),
            source: source?,
            prefix: j.prefix.clone().unwrap_or_default(),
            algs: j.algs.clone(),
            secrets,
            keys,
            jwks,
            body_hash: j.body_hash_claim.clone(),
            tolerance: j.tolerance.unwrap_or(JWT_TOLERANCE),
        })
    }

    pub fn is_armed(&self) -> bool {
        !self.algs.is_empty()
            && (!self.secrets.is_empty() || !self.keys.is_empty() || self.jwks.is_some())
    }

    /// Whether the body is part of what is proved.
    pub fn covers_body(&self) -> bool {
        self.body_hash.is_some()
    }

    pub fn check(
        &self,
        seen: &mut Seen<'_>,
        now: Time,
        outside: &dyn Outside,
    ) -> Result<(), Failure> {
        let what = self.source.words();
        let given = self.source.get(seen).ok_or_else(|| Failure::missing(&what))?;
        let token = without_prefix(given.trim(), &self.prefix);
        let token = token.ok_or_else(|| Failure::wrong(&what))?;
        let token = Token::read(token.trim()).ok_or_else(|| Failure::wrong(&what))?;
        let alg = token.alg().filter(|a| self.algs.contains(a));
        let alg = alg.ok_or_else(|| Failure::wrong(&what))?;
        if !self.signed(&token, alg, outside)? {
            return Err(Failure::wrong(&what));
        }
        self.in_time(&token.claims, now)?;
        for (name, want) in &self.claims {
            let want = want.text(seen);
            if want.is_empty() || !claim_is(&token.claims[name], &want) {
                return Err(claim(name));
            }
        }
        if let Some(name) = &self.body_hash {
            let want = hex::encode(Sha256::digest(&seen.raw.body));
            let got = token.claims[name].as_str().unwrap_or_default().to_ascii_lowercase();
            if !bool::from(got.as_bytes().ct_eq(want.as_bytes())) {
                return Err(claim(name));
            }
        }
        Ok(())
    }

    fn signed(&self, t: &Token, alg: JwtAlg, outside: &dyn Outside) -> Result<bool, Failure> {
        if let Some(hash) = shared(alg) {
            let fits = |s: &Secret| {
                let want = digest::hash(hash, s.expose().as_bytes(), &[t.signed]);
                want.is_some_and(|w| super::token::same(&t.signature, &w))
            };
            return Ok(self.secrets.iter().fold(false, |ok, s| ok | fits(s)));
        }
        let Some(check) = public(alg) else { return Ok(false) };
        let fits = |k: &PublicKey| k.verifies(check, t.signed, &t.signature);
        if self.keys.iter().any(fits) {
            return Ok(true);
        }
        let Some(jwks) = &self.jwks else { return Ok(false) };
        let Some(set) = outside.key(&jwks.url) else { return Err(jwks.ask()) };
        Ok(set_keys(&set, t.header["kid"].as_str()).iter().any(fits))
    }

    fn in_time(&self, claims: &Value, now: Time) -> Result<(), Failure> {
        let now = now.micros() / 1_000_000;
        let slack = self.tolerance.as_secs();
        let at = |name: &str| claims[name].as_f64();
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970")]
        let (early, late) = ((now - slack) as f64, (now + slack) as f64);
        let over = at("exp").is_some_and(|t| t < early);
        let soon = ["nbf", "iat"].iter().any(|n| at(n).is_some_and(|t| t > late));
        if over || soon {
            return Err(Failure::new(
                FailureKind::Stale,
                "the token is not valid at this time",
                "токен сейчас не действует",
            ));
        }
        Ok(())
    }
}

impl Jwks {
    fn ask(&self) -> Failure {
        Failure::asks(Ask::Key { url: self.url.clone(), hosts: vec![self.host.clone()] })
    }
}

fn jwks(b: &mut Builder, at: &str, template: &str) -> Option<Jwks> {
    let url = b.fixed(at, template)?;
    let host = url::Url::parse(&url).ok()?.host_str().map(str::to_owned);
    if host.is_none() {
        b.problem(at, "not an address", "не адрес");
    }
    Some(Jwks { url, host: host? })
}

fn claim(name: &str) -> Failure {
    Failure::new(
        FailureKind::Wrong,
        format!("the claim {name} of the token is another one"),
        format!("утверждение {name} токена — другое"),
    )
}

fn claim_is(claim: &Value, want: &str) -> bool {
    match claim {
        Value::Array(items) => items.iter().any(|i| claim_is(i, want)),
        Value::String(s) => bool::from(s.as_bytes().ct_eq(want.as_bytes())),
        Value::Number(n) => n.to_string().as_str() == want,
        Value::Bool(b) => (if *b { "true" } else { "false" }) == want,
        _ => false,
    }
}

fn shared(alg: JwtAlg) -> Option<Algo> {
    Some(match alg {
        JwtAlg::HS256 => Algo::HmacSha256,
        JwtAlg::HS384 => Algo::HmacSha384,
        JwtAlg::HS512 => Algo::HmacSha512,
        _ => return None,
    })
}

fn public(alg: JwtAlg) -> Option<Check> {
    Some(match alg {
        JwtAlg::RS256 => Check::RsaSha256,
        JwtAlg::RS384 => Check::RsaSha384,
        JwtAlg::RS512 => Check::RsaSha512,
        JwtAlg::ES256 => Check::EcdsaP256,
        JwtAlg::EdDSA => Check::Ed25519,
        _ => return None,
    })
}

/// A token taken apart (RFC 7515 section 3.1).
struct Token<'t> {
    header: Value,
    claims: Value,
    signed: &'t [u8],
    signature: Vec<u8>,
}

impl<'t> Token<'t> {
    fn read(text: &'t str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let part = |t: &str| digest::decode(Encoding::Base64url, t);
        let json = |t: &str| serde_json::from_slice::<Value>(&part(t)?).ok();
        let claims = json(claims)?;
        Some(Token {
            header: json(header)?,
            claims: claims.is_object().then_some(claims)?,
            signed: signed.as_bytes(),
            signature: part(signature)?,
        })
    }

    fn alg(&self) -> Option<JwtAlg> {
        serde_json::from_value(self.header["alg"].clone()).ok()
    }
}

/// The keys of a set; of one id where the token names one.
fn set_keys(set: &[u8], kid: Option<&str>) -> Vec<PublicKey> {
    let set: Value = serde_json::from_slice(set).unwrap_or_default();
    let keys = set["keys"].as_array().into_iter().flatten();
    let meant = keys.filter(|k| kid.is_none() || k["kid"].as_str() == kid);
    meant.filter_map(set_key).collect()
}

fn set_key(key: &Value) -> Option<PublicKey> {
    let part = |name: &str| digest::decode(Encoding::Base64url, key[name].as_str()?);
    match key["kty"].as_str()? {
        "RSA" => Some(PublicKey::Rsa { n: part("n")?, e: part("e")? }),
        // An uncompressed point (SEC 1 section 2.3.3).
        "EC" => Some(PublicKey::Bytes([vec![4], part("x")?, part("y")?].concat())),
        "OKP" => part("x").map(PublicKey::Bytes),
        _ => None,
    }
}
