//! Ids: a prefix and 26 characters of Crockford base32 outside, a 16-byte UUIDv7 inside
//! (RFC 9562 section 5.7), made from the clock and the random numbers that the maker was given.

use std::cell::RefCell;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::Time;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The text is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{got}\" is not an id of the form {prefix}...")]
pub struct IdError {
    pub got: String,
    pub prefix: &'static str,
}

/// A UUIDv7 of the moment `at`. The part of the millisecond comes next (RFC 9562 section 6.2,
/// method 3), so that ids sort by their microsecond and new rows stand together in an index.
pub fn uuid_at(at: Time) -> Uuid {
    let micros = u64::try_from(at.0).unwrap_or(0);
    let part = u16::try_from((micros % 1_000) * 4_096 / 1_000).unwrap_or(0);
    let mut rest = [0u8; 10];
    rest[..2].copy_from_slice(&part.to_be_bytes());
    rest[2..].copy_from_slice(&random().to_be_bytes());
    uuid::Builder::from_unix_timestamp_millis(micros / 1_000, &rest).into_uuid()
}

/// The least id of a moment: those made at it or later are not smaller, to the millisecond.
pub fn first_at(at: Time) -> Uuid {
    let ms = u128::try_from(at.0.max(0) / 1_000).unwrap_or(0);
    Uuid::from_u128(ms << 80)
}

/// A random number for ids, tokens of leases and jitter, fetched from the operating system many at
/// a time: an event takes several, and a call of the system costs more than the number. Never for
/// secrets.
pub fn random() -> u64 {
    const IDS: usize = 128;
    struct Pool {
        bytes: [u8; IDS * 8],
        left: usize,
    }
    thread_local! {
        static POOL: RefCell<Pool> = const { RefCell::new(Pool { bytes: [0; IDS * 8], left: 0 }) };
    }
    POOL.with_borrow_mut(|p| {
        if p.left == 0 {
            fill(&mut p.bytes);
            p.left = IDS;
        }
        p.left -= 1;
        let mut out = [0u8; 8];
        out.copy_from_slice(&p.bytes[p.left * 8..][..8]);
        u64::from_be_bytes(out)
    })
}

/// Fills `buf` with random bytes of the operating system.
///
/// # Panics
/// If the operating system has no random numbers: then no id, token or nonce may be made.
pub fn fill(buf: &mut [u8]) {
    assert!(getrandom::fill(buf).is_ok(), "the operating system gives no random numbers");
}

/// Random text of `len` characters from `[a-z0-9]`, for addresses and generated secrets.
pub fn random_text(len: usize) -> String {
    const SET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut raw = vec![0u8; len];
    fill(&mut raw);
    raw.iter().map(|b| char::from(SET[usize::from(b & 31)])).collect()
}

/// The 26 characters of `id`.
pub fn encode(id: Uuid) -> String {
    let mut v = id.as_u128();
    let mut out = [0u8; 26];
    for c in out.iter_mut().rev() {
        *c = ALPHABET[(v & 31) as usize];
        v >>= 5;
    }
    out.iter().map(|b| char::from(*b)).collect()
}

/// Reads 26 characters back; letters of either case, `O` as 0, `I` and `L` as 1.
pub fn decode(text: &str) -> Option<Uuid> {
    if text.len() != 26 {
        return None;
    }
    let mut v: u128 = 0;
    for (i, b) in text.bytes().enumerate() {
        let c = match b.to_ascii_uppercase() {
            b'O' => b'0',
            b'I' | b'L' => b'1',
            c => c,
        };
        let d = ALPHABET.iter().position(|a| *a == c)?;
        if i == 0 && d > 7 {
            return None;
        }
        v = (v << 5) | d as u128;
    }
    Some(Uuid::from_u128(v))
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl $name {
            pub const PREFIX: &'static str = $prefix;
            /// A new id of the moment `at`.
            pub fn new(at: Time) -> Self {
                Self(uuid_at(at))
            }
            pub const fn uuid(self) -> Uuid {
                self.0
            }
            /// When it was made, to the millisecond.
            pub fn at(self) -> Time {
                Time(i64::try_from(self.0.as_u128() >> 80).unwrap_or(0) * 1_000)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", Self::PREFIX, encode(self.0))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(s: &str) -> Result<Self, IdError> {
                s.strip_prefix(Self::PREFIX).and_then(decode).map(Self).ok_or_else(|| IdError {
                    got: s.chars().take(64).collect(),
                    prefix: Self::PREFIX,
                })
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(
    /// A tenant.
    WorkspaceId, "wsp_");
id!(
    /// An alert.
    AlertId, "alr_");
id!(
    /// A flow.
    FlowId, "flw_");
id!(
    /// One HTTP request to an address.
    DeliveryId, "dlv_");
id!(
    /// One item for one flow.
    EventId, "evt_");
id!(
    /// One event taken through one flow version.
    RunId, "run_");
id!(
    /// A user's credentials for one connector.
    ConnectionId, "con_");
id!(
    /// Many events started by hand from one file.
    ImportId, "imp_");
id!(
    /// A delivery that a person gave by hand for building a flow.
    SampleId, "smp_");
id!(
    /// An address without a flow.
    TemporaryId, "tmp_");
id!(
    /// A person.
    UserId, "usr_");
id!(
    /// An API key.
    KeyId, "key_");
id!(
    /// An invitation to a workspace.
    InvitationId, "inv_");
id!(
    /// A signed-in browser.
    SessionId, "ses_");
id!(
    /// A line of the audit log.
    AuditId, "aud_");
id!(
    /// A replay of many runs.
    ReplayId, "rpl_");
id!(
    /// A receiver of the workspace's own events; the same number as its flow's.
    SubscriberId, "sub_");
id!(
    /// One process of the product on a database.
    NodeId, "nod_");

impl SubscriberId {
    /// The flow whose runs are this subscriber's deliveries.
    pub const fn flow(self) -> FlowId {
        FlowId(self.0)
    }
    /// What gates and calls know it by: every delivery of it goes over this connection.
    pub const fn connection(self) -> ConnectionId {
        ConnectionId(self.0)
    }
}

impl WorkspaceId {
    /// The workspace that exists from the first start.
    pub const DEFAULT: WorkspaceId = WorkspaceId(Uuid::from_u128(1));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ids_read_back_what_they_wrote(v: u128) {
            let id = RunId(Uuid::from_u128(v));
            prop_assert_eq!(id.to_string().parse::<RunId>().unwrap(), id);
            prop_assert_eq!(id.to_string().to_lowercase().parse::<RunId>().ok(), Some(id));
        }
    }

    #[test]
    fn ids_of_another_kind_are_refused() {
        let id = RunId::new(Time(1_700_000_000_000_000)).to_string();
        assert!(id.parse::<FlowId>().is_err());
        assert!("run_".parse::<RunId>().is_err());
        assert!("run_8ZZZZZZZZZZZZZZZZZZZZZZZZZ".parse::<RunId>().is_err());
    }

    #[test]
    fn ids_sort_by_time() {
        assert!(RunId::new(Time(1_000_000)) < RunId::new(Time(2_000_000)));
    }
}
