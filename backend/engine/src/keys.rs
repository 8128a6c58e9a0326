//! Keys that are the same for every try of a step (semantics S2).

use domain::ids::RunId;
use sha2::{Digest, Sha256};
use uuid::Uuid;

const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// `run.key`: base32 of sha256 over run id, step, item indexes and call. A retry, a takeover and
/// "try the parked step again" keep it; a replay is another run and has other keys.
pub fn run_key(run: RunId, step: &str, item: &str, call: &str) -> String {
    let mut h = Sha256::new();
    h.update(run.uuid().as_bytes());
    for part in [step, item, call] {
        h.update((part.len() as u64).to_be_bytes());
        h.update(part.as_bytes());
    }
    base32(&h.finalize())
}

/// The `n`-th uuid that mappings of a step may ask for: the same for every try.
pub fn derived_uuid(key: &str, n: u32) -> Uuid {
    let mut h = Sha256::new();
    h.update(key.as_bytes());
    h.update(n.to_be_bytes());
    let d = h.finalize();
    let mut raw = [0u8; 16];
    raw.copy_from_slice(&d[..16]);
    uuid::Builder::from_custom_bytes(raw).into_uuid()
}

/// The 16 bytes that stand for a key of an event in the database: of dedupe (semantics S4), order
/// and newest (S7).
pub fn event_hash(key: &str) -> [u8; 16] {
    let d = Sha256::digest(key.as_bytes());
    let mut out = [0u8; 16];
    out.copy_from_slice(&d[..16]);
    out
}

fn base32(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut acc, mut bits) = (0u32, 0u32);
    for b in bytes {
        acc = (acc << 8) | u32::from(*b);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(char::from(BASE32[((acc >> bits) & 31) as usize]));
        }
    }
    if bits > 0 {
        out.push(char::from(BASE32[((acc << (5 - bits)) & 31) as usize]));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s2_a_key_is_stable_and_each_part_of_it_counts() {
        let run = RunId(Uuid::from_u128(7));
        let key = run_key(run, "lead", "", "");
        assert_eq!(key, run_key(run, "lead", "", ""));
        assert_eq!(key.len(), 52);
        for other in [
            run_key(RunId(Uuid::from_u128(8)), "lead", "", ""),
            run_key(run, "lea", "d", ""),
            run_key(run, "lead", "0", ""),
            run_key(run, "lead", "", "1"),
        ] {
            assert_ne!(key, other);
        }
    }

    #[test]
    fn s2_uuids_are_derived_from_the_key_and_a_counter() {
        assert_eq!(derived_uuid("k", 0), derived_uuid("k", 0));
        assert_ne!(derived_uuid("k", 0), derived_uuid("k", 1));
        assert_ne!(derived_uuid("k", 0), derived_uuid("l", 0));
    }

    #[test]
    fn base32_is_that_of_rfc_4648_in_lower_case_without_padding() {
        assert_eq!(base32(b"foobar"), "mzxw6ytboi");
        assert_eq!(base32(b"f"), "my");
    }
}
