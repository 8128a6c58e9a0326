//! Signed tokens: the algorithms, their keys, and everything that must not pass.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use domain::delivery::RawDelivery;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RsaEncoding, RsaKeyPair, RsaPublicKeyComponents,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::digest::hash;
use super::outside::{Ask, Outside};
use crate::inbound::testing::*;
use crate::inbound::{Inbound, Judgement};
use crate::manifest::Algo;

const SET: &str = "https://keys.acme.test/set";
const SECRET: &str = "shared-secret-of-the-tests";

/// A token with this signature of its first two parts.
fn token(header: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let part = |v: &Value| URL_SAFE_NO_PAD.encode(v.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

fn shared(algo: Algo, key: &str) -> impl Fn(&[u8]) -> Vec<u8> {
    move |m| hash(algo, key.as_bytes(), &[m]).unwrap()
}

fn hs256(claims: &Value) -> String {
    token(&json!({"alg": "HS256", "typ": "JWT"}), claims, shared(Algo::HmacSha256, SECRET))
}

fn bearer(token: &str) -> RawDelivery {
    post("{}").header_set("authorization", format!("Bearer {token}"))
}

/// A trigger that wants a token, with these keys more.
fn wants(more: &Value, secret: &str) -> Inbound {
    let mut verify = json!({"scheme": "jwt", "from": "header.Authorization", "prefix": "Bearer "});
    let all = verify.as_object_mut().unwrap();
    all.extend(more.as_object().unwrap().clone());
    webhook(json!({"verify": [verify]}), &[("secret", secret)])
}

fn with_key(algs: &Value, key: &str) -> Inbound {
    wants(&json!({"algs": algs, "key": "{{input.secret}}"}), key)
}

fn said(i: &Inbound, raw: &RawDelivery) -> &'static str {
    word(&i.judge(raw, NOW))
}

#[test]
fn a_token_with_the_shared_secret_passes_in_each_algorithm() {
    for (alg, algo) in
        [("HS256", Algo::HmacSha256), ("HS384", Algo::HmacSha384), ("HS512", Algo::HmacSha512)]
    {
        let i = with_key(&json!([alg]), SECRET);
        let made =
            |alg: &str, key: &str| token(&json!({"alg": alg}), &json!({}), shared(algo, key));
        assert_eq!(said(&i, &bearer(&made(alg, SECRET))), "accepted", "{alg}");
        assert_eq!(said(&i, &bearer(&made(alg, "another"))), "rejected", "{alg}");
        // What the token calls itself decides nothing that the manifest does not allow.
        for other in ["none", "None", "", "RS256", "HS1"] {
            assert_eq!(said(&i, &bearer(&made(other, SECRET))), "rejected", "{alg} as {other:?}");
        }
        let mut cut = made(alg, SECRET);
        cut.truncate(cut.rfind('.').unwrap() + 1);
        assert_eq!(said(&i, &bearer(&cut)), "rejected", "{alg} without a signature");
        assert_eq!(said(&with_key(&json!([alg]), ""), &bearer(&made(alg, ""))), "rejected");
    }
}

#[test]
fn what_is_no_token_is_refused() {
    let i = with_key(&json!(["HS256"]), SECRET);
    let good = hs256(&json!({}));
    assert_eq!(said(&i, &bearer(&good)), "accepted");
    assert_eq!(said(&i, &post("{}")), "rejected");
    assert_eq!(said(&i, &post("{}").header_set("authorization", good.clone())), "rejected");
    for odd in ["", ".", "..", "a.b.c", "e30.e30", "e30..", &format!("{good}.x"), &good[1..]] {
        assert_eq!(said(&i, &bearer(odd)), "rejected", "{odd}");
    }
    let list = token(&json!({"alg": "HS256"}), &json!([]), shared(Algo::HmacSha256, SECRET));
    assert_eq!(said(&i, &bearer(&list)), "rejected", "claims are an object");
}

#[test]
fn a_token_holds_in_its_time_only() {
    let i = with_key(&json!(["HS256"]), SECRET);
    let now = NOW.micros() / 1_000_000;
    for (claims, want) in [
        (json!({"exp": now + 1}), "accepted"),
        (json!({"exp": now - 60}), "accepted"),
        (json!({"exp": now - 61}), "rejected"),
        (json!({"nbf": now + 60}), "accepted"),
        (json!({"nbf": now + 61}), "rejected"),
        (json!({"iat": now + 61}), "rejected"),
        (json!({"iat": now - 86_400, "exp": now + 60}), "accepted"),
    ] {
        assert_eq!(said(&i, &bearer(&hs256(&claims))), want, "{claims}");
    }
}

#[test]
fn claims_and_the_hash_of_the_body_must_be_those_that_are_wanted() {
    let i = wants(
        &json!({
            "algs": ["HS256"], "key": "{{input.secret}}", "body_hash_claim": "body_sha256",
            "claims": {"aud": "{{hook.url}}", "iss": "acme"},
        }),
        SECRET,
    );
    let body = hex::encode(Sha256::digest("{}"));
    let good = json!({"aud": ADDRESS, "iss": "acme", "body_sha256": body});
    assert_eq!(said(&i, &bearer(&hs256(&good))), "accepted");
    let mut several = good.clone();
    several["aud"] = json!(["https://other.test", ADDRESS]);
    assert_eq!(said(&i, &bearer(&hs256(&several))), "accepted");
    for (name, other) in [
        ("aud", json!("https://other.test")),
        ("aud", json!([])),
        ("iss", json!("ACME")),
        ("iss", Value::Null),
        ("body_sha256", json!("")),
        ("body_sha256", Value::Null),
    ] {
        let mut claims = good.clone();
        claims[name] = other;
        assert_eq!(said(&i, &bearer(&hs256(&claims))), "rejected", "{claims}");
    }
    let mut tampered = bearer(&hs256(&good));
    tampered.body = "[]".into();
    assert_eq!(said(&i, &tampered), "rejected", "the body is another one");
}

type Sign = Box<dyn Fn(&[u8]) -> Vec<u8>>;

/// What signs, the public key as PEM, and as a set of keys has it.
struct Pair {
    alg: &'static str,
    sign: Sign,
    pem: String,
    jwk: Value,
}

fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn rsa() -> Vec<Pair> {
    let made = crate::fixture::rsa::make().unwrap();
    let label = "RSA PUBLIC KEY";
    let pem = format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----",
        STANDARD.encode(&made.public)
    );
    let one = |alg: &'static str, padding: &'static dyn RsaEncoding| {
        let pair = RsaKeyPair::from_pkcs8(&made.private).unwrap();
        let RsaPublicKeyComponents::<Vec<u8>> { n, e } = pair.public().into();
        let jwk = json!({"kty": "RSA", "kid": alg, "n": b64(&n), "e": b64(&e)});
        let sign = move |m: &[u8]| {
            let mut out = vec![0; pair.public().modulus_len()];
            pair.sign(padding, &SystemRandom::new(), m, &mut out).unwrap();
            out
        };
        Pair { alg, sign: Box::new(sign), pem: pem.clone(), jwk }
    };
    vec![
        one("RS256", &RSA_PKCS1_SHA256),
        one("RS384", &RSA_PKCS1_SHA384),
        one("RS512", &RSA_PKCS1_SHA512),
    ]
}

fn es256() -> Pair {
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let (rng, alg) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
    let signs = EcdsaKeyPair::from_pkcs8(alg, &pair.serialize_der(), &rng).unwrap();
    let point = signs.public_key().as_ref().to_vec();
    let jwk = json!({"kty": "EC", "crv": "P-256", "kid": "ES256", "x": b64(&point[1..33]), "y": b64(&point[33..])});
    let sign = move |m: &[u8]| signs.sign(&SystemRandom::new(), m).unwrap().as_ref().to_vec();
    Pair { alg: "ES256", sign: Box::new(sign), pem: pair.public_key_pem(), jwk }
}

fn eddsa() -> Pair {
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let signs = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&pair.serialize_der()).unwrap();
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "kid": "EdDSA", "x": b64(signs.public_key().as_ref())});
    let sign = move |m: &[u8]| signs.sign(m).as_ref().to_vec();
    Pair { alg: "EdDSA", sign: Box::new(sign), pem: pair.public_key_pem(), jwk }
}

fn pairs() -> Vec<Pair> {
    let mut all = rsa();
    all.extend([es256(), eddsa()]);
    all
}

#[test]
fn a_token_passes_with_the_public_key_of_who_signed_it() {
    let all = pairs();
    for p in &all {
        let made = token(&json!({"alg": p.alg}), &json!({"a": 1}), &p.sign);
        let i = with_key(&json!([p.alg]), &p.pem);
        assert_eq!(said(&i, &bearer(&made)), "accepted", "{}", p.alg);
        let (head, signature) = made.rsplit_once('.').unwrap();
        let forged = format!("{}.{}.{signature}", head.split_once('.').unwrap().0, b64(b"{}"));
        assert_eq!(said(&i, &bearer(&forged)), "rejected", "{}", p.alg);
        // A public key is known to everybody: it is no shared secret, whatever the token says.
        let i = with_key(&json!([p.alg, "HS256"]), &p.pem);
        let fake = token(&json!({"alg": "HS256"}), &json!({}), shared(Algo::HmacSha256, &p.pem));
        assert_eq!(said(&i, &bearer(&fake)), "rejected", "{}", p.alg);
    }
    let [ec, ed] = [&all[3], &all[4]];
    let made = token(&json!({"alg": ed.alg}), &json!({}), &ed.sign);
    assert_eq!(said(&with_key(&json!(["EdDSA"]), &ec.pem), &bearer(&made)), "rejected");
}

/// The set of keys, if it has been fetched.
struct Fetched(Option<Value>);

impl Outside for Fetched {
    fn key(&self, url: &str) -> Option<Bytes> {
        assert_eq!(url, SET);
        self.0.as_ref().map(|set| set.to_string().into())
    }
    fn confirmed(&self) -> Option<bool> {
        None
    }
}

#[test]
fn a_token_passes_with_the_key_of_the_set_that_it_names() {
    let all = pairs();
    let algs: Vec<_> = all.iter().map(|p| p.alg).collect();
    let i = wants(&json!({"algs": algs, "jwks_url": SET}), "");
    let keys: Vec<_> = all.iter().map(|p| p.jwk.clone()).collect();
    let with = |set: Option<Value>, raw: &RawDelivery| i.judge_with(raw, NOW, &Fetched(set));
    for p in &all {
        let made =
            |kid: Value| bearer(&token(&json!({"alg": p.alg, "kid": kid}), &json!({}), &p.sign));
        let raw = made(json!(p.alg));
        let asks = with(None, &raw);
        let Judgement::Ask(Ask::Key { url, hosts }) = asks else { panic!("{asks:?}") };
        assert_eq!((url.as_str(), hosts), (SET, vec!["keys.acme.test".to_owned()]));
        let set = json!({ "keys": keys });
        assert_eq!(word(&with(Some(set.clone()), &raw)), "accepted", "{}", p.alg);
        assert_eq!(word(&with(Some(set.clone()), &made(Value::Null))), "accepted", "any of them");
        assert_eq!(word(&with(Some(set), &made(json!("gone")))), "rejected", "{}", p.alg);
        for broken in [json!({}), json!([]), json!({"keys": [{"kty": "RSA"}, {"kty": 1}, 7]})] {
            assert_eq!(word(&with(Some(broken), &raw)), "rejected", "{}", p.alg);
        }
    }
}
