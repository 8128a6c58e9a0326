//! Sealing of secrets at rest: XChaCha20-Poly1305 with a random nonce.
//!
//! A sealed value is: version (1 byte), key id (1 byte), nonce (24), ciphertext with tag. The
//! additional data is the place of the value, "table:column:id", so that a value that was copied
//! to another row does not open.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::Error;

const VERSION: u8 = 1;
const NONCE: usize = 24;

/// Seals and opens with one key.
pub(crate) struct Sealer {
    cipher: XChaCha20Poly1305,
    /// First byte of the key's hash: tells keys apart, says nothing about them.
    key_id: u8,
}

/// Where a sealed value stands.
pub(crate) fn place(table: &str, column: &str, id: impl std::fmt::Display) -> String {
    format!("{table}:{column}:{id}")
}

impl Sealer {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        let key_id = Sha256::digest(key)[0];
        Self { cipher: XChaCha20Poly1305::new(&(*key).into()), key_id }
    }

    pub(crate) fn seal(&self, place: &str, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let mut nonce = [0u8; NONCE];
        domain::ids::fill(&mut nonce);
        let sealed = self
            .cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: place.as_bytes() })
            .map_err(|_| Error::Seal("it is too long".into()))?;
        let mut out = Vec::with_capacity(2 + NONCE + sealed.len());
        out.extend_from_slice(&[VERSION, self.key_id]);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&sealed);
        Ok(out)
    }

    pub(crate) fn open(&self, place: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let fail = |why: &str| Error::Seal(format!("{place}: {why}"));
        let (head, rest) = sealed.split_at_checked(2).ok_or_else(|| fail("it is cut short"))?;
        let (nonce, cipher) =
            rest.split_at_checked(NONCE).ok_or_else(|| fail("it is cut short"))?;
        if head[0] != VERSION {
            return Err(fail("it was sealed by a newer version"));
        }
        if head[1] != self.key_id {
            return Err(fail("it was sealed with another key"));
        }
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| fail("it is cut short"))?;
        self.cipher
            .decrypt(&XNonce::from(nonce), Payload { msg: cipher, aad: place.as_bytes() })
            .map(Zeroizing::new)
            .map_err(|_| fail("it was changed, or belongs to another row"))
    }

    pub(crate) fn open_text(&self, place: &str, sealed: &[u8]) -> Result<domain::Secret, Error> {
        let plain = self.open(place, sealed)?;
        let text = std::str::from_utf8(&plain)
            .map_err(|_| Error::Seal(format!("{place}: it is not text")))?;
        Ok(domain::Secret::new(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_only_in_its_place_and_with_its_key() {
        let a = Sealer::new(&[7; 32]);
        let sealed = a.seal("t:c:1", b"hunter2").unwrap();
        assert_eq!(a.open("t:c:1", &sealed).unwrap().as_slice(), b"hunter2");
        assert!(a.open("t:c:2", &sealed).is_err());
        assert!(Sealer::new(&[8; 32]).open("t:c:1", &sealed).is_err());
        for at in 0..sealed.len() {
            let mut bad = sealed.clone();
            bad[at] ^= 1;
            assert!(a.open("t:c:1", &bad).is_err(), "byte {at}");
            assert!(a.open("t:c:1", &sealed[..at]).is_err(), "length {at}");
        }
    }

    #[test]
    fn the_same_value_is_sealed_differently_each_time() {
        let a = Sealer::new(&[7; 32]);
        assert_ne!(a.seal("t:c:1", b"x").unwrap(), a.seal("t:c:1", b"x").unwrap());
    }
}
