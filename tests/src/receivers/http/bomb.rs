//! A gzip body of zero bytes, packed about 1:159 and made piece by piece (RFC 1951 and 1952).

use std::mem::take;

/// One match: 258 bytes copied from distance 1.
const MATCH_BYTES: u64 = 258;
/// How many packed bytes one piece has at least.
const PIECE_BYTES: usize = 64 * 1024;

/// The pieces of the packed body, in order.
pub(super) struct Bomb {
    zeros: u64,
    left: u64,
    bits: Bits,
    ended: bool,
}

impl Bomb {
    /// Unpacks to `zeros` zero bytes.
    pub(super) fn of(zeros: u64) -> Bomb {
        let mut bits = Bits::default();
        // Magic, deflate, no flags, no time, unknown system.
        bits.out.extend_from_slice(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
        // One last block with the fixed code.
        bits.put(0b1, 1);
        bits.put(0b01, 2);
        Bomb { zeros, left: zeros, bits, ended: false }
    }

    fn end(&mut self) {
        // End of block: symbol 256, seven zero bits.
        self.bits.code(0, 7);
        self.bits.align();
        let crc = crc32_of_zeros(self.zeros);
        self.bits.out.extend_from_slice(&crc.to_le_bytes());
        // The length modulo 2^32 (RFC 1952, 2.3.1).
        let length = u32::try_from(self.zeros & u64::from(u32::MAX)).unwrap_or_default();
        self.bits.out.extend_from_slice(&length.to_le_bytes());
        self.ended = true;
    }
}

impl Iterator for Bomb {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        if self.ended {
            return None;
        }
        while self.left > 0 && self.bits.out.len() < PIECE_BYTES {
            if self.left < self.zeros && self.left >= MATCH_BYTES {
                // Symbol 285 is length 258; distance symbol 0 is distance 1.
                self.bits.code(0b1100_0101, 8);
                self.bits.code(0, 5);
                self.left -= MATCH_BYTES;
            } else {
                // The literal zero byte.
                self.bits.code(0b0011_0000, 8);
                self.left -= 1;
            }
        }
        if self.left == 0 {
            self.end();
        }
        Some(take(&mut self.bits.out))
    }
}

/// Packs bits from the lowest up.
#[derive(Default)]
struct Bits {
    out: Vec<u8>,
    held: u32,
    count: u32,
}

impl Bits {
    fn put(&mut self, value: u32, width: u32) {
        self.held |= value << self.count;
        self.count += width;
        while self.count >= 8 {
            self.out.push(self.held.to_le_bytes()[0]);
            self.held >>= 8;
            self.count -= 8;
        }
    }

    /// Huffman codes go in from their highest bit down (RFC 1951, 3.1.1).
    fn code(&mut self, code: u32, width: u32) {
        self.put(code.reverse_bits() >> (32 - width), width);
    }

    fn align(&mut self) {
        if self.count > 0 {
            self.put(0, 8 - self.count);
        }
    }
}

fn crc32_of_zeros(n: u64) -> u32 {
    let table: Vec<u32> = (0..256).map(step).collect();
    let mut crc = u32::MAX;
    for _ in 0..n {
        crc = (crc >> 8) ^ table[usize::from(crc.to_le_bytes()[0])];
    }
    !crc
}

fn step(byte: u32) -> u32 {
    (0..8).fold(byte, |c, _| if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 })
}
