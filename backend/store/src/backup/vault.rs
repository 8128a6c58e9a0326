//! A backup sealed with a passphrase: argon2id makes the key, and XChaCha20-Poly1305 seals chunks of
//! 64 KiB. The nonce of a chunk is 19 random bytes of the file, the number of the chunk and
//! whether it is the last one, so that chunks cannot be dropped, repeated or put elsewhere; the
//! additional data is the head of the file.
//!
//! After the head of the file: memory in KiB, passes and lanes of argon2id (four bytes each), 16
//! bytes of salt, 19 of nonce; then chunks: four bytes of length, of which the highest bit says
//! that it is the last one, and the ciphertext with its tag.

use std::io::{self, Read, Write};

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use domain::Secret;
use zeroize::Zeroizing;

/// Plain bytes of a chunk, and what sealing adds.
const CHUNK: usize = 64 << 10;
const TAG: usize = 16;
/// What the length of the last chunk has besides.
const LAST: u32 = 1 << 31;
/// Size of the parameters at the beginning.
const HEAD: usize = 12 + 16 + 19;

/// What argon2id costs: KiB, passes, lanes (RFC 9106 section 4, the second choice).
const COST: [u32; 3] = [64 << 10, 3, 4];
/// The most that a file may ask for.
const COST_MAX: [u32; 3] = [1 << 20, 16, 16];

struct Chunks {
    cipher: XChaCha20Poly1305,
    prefix: [u8; 19],
    number: u32,
    aad: Vec<u8>,
}

fn wrong(text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}

impl Chunks {
    fn new(before: &[u8], head: &[u8; HEAD], passphrase: &Secret) -> io::Result<Self> {
        let number =
            |at: usize| head[at..at + 4].iter().rev().fold(0_u32, |n, b| (n << 8) | u32::from(*b));
        let cost = [number(0), number(4), number(8)];
        if cost.iter().zip(COST_MAX).any(|(c, max)| *c > max) {
            return Err(wrong("its passphrase would cost too much"));
        }
        let params = Params::new(cost[0], cost[1], cost[2], Some(32));
        let params = params.map_err(|e| wrong(&e.to_string()))?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.expose().as_bytes(), &head[12..28], key.as_mut_slice())
            .map_err(|e| wrong(&e.to_string()))?;
        let mut prefix = [0; 19];
        prefix.copy_from_slice(&head[28..]);
        let aad = [before, head].concat();
        Ok(Self { cipher: XChaCha20Poly1305::new(&(*key).into()), prefix, number: 0, aad })
    }

    fn nonce(&mut self, last: bool) -> io::Result<XNonce> {
        let mut nonce = [0; 24];
        nonce[..19].copy_from_slice(&self.prefix);
        nonce[19..23].copy_from_slice(&self.number.to_be_bytes());
        nonce[23] = u8::from(last);
        self.number = self.number.checked_add(1).ok_or_else(|| wrong("it is too long"))?;
        Ok(XNonce::from(nonce))
    }
}

/// Seals what is written to it. [`Sealing::end`] must be called.
pub(super) struct Sealing<W> {
    to: W,
    chunks: Chunks,
    plain: Zeroizing<Vec<u8>>,
}

impl<W: Write> Sealing<W> {
    /// `before` stands before it in the file and is protected with it.
    pub fn new(mut to: W, before: &[u8], passphrase: &Secret) -> io::Result<Self> {
        let mut head = [0; HEAD];
        for (at, n) in COST.iter().enumerate() {
            head[at * 4..at * 4 + 4].copy_from_slice(&n.to_le_bytes());
        }
        domain::ids::fill(&mut head[12..]);
        to.write_all(&head)?;
        let chunks = Chunks::new(before, &head, passphrase)?;
        Ok(Self { to, chunks, plain: Zeroizing::new(Vec::with_capacity(CHUNK)) })
    }

    fn chunk(&mut self, last: bool) -> io::Result<()> {
        let nonce = self.chunks.nonce(last)?;
        let payload = Payload { msg: &self.plain, aad: &self.chunks.aad };
        let sealed = self.chunks.cipher.encrypt(&nonce, payload);
        let sealed = sealed.map_err(|_| wrong("it cannot be sealed"))?;
        let n = u32::try_from(sealed.len()).map_err(|_| wrong("a chunk is too long"))?;
        self.to.write_all(&(n | if last { LAST } else { 0 }).to_le_bytes())?;
        self.to.write_all(&sealed)?;
        self.plain.clear();
        Ok(())
    }

    /// Writes the last chunk.
    pub fn end(mut self) -> io::Result<W> {
        self.chunk(true)?;
        Ok(self.to)
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk waits for more, because it may be the last.
        if self.plain.len() == CHUNK {
            self.chunk(false)?;
        }
        let n = bytes.len().min(CHUNK - self.plain.len());
        self.plain.extend_from_slice(&bytes[..n]);
        Ok(n)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Opens what was sealed; every byte that it gives is authentic. Ends with `InvalidData` where the
/// passphrase is wrong or the file was altered.
pub(super) struct Opening<R> {
    from: R,
    chunks: Chunks,
    plain: Zeroizing<Vec<u8>>,
    at: usize,
    ended: bool,
}

impl<R: Read> Opening<R> {
    pub fn new(mut from: R, before: &[u8], passphrase: &Secret) -> io::Result<Self> {
        let mut head = [0; HEAD];
        from.read_exact(&mut head)?;
        let chunks = Chunks::new(before, &head, passphrase)?;
        Ok(Self { from, chunks, plain: Zeroizing::default(), at: 0, ended: false })
    }

    fn next(&mut self) -> io::Result<()> {
        let mut length = [0; 4];
        self.from.read_exact(&mut length)?;
        let length = u32::from_le_bytes(length);
        let (n, last) = ((length & !LAST) as usize, length & LAST != 0);
        if n > CHUNK + TAG {
            return Err(wrong("a chunk is too long"));
        }
        let mut sealed = vec![0; n];
        self.from.read_exact(&mut sealed)?;
        let nonce = self.chunks.nonce(last)?;
        let payload = Payload { msg: &sealed, aad: &self.chunks.aad };
        let plain = self.chunks.cipher.decrypt(&nonce, payload);
        self.plain = Zeroizing::new(plain.map_err(|_| wrong("it does not open"))?);
        (self.at, self.ended) = (0, last);
        if last && self.from.read(&mut [0])? != 0 {
            return Err(wrong("something follows its end"));
        }
        Ok(())
    }
}

impl<R: Read> Read for Opening<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        while self.at == self.plain.len() {
            if self.ended {
                return Ok(0);
            }
            self.next()?;
        }
        let n = to.len().min(self.plain.len() - self.at);
        to[..n].copy_from_slice(&self.plain[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(plain: &[u8]) -> Vec<u8> {
        let mut s = Sealing::new(Vec::new(), b"head", &Secret::new("correct horse")).unwrap();
        s.write_all(plain).unwrap();
        s.end().unwrap()
    }

    fn opened(file: &[u8], before: &[u8], passphrase: &str) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        Opening::new(file, before, &Secret::new(passphrase))?.read_to_end(&mut out)?;
        Ok(out)
    }

    #[test]
    fn what_is_sealed_opens_with_the_passphrase_only() {
        for size in [0, 1, CHUNK, CHUNK + 1] {
            let plain = vec![7; size];
            let file = sealed(&plain);
            assert_eq!(opened(&file, b"head", "correct horse").unwrap(), plain);
        }
        let file = sealed(b"x");
        assert!(opened(&file, b"head", "another").is_err());
        assert!(opened(&file, b"heat", "correct horse").is_err());
    }

    #[test]
    fn chunks_cannot_be_cut_off_altered_or_moved() {
        let file = sealed(&vec![7; CHUNK + 10]);
        let first = HEAD + 4 + CHUNK + TAG;
        let open = |file: &[u8]| opened(file, b"head", "correct horse");
        assert!(open(&file).is_ok());
        assert!(open(&file[..first]).is_err(), "the last chunk is missing");
        assert!(open(&[&file[..HEAD], &file[first..]].concat()).is_err(), "the first is missing");
        for at in [0, 13, 30, HEAD + 3, HEAD + 9, first + 5] {
            let mut bad = file.clone();
            bad[at] ^= 1;
            assert!(open(&bad).is_err(), "byte {at}");
        }
        assert!(open(&[&file[..], &[0]].concat()).is_err());
    }
}
