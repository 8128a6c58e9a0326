//! Sealing of secrets at rest: XChaCha20-Poly1305 with a random nonce.
//!
//! A sealed value is: version (1 byte), key id (1 byte), nonce (24), ciphertext with tag. The
//! additional data is the place of the value, "table:column:id", so that a value that was copied
//! to another row does not open. While a key is being replaced there are two.

use std::sync::{Arc, PoisonError, RwLock};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::Error;

const VERSION: u8 = 1;
const NONCE: usize = 24;

/// Seals with one key; opens with that and with keys from before.
pub(crate) struct Sealer {
    ring: RwLock<Arc<Ring>>,
}

/// Keys: the first seals. Their ids differ.
struct Ring(Vec<Key>);

struct Key {
    cipher: XChaCha20Poly1305,
    id: u8,
}

/// First byte of a key's hash: tells keys apart, says nothing about them.
pub(crate) fn key_id(key: &[u8; 32]) -> u8 {
    Sha256::digest(key)[0]
}

/// Where a sealed value stands.
pub(crate) fn place(table: &str, column: &str, id: impl std::fmt::Display) -> String {
    format!("{table}:{column}:{id}")
}

/// The id of the key that a value was sealed with.
pub(crate) fn sealed_with(sealed: &[u8]) -> Option<u8> {
    sealed.get(1).copied()
}

fn ring(keys: &[[u8; 32]]) -> Arc<Ring> {
    let one = |k: &[u8; 32]| Key { cipher: XChaCha20Poly1305::new(&(*k).into()), id: key_id(k) };
    Arc::new(Ring(keys.iter().map(one).collect()))
}

impl Sealer {
    /// The first key seals; there is at least one.
    pub(crate) fn new(keys: &[[u8; 32]]) -> Self {
        Self { ring: RwLock::new(ring(keys)) }
    }

    /// Takes other keys from now on.
    pub(crate) fn change(&self, keys: &[[u8; 32]]) {
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = ring(keys);
    }

    fn ring(&self) -> Arc<Ring> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn seal(&self, place: &str, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let ring = self.ring();
        let key = ring.0.first().ok_or_else(|| Error::Seal("there is no key".into()))?;
        let mut nonce = [0u8; NONCE];
        domain::ids::fill(&mut nonce);
        let sealed = key
            .cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: place.as_bytes() })
            .map_err(|_| Error::Seal("it is too long".into()))?;
        let mut out = Vec::with_capacity(2 + NONCE + sealed.len());
        out.extend_from_slice(&[VERSION, key.id]);
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
        let ring = self.ring();
        let key = ring.0.iter().find(|k| k.id == head[1]);
        let key = key.ok_or_else(|| fail("it was sealed with another key"))?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| fail("it is cut short"))?;
        key.cipher
            .decrypt(&XNonce::from(nonce), Payload { msg: cipher, aad: place.as_bytes() })
            .map(Zeroizing::new)
            .map_err(|_| fail("it was changed, or belongs to another row"))
    }

    /// The value sealed with the first key, if it was sealed with another.
    pub(crate) fn anew(&self, place: &str, sealed: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let first = self.ring().0.first().map(|k| k.id);
        if sealed_with(sealed) == first {
            return Ok(None);
        }
        let plain = self.open(place, sealed)?;
        self.seal(place, &plain).map(Some)
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
        let a = Sealer::new(&[[7; 32]]);
        let sealed = a.seal("t:c:1", b"hunter2").unwrap();
        assert_eq!(a.open("t:c:1", &sealed).unwrap().as_slice(), b"hunter2");
        assert!(a.open("t:c:2", &sealed).is_err());
        assert!(Sealer::new(&[[8; 32]]).open("t:c:1", &sealed).is_err());
        for at in 0..sealed.len() {
            let mut bad = sealed.clone();
            bad[at] ^= 1;
            assert!(a.open("t:c:1", &bad).is_err(), "byte {at}");
            assert!(a.open("t:c:1", &sealed[..at]).is_err(), "length {at}");
        }
    }

    #[test]
    fn the_same_value_is_sealed_differently_each_time() {
        let a = Sealer::new(&[[7; 32]]);
        assert_ne!(a.seal("t:c:1", b"x").unwrap(), a.seal("t:c:1", b"x").unwrap());
    }

    #[test]
    fn what_an_old_key_sealed_opens_and_is_sealed_anew_once() {
        let old = Sealer::new(&[[7; 32]]);
        let sealed = old.seal("t:c:1", b"hunter2").unwrap();
        let both = Sealer::new(&[[8; 32], [7; 32]]);
        assert_eq!(both.open("t:c:1", &sealed).unwrap().as_slice(), b"hunter2");
        let anew = both.anew("t:c:1", &sealed).unwrap().unwrap();
        assert_eq!(both.anew("t:c:1", &anew).unwrap(), None);
        both.change(&[[8; 32]]);
        assert_eq!(both.open("t:c:1", &anew).unwrap().as_slice(), b"hunter2");
        assert!(both.open("t:c:1", &sealed).is_err());
    }
}
