//! What a check needs from outside the delivery. The check itself stays pure: it says what it
//! needs, the caller gets it and asks again.

use bytes::Bytes;

/// What is needed before a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// The text at an address, with the patterns of hosts that it may have. It may be kept for
    /// [`domain::limits::KEY_CACHE`].
    Key { url: String, hosts: Vec<String> },
    /// The call of the manifest that asks the sender.
    Callback,
}

/// What is known already.
pub trait Outside: Send + Sync {
    /// The text at an address, if it was fetched.
    fn key(&self, url: &str) -> Option<Bytes>;
    /// What the sender said, if it was asked.
    fn confirmed(&self) -> Option<bool>;
}

/// Nothing is known.
pub struct Nothing;

impl Outside for Nothing {
    fn key(&self, _: &str) -> Option<Bytes> {
        None
    }
    fn confirmed(&self) -> Option<bool> {
        None
    }
}
