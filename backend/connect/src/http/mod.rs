//! The only outbound socket: guarded addresses, capped answers, and an exact word on whether a
//! request had left. Absent: retries, proxies, cookies, HTTP/3.

mod body;
mod dial;
mod failure;
pub mod guard;
mod hops;
pub mod lookup;
pub mod prepared;
mod read;
mod redirect;
mod sender;
pub mod tls;

#[cfg(test)]
pub mod tests;

pub use dial::DialError;
pub use failure::technical;
pub use guard::{Guard, Refusal};
pub use hops::{HOPS_HEADER, hops_value};
pub use lookup::{Lookup, System};
pub use prepared::{Body, HostRule, Part, Prepared, RawResponse, SendError};
pub use sender::{Script, Sender, SenderConfig, SenderError};
