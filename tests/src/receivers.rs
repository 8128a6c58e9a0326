//! The other side of every connection: servers on 127.0.0.1 that speak the real protocols, answer
//! as a test scripts them and remember in order what they received. A dropped receiver is gone:
//! its port is closed and its connections are cut. Absent: any knowledge of the product.

pub mod acme;
pub mod bitrix24;
pub mod feed;
pub mod gate;
pub mod http;
pub mod ledger;
pub mod log;
pub mod mime;
pub mod multipart;
pub mod now;
pub mod oauth;
pub mod server;
pub mod smtp;
pub mod standard_webhooks;
pub mod telegram;
pub mod tls;
pub mod wire;

#[cfg(test)]
mod client;

pub use gate::Gate;
pub use ledger::Ledger;
pub use log::{Late, Log};
pub use now::Now;
pub use tls::TestCa;
