//! Keyed and plain hashes of signatures, and how they are written.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::manifest::{Algo, Encoding};

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const BASE64URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// The hash of the signed parts, one after the other; none for an algorithm of public keys.
pub fn hash(algo: Algo, key: &[u8], parts: &[&[u8]]) -> Option<Vec<u8>> {
    Some(match algo {
        Algo::HmacSha1 => mac::<Hmac<Sha1>>(key, parts)?,
        Algo::HmacSha256 => mac::<Hmac<Sha256>>(key, parts)?,
        Algo::HmacSha384 => mac::<Hmac<Sha384>>(key, parts)?,
        Algo::HmacSha512 => mac::<Hmac<Sha512>>(key, parts)?,
        Algo::HmacMd5 => mac::<Hmac<Md5>>(key, parts)?,
        Algo::Sha1 => plain::<Sha1>(parts),
        Algo::Sha256 => plain::<Sha256>(parts),
        Algo::Sha512 => plain::<Sha512>(parts),
        Algo::Md5 => plain::<Md5>(parts),
        Algo::Ed25519 | Algo::EcdsaP256 | Algo::RsaSha1 | Algo::RsaSha256 | Algo::RsaSha512 => {
            return None;
        }
    })
}

/// Whether the key goes into the hash by itself.
pub fn is_keyed(algo: Algo) -> bool {
    use Algo::{HmacMd5, HmacSha1, HmacSha256, HmacSha384, HmacSha512};
    matches!(algo, HmacSha1 | HmacSha256 | HmacSha384 | HmacSha512 | HmacMd5)
}

fn mac<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]]) -> Option<Vec<u8>> {
    let mut m = <M as KeyInit>::new_from_slice(key).ok()?;
    for p in parts {
        m.update(p);
    }
    Some(m.finalize().into_bytes().to_vec())
}

fn plain<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
    let mut d = D::new();
    for p in parts {
        d.update(p);
    }
    d.finalize().to_vec()
}

/// The bytes that a text writes; base64 with or without padding.
pub fn decode(encoding: Encoding, text: &str) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Hex => hex::decode(text).ok(),
        Encoding::Base64 => BASE64.decode(text).ok(),
        Encoding::Base64url => BASE64URL.decode(text).ok(),
        Encoding::Utf8 => Some(text.as_bytes().to_vec()),
    }
}

/// CRC-32 (IEEE 802.3), as PayPal puts it into its signed text.
pub fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}
