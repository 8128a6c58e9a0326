//! Signatures by a public key: the key read from PEM, a certificate, a key set or its bytes, and
//! the check itself, which is that of `ring`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{self as ring_sig, RsaPublicKeyComponents, UnparsedPublicKey};

use super::digest;
use crate::manifest::{Algo, Encoding};

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// What a `SubjectPublicKeyInfo` holds: an `RSAPublicKey`, a point of a curve, or 32 bytes.
    Bytes(Vec<u8>),
    /// Modulus and exponent, as key sets have them.
    Rsa { n: Vec<u8>, e: Vec<u8> },
}

/// Algorithms that check with a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    Ed25519,
    EcdsaP256,
    RsaSha1,
    RsaSha256,
    RsaSha384,
    RsaSha512,
}

impl Check {
    /// The check of a manifest's algorithm; none for a shared key.
    pub fn of(algo: Algo) -> Option<Check> {
        Some(match algo {
            Algo::Ed25519 => Check::Ed25519,
            Algo::EcdsaP256 => Check::EcdsaP256,
            Algo::RsaSha1 => Check::RsaSha1,
            Algo::RsaSha256 => Check::RsaSha256,
            Algo::RsaSha512 => Check::RsaSha512,
            _ => return None,
        })
    }
}

impl PublicKey {
    /// Reads PEM (a public key or a certificate), or the bytes that `encoding` writes: those of
    /// the key alone, or a `SubjectPublicKeyInfo` (RFC 5280 section 4.1.2.7).
    pub fn read(text: &str, encoding: Encoding) -> Option<PublicKey> {
        if let Some((label, der)) = pem(text) {
            return match label {
                "PUBLIC KEY" => spki(&der),
                "CERTIFICATE" => certificate(&der),
                "RSA PUBLIC KEY" => Some(PublicKey::Bytes(der)),
                _ => None,
            };
        }
        let bytes = digest::decode(encoding, text.trim())?;
        match spki(&bytes) {
            Some(key) => Some(key),
            None => (!bytes.is_empty()).then_some(PublicKey::Bytes(bytes)),
        }
    }

    /// Whether `signature` is one of `message` by the owner of this key.
    pub fn verifies(&self, check: Check, message: &[u8], signature: &[u8]) -> bool {
        match self {
            PublicKey::Rsa { n, e } => {
                let Some(params) = rsa(check) else { return false };
                RsaPublicKeyComponents { n, e }.verify(params, message, signature).is_ok()
            }
            PublicKey::Bytes(key) => {
                let one = |a: &'static dyn ring_sig::VerificationAlgorithm| {
                    UnparsedPublicKey::new(a, key).verify(message, signature).is_ok()
                };
                match check {
                    Check::Ed25519 => one(&ring_sig::ED25519),
                    // Services write it as DER, tokens as two numbers of one length.
                    Check::EcdsaP256 => {
                        one(&ring_sig::ECDSA_P256_SHA256_ASN1)
                            || one(&ring_sig::ECDSA_P256_SHA256_FIXED)
                    }
                    _ => rsa(check).is_some_and(|params| one(params)),
                }
            }
        }
    }
}

fn rsa(check: Check) -> Option<&'static ring_sig::RsaParameters> {
    Some(match check {
        Check::RsaSha1 => &ring_sig::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
        Check::RsaSha256 => &ring_sig::RSA_PKCS1_2048_8192_SHA256,
        Check::RsaSha384 => &ring_sig::RSA_PKCS1_2048_8192_SHA384,
        Check::RsaSha512 => &ring_sig::RSA_PKCS1_2048_8192_SHA512,
        Check::Ed25519 | Check::EcdsaP256 => return None,
    })
}

/// The first block of a PEM text (RFC 7468): its label and bytes.
pub fn pem(text: &str) -> Option<(&str, Vec<u8>)> {
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once("-----END ")?;
    let body: String = body.split_whitespace().collect();
    Some((label, STANDARD.decode(body).ok()?))
}

const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;
const INTEGER: u8 = 0x02;
const VERSION: u8 = 0xa0;

/// The key in a `SubjectPublicKeyInfo`.
fn spki(der: &[u8]) -> Option<PublicKey> {
    let (SEQUENCE, inner, []) = element(der)? else { return None };
    let (SEQUENCE, _, rest) = element(inner)? else { return None };
    let (BIT_STRING, bits, []) = element(rest)? else { return None };
    // The first byte counts unused bits: there are none in a key.
    bits.strip_prefix(&[0]).map(|key| PublicKey::Bytes(key.to_vec()))
}

/// The key in a certificate (RFC 5280 section 4.1): the seventh part of its body.
fn certificate(der: &[u8]) -> Option<PublicKey> {
    let (SEQUENCE, inner, _) = element(der)? else { return None };
    let (SEQUENCE, body, _) = element(inner)? else { return None };
    let mut rest = body;
    if element(rest)?.0 == VERSION {
        rest = element(rest)?.2;
    }
    let (INTEGER, _, after) = element(rest)? else { return None };
    rest = after;
    // Algorithm, issuer, validity and subject.
    for _ in 0..4 {
        let (SEQUENCE, _, after) = element(rest)? else { return None };
        rest = after;
    }
    let (_, _, after) = element(rest)?;
    spki(&rest[..rest.len() - after.len()])
}

/// One element of DER: its tag, its content, and what follows.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (len, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        if count == 0 || count > 4 || rest.len() < count {
            return None;
        }
        let len = rest[..count].iter().fold(0usize, |n, b| (n << 8) | usize::from(*b));
        (len, &rest[count..])
    };
    (rest.len() >= len).then(|| (tag, &rest[..len], &rest[len..]))
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;
    use ring::signature::{Ed25519KeyPair, KeyPair};

    use super::*;

    const RSA_SHA1: &str = "\
        OqObmfVOEmMpQYa81hQbcGhjh+Bpw1mDPaV6vsyUaxLAGfEdarZDqNgqNNnA0IgnyYhnb/2j4uu4\
        7lyTHY3Wx09bKLQKeSuXrgD8vrcx2b/AqHm827gDG5zdGtJizK6fUcOuNuuobFxB1Zry+pVjYlfn\
        sOQK51M3Wap6DpeTi2Tfx2f3dxVnZY8Ikqg4FxI13jmgW1qtpY1H1H0EHjfQrjV5fz3M1uFgQ/i6\
        HzteNzsaQyppMqTp2GipDK0UKtaIui+5OIOpfIZPpoCiz1hS+z1BKeqcFB0MbACc/bUE7mpETCcQ\
        Fb50PeFfhDc8smrtOTPdrkIEoA9RKE75onKHig==";

    #[test]
    fn a_key_is_read_from_pem_a_certificate_and_bytes() {
        let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
        let point = pair.public_key_raw().to_vec();
        let want = Some(PublicKey::Bytes(point.clone()));
        assert_eq!(PublicKey::read(&pair.public_key_pem(), Encoding::Hex), want);
        let cert = rcgen::CertificateParams::new(vec!["a.test".into()]).unwrap();
        let cert = cert.self_signed(&pair).unwrap();
        assert_eq!(PublicKey::read(&cert.pem(), Encoding::Hex), want);
        assert_eq!(PublicKey::read(&hex::encode(&point), Encoding::Hex), want);
        assert_eq!(PublicKey::read("", Encoding::Hex), None);
        assert_eq!(
            PublicKey::read("-----BEGIN X-----\nAA==\n-----END X-----", Encoding::Hex),
            None
        );
    }

    #[test]
    fn only_the_signature_of_the_message_by_the_key_passes() {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
        let key = PublicKey::Bytes(pair.public_key().as_ref().to_vec());
        let signature = pair.sign(b"message");
        assert!(key.verifies(Check::Ed25519, b"message", signature.as_ref()));
        assert!(!key.verifies(Check::Ed25519, b"messagE", signature.as_ref()));
        assert!(!key.verifies(Check::EcdsaP256, b"message", signature.as_ref()));
        assert!(!key.verifies(Check::RsaSha256, b"message", signature.as_ref()));
        assert!(!key.verifies(Check::Ed25519, b"message", b""));
    }

    #[test]
    fn an_rsa_signature_over_sha1_passes_for_its_message_alone() {
        // Made by `openssl dgst -sha1 -sign`: our library signs no SHA-1. Only old services do.
        let key = PublicKey::read(include_str!("rsa_sha1.pem"), Encoding::Hex).unwrap();
        let signature = STANDARD.decode(RSA_SHA1).unwrap();
        assert!(key.verifies(Check::RsaSha1, b"message", &signature));
        assert!(!key.verifies(Check::RsaSha1, b"messagE", &signature));
        assert!(!key.verifies(Check::RsaSha256, b"message", &signature));
    }

    #[test]
    fn broken_der_is_refused_without_a_panic() {
        for bytes in [&[][..], &[0x30], &[0x30, 0x84, 1, 1, 1, 1], &[0x30, 5, 1], &[0x30, 0x80]] {
            assert_eq!(certificate(bytes), None);
            assert_eq!(spki(bytes), None);
        }
    }
}
